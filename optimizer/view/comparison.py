"""Say in tables what differs between two plans: the same ones for a terminal and for a page."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from math import isfinite

from optimizer.differences import Differences
from optimizer.errors import shown
from optimizer.io.registers import KINDS, term_words
from optimizer.plan.comparison import Change, Comparison, Pair
from optimizer.plan.kinds import GENERIC, REAL, UNSTATED
from optimizer.units import aligned, figure, money_unit, power_unit, share

_NONE = "–"


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
    tables = [
        _head(found),
        _money("Cost, {}, discounted", found.discounted),
        _serving(found),
        _unused(found),
        _vendors(found),
        _opened(found),
        _moved(found),
        *_inputs(inputs),
    ]
    return [table for table in tables if table.rows or table.notes]


def undiscounted(found: Comparison) -> Section:
    """Return the cost by term as it is paid."""
    return _money("Cost, {}, undiscounted", found.undiscounted)


def missing(found: Comparison) -> list[str]:
    """Say which periods and SKUs only one plan has."""
    lists = (
        ("period", found.periods_a, "A"),
        ("period", found.periods_b, "B"),
        ("SKU", found.skus_a, "A"),
        ("SKU", found.skus_b, "B"),
    )
    said = [f"{counted(len(ids), word)} only in {side}: {_listed(ids)}" for word, ids, side in lists if ids]
    return said if found.last else [*said, "the plans have no period in common: sites and vendors are not compared"]


def counted(number: int, word: str) -> str:
    """Return a number with its word, in the plural where it is not one."""
    return f"{number:,} {word}{'s' if number != 1 else ''}"


def _listed(names: Sequence[str], most: int = 12) -> str:
    more = f" and {len(names) - most:,} more" if len(names) > most else ""
    return ", ".join(shown(name, 40) for name in names[:most]) + more


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


def _serving(found: Comparison) -> Section:
    return _power("IT {} in service at the end of", found.serving, "period")


def _vendors(found: Comparison) -> Section:
    return _power(f"IT {{}} in service by vendor, {found.last}", found.vendors, "vendor")


def _unused(found: Comparison) -> Section:
    used = [p for p in found.unused if p.a or p.b]
    rows = [(f"{KINDS[p.name].short}, {p.unit}", *_cells(p, 1.0, 1)) for p in used]
    return _compared("Unused capacity", rows, of="kind")


def _opened(found: Comparison) -> Section:
    """List the sites that only one plan opens, real and generic apart."""
    rows = []
    for side, changes in (("A", found.lost), ("B", found.gained)):
        for word in (REAL, UNSTATED, GENERIC):
            some = [c for c in changes if c.standing == word]
            held = figure(sum(c.b_mw if side == "B" else c.a_mw for c in some))
            if some:
                names = tuple(f"{shown(c.site, 40)}{_called(c)}" for c in some)
                rows.append((f"only in {side}, {word}", str(len(some)), held, "; ".join(names)))
    heads = ("Sites that one plan alone opens", "sites", f"IT MW, {found.last}", "which")
    return Section(heads, (False, True, True, False), tuple(rows), "opened")


def _called(change: Change) -> str:
    return f" ({shown(change.name, 100)})" if change.name and change.name != change.site else ""


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
    last = found.last
    heads = ("Sites that differ", "kind", "A opens", "B opens", f"A, IT MW, {last}", "B", "difference")
    leave, arrive = found.leaving_mw, found.arriving_mw
    notes = (
        (f"moved, at the end of {last}: {aligned(leave, 1)} MW leave their site, {aligned(arrive, 1)} MW arrive",)
        if last
        else ()
    )
    numbers = (False, False, False, False, True, True, True, True, False)
    return Section((*heads, "MW-years", "by SKU, MW"), numbers, tuple(rows), "site", notes if rows else (), long=True)


def _opens(first: str, serves: str) -> str:
    """Say since when a site is open, and since when it serves where that is another period."""
    if not first:
        return "never"
    return first if serves == first else f"{first}, serves {f'from {serves}' if serves else 'never'}"


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
    known: dict[type, Callable[[object], str]] = {bool: lambda v: "true" if v else "false"}
    if value is None or value == "":
        return "not set"
    if type(value) in known:
        return known[type(value)](value)
    if isinstance(value, int | float):
        return f"{value:,}".removesuffix(".0")
    return shown(", ".join(map(str, value)) or "none" if isinstance(value, list | tuple) else value, 48)
