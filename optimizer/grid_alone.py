"""Read a grid by itself, as a study without sites and racks; its periods are those of the labels found."""

from __future__ import annotations

from pathlib import Path

from .errors import Faults, InputError
from .grid.folder import Grid, read_grid
from .io.config import StudyConfig
from .io.keys import Keys, validated
from .io.parse import empty
from .io.periods import Horizon, Label, parse_label
from .io.schema import GRID_TABLES, schema
from .io.source import Source
from .io.standing import labels_of
from .io.upgrade import FORMAT
from .study import SITE_TABLES, Study, assembled

NO_LABEL = Label(12 * 2000, 12)
"""The one period of a grid in which no row has a label."""


def is_grid(path: str | Path) -> bool:
    """Whether a folder is that of a grid, not of a study."""
    place = Path(path)
    zones = [place / f"zones{ending}" for ending in (".csv", ".geojson", ".gpkg", ".parquet", ".xlsx")]
    return not (place / "study.toml").exists() and any(file.exists() for file in zones)


def read_grid_alone(path: str | Path) -> Study:
    """Read a grid's folder as a study that places nothing.

    Raises InputError with every fault.
    """
    faults = Faults()
    source = Source(faults)
    grid = read_grid(Path(path), str(path), source)
    labels = _labels(grid) or [NO_LABEL]
    per_year = max(12 // label.months for label in labels)
    per_year = next(n for n in (1, 2, 4) if n >= per_year and not any(label.start % (12 // n) for label in labels))
    first, last = min(labels), max(labels)
    content = {
        "format": FORMAT, "periods": {"first": str(first), "last": str(last), "per_year": per_year},
        "files": {"sites": "sites.csv", "racks": "racks.csv", "deliveries": "deliveries.csv", "grid": str(path)},
    }  # fmt: skip
    config, keys = validated(Keys(str(path), content), StudyConfig, faults)
    tables = {name: empty(name, schema(name)) for name in SITE_TABLES}
    if "zones" not in grid.tables and faults.errors:
        raise InputError(faults.errors, faults.warnings)
    _leave_out_sites(grid)
    return assembled(config, keys, tables, grid, True, source)


def named_periods(study: Study) -> dict[int, str]:
    """Return the periods of a grid that a label begins in, and what they are called: "" where there is no label."""
    tables = (study.table(name) for name in GRID_TABLES)
    found = [label for table in tables if "period" in table for label in labels_of(table["period"].tolist()) if label]
    if not found:
        return {0: ""}
    horizon: Horizon = study.horizon
    at = {horizon.position(label.start) for label in found}
    return {t: horizon.names[t] for t in sorted(at) if 0 <= t < len(horizon)}


def _leave_out_sites(grid: Grid) -> None:
    """Leave out the reinforcements of sites, which are those of a study."""
    if (table := grid.tables.get("upgrades")) is not None:
        kept = [row for row, kind in enumerate(table.texts("kind")) if kind != "site"]
        table.frame = table.frame.iloc[kept].reset_index(drop=True)
        table.lines = [table.lines[row] for row in kept] if table.lines else []
        table.unread_cells = {(kept.index(row), column) for row, column in table.unread_cells if row in kept}


def _labels(grid: Grid) -> list[Label]:
    tables = [table.frame for table in grid.tables.values() if "period" in table.frame]
    return [parse_label(period) for table in tables for period in table["period"] if period]
