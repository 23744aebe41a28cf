"""One golden LP per constraint and per cost term, of a study small enough to read.

After a deliberate change: ``RACKGRID_UPDATE_GOLDEN=1 python -m pytest tests/formulation``, then read the diff.
"""

from __future__ import annotations

import io
import os
import re
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pyomo.environ as pyo
import pytest

from optimizer import Study
from optimizer.formulation.build import add_constraint
from optimizer.formulation.cost import TERMS, Money
from optimizer.formulation.families import FAMILIES
from optimizer.formulation.notation import Program, declare, linear
from optimizer.formulation.rules import NAMED, RULES
from optimizer.io.schema import schema
from optimizer.parameters import Parameters
from optimizer.replan import Committed
from optimizer.resolved.cuts import Cuts
from optimizer.resolved.demands import NO_DEMANDS, Demands

GOLDEN = Path(__file__).parent / "golden"
BY_BLOCK = [f.letter for f in FAMILIES if f.axes[-1] == "block"] + [rule.name for rule in RULES if rule.dispatch]
BLOCK = re.compile(rf"\b((?:c_e_)?(?:{'|'.join(BY_BLOCK)}))\((\d+_\d+)_0\)")
"""The last label of these names is that of the one load block, and is not told."""
OF_UPGRADES = ("draw_limit", "headroom_limit", "line_limit", "line_limit_back", "upgrade_count", "upgrade_open")
NODAL = ("bought_angles", "bought_flow", "bought_in_turn", "bought_stands", "kirchhoff", "outage_limit", "square")
ASKED = ("site_held", "site_empty", "site_counted", "site_counts_if_held", "other_sites")
"""Rules of what a question demands."""
NODAL_TERMS = ("generation",)
"""Terms that only a nodal grid has."""
KEPT = ("held_pods", "held_halls", "held_open", "held_upgrades", "moved_away", "not_opened", "not_built", "change")
"""Rules, and the term, of a plan that keeps to an earlier one."""
AGAIN = {
    "upgraded": ("site_power", "zone_balance", "upgrades", "residual"), "nodal": ("zone_balance", "energy", "wheeling"),
}  # fmt: skip
"""Rules and terms that say more where a grid has more."""


def study() -> Study:
    """Two zones and a line; a committed own site, a leased one, an island; two vendors; racks that retire."""
    return Study.from_tables(
        keys={
            "format": 1,
            "periods": {"first": 2026, "last": 2027},
            "money": {"discount_rate": 0.25, "residual_value": True, "asset_life_years": {"site": 4, "hall": 2}},
            "unused": {
                "waiting_rack_usd_per_mw_year": 8e6,
                "aged_rack_usd_per_mw_year": 1e6,
                "unplaced_rack_usd_per_mw": 5e6,
                "idle_hall_usd_per_mw_year": 3e6,
                "idle_power_usd_per_mw_year": 2e6,
            },
            "policy": {
                "max_sites": 2,
                "max_new_mw_per_year": 20,
                "max_zone_share": 0.75,
                "max_site_share": 0.5,
                "min_site_mw": 3,
                "min_vendor_mw": 2,
                "max_unused_mw_years": 40,
                "force_open": ["lease"],
            },
        },
        sites=pd.DataFrame(
            [
                {"site": "home", "zone": "east", "committed": True, "existing_mw": 4, "max_mw": 14, "hall_mw": 5,
                 "halls_per_year": 1, "hall_usd_per_mw": 1e6, "fixed_usd_per_mw_year": 1e5, "interconnection_mw": 20,
                 "peak_pue": 1.25, "energy_usd_per_mwh": 40, "onsite_mw": 2, "onsite_usd_per_mwh": 60},
                {"site": "lease", "zone": "west", "tenure": "lease", "existing_mw": 8, "max_mw": 8,
                 "lease_usd_per_mw_year": 2e6, "open_usd": 6e6, "peak_pue": 1.5, "vendors": "A"},
                {"site": "oasis", "existing_mw": 6, "max_mw": 6, "open_usd": 4e6, "interconnection_mw": 0,
                 "onsite_mw": 6, "onsite_usd_per_mwh": 90, "peak_pue": 1.0},
            ]
        ).assign(lon=-100.0, lat=40.0),
        racks=pd.DataFrame(
            {"sku": ["a1", "b1"], "vendor": ["A", "B"], "rack_kw": [500, 1000], "pod_racks": [2, 1],
             "life_years": [1, None]}
        ),
        deliveries=pd.DataFrame({"sku": ["a1", "a1", "b1"], "period": ["2026", "2027", "2027"], "racks": [6, 4, 5]}),
        placement=pd.DataFrame({"site": ["home"], "sku": ["a1"], "usd_per_rack": [1000]}),
        zones=pd.DataFrame({"zone": ["east", "west"]}),
        headroom=pd.DataFrame({"zone": ["east", "west"], "period": ["2026", "2026"], "headroom_mw": [9, 3]}),
        energy_prices=pd.DataFrame({"zone": ["west"], "period": ["2026"], "usd_per_mwh": [50]}),
        lines=pd.DataFrame(
            {"line": ["e-w"], "from": ["east"], "to": ["west"], "capacity_mw": [7], "capacity_back_mw": [5],
             "usd_per_mwh": [0.5]}
        ),
    )  # fmt: skip


KEYS = {
    "format": 1, "periods": {"first": 2026, "last": 2027},
    "money": {"discount_rate": 0.25, "residual_value": True, "asset_life_years": {"grid": 4}},
    "unused": {"waiting_rack_usd_per_mw_year": 8e6},
}  # fmt: skip
BLOCKS = pd.DataFrame({"block": ["day", "night"], "hours_per_year": [5000, 3760], "load_scale": [1.0, 0.5]})
RACKS = pd.DataFrame({"sku": ["a1"], "vendor": ["A"], "rack_kw": [500], "pod_racks": [2]})
DELIVERIES = pd.DataFrame({"sku": ["a1"], "period": ["2026"], "racks": [8]})


def upgraded() -> Study:
    """Two zones, a link and two load blocks; a zone, the link and a site can be upgraded, the site from 2027 on."""
    return Study.from_tables(
        keys=KEYS,
        sites=pd.DataFrame(
            {"site": ["s"], "zone": ["west"], "lon": [-100.0], "lat": [40.0], "existing_mw": [8], "max_mw": [8],
             "open_usd": [6e6], "interconnection_mw": [5], "peak_pue": [1.25]}
        ),
        racks=RACKS, deliveries=DELIVERIES, blocks=BLOCKS,
        zones=pd.DataFrame({"zone": ["east", "west"]}),
        headroom=pd.DataFrame(
            {"zone": ["east", "west", "west"], "period": ["2026"] * 3, "headroom_mw": [9, 3, 4],
             "block": ["", "", "night"]}
        ),
        lines=pd.DataFrame(
            {"line": ["e-w"], "from": ["east"], "to": ["west"], "capacity_mw": [7], "capacity_back_mw": [5]}
        ),
        upgrades=pd.DataFrame(
            {"upgrade": ["bay", "cable", "shunt"], "kind": ["site", "line", "zone"], "target": ["s", "e-w", "west"],
             "capacity_mw": [4, 3, 2], "capex_usd": [8e6, 6e6, 4e6], "lead_years": [1, 0, 0], "max_count": [2, 1, 1]}
        ),
    )  # fmt: skip


def nodal() -> Study:
    """A triangle of circuits, one with a shift, and a link; of one circuit two more can be bought; a square of cost."""
    return Study.from_tables(
        keys={**KEYS, "periods": {"first": 2026, "last": 2026}},
        sites=pd.DataFrame(
            {"site": ["s"], "zone": ["c"], "lon": [-100.0], "lat": [40.0], "existing_mw": [8], "max_mw": [8],
             "interconnection_mw": [10], "onsite_mw": [2], "onsite_usd_per_mwh": [90], "peak_pue": [1.25],
             "annual_pue": [1.2], "load_factor": [0.8]}
        ),
        racks=RACKS, deliveries=DELIVERIES, blocks=BLOCKS,
        zones=pd.DataFrame({"zone": ["a", "b", "c"]}),
        lines=pd.DataFrame(
            {"line": ["ab", "ac", "bc", "dc"], "from": ["a", "a", "b", "a"], "to": ["b", "c", "c", "c"],
             "capacity_mw": [8, 6, 5, 2], "reactance_pu": [0.2, 0.1, 0.25, None], "shift_deg": [0, 1.5, 0, 0],
             "emergency_mw": [None, 7.5, None, None], "usd_per_mwh": [0, 0, 0.5, 0.25]}
        ),
        upgrades=pd.DataFrame(
            {"upgrade": ["bc2"], "kind": ["line"], "target": ["bc"], "capacity_mw": [4], "capex_usd": [3e6],
             "max_count": [2]}
        ),
        generators=pd.DataFrame(
            {"gen": ["coal", "gas", "gas"], "zone": ["a", "b", "b"], "p_max_mw": [10, 6, 4], "p_min_mw": [2, 0, 0],
             "usd_per_mwh": [20, 30, 45], "usd_per_mw2h": [0.5, 0, 0], "usd_per_hour": [100, 10, 0]}
        ),
        loads=pd.DataFrame({"zone": ["b", "c"], "load_mw": [3, 4]}),
        grid={"flow": "dc"},
    )  # fmt: skip


BEFORE = [
    ("halls", "home", "", "", "2026", 1, 0), ("halls", "home", "", "", "2027", 1, 0),
    ("halls", "gone", "", "", "2027", 2, 0), ("open", "lease", "", "", "2026", 1, 0),
    ("open", "oasis", "", "", "2027", 1, 0), ("racks", "gone", "a1", "", "2026", 4, 4),
    ("racks", "home", "a1", "", "2026", 6, 2), ("racks", "home", "b1", "", "2027", 3, 0),
    ("upgrades", "", "", "shunt", "2026", 2, 1),
]  # fmt: skip


def kept() -> tuple[Study, Parameters]:
    """The plain study after an earlier plan, held in 2026, of which racks, a pod and an upgrade are given up.

    b1 comes 5 times, a1 10 times; 10 racks of a1 were placed, 4 of them at a site that is gone.
    """
    shunt = {"upgrade": ["shunt"], "kind": ["zone"], "target": ["west"], "capacity_mw": [2], "max_count": [2]}
    named = study().replace(upgrades=pd.DataFrame(shunt).assign(capex_usd=4e6))
    table = pd.DataFrame(BEFORE, columns=schema("plan/committed").names)
    committed = Committed(table, "2026", move_usd_per_mw=1e6, close_usd=3e6, first="2026")
    p = Parameters.of(named)
    return named, replace(p, before=committed.before(p))


def of(kind: str) -> tuple[Study, Program]:
    """A study and its program; the rows of a nodal grid that searches add are those of two outages and two touches.

    What is asked: one site holds racks in the end, another none, and not the first of them alone does.
    """
    if kind == "kept":
        return kept()[0], declare(kept()[1])
    named = {"plain": study, "asked": study, "upgraded": upgraded, "nodal": nodal}[kind]()
    cuts = Cuts(((0, 1, 1, 0, 0), (1, 0, -1, 0, 1)), ((0, 0, 0, 4.0), (0, 0, 1, 8.0))) if kind == "nodal" else Cuts()
    asked = Demands(frozenset((1,)), frozenset((2,)), (frozenset((1,)),)) if kind == "asked" else NO_DEMANDS
    return named, declare(replace(Parameters.of(named), cuts=cuts, demands=asked))


def lp(program: Program, objective: object = None) -> str:
    program.m.goal = pyo.Objective(expr=0.0 if objective is None else objective)
    out = io.StringIO()
    from pyomo.repn.plugins.lp_writer import LPWriter

    LPWriter().write(program.m, out, symbolic_solver_labels=True)
    return BLOCK.sub(r"\1(\2)", out.getvalue()) if len(program.p.block_hours) == 1 else out.getvalue()


def compare(name: str, text: str) -> None:
    path = GOLDEN / f"{name}.lp"
    if os.environ.get("RACKGRID_UPDATE_GOLDEN"):
        path.write_text(text, encoding="utf-8", newline="\n")
    assert path.is_file(), f"{name} has no golden LP"
    assert text == path.read_text(encoding="utf-8")


def home(name: str) -> str:
    """The study that exercises a rule or a term."""
    if name in ASKED:
        return "asked"
    if name in KEPT:
        return "kept"
    return "upgraded" if name in OF_UPGRADES else "nodal" if name in (*NODAL, *NODAL_TERMS) else "plain"


CONSTRAINTS = [(home(name), name, name) for name in NAMED]
CONSTRAINTS += [(kind, name, f"{kind}_{name}") for kind, names in AGAIN.items() for name in names if name in NAMED]
COSTS = [
    (home(term), term, worth, f"cost_{term}_{worth}") for term in TERMS for worth in ("discounted", "undiscounted")
]
COSTS += [
    (kind, term, "discounted", f"{kind}_cost_{term}")
    for kind, names in AGAIN.items()
    for term in names
    if term in TERMS
]


@pytest.mark.parametrize(("kind", "name", "golden"), CONSTRAINTS, ids=[golden for *_, golden in CONSTRAINTS])
def test_constraint(kind: str, name: str, golden: str) -> None:
    _, program = of(kind)
    add_constraint(program, NAMED[name])
    assert len(program.m.component(name)) > 0, "the golden study must exercise every constraint"
    compare(golden, lp(program))


@pytest.mark.parametrize(("kind", "term", "worth", "golden"), COSTS, ids=[golden for *_, golden in COSTS])
def test_cost_term(kind: str, term: str, worth: str, golden: str) -> None:
    named, program = of(kind)
    money = Money.both(named.config, program.p)[worth]
    compare(golden, lp(program, linear(TERMS[term](program, money))))


def test_every_golden_has_its_rule() -> None:
    assert {path.stem for path in GOLDEN.glob("*.lp")} == {golden for *_, golden in (*CONSTRAINTS, *COSTS)}


def test_page_of_the_maths_names_every_constraint() -> None:
    page = (Path(__file__).parents[2] / "optimizer" / "formulation" / "README.md").read_text(encoding="utf-8")
    assert not [name for name in NAMED if f"`{name}`" not in page]
