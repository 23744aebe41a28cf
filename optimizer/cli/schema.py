"""Describe the files of a study and the tables of a plan for editors and validators."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from optimizer.errors import Fault, InputError
from optimizer.io.schema import EXPLAIN_TABLES, PLAN_TABLES, SWEEP_TABLES, TABLES

from . import options
from .messages import result

_WHAT = (
    f"study (default), grid, a table of a study ({', '.join(TABLES)}), of a plan "
    f"({', '.join(f'plan/{table}' for table in PLAN_TABLES)}), of a sweep "
    f"({', '.join(f'sweep/{table}' for table in SWEEP_TABLES)}) or of what explains a plan "
    f"({', '.join(f'explain/{table}' for table in EXPLAIN_TABLES)}); plan/, sweep/ and explain/ may be left out where "
    "a study has no such table."
)


def schema(
    what: Annotated[
        str | None,
        typer.Argument(metavar="WHAT", help=_WHAT, show_default=False),
    ] = None,
    out: Annotated[str | None, options.out("Write all of them as DIR/NAME.schema.json instead.", "DIR")] = None,
    plan: Annotated[bool, typer.Option("--plan", help="Explain every table of a plan's folder, for people.")] = False,
    sweep: Annotated[bool, typer.Option("--sweep", help="Explain the table of a sweep's folder, for people.")] = False,
    headroom: Annotated[
        bool, typer.Option("--headroom", help="Explain the table of a headroom folder, for people.")
    ] = False,
    explain: Annotated[
        bool, typer.Option("--explain", help="Explain the tables of what explains a plan, for people.")
    ] = False,
    as_json: Annotated[
        bool, typer.Option("--json", help="With --plan, --sweep, --headroom or --explain: as JSON, as all else is.")
    ] = False,
) -> None:
    """Print what a file may hold, with units, defaults and limits: study.toml and grid.toml as JSON Schema,
    tables of a study, a plan, a sweep, of headroom and of what explains a plan as Table Schema (datapackage.org). Say
    what comes out with --plan, --sweep, --headroom or --explain.

    \b
    rackgrid schema                   of study.toml
    rackgrid schema sites             of the study's table of sites
    rackgrid schema plan/sites        of the plan's table of sites
    rackgrid schema assignments       of the plan's table of assignments
    rackgrid schema --plan            every table of a plan: columns, units, meaning
    rackgrid schema --sweep           the same of a sweep's table of cases
    rackgrid schema --headroom        the same of what rackgrid headroom writes
    rackgrid schema -o mine           all of them beside mine/study.toml

    An editor then completes and checks study.toml as you write: in VS Code with Even Better TOML, by this
    as the first line of the file (in grid/grid.toml: #:schema ../grid.schema.json).

    \b
    #:schema study.schema.json
    """
    from optimizer.io.editor import NAMES, schema_text, write_schemas
    from optimizer.io.source import nearest

    wanted = {"plan": plan, "sweep": sweep, "headroom": headroom, "explain": explain}
    if asked := [of for of, yes in wanted.items() if yes]:
        _explain(asked, what or out, as_json=as_json)
        return
    name = next((n for n in (what or "study", f"plan/{what}", f"sweep/{what}", f"explain/{what}") if n in NAMES), "")
    if not name:
        cure = (
            nearest(str(what), [*NAMES, *PLAN_TABLES, *SWEEP_TABLES, *EXPLAIN_TABLES])
            or f"name one of {', '.join(NAMES)}"
        )
        raise InputError([Fault("schema", "is no file of a study and no table of a plan", value=what, cure=cure)])
    if out is None:
        result(schema_text(name))
        return
    if what is not None:
        raise InputError([Fault("schema", "is not used: -o writes all of them", value=what, cure="leave it out")])
    result("\n".join(str(path) for path in write_schemas(Path(out))))


def _explain(parts: list[str], other: str | None, *, as_json: bool) -> None:
    """Print the dictionary of what comes out."""
    from optimizer.io import dictionary

    if other is not None or len(parts) > 1:
        cure = "ask for one thing at a time"
        raise InputError([Fault("schema", "explains all tables of one folder", value=other, cure=cure)])
    result(dictionary.as_json(parts[0]) if as_json else dictionary.as_text(parts[0]))
