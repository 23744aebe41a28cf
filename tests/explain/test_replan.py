"""Re-plans: what is committed is held exactly, what changes has a price, what no longer fits is told or given up."""

from __future__ import annotations

import json
import subprocess
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from optimizer import Committed, InfeasibleError, InputError, Plan, Study, read_plan, solve, verify
from optimizer.plan.comparison import compare_plans
from optimizer.plan.orders import Order
from tests.cli.conftest import command, environment
from tests.cli.inside import inside

STUDIES = Path(__file__).parents[1] / "conformance" / "explain"
REPLANS = sorted(STUDIES.glob("replan-*"))
GROUND = {"lon": -100.0, "lat": 40.0, "peak_pue": 1.0}


@pytest.mark.parametrize("folder", REPLANS, ids=lambda path: path.name)
def test_conformance(folder: Path, tmp_path: Path) -> None:
    answer, call = json.loads((folder / "answer.json").read_text(encoding="utf-8")), inside(tmp_path)
    assert call("solve", folder / "before", "-o", "before").returncode == 0
    assert read_plan(tmp_path / "before").objective_usd == pytest.approx(answer["before_objective_usd"])
    for n, run in enumerate(answer["runs"]):
        done = call("solve", folder / "after", "--from", "before", *run["args"], "-o", f"after-{n}", "--json")
        assert done.returncode == run["rc"], done.stderr
        assert [word for word in run["says"] if word not in done.stderr] == []
        if run["rc"]:
            assert not (tmp_path / f"after-{n}").exists()
            continue
        facts = json.loads(done.stdout)
        assert facts["status"] == "optimal"
        assert facts["objective_usd"] == pytest.approx(run["objective_usd"], abs=0.01)
        assert facts["cost_usd"]["discounted"]["change"] == pytest.approx(run["change_usd"], abs=0.01)
        assert call("verify", f"after-{n}").returncode == 0


def test_a_planner_is_told_gives_up_and_orders(tmp_path: Path) -> None:
    """As in replan-06: 20 MW stand at a, which has power for 12 now; 8 go to b a year later."""

    def run(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            command(*arguments), cwd=tmp_path, env=environment(), capture_output=True, encoding="utf-8", timeout=300
        )

    study, after = STUDIES / "replan-06", ("--from", "before", "--freeze-until", "2026")
    assert run("solve", study / "before", "-o", "before").returncode == 0
    told = run("solve", study / "after", *after, "-o", "after")
    assert (told.returncode, told.stdout) == (3, "")
    assert "a: racks draw 20 MW in 2026, the site has power for 12 MW" in told.stderr
    done = run("solve", study / "after", *after, "--release", "-o", "after")
    assert done.returncode == 0
    assert "note: given up: a, x: 20 racks committed in 2026, 12 can stay" in done.stderr
    compared = run("compare", "before", "after")
    assert "2026 x a, 2026 b, 2027 8" in [" ".join(line.split()) for line in compared.stdout.splitlines()] or (
        "2027 x a, 2026 b, 2027 8" in [" ".join(line.split()) for line in compared.stdout.splitlines()]
    )


# a study with everything that a plan decides ---------------------------------------------------------------------
def grown(**changed: Any) -> Study:
    """Halls at a, an opening at b, an upgrade of the zone, racks of two types; all that is placed is needed."""
    keys: dict[str, Any] = {
        "periods": {"first": 2026, "last": 2028}, "money": {"discount_rate": 0.1},
        "unused": {"waiting_rack_usd_per_mw_year": 5e6, "unplaced_rack_usd_per_mw": 2e7}, "solve": {"gap": 1e-9},
    }  # fmt: skip
    tables = {
        "sites": pd.DataFrame(
            {"site": ["a", "b"], "zone": ["z", "z"], "max_mw": [20, 12], "hall_mw": [5, 4], "existing_mw": [0, 4],
             "hall_usd_per_mw": [1e6, 2e6], "open_usd": [1e6, 3e6]}
        ).assign(**GROUND),
        "racks": pd.DataFrame({"sku": ["x", "y"], "vendor": ["A", "B"], "rack_kw": [1000, 500], "pod_racks": [1, 2]}),
        "deliveries": pd.DataFrame(
            {"sku": ["x", "x", "x", "y", "y"], "period": ["2026", "2027", "2028", "2026", "2028"],
             "racks": [6, 6, 6, 4, 8]}
        ),
        "zones": pd.DataFrame({"zone": ["z"]}),
        "headroom": pd.DataFrame({"zone": ["z"], "period": ["2026"], "headroom_mw": [7]}),
        "upgrades": pd.DataFrame(
            {"upgrade": ["u"], "kind": ["zone"], "target": ["z"], "capacity_mw": [6], "capex_usd": [1e6],
             "max_count": [3]}
        ),
    }  # fmt: skip
    keys |= changed.pop("keys", {})
    return Study.from_tables(keys=keys, **{**tables, **changed})


@pytest.fixture(scope="module")
def before() -> Plan:
    plan = solve(grown())
    table = Committed.of(plan, freeze_until="2028").table
    assert set(table["decision"]) == {"racks", "halls", "open", "upgrades"}, "the plan decides everything"
    assert set(table.loc[table["decision"] == "halls", "period"]) >= {"2026", "2027"}
    return plan


def racks(plan: Plan) -> dict[tuple[str, ...], int]:
    rows = plan.assignments[plan.assignments["racks"] > 0]
    return {(s, k, t): int(n) for s, k, t, n in rows[["site", "sku", "period", "racks"]].to_numpy().tolist()}


@pytest.mark.parametrize("period", ["2026", "2027", "2028"])
def test_the_same_study_costs_the_same_however_long_it_is_frozen(before: Plan, period: str) -> None:
    plan = solve(grown(), committed=Committed.of(before, freeze_until=period))
    assert plan.objective_usd == pytest.approx(before.objective_usd, rel=1e-7)
    if period == "2028":
        assert racks(plan) == racks(before)


def test_a_price_beyond_all_others_keeps_the_plan(before: Plan) -> None:
    """a and its halls cost far more now; at 1e9 per MW and piece nothing moves, without a price much does."""
    dear = grown().sites.assign(hall_usd_per_mw=[2e6, 1.5e6], energy_usd_per_mwh=[120.0, 20.0])
    free = solve(grown(sites=dear), committed=Committed.of(before, freeze_until="2026"))
    kept = solve(
        grown(sites=dear),
        committed=Committed.of(before, freeze_until="2026", move_usd_per_mw=1e9, close_usd=1e9),
    )
    assert kept.facts["cost_usd"]["discounted"]["change"] == 0.0
    assert racks(free) != racks(before)
    at = [{(s, k) for s, k, _ in racks(plan)} for plan in (kept, before)]
    assert at[0] >= at[1]
    assert free.objective_usd < kept.objective_usd


def test_the_change_that_a_plan_pays_stands_wherever_money_stands(before: Plan, tmp_path: Path) -> None:
    """b is forbidden later than 2026? No: its energy is dear, so that what can move leaves it, at a price."""
    dear = grown().sites.assign(energy_usd_per_mwh=[0.0, 3000.0], max_mw=[40, 12])
    plan = solve(
        grown(sites=dear),
        committed=Committed.of(before, freeze_until="2026", move_usd_per_mw=1e5, close_usd=1e4),
    )
    usd = plan.facts["cost_usd"]["discounted"]["change"]
    assert usd > 0
    rows = plan.tables["costs"][plan.tables["costs"]["term"] == "change"]
    assert rows["discounted_usd"].sum() == pytest.approx(usd)
    assert plan.objective_usd == pytest.approx(sum(plan.facts["cost_usd"]["discounted"].values()))
    assert "changes to the plan of" in plan.summary()
    plan.to_folder(tmp_path / "plan")
    assert verify(tmp_path / "plan").ok
    assert inside(tmp_path)("report", "plan").returncode == 0
    assert inside(tmp_path)("export", "plan", "--to", "xlsx").returncode == 0


# the recheck -----------------------------------------------------------------------------------------------------
def broken(plan: Plan, table: pd.DataFrame | None = None, **said: Any) -> set[str]:
    """Rules of what is committed that a plan with other rows or facts breaks."""
    facts = {k: v for k, v in plan.facts.items() if k != "digest"}
    facts["replan"] = facts["replan"] | said
    tables = dict(plan.tables) | ({} if table is None else {"committed": table})
    return {f"{f.file} {f.column}" for f in verify(replace(plan, facts=facts, tables=tables)).findings}


@pytest.mark.parametrize(
    ("decision", "where"),
    [("racks", "assignments.csv racks"), ("halls", "sites.csv halls"), ("open", "sites.csv open"),
     ("upgrades", "upgrades.csv count")],
)  # fmt: skip
def test_a_frozen_decision_that_moved_is_found(before: Plan, decision: str, where: str) -> None:
    plan = solve(grown(), committed=Committed.of(before, freeze_until="2027"))
    assert verify(plan).ok
    table = plan.tables["committed"]
    row = table.index[(table["decision"] == decision) & (table["period"] == "2026")][0]
    more = table.copy()
    more.loc[row, "count"] += 2
    assert where in broken(plan, more)
    assert where in broken(plan, table.drop(row).reset_index(drop=True))
    too_many = table.copy()
    too_many.loc[row, "released"] = table.loc[row, "count"] + 1
    assert "committed.csv released" in broken(plan, too_many)


def test_other_prices_and_periods_are_found(before: Plan) -> None:
    fewer = grown().deliveries.assign(racks=[6, 6, 0, 4, 0])
    plan = solve(grown(deliveries=fewer), committed=Committed.of(before, freeze_until="2026", close_usd=1e3))
    assert plan.facts["cost_usd"]["discounted"]["change"] > 0
    assert "plan.json cost_usd.discounted.change" in broken(plan, close_usd=2e3)
    assert "plan.json replan.close_usd" in broken(plan, close_usd=-1.0)
    assert "plan.json replan.freeze_until" in broken(plan, freeze_until="2031")
    assert "plan.json replan.kind" in broken(plan, kind="a")
    facts = {k: v for k, v in plan.facts.items() if k not in ("digest", "replan")}
    assert "plan.json replan" in {f"{f.file} {f.column}" for f in verify(replace(plan, facts=facts)).findings}


def test_a_folder_without_its_table_is_no_plan(before: Plan, tmp_path: Path) -> None:
    solve(grown(), committed=Committed.of(before, freeze_until="2026")).to_folder(tmp_path / "plan")
    assert verify(tmp_path / "plan").ok
    (tmp_path / "plan" / "committed.csv").unlink()
    with pytest.raises(InputError, match=r"committed\.csv: is missing"):
        read_plan(tmp_path / "plan")


# what is given up ------------------------------------------------------------------------------------------------
def flat(placed: dict[tuple[str, str], int], **changed: Any) -> Study:
    """Sites with halls for all racks; x of 1 MW and w of 4 MW, all of 2026, placed as said where that is cheapest."""
    sites = sorted({site for site, _ in placed})
    came = {sku: sum(n for (_, k), n in placed.items() if k == sku) for sku in ("x", "w")}
    tables = {
        "sites": pd.DataFrame({"site": sites, "existing_mw": 100.0, "max_mw": 100.0}).assign(**GROUND),
        "racks": pd.DataFrame({"sku": ["w", "x"], "vendor": "A", "rack_kw": [4000, 1000]}),
        "deliveries": pd.DataFrame({"sku": [*came], "period": "2026", "racks": [*came.values()]}),
    }
    return Study.from_tables(
        keys={"periods": {"first": 2026, "last": 2027}, "solve": {"gap": 1e-9}}, **{**tables, **changed}
    )


def given_up(study: Study, placed: dict[tuple[str, str], int]) -> dict[tuple[str, str], int]:
    """What is given up of placements of 2026."""
    frame = pd.DataFrame([(*at, "2026", n) for at, n in placed.items()], columns=["site", "sku", "period", "racks"])
    plan = solve(study, committed=Committed.placements(frame, study, freeze_until="2026", release=True))
    rows = plan.tables["committed"]
    return {(s, k): int(n) for s, k, n in rows[["site", "sku", "released"]].to_numpy().tolist() if n}


@pytest.mark.parametrize(
    ("lost", "given"),
    [
        ({"x": 5}, {("b", "x"): 5}),  # one line in the place of two
        ({"x": 3}, {("a", "x"): 3}),  # of lines alike the first id
        ({"x": 12}, {("a", "x"): 2, ("b", "x"): 10}),
        ({"w": 1}, {("b", "w"): 1}),
    ],
)
def test_the_least_is_given_up(lost: dict[str, int], given: dict[tuple[str, str], int]) -> None:
    placed = {("a", "x"): 3, ("b", "x"): 10, ("b", "w"): 2}
    study = flat(placed)
    left = study.deliveries["racks"] - study.deliveries["sku"].map(lost).fillna(0)
    assert given_up(study.replace(deliveries=study.deliveries.assign(racks=left)), placed) == given


def test_of_one_site_mw_count_and_not_racks() -> None:
    """5 MW are too many: five x of 1 MW, not two w of 4."""
    placed = {("b", "w"): 2, ("b", "x"): 10}
    study = flat(placed)
    sites = study.sites.assign(interconnection_mw=13.0)
    assert given_up(study.replace(sites=sites), placed) == {("b", "x"): 5}
    assert given_up(study.replace(sites=sites.assign(interconnection_mw=14.0)), placed) == {("b", "w"): 1}


def test_an_opening_without_racks_is_told_and_given_up_too() -> None:
    keys = {"policy": {"force_open": ["c"]}}
    sites = pd.concat([grown().sites, grown().sites.iloc[1:].assign(site="c", open_usd=9e6, max_rack_kw=1.0)])
    opened = solve(grown(sites=sites, keys=keys))
    assert opened.sites.loc[(opened.sites["site"] == "c"), "open"].any()
    shut = grown(sites=sites, keys={"policy": {"forbid": ["c"]}})
    with pytest.raises(InfeasibleError, match=r"c: 1 opening committed in 2028, 0 can stay"):
        solve(shut, committed=Committed.of(opened, freeze_until="2028"))
    plan = solve(shut, committed=Committed.of(opened, freeze_until="2028", release=True, close_usd=1e6))
    assert not plan.sites.loc[plan.sites["site"] == "c", "open"].any()
    assert plan.facts["cost_usd"]["undiscounted"]["change"] == pytest.approx(1e6)


def test_what_only_the_grid_forbids_is_told_line_by_line(before: Plan) -> None:
    """11 MW stand in z by 2026 with one upgrade; the zone and its upgrades can serve 4 now."""
    tight = grown(
        headroom=pd.DataFrame({"zone": ["z"], "period": ["2026"], "headroom_mw": [4]}),
        upgrades=grown().upgrades.assign(capacity_mw=0.5, max_count=1),
    )
    with pytest.raises(InfeasibleError) as told:
        solve(tight, committed=Committed.of(before, freeze_until="2026"))
    assert any("racks committed in 2026" in line and "can stay" in line for line in told.value.reasons)
    plan = solve(tight, committed=Committed.of(before, freeze_until="2026", release=True))
    held = plan.assignments[plan.assignments["period"] == "2026"]["it_mw"].sum()
    assert 3.5 <= held <= 4.5


# a table of one's own --------------------------------------------------------------------------------------------
MINE = "site,sku,period,racks\na,x,2026,4\nb,x,2026,1\nb,x,2026,1\na,y,2028,4\n"


def test_a_table_of_ones_own_is_completed(tmp_path: Path) -> None:
    grown().write(tmp_path / "study")
    (tmp_path / "mine.csv").write_text(MINE, encoding="utf-8")
    with pd.ExcelWriter(tmp_path / "mine.xlsx") as book:
        pd.read_csv(tmp_path / "mine.csv").to_excel(book, sheet_name="May 2026", index=False)
    call, costs = inside(tmp_path), []
    for n, place in enumerate(("mine.csv", "mine.xlsx#May 2026")):
        done = call("solve", "study", "--from", place, "-o", f"plan-{n}")
        assert done.returncode == 0, done.stderr
        plan = read_plan(tmp_path / f"plan-{n}")
        wanted = {("a", "x", "2026"): 4, ("b", "x", "2026"): 2, ("a", "y", "2028"): 4}
        assert racks(plan) == wanted
        assert verify(tmp_path / f"plan-{n}").ok
        costs.append(plan.objective_usd)
    assert costs[0] == pytest.approx(costs[1])
    assert costs[0] > solve(grown()).objective_usd


@pytest.mark.parametrize(
    ("text", "code", "words"),
    [
        (MINE + "a,x,2027,90\n", 3, "x: 96 racks are placed by 2027, 12 are delivered by then"),
        (MINE + "atlantis,x,2026,1\n", 2, "mine.csv:6 site: atlantis is no site of the study"),
        (MINE + "a,x,2031,1\n", 2, "mine.csv:6 period: 2031 is no period of the study"),
        (MINE + "a,y,2026,3\n", 2, "mine.csv:6 racks: 3 is no whole number of pods of 2 racks"),
        ("site,sku,period\na,x,2026\n", 2, "mine.csv racks: the column is missing"),
    ],
)
def test_what_a_table_of_ones_own_breaks(tmp_path: Path, text: str, code: int, words: str) -> None:
    grown().write(tmp_path / "study")
    (tmp_path / "mine.csv").write_text(text, encoding="utf-8")
    done = inside(tmp_path)("solve", "study", "--from", "mine.csv", "-o", "plan")
    assert (done.returncode, done.stdout) == (code, "")
    assert words in done.stderr
    assert not (tmp_path / "plan").exists()


# mistakes --------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--freeze-until", "2026"), "--freeze-until: keeps to an earlier plan, and none is named"),
        (("--release", "--close-usd", "3"), "--close-usd: keeps to an earlier plan"),
        (("--from", "plan"), "--from: plan needs --freeze-until"),
        (("--from", "plan", "--freeze-until", "2031"), "--freeze-until: 2031 is no period of the plan"),
        (("--from", "nothing", "--freeze-until", "2026"), "nothing: is no plan folder"),
        (("--from", "plan", "--freeze-until", "2026", "--close-usd", "-3"), "--close-usd: -3 is no price"),
        (
            ("--from", "plan", "--freeze-until", "2026", "--move-usd-per-mw", "nan"),
            "--move-usd-per-mw: nan is no price",
        ),
        (("--from", "bent", "--freeze-until", "2026"), "bent: does not follow from its study"),
        (("--from", "newer", "--freeze-until", "2026"), "format 99 is not known to this release"),
    ],
)
def test_mistakes_are_told_before_anything_is_written(
    before: Plan, tmp_path: Path, arguments: tuple[str, ...], words: str
) -> None:
    grown().write(tmp_path / "study")
    for name in ("plan", "bent", "newer"):
        before.to_folder(tmp_path / name)
    bent = tmp_path / "bent" / "assignments.csv"
    bent.write_text(bent.read_text(encoding="utf-8").replace("x,A,2026,", "x,A,2026,1"), encoding="utf-8")
    newer = tmp_path / "newer" / "plan.json"
    newer.write_text(newer.read_text(encoding="utf-8").replace('"format": 3', '"format": 99', 1), encoding="utf-8")
    done = inside(tmp_path)("solve", "study", *arguments, "-o", "out")
    assert (done.returncode, done.stdout) == (2, "")
    assert words in done.stderr
    assert not (tmp_path / "out").exists()


# plans of other data ---------------------------------------------------------------------------------------------
def test_plans_of_other_sites_types_and_periods_compare(before: Plan) -> None:
    """b is gone, z is new, y is gone, and a year is added: what was at b is ordered to where it goes."""
    sites = grown().sites.assign(site=["a", "c"])
    other = solve(
        grown(
            sites=sites,
            racks=grown().racks.iloc[:1],
            deliveries=grown().deliveries.iloc[:3],
            keys={"periods": {"first": 2026, "last": 2029}},
        )
    )
    found = compare_plans(before, other)
    assert (found.skus_a, found.periods_b) == (("y",), ("2029",))
    assert all(isinstance(order, Order) for order in found.orders)
    moved = {(o.sku, o.from_site, o.to_site) for o in found.orders}
    assert all(into == "" for sku, _, into in moved if sku == "y"), "what does not come is not placed"
    was, now = racks(before), racks(other)
    for plan, sign in ((was, 1), (now, -1)):
        assert plan.keys() >= set(), sign
    balance: dict[tuple[str, ...], int] = dict(was)
    for o in found.orders:
        if o.from_site:
            balance[o.from_site, o.sku, o.from_period] -= o.racks
        if o.to_site:
            at = (o.to_site, o.sku, o.to_period)
            balance[at] = balance.get(at, 0) + o.racks
    assert {at: n for at, n in balance.items() if n} == now
    assert np.all([o.racks > 0 for o in found.orders])
