"""Where statements stand: the file of each table as a planner knows it, and the line of each of its rows."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

import pandas as pd

from ...errors import Faults
from ...io import toml
from ...io.reader import TABLE_ENDINGS, parted, read_table
from ...io.schema import GRID_TABLES
from ...io.source import Source, bytes_of
from ...io.table import Table
from ...study import Study
from .statements import STUDY, Cell, Statement

_SET = "--set"


@dataclass
class Places:
    """The files of a study; those that are no longer what was read have no lines."""

    study: Study
    _tables: dict[str, list[int | None]] = field(default_factory=dict)

    def file(self, statement: Statement) -> str:
        """Return the file that holds a statement, by the path that study.toml gives."""
        if statement.table != STUDY:
            return self.file_of(statement.table)
        typed = self.study.folder is not None and f"policy.{statement.column}" in self.study.overridden
        return _SET if typed else self._toml[0]

    def line(self, statement: Statement, cell: Cell) -> int | None:
        """Return the line (row, feature) of a cell, None where no file says it."""
        if statement.table == STUDY:
            return self._key_line(statement)
        if cell.row is None or cell.table == "zones":
            return None
        return self.lines_of(cell.table)[cell.row]

    def lines_of(self, table: str) -> list[int | None]:
        """Return the line of each row of a table of the study, which sorts them by their keys."""
        if table not in self._tables:
            self._tables[table] = self._found(table)
        return self._tables[table]

    def _found(self, name: str) -> list[int | None]:
        frame, read = self.study.table(name), self._read(name)
        nowhere: list[int | None] = [None] * len(frame)
        if read is None or len(read.frame) != len(frame):
            return nowhere
        keys = [c for c in read.schema.order if c in frame]
        if name == "deliveries":
            keys = [*keys, "racks", "mw"]
        lines: dict[str, list[int]] = {}
        for row, line in zip(_texts(read.frame[keys]), read.lines, strict=True):
            lines.setdefault(row, []).append(line)
        found = [lines.get(row) for row in _texts(frame[keys])]
        return [at.pop(0) if at else None for at in found]

    def _read(self, name: str) -> Table | None:
        """Read a table again where its file is the very one that the study was read from."""
        shown = self.file_of(name)
        digest = self.study.inputs.get(parted(shown)[0])
        for folder in (self.study.folder, Path()):
            if digest is None or folder is None:
                continue
            try:
                content = bytes_of(folder / parted(shown)[0])
            except (OSError, ValueError):
                continue
            if hashlib.sha256(content).hexdigest() == digest:
                return read_table(name, Path(f"{folder / shown}"), shown, Source(Faults()))
        return None

    def file_of(self, table: str) -> str:
        """Return the file of a table, by the path that study.toml gives."""
        files = self.study.config.files
        if table not in GRID_TABLES:
            return str(getattr(files, table, None) or f"{table}.csv")
        grid = str(files.grid or "grid")
        if grid in self.study.inputs:
            return f"{grid}#{table}"
        known = (f"{grid}/{table}{ending}" for ending in TABLE_ENDINGS)
        return next((place for place in known if place in self.study.inputs), f"{grid}/{table}.csv")

    @cached_property
    def _toml(self) -> tuple[str, str]:
        """Name and text of study.toml, "" where it is not what was read."""
        study = self.study
        name = next(iter(study.inputs), "study.toml") if study.folder is not None else "study.toml"
        if study.folder is None or not name.endswith(".toml"):
            return name, ""
        try:
            content = bytes_of(study.folder / name)
        except (OSError, ValueError):
            return name, ""
        same = hashlib.sha256(content).hexdigest() == study.inputs[name]
        return name, content.decode("utf-8-sig", "replace") if same else ""

    def _key_line(self, statement: Statement) -> int | None:
        """Return the line of a key, or of an entry of its list."""
        text = self._toml[1]
        if not text or self.file(statement) == _SET:
            return None
        line = toml.line_of(text, f"policy.{statement.column}")
        if line is None or not statement.id:
            return line
        rest = text.splitlines()[line - 1 :]
        end = next((i for i, of in enumerate(rest) if "]" in of.partition("#")[0]), 0)
        quoted = (f'"{statement.id}"', f"'{statement.id}'")
        return next((line + i for i, of in enumerate(rest[: end + 1]) if any(q in of for q in quoted)), line)


def _texts(frame: pd.DataFrame) -> list[str]:
    """Return rows as texts by which they are known."""
    return [repr(row) for row in frame.itertuples(index=False, name=None)]
