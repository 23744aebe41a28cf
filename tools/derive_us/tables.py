"""Write tables so that the same input gives the same bytes."""

import csv
import io
import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

Cell = str | int | float | bool | None


def plain(value: Cell) -> str:
    """Format a cell: shortest decimal of at most 4 places, lower-case booleans, empty for None."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float):
        return f"{value:.4f}".rstrip("0").rstrip(".") if value else "0"
    return str(value)


def write_text(path: Path, text: str) -> None:
    """Write UTF-8 with LF line ends."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text.encode("utf-8"))


def write_csv(path: Path, columns: Sequence[str], rows: Iterable[Mapping[str, Cell]]) -> None:
    """Write a CSV with these columns in this order."""
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerow(columns)
    for row in rows:
        writer.writerow([plain(row.get(column)) for column in columns])
    write_text(path, buffer.getvalue())


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a table in Markdown."""
    lines = ["| " + " | ".join(head) + " |", "|" + "---|" * len(head)]
    return "\n".join([*lines, *("| " + " | ".join(row) + " |" for row in rows)])


def write_features(path: Path, features: Iterable[tuple[Mapping[str, Cell], Mapping[str, object]]]) -> None:
    """Write a FeatureCollection with one feature per line, so that a diff shows the site that changed."""
    lines = []
    for properties, geometry in features:
        cells = {key: _tidy(value) for key, value in properties.items()}
        feature = {"type": "Feature", "properties": cells, "geometry": geometry}
        lines.append(json.dumps(feature, ensure_ascii=False, separators=(",", ":")))
    body = ",\n".join(lines)
    write_text(path, f'{{"type":"FeatureCollection","features":[\n{body}\n]}}\n')


def _tidy(value: Cell) -> Cell:
    """Write 600 rather than 600.0."""
    if isinstance(value, float) and not isinstance(value, bool):
        return int(value) if value == int(value) else round(value, 4)
    return value
