"""Write the report's summary: what the command line says of a plan, as tables and words."""

from __future__ import annotations

from collections.abc import Mapping

from optimizer.plan.kinds import is_generic
from optimizer.plan.plan import Plan
from optimizer.plan.quantities import Quantities
from optimizer.plan.summary import FIRST, TERMS, split_of_waiting, status_in_words
from optimizer.plan.units import money_unit, mw, mw_years, power_unit, share, usd

from .report_html import Column, Html, generic_badge, table, text

_TOP_SITES = 10


def summary_section(plan: Plan, seen: Quantities) -> Html:
    """Return status, objective, cost, power by period, what is unused, and the largest sites."""
    pair = Html(f'<div class="pair"><div>{_cost(plan)}</div><div>{_kinds(plan, seen)}</div></div>')
    return Html(_facts(plan, seen) + _oddities(plan, seen) + _periods(plan, seen) + pair + _largest(seen))


def _facts(plan: Plan, seen: Quantities) -> str:
    config = plan.study.config
    cost = f"{usd(plan.objective_usd)} discounted at {share(config.money.discount_rate)}"
    bound = "" if plan.bound_usd is None else f"; no plan costs less than {usd(plan.bound_usd)}"
    if config.objective.minimise == "lexicographic":
        first = FIRST[config.objective.first]
        bound = bound.replace("no plan", f"no plan with so little {first}")
        cost = f"{first} first, then cost: {cost}"
    lines = [("Status", status_in_words(plan)), ("Objective", cost + bound)]
    purchase = float(plan.facts["rack_purchase_usd"])
    if purchase > 0:
        lines.append(("Racks", f"cost {usd(purchase)} on top, the same in every plan"))
    unused = plan.facts["unused"]
    halls, power = float(unused["idle_hall_mw_years"]), float(unused["idle_power_mw_years"])
    lines += [("Waiting", waiting_in_words(plan, seen))]
    lines += [("Idle", f"halls {mw_years(halls)}; energised power {mw_years(power)} at the fence")]
    lines += [("Sites", f"{len(seen.opened)} of {len(plan.study.sites)} opened")]
    rows = "".join(f"<dt>{label}</dt><dd>{text(words, 1000)}</dd>" for label, words in lines)
    about = config.study.description
    return (f"<p>{text(about, 2000)}</p>\n" if about.strip() else "") + f'<dl class="facts">{rows}</dl>\n'


def waiting_in_words(plan: Plan, seen: Quantities) -> str:
    """Say how long racks wait, what of it no plan avoids, and what is left at the end."""
    unused = plan.facts["unused"]
    waited = float(unused["waiting_rack_mw_years"])
    if waited <= 0:
        return "no rack waits through a period"
    aged = float(unused["aged_rack_mw_years"])
    late = f"; {mw_years(aged)} of it aged" if aged > 0 else ""
    left = f"; {mw(seen.unplaced_mw)} still wait when the horizon ends" if seen.unplaced_mw > 0 else ""
    return f"racks wait {mw_years(waited)}: {split_of_waiting(plan)}{late}{left}"


def _oddities(plan: Plan, seen: Quantities) -> str:
    """Say what a reader would else take for a fault of the page."""
    periods, delivered = plan.study.horizon.names, float(seen.delivered.sum().max()) if len(seen.delivered) else 0.0
    notes = []
    if len(periods) == 1:
        notes.append(f"The study has one period, {periods[0]}: nothing changes over time.")
    if len(plan.study.sites) == 1:
        notes.append("The study has one site.")
    if delivered <= 0:
        notes.append("Nothing is delivered within the horizon.")
    elif float(seen.serving.to_numpy().sum()) <= 0:
        notes.append("All racks wait: none is in service at the end of any period.")
    if not len(seen.opened):
        notes.append("No site is open at the end.")
    return f'<p class="note">{text(" ".join(notes))}</p>\n' if notes else ""


def _periods(plan: Plan, seen: Quantities) -> str:
    """Set delivered against energised, in service and waiting, by period and vendor."""
    periods = list(seen.delivered.columns)
    unit, name = power_unit(max(seen.delivered.sum(), default=0.0))
    digits = 2 if unit > 1 else 1

    def row(label: str, values: Mapping[str, float]) -> list[str]:
        return [label, *(f"{float(values.get(p, 0.0)) / unit:,.{digits}f}" for p in periods)]

    rows = []
    for label, frame in (("delivered", seen.delivered), ("in service", seen.serving), ("waiting", seen.waiting)):
        rows.append(row(label, dict(frame.sum())))
        if len(frame) > 1:
            inner = [row(Html(f'<span class="sub">{text(v, 60)}</span>'), dict(frame.loc[v])) for v in frame.index]
            rows += inner
        if label == "delivered":
            rows.append(row("energised", plan.facts["energised_mw"]))
    rows += [row("idle halls", seen.idle_hall), row("idle power, at the fence", seen.idle_power)]
    columns = [Column(f"IT {name} at the end of"), *(Column(p, number=True) for p in periods)]
    return table(columns, rows, caption=f"Power by period, IT {name}")


def _cost(plan: Plan) -> str:
    now, plain = plan.facts["cost_usd"]["discounted"], plan.facts["cost_usd"]["undiscounted"]
    unit, name = money_unit(max([abs(v) for v in now.values()], default=0.0))
    named = [(TERMS.get(term, term), now[term], plain.get(term, 0.0)) for term in now if now[term] or plain.get(term)]
    named.append(("total", sum(now.values()), sum(plain.values())))
    rows = [[label, f"{a / unit:,.1f}", f"{b / unit:,.1f}"] for label, a, b in named]
    columns = [Column("Term"), Column("discounted", number=True), Column("undiscounted", number=True)]
    return table(columns, rows, caption=f"Cost, {name}", last="total")


def _kinds(plan: Plan, seen: Quantities) -> str:
    """Count real and generic sites apart."""
    if not len(seen.opened):
        return f"<p>None of {len(plan.study.sites)} sites is opened.</p>"
    counted = seen.opened.assign(generic=[is_generic(k) for k in seen.opened["kind"]])
    rows: list[list[str]] = []
    for (generic, kind), part in counted.groupby(["generic", "kind"], sort=True):
        label: str = generic_badge() if generic else "real"
        rows.append([label, str(kind) or "site", str(len(part)), f"{part['it_mw'].sum():,.0f}"])
    columns = [Column("Sites"), Column("kind"), Column("open", number=True), Column("IT MW in service", number=True)]
    note = "<p>GENERIC sites are no projects: they stand for capacity that a zone could host by rule.</p>"
    return table(columns, rows, caption="Sites open at the end") + (note if counted["generic"].any() else "")


def _largest(seen: Quantities) -> str:
    if not len(seen.opened):
        return ""
    rows = []
    for row in seen.opened.head(_TOP_SITES).to_dict("records"):
        which: str = generic_badge() if is_generic(row["kind"]) else "real"
        numbers = [f"{row['built_mw']:,.0f}", f"{row['it_mw']:,.0f}"]
        rows.append([row["site"], which, row["kind"], row["first"], *numbers, row["vendors"]])
    columns = [
        Column("Site"), Column("Is"), Column("kind"), Column("open from"), Column("built, IT MW", number=True),
        Column("in service, IT MW", number=True), Column("vendors"),
    ]  # fmt: skip
    return table(columns, rows, caption="Largest sites at the end")
