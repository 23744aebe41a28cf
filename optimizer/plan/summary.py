"""Say a plan on one page of plain text: what a planner pastes into a mail."""

from __future__ import annotations

from collections import Counter
from html import escape
from textwrap import wrap
from typing import TYPE_CHECKING

from optimizer.errors import shown

from ..account.quantities import Quantities, quantities
from ..io.registers import OF_SITES, SPENT, TERMS, Vendor, published, term_words
from ..units import aligned, figure, money_unit, mw, mw_years, power_unit, share, usd
from .grid import grid_lines
from .kinds import GENERIC, REAL, UNSTATED, known_sites, standing

if TYPE_CHECKING:
    from .plan import Plan

WIDTH = 100
_TOP_SITES = 7
_PERIODS = 8
_ROUNDING = 1e-6
PAID = {"racks": "racks bought"} | {term: TERMS[term].words for term in SPENT}
"""What is paid, racks included, in words and in order."""
FIRST = {"unused": "unused capacity", "waiting": "waiting"}
"""What a lexicographic plan has least of, by the key objective.first."""


def summary(plan: Plan) -> str:
    """Return status, cost, megawatts by period, what waits and idles, sites, and each vendor's cost."""
    seen = quantities(plan.study, plan.tables)
    blocks = [
        head_lines(plan),
        _cost(plan),
        _periods(plan, seen),
        _unused(plan, seen),
        _grid(plan),
        _sites(plan, seen),
        _vendors(plan, seen),
    ]
    lines = [line for block in blocks if block for line in (*block, "")]
    return "\n".join(_cut(line) for line in lines).rstrip("\n")


def status_in_words(plan: Plan) -> str:
    """Say how good the plan is proven to be."""
    asked = share(plan.study.config.solve.gap)
    if plan.gap is None:
        return f"{plan.status}: nothing is proven about how far it is from the best plan ({asked} was asked)"
    if plan.status == "optimal" and plan.gap <= 1e-9:
        return f"optimal: proven to be the best plan ({asked} was asked)"
    if plan.status == "optimal":
        return f"optimal: proven within {share(plan.gap)} of the best plan ({asked} was asked)"
    return f"{plan.status}: stopped early, proven within {share(plan.gap)} of the best plan ({asked} was asked)"


def _cut(line: str) -> str:
    line = line.rstrip()
    return line if len(line) <= WIDTH else line[: WIDTH - 1] + "…"


def _wrapped(line: str) -> list[str]:
    return wrap(line, WIDTH, subsequent_indent=" " * 11, break_on_hyphens=False)


def head_lines(plan: Plan) -> list[str]:
    """Return name, status, objective with its bound, and what racks cost, a line or two each."""
    config = plan.study.config
    lines = [shown(config.study.name or "Plan", WIDTH - 2), f"Status     {status_in_words(plan)}"]
    cost = f"{usd(plan.objective_usd)} discounted at {share(config.money.discount_rate)}"
    bound = "" if plan.bound_usd is None else f" costs less than {usd(plan.bound_usd)}"
    if config.objective.minimise == "lexicographic":
        first = FIRST[config.objective.first]
        lines.append(f"Objective  {first} first, then cost: {cost}")
        lines += [f"           no plan with so little {first}{bound}"] if bound else []
    else:
        lines.append(f"Objective  {cost}" + (f"; no plan{bound}" if bound else ""))
    purchase = float(plan.facts["rack_purchase_usd"])
    return [*lines, f"           racks cost {usd(purchase)} on top, the same in every plan"] if purchase > 0 else lines


def _cost(plan: Plan) -> list[str]:
    now, plain = plan.facts["cost_usd"]["discounted"], plan.facts["cost_usd"]["undiscounted"]
    unit, name = money_unit(max([abs(v) for v in now.values()], default=0.0))
    rows = [(term_words(term), now[term], plain.get(term, 0.0)) for term in now if now[term] or plain.get(term)]
    rows.append(("total", sum(now.values()), sum(plain.values())))
    head = f"{'Cost, ' + name:<28}{'discounted':>12}{'undiscounted':>14}"
    return [head, *(f"  {label:<26}{aligned(a / unit, 1):>12}{aligned(b / unit, 1):>14}" for label, a, b in rows)]


def _periods(plan: Plan, seen: Quantities) -> list[str]:
    """Set delivered against energised, in service and waiting, by period."""
    columns = chosen_periods(plan.study.horizon.names)
    unit, name = power_unit(max(seen.delivered.sum()) if len(seen.delivered) else 0.0)
    digits = 2 if unit > 1 else 1

    def row(label: str, values: dict[str, float]) -> str:
        return f"{label:<28}" + "".join(f"{aligned(values.get(c, 0.0) / unit, digits):>9}" for c in columns)

    lines = [f"{'IT ' + name + ' at the end of':<28}" + "".join(f"{c:>9}" for c in columns)]
    energised = {k: float(v) for k, v in plan.facts["energised_mw"].items()}
    for label, table in (("delivered", seen.delivered), ("in service", seen.serving), ("waiting", seen.waiting)):
        lines.append(row(label, dict(table.sum())))
        if len(table) > 1:
            lines += [row(f"  {shown(v, 24)}", dict(table.loc[v])) for v in table.index if table.loc[v].any()]
        if label == "delivered":
            lines.append(row("energised", energised))
    for label, values in seen.idle.items():
        if any(values.values()):
            lines.append(row(label, values))
    return lines


def chosen_periods(periods: list[str]) -> list[str]:
    """Return all periods where they fit, else the last of each year, else some of them with the last one."""
    if len(periods) > _PERIODS:
        periods = list({period[:4]: period for period in periods}.values())
    step = -(-len(periods) // _PERIODS)
    return periods[::-1][::step][::-1]


def _unused(plan: Plan, seen: Quantities) -> list[str]:
    unused = plan.facts["unused"]
    waited = float(unused["waiting_rack_mw_years"])
    if waited <= 0:
        lines = ["Waiting    no rack waits through a period"]
    else:
        lines = _wrapped(f"Waiting    racks wait {mw_years(waited)}: {split_of_waiting(plan)}")
        by_rack = ", ".join(f"{shown(k, 30)} {mw_years(v)}" for k, v in seen.waited_by_sku.items())
        lines += _wrapped(f"           by rack: {by_rack}")
    aged, left = float(unused["aged_rack_mw_years"]), seen.unplaced_mw
    late = [f"{mw_years(aged)} of it aged"] if aged > 0 else []
    late += [f"{mw(left)} still wait when the horizon ends"] if left > 0 else []
    if late:
        lines.append("           " + "; ".join(late))
    return [*lines, *_wrapped(f"Idle       {idle_in_words(plan)}")]


def idle_in_words(plan: Plan) -> str:
    """Say what is unused at sites over the horizon, kind by kind."""
    of = {kind: mw_years(float(plan.facts["unused"][kind.total])) for kind in OF_SITES}
    return "; ".join(f"{kind.rest} {years}{' at the fence' * kind.at_the_fence}" for kind, years in of.items())


def _grid(plan: Plan) -> list[str]:
    """Say what is reinforced, what was screened and what binds; nothing of a study of plain lines."""
    return [line for head, words in grid_lines(plan) for line in _wrapped(f"{head:<10} {words}")]


def waits_by_rule(plan: Plan) -> bool:
    """Whether rules of [policy] may have a part in the waiting that is not unavoidable."""
    return plan.study.config.policy.may_bind(len(plan.study.sites))


def split_of_waiting(plan: Plan) -> str:
    """Say how much of the waiting no plan avoids, how much none does under the rules, and how much this plan chose.

    Choice is claimed only where no rule of [policy] can bind: whole racks and rules are not told apart otherwise.
    """
    unused = plan.facts["unused"]
    waited, least = float(unused["waiting_rack_mw_years"]), unused["unavoidable_waiting_mw_years"]
    if least is None:
        return "how much of it could be avoided is not known"
    alone = unused.get("unavoidable_waiting_without_rules_mw_years")
    without = float(least if alone is None else alone)
    parts = [f"no plan avoids {mw_years(without)}"]
    if float(least) - without > _ROUNDING * waited:
        parts.append(f"under the rules of [policy] none avoids {mw_years(float(least))}")
    rest = max(0.0, waited - float(least))
    if rest > _ROUNDING * waited:
        chose = f"{mw_years(rest)} by rules or by choice" if waits_by_rule(plan) else f"this one chose {mw_years(rest)}"
        parts.append(chose)
    return ", ".join(parts)


def _sites(plan: Plan, seen: Quantities) -> list[str]:
    """Count real and generic sites apart, and show the largest."""
    table = seen.opened
    if not len(table):
        return [f"Sites      none of {len(plan.study.sites)} is opened"]
    lines = [f"Sites      {len(table)} of {len(plan.study.sites)} opened"]
    for which, words in ((REAL, "real: "), (UNSTATED, f"{UNSTATED}: "), (GENERIC, "GENERIC, no projects: ")):
        part = table[[standing(k) == which for k in table["kind"]]]
        if len(part):
            kinds = ", ".join(
                f"{n} {shown(k, 20) or ('site' if n == 1 else 'sites')}"
                for k, n in part["kind"].value_counts().sort_index().items()
            )
            lines.append(f"           {words}{kinds}, {mw(part['it_mw'].sum())} in service at the end")
    head = f"  {'largest':<18}{'kind':<12}{'open from':<11}{'serves from':<13}"
    lines.append(f"{head}{'built MW':>8}{'serving MW':>11}  vendors")
    known = known_sites(plan.study)
    for row in table.head(_TOP_SITES).to_dict("records"):
        said = known[row["site"]]
        kind = f"{GENERIC}{said.kind.strip()[len(GENERIC) :]}" if said.standing == GENERIC else said.kind
        lines.append(
            f"  {shown(row['site'], 17):<18}{shown(kind, 11):<12}{row['first']:<11}"
            f"{row['serves'] or 'never':<13}{figure(row['built_mw']):>8}"
            f"{figure(row['it_mw']):>11}  {shown(row['vendors'], 40)}"
        )
        if said.called:
            lines.append(f"    {shown(said.called, WIDTH - 4)}")
    return lines


def _vendors(plan: Plan, seen: Quantities) -> list[str]:
    """Show what each vendor's power costs, beside the estimate that is published of it."""
    costs = {v: c for v, c in plan.facts["vendor_cost_usd"].items() if seen.total_mw(v) > 0}
    if not costs:
        return []
    unit, name = money_unit(max(sum(c.values()) for c in costs.values()))
    size, power = power_unit(max(map(seen.total_mw, costs)))
    per = {v: seen.usd_per_mw(v, c) * size for v, c in costs.items()}
    most = max(per.values())
    per_unit, per_name = (1e9, "bn USD") if power == "GW" and most >= 1e9 else money_unit(most)
    what = "racks + facility" if any(c["racks"] > 0 for c in costs.values()) else "facility"
    head = f"{'Vendor, ' + name + ' undiscounted':<32}{power:>7}{'racks':>10}{'facility':>10}{'energy':>9}"
    lines = [f"{head}{f'{what}, {per_name} per {power}':>32}"]
    for vendor, cost in costs.items():
        racks = f"{aligned(cost['racks'] / unit, 1):>10}" if cost["racks"] > 0 else f"{'no price':>10}"
        lines.append(
            f"  {shown(vendor, 28):<30}{aligned(seen.total_mw(vendor) / size, 2):>7}{racks}"
            f"{aligned(cost['facility'] / unit, 1):>10}{aligned(cost['energy'] / unit, 1):>9}"
            f"{aligned(per[vendor] / per_unit, 1):>32}"
        )
        if (known := published(vendor)) and min(cost["racks"], cost["facility"]) > 0:
            lines += _estimate(known, seen.total_mw(vendor) / 1000.0, cost["racks"], cost["facility"])
    return [
        *lines,
        "  facility: opening, halls, and rent and upkeep within the horizon only, by MW-years in service",
    ]


def _estimate(vendor: Vendor, gw: float, racks_usd: float, facility_usd: float) -> list[str]:
    """Set the cost of so many GW beside the published estimate; say why where it is lower."""
    low, high = vendor.low * gw, vendor.high * gw
    unit, name = money_unit(low)
    per_gw = f"{vendor.low / 1e9:,.0f}–{vendor.high / 1e9:,.0f}"
    lines = [
        f"    estimate for so much: {figure(low / unit)}–{figure(high / unit)} {name}, "
        f"{per_gw} bn USD per GW ({vendor.source})"
    ]
    ours = racks_usd + facility_usd
    if ours < low:
        price = f"racks at {figure(racks_usd / gw / 1e9, 1)} M USD per MW (price_usd)"
        lines += [
            f"    ours, {figure(ours / unit)} {name}, is lower: {price}; excludes energy,",
            "    and rent and upkeep after the horizon: a leased campus counts by its rent until then only",
        ]
    return lines


def summary_html(plan: Plan) -> str:
    """Return the plan as one small table for notebooks: status, cost, power, waiting, sites."""
    seen, horizon = quantities(plan.study, plan.tables), plan.study.horizon.names
    waited = float(plan.facts["unused"]["waiting_rack_mw_years"])
    counts = Counter(map(standing, seen.opened["kind"]))
    kinds = f"{counts[REAL]} real and {counts[GENERIC]} GENERIC" + (
        f" and {counts[UNSTATED]} of no stated kind" if counts[UNSTATED] else ""
    )
    rows = [
        ("Status", status_in_words(plan)),
        ("Gap", "not proven" if plan.gap is None else share(plan.gap)),
        ("Objective", f"{usd(plan.objective_usd)}, discounted"),
        ("Delivered", f"{mw(float(seen.delivered[horizon[-1]].sum()))} IT by the end of {horizon[-1]}"),
        ("In service", f"{mw(float(seen.serving[horizon[-1]].sum()))} IT"),
        (
            "Waiting",
            f"{mw_years(waited)}: {split_of_waiting(plan)}" if waited > 0 else "no rack waits through a period",
        ),
        ("Sites", f"{kinds} of {len(plan.study.sites)} open"),
    ]
    body = "".join(f'<tr><th style="text-align:left">{k}</th><td>{escape(shown(v, 200))}</td></tr>' for k, v in rows)
    return f"<table><caption>{escape(shown(plan.study.config.study.name or 'Plan', WIDTH))}</caption>{body}</table>"
