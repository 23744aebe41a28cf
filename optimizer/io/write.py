"""Write tables and keys so that the same content is the same bytes, everywhere."""

from __future__ import annotations

import csv
import io
import json
import math
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from optimizer.io.config import USUAL, GridConfig, StudyConfig
from optimizer.io.schema import Schema, schema
from optimizer.io.toml import dumps


def write_text(text: str, path: Path) -> None:
    """Write UTF-8 with line feeds."""
    path.write_bytes(text.encode("utf-8", "backslashreplace"))


def csv_text(frame: pd.DataFrame) -> str:
    """Return a table as CSV: NaN and None as empty cells, floats as the shortest text that reads back the same."""
    columns = [_cell_texts(frame.iloc[:, i]) for i in range(frame.shape[1])]
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow([str(c) for c in frame.columns])
    writer.writerows(zip(*columns, strict=True))
    return text.getvalue()


def _cell_texts(column: pd.Series) -> list[str]:
    """Return the cells of a column as text; many cells of one type say the same, and are told once."""
    values = column.tolist()
    if column.dtype == object:  # true and 1 are one key
        return [cell_text(value) for value in values]
    texts = {value: cell_text(value) for value in set(values)}
    return [texts[value] for value in values]


def cell_text(value: Any) -> str:
    """Return a value as a cell of CSV holds it."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        if math.isnan(value):
            return ""
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
    return "" if value is None or value is pd.NA or value is pd.NaT else str(value)


def write_study(
    root: Path,
    config: StudyConfig,
    tables: Mapping[str, pd.DataFrame],
    grid: Mapping[str, pd.DataFrame] | None,
    config_of_grid: GridConfig,
) -> None:
    """Write study.toml, its tables and its grid so that they need nothing outside of ``root``."""
    root.mkdir(parents=True, exist_ok=True)
    kept = self_contained(config, tables, has_grid=grid is not None)
    write_text(config_text(kept), root / "study.toml")
    for name, frame in tables.items():
        write_text(table_text(frame, name)[1], root / f"{name}.csv")
    if grid is not None:
        _write_grid(root / "grid", grid, config_of_grid)


def config_text(config: StudyConfig) -> str:
    """Return the text of study.toml."""
    return dumps(config.model_dump())


def table_text(frame: pd.DataFrame, name: str) -> tuple[str, str]:
    """Return the file name's ending and the text of a table: GeoJSON for zones that have a geometry, else CSV."""
    if name == "zones" and frame["geometry"].notna().any():
        return ".geojson", features_text(frame)
    return ".csv", csv_text(_for_file(frame, name))


def grid_tables(grid: Mapping[str, pd.DataFrame]) -> dict[str, pd.DataFrame]:
    """Return the tables that have a file in a grid's folder."""
    return {
        name: frame
        for name, frame in grid.items()
        if len(frame) or name == "zones" or (name == "headroom" and not len(grid["generators"]))
    }


def grid_text(config: GridConfig) -> str:
    """Return the text of grid.toml."""
    return dumps(config.stated)


def self_contained(config: StudyConfig, tables: Collection[str], *, has_grid: bool) -> StudyConfig:
    """Return the keys with the paths that ``write_study`` gives its files, wherever they were read from."""
    kept = {*tables, "grid"} if has_grid else tables
    paths = {name: place if name in kept else None for name, place in USUAL.items()}
    return config.model_copy(update={"files": config.files.model_copy(update=paths)})


def _write_grid(folder: Path, grid: Mapping[str, pd.DataFrame], config: GridConfig) -> None:
    folder.mkdir(exist_ok=True)
    for name in grid:
        for ending in (".csv", ".geojson"):  # of an earlier study in this folder
            (folder / f"{name}{ending}").unlink(missing_ok=True)
    for name, frame in grid_tables(grid).items():
        ending, text = table_text(frame, name)
        write_text(text, folder / f"{name}{ending}")
    write_text(grid_text(config), folder / "grid.toml")


def _for_file(frame: pd.DataFrame, name: str) -> pd.DataFrame:
    """Return a table as its file holds it: empty where a default is unlimited, no empty geometry, no quiet column."""
    columns = schema(name)
    unsaid = [c.name for c in columns.typed if c.quiet and frame[c.name].isin([c.fill]).all()]
    return without_limits(frame, columns).drop(columns=[*unsaid, "geometry"] if name == "zones" else unsaid)


def without_limits(frame: pd.DataFrame, columns: Schema) -> pd.DataFrame:
    """Return a table with NaN where a number is unlimited by default, or as the column is that it is taken from."""
    unlimited: dict[str, Any] = {c.name: math.inf for c in columns.typed if c.default == "unlimited"}
    unlimited |= {c.name: frame[c.same_as] for c in columns.typed if c.same_as in unlimited}
    return frame.assign(**{n: frame[n].where((frame[n] != math.inf) | (frame[n] != v)) for n, v in unlimited.items()})


def features_text(frame: pd.DataFrame) -> str:
    """Return a table with a geometry column as GeoJSON, one feature per line."""
    from shapely.geometry import mapping

    names = [c for c in frame.columns if c != "geometry"]
    lines = []
    for row in frame.to_dict("records"):
        properties = {str(n): _json(row[n]) for n in names}
        geometry = None if row["geometry"] is None else mapping(row["geometry"])
        feature = {"type": "Feature", "properties": properties, "geometry": geometry}
        lines.append(json.dumps(feature, ensure_ascii=False, allow_nan=False))
    body = ",\n".join(lines)
    return '{"type": "FeatureCollection", "features": [\n' + body + "\n]}\n"


def _json(value: Any) -> Any:
    return None if isinstance(value, float) and not math.isfinite(value) else value
