"""Hold figures: one number of the tables with its range, rule and source."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, fields
from pathlib import Path

from tools.derive_us.raw import Raw, clean, licence
from tools.derive_us.tables import Cell, write_csv

ASSUMPTION = "none (own assumption)"
OWN_WORK = "tools/derive_us"
REEDS = "https://github.com/NREL/ReEDS-2.0"


@dataclass(frozen=True, kw_only=True)
class Figure:
    """One figure; `table`, `column` and `selector` say which cells it sets."""

    figure: str
    table: str
    column: str
    selector: str = ""
    low: float | None = None
    central: float
    high: float | None = None
    unit: str
    rule: str
    origin: str
    source: str
    url: str = ""
    licence: str = ASSUMPTION
    vintage: str
    confidence: str


@dataclass(frozen=True)
class Book:
    """Figures of one table of figures, looked up by name."""

    entries: tuple[Figure, ...]

    def __getitem__(self, name: str) -> float:
        """Return the central value of a figure."""
        for entry in self.entries:
            if entry.figure == name:
                return entry.central
        raise KeyError(name)

    def write(self, path: Path) -> None:
        """Write the figures, sorted by what they set."""
        rows: list[dict[str, Cell]] = [asdict(entry) for entry in sorted(self.entries, key=_order)]
        write_csv(path, [column.name for column in fields(Figure)], rows)


def _order(entry: Figure) -> tuple[str, str, str, str]:
    return entry.table, entry.column, entry.figure, entry.selector


@dataclass(frozen=True, kw_only=True)
class Citation:
    """Where a figure comes from, in the words of the figures table."""

    origin: str
    source: str
    url: str
    licence: str
    vintage: str
    confidence: str


def cite(raw: Raw, file: str, *keys: str, confidence: str = "", note: str = "") -> Citation:
    """Cite rows of a raw table; the least free licence and every address are named."""
    rows = [raw.row(file, key) for key in keys]
    first = rows[0]
    urls = [clean(row.get("source_url", "")) for row in rows]
    kinds = [licence(url, row.get("kind", "")) for url, row in zip(urls, rows, strict=True)]
    titles = [clean(row["source_title"]) or row.get("item", "") for row in rows]
    vintages = [row.get("vintage") or row.get("source_vintage") or "read 2026-11" for row in rows]
    return Citation(
        origin=f"{file} {' + '.join(keys)}" + (f" ({note})" if note else ""),
        source=_joined(titles),
        url=_joined(urls),
        licence=_joined(kinds),
        vintage=_joined(vintages),
        confidence=confidence or first["confidence"],
    )


def _joined(parts: Sequence[str]) -> str:
    return "; ".join(dict.fromkeys(part for part in parts if part))


def assumed(note: str, confidence: str = "assumption") -> Citation:
    """Cite our own judgement, and say why."""
    return Citation(
        origin=OWN_WORK,
        source=f"assumption: {note}",
        url="",
        licence=ASSUMPTION,
        vintage="2026-11",
        confidence=confidence,
    )


def figure(
    name: str,
    target: str,
    citation: Citation,
    *,
    selector: str = "",
    unit: str,
    rule: str,
    central: float,
    low: float | None = None,
    high: float | None = None,
) -> Figure:
    """Build a figure for `table.column` from a citation."""
    table, column = target.split(":")
    return Figure(
        figure=name,
        table=table,
        column=column,
        selector=selector,
        low=low,
        central=central,
        high=high,
        unit=unit,
        rule=rule,
        **asdict(citation),
    )
