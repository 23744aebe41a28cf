"""What statements say, in a planner's words."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ...io.wording import listed
from .statements import Cell, Statement


def said(s: Statement, width: int = 6) -> str:
    """Return what a statement says, in one sentence without its place."""
    return WORDS[s.kind](s, s.cells[0] if s.cells else Cell("", None, "", ""), width)


def figure(value: Any) -> str:
    """Return a figure as people write it."""
    return f"{value:,.10g}" if isinstance(value, (int, float)) and not isinstance(value, bool) else str(value)


def unit(s: Statement, cell: Cell) -> str:
    """Return the unit of a cell."""
    if s.kind == "deliveries":
        return "MW IT" if cell.column == "mw" else "racks"
    return UNITS.get(s.kind, "")


def _share(s: Statement, cell: Cell, _width: int) -> str:
    one = "zone" if s.column == "max_zone_share" else "site"
    return f"one {one} has at most {100 * cell.value:.6g} % of the IT MW in service in the last period"


def _cluster(s: Statement, cell: Cell, _width: int) -> str:
    who = "an open site" if s.column == "min_site_mw" else "a vendor at a site"
    return f"{who} holds at least {figure(cell.value)} MW IT in the last period"


def _power(s: Statement, _cell: Cell, _width: int) -> str:
    values = [c.value for c in s.cells]
    span = _span(values)
    return f"{s.id} has {span} MW of interconnection" if values else f"{s.id} has no interconnection yet"


def _headroom(s: Statement, cell: Cell, _width: int) -> str:
    if cell.table == "zones":
        return f"zone {s.id} has no headroom: it has no row, and 0 is the default"
    return f"zone {s.id} serves at most {_span([c.value for c in s.cells])} MW of its own"


def _span(values: list[Any]) -> str:
    low, high = min(values, default=0.0), max(values, default=0.0)
    return figure(low) if low == high else f"{figure(low)} to {figure(high)}"


def _line(s: Statement, _cell: Cell, _width: int) -> str:
    values = sorted({c.value for c in s.cells})
    return f"line {s.id} carries at most {' or '.join(figure(v) for v in values)} MW"


def _deliveries(s: Statement, _cell: Cell, _width: int) -> str:
    parts = []
    for column, name in (("racks", "racks"), ("mw", "MW IT")):
        total = sum(c.value for c in s.cells if c.column == column)
        parts += [f"{figure(total)} {name}"] if total else []
    return f"{' and '.join(parts) or 'no racks'} of {s.id} are delivered"


WORDS: dict[str, Callable[[Statement, Cell, int], str]] = {
    "max_sites": lambda _s, c, _w: f"at most {c.value} site{'s' * (c.value != 1)} may be open",
    "max_new_mw_per_year": lambda _s, c, _w: f"at most {figure(c.value)} MW IT of halls come in a calendar year",
    "share": _share,
    "cluster": _cluster,
    "max_unused_mw_years": lambda _s, c, _w: f"at most {figure(c.value)} MW-years stay unused",
    "force_open": lambda s, _c, _w: f"{s.id} must be open by the last period",
    "forbid": lambda s, _c, _w: f"{s.id} may never open",
    "max_mw": lambda s, c, _w: f"{s.id} has at most {figure(c.value)} MW IT of halls",
    "halls_per_year": lambda s, c, _w: f"{s.id} gets at most {figure(c.value)} halls in a calendar year",
    "hall_lead_years": lambda s, c, _w: f"halls at {s.id} take {figure(c.value)} years",
    "committed": lambda s, _c, _w: f"{s.id} is committed: open from the first period",
    "vendors": lambda s, c, _w: f"{s.id} takes racks of {c.value.replace(';', ', ')} alone",
    "max_rack_kw": lambda s, c, _w: f"{s.id} takes racks of at most {figure(c.value)} kW",
    "placement": lambda s, _c, w: f"{s.id} takes no {listed([str(c.value) for c in s.cells], most=w)}",
    "power": _power,
    "headroom": _headroom,
    "line": _line,
    "upgrade_lead": lambda s, c, _w: f"upgrade {s.id} takes {figure(c.value)} years",
    "deliveries": _deliveries,
}
"""What each kind of statement says."""
UNITS = {
    "max_sites": "sites", "max_new_mw_per_year": "MW IT", "share": "share", "cluster": "MW IT",
    "max_unused_mw_years": "MW-years", "max_mw": "MW IT", "halls_per_year": "halls", "hall_lead_years": "years",
    "max_rack_kw": "kW", "power": "MW", "headroom": "MW", "line": "MW", "upgrade_lead": "years",
}  # fmt: skip
"""Units of their figures."""
