"""Write the data dictionaries from the figures, the schema and the templates."""

import csv
import re
from pathlib import Path

from tools.derive_us.counties import by_region
from tools.derive_us.raw import Raw
from tools.derive_us.tables import write_text

PAGES = ("sites", "grids", "studies")
MARK = re.compile(r"\{\{(\w+)(?: ([^}]+))?\}\}")
LONGEST_LIST = 4


def write(raw: Raw, out: Path, root: Path, summary: str) -> None:
    """Write the README of each data folder."""
    for page in PAGES:
        template = (Path(__file__).parent / f"templates/{page}.md").read_text(encoding="utf-8")
        text = MARK.sub(lambda match: _fill(match[1], match[2] or "", raw, out, root, summary), template)
        write_text(out / page / "README.md", text)


def _fill(kind: str, argument: str, raw: Raw, out: Path, root: Path, summary: str) -> str:
    if kind == "report":
        return summary
    if kind == "licence":
        return _licence((raw.folder / argument).read_text(encoding="utf-8"))
    if kind == "counties":
        return by_region(raw)
    if kind == "columns":
        return _columns(argument, root)
    if kind == "figures":
        file, _, tables = argument.partition(" ")
        return _figures(out / file, tables.split())
    raise ValueError(f"a template asks for {kind!r}, which no page knows")


def _licence(text: str) -> str:
    """Quote a notice in full, as it asks for."""
    return "\n".join(f"> {line.strip()}".rstrip() for line in text.strip().splitlines())


def _read(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as handle:
        return list(csv.DictReader(handle))


def _columns(table: str, root: Path) -> str:
    """Say per column what it means and how it is filled here; what stays empty comes last, in one line."""
    schema = _read(root / f"optimizer/io/schema/{table}.csv")
    notes = _read(Path(__file__).parent / "templates/filled.csv")
    filled = {row["column"]: row for row in notes if row["table"] == table}
    lines = [
        "| column | unit | default | meaning | filled here by | confidence |",
        "|---|---|---|---|---|---|",
    ]
    unused = []
    for row in schema:
        name = row["column"]
        if name not in filled:
            unused.append(f"`{name}`")
            continue
        default = "required" if row["required"] == "yes" else row["default"].replace('""', "empty")
        cells = [f"`{name}`", row["unit"] or "–", default or "–", row["meaning"], filled[name]["rule"]]
        lines.append("| " + " | ".join(_cell(text) for text in [*cells, filled[name]["confidence"]]) + " |")
    tail = f"\n\nLeft at their defaults: {', '.join(unused)}." if unused else ""
    return "\n".join(lines) + tail


def _figures(path: Path, tables: list[str]) -> str:
    """Return the figures of some tables; states and single deliveries stay in the CSV."""
    lines = [
        "| figure | sets | where | low / central / high | unit | rule | source | confidence |",
        "|" + "---|" * 8,
    ]
    for row in _read(path):
        if row["table"] not in tables or re.match(r"energy_[a-z]{2}$|\w+_20\d\d_", row["figure"]):
            continue
        ends = " / ".join(_amount(row[key]) for key in ("low", "central", "high"))
        cells = [
            row["figure"],
            f"`{row['table']}.{row['column']}`",
            _where(row["selector"]),
            ends,
            row["unit"],
            row["rule"],
        ]
        source = f"{row['source']} ({row['vintage']})"
        lines.append("| " + " | ".join(_cell(text) for text in [*cells, source, row["confidence"]]) + " |")
    return "\n".join(lines)


def _amount(text: str) -> str:
    if not text:
        return "–"
    value = float(text)
    if abs(value) >= 1e4:
        return f"{value / 1e6:.3g}e6"
    return f"{value:g}"


def _where(selector: str) -> str:
    """Shorten long lists of zones; the CSV has them whole."""
    parts = []
    for part in filter(None, selector.split(";")):
        column, _, values = part.partition("=")
        count = values.count("|") + 1
        shown = f"{count} {column}s" if count > LONGEST_LIST else f"{column} = {values.replace('|', ' or ')}"
        parts.append(shown)
    return ", ".join(parts) or "all"


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")
