"""What can go wrong, for callers.

RackgridError
├── InputError        the files, keys or arguments are wrong; carries every fault found (exit code 2)
├── InfeasibleError   proven: no plan satisfies the study's policy (exit code 3)
├── SolverError       the search stopped without a plan (exit code 4)
└── VerifyError       a plan's numbers do not follow from its study (exit code 5)
"""

from __future__ import annotations

import errno
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

_LIMITS = {
    errno.EMFILE: "raise the limit of open files: ulimit -n 1024",
    errno.ENFILE: "close other programs: too many files are open on the whole machine",
    errno.EFBIG: "raise the limit of a file's size: ulimit -f unlimited",
    errno.ENOMEM: "close other programs, or raise the limit of memory: ulimit -v unlimited",
    errno.EAGAIN: "close other programs, or raise the limit of processes: ulimit -u 4096",
}
_NO_MEMORY = ("cannot allocate memory", "failed to map segment", "can't start new thread", "bad_alloc")
"""What libraries say of it, in errors of other kinds: one that is loaded, a thread that is started."""


def shown(value: object, width: int = 80) -> str:
    """Return text from a file so that a terminal shows it as text: escaped, and cut at ``width``."""
    text = str(value)[: width + 1]  # the rest would be cut: it may be millions of characters
    text = "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)
    return text if len(text) <= width else text[: width - 1] + "…"


def said(error: BaseException) -> str:
    """Return in one line what the system, or a library, says of a failure."""
    return (getattr(error, "strerror", None) or str(error) or type(error).__name__).partition("\n")[0]


def limit_met(error: BaseException) -> str:
    """Return the cure of a failure for a limit of the system, which no other file or place would change; else ""."""
    words = str(error).lower()
    no_memory = isinstance(error, MemoryError) or any(told in words for told in _NO_MEMORY)
    return _LIMITS.get(errno.ENOMEM if no_memory else getattr(error, "errno", 0), "")


@dataclass(frozen=True)
class Fault:
    """One thing wrong in the input: where, what, why and how to mend it.

    ``line`` is the line of a text file, the row of a sheet or the number (from 1) of a feature; None where the
    whole file is meant. ``cell`` is the cell of a sheet, such as "F14". ``column`` is a column of a table or a
    key of study.toml. ``severity`` is "error" or "warning".
    """

    file: str
    reason: str
    line: int | None = None
    column: str = ""
    value: str | None = None
    cure: str = ""
    severity: str = "error"
    cell: str = ""

    def __str__(self) -> str:
        where = self.file + (f"!{self.cell}" if self.cell else f":{self.line}" if self.line is not None else "")
        column = f" {self.column}" if self.column else ""
        value = f"{shown(self.value)} " if self.value is not None else ""
        cure = f" – {shown(self.cure, 400)}" if self.cure else ""
        return f"{shown(where, 160)}{shown(column)}: {value}{shown(self.reason, 400)}{cure}"


class RackgridError(Exception):
    """Anything this package raises on purpose."""

    exit_code = 1


class InputError(RackgridError):
    """The input is wrong; ``faults`` lists all that was found, in the order of the files, ``warnings`` the doubts."""

    exit_code = 2

    def __init__(self, faults: Sequence[Fault] | str, warnings: Sequence[Fault] = ()) -> None:
        self.faults: list[Fault] = [Fault("", faults)] if isinstance(faults, str) else list(faults)
        self.warnings: list[Fault] = list(warnings)
        super().__init__(faults if isinstance(faults, str) else "\n".join(str(f) for f in self.faults))


def unwritable(place: object, error: OSError, cure: str) -> InputError:
    """Return what to raise where the system does not let a place be written; ``cure`` is for all but its limits."""
    return InputError([Fault(str(place), f"cannot be written: {said(error)}", cure=limit_met(error) or cure)])


class InfeasibleError(RackgridError):
    """No plan satisfies the study, and the proof was checked; ``reasons`` say which rules clash."""

    exit_code = 3

    def __init__(self, message: str, reasons: Sequence[str] = ()) -> None:
        self.reasons = list(reasons)
        super().__init__("\n".join([message, *self.reasons]))


class SolverError(RackgridError):
    """The search ended without a plan."""

    exit_code = 4


@dataclass
class Faults:
    """A collector that readers and checks add to; ``warnings`` stop a study only where it is ``strict``."""

    errors: list[Fault] = field(default_factory=list)
    warnings: list[Fault] = field(default_factory=list)
    strict: bool = False

    def add(self, fault: Fault) -> None:
        """Add one fault to the list of its severity."""
        if self.strict:
            fault = replace(fault, severity="error")
        (self.warnings if fault.severity == "warning" else self.errors).append(fault)

    def raise_if_any(self) -> None:
        """Raise InputError with every error found so far."""
        if self.errors:
            raise InputError(self.errors, self.warnings)


def in_order(faults: Sequence[Fault], files: Sequence[str]) -> list[Fault]:
    """Sort faults by file, in the order given and then of their first fault, and by line."""
    order = {file: i for i, file in enumerate(dict.fromkeys([*files, *(f.file for f in faults)]))}
    return sorted(faults, key=lambda f: (order[f.file], f.line or 0))
