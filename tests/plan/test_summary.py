"""The summary says what a planner would paste into a mail."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pytest

from optimizer import read_study, solve
from optimizer.account.quantities import spending
from optimizer.io.registers import KINDS, SPENT
from optimizer.plan.summary import split_of_waiting, status_in_words
from optimizer.units import aligned, figure, mw, share, usd
from tests.handmade import handmade_plan
from tests.small import RACKS, SITES, STUDY, write_small_study


def test_small_plan_in_megawatts(tmp_path: Path) -> None:
    plan = handmade_plan(read_study(write_small_study(tmp_path / "small")))
    text = plan.summary()
    assert "IT MW at the end of" in text
    assert "GENERIC, no projects: 1 generic" in text
    assert "real: 2 campus" in text
    assert "2,100–3,000 M USD, 35–50 bn USD per GW (Financial Times, October 2025)" in text
    assert "is lower: racks at 16.7 M USD per MW" in text
    assert str(plan) == text


def test_estimate_only_beside_broadcom(tmp_path: Path) -> None:
    study = write_small_study(tmp_path / "small", files={"racks.csv": RACKS.replace("Broadcom", "Acme")})
    assert "Financial Times" not in handmade_plan(read_study(study)).summary()


def test_least_unused_comes_first(tmp_path: Path) -> None:
    toml = STUDY + '\n[objective]\nminimise = "lexicographic"\n'
    text = handmade_plan(read_study(write_small_study(tmp_path / "small", files={"study.toml": toml}))).summary()
    assert "no plan with so little unused capacity costs less than 900.0 M USD" in text


def test_quarters_fit_the_page(tmp_path: Path) -> None:
    toml = STUDY.replace("last = 2027", "last = 2031\nper_year = 4")
    text = handmade_plan(read_study(write_small_study(tmp_path / "small", files={"study.toml": toml}))).summary()
    assert "2027Q4" in text
    assert "2027Q3" not in text.partition("Waiting")[0]
    assert max(map(len, text.splitlines())) <= 100


@pytest.mark.parametrize(
    ("facts", "words"),
    [
        ({"status": "optimal", "gap": 0.0004}, "optimal: proven within 0.04 %"),
        ({"status": "feasible", "gap": 0.08}, "feasible: stopped early, proven within 8 %"),
        ({"status": "feasible", "gap": None, "bound_usd": None}, "nothing is proven"),
    ],
)
def test_gap_in_words(tmp_path: Path, facts: dict[str, object], words: str) -> None:
    plan = handmade_plan(read_study(write_small_study(tmp_path / "small")), **facts)
    assert words in status_in_words(plan)
    assert plan.summary()


@pytest.mark.parametrize(
    ("gap", "words"),
    [(0.0004, "optimal, 1.00 bn USD, gap 0.04 %"), (None, "optimal, 1.00 bn USD, no gap proven")],
)
def test_plan_is_named_on_one_line(tmp_path: Path, gap: float | None, words: str) -> None:
    plan = handmade_plan(read_study(write_small_study(tmp_path / "small")), status="optimal", gap=gap)
    assert repr(plan) == f"<Plan of Small $x^2$ [bold]study[/bold]: {words}>"
    named = plan.study.replace(keys={"study.name": "two\nlines " + "x" * 200})
    assert len(repr(replace(plan, study=named))) < 140
    assert "\n" not in repr(replace(plan, study=named))


def test_units() -> None:
    assert [usd(v) for v in (225.93e9, 1.2345e9, -41.23e6, 12.0)] == [
        "225.9 bn USD",
        "1.23 bn USD",
        "-41.2 M USD",
        "12 USD",
    ]
    assert [share(v) for v in (0.0, 0.00087, 0.08, 0.005, 1e-9, 0.5)] == [
        "0 %",
        "0.087 %",
        "8 %",
        "0.5 %",
        "0 %",
        "50 %",
    ]


UNUSED = {kind.total: 0.0 for kind in KINDS.values() if kind.total} | {"waiting_rack_mw_years": 10.0}
UNUSED |= {"unused_mw_years": 10.0, "unavoidable_waiting_mw_years": 8.0}


@pytest.mark.parametrize(
    ("without_rules", "rules", "words"),
    [
        (8.0, {}, "no plan avoids 8 MW-years, this one chose 2 MW-years"),
        (8.0, {"max_sites": 3, "max_site_share": 1.0}, "no plan avoids 8 MW-years, this one chose 2 MW-years"),
        (8.0, {"max_sites": 2}, "no plan avoids 8 MW-years, 2 MW-years by rules or by choice"),
        (
            3.0,
            {"min_site_mw": 9.0},
            "no plan avoids 3 MW-years, under the rules of [policy] none avoids 8 MW-years, 2 MW-years by rules or by",
        ),
    ],
)
def test_waiting_is_parted_and_choice_is_no_cover_for_a_rule(
    without_rules: float, rules: dict[str, float], words: str, tmp_path: Path
) -> None:
    plan = handmade_plan(read_study(write_small_study(tmp_path / "small")))
    facts = {**plan.facts, "unused": UNUSED | {"unavoidable_waiting_without_rules_mw_years": without_rules}}
    keys = {f"policy.{key}": rules.get(key) for key in ("max_sites", "max_site_share", "min_site_mw")}
    plan = replace(plan, study=plan.study.replace(keys=keys), facts=facts)
    assert words in " ".join(plan.summary().split())
    assert words in split_of_waiting(plan)


def test_small_figures_keep_three_digits() -> None:
    assert [mw(v) for v in (0.26, 0.004567, 12.64, 340.4, 12_600, 0.0, 1e-9)] == [
        "0.26 MW", "0.00457 MW", "12.6 MW", "340 MW", "12.6 GW", "0 MW", "0 MW"
    ]  # fmt: skip
    assert [figure(v, 1) for v in (0.26, 12.0, 4250.0, -0.5)] == ["0.26", "12.0", "4,250.0", "-0.5"]
    assert [aligned(v, 2) for v in (0.65, 0.0166, 26.0, 0.0)] == ["0.65", "0.0166", "26.00", "0.00"]


def test_opening_and_serving_are_both_told(tmp_path: Path) -> None:
    plan = handmade_plan(read_study(write_small_study(tmp_path / "small")))
    line = next(row for row in plan.summary().splitlines() if row.startswith("  gamma"))
    assert line.split()[1:4] == ["GENERIC", "2026", "2027"]


def test_the_largest_sites_are_called_by_name(tmp_path: Path) -> None:
    rows = SITES.replace("name,kind", "name,operator,kind").replace("Alpha (first)", "Alpha (first),Acme")
    files = {"sites.csv": rows.replace("Beta,", ",,").replace("GENERIC gamma,generic", "GENERIC gamma,,generic-gas")}
    lines = handmade_plan(read_study(write_small_study(tmp_path / "small", files=files))).summary().splitlines()
    below = {row.split()[0]: after for row, after in pairwise(lines) if row[:2] == "  " and row[2:3].isalpha()}
    assert below["alpha"] == "    Alpha (first), Acme"
    assert below["gamma"] == "    GENERIC gamma"
    assert not below["beta"].startswith("    "), "nothing is said of it"
    assert "  gamma             GENERIC-gas 2026" in "\n".join(lines)


def test_spending_adds_up_to_the_cost(tmp_path: Path) -> None:
    plan = solve(read_study(write_small_study(tmp_path / "small")))
    sums = spending(plan.study, plan.tables).groupby("term")["usd"].sum().to_dict()
    costs = plan.facts["cost_usd"]["undiscounted"]
    for term in SPENT:
        assert sums.get(term, 0.0) == pytest.approx(costs.get(term, 0.0), abs=1.0), term
    assert sums["racks"] == pytest.approx(plan.facts["rack_purchase_usd"])
