"""Every dollar of a plan stands in costs.csv once, and whatever is told of money is a sum of it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from optimizer import InputError, Plan, RackgridError, read_study, solve
from optimizer.account import causes, tables
from optimizer.account.costs import charges
from optimizer.formulation import cost
from optimizer.io.registers import CAUSES, FACILITY, KINDS, PRICES, TERMS
from optimizer.io.schema import schema
from optimizer.plan import read_plan
from optimizer.recheck import money, shapes
from optimizer.recheck.shapes import COSTS
from optimizer.resolution import Floats
from optimizer.sweeps.row import row

STUDY = Path(__file__).parents[1] / "conformance" / "tiny" / "05"


def same_money(plan: Plan) -> None:
    """The sums of the table by term are the cost by term of plan.json, which the model's own rows give."""
    costs = plan.tables["costs"]
    for kind, column in (("undiscounted", "usd"), ("discounted", "discounted_usd")):
        sums = costs.groupby("term")[column].sum().to_dict()
        stated = plan.facts["cost_usd"][kind]
        assert {term: sums.get(term, 0.0) for term in stated} == pytest.approx(stated, rel=1e-6, abs=0.01)
        assert costs[column].sum() == pytest.approx(sum(stated.values()), rel=1e-6, abs=0.01)


@pytest.fixture(scope="module")
def plan() -> Plan:
    return solve(read_study(STUDY))


def test_terms_are_those_of_the_model_and_of_the_recheck() -> None:
    assert list(TERMS) == list(cost.TERMS)
    assert {name: term.axes for name, term in TERMS.items()} == COSTS
    assert list(COSTS) == sorted(COSTS), "rows are sorted by the words of their keys"
    assert tuple(name for name, term in TERMS.items() if term.at_the_end) == money.AT_END
    assert set(TERMS) == set(schema("plan/costs")["term"].choices)


def test_kinds_and_causes_are_those_of_the_model_and_of_the_recheck() -> None:
    assert tuple(sorted(KINDS)) == schema("plan/unused")["kind"].choices == shapes.KINDS
    assert tuple(KINDS) == PRICES
    of_zones = [causes.GENERATION, causes.OUTAGE]
    limits = [*causes.LIMITS[: causes.ZONE + 1], *of_zones, *causes.LIMITS[causes.ZONE + 1 :], causes.UPGRADE]
    assert list(CAUSES) == [causes.DELIVERY, *limits, causes.POLICY, causes.COST]


def test_prices_of_unused_capacity_are_those_of_the_table_of_unused(plan: Plan) -> None:
    priced = plan.tables["costs"].rename(columns={"term": "kind"}).set_index(["kind", "site", "sku", "period"])["usd"]
    unused = plan.unused[plan.unused["usd"] > 0].set_index(["kind", "site", "sku", "period"])["usd"]
    priced = priced[priced.index.get_level_values("kind").isin(PRICES)]
    assert len(priced) > 5
    assert priced.to_dict() == unused.to_dict()


def test_vendors_share_what_sites_cost_and_draw(plan: Plan) -> None:
    costs, vendors = plan.tables["costs"], plan.facts["vendor_cost_usd"].values()
    for part, terms in (("facility", FACILITY), ("energy", ("energy",))):
        whole = costs.loc[costs["term"].isin(terms), "usd"].sum()
        assert whole == pytest.approx(sum(cost[part] for cost in vendors)) != 0.0


def test_a_period_of_a_sweep_is_what_falls_due_in_it(plan: Plan) -> None:
    cells, real = row(plan), [term for term in TERMS if term not in (*PRICES, "residual")]
    costs = plan.tables["costs"]
    paid = costs[costs["term"].isin(real)].groupby("period")["usd"].sum()
    assert {f"spend_{period}_usd": usd for period, usd in paid.items()} == pytest.approx(
        {name: usd for name, usd in cells.items() if name.startswith("spend_")}
    )


def test_a_fault_of_the_accounting_is_found_before_a_plan_is_handed_out(monkeypatch: pytest.MonkeyPatch) -> None:
    def dearer(*given: Any) -> dict[str, Floats]:
        of = charges(*given)
        return of | {"lease": 1.01 * of["lease"]}

    monkeypatch.setattr(tables, "charges", dearer)
    with pytest.raises(RackgridError, match=r"costs.csv, term lease, site s001, period 2026, usd \(and 2 more\)"):
        solve(read_study(STUDY))


def test_a_plan_without_its_dollars_is_to_be_solved_again(plan: Plan, tmp_path: Path) -> None:
    folder = plan.to_folder(tmp_path / "plan")
    (folder / "costs.csv").unlink()
    with pytest.raises(InputError, match=r"costs.csv: is missing – a plan folder is whole or no plan: solve again"):
        read_plan(folder)
