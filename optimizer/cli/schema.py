"""Describe the files of a study for editors and validators."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from optimizer.errors import Fault, InputError

from .messages import result


def schema(
    what: Annotated[
        str | None,
        typer.Argument(metavar="WHAT", help="study (default), grid, or a table, such as sites.", show_default=False),
    ] = None,
    out: Annotated[
        str | None,
        typer.Option("-o", "--out", metavar="DIR", help="Write all of them as DIR/NAME.schema.json instead."),
    ] = None,
) -> None:
    """Print what a file may hold, with units, defaults and limits: study.toml and grid.toml as JSON Schema,
    tables as Table Schema (datapackage.org).

    \b
    rackgrid schema                   of study.toml
    rackgrid schema sites             of the table of sites
    rackgrid schema -o mine           all of them beside mine/study.toml

    An editor then completes and checks study.toml as you write: in VS Code with Even Better TOML, by this
    as the first line of the file (in grid/grid.toml: #:schema ../grid.schema.json).

    \b
    #:schema study.schema.json
    """
    from optimizer.io.editor import NAMES, schema_text, write_schemas
    from optimizer.io.source import nearest

    if what is not None and what not in NAMES:
        cure = nearest(what, NAMES) or f"name one of {', '.join(NAMES)}"
        raise InputError([Fault("schema", "is no file of a study", value=what, cure=cure)])
    if out is None:
        result(schema_text(what or "study"))
        return
    if what is not None:
        raise InputError([Fault("schema", "is not used: -o writes all of them", value=what, cure="leave it out")])
    result("\n".join(str(path) for path in write_schemas(Path(out))))
