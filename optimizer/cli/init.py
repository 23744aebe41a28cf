"""Start a study: a copy of the embedded one, every county or a blank, as a folder or as one Excel workbook."""

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
    counties: Annotated[
        bool,
        typer.Option("--counties", help="A generic site in each of 3,108 US counties in place of those on the grid."),
    ] = False,
    excel: Annotated[bool, typer.Option("--excel", help="One Excel workbook, DIR/study.xlsx.")] = False,
) -> None:
    """Copy the embedded study, its sites and its grid into DIR, ready to edit.

    \b
    rackgrid init my-study                 then: rackgrid check my-study; rackgrid solve my-study
    rackgrid init my-study --blank         one example row per table, every key and column explained
    rackgrid init my-study --counties      the same programme by quarters, every county a candidate site
    rackgrid init my-study --excel         the same in one workbook, my-study/study.xlsx
    rackgrid init my-study.xlsx --excel    in this file
    """
    target = Path(folder)
    if blank and counties:
        raise InputError([Fault("--counties", "is another study than --blank", cure="leave one of the two out")])
    make = "blank" if blank else "counties" if counties else "embedded"
    if excel:
        if target.suffix.lower() == ".xlsx":
            target = file_place(folder)
        _say_next(written := _write_book(target, make), written)
        return
    if target.suffix.lower() == ".xlsx":
        raise InputError([Fault(folder, "is the name of a workbook", cure="add --excel, or name a folder")])
    _write_folder(target, make)
    _say_next(target, target / "study.toml")


def _say_next(written: Path, opened: Path) -> None:
    """Print what was written, and say what to do with it."""
    result(str(written))
    name = f'"{written}"' if " " in str(written) else str(written)
    tables = "" if opened == written else " and the tables beside it"
    say(f"edit {opened}{tables}, then: rackgrid check {name}; rackgrid solve {name}")


def _write_folder(target: Path, make: str) -> None:
    from optimizer.io.starter import write_blank, write_starter

    if make == "counties":
        from optimizer.counties import write_counties

        write_counties(target)
    else:
        (write_blank if make == "blank" else write_starter)(target)


def _write_book(target: Path, make: str) -> Path:
    """Write the workbook and return its path.

    Raises InputError where something is there already or the place cannot be written.
    """
    from optimizer.io.sheets import workbook_bytes, write_workbook
    from optimizer.io.starter import write_whole

    sheets = _sheets(make)
    if target.suffix.lower() == ".xlsx":
        return write_workbook(sheets, target, cure="name a new file")
    write_whole(target, lambda fresh: (fresh / "study.xlsx").write_bytes(workbook_bytes(sheets)))
    return target / "study.xlsx"


def _sheets(make: str) -> list[Sheet]:
    """Return the sheets of a study, and those of its figures and of the tables that they name where it has any."""
    from optimizer.counties import county_study, in_place
    from optimizer.io.embedded import embedded_study
    from optimizer.io.schema import TABLES
    from optimizer.io.study_sheets import figure_sheets, study_sheets
    from optimizer.study import read_study
    from optimizer.variants.figure_tables import for_sheets

    if make == "blank":
        study, last = _blank_study(), []
    else:
        study = read_study(embedded_study())
        figures, others = for_sheets(study)
        if make == "counties":
            study, figures = county_study(study), in_place(figures)
        last = figure_sheets(figures, others)
    tables = {name: study.table(name) for name in TABLES}
    return [*study_sheets(study.config, tables, grid=study.grid if study.has_grid else None), *last]


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
