"""Write the smallest study that solves: one example row per table, and every optional key and column explained."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from optimizer.io.config import Files, StudyConfig
from optimizer.io.examples import ROW, example
from optimizer.io.schema import TABLES, Column, schema
from optimizer.io.settings import Setting, settings
from optimizer.io.toml import written
from optimizer.io.upgrade import FORMAT
from optimizer.io.write import write_text

# The keys that the blank study sets; every other one stands in a comment.
_SET = {
    "format": FORMAT,
    "study.name": "EXAMPLE study",
    "periods.first": 2027,
    "periods.last": 2029,
    "unused.waiting_rack_usd_per_mw_year": 8.4e6,
    "unused.unplaced_rack_usd_per_mw": 25e6,
}
# The columns that the required tables begin with, an example row below; other tables have all theirs and no row.
_OFFERED = {
    "sites": "site name kind lon lat tenure existing_mw max_mw hall_mw hall_lead_years open_usd hall_usd_per_mw "
    "lease_usd_per_mw_year fixed_usd_per_mw_year interconnection_mw peak_pue energy_usd_per_mwh source note",
    "racks": "sku vendor rack_kw price_usd pod_racks available_from source note",
    "deliveries": "sku period racks mw source note",
}
_EMPTY = {("deliveries", "mw"), ("racks", "available_from"), ("sites", "lease_usd_per_mw_year")}
_PLACES = {name: f"{name}.csv" if name in Files.model_fields else f"grid/{name}.csv" for name in TABLES}
_HEAD = """# The smallest study that solves. A key after # is optional: take the # away to set it.
# README.md beside this file explains the columns of every table.
"""
_README = """# A study to fill in

Replace the rows called EXAMPLE by your own, then:

```sh
rackgrid check .
rackgrid solve .
```

`study.toml` says what is planned and explains its own keys. A table is a CSV file with commas between cells and decimal
points. Columns may stand in any order; those that are not required may be left out, and so may every cell of them.
`site_ramp.csv`, `placement.csv` and the folder `grid` are templates: fill them in, then take the # from their line in
`study.toml`. Sites of a study with a grid have the column `zone` as well. A grid has `headroom.csv`, or, where power is
dispatched from bus to bus, `generators.csv` and `loads.csv`; a table without rows counts as absent. How power moves may
stand in `grid/grid.toml`: `flow = "none"`, `"transport"` or `"dc"`, and with `"dc"` also `security = "n-1"`.

A period is a year (`2027`), a half (`2027H1`) or a quarter (`2027Q3`). MW are IT megawatts unless the unit says fence.
"""


def write_blank_files(folder: Path) -> None:
    """Write study.toml, its tables, templates and README.md into a folder that is there."""
    (folder / "grid").mkdir()
    for name, text in blank_files().items():
        write_text(text, folder / name)


def blank_files() -> dict[str, str]:
    """Return the text of each file by its path."""
    tables = {place: _csv(name) for name, place in _PLACES.items()}
    return {"study.toml": study_toml(), "README.md": readme(), **tables}


def study_toml() -> str:
    """Return study.toml with every optional key as a comment: its default, what it means and its unit."""
    sections: dict[str, list[Setting]] = {}
    for setting in settings():
        sections.setdefault(setting.key.partition(".")[0], []).append(setting)
    parts = [f"{_HEAD}format = {_SET['format']}"]
    for name, field in StudyConfig.model_fields.items():
        if name == "files":
            parts.append("\n".join(_files_section()))
        elif name != "format":
            parts.append("\n".join([f"[{name}]  # {field.description}", *_section(name, sections[name])]))
    return "\n\n".join(parts) + "\n"


def _files_section() -> Iterator[str]:
    yield "[files]  # Paths relative to this file."
    for name, field in Files.model_fields.items():
        path = "grid" if name == "grid" else _PLACES[name]
        yield f"{'' if field.is_required() else '# '}{name} = {written(path)}  # {field.description}"


def _section(name: str, keys: Iterable[Setting]) -> Iterator[str]:
    tables: dict[str, list[Setting]] = {}
    for setting in keys:
        table, _, key = setting.key.removeprefix(f"{name}.").rpartition(".")
        if table:
            tables.setdefault(table, []).append(setting)
        elif setting.key in _SET:
            yield f"{key} = {_plain(_SET[setting.key])}  # {_explained(setting)}"
        else:
            yield f"# {key} = {_plain(setting.example)}  # {_explained(setting)}"
    for table, inner in tables.items():
        values = {s.key.rpartition(".")[2]: s.default for s in inner}
        yield f"# {table} = {_plain(values)}  # Years by kind of asset. These are the defaults."


def _explained(setting: Setting) -> str:
    unit = f" Unit: {setting.unit}." if setting.unit else ""
    if setting.required:
        return f"{setting.meaning}{unit} Required."
    if "default:" in setting.meaning:
        return f"{setting.meaning}{unit}"
    default = "none" if setting.default is None else _plain(setting.default)
    return f"{setting.meaning}{unit} Default: {default}."


def _plain(value: Any) -> str:
    """Return a value as TOML holds it, whole numbers without a point."""
    if isinstance(value, Mapping):
        return written({key: int(v) if float(v).is_integer() else v for key, v in value.items()})
    return written(int(value) if isinstance(value, float) and value.is_integer() else value)


def _csv(table: str) -> str:
    """Return a table with an example row, or a template without any."""
    offered = _OFFERED.get(table, "").split()
    names = offered or [c.name for c in schema(table).columns if c.type != "geometry"] + ["source", "note"]
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(names)
    if offered:
        writer.writerow("" if (table, n) in _EMPTY or n == "note" else example(table, n) for n in names)
    return out.getvalue()


def readme() -> str:
    """Return a page with every column of every table: unit, default, example and meaning."""
    parts = [_README]
    for name, place in _PLACES.items():
        rows = [_row(name, column) for column in (*schema(name).columns, *schema(name).people)]
        parts.append(f"## {place}: {ROW[name]}\n")
        parts.append("| column | unit | default | example | meaning |\n|---|---|---|---|---|")
        parts.append("\n".join(rows) + "\n")
    return "\n".join(parts)


def _row(table: str, column: Column) -> str:
    default = "required" if column.required else column.default
    name = f"**{column.name}**" if column.required else column.name
    cells = (name, column.unit, default, example(table, column.name), column.meaning)
    return f"| {' | '.join(cells)} |"
