"""Tell the faults of many cases: at the key and the value that cause them, the same fault once, with a count."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass

import pandas as pd

from ..errors import Fault
from ..io.cells import spelled
from ..io.table import SHOWN_ROWS
from .selector import Key

KEYS = "keys"  # the file of a fault of Study.replace in a key of study.toml
_ORIGIN = "origin"  # where in DataFrame.attrs a table of cases keeps the fields of its Origin


@dataclass(frozen=True)
class Origin:
    """Where cases come from, for faults: a file and the lines of its rows, or an option without lines."""

    file: str = "cases"
    lines: Sequence[int] | None = None
    unit: str = "row"

    def line(self, case: int) -> int | None:
        """Return the line of a case, counted from 0."""
        return None if self.lines is None else self.lines[case]

    def of(self, cases: pd.DataFrame) -> pd.DataFrame:
        """Return a table of cases whose faults are told here."""
        cases.attrs[_ORIGIN] = asdict(self)  # as plain values, which files of a table can hold
        return cases


def origin_of(cases: pd.DataFrame) -> Origin:
    """Return where the faults of a table of cases are told: its own rows, where it has no origin that still fits."""
    origin = cases.attrs.get(_ORIGIN)
    if isinstance(origin, dict) and len(origin["lines"] or cases) == len(cases):
        return Origin(**origin)
    return Origin(lines=range(1, len(cases) + 1))


@dataclass(frozen=True)
class Found:
    """One thing wrong in one case; ``kind`` tells alike faults."""

    case: int
    key: str
    value: str | None
    reason: str
    cure: str
    kind: str


def refused(case: int, key: Key, value: object, reason: str, cure: str) -> Found:
    """Return what is wrong with a value at a key."""
    return Found(case, key.text, as_text(value), reason, cure, _kind(reason))


def blamed(case: int, fault: Fault, inputs: Mapping[Key, object], culprits: Sequence[Key]) -> Found:
    """Return a fault of the case's study as a fault of the keys that cause it."""
    keys = ", ".join(key.text for key in culprits)
    values = ", ".join(as_text(inputs[key]) for key in culprits)
    told = fault.reason if fault.column == "" or fault.value is None else f"{fault.value}, which {fault.reason}"
    only = culprits[0] if len(culprits) == 1 else None
    set_here = only is not None and not only.operator and fault.value is not None and not only.is_figure
    if set_here and only is not None and fault.column == only.column:
        reason = fault.reason
    elif fault.value is None:
        reason = f"does not fit: {fault.file}{f' {fault.column}' if fault.column else ''} {fault.reason}"
    else:
        of = "" if fault.file == KEYS else f" of {fault.file}"
        reason = f"makes {fault.column}{of} {told}"
    return Found(case, keys, values, reason, fault.cure, _kind(f"{fault.file} {fault.column} {fault.reason}"))


def as_text(value: object) -> str:
    """Return a value as it was perhaps typed."""
    return f"{value:.10g}" if isinstance(value, float) else spelled(value)


def told(found: Iterable[Found], origin: Origin) -> list[Fault]:
    """Return faults: alike ones that differ by value alone as one where there are over three."""
    groups: dict[tuple[str, str], dict[tuple[str | None, str], list[Found]]] = {}
    for one in found:
        same = groups.setdefault((one.key, one.kind), {})
        same.setdefault((one.value, one.reason), []).append(one)
    faults = []
    for same in groups.values():
        if len(same) > SHOWN_ROWS:
            faults.append(_fault([one for several in same.values() for one in several], origin))
        else:
            faults += [_fault(several, origin) for several in same.values()]
    return faults


def _fault(several: list[Found], origin: Origin) -> Fault:
    first, cases = several[0], list(dict.fromkeys(one.case for one in several))
    tail = ""
    if origin.lines is None:
        tail = f" (in {len(cases):,} cases)" if len(cases) > 1 else ""
    elif len(cases) > 1:
        shown = ", ".join(str(origin.lines[case]) for case in cases[:SHOWN_ROWS])
        more = f" and {len(cases) - SHOWN_ROWS:,} more" if len(cases) > SHOWN_ROWS else ""
        tail = f" (cases in {origin.unit}s {shown}{more})"
    return Fault(origin.file, first.reason + tail, origin.line(first.case), first.key, first.value, first.cure)


def _kind(reason: str) -> str:
    return re.sub(r"\d[\d.,]*", "#", reason)
