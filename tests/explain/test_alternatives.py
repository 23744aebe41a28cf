"""Alternatives: the sets, costs and classes of enumeration, whole folders, and what a stop leaves."""

from __future__ import annotations

import itertools
import json
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from optimizer import InputError, Plan, read_plan, read_study, solve, verify
from optimizer.explain import alternatives
from optimizer.explain.others.result import Alternatives
from optimizer.io.schema import schema
from tests.cli.conftest import command, environment
from tests.solver.enumeration import Tiny, enumerate_best, random_tiny
from tests.solver.test_enumeration import as_study

STUDIES = Path(__file__).parents[1] / "conformance" / "explain"
NAMES = sorted(path.name for path in STUDIES.glob("alternatives-*"))


def call(folder: Path, *arguments: str | Path) -> subprocess.CompletedProcess[str]:
    words = command("alternatives", *arguments)
    return subprocess.run(
        words, cwd=folder, env=environment(), capture_output=True, encoding="utf-8", timeout=600, check=False
    )


@pytest.fixture(scope="module")
def plan() -> Plan:
    return solve(read_study(STUDIES / "alternatives-03"))


@pytest.mark.parametrize("name", NAMES)
def test_the_command_finds_what_enumeration_finds(name: str, tmp_path: Path) -> None:
    answer = json.loads((STUDIES / name / "answer.json").read_text(encoding="utf-8"))
    done = call(tmp_path, STUDIES / name, "--within", str(answer["within"]), "--count", "10", "-o", "out", "--json")
    assert done.returncode == 0, done.stderr
    facts, out = json.loads(done.stdout), tmp_path / "out"
    assert facts == json.loads((out / "alternatives.json").read_text(encoding="utf-8"))
    assert (facts["complete"], facts["stopped"], facts["unsettled"]) == (True, False, 0)
    assert [row["sites"] for row in facts["alternatives"]] == [row["sites"] for row in answer["alternatives"]]
    for found, told in zip(facts["alternatives"], answer["alternatives"], strict=True):
        assert found["cost_usd"] == pytest.approx(told["cost_usd"], rel=1e-8)
    for found, told in zip(facts["sites"], answer["sites"], strict=True):
        assert (found["site"], found["class"]) == (told["site"], told["class"])
        ends = [found["replacement_usd_low"], found["replacement_usd_high"]]
        expected = told["replacement_usd"]
        assert ends == ["inf", "inf"] if expected is None else ends == pytest.approx([expected] * 2, abs=20)
    check_folder(out, [row["sites"] for row in answer["alternatives"]])


def check_folder(out: Path, sets: list[list[str]]) -> None:
    """Hold a folder to its dictionary, its plans to their recheck, and the map to the table of sites."""
    frames = {}
    for name in ("alternatives", "sites"):
        frames[name] = pd.read_csv(out / f"{name}.csv", keep_default_na=False)
        assert list(frames[name]) == schema(f"explain/{name}").names
    for place, sites in zip(frames["alternatives"]["plan"], sets, strict=True):
        found = read_plan(out / place)
        assert verify(found).ok
        assert open_sites(found) == set(sites)
    features = json.loads((out / "map.geojson").read_text(encoding="utf-8"))["features"]
    shares = {row["properties"]["site"]: row["properties"]["share"] for row in features}
    assert shares == {s: sum(s in opened for opened in sets) / len(sets) for s in frames["sites"]["site"]}
    page = (out / "map.html").read_text(encoding="utf-8")
    assert "How often each site opens" in page
    assert "http://" not in page.replace("http://www.w3.org", "")


def open_sites(plan: Plan) -> set[str]:
    table, last = plan.assignments, plan.study.horizon.names[-1]
    here = table[(table["period"].astype(str) == last) & (table["racks_in_service"] > 0)]
    return {*here["site"]} | {*plan.study.sites["site"][plan.study.sites["committed"]]}


def tinies() -> Iterator[tuple[str, int]]:
    """Seeds that have a plan, of each kind of study."""
    kinds = {
        "committed": lambda t: sum(s["committed"] for s in t.sites) == 1,
        "racks retire": lambda t: any(k["life"] for k in t.skus),
        "max_sites": lambda t: "max_sites" in t.policy,
        "force_open": lambda t: "force_open" in t.policy,
        "two objectives": lambda t: t.minimise == "lexicographic",
    }
    seeds: dict[str, int] = {}
    for seed in range(60):
        tiny = random_tiny(seed)
        fits = [kind for kind, holds in kinds.items() if kind not in seeds and holds(tiny)]
        if fits and sum(enumerate_best(tiny, opened) is not None for opened in sets()) > 1:
            seeds |= dict.fromkeys(fits[:1], seed)
    assert seeds.keys() == kinds.keys()
    yield from seeds.items()


def sets() -> Iterator[tuple[bool, ...]]:
    return itertools.product((False, True), repeat=2)


def test_small_studies_agree_with_enumeration() -> None:
    for kind, seed in tinies():
        tiny = random_tiny(seed)
        least = {opened: enumerate_best(tiny, opened) for opened in sets()}
        best = enumerate_best(tiny)
        assert best is not None
        costs = {
            opened: found[0]
            for opened, found in least.items()
            if found is not None and (tiny.minimise == "cost" or found[1] <= best[1] + tiny.slack)
        }
        within_usd = sorted(costs.values())[min(1, len(costs) - 1)] - best[0] + 1e5
        found = alternatives(solve(as_study(tiny)), within_usd=within_usd)
        check_sets(found, tiny, costs, within_usd, f"{kind}, seed {seed}")


def check_sets(
    found: Alternatives, tiny: Tiny, costs: dict[tuple[bool, ...], float], within_usd: float, which: str
) -> None:
    ids, best = [s["site"] for s in tiny.sites], min(costs.values())
    expected = sorted((cost, opened) for opened, cost in costs.items() if cost <= best + within_usd)
    assert found.complete, which
    assert list(found.opened) == [tuple(itertools.compress(ids, opened)) for _, opened in expected], which
    assert found.table["cost_usd"].tolist() == pytest.approx([cost for cost, _ in expected], rel=1e-6), which
    for s, row in enumerate(found.sites.to_dict("records")):
        sides = [[cost for opened, cost in costs.items() if opened[s] is side] for side in (False, True)]
        near = [min(side, default=best + 2 * within_usd + 1.0) <= best + within_usd for side in sides]
        assert row["class"] == {(True, True): "optional", (False, True): "must", (True, False): "never"}[*near], which
        dearer = min(sides[0], default=float("inf")) - best
        ends = (row["replacement_usd_low"], row["replacement_usd_high"])
        assert ends == pytest.approx((dearer, dearer), rel=1e-6, abs=10), which


def test_fewer_than_there_are_is_not_complete() -> None:
    found = alternatives(solve(read_study(STUDIES / "alternatives-01")), within=0.05, count=2)
    assert (len(found.table), found.complete) == (2, False)
    assert found.table["distance"].tolist()[0] == 0
    assert found.table["distance"].tolist()[1] > 0
    assert found.table["cost_usd"].is_monotonic_increasing
    assert found.table["cost_usd"].max() <= found.margin_usd
    assert len({*found.opened}) == 2
    assert "2 sets of sites" in found.summary()
    assert "<table" in found._repr_html_()


def test_the_end_of_the_time_leaves_the_rest_unsettled(plan: Plan) -> None:
    found = alternatives(plan, within=0.05, time_limit_s=1e-6)
    assert (found.stopped, found.complete, len(found.table)) == (True, False, 1)
    assert found.unsettled == (found.sites["class"] == "unsettled").sum() > 0
    assert found.sites.loc[found.sites["class"] == "unsettled", "replacement_usd_high"].isin([float("inf")]).sum() == 0


@pytest.mark.skipif(sys.platform == "win32", reason="Ctrl-C reaches no single process there")
def test_an_interrupt_keeps_what_is_answered(tmp_path: Path) -> None:
    solve(read_study(STUDIES / "alternatives-02")).to_folder(tmp_path / "plan")
    words = command("alternatives", "plan", "--within", "0.05", "-o", "out")
    process = subprocess.Popen(
        words, cwd=tmp_path, env=environment(), stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )  # fmt: skip
    assert process.stderr is not None
    line = process.stderr.readline()
    while line and "questions answered" not in line:
        line = process.stderr.readline()
    process.send_signal(signal.SIGINT)
    began, rest = time.monotonic(), process.communicate(timeout=120)[1]
    assert process.returncode == 0, rest
    assert time.monotonic() - began < 60
    assert "stopping with what is answered" in rest
    facts = json.loads((tmp_path / "out/alternatives.json").read_text(encoding="utf-8"))
    assert facts["stopped"]
    assert facts["alternatives"]
    assert all(verify(read_plan(tmp_path / "out" / row["plan"])).ok for row in facts["alternatives"])


def test_what_cannot_be_answered_is_refused(plan: Plan) -> None:
    wide: dict[str, Any] = {**plan.facts, "bound_usd": 0.9 * plan.objective_usd, "gap": 0.1}
    with pytest.raises(InputError, match="less than the plan's own gap"):
        alternatives(replace(plan, facts=wide), within=0.05)
    with pytest.raises(InputError, match="nothing is proven of it"):
        alternatives(replace(plan, facts={**wide, "bound_usd": None}), within=0.05)
    with pytest.raises(InputError) as refused:
        alternatives(plan, within=-1, count=0, time_limit_s=0)
    assert [fault.file for fault in refused.value.faults] == ["within", "count", "time_limit_s"]


def test_the_command_refuses_before_it_asks(plan: Plan, tmp_path: Path) -> None:
    whole = plan.to_folder(tmp_path / "plan")
    edited, young, taken = (tmp_path / name for name in ("edited", "young", "taken"))
    for place in (edited, young):
        shutil.copytree(whole, place)
    for place, old, new in ((edited, '"objective_usd": ', '"objective_usd": 1'), (young, '"format": ', '"format": 9')):
        text = (place / "plan.json").read_text(encoding="utf-8")
        (place / "plan.json").write_text(text.replace(old, new, 1), encoding="utf-8")
    alternatives(plan, within=0.05).to_folder(tmp_path / "kept")
    facts = json.loads((tmp_path / "kept" / "alternatives.json").read_text(encoding="utf-8"))
    assert facts["plan_objective_usd"] == plan.objective_usd  # by which a page knows them for its plan's
    (tmp_path / "kept/plans/01/notes.txt").write_text("mine", encoding="utf-8")
    taken.mkdir()
    (taken / "notes.txt").write_text("mine", encoding="utf-8")
    for arguments, words in (
        (["edited", "-o", "out"], "does not follow from its study"),
        (["young", "-o", "out"], "is not known to this release"),
        (["plan", "-o", "taken", "--force"], "holds other files"),
        (["plan", "-o", "kept", "--force"], "plans/01/notes.txt"),
        (["plan", "-o", "out", "--within", "0"], "--within: 0.0 must be above 0"),
        (["plan", "-o", "out", "--count", "0"], "--count: 0 must be 1 or more"),
        (["nowhere", "-o", "out"], "nowhere"),
    ):
        done = call(tmp_path, *arguments)
        assert (done.returncode, words in done.stderr) == (2, True), done.stderr
        assert "Traceback" not in done.stderr
    assert not (tmp_path / "out").exists()
    assert (taken / "notes.txt").read_text(encoding="utf-8") == "mine"
