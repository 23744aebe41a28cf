"""Start a study: a copy of the embedded one or a blank, as a folder or as one Excel workbook."""

from __future__ import annotations

import io
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from optimizer.errors import Fault, InputError

from .messages import result, say
from .options import file_place

if TYPE_CHECKING:
    from optimizer.io.sheets import Sheet
    from optimizer.study import Study


def init(
    folder: Annotated[
        str, typer.Argument(metavar="DIR", help="A new or empty folder; with --excel also a new file.xlsx.")
    ],
    blank: Annotated[
        bool, typer.Option("--blank", help="The smallest study that solves, with templates, in place of the copy.")
    ] = False,
    excel: Annotated[bool, typer.Option("--excel", help="One Excel workbook, DIR/study.xlsx.")] = False,
) -> None:
    """Copy the embedded study, its sites and its grid into DIR, ready to edit.

    \b
    rackgrid init my-study                 then: rackgrid check my-study; rackgrid solve my-study
    rackgrid init my-study --blank         one example row per table, every key and column explained
    rackgrid init my-study --excel         the same in one workbook, my-study/study.xlsx
    rackgrid init my-study.xlsx --excel    in this file
    """
    target = Path(folder)
    if excel:
        if target.suffix.lower() == ".xlsx":
            target = file_place(folder)
        _say_next(written := _write_book(target, blank=blank), written)
        return
    if target.suffix.lower() == ".xlsx":
        raise InputError([Fault(folder, "is the name of a workbook", cure="add --excel, or name a folder")])
    from optimizer.io.starter import write_blank, write_starter

    written = write_blank(target) if blank else write_starter(target)
    _say_next(written, written / "study.toml")


def _say_next(written: Path, opened: Path) -> None:
    """Print what was written, and say what to do with it."""
    result(str(written))
    name = f'"{written}"' if " " in str(written) else str(written)
    tables = "" if opened == written else " and the tables beside it"
    say(f"edit {opened}{tables}, then: rackgrid check {name}; rackgrid solve {name}")


def _write_book(target: Path, *, blank: bool) -> Path:
    """Write the workbook and return its path.

    Raises InputError where something is there already or the place cannot be written.
    """
    from optimizer.io.sheets import workbook_bytes, write_workbook
    from optimizer.io.starter import write_whole

    sheets = _sheets(blank=blank)
    if target.suffix.lower() == ".xlsx":
        return write_workbook(sheets, target, cure="name a new file")
    write_whole(target, lambda fresh: (fresh / "study.xlsx").write_bytes(workbook_bytes(sheets)))
    return target / "study.xlsx"


def _sheets(*, blank: bool) -> list[Sheet]:
    """Return the sheets of the embedded study with its figures and the tables that they name, or of the blank one."""
    from optimizer.io.embedded import embedded_study
    from optimizer.io.schema import TABLES
    from optimizer.io.study_sheets import figure_sheets, study_sheets
    from optimizer.study import read_study
    from optimizer.variants.figure_tables import for_sheets

    study = _blank_study() if blank else read_study(embedded_study())
    tables = {name: study.table(name) for name in TABLES}
    sheets = study_sheets(study.config, tables, flow=study.flow if study.has_grid else None)
    return sheets if blank else [*sheets, *figure_sheets(*for_sheets(study))]


def _blank_study() -> Study:
    """Return the study of the blank's files."""
    import pandas as pd

    from optimizer.io.blank import blank_files
    from optimizer.study import Study

    files = blank_files()
    keys = {key: value for key, value in tomllib.loads(files["study.toml"]).items() if key != "files"}
    sites, racks, deliveries = (
        pd.read_csv(io.StringIO(files[f"{name}.csv"]), dtype=str, keep_default_na=False)
        for name in ("sites", "racks", "deliveries")
    )
    return Study.from_tables(keys=keys, sites=sites, racks=racks, deliveries=deliveries)
