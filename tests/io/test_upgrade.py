"""What an earlier release wrote is read as it is, and rewritten on demand: whole, once, with the old folder beside it."""

from __future__ import annotations

import errno
import json
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from optimizer import InputError, Study, read_plan, read_study, solve, verify
from optimizer.io import upgrade as formats
from optimizer.io.schema import schema
from optimizer.io.sheets import workbook_bytes
from optimizer.io.upgrade import Step, rewrite
from optimizer.plan import Plan, reading, steps, upgrade
from optimizer.plan.folder import digest
from optimizer.plan.steps import FORMAT, STEPS, younger
from optimizer.plan.workbook import plan_sheets
from optimizer.view.report import report_page

from ..cli.inside import inside

FIXTURES = Path(__file__).parent / "fixtures"
TINY = Path(__file__).parents[1] / "conformance" / "tiny"
PLANS, STUDIES = (sorted(FIXTURES.glob(f"format-*/{kind}")) for kind in ("plan", "study"))
OLD_PLAN = FIXTURES / "format-1" / "plan"


def number(fixture: Path) -> int:
    return int(fixture.parent.name.removeprefix("format-"))


def contents(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.fixture
def old(tmp_path: Path) -> Path:
    return Path(shutil.copytree(OLD_PLAN, tmp_path / "old"))


def test_each_format_but_the_current_one_has_its_step_and_its_folder() -> None:
    assert [step.of for step in STEPS] == list(range(1, FORMAT)), "a step from each format to the next, in order"
    assert [step.of for step in formats.STUDY_STEPS] == list(range(1, formats.FORMAT))
    assert set(range(1, FORMAT)) <= {number(plan) for plan in PLANS} <= set(range(1, FORMAT + 1))
    assert set(range(1, formats.FORMAT + 1)) == {number(study) for study in STUDIES}
    assert all(json.loads((plan / "plan.json").read_text("utf-8"))["format"] == number(plan) for plan in PLANS)
    assert all((study / "study.toml").read_text("utf-8").startswith(f"format = {number(study)}\n") for study in STUDIES)


@pytest.mark.parametrize("fixture", STUDIES, ids=lambda path: path.parent.name)
def test_a_study_of_any_format_is_read_and_carried_to_the_current_one(fixture: Path, tmp_path: Path) -> None:
    study, folder = read_study(fixture), shutil.copytree(fixture, tmp_path / "study")
    assert study.config.format == formats.FORMAT
    done = inside(tmp_path)("upgrade", "study")
    assert (done.returncode, done.stdout) == (0, "study\n"), done.stderr
    assert (tmp_path / f"study.format-{number(fixture)}").exists() == (number(fixture) < formats.FORMAT)
    again = read_study(folder)
    assert again.config == study.config
    pd.testing.assert_frame_equal(again.sites, study.sites)


@pytest.mark.parametrize("fixture", PLANS, ids=lambda path: path.parent.name)
def test_a_plan_of_any_format_is_read_verified_and_carried_to_the_current_one(fixture: Path, tmp_path: Path) -> None:
    folder, before = Path(shutil.copytree(fixture, tmp_path / "plan")), contents(fixture)
    plan = read_plan(folder)
    assert plan.facts["format"] == FORMAT
    assert (verify(plan).findings, verify(folder).findings) == ([], [])
    assert contents(folder) == before, "to read is not to write"
    assert plan.study.config.study.name in report_page(plan)
    assert workbook_bytes(plan_sheets(plan))
    done, kept = inside(tmp_path)("upgrade", "plan"), tmp_path / f"plan.format-{number(fixture)}"
    assert (done.returncode, done.stdout) == (0, "plan\n"), done.stderr
    after = contents(folder)
    assert json.loads(after["plan.json"])["format"] == FORMAT
    if number(fixture) < FORMAT:
        assert contents(kept) == before
        assert f"the folder as it was is kept as {kept}" in done.stderr
    made = {"plan.json", *(f"{name.partition('.')[0]}.csv" for step in STEPS for name in step.makes)}
    made |= {"sites.geojson"} if "sites.csv" in made else set()
    assert {name: text for name, text in after.items() if name not in made} == {
        name: text for name, text in before.items() if name not in made
    }
    again = read_plan(folder)
    assert again.facts == plan.facts
    for name, table in plan.tables.items():
        pd.testing.assert_frame_equal(again.tables[name], table, check_dtype=False)
    assert verify(folder).ok
    assert inside(tmp_path)("upgrade", "plan").stderr == "plan is of the current format already\n"
    assert contents(folder) == after
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(
        {"plan", kept.name} if kept.exists() else {"plan"}
    )


@pytest.mark.parametrize("study", ["02", "05", "07"])
def test_the_dollars_of_an_old_plan_are_those_of_a_new_one(study: str, tmp_path: Path) -> None:
    new = solve(read_study(TINY / study))
    folder = new.to_folder(tmp_path / "plan")
    facts = {**new.facts, "format": 1}
    (folder / "plan.json").write_text(json.dumps({**facts, "digest": digest(facts)}), encoding="utf-8")
    written = (folder / "costs.csv").read_bytes()
    (folder / "costs.csv").unlink()
    for table, _, column in (name.partition(".") for name in younger(1)):
        if column in new.tables[table]:
            left_out(folder, table, column)
    assert read_plan(folder).tables["costs"].equals(new.tables["costs"])
    assert inside(tmp_path)("upgrade", "plan").returncode == 0
    assert (folder / "costs.csv").read_bytes() == written


def left_out(folder: Path, table: str, column: str) -> pd.DataFrame:
    """Take a column out of a table, of sites.geojson too; return the table as it was."""
    found = pd.read_csv(folder / f"{table}.csv", dtype={"period": str})
    found.drop(columns=column).to_csv(folder / f"{table}.csv", index=False)
    if table == "sites":
        places = json.loads((folder / "sites.geojson").read_text())
        for feature in places["features"]:
            del feature["properties"][column]
        (folder / "sites.geojson").write_text(json.dumps(places))
    return found


def changed_plan_json(folder: Path, **facts: Any) -> None:
    path = folder / "plan.json"
    path.write_text(json.dumps({**json.loads(path.read_text("utf-8")), **facts}), encoding="utf-8")


def test_an_old_plan_that_was_tampered_with_does_not_become_right_by_an_upgrade(old: Path) -> None:
    stated = json.loads((old / "plan.json").read_text("utf-8"))["bound_usd"]
    changed_plan_json(old, bound_usd=stated - 1e6, gap=None)
    before = contents(old)
    assert {finding.column for finding in verify(old).findings} >= {"digest", "gap"}
    done = inside(old.parent)("upgrade", "old")
    assert (done.returncode, done.stdout) == (2, "")
    assert "old: does not follow from its study" in done.stderr
    assert contents(old) == before
    assert [path.name for path in old.parent.iterdir()] == ["old"]


@pytest.mark.parametrize(("aged", "ok"), [(1.0, True), (0.5, False)])
def test_a_plan_from_before_a_key_was_made_as_if_its_default_stood_there(old: Path, *, aged: float, ok: bool) -> None:
    """The study says what the key is: the default agrees with the plan, any other value is told."""
    facts = json.loads((old / "plan.json").read_text())
    for section, key in (("policy", "force_open"), ("objective", "first"), ("unused", "aged_after_years")):
        del facts["study"][section][key]
    (old / "plan.json").write_text(json.dumps(facts | {"digest": digest(facts)}))
    study = old / "study" / "study.toml"
    study.write_text(study.read_text().replace("aged_after_years = 1.0", f"aged_after_years = {aged}"))
    assert verify(read_plan(old)).ok is ok


@pytest.mark.parametrize(
    ("file", "was", "now", "told"),
    [
        ("sites.csv", "halls", "hulls", "sites.csv: has no column halls"),
        ("assignments.csv", "amd-2", "amd-9", "assignments.csv: names a sku that its study lacks"),
        ("power.csv", "49.464000000000006", "much", "power.csv: holds what is no number in the column load_mw"),
    ],
)
def test_an_old_plan_whose_tables_are_damaged_is_refused(file: str, was: str, now: str, told: str, old: Path) -> None:
    (old / file).write_text((old / file).read_text("utf-8").replace(was, now, 1), encoding="utf-8")
    with pytest.raises(InputError, match=told):
        read_plan(old)


def test_a_newer_plan_is_refused_with_the_version_that_reads_it(old: Path) -> None:
    for versions, cure in (
        ({"rackgrid": "0.9.0"}, "install 0.9.0, the version that wrote it, or a newer rackgrid"),
        (None, "install a newer rackgrid"),
    ):
        changed_plan_json(old, format=FORMAT + 5, versions=versions)
        reason = f"plan.json: format {FORMAT + 5} is not known to this release, which reads 1 to {FORMAT} – {cure}"
        for command in ("upgrade", "verify", "map"):
            done = inside(old.parent)(command, "old")
            assert (done.returncode, done.stderr) == (2, f"old/{reason}\n1 error\n")


@pytest.mark.parametrize("found", [0, -1, True, 1.0])
def test_a_number_that_is_no_format_is_refused(found: object, old: Path) -> None:
    changed_plan_json(old, format=found)
    with pytest.raises(InputError, match="states no format" if isinstance(found, float) else "is not known"):
        read_plan(old)


def test_a_backup_is_never_replaced(old: Path) -> None:
    (old.parent / "old.format-1").write_text("mine", encoding="utf-8")
    before = contents(old)
    done = inside(old.parent)("upgrade", "old")
    assert done.returncode == 2
    assert "old.format-1: is there already – it holds the folder of before another upgrade" in done.stderr
    assert contents(old) == before
    assert (old.parent / "old.format-1").read_text("utf-8") == "mine"


@pytest.mark.parametrize("share", [0.2, 0.8], ids=["fresh", "backup"])
def test_a_disk_that_is_full_leaves_the_folder_as_it_was(
    share: float, old: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before, copy = contents(old), shutil.copyfile
    left = [round(2 * len(before) * share)]

    def full(*given: Any, **options: Any) -> Any:
        left[0] -= 1
        if left[0] < 0:
            raise OSError(errno.ENOSPC, "No space left on device")
        return copy(*given, **options)

    monkeypatch.setattr(shutil, "copyfile", full)
    with pytest.raises(InputError, match="old: cannot be written: No space left on device – make room there"):
        rewrite(old, {"plan.json": "{}"}, old.with_name("kept"))
    assert contents(old) == before
    assert [path.name for path in old.parent.iterdir()] == ["old"]


def test_a_plan_of_a_sweep_is_not_rewritten(old: Path) -> None:
    (old / "case.json").write_text("{}", encoding="utf-8")
    done = inside(old.parent)("upgrade", "old")
    assert done.returncode == 2
    assert "old: is a plan of a sweep, which is upgraded as it is read" in done.stderr


def test_what_is_neither_plan_nor_study_is_named(tmp_path: Path) -> None:
    done = inside(tmp_path)("upgrade", ".")
    assert (done.returncode, done.stderr.splitlines()[0]) == (
        2, ".: holds no plan.json and no study.toml – name a folder of one of them; a workbook is upgraded as it is read"
    )  # fmt: skip


# the next format of studies -----------------------------------------------------------------------------------------
@pytest.fixture
def next_format(monkeypatch: pytest.MonkeyPatch) -> Callable[..., Study]:
    """Let this be the release whose studies have format 2, in which most_sites is called max_sites; read as it does."""

    def renamed(content: dict[str, Any]) -> dict[str, Any]:
        rules = dict(content.get("policy", {}))
        if "most_sites" in rules:
            rules["max_sites"] = rules.pop("most_sites")
        return {**content, "policy": rules}

    for place in ("upgrade", "keys"):
        monkeypatch.setattr(f"optimizer.io.{place}.FORMAT", 2)
    monkeypatch.setattr(formats, "STUDY_STEPS", (Step(1, "policy.most_sites is called max_sites", renamed),))
    monkeypatch.setattr("optimizer.plan.upgrade.STUDY_STEPS", formats.STUDY_STEPS)
    return read_study


def older_study(folder: Path) -> Path:
    text = (
        (folder / "study.toml").read_text("utf-8").replace("\n[objective]", "\n[policy]\nmost_sites = 2\n\n[objective]")
    )
    (folder / "study.toml").write_text(text, encoding="utf-8")
    return folder


def test_a_step_of_studies_holds_before_what_a_call_sets(next_format: Callable[..., Study], tmp_path: Path) -> None:
    folder = older_study(Path(shutil.copytree(STUDIES[0], tmp_path / "study")))
    before = contents(folder)
    assert (next_format(folder).config.policy.max_sites, next_format(folder).config.format) == (2, 2)
    assert next_format(folder, keys={"policy.max_sites": 1}).config.policy.max_sites == 1
    done = inside(tmp_path)("upgrade", "study")
    assert done.returncode == 0, done.stderr
    assert "note: policy.most_sites is called max_sites\n" in done.stderr
    after = contents(folder)
    assert (after.pop("study.toml").startswith(b"format = 2\n"), contents(tmp_path / "study.format-1")) == (
        True,
        before,
    )
    assert after == {name: text for name, text in before.items() if name != "study.toml"}
    assert next_format(folder).config.policy.max_sites == 2
    (folder / "study.toml").write_text("format = 3\n", encoding="utf-8")
    with pytest.raises(InputError, match="is not 2, the format that this release reads – install a newer rackgrid"):
        next_format(folder)


def test_the_study_of_a_plan_is_carried_with_it(next_format: Callable[..., Study], old: Path) -> None:
    del next_format
    plan = read_plan(old)
    assert (plan.study.config.format, plan.facts["study"]["format"], verify(plan).findings) == (2, 2, [])
    done = inside(old.parent)("upgrade", "old")
    assert done.returncode == 0, done.stderr
    assert (old / "study" / "study.toml").read_text("utf-8").startswith("format = 2\n")
    assert verify(old).findings == []
    assert read_plan(old).facts == plan.facts


def test_steps_go_in_order_from_the_format_that_is_found() -> None:
    steps = tuple(Step[str](of, "", lambda text, of=of: f"{text}{of}") for of in (1, 2, 3))  # type: ignore[misc]
    assert [formats.carried("", steps, found) for found in (1, 2, 3, 4)] == ["123", "23", "3", ""]


def test_a_format_of_a_plan_from_memory_is_that_of_this_release() -> None:
    plan = read_plan(OLD_PLAN)
    assert [f.column for f in verify(replace(plan, facts={**plan.facts, "format": 1})).findings] == ["format", "digest"]


def test_a_step_may_make_a_column(old: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As if this release were the first whose sites.csv has idle_hall_mw: the folder of before lacks it everywhere."""
    column = "idle_hall_mw"
    table = left_out(old, "sites", column)

    def carry(plan: Plan) -> Plan:
        sites = plan.tables["sites"]
        idle = (sites["built_mw"] - sites["it_mw_in_service"]).where(lambda mw: mw > 1e-6, 0.0)
        at = [name for name in schema("plan/sites").names if name in sites or name == column].index(column)
        sites = sites.copy()
        sites.insert(at, column, idle)
        return STEPS[0].carry(replace(plan, tables={**plan.tables, "sites": sites}))

    made = (replace(STEPS[0], carry=carry, makes=("costs", f"sites.{column}")), *STEPS[1:])
    for module in (steps, reading, upgrade):
        monkeypatch.setattr(module, "STEPS", made)
    assert verify(old).ok
    backup, _ = upgrade.upgrade_plan(read_plan(old), old)
    assert backup is not None
    monkeypatch.undo()
    assert verify(old).ok
    assert pd.read_csv(old / "sites.csv")[column].tolist() == table[column].tolist()
