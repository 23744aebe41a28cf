"""Write the report's first page and its summary: what the command line says of a plan, as tables and words."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

from optimizer.account.quantities import Quantities
from optimizer.io.registers import term_words
from optimizer.plan.kinds import GENERIC, Known, known_sites, standing
from optimizer.plan.plan import Plan
from optimizer.plan.summary import FIRST, chosen_periods, idle_in_words, split_of_waiting, status_in_words
from optimizer.units import aligned, figure, money_unit, mw, mw_years, power_unit, share, usd

from .map import small_map
from .page.blocks import Beside, Cell, Column, Facts, Generic, Inner, Note, Part, Table
from .page.pictures import picture

_TOP_SITES = 10
NAMED = (Column("Site"), Column("Name, operator, kind", wide=True))
"""Columns of a site's id and of what it is."""


def front_section(plan: Plan, seen: Quantities) -> list[Part]:
    """Return what fits one printed page: status, money, GW, waiting, the map, and the ten largest sites."""
    last = plan.study.horizon.names[-1]
    label = f"Map of {last}; the table below it has the sites"
    drawn = picture(small_map(plan, last), name="front-map", label=label, on_paper=True)
    left = [_facts(plan, seen), *_oddities(plan, seen), _power(seen)]
    return [Beside("front", [left, [drawn], [_largest(plan, seen)]])]


def summary_section(plan: Plan, seen: Quantities) -> list[Part]:
    """Return what the study says of itself, cost, power by period and vendor, and kinds of sites."""
    about = plan.study.config.study.description
    pair = Beside("pair", [[_cost(plan)], _kinds(plan, seen)])
    return [*([about] if about.strip() else []), _periods(plan, seen), pair]


def named(site: str, known: Mapping[str, Known]) -> list[Cell]:
    """Return the cells of the columns NAMED; the id of a generic site is marked."""
    said = known.get(site, Known())
    return [Generic(site) if said.standing == GENERIC else site, said.words]


def _facts(plan: Plan, seen: Quantities) -> Facts:
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
    counts = Counter(map(standing, seen.opened["kind"]))
    kinds = ", ".join(f"{n} {kind}" for kind, n in counts.items())
    lines = [
        ("Status", status_in_words(plan)),
        ("Money", cost + bound + racks),
        ("Power", f"{mw(serving)} of {mw(delivered)} IT delivered are in service at the end of {last}"),
        ("Waiting", waiting_in_words(plan, seen)),
        ("Idle", idle_in_words(plan)),
        ("Sites", f"{len(seen.opened)} of {len(plan.study.sites)} open at the end" + (f": {kinds}" if kinds else "")),
    ]
    return Facts(lines)


def _power(seen: Quantities) -> Table:
    """Return power by period in four rows; of many periods those that fit."""
    periods = chosen_periods(list(seen.delivered.columns))
    unit, name = power_unit(max(seen.delivered.sum(), default=0.0))
    totals = (("delivered", seen.delivered), ("in service", seen.serving), ("waiting", seen.waiting))
    rows = [
        [label, *(aligned(float(frame[p].sum()) / unit, 2 if unit > 1 else 1) for p in periods)]
        for label, frame in totals
    ]
    columns = [Column("at the end of"), *(Column(p, number=True) for p in periods)]
    return Table(f"IT {name}", columns, rows)


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


def _oddities(plan: Plan, seen: Quantities) -> list[Note]:
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
    return [Note(" ".join(notes))] if notes else []


def _periods(plan: Plan, seen: Quantities) -> Table:
    """Set delivered against energised, in service and waiting, by period and vendor."""
    periods = list(seen.delivered.columns)
    unit, name = power_unit(max(seen.delivered.sum(), default=0.0))
    digits = 2 if unit > 1 else 1

    def row(label: Cell, values: Mapping[str, float]) -> list[Cell]:
        return [label, *(aligned(float(values.get(p, 0.0)) / unit, digits) for p in periods)]

    rows = []
    for label, frame in (("delivered", seen.delivered), ("in service", seen.serving), ("waiting", seen.waiting)):
        rows.append(row(label, dict(frame.sum())))
        if len(frame) > 1:
            rows += [row(Inner(v), dict(frame.loc[v])) for v in frame.index]
        if label == "delivered":
            rows.append(row("energised", plan.facts["energised_mw"]))
    rows += [row(label, values) for label, values in seen.idle.items()]
    columns = [Column(f"IT {name} at the end of"), *(Column(p, number=True) for p in periods)]
    return Table(f"Power by period, IT {name}", columns, rows)


def _cost(plan: Plan) -> Table:
    now, plain = plan.facts["cost_usd"]["discounted"], plan.facts["cost_usd"]["undiscounted"]
    unit, name = money_unit(max([abs(v) for v in now.values()], default=0.0))
    named = [(term_words(term), now[term], plain.get(term, 0.0)) for term in now if now[term] or plain.get(term)]
    named.append(("total", sum(now.values()), sum(plain.values())))
    rows = [[label, aligned(a / unit, 1), aligned(b / unit, 1)] for label, a, b in named]
    columns = [Column("Term"), Column("discounted", number=True), Column("undiscounted", number=True)]
    return Table(f"Cost, {name}", columns, rows, has_total=True)


def _kinds(plan: Plan, seen: Quantities) -> list[Part]:
    """Count real and generic sites apart."""
    if not len(seen.opened):
        return [f"None of {len(plan.study.sites)} sites is opened."]
    counted = seen.opened.assign(standing=[standing(k) for k in seen.opened["kind"]])
    rows: list[list[Cell]] = []
    for (which, kind), part in counted.groupby(["standing", "kind"], sort=True):
        label = Generic() if which == GENERIC else str(which)
        rows.append([label, str(kind) or "–", str(len(part)), figure(part["it_mw"].sum())])
    columns = [Column("Sites"), Column("kind"), Column("open", number=True), Column("IT MW in service", number=True)]
    note = "GENERIC sites are no projects: they stand for capacity that a zone could host by rule."
    notes = [note] if (counted["standing"] == GENERIC).any() else []
    return [Table("Sites open at the end", columns, rows), *notes]


def _largest(plan: Plan, seen: Quantities) -> Part:
    if not len(seen.opened):
        return "No site is open at the end."
    rows, known = [], known_sites(plan.study)
    for row in seen.opened.head(_TOP_SITES).to_dict("records"):
        dates = [row["first"], row["serves"] or "never"]
        rows.append([*named(row["site"], known), *dates, figure(row["it_mw"]), row["vendors"]])
    columns = [
        *NAMED, Column("open from"), Column("serves from"), Column("serving, IT MW", number=True),
        Column("vendors"),
    ]  # fmt: skip
    return Table(f"The {len(rows)} largest sites at the end" if len(rows) > 1 else "The site", columns, rows)
