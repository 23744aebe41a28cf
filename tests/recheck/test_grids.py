"""Each rule of DC flow, outages, bought circuits and base cases is found where a plan breaks it alone.

What a plan states, or the study beneath it, is changed; the dual values of the base case have to prove it least.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from optimizer import InputError, Study, solve, verify
from optimizer.io.schema import NODAL_TABLES
from optimizer.network import Circuits, Singular, resolved
from optimizer.plan import Plan, read_plan
from optimizer.recheck import CHECKS
from optimizer.recheck.outages import Angles
from optimizer.recheck.register import words

OF = ("network", "physics", "nodal")
RULES = {c.__name__: c for c in CHECKS if c.__module__.rsplit(".", 1)[1] in OF}
KEYS = {"periods": {"first": 2026, "last": 2027}, "unused": {"waiting_rack_usd_per_mw_year": 1e7}}
SITES = pd.DataFrame(
    {"site": ["s"], "lon": [-97.0], "lat": [31.0], "zone": ["c"], "max_mw": [60.0], "hall_mw": [10.0],
     "existing_mw": [60.0], "committed": [True], "peak_pue": [1.0]}
)  # fmt: skip
RACKS = pd.DataFrame({"sku": ["x"], "vendor": ["A"], "rack_kw": [1000.0]})
ZONES = pd.DataFrame({"zone": ["a", "b", "c"]})
LINES = pd.DataFrame(
    {"line": ["ab", "ac", "cb"], "from": ["a", "a", "c"], "to": ["b", "c", "b"], "capacity_mw": [100.0] * 3,
     "reactance_pu": [0.1] * 3, "emergency_mw": [120.0] * 3}
)  # fmt: skip
LOOP = np.array([1.0, -1.0, -1.0])  # a → b → c → a
GENERATORS = pd.DataFrame(
    {"gen": ["far", "near", "near"], "zone": ["a", "c", "c"], "usd_per_mwh": [10.0, 50.0, 60.0],
     "p_max_mw": [200.0, 50.0, 150.0], "usd_per_mw2h": [0.0, 0.1, 0.0]}
)  # fmt: skip
LOADS = pd.DataFrame({"zone": ["c"], "load_mw": [130.0]})
BLOCKS = pd.DataFrame({"block": ["high", "low"], "hours_per_year": [1000.0, 7760.0], "load_scale": [1.0, 0.5]})


def _study(racks: int, **tables: pd.DataFrame) -> Study:
    deliveries = pd.DataFrame({"sku": ["x"], "period": ["2026"], "racks": [racks]})
    security = "n-1" if "generators" in tables else "none"
    grid = {"flow": "dc", "security": security}
    return Study.from_tables(
        keys=KEYS, sites=SITES, racks=RACKS, deliveries=deliveries, zones=ZONES, grid=grid, **tables
    )


@pytest.fixture(scope="module")
def bought() -> Plan:
    """60 MW over a triangle that carries as much with two circuits beside the direct one."""
    headroom = pd.DataFrame({"zone": ["a"], "period": ["2026"], "headroom_mw": [100.0]})
    upgrades = pd.DataFrame(
        {"upgrade": ["u"], "kind": ["line"], "target": ["ac"], "capacity_mw": [10.0], "capex_usd": [1e6],
         "max_count": [3], "reactance_pu": [0.2]}
    )  # fmt: skip
    return solve(_study(60, headroom=headroom, upgrades=upgrades, lines=LINES.assign(capacity_mw=[100.0, 20.0, 100.0])))


@pytest.fixture(scope="module")
def nodal() -> Plan:
    """130 MW of load of which 120 come from afar, with what is left after the loss of the direct line; 20 MW more."""
    return solve(_study(20, lines=LINES, generators=GENERATORS, loads=LOADS, blocks=BLOCKS))


Change = Callable[[Plan], Plan]


def _table(name: str, column: str, add: Callable[[pd.DataFrame], object]) -> Change:
    """Add to a column of a plan's table."""

    def change(plan: Plan) -> Plan:
        frame = plan.tables[name]
        return replace(plan, tables={**plan.tables, name: frame.assign(**{column: frame[column] + add(frame)})})

    return change


def _beneath(**tables: pd.DataFrame) -> Change:
    """Put other tables into the study of a plan."""
    return lambda plan: replace(plan, study=plan.study.replace(**tables))


def _around(frame: pd.DataFrame) -> pd.Series:
    ids = frame["line"] if "line" in frame else frame["id"]
    return ids.map(dict(zip(LINES["line"], LOOP, strict=True)))


def _fewer(plan: Plan) -> Plan:
    return replace(plan, tables={**plan.tables, "base": plan.tables["base"].iloc[:-1]})


def _wide(mw: float, back: float = 100.0) -> pd.DataFrame:
    return LINES.assign(
        capacity_mw=[mw, mw, 100.0], capacity_back_mw=[100.0, 100.0, back], emergency_back_mw=[120.0] * 3
    )


CHEAP = GENERATORS.assign(usd_per_mwh=[10.0, 9.0, 60.0])
CASES: dict[str, tuple[str, Change, set[str]]] = {
    "kirchhoff": ("nodal", _table("flows", "flow_mw", _around), set()),
    "circuit_limit": ("bought", lambda p: _beneath(upgrades=p.study.upgrades.assign(capacity_mw=[9.0]))(p), set()),
    "outage_limit": (
        "nodal", _beneath(lines=LINES.assign(emergency_mw=[119.0, 120.0, 120.0])), {"base_outage_limit"},
    ),
    "base_outage_limit": (
        "nodal", _beneath(lines=LINES.assign(emergency_mw=[120.0] * 3, emergency_back_mw=[120.0, 120.0, 119.0])),
        {"outage_limit"},
    ),
    "base_rows": ("nodal", _fewer, {"base_least"}),
    "generation_limit": ("nodal", _table("dispatch", "mw", lambda f: 200.0 * (f["gen"] == "far")), {"nodal_served"}),
    "generation_least": ("nodal", _table("dispatch", "mw", lambda f: -121.0 * (f["gen"] == "far")), {"nodal_served"}),
    "base_limit": ("nodal", _table("dispatch", "base_mw", lambda f: 200.0 * (f["gen"] == "far")),
                   {"base_balance", "base_least"}),
    "base_generation_least": ("nodal", _table("dispatch", "base_mw", lambda f: -121.0 * (f["gen"] == "far")),
                              {"base_balance"}),
    "nodal_served": ("nodal", _table("dispatch", "mw", lambda f: 1.0 * (f["gen"] == "near")), set()),
    "base_balance": ("nodal", _table("dispatch", "base_mw", lambda f: -1.0 * (f["gen"] == "near")), set()),
    "base_line_limit": ("nodal", _beneath(lines=_wide(79.0)), {"line_limit"}),
    "base_line_limit_back": ("nodal", _beneath(lines=_wide(100.0, back=39.0)), {"line_limit_back"}),
    "base_kirchhoff": ("nodal", _table("base", "flow_mw", _around), set()),
    "base_least": ("nodal", _beneath(generators=CHEAP), set()),
}  # fmt: skip


def _broken(plan: Plan) -> set[str]:
    stated = {finding.rule for finding in verify(plan).findings}
    return {name for name, check in RULES.items() if words(check) in stated}


@pytest.mark.parametrize("name", CASES)
def test_a_plan_that_breaks_it(name: str, bought: Plan, nodal: Plan) -> None:
    of, change, beside = CASES[name]
    plan = {"bought": bought, "nodal": nodal}[of]
    assert verify(plan).ok
    assert _broken(change(plan)) == {name} | beside


def test_the_plans_use_what_is_tested(bought: Plan, nodal: Plan) -> None:
    assert bought.tables["upgrades"]["count"].sum() == 3
    base = nodal.tables["base"]
    assert (base[base["element"] == "outage"]["usd_per_mwh"] != 0).any()
    assert nodal.tables["dispatch"].groupby("gen")["base_mw"].max().to_dict() == pytest.approx({"far": 120, "near": 10})


@pytest.mark.parametrize("element", ["zone", "line", "outage"])
def test_other_dual_values_prove_less(nodal: Plan, element: str) -> None:
    change = _table("base", "usd_per_mwh", lambda f: 5.0 * ((f["element"] == element) & (f.index % 2 == 0)))
    assert _broken(change(nodal)) == {"base_least"}


def test_a_nodal_plan_is_read_as_it_was_written(nodal: Plan, tmp_path: Path) -> None:
    folder = nodal.to_folder(tmp_path / "plan")
    assert verify(folder).ok, str(verify(folder))
    again: Mapping[str, pd.DataFrame] = read_plan(folder).tables
    for name in NODAL_TABLES:
        pd.testing.assert_frame_equal(again[name], nodal.tables[name], check_dtype=False)
    (folder / "base.csv").unlink()
    with pytest.raises(InputError, match=r"base\.csv"):
        read_plan(folder)


def test_flows_after_outages_are_those_of_angles_solved_anew() -> None:
    r = np.random.default_rng(5)
    start, end = np.arange(29) // 2, np.arange(1, 30)  # a tree, and circuits that close loops
    start, end = np.concatenate([start, r.integers(0, 15, 14)]), np.concatenate([end, r.integers(15, 30, 14)])
    per_rad = np.where(r.random(43) < 0.1, -1.0, 1.0) * r.uniform(500.0, 2000.0, 43)
    circuits = Circuits(30, start, end, per_rad, r.uniform(-0.05, 0.05, 43))
    injection = r.uniform(-50.0, 50.0, (30, 3))
    injection -= injection.mean(axis=0)
    seen = dict(Angles(circuits).after(injection, range(43)))
    for out in range(43):
        try:
            right = resolved(circuits, injection, out)
        except Singular:
            continue
        np.testing.assert_allclose(seen[out], right, atol=1e-6)
