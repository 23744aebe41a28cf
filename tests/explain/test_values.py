"""Values of limits: those of hand-made finite differences, those of rebuilt programs, and true ones of exact solves."""

from __future__ import annotations

import json
import os
from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from optimizer import Plan, SolverError, Study, read_study, solve
from optimizer.account.decisions import Decisions
from optimizer.explain import Values, values
from optimizer.explain.worth.kinds import KINDS, limits_of
from optimizer.explain.worth.limits import Decided, Limit
from optimizer.explain.worth.program import valued
from optimizer.formulation import families as of
from optimizer.io.schema import schema
from optimizer.parameters import Parameters
from optimizer.solver.arrays import Job
from optimizer.solver.completion import stated
from optimizer.solver.engine import Engine
from optimizer.solver.problem import Problem, Statement
from optimizer.solver.progress import Journal
from optimizer.solver.refinement import readied
from optimizer.solver.runner import Runner
from optimizer.solver.screening import needed

CONFORMANCE = Path(__file__).parents[1] / "conformance"
SIX = [f"explain/values-0{i}" for i in range(1, 7)]
# Studies with lines, on-site power, blocks, shares, clusters, upgrades, retirement.
SOME = os.environ.get("RACKGRID_VALUES", "tiny/02 tiny/05 tiny/14 grid-tiny/03 grid-tiny/08").split()
MOST = 40 if "RACKGRID_VALUES" not in os.environ else 1000
STEP = 1.0 / 128.0


@cache
def planned(name: str) -> Plan:
    return solve(read_study(CONFORMANCE / name), gap=1e-9)


@pytest.mark.parametrize("name", SIX)
def test_marginal_values_to_both_sides_are_those_of_finite_differences(name: str) -> None:
    told = json.loads((CONFORMANCE / name / "answer.json").read_text(encoding="utf-8"))
    assert planned(name).objective_usd == pytest.approx(told["objective_usd"], rel=1e-9)
    frame = values(planned(name), resolve=False).frame
    found = {(r.limit, r.id, r.period): r for r in frame.itertuples()}
    for row in told["values"]:
        mine = found[row["limit"], row["id"], row["period"]]
        assert mine.unit == row["unit"]
        assert np.isnan(mine.limit_value) if row["limit_value"] is None else mine.limit_value == pytest.approx(
            row["limit_value"]
        )  # fmt: skip
        assert mine.usd == pytest.approx(row["usd"], rel=1e-6, abs=1e-3), row
        if row["usd_less"] is None:
            assert np.isnan(mine.usd_less)
        else:
            assert mine.usd_less == pytest.approx(row["usd_less"], rel=1e-6, abs=1e-3), row
    assert {key[:2] for key in found if key[0] == "line"} <= {("line", "l1")}
    assert {key for key in found if key[0] != "line"} - {
        (r["limit"], r["id"], r["period"]) for r in told["values"]
    } <= {key for key in found if key[0] in ("halls_per_year", "upgrade")}


def moved(p: Parameters, limit: Limit, by: float) -> Parameters:
    """Return parameters with so much more of a limit in its period alone, by the numbers that the model reads."""
    where = (limit.at, limit.t) if limit.b is None else (limit.at, limit.t, limit.b)
    names = {
        "interconnection": "interconnection_mw", "onsite": "onsite_mw", "hall": "existing_mw", "zone": "headroom_mw"
    }  # fmt: skip
    if limit.kind in names:
        array = getattr(p, names[limit.kind]).copy()
        array[where] += by
        return p.changed(**{names[limit.kind]: array})
    if limit.kind == "delivery":
        pods = p.delivered_pods.astype(float)
        pods[where] += by / p.pod_mw[limit.at]
        return replace(p, delivered_pods=pods)  # type: ignore[arg-type]
    if limit.kind == "line":
        found = replace(p)
        for name in ("most_line_mw", "most_line_back_mw"):
            array = getattr(p, name).copy()
            array[limit.at, limit.t] += by
            vars(found)[name] = array
        return found
    share = getattr(p.policy, limit.id) + by * (0.01 if limit.kind == "share" else 1.0)
    return replace(p, policy=p.policy.model_copy(update={limit.id: share}))


def least_usd(ground: Decided, p: Parameters, runner: Runner) -> float:
    """Least cost of other parameters with what the plan decides held and pods continuous; inf where there is none."""
    problem = readied(Problem(Statement(ground.study, p)), runner)
    while True:
        c, matrix, point = problem.c.columns, problem.c.matrix, stated(problem, ground.x)
        held = c.array(*(f for f in of.FAMILIES if f.stage == "decide" and f is not of.PODS))
        lower, upper = matrix.lower.copy(), matrix.upper.copy()
        lower[held] = upper[held] = point[held]
        found = runner.run(matrix, Job(lower=lower, upper=upper, integer=np.zeros(len(lower), dtype=bool)))
        if found.x is None:
            return np.inf
        flow = c.spread(of.FLOW, found.x) - c.spread(of.BACKFLOW, found.x)
        more = needed(problem.p, flow, None if p.generation is None else c.spread(of.MADE, found.x))
        if not len(more):
            return float(found.objective * matrix.unit)
        problem = problem.with_cuts(more)


@pytest.mark.parametrize("name", SOME)
def test_marginal_values_are_those_of_the_model_written_anew(name: str) -> None:
    plan = planned(name)
    p = Parameters.of(plan.study)
    ground = Decided(plan.study, p, Decisions.stated(p, plan.tables))
    limits = limits_of(ground)
    with Engine() as engine:
        runner = Runner(engine, Journal(None), None, None)
        usd = valued(ground, limits, runner, 1)
        base = least_usd(ground, p, runner)
        places = np.random.default_rng(1).permutation([i for i in usd if limits[i].t is not None])[:MOST]
        assert len(places)
        for i in places.tolist():
            limit, lines = limits[i], {p.upgrades.target[u] for u, k in enumerate(p.upgrades.kind) if k == "line"}
            if limit.kind == "line" and (limit.at in lines or len(p.block_hours) > 1 or p.generation is not None):
                continue  # bounds of columns alone, and of all blocks, are moved
            for sign, mine in zip((1, -1), usd[i], strict=True):
                if np.isnan(mine):
                    assert (sign < 0 and limit.value <= 0) or least_usd(
                        ground, moved(p, limit, sign * STEP), runner
                    ) == np.inf
                    continue
                if sign < 0 and limit.value < STEP:
                    continue
                steps = [
                    sign * (base - least_usd(ground, moved(p, limit, sign * step), runner)) / step
                    for step in (STEP, STEP / 4)
                ]
                if steps[0] == pytest.approx(steps[1], rel=1e-5, abs=50):  # else a kink is within the step
                    assert mine == pytest.approx(steps[0], rel=1e-6, abs=20), (limit, sign)


@cache
def told(name: str) -> Values:
    return values(planned(name), top=100)


@pytest.mark.parametrize("name", ["explain/values-03", "explain/values-06"])
def test_true_values_hold_those_of_exact_solves(name: str) -> None:
    plan, found = planned(name), told(name)
    p = Parameters.of(plan.study)
    limits = {(x.kind, x.id, x.t): x for x in limits_of(Decided(plan.study, p, Decisions.stated(p, plan.tables)))}
    assert found.left_open == 0
    assert found.frame["resolve_step"].notna().sum() >= 8
    seen = set()
    for row in found.frame[found.frame["resolve_step"].notna()].to_dict("records"):
        key = (row["limit"], row["id"], p.periods.index(row["period"]) if row["period"] else None)
        assert row["resolve_step"] == KINDS[row["limit"]].step(p, limits[key])
        assert row["resolve_low_usd"] <= row["resolve_high_usd"]
        if row["limit"] in ("interconnection", "zone") and row["limit"] not in seen:
            seen.add(row["limit"])
            saved = plan.objective_usd - solve(changed(plan, row), gap=1e-9).objective_usd
            assert row["resolve_low_usd"] - 10 <= saved <= row["resolve_high_usd"] + 10
    assert seen == {"interconnection", "zone"}


def changed(plan: Plan, row: dict[str, object]) -> Study:
    """Return the study with a unit more in the tables themselves, from a period on."""
    p = Parameters.of(plan.study)
    if row["limit"] == "interconnection":
        return stating(plan.study, "site_ramp", row, p.interconnection_mw[p.sites.index(row["id"])])
    return stating(plan.study, "headroom", row, p.headroom_mw[p.zones.index(row["id"]), :, 0])


def stating(study: Study, name: str, row: dict[str, object], mw: np.ndarray) -> Study:
    """Return the study whose table has a row for each period of one id, with a unit more from the row's period on."""
    key, column = ("site", "interconnection_mw") if name == "site_ramp" else ("zone", "headroom_mw")
    table: pd.DataFrame = getattr(study, name)
    first = table[table[key] == row["id"]].iloc[0]
    more = [mw[t] + (period >= row["period"]) for t, period in enumerate(study.horizon.names)]
    rows = [first.to_dict() | {"period": n, column: v} for n, v in zip(study.horizon.names, more, strict=True)]
    return study.replace(**{name: pd.concat([table[table[key] != row["id"]], pd.DataFrame(rows)], ignore_index=True)})


def test_power_sooner_and_sums_and_order() -> None:
    found = told("explain/values-06")
    sooner = found.sooner.set_index("site")
    assert set(sooner.index) == {"s002", "s003"}
    study = planned("explain/values-06").study
    early = stating(study, "site_ramp", {"id": "s002", "period": "2028"}, np.array([343.0, 343.0]))
    saved = found.plan.objective_usd - solve(early, gap=1e-9).objective_usd
    assert sooner.loc["s002", "resolve_low_usd"] == pytest.approx(saved, abs=10)
    frame = found.frame
    zone = frame[(frame["limit"] == "zone") & (frame["id"] == "z2")].set_index("period")
    assert zone.loc["2026", "usd_from"] == pytest.approx(zone["usd"].sum())
    assert zone.loc["2027", "usd_from"] == zone.loc["2027", "usd"]
    known = frame["usd"].dropna()
    assert known.is_monotonic_decreasing
    assert frame.loc[frame["limit"] == "halls_per_year", "usd"].isna().all()
    for name, table in (("values", frame), ("sooner", found.sooner)):
        assert list(table.columns) == schema(f"explain/{name}").names
    read = json.loads(found.as_json())
    assert len(read["values"]) == len(frame)
    assert "headroom of zone z2, 2027" in str(found)
    assert "<table>" in found._repr_html_()


def test_a_stop_and_a_time_limit_leave_new_solves_open_and_say_so() -> None:
    plan = planned("explain/values-02")
    found = values(plan, time_limit_s=0.0)
    assert found.left_open == found.asked > 0
    assert found.frame["resolve_high_usd"].isna().all()
    assert f"left open by the time limit or a stop: {found.asked} of {found.asked} new solves" in str(found)


def test_a_stop_before_the_first_answer_is_told() -> None:
    with pytest.raises(SolverError, match="before any value"):
        values(planned("explain/values-02"), stop=lambda: True)
