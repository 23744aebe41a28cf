"""Write a study's model as a file that every solver reads, and solve nothing."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from optimizer.errors import Fault, InputError

from . import options
from .messages import result, say, tell_faults

if TYPE_CHECKING:
    from optimizer.io.whole import Replace
    from optimizer.study import Study

OPTION = "--write-model"
_ENDINGS = (".lp", ".mps")
_ELSEWHERE = "choose another place"
_BY_FORCE = f"{_ELSEWHERE}, or replace a file with --force"


def place_of(name: str, *, no_plan: bool, force: bool) -> Path:
    """Return the place of the file.

    Raises InputError where it is taken, its ending is that of no format, or a plan is asked for too.
    """
    from optimizer.io.whole import check_free

    if not no_plan:
        raise InputError([Fault(OPTION, "solves nothing: no plan comes out for -o or --json", cure="leave these out")])
    target = options.file_place(name)
    if target.suffix not in _ENDINGS:
        raise InputError([Fault(OPTION, "ends in neither .lp nor .mps", value=name, cure="name a .lp or .mps file")])
    check_free(target, replace=_replaced(force), cure=_ELSEWHERE, if_any=_BY_FORCE)
    return target


def write_model(study: Study, target: Path, *, force: bool) -> None:
    """Write the model with the names of its variables and rows, and print where it is.

    Raises InputError where the place cannot be written.
    """
    from optimizer.formulation.build import model
    from optimizer.io.whole import write_whole

    tell_faults([], study.warnings)
    m = model(study)
    if study.config.objective.minimise != "cost":
        say("note: the file's objective is the cost alone; the MW-years that come first are no part of it")

    def fill(fresh: Path) -> None:
        m.write(str(fresh), io_options={"symbolic_solver_labels": True})

    result(str(write_whole(target, fill, replace=_replaced(force), cure=_ELSEWHERE, if_any=_BY_FORCE)))


def _replaced(force: bool) -> Replace:
    return "any" if force else "nothing"
