"""Every constraint of the register has a plan that breaks it, and no other rule that is not named beside it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest

from optimizer import Study, verify
from optimizer.account.decisions import Decisions
from optimizer.account.tables import frames
from optimizer.parameters import Parameters
from optimizer.plan import Plan
from optimizer.recheck import CHECKS
from optimizer.recheck.register import words
from tests.recheck.test_grids import CASES as OF_GRIDS

OF = ("constraints", "network", "physics", "nodal", "policy")
RULES = {c.__name__: c for c in CHECKS if c.__module__.rsplit(".", 1)[1] in OF}
Change = Callable[[Decisions], Decisions]

# a: 20 MW stand there, 10 x in 2026, 5 y and a hall in 2027; b: opens in 2027 with a hall and 5 x; c: never opens;
# d: an island without a zone, open and empty. In 2028 z1 sends 3 MW to z2. IT MW = fence MW = racks.
SITES = pd.DataFrame(
    {
        "site": ["a", "b", "c", "d"],
        "lon": [-99.0, -97.0, -95.0, -93.0],
        "lat": [32.0, 31.0, 33.0, 33.0],
        "zone": ["z1", "z2", "z2", ""],
        "max_mw": [60.0, 40.0, 40.0, 20.0],
        "hall_mw": [10.0, 10.0, 10.0, 10.0],
        "existing_mw": [20.0, 0.0, 0.0, 20.0],
        "interconnection_mw": [100.0, 80.0, 80.0, 0.0],
        "onsite_mw": [10.0, 0.0, 0.0, 20.0],
        "peak_pue": [1.0, 1.0, 1.0, 1.0],
    }
)
RACKS = pd.DataFrame({"sku": ["x", "y"], "vendor": ["A", "B"], "rack_kw": [1000.0, 1000.0]})
DELIVERIES = pd.DataFrame({"sku": ["x", "x", "y"], "period": ["2026", "2027", "2027"], "racks": [10, 10, 10]})
ZONES = pd.DataFrame({"zone": ["z1", "z2"]})
HEADROOM = pd.DataFrame({"zone": ["z1", "z2"], "period": ["2026", "2026"], "headroom_mw": [100.0, 100.0]})
LINES = pd.DataFrame({"line": ["l"], "from": ["z1"], "to": ["z2"], "capacity_mw": [50.0]})
UPGRADES = pd.DataFrame(
    {"upgrade": ["s", "z"], "kind": ["site", "zone"], "target": ["b", "z2"], "capacity_mw": [5.0, 5.0],
     "capex_usd": [1e6, 1e6], "lead_years": [0.0, 1.0], "max_count": [2, 1]}
)  # fmt: skip


def _study(**changed: Any) -> Study:
    tables = {"sites": SITES, "racks": RACKS, "deliveries": DELIVERIES, "zones": ZONES, "headroom": HEADROOM}
    keys = {"periods": {"first": 2026, "last": 2028}, "policy": changed.pop("policy", {})}
    return Study.from_tables(keys=keys, **{**tables, "lines": LINES, "upgrades": UPGRADES, **changed})


def _decisions() -> Decisions:
    pods, halls = np.zeros((4, 2, 3), dtype=np.int64), np.zeros((4, 3), dtype=np.int64)
    pods[0, 0, 0], pods[0, 1, 1], pods[1, 0, 1] = 10, 5, 5
    halls[0, 1] = halls[1, 1] = 1
    opened = np.array([[1, 1, 1], [0, 1, 1], [0, 0, 0], [1, 1, 1]], dtype=bool)
    draw = np.array([[5.0, 10, 10], [0, 5, 5], [0, 0, 0], [0, 0, 0]])
    onsite = np.array([[5.0, 5, 5], [0, 0, 0], [0, 0, 0], [0, 0, 0]])
    served = np.array([[5.0, 10, 13], [0, 5, 2]])
    dispatch = (draw, onsite, served, np.array([[0.0, 0, 3]]))
    nothing = {"upgrades": np.zeros((2, 3), dtype=np.int64), "output_mw": np.zeros((0, 3, 1))}
    return Decisions(pods, halls, opened, *(mw[:, :, None] for mw in dispatch), **nothing)


def _set(field: str, at: tuple[int, ...], value: float) -> Change:
    """Change one decision."""

    def change(x: Decisions) -> Decisions:
        array = getattr(x, field).copy()
        array[at] = value
        return replace(x, **{field: array})

    return change


def _all(*changes: Change) -> Change:
    def change(x: Decisions) -> Decisions:
        for one in changes:
            x = one(x)
        return x

    return change


def _site(site: str, **cells: object) -> pd.DataFrame:
    """Return the sites with cells of one of them changed."""
    frame = SITES.copy()
    for column, value in cells.items():
        if column not in frame:
            frame[column] = None
            frame[column] = frame[column].astype(object)
        frame.loc[frame["site"] == site, column] = value
    return frame


def _same(x: Decisions) -> Decisions:
    return x


Case = tuple[dict[str, Any], Change, set[str]]
CASES: dict[str, Case] = {
    "delivery_balance": ({"deliveries": DELIVERIES.assign(racks=[10, 4, 10])}, _same, set()),
    "sku_out": (
        {
            "racks": RACKS.assign(available_from=["", "2028"]),
            "deliveries": DELIVERIES.assign(period=["2026", "2027", "2028"]),
        },
        _same,
        {"delivery_balance"},
    ),
    "vendor_door": ({"sites": _site("a", vendors="A")}, _same, set()),
    "rack_door": ({"sites": _site("b", max_rack_kw=900.0)}, _same, set()),
    "pair_door": (
        {"placement": pd.DataFrame({"site": ["b"], "sku": ["x"], "usd_per_rack": [float("inf")]})}, _same, set(),
    ),
    "opening_order": ({}, _set("opened", (2, 0), True), set()),
    "committed_open": (
        {"sites": _site("c", committed=True)},
        _all(_set("opened", (2, 1), True), _set("opened", (2, 2), True)),
        set(),
    ),
    "closed_empty": (
        {},
        _all(
            _set("opened", (1, 1), False), _set("halls", (1, 1), 0), _set("halls", (1, 2), 1),
            _set("draw_mw", (1, 1), 0.0), _set("served_mw", (1, 1), 0.0),
        ),
        {"hall_space", "site_power"},
    ),
    "halls_closed": ({}, _set("halls", (2, 1), 1), set()),
    "halls_order": ({}, _set("halls", (0, 2), -1), set()),
    "hall_space": ({"sites": _site("a", existing_mw=4.0)}, _same, set()),
    "halls_ceiling": ({"sites": _site("a", max_mw=25.0)}, _same, set()),
    "hall_rate": ({"sites": _site("b", halls_per_year=1)}, _set("halls", (1, 1), 2), set()),
    "hall_lead": ({"sites": _site("b", hall_lead_years=2.0)}, _same, set()),
    "new_mw_rate": ({"policy": {"max_new_mw_per_year": 15.0}}, _same, set()),
    "site_power": ({"sites": _site("a", interconnection_mw=4.0)}, _same, {"draw_limit"}),
    "power_sources": ({}, _all(_set("draw_mw", (1, 1), 4.0), _set("served_mw", (1, 1), 4.0)), set()),
    "draw_limit": ({"sites": _site("a", interconnection_mw=9.0)}, _same, set()),
    "onsite_limit": ({"sites": _site("a", onsite_mw=4.0)}, _same, set()),
    "draw_zone": (
        {},
        _all(_set("pods", (3, 0, 2), 5), _set("draw_mw", (3, 2), 1.0), _set("onsite_mw", (3, 2), 4.0)),
        {"draw_limit"},
    ),
    "line_limit": ({"lines": LINES.assign(capacity_mw=[2.0], capacity_back_mw=[50.0])}, _same, set()),
    "line_limit_back": (
        {"lines": LINES.assign(capacity_back_mw=[2.0])},
        _all(_set("flow_mw", (0, 2), -3.0), _set("served_mw", (0, 2), 7.0), _set("served_mw", (1, 2), 8.0)),
        set(),
    ),
    "headroom": ({"headroom": HEADROOM.assign(headroom_mw=[100.0, 4.0])}, _same, set()),
    "served_none": (
        {}, _all(_set("served_mw", (1, 0), -1.0), _set("served_mw", (0, 0), 6.0), _set("flow_mw", (0, 0), 1.0)), set(),
    ),
    "upgrade_lead": ({}, _set("upgrades", (1, 0), 1), set()),
    "upgrade_count": ({}, _set("upgrades", (1, 1), 2), set()),
    "upgrade_open": ({}, _set("upgrades", (0, 0), 1), set()),
    "flow_balance": ({}, _set("flow_mw", (0, 2), 4.0), set()),
    "zone_balance": ({}, _set("served_mw", (0, 0), 6.0), set()),
    "max_sites": ({"policy": {"max_sites": 2}}, _same, set()),
    "force_open": ({"policy": {"force_open": ["c"]}}, _same, set()),
    "forbid": ({"policy": {"forbid": ["b"]}}, _same, set()),
    "max_site_share": ({"policy": {"max_site_share": 0.7}}, _same, set()),
    "max_zone_share": ({"policy": {"max_zone_share": 0.7}}, _same, set()),
    "min_site_mw": (
        {"policy": {"min_site_mw": 8.0}},
        _set("opened", (3, slice(None)), False),
        set(),
    ),
    "min_vendor_mw": ({"policy": {"min_vendor_mw": 6.0}}, _same, set()),
    "max_unused": ({"policy": {"max_unused_mw_years": 1.0}}, _same, set()),
}  # fmt: skip


def _broken(changed: dict[str, Any], change: Change) -> set[str]:
    """Return the names of the constraints that verify finds broken."""
    study = _study(**changed)
    plan = Plan(study, {}, frames(Parameters.of(study), change(_decisions()), study.config))
    stated = {finding.rule for finding in verify(plan).findings}
    return {name for name, check in RULES.items() if words(check) in stated}


def test_the_plan_they_start_from_breaks_none() -> None:
    assert _broken({}, _same) == set()


def test_every_constraint_has_a_case() -> None:
    assert set(CASES) | set(OF_GRIDS) == set(RULES)


def test_rules_are_told_apart_by_their_words() -> None:
    assert len({words(check) for check in CHECKS}) > len(CHECKS) - 2  # load and peak are one rule in two tables


@pytest.mark.parametrize("name", CASES)
def test_a_plan_that_breaks_it(name: str) -> None:
    changed, change, beside = CASES[name]
    assert _broken(changed, change) == {name} | beside
