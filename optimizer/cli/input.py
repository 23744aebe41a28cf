"""Read the study that a command names."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from optimizer.errors import Fault, InputError

if TYPE_CHECKING:
    from optimizer.study import Study


def read(study: str | None, values: Mapping[str, object], files: Mapping[str, str | None]) -> Study:
    """Read a study.toml, a folder with one, or the embedded study, with replacements.

    Raises InputError with every fault of every file.
    """
    from optimizer.io.embedded import embedded_study
    from optimizer.study import read_study

    path = embedded_study() if study is None else Path(study)
    if path.is_dir():
        if not (path / "study.toml").exists():
            cure = f"name {path / 'study'}" if (path / "plan.json").is_file() else "name a study.toml or its folder"
            raise InputError([Fault(str(path), "holds no study.toml", cure=cure)])
        path /= "study.toml"
    return read_study(path, keys=values, files=files)
