"""Import a grid of another program: a MATPOWER case, or a PyPSA network."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from optimizer.errors import Fault, InputError

from .messages import result, say

if TYPE_CHECKING:
    from optimizer.imports.gridfiles import ImportedGrid

OutOption = Annotated[str, typer.Option("-o", "--out", metavar="GRID", help="A new or empty folder for the grid.")]
ForceOption = Annotated[bool, typer.Option("--force", help="Replace the tables of a grid that is there.")]

_COUNTED = (
    ("zones", "zone", "zone"),
    ("lines", "line", "line"),
    ("generators", "gen", "generator"),
    ("loads", "zone", "load"),
    ("blocks", "block", "block"),
)
import_app = typer.Typer(
    help="Write a network of another program as a grid folder of DC flow.",
    rich_markup_mode=None,
    no_args_is_help=True,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)


@import_app.command("matpower", short_help="Import a MATPOWER case, CASE.m.")
def import_matpower(
    case: Annotated[str, typer.Argument(metavar="CASE.m", help="A case of MATPOWER, format 2.")],
    out: OutOption,
    convention: Annotated[
        str,
        typer.Option(
            "--convention",
            help="What makes the susceptance of a branch: rackgrid (r, x, taps, shifts), matpower (x, taps, shifts), "
            "pglib (r, x) or psse (x).",
        ),
    ] = "rackgrid",
    force: ForceOption = False,
) -> None:
    """Write buses, circuits, links, generators and base loads of a MATPOWER case as a grid folder.

    \b
    rackgrid import matpower case118.m -o grids/case118
    rackgrid import matpower pglib_opf_case30_ieee.m -o grids/case30 --convention pglib
    """
    from optimizer.imports.convention import CONVENTIONS
    from optimizer.imports.matpower import import_matpower
    from optimizer.imports.writing import claim

    if convention not in CONVENTIONS:
        cure = f"write one of {', '.join(CONVENTIONS)}"
        raise InputError([Fault("--convention", "is no convention of susceptances", value=convention, cure=cure)])
    claim(Path(out), force=force)
    _write(import_matpower(Path(case), CONVENTIONS[convention]), out, force=force)


@import_app.command("pypsa", short_help="Import a PyPSA network, a CSV folder or netCDF.")
def import_pypsa(
    network: Annotated[str, typer.Argument(metavar="NETWORK", help="A folder of CSV files, or a netCDF file (.nc).")],
    out: OutOption,
    snapshots: Annotated[
        str | None,
        typer.Option(
            "--snapshots",
            help="Which become load blocks: labels or their beginnings ('2013-01-01 18:00,2013-07-01'), "
            "FROM..TO, or positions BEGIN:END:STEP ('::24'); default all.",
        ),
    ] = None,
    force: ForceOption = False,
) -> None:
    """Write a PyPSA network as a grid folder, each snapshot a load block, their weights scaled to 8,760 hours.

    \b
    rackgrid import pypsa networks/elec -o grids/elec
    rackgrid import pypsa elec.nc -o grids/elec --snapshots 2013-01-15..2013-01-16
    """
    from optimizer.imports.pypsa import import_pypsa
    from optimizer.imports.writing import claim

    claim(Path(out), force=force)
    _write(import_pypsa(Path(network), snapshots), out, force=force)


def _write(grid: ImportedGrid, out: str, *, force: bool) -> None:
    """Write the grid, print its folder, and say what was dropped or changed."""
    from optimizer.imports.gridfiles import counted
    from optimizer.imports.writing import write_grid

    written = write_grid(grid, Path(out), force=force)
    for note in grid.notes:
        say(note)
    say(
        ", ".join(
            counted(grid.tables[table][key].nunique(), what) for table, key, what in _COUNTED if table in grid.tables
        )
    )
    result(str(written))
