"""Read the raw data folder and tidy the wording of its citations."""

import csv
import re
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

Row = dict[str, str]

KEYS = {
    "facts/announced_sites.csv": "site_id",
    "facts/costs.csv": "id",
    "facts/leadtimes.csv": "id",
    "facts/power_prices_by_state.csv": "state",
    "facts/rack_skus.csv": "sku",
    "grids/us134/zones.csv": "zone_id",
    "climate/zone_hdd_cdd.csv": "zone_id",
    "sites/epoch/us_frontier_sites.csv": "site_id",
}


@dataclass(frozen=True)
class Raw:
    """The raw data folder; every table is read once, as text."""

    folder: Path
    _tables: dict[str, list[Row]] = field(default_factory=dict, repr=False)

    def rows(self, file: str) -> list[Row]:
        """Return the rows of one CSV file in the order of the file."""
        if file not in self._tables:
            with (self.folder / file).open(encoding="utf-8", newline="") as handle:
                self._tables[file] = list(csv.DictReader(handle))
        return self._tables[file]

    def row(self, file: str, key: str) -> Row:
        """Return the row of a file with this id."""
        column = KEYS[file]
        for row in self.rows(file):
            if row[column] == key:
                return row
        raise KeyError(f"{file}: no row with {column} = {key}")

    @cached_property
    def zones(self) -> dict[str, Row]:
        """Return the zones by id, in the order of their numbers."""
        table = {row["zone_id"]: row for row in self.rows("grids/us134/zones.csv")}
        return {zone: table[zone] for zone in sorted(table, key=zone_order)}


def zone_order(zone: str) -> int:
    """Sort p2 before p10."""
    return int(zone.lstrip("p"))


def number(row: Row, column: str, default: float = 0.0) -> float:
    """Return a number of a raw row, or the default where the cell is empty."""
    return float(row[column]) if row[column].strip() else default


def clean(text: str) -> str:
    """Drop index numbers of secondary copies, which no reader can look up."""
    text = re.sub(r"\s*\(GitHub[^)]*\)", "", text)
    text = re.sub(
        r"\s*(?:via )?(?:HPC brief|Dated brief|brief|GitHub)(?: index)?(?: ids?)? \d{6,}"
        r"(?:(?:, | and )\d{6,})*",
        "",
        text,
    )
    text = re.sub(r"\(copy: github [^)]*\)", "(snapshot of 2026-05-23)", text)
    text = text.replace("my geocode of", "geocode of").replace("my inference", "inference")
    parts = [part.strip() for part in text.split(";")]
    return "; ".join(part for part in parts if part and part != "HPC brief")


def licence(url: str, kind: str = "") -> str:
    """Name the licence under which a cited source may be reused."""
    if kind == "assumption":
        return "none (own assumption)"
    if "epoch.ai" in url:
        return "CC BY 4.0 (Epoch AI)"
    if "eia.gov" in url:
        return "public domain (EIA)"
    return "fact, cited"
