"""Two plans by hand: what the comparison says is what the tables say."""

from __future__ import annotations

from pathlib import Path

import pytest

from optimizer.plan import Plan
from optimizer.plan.comparison import Pair, compare_plans
from optimizer.study import read_study
from tests.handmade import handmade_plan
from tests.small import DELIVERIES, RACKS, STUDY, write_small_study


def planned(folder: Path, *, files: dict[str, str] | None = None, **facts: object) -> Plan:
    return handmade_plan(read_study(write_small_study(folder, files=files)), **facts)


@pytest.fixture
def before(tmp_path: Path) -> Plan:
    """2026: alpha 50 of its 53.8 MW. 2027: alpha 2 MW A1 and 1 MW B1 more, beta 18 and 20 MW, gamma 9 MW B1."""
    return planned(tmp_path / "before")


@pytest.fixture
def after(tmp_path: Path) -> Plan:
    """The same without gamma: its 9 MW of B1 are never placed."""
    keys = STUDY.replace("max_sites = 3", 'max_sites = 3\nforbid = ["gamma"]')
    costs = {kind: {"halls": 2e9, "unplaced": 225e6} for kind in ("discounted", "undiscounted")}
    return planned(tmp_path / "after", files={"study.toml": keys}, cost_usd=costs, objective_usd=2.225e9, gap=None)


def by_name(pairs: tuple[Pair, ...]) -> dict[str, tuple[float | None, float | None, float | None]]:
    return {p.name: (p.a, p.b, p.difference) for p in pairs}


def test_numbers_are_those_of_the_tables(before: Plan, after: Plan) -> None:
    found = compare_plans(before, after)
    assert (found.same, found.status, found.last) == (False, ("feasible", "feasible"), "2027")
    assert by_name(found.head)["objective_usd"] == (1e9, 2.225e9, 1.225e9)
    assert by_name(found.head)["gap"] == (0.1, None, None)
    assert by_name(found.discounted) == {
        "halls": (1e9, 2e9, 1e9),
        "unplaced": (0.0, 225e6, 225e6),
        "total": (1e9, 2.225e9, 1.225e9),
    }
    assert by_name(found.serving) == {"2026": (50.0, 50.0, 0.0), "2027": (100.0, 91.0, -9.0)}
    assert by_name(found.vendors) == {"AMD": (40.0, 40.0, 0.0), "Broadcom": (60.0, 51.0, -9.0)}
    unused = by_name(found.unused)
    assert unused["waiting"] == unused["unplaced"] == (0.0, 9.0, 9.0)
    assert unused["idle_hall"][2] == 9.0, "the halls of gamma stand in both plans: made by hand"
    (gamma,) = found.changes
    assert (gamma.site, gamma.standing, gamma.first_a, gamma.first_b) == ("gamma", "GENERIC", "2026", "")
    assert (gamma.a_mw, gamma.b_mw, gamma.by_sku, gamma.mw_years) == (9.0, 0.0, {"B1": -9.0}, -9.0)
    assert (found.lost, found.gained) == ((gamma,), ())
    assert (found.leaving_mw, found.arriving_mw) == (9.0, 0.0)


def test_mirror(before: Plan, after: Plan) -> None:
    there, back = compare_plans(before, after), compare_plans(after, before)
    for pairs in ("head", "discounted", "undiscounted", "serving", "unused", "vendors"):
        assert [(p.name, p.a, p.b) for p in getattr(there, pairs)] == [
            (p.name, p.b, p.a) for p in sorted(getattr(back, pairs), key=lambda p: names(there, pairs).index(p.name))
        ]
        assert {p.name: p.difference for p in getattr(there, pairs)} == {
            p.name: None if p.difference is None else -p.difference for p in getattr(back, pairs)
        }
    assert [c.site for c in there.lost] == [c.site for c in back.gained]
    assert there.leaving_mw == back.arriving_mw


def names(found: object, pairs: str) -> list[str]:
    return [p.name for p in getattr(found, pairs)]


def test_a_plan_is_the_same_as_itself(before: Plan) -> None:
    found = compare_plans(before, before)
    assert found.same
    assert found.changes == ()
    assert {p.difference for p in (*found.serving, *found.discounted, *found.unused, *found.head)} == {0.0}


def test_racks_of_another_type_at_the_same_site_are_moved(before: Plan, tmp_path: Path) -> None:
    """In 2026 A1 comes to 30 MW and B1 to 20: alpha holds 50 MW as before, ten of them others."""
    files = {"deliveries.csv": DELIVERIES.replace("A1,2026,20", "A1,2026,30").replace("B1,2026,30", "B1,2026,20")}
    files["study.toml"] = STUDY.replace("last = 2027", "last = 2026")
    files["grid/headroom.csv"] = "zone,period,headroom_mw\nz1,2026,60\nz2,2026,0\n"
    files["deliveries.csv"] = "".join(
        row for row in files["deliveries.csv"].splitlines(keepends=True) if "2027" not in row
    )
    found = compare_plans(before, planned(tmp_path / "other", files=files))
    assert (found.last, found.periods_a, found.periods_b) == ("2026", ("2027",), ())
    assert by_name(found.serving) == {"2026": (50.0, 50.0, 0.0), "2027": (100.0, None, None)}
    (alpha,) = found.changes
    assert (alpha.site, alpha.by_sku, alpha.a_mw, alpha.b_mw) == ("alpha", {"A1": 10.0, "B1": -10.0}, 50.0, 50.0)
    assert (found.leaving_mw, found.arriving_mw) == (10.0, 10.0)


def test_periods_and_racks_of_one_plan_alone(before: Plan, tmp_path: Path) -> None:
    files = {
        "study.toml": STUDY.replace("2026", "2030").replace("2027", "2031"),
        "racks.csv": RACKS.replace("A1,", "N1,").replace("AMD", "Nvidia"),
        "deliveries.csv": DELIVERIES.replace("A1,", "N1,").replace("2027", "2031").replace("2026", "2030"),
    }
    found = compare_plans(before, planned(tmp_path / "other", files=files))
    assert (found.periods_a, found.periods_b) == (("2026", "2027"), ("2030", "2031"))
    assert (found.skus_a, found.skus_b) == (("A1",), ("N1",))
    assert (found.last, found.vendors, found.changes) == ("", (), ())
