"""Describe the files of a study and the tables of a plan for editors and validators."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from optimizer.errors import Fault, InputError
from optimizer.io.schema import PLAN_TABLES, TABLES

from . import options
from .messages import result

_WHAT = (
    f"study (default), grid, a table of a study ({', '.join(TABLES)}) or of a plan "
    f"({', '.join(f'plan/{table}' for table in PLAN_TABLES)}); plan/ may be left out where a study has no such table."
)


def schema(
    what: Annotated[
        str | None,
        typer.Argument(metavar="WHAT", help=_WHAT, show_default=False),
    ] = None,
    out: Annotated[str | None, options.out("Write all of them as DIR/NAME.schema.json instead.", "DIR")] = None,
) -> None:
    """Print what a file may hold, with units, defaults and limits: study.toml and grid.toml as JSON Schema,
    tables of a study and of a plan as Table Schema (datapackage.org).

    \b
    rackgrid schema                   of study.toml
    rackgrid schema sites             of the study's table of sites
    rackgrid schema plan/sites        of the plan's table of sites
    rackgrid schema assignments       of the plan's table of assignments
    rackgrid schema -o mine           all of them beside mine/study.toml

    An editor then completes and checks study.toml as you write: in VS Code with Even Better TOML, by this
    as the first line of the file (in grid/grid.toml: #:schema ../grid.schema.json).

    \b
    #:schema study.schema.json
    """
    from optimizer.io.editor import NAMES, schema_text, write_schemas
    from optimizer.io.source import nearest

    name = what or "study"
    name = name if name in NAMES else f"plan/{name}"
    if name not in NAMES:
        cure = nearest(str(what), [*NAMES, *PLAN_TABLES]) or f"name one of {', '.join(NAMES)}"
        raise InputError([Fault("schema", "is no file of a study and no table of a plan", value=what, cure=cure)])
    if out is None:
        result(schema_text(name))
        return
    if what is not None:
        raise InputError([Fault("schema", "is not used: -o writes all of them", value=what, cure="leave it out")])
    result("\n".join(str(path) for path in write_schemas(Path(out))))
