"""Start the command line: its commands, its exit codes, and the last word on anything that went wrong."""

from __future__ import annotations

import os
import sys
from typing import Annotated

import typer

from optimizer import __version__
from optimizer.errors import InfeasibleError, InputError, RackgridError, limit_met, said, shown

from .alternatives import alternatives
from .check import check
from .compare import compare
from .diff import diff
from .dispatch import dispatch
from .explain import explain
from .export import export
from .headroom import headroom
from .import_ import import_app
from .init import init
from .map import MapCommand, map_
from .memory import lacking_memory
from .messages import abandon, make_streams_safe, result, say, tell_error, tell_faults
from .report import report
from .schema import schema
from .solve import solve
from .sweep import sweep
from .upgrade import upgrade
from .verify import verify

REPORT = "https://github.com/rackgrid/rackgrid/issues"
_HELP = """Assign Broadcom, AMD and Nvidia racks to datacenter sites under grid power limits and delivery
schedules, at least cost and least unused capacity.

\b
rackgrid solve                    solve the embedded 26 GW study into plans/openai-26gw
rackgrid init mine                copy that study, its sites and its grid, to edit
rackgrid init mine.xlsx --excel   the same as one workbook; --blank starts small
rackgrid check mine               are the files right, and is power enough?
rackgrid solve mine               solve your own
rackgrid map plans/mine           a map to explore; --png for pictures
rackgrid report plans/mine        a report to read, print and send
rackgrid explain plans/mine       why it is as it is, in forty lines
rackgrid sweep mine --vary 'policy.max_sites=20,30,40' -o sweeps/mine    many cases, one table

Exit codes: 0 a plan; 1 internal error; 2 bad usage or input; 3 proven infeasible; 4 stopped without a plan;
5 verify found a number that differs."""

app = typer.Typer(
    name="rackgrid",
    help=_HELP,
    rich_markup_mode=None,
    add_completion=False,
    pretty_exceptions_enable=False,
    no_args_is_help=True,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
app.command("solve", short_help="Solve a study and write its plan folder.")(solve)
app.command("sweep", short_help="Solve many cases of a study into one table, with a page of pictures.")(sweep)
app.command("alternatives", short_help="Find other sets of sites at nearly the same cost.")(alternatives)
app.command("check", short_help="Validate a study's files and its obvious limits.")(check)
app.command("diff", short_help="Say what differs between two studies.")(diff)
app.command("compare", short_help="Say what differs between two plans, with both maps on one page.")(compare)
app.command("explain", short_help="Say why a plan is as it is, what its limits are worth, why a site is in or out.")(
    explain
)
app.command("export", short_help="Write a plan as a GeoPackage, an Excel workbook or GeoJSON.")(export)
app.command("init", short_help="Start a study: a copy of the embedded one, or a blank; as files or a workbook.")(init)
app.add_typer(import_app, name="import", short_help="Write a MATPOWER case or a PyPSA network as a grid folder.")
app.command("verify", short_help="Recheck a plan against its study.")(verify)
app.command("map", cls=MapCommand, short_help="Draw a plan: a map to explore; pictures with --png.")(map_)
app.command("report", short_help="Write a plan as a report for people; --pdf prints it.")(report)
app.command("dispatch", short_help="Dispatch a nodal grid by itself: cost, flows, prices by bus.")(dispatch)
app.command("headroom", short_help="Say how much new load each bus of a grid can take.")(headroom)
app.command("upgrade", short_help="Rewrite a folder of an earlier release in the formats of this one.")(upgrade)
app.command("schema", short_help="Describe the files of a study and of a plan for editors and programs.")(schema)


def _print_version(wanted: bool) -> None:
    if wanted:
        result(f"rackgrid {__version__}")
        raise typer.Exit


@app.callback()
def _options(
    context: typer.Context,
    version: Annotated[
        bool,
        typer.Option("--version", help="Print the version and end.", callback=_print_version, is_eager=True),
    ] = False,
) -> None:
    del version
    asks = {"--help", "-h"} & set(sys.argv)
    if not asks and (lack := lacking_memory(context.invoked_subcommand or "")):
        tell_error(lack)
        raise typer.Exit(2)


def main() -> None:
    """Run the program and end the process with its exit code."""
    make_streams_safe()
    try:
        app(prog_name="rackgrid")
    except SystemExit as end:
        if not isinstance(end.__context__, BrokenPipeError):
            raise
        abandon(sys.stdout, end.__context__)  # the reader of a help text went away, which is no fault
        sys.exit(0)
    except RackgridError as fault:
        tell(fault)
        sys.exit(fault.exit_code)
    except Exception as fault:
        if os.environ.get("RACKGRID_DEBUG", "0") not in ("", "0"):
            raise
        if limit := limit_met(fault):
            where = f"{shown(name, 160)}: " if (name := getattr(fault, "filename", None)) else ""
            tell_error(f"{where}{said(fault)} – {limit}")
            os._exit(2)  # what was loaded in part crashes where Python takes it down in order
        if sys.flags.optimize > 1:
            tell_error("Python runs with -OO, without texts that Pyomo reads – set PYTHONOPTIMIZE to 1 or 0")
            sys.exit(2)
        if isinstance(fault, OSError) and not isinstance(fault, ConnectionError):  # the system's word, not ours
            where = f"{shown(fault.filename, 160)}: " if fault.filename else ""
            tell_error(f"{where}{said(fault)}")
            sys.exit(2)
        say(
            f"internal error: {type(fault).__name__}: {shown(fault, 300)} – "
            f"a fault of rackgrid {__version__}, not of your files; please report it at {REPORT} "
            "with this line (RACKGRID_DEBUG=1 shows where it happened)"
        )
        sys.exit(1)


def tell(fault: RackgridError) -> None:
    """Say on stderr what a known error means."""
    if isinstance(fault, InputError):
        tell_faults(fault.faults, fault.warnings)
    elif isinstance(fault, InfeasibleError):
        tell_error(f"infeasible: {fault}")
    else:
        tell_error(str(fault) or type(fault).__name__)
