"""Turn SIGINT and SIGTERM into a wish to stop, and a second one into a stop at once."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType


class Interrupted(BaseException):
    """The planner asked to stop; nothing more is computed and nothing was written."""


class Signals:
    """What a signal does: it ends the command; inside ``kept()`` the first one only asks to stop.

    ``written`` turns true once a folder that ``deaf()`` guards is whole.
    """

    def __init__(self) -> None:
        self.written = False
        self._wanted = False
        self._keeping = False
        self._deaf = False

    def install(self) -> None:
        """Take over SIGINT and, where the system has it, SIGTERM (and Ctrl-Break on Windows)."""
        for name in ("SIGINT", "SIGTERM", "SIGBREAK"):
            if hasattr(signal, name):
                signal.signal(getattr(signal, name), self._receive)

    def wanted(self) -> bool:
        """Whether a stop was asked for."""
        return self._wanted

    @contextmanager
    def kept(self) -> Iterator[None]:
        """Let the first signal ask the search to stop with its best plan; the second ends the command."""
        self._keeping = True
        try:
            yield
        finally:
            self._keeping = False

    @contextmanager
    def deaf(self) -> Iterator[None]:
        """Let no signal end what must be whole, the writing of a folder."""
        self._deaf = True
        try:
            yield
            self.written = True
        finally:
            self._deaf = False

    def _receive(self, _number: int, _frame: FrameType | None) -> None:
        first, self._wanted = not self._wanted, True
        if self._deaf:
            return
        if self._keeping and first:
            return  # said by the progress display: a handler must not print
        raise Interrupted


SIGNALS = Signals()
