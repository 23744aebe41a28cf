"""Make the table of cases of a sweep from its options, and say which options do not go together."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from optimizer.errors import Fault, InputError

from .messages import tell_faults
from .options import SET

if TYPE_CHECKING:
    import pandas as pd

    from optimizer.study import Study

DESIGNS = ("grid", "each", "lhs", "sobol")
SAMPLES = 32
_EXAMPLE = "--vary 'policy.max_sites=20,30,40'"


@dataclass(frozen=True)
class Wanted:
    """What the options say of the cases; None where an option is not given."""

    vary: tuple[str, ...]
    file: str | None
    design: str | None
    samples: int | None
    seed: int | None
    low_high: bool


def check(wanted: Wanted, out: str | None, *, cluster: str | None, workers: int | None) -> None:
    """Check that the options go together.

    Raises InputError with every fault and its cure.
    """
    faults = []
    if out is None:
        faults.append(Fault("-o", "is missing", cure="name the folder of the sweep: -o sweeps/sites"))
    given = {"--vary": bool(wanted.vary), "--cases": wanted.file is not None, "--low-high": wanted.low_high}
    several = [name for name, is_given in given.items() if is_given]
    if not several:
        cure = f"write {_EXAMPLE}, --cases FILE or --low-high"
        faults.append(Fault("--vary", "is missing: nothing varies", cure=cure))
    elif len(several) > 1:
        faults.append(Fault(several[1], f"does not go with {several[0]}", cure="use one of them"))
    if wanted.design is not None:
        faults += _design_faults(wanted.design, several)
    if wanted.design not in ("lhs", "sobol"):
        for name, value in (("--samples", wanted.samples), ("--seed", wanted.seed)):
            if value is not None:
                cure = "add --design lhs or --design sobol, or leave it out"
                faults.append(Fault(name, "is for samples alone", value=str(value), cure=cure))
    elif wanted.seed is not None and wanted.seed < 0:
        faults.append(Fault("--seed", "is below 0", value=str(wanted.seed), cure="write a whole number from 0 on"))
    if cluster is not None and workers is not None:
        cure = "leave it out: the workers are those of the scheduler"
        faults.append(Fault("--workers", "does not go with --cluster", value=str(workers), cure=cure))
    if faults:
        raise InputError(faults)


def _design_faults(design: str, several: list[str]) -> list[Fault]:
    from optimizer.io.source import nearest

    if design not in DESIGNS:
        cure = nearest(design, DESIGNS) or f"write one of {', '.join(DESIGNS)}"
        return [Fault("--design", "is no design", value=design, cure=cure)]
    if several and several != ["--vary"] and len(several) == 1:
        return [Fault("--design", f"does not go with {several[0]}, which says every case", cure="leave it out")]
    return []


def prepare(
    wanted: Wanted,
    study: str | None,
    values: Mapping[str, object],
    files: Mapping[str, str | None],
    *,
    strict: bool,
    drop_late: bool,
) -> tuple[Study, pd.DataFrame]:
    """Read the study and make the table of its cases; what is wrong with either is told together.

    Raises InputError with every fault.
    """
    from .input import read

    faults: list[Fault] = []
    table: pd.DataFrame | None = None
    try:
        if not wanted.low_high:
            table = _table(wanted)
    except InputError as fault:
        faults += fault.faults
    try:
        ready = read(study, values, files, strict=strict, drop_late=drop_late)
    except InputError as fault:
        raise InputError([*faults, *fault.faults], fault.warnings) from None
    if faults:
        raise InputError(faults)
    table = _low_high(ready) if table is None else table
    twice = [key for key in map(str, table.columns) if key.startswith("figures.") and key in values]
    if twice:
        raise InputError([Fault(SET, "is varied by the sweep", None, key, cure="leave it out") for key in twice])
    return ready, table


def _table(wanted: Wanted) -> pd.DataFrame:
    """Return the cases that --vary or --cases asks for."""
    from optimizer.variants import designs
    from optimizer.variants.assignments import OPTION, bounds, case_table, varied
    from optimizer.variants.faults import Origin

    if wanted.file is not None:
        return case_table(wanted.file)
    values = varied(wanted.vary)
    if wanted.design in ("lhs", "sobol"):
        draw = designs.latin_hypercube if wanted.design == "lhs" else designs.sobol
        count = SAMPLES if wanted.samples is None else wanted.samples
        found = draw(bounds(values), samples=count, seed=designs.SEED if wanted.seed is None else wanted.seed)
    else:
        found = designs.one_at_a_time(values) if wanted.design == "each" else designs.grid(values)
    return Origin(OPTION).of(found)


def _low_high(study: Study) -> pd.DataFrame:
    """Return the cases of --low-high, and say which figures are left out."""
    from optimizer.variants.faults import Origin
    from optimizer.variants.figures import ranges

    found, left_out = ranges(study)
    tell_faults([], left_out)
    if not len(found):
        reason = "has no figure to vary: none with a low and a high sets a cell of this study"
        raise InputError([Fault("--low-high", reason, cure=f"name the keys to vary: {_EXAMPLE}")])
    return Origin("--low-high").of(found)
