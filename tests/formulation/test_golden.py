"""One golden LP per constraint and per cost term, of a study small enough to read.

After a deliberate change: ``RACKGRID_UPDATE_GOLDEN=1 python -m pytest tests/formulation``, then read the diff.
"""

from __future__ import annotations

import io
import os
import re
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
from optimizer.parameters import Parameters

GOLDEN = Path(__file__).parent / "golden"
BY_BLOCK = [f.letter for f in FAMILIES if f.axes[-1] == "block"] + [rule.name for rule in RULES if rule.dispatch]
BLOCK = re.compile(rf"\b((?:c_e_)?(?:{'|'.join(BY_BLOCK)}))\((\d+_\d+)_0\)")
"""The last label of these names is that of the one load block, and is not told."""


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


@pytest.fixture
def program() -> Program:
    return declare(Parameters.of(study()))


def lp(program: Program, objective: object = None) -> str:
    program.m.goal = pyo.Objective(expr=0.0 if objective is None else objective)
    out = io.StringIO()
    from pyomo.repn.plugins.lp_writer import LPWriter

    LPWriter().write(program.m, out, symbolic_solver_labels=True)
    return BLOCK.sub(r"\1(\2)", out.getvalue())


def compare(name: str, text: str) -> None:
    path = GOLDEN / f"{name}.lp"
    if os.environ.get("RACKGRID_UPDATE_GOLDEN"):
        path.write_text(text, encoding="utf-8", newline="\n")
    assert path.is_file(), f"{name} has no golden LP"
    assert text == path.read_text(encoding="utf-8")


@pytest.mark.parametrize("name", NAMED)
def test_constraint(program: Program, name: str) -> None:
    add_constraint(program, NAMED[name])
    assert len(program.m.component(name)) > 0, "the golden study must exercise every constraint"
    compare(name, lp(program))


@pytest.mark.parametrize("worth", ["discounted", "undiscounted"])
@pytest.mark.parametrize("term", TERMS)
def test_cost_term(program: Program, term: str, worth: str) -> None:
    money = Money.both(study().config, program.p)[worth]
    compare(f"cost_{term}_{worth}", lp(program, linear(TERMS[term](program, money))))


def test_every_golden_has_its_rule() -> None:
    terms = {f"cost_{term}_{worth}" for term in TERMS for worth in ("discounted", "undiscounted")}
    assert {path.stem for path in GOLDEN.glob("*.lp")} == set(NAMED) | terms


def test_page_of_the_maths_names_every_constraint() -> None:
    page = (Path(__file__).parents[2] / "optimizer" / "formulation" / "README.md").read_text(encoding="utf-8")
    assert not [name for name in NAMED if f"`{name}`" not in page]
