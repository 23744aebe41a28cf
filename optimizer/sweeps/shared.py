"""Tables that cases share: each content lies in DIR/tables once, under a name made of it."""

from __future__ import annotations

import hashlib
import os
import shutil
import tempfile
from pathlib import Path

import pandas as pd

from ..errors import Fault
from ..io.config import Files
from ..io.source import SHARED, bytes_of
from ..io.write import config_text, grid_tables, grid_text, table_text, write_text
from ..study import Study
from .identity import Digests, grid_of, hashed

TEMPORARY = ".tmp-"
"""How names begin of what is not whole yet; the next run removes what a killed one left."""


class Shared:
    """The folder of shared tables; a file that lies there is compared with its content once per run.

    ``warnings`` name those that were not what was written; they are written anew.
    """

    def __init__(self, folder: Path, digests: Digests) -> None:
        self._folder = folder
        self._digests = digests
        self._sure: set[str] = set()
        self.warnings: list[Fault] = []

    def study_text(self, study: Study) -> str:
        """Put a study's tables where they are missing; return its study.toml for plans/<case>/study."""
        names: dict[str, str | None] = dict.fromkeys(Files.model_fields)
        for name in study.own_tables:
            names[name] = f"{SHARED}{self._table(study.table(name), name).name}"
        if study.has_grid:
            names["grid"] = f"{SHARED}{self._grid(study)}"
        files = study.config.files.model_copy(update=names)
        return config_text(study.config.model_copy(update={"files": files}))

    def _table(self, frame: pd.DataFrame, name: str) -> Path:
        """Return the file of a table, written where it is not there as it should be."""
        digest = self._digests.of(frame, name)
        ending = ".geojson" if name == "zones" and frame["geometry"].notna().any() else ".csv"
        path = self._folder / f"{name}-{digest[:12]}{ending}"
        if path.name not in self._sure:
            if not path.is_file():
                write_atomically(path, table_text(frame, name)[1])
            elif hashlib.sha256(path.read_bytes()).hexdigest() != digest:
                self._doubt(path)
                write_atomically(path, table_text(frame, name)[1])
            self._sure.add(path.name)
        return path

    def _grid(self, study: Study) -> str:
        """Return the name of a grid's folder: links to tables that other grids may share, and its own grid.toml."""
        tables = {name: self._table(frame, name) for name, frame in grid_tables(grid_of(study)).items()}
        key = hashed({"tables": {name: path.name for name, path in tables.items()}, "config": study.grid.stated})[:12]
        folder = self._folder / f"grid-{key}"
        if folder.name not in self._sure:
            wanted = {f"{name}{path.suffix}": path for name, path in tables.items()}
            config = grid_text(study.grid)
            if not _holds(folder, wanted, config):
                if folder.exists():
                    self._doubt(folder)
                    shutil.rmtree(folder)
                fresh = Path(tempfile.mkdtemp(dir=self._folder, prefix=TEMPORARY))
                for name, path in wanted.items():
                    _link(path, fresh / name)
                write_text(config, fresh / "grid.toml")
                fresh.chmod(0o755)
                fresh.replace(folder)
            self._sure.add(folder.name)
        return folder.name

    def _doubt(self, path: Path) -> None:
        reason = "was changed since the sweep wrote it; it is written anew"
        self.warnings.append(Fault(str(path), reason, severity="warning"))


def _holds(folder: Path, wanted: dict[str, Path], config: str) -> bool:
    """Whether a grid's folder holds what it should, and nothing else, which would be read as a part of the grid."""
    texts = {name: path.read_bytes() for name, path in wanted.items()} | {"grid.toml": config.encode()}
    try:
        found = [path for path in folder.iterdir() if not path.name.startswith(".")]
        return {path.name: bytes_of(path) for path in found} == texts
    except OSError:
        return False


def _link(source: Path, target: Path) -> None:
    """Give a file a second name, or a copy where the file system knows no such thing."""
    try:
        os.link(source, target)
    except OSError:
        shutil.copyfile(source, target)


def write_atomically(path: Path, content: str | bytes) -> None:
    """Write a file whole or not at all, even if the process is killed; text as UTF-8."""
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=TEMPORARY, suffix=path.suffix)
    with os.fdopen(handle, "wb") as file:
        file.write(content if isinstance(content, bytes) else content.encode("utf-8", "backslashreplace"))
    Path(name).chmod(0o644)
    Path(name).replace(path)
