"""Write the report's first page and its summary: what the command line says of a plan, as tables and words."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

from optimizer.account.quantities import Quantities
from optimizer.plan.kinds import GENERIC, standing
from optimizer.plan.plan import Plan
from optimizer.plan.summary import FIRST, TERMS, chosen_periods, split_of_waiting, status_in_words
from optimizer.units import aligned, figure, money_unit, mw, mw_years, power_unit, share, usd

from .map import small_map
from .report_html import Column, Html, generic_badge, picture, table, text

_TOP_SITES = 10


def front_section(plan: Plan, seen: Quantities) -> Html:
    """Return what fits one printed page: status, money, GW, waiting, the map, and the ten largest sites."""
    last = plan.study.horizon.names[-1]
    drawn = picture(small_map(plan, last), name="front-map", label=f"Map of {last}; the table beside it has the sites")
    left = f'<dl class="facts">{_facts(plan, seen)}</dl>\n{_oddities(plan, seen)}{_power(seen)}'
    right = f'<div class="paper">{drawn}</div>{_largest(seen)}'
    return Html(f'<div class="front"><div>{left}</div><div>{right}</div></div>\n')


def summary_section(plan: Plan, seen: Quantities) -> Html:
    """Return what the study says of itself, cost, power by period and vendor, and kinds of sites."""
    about = plan.study.config.study.description
    words = f"<p>{text(about, 2000)}</p>\n" if about.strip() else ""
    pair = f'<div class="pair"><div>{_cost(plan)}</div><div>{_kinds(plan, seen)}</div></div>'
    return Html(words + _periods(plan, seen) + pair)


def _facts(plan: Plan, seen: Quantities) -> str:
    config, last = plan.study.config, plan.study.horizon.names[-1]
    cost = f"{usd(plan.objective_usd)} discounted at {share(config.money.discount_rate)}"
    bound = "" if plan.bound_usd is None else f"; no plan costs less than {usd(plan.bound_usd)}"
    if config.objective.minimise == "lexicographic":
        first = FIRST[config.objective.first]
        bound = bound.replace("no plan", f"no plan with so little {first}")
        cost = f"{first} first, then cost: {cost}"
    purchase = float(plan.facts["rack_purchase_usd"])
    racks = f"; racks cost {usd(purchase)} on top, the same in every plan" if purchase > 0 else ""
    delivered, serving = (float(f[last].sum()) for f in (seen.delivered, seen.serving))
    unused = plan.facts["unused"]
    halls, power = float(unused["idle_hall_mw_years"]), float(unused["idle_power_mw_years"])
    counts = Counter(map(standing, seen.opened["kind"]))
    kinds = ", ".join(f"{n} {kind}" for kind, n in counts.items())
    lines = [
        ("Status", status_in_words(plan)),
        ("Money", cost + bound + racks),
        ("Power", f"{mw(serving)} of {mw(delivered)} IT delivered are in service at the end of {last}"),
        ("Waiting", waiting_in_words(plan, seen)),
        ("Idle", f"halls {mw_years(halls)}; energised power {mw_years(power)} at the fence"),
        ("Sites", f"{len(seen.opened)} of {len(plan.study.sites)} open at the end" + (f": {kinds}" if kinds else "")),
    ]
    return "".join(f"<dt>{label}</dt><dd>{text(words, 1000)}</dd>" for label, words in lines)


def _power(seen: Quantities) -> str:
    """Return power by period in four rows; of many periods those that fit."""
    periods = chosen_periods(list(seen.delivered.columns))
    unit, name = power_unit(max(seen.delivered.sum(), default=0.0))
    totals = (("delivered", seen.delivered), ("in service", seen.serving), ("waiting", seen.waiting))
    rows = [
        [label, *(aligned(float(frame[p].sum()) / unit, 2 if unit > 1 else 1) for p in periods)]
        for label, frame in totals
    ]
    columns = [Column("at the end of"), *(Column(p, number=True) for p in periods)]
    return table(columns, rows, caption=f"IT {name}")


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
    return f'<p class="note">{text(" ".join(notes))}</p>\n' if notes else ""


def _periods(plan: Plan, seen: Quantities) -> str:
    """Set delivered against energised, in service and waiting, by period and vendor."""
    periods = list(seen.delivered.columns)
    unit, name = power_unit(max(seen.delivered.sum(), default=0.0))
    digits = 2 if unit > 1 else 1

    def row(label: str, values: Mapping[str, float]) -> list[str]:
        return [label, *(aligned(float(values.get(p, 0.0)) / unit, digits) for p in periods)]

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
    rows = [[label, aligned(a / unit, 1), aligned(b / unit, 1)] for label, a, b in named]
    columns = [Column("Term"), Column("discounted", number=True), Column("undiscounted", number=True)]
    return table(columns, rows, caption=f"Cost, {name}", last="total")


def _kinds(plan: Plan, seen: Quantities) -> str:
    """Count real and generic sites apart."""
    if not len(seen.opened):
        return f"<p>None of {len(plan.study.sites)} sites is opened.</p>"
    counted = seen.opened.assign(standing=[standing(k) for k in seen.opened["kind"]])
    rows: list[list[str]] = []
    for (which, kind), part in counted.groupby(["standing", "kind"], sort=True):
        label: str = generic_badge() if which == GENERIC else str(which)
        rows.append([label, str(kind) or "–", str(len(part)), figure(part["it_mw"].sum())])
    columns = [Column("Sites"), Column("kind"), Column("open", number=True), Column("IT MW in service", number=True)]
    note = "<p>GENERIC sites are no projects: they stand for capacity that a zone could host by rule.</p>"
    return table(columns, rows, caption="Sites open at the end") + (
        note if (counted["standing"] == GENERIC).any() else ""
    )


def _largest(seen: Quantities) -> str:
    if not len(seen.opened):
        return "<p>No site is open at the end.</p>\n"
    rows = []
    for row in seen.opened.head(_TOP_SITES).to_dict("records"):
        which: str = generic_badge() if standing(row["kind"]) == GENERIC else standing(row["kind"])
        dates = [row["first"], row["serves"] or "never"]
        rows.append([row["site"], which, *dates, figure(row["it_mw"]), row["vendors"]])
    columns = [
        Column("Site"), Column("Is"), Column("open from"), Column("serves from"),
        Column("serving, IT MW", number=True), Column("vendors"),
    ]  # fmt: skip
    return table(columns, rows, caption=f"The {len(rows)} largest sites at the end" if len(rows) > 1 else "The site")
