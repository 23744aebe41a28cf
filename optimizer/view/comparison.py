"""Say in tables what differs between two plans, for a terminal and for a page that shows both maps above them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from math import isfinite

from optimizer.differences import Differences
from optimizer.errors import shown
from optimizer.io.registers import KINDS, term_words
from optimizer.plan.comparison import Change, Comparison, Pair
from optimizer.plan.kinds import GENERIC, REAL, UNSTATED
from optimizer.plan.plan import Plan
from optimizer.units import aligned, figure, money_unit, power_unit, share

from .page.blocks import Column, Generic, Note, Part, Table
from .page.skeleton import asset, filled
from .web.page import map_parts

_NONE = "–"
_LISTED = 12
_WIDTH = 1_000_000  # letters of a cell of the page: lists of sites are not cut


@dataclass(frozen=True)
class Section:
    """A table: what its columns are called, which hold numbers, and its rows as text; ``notes`` stand below it.

    The first head is the table's title, ``of`` the word for what its first column names. ``total`` says that the last
    row adds up the others, ``long`` that its first rows are enough where space is scarce.
    """

    heads: tuple[str, ...]
    numbers: tuple[bool, ...]
    rows: tuple[tuple[str, ...], ...]
    of: str = "quantity"
    notes: tuple[str, ...] = ()
    total: bool = False
    long: bool = False


def sections(found: Comparison, inputs: Differences) -> list[Section]:
    """Return the tables, those with nothing to say left out."""
    used = [pair for pair in found.unused if pair.a or pair.b]
    unused = [(f"{KINDS[pair.name].short}, {pair.unit}", *_cells(pair, 1.0, 1)) for pair in used]
    tables = [
        _head(found),
        _money("Cost, {}, discounted", found.discounted),
        _power("IT {} in service at the end of", found.serving, "period"),
        _compared("Unused capacity", unused, of="kind"),
        _power(f"IT {{}} in service by vendor, {found.last}", found.vendors, "vendor"),
        _opened(found),
        _moved(found),
        _orders(found),
        _upgrades(found),
        _limits(found),
        *_inputs(inputs),
    ]
    return [table for table in tables if table.rows or table.notes]


def missing(found: Comparison) -> list[str]:
    """Say which periods and SKUs only one plan has."""
    lists = (("period", found.periods_a, "A"), ("period", found.periods_b, "B"), ("SKU", found.skus_a, "A"),
             ("SKU", found.skus_b, "B"))  # fmt: skip
    said = [f"{counted(len(ids), word)} only in {side}: {_listed(ids)}" for word, ids, side in lists if ids]
    return said if found.last else [*said, "the plans have no period in common: sites and vendors are not compared"]


def comparison_page(plans: Sequence[Plan], found: Comparison, inputs: Differences, *, names: Sequence[str]) -> str:
    """Return the page of two plans as one HTML text that asks no network for anything.

    ``names`` are what the reader calls both plans: their folders.
    """
    one, other = map(map_parts, plans)
    drawn = max(one, other, key=lambda parts: len(parts.script))  # what draws a grid draws a map without one too
    tables = sections(found, inputs)
    if len(found.undiscounted) > 1:
        tables.insert(2, _money("Cost, {}, undiscounted", found.undiscounted))
    same = ["The plans are the same" + ("." if inputs.same else "; their studies are not.")] if found.same else []
    return filled(
        "comparison",
        names=names,
        notes=[*map(Note, same), *map(Note, missing(found))],
        tables=[_parts(section) for section in tables],
        styles=[drawn.style, asset("page.css")],
        scripts=[drawn.script, asset("tables.js"), asset("comparison.js")],
        facts={"facts-a": one.facts, "facts-b": other.facts},
    )


def counted(number: int, word: str) -> str:
    """Return a number with its word, in the plural where it is not one."""
    return f"{number:,} {word}{'s' if number != 1 else ''}"


def _listed(names: Sequence[str]) -> str:
    more = f" and {len(names) - _LISTED:,} more" if len(names) > _LISTED else ""
    return ", ".join(shown(name, 40) for name in names[:_LISTED]) + more


def _head(found: Comparison) -> Section:
    objective, bound, gap = found.head
    size, unit = money_unit(max(abs(v or 0.0) for p in (objective, bound) for v in (p.a, p.b)))
    rows: list[tuple[str, ...]] = [("status", *found.status, "" if len(set(found.status)) == 1 else "differs")]
    rows += [(f"{name}, {unit}", *_cells(p, size, 1)) for name, p in (("objective", objective), ("bound", bound))]
    rows.append(("gap", *(_NONE if v is None else share(v) for v in (gap.a, gap.b)), ""))
    return _compared("Plan", rows)


def _compared(title: str, rows: Sequence[tuple[str, ...]], *, of: str = "quantity", total: bool = False) -> Section:
    return Section((title, "A", "B", "difference"), (False, True, True, True), tuple(rows), of, total=total)


def _cells(pair: Pair, size: float, digits: int) -> tuple[str, str, str]:
    """Return both values and their signed difference, with digits enough to see it."""
    more = pair.difference
    while more and digits < 9 and abs(more) / size < 0.5 * 10**-digits:
        digits += 1

    def cell(value: float | None, sign: str) -> str:
        return _NONE if value is None or not isfinite(value) else aligned(value / size + 0.0, digits, sign=sign)

    return cell(pair.a, ""), cell(pair.b, ""), "0" if more == 0 else cell(more, "+")


def _money(title: str, pairs: Sequence[Pair]) -> Section:
    size, unit = money_unit(max(abs(v or 0.0) for p in pairs for v in (p.a, p.b)))
    rows = [(shown(term_words(p.name), 40), *_cells(p, size, 1)) for p in pairs]
    return _compared(title.format(unit), rows, of="term", total=True)


def _power(title: str, pairs: Sequence[Pair], of: str) -> Section:
    size, unit = power_unit(max((abs(v or 0.0) for p in pairs for v in (p.a, p.b)), default=0.0))
    rows = [(shown(p.name, 40), *_cells(p, size, 2 if size > 1 else 1)) for p in pairs]
    return _compared(title.format(unit), rows, of=of)


def _opened(found: Comparison) -> Section:
    """List the sites that only one plan opens, real and generic apart."""
    rows = []
    for side, changes in (("A", found.lost), ("B", found.gained)):
        for word in (REAL, UNSTATED, GENERIC):
            some = [c for c in changes if c.standing == word]
            held = figure(sum(c.b_mw if side == "B" else c.a_mw for c in some))
            if some:
                rows.append((f"only in {side}, {word}", str(len(some)), held, "; ".join(map(_called, some))))
    heads = ("Sites that one plan alone opens", "sites", f"IT MW, {found.last}", "which")
    return Section(heads, (False, True, True, False), tuple(rows), "opened")


def _called(change: Change) -> str:
    name = f" ({shown(change.name, 100)})" if change.name and change.name != change.site else ""
    return f"{shown(change.site, 40)}{name}"


def _moved(found: Comparison) -> Section:
    """List the sites that hold other racks or open at another time."""
    rows = [
        (
            shown(c.site, 40),
            c.standing,
            _opens(c.first_a, c.serves_a),
            _opens(c.first_b, c.serves_b),
            *_cells(Pair("", "", c.a_mw, c.b_mw), 1.0, 1),
            "0" if abs(c.mw_years) < 1e-3 else aligned(c.mw_years, 1, sign="+"),
            ", ".join(f"{shown(sku, 30)} {aligned(mw, 1, sign='+')}" for sku, mw in c.by_sku.items()),
        )
        for c in found.changes
    ]
    last, leave, arrive = found.last, aligned(found.leaving_mw, 1), aligned(found.arriving_mw, 1)
    note = f"moved, at the end of {last}: {leave} MW leave their site, {arrive} MW arrive"
    heads = ("Sites that differ", "kind", "A opens", "B opens", f"A, IT MW, {last}", "B", "difference")
    numbers = (False, False, False, False, True, True, True, True, False)
    notes = (note,) if rows and last else ()
    return Section((*heads, "MW-years", "by SKU, MW"), numbers, tuple(rows), "site", notes, long=True)


def _orders(found: Comparison) -> Section:
    """Say what a person has to order: racks, from where and to where."""

    def place(site: str, period: str) -> str:
        return shown(f"{site}, {period}", 60) if site else "not placed"

    rows = [
        (o.to_period or o.from_period, shown(o.sku, 40), place(o.from_site, o.from_period),
         place(o.to_site, o.to_period), f"{o.racks:,}")
        for o in found.orders
    ]  # fmt: skip
    heads = ("Orders from A to B, period", "SKU", "from", "to", "racks")
    return Section(heads, (False, False, False, False, True), tuple(rows), "period", long=True)


def _opens(first: str, serves: str) -> str:
    """Say since when a site is open, and since when it serves where that is another period."""
    if not first:
        return "never"
    return first if serves == first else f"{first}, serves {f'from {serves}' if serves else 'never'}"


def _upgrades(found: Comparison) -> Section:
    """List the upgrades that the plans buy otherwise."""
    size, unit = money_unit(max((max(u.a_usd, u.b_usd) for u in found.upgrades), default=0.0))
    rows = [
        (shown(u.upgrade, 40), _pieces(u.a), _pieces(u.b), *_cells(Pair("", "", u.a_usd, u.b_usd), size, 1))
        for u in found.upgrades
    ]
    heads = ("Upgrades that differ", "A buys", "B buys", f"A, {unit}", f"B, {unit}", "difference")
    return Section(heads, (False, False, False, True, True, True), tuple(rows), "upgrade")


def _pieces(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{n:,} in {period}" for period, n in counts.items()) or "none"


def _limits(found: Comparison) -> Section:
    """List the limits of the grid that bind at other times."""
    rows = [(shown(p.name, 80), *_cells(p, 1.0, 0)) for p in found.limits]
    found_in = _compared("Limits that bind otherwise, periods and blocks", rows, of="limit")
    return replace(found_in, long=True)


def _inputs(inputs: Differences) -> Iterator[Section]:
    """List the keys and tables of the studies that differ."""
    if inputs.same:
        yield Section((), (), (), notes=("Inputs: the studies are the same",))
        return
    keys = tuple((k.key, _value(k.a), _value(k.b)) for k in inputs.keys)
    yield Section(("Inputs that differ: keys of study.toml", "A", "B"), (False, False, False), keys, "key")
    tables = []
    for t in inputs.tables:
        columns = Counter(c.column for c in t.cells).most_common()
        names = ", ".join(f"{shown(c, 40)} {n:,}" for c, n in columns)
        ends = (len(t.only_a), len(t.only_b), len(t.cells))
        tables.append((t.table, *(f"{n:,}" for n in ends), names + (" (text for people)" if t.text_only else "")))
    heads = ("Inputs that differ: tables", "rows only in A", "rows only in B", "cells changed", "by column")
    yield Section(heads, (False, True, True, True, False), tuple(tables), "table")


def _value(value: object) -> str:
    """Return the value of a key for people."""
    if value is None or value == "":
        return "not set"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int | float):
        return f"{value:,}".removesuffix(".0")
    return shown(", ".join(map(str, value)) or "none" if isinstance(value, list | tuple) else value, 48)


def _parts(section: Section) -> tuple[bool, list[Part]]:
    """Return a section's table and notes, and whether they need the whole width."""
    notes: list[Part] = [shown(note, 400) for note in section.notes]
    if not section.rows:
        return True, notes
    title, *others = section.heads
    heads = zip((section.of, *others), section.numbers, strict=True)
    columns = [Column(head, number, width=_WIDTH) for head, number in heads]
    rows = [[Generic() if cell == GENERIC else cell for cell in row] for row in section.rows]
    table = Table(title, columns, rows, live=section.long, has_total=section.total)
    return not section.numbers[-1] and len(columns) > 3, [table, *notes]
