"""The folder of a sweep: identities, shared tables, refusals, the lock, and what a killed run left."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pandas as pd
import pytest

from optimizer import InputError, Study, read_plan, read_study
from optimizer.plan.folder import own_files
from optimizer.sweeps.identity import Digests, about, case_id
from optimizer.sweeps.row import row
from optimizer.sweeps.store import End, Store, _clear, opened
from tests.handmade import handmade_plan
from tests.small import write_small_study


@pytest.fixture(scope="module")
def study(tmp_path_factory: pytest.TempPathFactory) -> Study:
    return read_study(write_small_study(tmp_path_factory.mktemp("small")))


@pytest.fixture
def digests() -> Digests:
    return Digests()


@pytest.fixture
def store(study: Study, digests: Digests, tmp_path: Path) -> Iterator[Store]:
    with opened(tmp_path / "sweep", about(study, digests), digests, force=False) as found:
        yield found


def kept(store: Store, study: Study, digests: Digests) -> Path:
    case = case_id(study, digests)
    plan = handmade_plan(study)
    store.keep_plan(case, study, own_files(plan), {"status": plan.status, **row(plan)})
    return store.folder / "plans" / case


def richer(study: Study) -> Study:
    return study.replace(headroom=study.headroom.assign(headroom_mw=study.headroom["headroom_mw"] + 1))


def test_identity_is_of_content(study: Study, digests: Digests, tmp_path: Path) -> None:
    same = read_study(write_small_study(tmp_path / "elsewhere"))
    ours = case_id(study, digests)
    assert case_id(same, Digests()) == ours
    assert case_id(study.replace(keys={"policy.max_sites": 3}), digests) == ours
    others = [
        study.replace(keys={"policy.max_sites": 2}),
        study.replace(keys={"solve.gap": 0.01}),
        study.replace(sites=study.sites.assign(open_usd=study.sites["open_usd"] * 2)),
        richer(study),
    ]
    assert len({ours, *(case_id(other, digests) for other in others)}) == 5


def test_tables_are_shared(study: Study, store: Store, digests: Digests) -> None:
    dear = study.replace(keys={"money.discount_rate": 0.1})
    folders = [kept(store, each, digests) for each in (study, dear, richer(study))]
    shared = sorted(p.name.partition("-")[0] for p in (store.folder / "tables").iterdir())
    assert shared == ["deliveries", "grid", "grid", "headroom", "headroom", "racks", "sites", "zones"]
    zones = list((store.folder / "tables").rglob("zones*.geojson"))
    assert len({path.stat().st_ino for path in zones}) == 1
    for folder, each in zip(folders, (study, dear, richer(study)), strict=True):
        assert [p.name for p in (folder / "study").iterdir()] == ["study.toml"]
        assert "\\" not in (folder / "study/study.toml").read_text(encoding="utf-8")
        read = read_plan(folder)
        assert case_id(read.study, Digests()) == case_id(each, digests)
        assert read.facts["study_path"] == "study"


def test_row_is_that_of_the_folder(study: Study, store: Store, digests: Digests) -> None:
    awkward = study.replace(
        keys={"money.discount_rate": 0.07}, racks=study.racks.assign(rack_kw=study.racks["rack_kw"] / 3)
    )
    folder = kept(store, awkward, digests)
    fresh = row(handmade_plan(awkward))
    assert row(read_plan(folder)) == fresh
    assert row(store.plan(folder.name, awkward)) == fresh
    assert store.cells(folder.name, awkward) == {"status": read_plan(folder).status, **fresh}
    assert sum(v for k, v in fresh.items() if k.startswith("spend_")) > 0


def edited(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


@pytest.mark.parametrize(
    ("damage", "words"),
    [
        (lambda plan: edited(plan / "plan.json", '"gap": 0.1', '"gap": 0.2'), "plan.json was changed"),
        (lambda plan: edited(plan / "case.json", '"gap": 0.1', '"gap": 0.01'), "case.json was changed"),
        (lambda plan: edited(plan / "assignments.csv", "2027", "2026"), "assignments.csv was changed"),
        (lambda plan: edited(plan / "study/study.toml", "0.05", "0.06"), "study/study.toml was changed"),
        (lambda plan: (plan / "case.json").write_text("[1]", encoding="utf-8"), "case.json is damaged"),
        (lambda plan: (plan / "case.json").unlink(), "case.json is missing"),
        (lambda plan: (plan / "power.csv").unlink(), "power.csv is missing"),
        (lambda plan: plan.rename(plan.with_name("0" * 16)), "another case"),
    ],
)
def test_plan_that_is_not_as_it_was_written_is_told_and_kept_anew(
    study: Study, store: Store, digests: Digests, damage: Callable[[Path], object], words: str
) -> None:
    folder = kept(store, study, digests)
    (folder / "notes.txt").write_text("mine", encoding="utf-8")
    cells = store.cells(folder.name, study)
    assert cells is not None
    assert store.warnings == ()
    damage(folder)
    case = folder.name if folder.exists() else "0" * 16
    assert store.cells(case, study) is None
    assert [words in fault.reason and f"plans/{case}" in fault.file for fault in store.warnings] == [True]
    kept(store, study, digests)
    assert store.cells(folder.name, study) == cells
    assert (folder / "notes.txt").exists() == (case == folder.name)


def test_damaged_tables_are_told_and_written_again(study: Study, store: Store, digests: Digests) -> None:
    folder, tables = kept(store, study, digests), store.folder / "tables"
    before = {path: path.read_bytes() for path in sorted(tables.rglob("*")) if path.is_file()}
    grid = next(tables.glob("grid-*"))
    for path in (next(tables.glob("sites-*.csv")), grid / "headroom.csv", grid / "grid.toml"):
        path.write_text(f"{path.read_text(encoding='utf-8')}\n", encoding="utf-8")
    (grid / "lines.csv").write_text("line,from,to,capacity_mw\nx,z1,z2,9\n", encoding="utf-8")
    again = Store(store.folder, digests)
    assert again.cells(folder.name, study) is not None
    assert [Path(fault.file).name.partition("-")[0] for fault in again.warnings] == ["sites", "headroom", "grid"]
    assert {path: path.read_bytes() for path in sorted(tables.rglob("*")) if path.is_file()} == before


def test_ends_are_kept_until_there_is_a_plan(study: Study, store: Store, digests: Digests) -> None:
    case = case_id(study, digests)
    assert store.end(case) is None
    store.keep_end(case, End("failed", "ValueError: no"))
    assert store.end(case) == End("failed", "ValueError: no")
    end = store.folder / f"ended/{case}.json"
    shutil.copy(end, end.with_name("other.json"))
    shutil.copy(store.folder / "sweep.json", end.with_name("third.json"))
    edited(end, "failed", "infeasible")
    assert [store.end(name) for name in (case, "other", "third")] == [None] * 3
    for fault, words in zip(store.warnings, ("was changed", "another case", "another file"), strict=True):
        assert words in fault.reason
    kept(store, study, digests)
    assert not end.exists()


def test_one_folder_one_process(study: Study, store: Store, digests: Digests) -> None:
    with (
        pytest.raises(InputError, match="being written by another"),
        opened(store.folder, about(study, digests), digests, force=True),
    ):
        pass


def test_left_overs_of_a_killed_run_vanish(study: Study, digests: Digests, tmp_path: Path) -> None:
    place = tmp_path / "sweep"
    for left in ("plans/.tmp-1/study", "tables/.tmp-2", "ended"):
        (place / left).mkdir(parents=True)
    (place / "ended/.tmp-3.json").write_text("{", encoding="utf-8")
    (place / "sweep.json").write_text("{", encoding="utf-8")
    with opened(place, about(study, digests), digests, force=True):
        assert not list(place.rglob(".tmp-*"))


@pytest.mark.parametrize(
    ("keys", "words"),
    [
        ({"policy.max_sites": 2}, "of another study"),
        ({"solve.time_limit_s": 9.0}, "another time_limit_s: none there, 9.0 here"),
    ],
)
def test_sweep_of_another_study_is_refused(
    study: Study, digests: Digests, tmp_path: Path, keys: dict[str, object], words: str
) -> None:
    place, other = tmp_path / "sweep", about(study.replace(keys=keys), digests)
    with opened(place, about(study, digests), digests, force=False) as store:
        kept(store, study, digests)
        (place / "notes.txt").write_text("mine", encoding="utf-8")
    with pytest.raises(InputError, match=words) as caught, opened(place, other, digests, force=False):
        pass
    assert "--force" in caught.value.faults[0].cure
    assert list((place / "plans").iterdir())
    with opened(place, other, digests, force=True):
        assert not list((place / "plans").iterdir())
        assert (place / "notes.txt").is_file()


def test_other_versions_are_not_mixed(study: Study, digests: Digests, tmp_path: Path) -> None:
    ours = about(study, digests)
    with opened(tmp_path / "s", ours | {"versions": ours["versions"] | {"highspy": "1.0"}}, digests, force=False):
        pass
    words = r"another highspy: 1\.0 there"
    with pytest.raises(InputError, match=words), opened(tmp_path / "s", ours, digests, force=False):
        pass


def test_folder_of_something_else_is_refused(study: Study, digests: Digests, tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("mine", encoding="utf-8")
    for force in (False, True):
        with (
            pytest.raises(InputError, match="holds no sweep"),
            opened(tmp_path, about(study, digests), digests, force=force),
        ):
            pass
    assert [p.name for p in tmp_path.iterdir()] == ["notes.txt"]
    with (
        pytest.raises(InputError, match="is a file"),
        opened(tmp_path / "notes.txt", about(study, digests), digests, force=False),
    ):
        pass


def test_digest_of_a_table_is_made_once(study: Study, monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[str] = []
    from optimizer.sweeps import identity

    text = identity.table_text

    def counted(frame: pd.DataFrame, name: str) -> tuple[str, str]:
        made.append(name)
        return text(frame, name)

    monkeypatch.setattr(identity, "table_text", counted)
    digests = Digests()
    for rate in (0.01, 0.02, 0.03):
        case_id(study.replace(keys={"money.discount_rate": rate}), digests)
    assert len(made) == len(set(made))


def test_a_sweep_begun_anew_keeps_what_the_user_put_there(store: Store, study: Study, digests: Digests) -> None:
    plan = kept(store, study, digests)
    mine = ["notes.txt", f"plans/{plan.name}/notes.txt", "plans/mine.txt", "plans/own/u.txt", "tables/mine.csv"]
    for name in mine:
        (store.folder / name).parent.mkdir(exist_ok=True)
        (store.folder / name).write_text("mine")
    _clear(store.folder)
    left = [path.relative_to(store.folder).as_posix() for path in store.folder.rglob("*") if path.is_file()]
    assert sorted(left) == sorted([*mine, "sweep.lock"])


@pytest.mark.skipif(sys.platform == "win32", reason="pipes are POSIX")
@pytest.mark.parametrize("name", ["solve.log", "case.json"])
def test_a_pipe_in_a_sweep_is_damage_and_not_waited_for(
    name: str, store: Store, study: Study, digests: Digests
) -> None:
    file = kept(store, study, digests) / name
    file.unlink()
    os.mkfifo(file)
    assert store.cells(case_id(study, digests), study) is None
    assert store.warnings
