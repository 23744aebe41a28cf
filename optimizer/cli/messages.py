"""Say things: messages on stderr, the result alone on stdout; a reader that went away is no error."""

from __future__ import annotations

import errno
import io
import os
import sys
from collections.abc import Sequence
from typing import TextIO

from optimizer.errors import Fault, InputError, shown


def make_streams_safe() -> None:
    """Let stdout and stderr take any character, whatever the terminal's encoding, and exist at all."""
    for name in ("stdout", "stderr"):
        stream = getattr(sys, name)
        if stream is None:
            setattr(sys, name, io.TextIOWrapper(io.FileIO(os.devnull, "w"), encoding="utf-8"))
        elif isinstance(stream, io.TextIOWrapper):
            encoding = stream.encoding if stream.isatty() else "utf-8"
            stream.reconfigure(encoding=encoding, errors="replace")


def result(text: str) -> None:
    """Print the result on stdout.

    Raises InputError where stdout refuses it, a closed pipe excepted.
    """
    try:
        print(text, flush=True)
    except OSError as fault:
        abandon(sys.stdout, fault)
        if not _is_gone(fault):
            raise InputError(f"standard output cannot be written: {fault.strerror}") from fault


def say(line: str) -> None:
    """Print one message on stderr."""
    try:
        print(line, file=sys.stderr, flush=True)
    except OSError as fault:
        abandon(sys.stderr, fault)


def show_cursor() -> None:
    """Take a running line off the terminal and show the cursor again, without a lock of the line's own."""
    if sys.stderr.isatty():
        os.write(sys.stderr.fileno(), b"\r\x1b[2K\x1b[?25h")


def _is_gone(fault: OSError) -> bool:
    """Whether the reader of a pipe went away; Windows says EINVAL."""
    return isinstance(fault, BrokenPipeError) or (os.name == "nt" and fault.errno == errno.EINVAL)


def abandon(stream: TextIO, fault: OSError) -> None:
    """Send what else is written to the stream nowhere, so that nothing fails again at exit.

    Raises the fault itself where the stream is none of the system's.
    """
    try:
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, stream.fileno())
        os.close(nowhere)
    except (OSError, ValueError):
        raise fault from None


def fault_line(fault: Fault) -> str:
    """Return a fault as one line; a warning says that it is one."""
    line = str(fault) if fault.file else f"error: {fault.reason}"
    line = " ".join(line.splitlines())
    return f"warning: {line}" if fault.severity == "warning" else line


def tell_faults(errors: Sequence[Fault], warnings: Sequence[Fault] = ()) -> None:
    """Print warnings, then errors, one per line, and how many there were."""
    for fault in (*warnings, *errors):
        say(fault_line(fault))
    counts = [_count(len(errors), "error"), _count(len(warnings), "warning")]
    if errors or warnings:
        say(", ".join(c for c in counts if c))


def _count(number: int, word: str) -> str:
    return f"{number} {word}{'s' if number != 1 else ''}" if number else ""


def tell_error(message: str) -> None:
    """Print the lines of an error that is no fault of a file."""
    first, *others = message.splitlines() or [""]
    say(f"error: {shown(first, 2000)}")
    for line in others:
        say(f"  {shown(line, 2000)}")
