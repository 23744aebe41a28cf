"""Checks of ids: twice, nearly twice, and named where nobody has them."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator, Sequence

from optimizer.errors import Fault, shown
from optimizer.io.cells import odd_letter
from optimizer.io.checks.context import Context, Doubt
from optimizer.io.schema import schema
from optimizer.io.source import nearest
from optimizer.io.standing import labels_of
from optimizer.io.table import SHOWN_ROWS, Finding, Table

# Letters of Greek and Cyrillic that look like Latin ones.
_LOOK_ALIKE = str.maketrans("абвекмнорстухіјѕαβεηικμνορτυχ", "abbekmhopctyxijsabehikmvoptux")


def folded(text: str) -> str:
    """Return what is left of an id without case, blanks and look-alike letters."""
    plain = unicodedata.normalize("NFKC", text).casefold().translate(_LOOK_ALIKE)
    return "".join(c for c in plain if not c.isspace() and unicodedata.category(c) != "Cf")


def no_rows(context: Context) -> Iterator[Fault]:
    """Find tables without rows where a plan needs some."""
    for name in ("sites", "racks", "deliveries"):
        table = context.tables.get(name)
        if table is not None and table.given and table.frame.empty and not table.lost_rows:
            yield Fault(table.file, "has no rows", cure=f"a study needs at least one row of {name}")
    tables = context.tables if context.has_grid else {}
    zones, headroom, generators = (tables.get(n) for n in ("zones", "headroom", "generators"))
    if zones is not None and zones.frame.empty and not zones.lost_rows:
        yield Fault(zones.file, "has no rows", cure="a grid needs at least one zone; leave files.grid out for none")
    elif (
        generators is not None
        and generators.given
        and generators.frame.empty
        and not generators.lost_rows
        and (headroom is not None and not headroom.given)
    ):
        reason, cure = "has no rows, and there is no headroom.csv", "a grid needs generators, or headroom"
        yield Fault(generators.file, reason, cure=cure)
    elif (
        headroom is not None
        and headroom.given
        and headroom.frame.empty
        and not (headroom.lost_rows or context.is_nodal)
    ):
        reason = "has no rows: no zone can serve any new load"
        yield Fault(headroom.file, reason, cure="give the headroom of each zone", severity="warning")


def repeated_ids(context: Context) -> Iterator[Doubt]:
    """Find ids that stand twice, or that differ only by case, blanks or look-alike letters."""
    for name in ("sites", "racks", "zones", "lines", "blocks", "upgrades"):
        table = context.some(name)
        if table is not None:
            column = schema(name).unique[0]
            twins = _repeated(table, table.texts(column))
            told = {finding.row for finding in twins}
            told |= {row for row, name in table.unread_cells if name == column}
            odd = [finding for finding in _odd(table, column) if finding.row not in told]
            yield Doubt(table, column, sorted(twins + odd, key=lambda f: f.row))


def _odd(table: Table, column: str) -> list[Finding]:
    """Find ids of sites that hold more than letters, digits, _ . and -."""
    if table.schema[column].type != "id":
        return []
    cure = "use letters, digits, _ . and - only"
    odd = ((row, text, odd_letter(text)) for row, text in enumerate(table.texts(column)))
    return [Finding(row, f"is no id: it holds {name}", cure, text, "odd") for row, text, name in odd if name]


def vendor_spellings(context: Context) -> Iterator[Doubt]:
    """Find vendors of racks that differ only by case, blanks or look-alike letters."""
    table = context.some("racks")
    if table is not None:
        yield Doubt(table, "vendor", nearly_the_same(table, table.texts("vendor")))


def nearly_the_same(table: Table, names: Sequence[str]) -> list[Finding]:
    """Return rows whose name differs from an earlier row's by case, blanks or look-alike letters alone."""
    return _repeated(table, names, same_is_fine=True)


def _repeated(table: Table, ids: Sequence[str], *, same_is_fine: bool = False) -> list[Finding]:
    first: dict[str, int] = {}
    found = []
    for row, text in enumerate(ids):
        if not text:
            continue
        earlier = first.setdefault(folded(text), row)
        if earlier == row or (same_is_fine and ids[earlier] == text):
            continue
        where = f"{table.unit} {table.lines[earlier]}"
        if ids[earlier] == text:
            reason, kind = f"stands twice: also in {where}", "stands twice"
            cure = "rename or delete one of the two rows"
        else:
            other = shown(ids[earlier], 40)
            odd = next((f" (it holds {name})" for t in (text, ids[earlier]) if (name := odd_letter(t))), "")
            reason = f'differs from "{other}" in {where} only by case, blanks or look-alike letters{odd}'
            kind, cure = "differs", "spell it the same way everywhere, or rename one"
        found.append(Finding(row, reason, cure, text, kind))
    return found


def repeated_keys(context: Context) -> Iterator[Doubt]:
    """Find two rows of one key, also where two labels start on the same day."""
    for name in ("site_ramp", "placement", "headroom", "energy_prices", "loads"):
        table = context.some(name)
        if table is not None:
            names = schema(name).unique
            shown_column = "period" if "period" in names else names[-1]
            yield Doubt(table, shown_column, list(_same_keys(table, names, shown_column)))


def _same_keys(table: Table, names: list[str], shown_column: str) -> Iterator[Finding]:
    """Find rows of one key; an empty cell is a value of its own where the key may be left out."""
    first: dict[tuple[object, ...], int] = {}
    texts = table.texts(shown_column)
    needed = [place for place, name in enumerate(names) if table.schema[name].required]
    columns = [starts_of(table) if name == "period" else table.texts(name) for name in names]
    for row, key in enumerate(zip(*columns, strict=True)):
        if any(key[place] in ("", None) for place in needed) or table.unread(row, names):
            continue
        earlier = first.setdefault(key, row)
        if earlier == row:
            continue
        value, other = texts[row], texts[earlier]
        where = f"{table.unit} {table.lines[earlier]}"
        if value == other:
            reason, kind = f"stands twice for one {names[0]}: also in {where}", "stands twice"
        else:
            reason, kind = f'starts on the same day as "{other}" in {where}', "same day"
        yield Finding(row, reason, "keep one of the two rows", value or None, kind)


def starts_of(table: Table) -> list[int | None]:
    """Return the month in which the label of each row starts, None where it has none."""
    return [None if label is None else label.start for label in labels_of(table.texts("period"))]


def unknown_references(context: Context) -> Iterator[Doubt]:
    """Find ids that the table they refer to does not have."""
    for table in context.tables.values():
        for column in table.schema.columns:
            name, _, key = column.refers_to.partition(".")
            target = context.whole(name, key)
            if target is None or (name == "zones" and not context.has_grid):
                continue
            found = _unknown(table.texts(column.name), target.texts(key), f"is no {key} of {target.file}")
            yield Doubt(table, column.name, [f for f in found if not table.unread(f.row, (column.name,))])


def _unknown(words: Iterable[str], known: Iterable[str], reason: str) -> list[Finding]:
    names = set(known)
    some = f"there are {', '.join(shown(n, 30) for n in sorted(names)[:6])}" + (", …" if len(names) > 6 else "")
    found: list[Finding] = []
    for row, word in enumerate(words):
        if word and word not in names:
            cure = (nearest(word, names) or some) if len(found) < SHOWN_ROWS else ""
            found.append(Finding(row, reason, cure, word))
    return found


def unknown_vendors(context: Context) -> Iterator[Doubt]:
    """Find vendors of sites that no rack has."""
    sites, racks = context.some("sites"), context.whole("racks", "vendor")
    if sites is None or racks is None:
        return
    vendors = set(racks.texts("vendor"))
    found: list[Finding] = []
    for row, text in enumerate(sites.texts("vendors")):
        if sites.unread(row, ("vendors",)):
            continue
        for vendor in text.split(";") if text else ():
            if vendor not in vendors:
                cure = _vendor_cure(vendor, vendors) if len(found) < SHOWN_ROWS else ""
                found.append(Finding(row, f"is no vendor of {racks.file}", cure, vendor))
    yield Doubt(sites, "vendors", found)


def _vendor_cure(vendor: str, vendors: set[str]) -> str:
    if any(mark in vendor for mark in ",/|&"):
        return "separate vendors by ;"
    if vendor.lower() in ("all", "any", "*"):
        return "leave the cell empty for all vendors"
    return nearest(vendor, vendors) or f"vendors of racks: {', '.join(shown(v, 30) for v in sorted(vendors)[:5])}"
