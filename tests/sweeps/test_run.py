"""A sweep in one process: statuses, identities, failures, stops, kills, and the same table after all of them."""

from __future__ import annotations

import json
import os
import shutil
import signal
import sys
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from optimizer import InputError, Study, read_plan, read_study, solve, sweep, verify
from optimizer.errors import SolverError
from optimizer.io.registers import ALWAYS, STATUSES
from optimizer.io.schema import schema
from optimizer.sweeps import Sweep, SweepProgress, attempt, cluster, read_sweep
from optimizer.variants import one_at_a_time
from tests.small import write_small_study
from tests.sweeps import campaign


@pytest.fixture(scope="module")
def swept(tmp_path_factory: pytest.TempPathFactory) -> Sweep:
    return campaign.run(tmp_path_factory.mktemp("swept") / "sweep")


@pytest.fixture
def study(tmp_path: Path) -> Study:
    return read_study(write_small_study(tmp_path / "small"))


def table(folder: Path) -> bytes:
    return (folder / "cases.parquet").read_bytes()


def failing(monkeypatch: pytest.MonkeyPatch, fault: Exception, times: int) -> list[int]:
    """Let the first ``times`` solves of cases with two sites fail; return where the calls are counted."""
    calls: list[int] = []
    plan = attempt.Resolver.plan

    def broken(self: attempt.Resolver, study: Study, **rest: Callable[[], bool]) -> object:
        if study.config.policy.max_sites == 2:
            calls.append(1)
            if len(calls) <= times:
                raise fault
        return plan(self, study, **rest)

    monkeypatch.setattr(attempt.Resolver, "plan", broken)
    return calls


def test_a_table_holds_what_the_dictionary_says(swept: Sweep) -> None:
    found, known = pq.read_table(swept.folder / "cases.parquet"), schema("sweep/cases")
    racks = swept.base_plan.study.racks
    periods, vendors = swept.base_plan.study.horizon.names, sorted(set(racks["vendor"]))
    of = {"key": swept.inputs, "term": list(ALWAYS), "period": periods, "vendor": vendors}
    columns = {name: column for column in known.columns for name in column.names(of)}
    assert found.column_names == list(columns)
    types = {"int": pa.int64(), "float": pa.float64()}
    for name, column in columns.items():
        assert column.meaning, name
        assert bool(column.unit) == column.is_number, name
        assert column.type == "any" or found[name].type == types.get(column.type, pa.string()), name
        assert not column.required or found[name].null_count == 0, name
        assert not column.choices or set(found[name].to_pylist()) <= set(column.choices), name
        unit = {"_usd": "USD", "_gw": "GW IT", "_mw": "MW IT", "_mw_years": "MW-years"}
        ending = next((u for end, u in unit.items() if name.endswith(end) and column.type == "float"), column.unit)
        assert column.unit.startswith(ending), name
    assert known["status"].choices == tuple(STATUSES)
    assert [row["number"] for row in found.select(known.order).to_pylist()] == [1, 2, 3, 4, 5]


def test_every_case_is_a_row(swept: Sweep) -> None:
    assert swept.cases["number"].tolist() == [1, 2, 3, 4, 5]
    assert swept.cases["status"].tolist() == ["optimal", "optimal", "optimal", "infeasible", "optimal"]
    assert swept.inputs == list(campaign.CASES.columns)
    assert "max_unused_mw_years" in swept.cases["reason"][3]
    assert swept.base["case"][0] == swept.cases["case"][2]  # the third case is the study itself
    assert swept.base["number"].tolist() == [0]
    assert set(swept.cases.columns) - set(swept.base.columns) == set(swept.inputs)
    ends = [line for line in campaign.log(swept.folder).splitlines() if " ended " in line]
    assert len(ends) == 5  # base and four others, each once


def test_plans_stand_up_and_equal_separate_solves(swept: Sweep, study: Study) -> None:
    for case in swept.cases.loc[swept.cases["plan"] != "", "case"]:
        assert verify(swept.folder / "plans" / case).ok
    keys = {"policy.max_sites": 1, "money.discount_rate": 0.05}
    alone, ours = solve(study.replace(keys=keys)), swept.plan(1)
    assert ours.objective_usd == pytest.approx(alone.objective_usd, rel=study.config.solve.gap)
    assert ours.facts["study"] == json.loads(json.dumps(alone.facts["study"]))
    assert ours.facts["study_path"] == "study"
    assert swept.plan(str(swept.cases["case"][0])).objective_usd == ours.objective_usd
    with pytest.raises(InputError, match="infeasible"):
        swept.plan(4)
    assert swept.base_plan.objective_usd == swept.base["objective_usd"][0]


def test_again_solves_nothing_and_changes_nothing(swept: Sweep) -> None:
    before, told = table(swept.folder), campaign.log(swept.folder)
    again = campaign.run(swept.folder)
    assert (table(swept.folder), campaign.log(swept.folder)) == (before, told)
    pd.testing.assert_frame_equal(again.base, swept.base)
    found = read_sweep(swept.folder)
    pd.testing.assert_frame_equal(found.cases, swept.cases)
    pd.testing.assert_frame_equal(found.base, swept.base)
    assert found.inputs == swept.inputs


def test_what_was_edited_never_passes_into_the_table(swept: Sweep, tmp_path: Path) -> None:
    folder = shutil.copytree(swept.folder, tmp_path / "sweep")
    plan, base = (folder / str(frame["plan"][0]) for frame in (swept.cases, swept.base))
    end = folder / f"ended/{swept.cases['case'][3]}.json"
    for path, old, new in (
        (plan / "case.json", '"objective_usd": ', '"objective_usd": 1'),
        (base / "waiting.csv", "2027", "2026"),
        (end, '"infeasible"', '"failed"'),
    ):
        path.write_text(path.read_text(encoding="utf-8").replace(old, new, 1), encoding="utf-8")
    for case in (1, 0):
        with pytest.raises(InputError, match="was changed since the sweep wrote it"):
            swept.__class__(folder, swept.cases, swept.base, swept.inputs).plan(case)
    with pytest.raises(InputError, match=base.name):
        read_sweep(folder)
    found = campaign.run(folder)
    assert table(folder) == table(swept.folder)
    assert {Path(fault.file).name for fault in found.warnings} == {plan.name, base.name, "ended"}
    assert found.summary().count("the case is solved again") == 3
    cases = pd.read_parquet(folder / "cases.parquet")
    cases.assign(objective_usd=1.0).to_parquet(folder / "cases.parquet")
    with pytest.raises(InputError, match=r"cases\.parquet: cannot be read: it was changed since"):
        read_sweep(folder)
    campaign.run(folder)
    assert table(folder) == table(swept.folder)
    about = (folder / "sweep.json").read_text(encoding="utf-8")
    (folder / "sweep.json").write_text(about.replace('"base": "', '"base": "0'), encoding="utf-8")
    for call in (read_sweep, campaign.run):
        with pytest.raises(InputError, match=r"sweep\.json was changed since the sweep wrote it – name another"):
            call(folder)


def test_order_changes_no_row(swept: Sweep) -> None:
    turned = campaign.run(swept.folder.parent / "turned", cases=campaign.CASES.iloc[::-1].reset_index(drop=True))
    ours = turned.cases.iloc[::-1].reset_index(drop=True).drop(columns="number")
    pd.testing.assert_frame_equal(ours, swept.cases.drop(columns="number"))


def test_summary_is_for_one_minute(swept: Sweep) -> None:
    text = swept.summary()
    assert "5 cases: 4 optimal, 1 infeasible" in text
    assert text.index("policy.max_sites") < text.index("policy.max_unused")
    assert max(map(len, text.splitlines())) < 200
    assert swept._repr_html_().startswith("<table>")


def test_summary_says_what_a_smaller_programme_places(study: Study, tmp_path: Path) -> None:
    cases = one_at_a_time({"deliveries.period+": [1, 0], "sites.open_usd*": [2]})
    half_years = study.replace(keys={"periods.per_year": 2})
    found = sweep(half_years, cases, out=tmp_path / "s", gap=0.1, workers=1, drop_late=True)
    assert found.cases["delivered_gw"].tolist() == pytest.approx([0.075, 0.1, 0.1])
    assert found.base["delivered_gw"].tolist() == pytest.approx([0.1])
    text = found.summary()
    assert "(0 … 1 half-years) † 0.075 to 0.1 GW placed" in text
    assert text.count("†") == 1
    assert "1 case places 0.075 GW where the base places 0.1" in text


def test_failure_is_tried_once_more(study: Study, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    calls = failing(monkeypatch, ValueError("by\nchance"), times=1)
    found = sweep(study, [study.replace(keys={"policy.max_sites": 2})], out=tmp_path / "s", workers=1)
    assert (len(calls), found.cases["status"].tolist()) == (2, ["optimal"])


@pytest.mark.parametrize(
    ("fault", "status", "reason"),
    [(ValueError("by\nchance"), "failed", "ValueError: by chance"), (SolverError("no plan yet"), "no_plan", "no plan")],
)
def test_failure_is_a_row_and_kept(
    study: Study, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fault: Exception, status: str, reason: str
) -> None:
    variants = {"two": study.replace(keys={"policy.max_sites": 2}), "same": study}
    with monkeypatch.context() as patch:
        failing(patch, fault, times=9)
        found = sweep(study, variants, out=tmp_path / "s", workers=1)
    assert found.cases["status"].tolist() == [status, "optimal"]
    assert reason in found.cases["reason"][0]
    assert found.cases["name"].tolist() == ["two", "same"]
    assert sweep(study, variants, out=tmp_path / "s", workers=1).cases["status"][0] == status
    assert sweep(study, variants, out=tmp_path / "s", workers=1, retry=True).cases["status"][0] == "optimal"
    assert not list((tmp_path / "s/ended").iterdir())


def test_infeasible_base_teaches_nothing(study: Study, tmp_path: Path) -> None:
    tight = study.replace(keys={"policy.max_unused_mw_years": 0.0})
    found = sweep(tight, [study], out=tmp_path / "s", workers=1)
    assert found.base["status"].tolist() == ["infeasible"]
    assert found.base["reason"][0]
    assert found.cases["status"].tolist() == ["optimal"]
    with pytest.raises(InputError, match="infeasible"):
        _ = found.base_plan


def test_options_are_keys_of_every_case(study: Study, tmp_path: Path) -> None:
    found = sweep(study, [study.replace(keys={"policy.max_sites": 2})], gap=0.01, out=tmp_path / "s", workers=1)
    assert found.inputs == ["policy.max_sites"]
    assert found.plan(1).study.config.solve.gap == 0.01
    with pytest.raises(InputError, match=r"another gap: 0\.01 there, 0\.02 here"):
        sweep(study, [study], gap=0.02, out=tmp_path / "s", workers=1)


def test_stop_keeps_what_is_solved(swept: Sweep, tmp_path: Path) -> None:
    told: list[SweepProgress] = []

    def stop() -> bool:
        return bool(told) and told[-1].done >= 2

    found = campaign.run(tmp_path / "sweep", progress=told.append, stop=stop)
    assert set(found.cases["status"]) == {"optimal", "not_run"}
    assert told[-1].total == 5
    campaign.run(tmp_path / "sweep")
    assert table(tmp_path / "sweep") == table(swept.folder)


@pytest.mark.skipif(sys.platform == "win32", reason="os.kill ends the process there instead of interrupting it")
def test_keyboard_interrupt_keeps_what_is_solved(tmp_path: Path) -> None:
    before = signal.signal(signal.SIGINT, signal.default_int_handler)  # a job in the background is born deaf to it

    def interrupt(now: SweepProgress) -> None:
        if now.done == 1:
            os.kill(os.getpid(), signal.SIGINT)

    try:
        found = campaign.run(tmp_path / "sweep", progress=interrupt)
        assert signal.getsignal(signal.SIGINT) is signal.default_int_handler
    finally:
        signal.signal(signal.SIGINT, before)
    assert "not_run" in set(found.cases["status"])
    assert "optimal" in set(found.cases["status"])


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="processes are counted in /proc")
def test_kill_loses_no_case_and_leaves_no_process(swept: Sweep, tmp_path: Path) -> None:
    folder = tmp_path / "sweep"
    process = campaign.start(folder, 1)
    campaign.wait_for(folder, " ended ", 2)
    campaign.kill(process.pid)
    process.wait()
    (folder / "plans/.tmp-left").mkdir()
    campaign.run(folder)
    assert table(folder) == table(swept.folder)
    assert campaign.solved_twice(folder) == []
    assert not list(folder.rglob(".tmp-*"))
    assert campaign.gone(folder)


def test_extra_that_is_missing_names_its_cure(study: Study, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cluster, "installed", lambda: False)
    with pytest.raises(InputError, match=r'pip install "rackgrid\[cluster\]"'):
        sweep(study, [study], cluster="tcp://127.0.0.1:1", out=tmp_path / "s")
    with pytest.raises(InputError, match=r"rackgrid\[cluster\]"):
        sweep(study, [study], workers=2, out=tmp_path / "s")
    assert not (tmp_path / "s").exists()


def test_place_is_made_of_the_study(study: Study, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    found = sweep(study, [study], workers=1)
    assert found.folder.parent == tmp_path / "sweeps"
    assert found.folder.name == f"small-x-2-bold-study-bold-{found.base['case'][0][:8]}"
    assert read_plan(found.folder / found.cases["plan"][0]).status == "optimal"
