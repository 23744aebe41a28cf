"""What SIGINT and SIGTERM do to the program: a wish to stop where something would be kept, else its end at once."""

from __future__ import annotations

import os
import signal
import socket
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from types import FrameType

NO_PLAN = 4
_PATIENCE_S = 1.0  # a library that does not come back from a call of its own for so long is not waited for


class Signals:
    """What a signal does; only the program installs it, a library leaves signals alone.

    It ends the process from within the handler, since an exception out of a handler would come up anywhere: in the
    midst of an import, of a clean-up or of a library's callback. ``written`` turns true once a folder that ``deaf()``
    guards is whole. What stands in ``before_end`` is called before the end: it clears what would be left.
    """

    def __init__(self) -> None:
        self.written = False
        self.before_end: list[Callable[[], object]] = []
        self._wanted = False
        self._words = ""
        self._keeping = False
        self._deaf = False
        self._taken = self._late = 0

    def install(self) -> None:
        """Take over SIGINT, SIGTERM, SIGHUP – a terminal that closes – and Ctrl-Break, where the system has them.

        One that whoever started us lets us ignore, as a shell does for a job in the background, stays ignored.
        """
        for number in _numbers():
            if signal.getsignal(number) is not signal.SIG_IGN:
                signal.signal(number, self._receive)
        ours, pythons = socket.socketpair()
        pythons.setblocking(False)
        signal.set_wakeup_fd(pythons.detach(), warn_on_full_buffer=False)
        threading.Thread(target=self._watch, args=[ours], daemon=True).start()

    def ignore(self) -> None:
        """Ignore what comes from here on, when nothing but the end of the process is left."""
        sys.unraisablehook = lambda _: None  # Python tells of a signal that falls between the two steps below
        for handler in (lambda *_: None, signal.SIG_IGN):
            for number in _numbers():
                with suppress(ValueError):  # in a thread of our own
                    signal.signal(number, handler)

    def wanted(self) -> bool:
        """Whether a stop was asked for."""
        return self._wanted

    @contextmanager
    def kept(self, words: str, *, at_once: bool = True) -> Iterator[None]:
        """Let the first signal ask to stop and keep what is there, the second end it; ``words`` say what that leaves.

        Unless ``at_once``, nothing is there to keep before ``keep()`` says so.
        """
        before = self._words, self._keeping
        self._words, self._keeping = words, at_once
        try:
            yield
        finally:
            self._words, self._keeping = before

    def keep(self) -> None:
        """Say that from here on something would be kept."""
        self._keeping = True

    @contextmanager
    def deaf(self) -> Iterator[None]:
        """Let no signal end what must be whole, the writing of a folder."""
        self._deaf = True
        try:
            yield
            self.written = True
        finally:
            self._deaf = False

    @contextmanager
    def cleared(self, undo: Callable[[], object]) -> Iterator[None]:
        """Call ``undo`` at the end of the block, and before a signal's end of the process too."""
        self.before_end.append(undo)
        try:
            yield
        finally:
            undo()
            self.before_end.remove(undo)

    def _watch(self, signals: socket.socket) -> None:
        """Receive a signal in the stead of the main thread where that is inside a library that does not end."""
        came = 0
        while number := signals.recv(1):
            if number[0] in _numbers():
                came += 1
                time.sleep(_PATIENCE_S)
                if self._taken < came:
                    self._late += 1
                    self._take()

    def _receive(self, _number: int, _frame: FrameType | None) -> None:
        if self._late:
            self._late -= 1  # it was taken in the meantime
        else:
            self._take()

    def _take(self) -> None:
        self._taken += 1
        first, self._wanted = not self._wanted, True
        if self._deaf or (first and self._keeping):
            return  # said by the progress display: a handler must not print
        self._end()

    def _end(self) -> None:
        self.ignore()
        for undo in reversed(self.before_end):
            with suppress(Exception):
                undo()
        left = "all is written" if self.written else self._words
        words = ("interrupted" if self.written else "error: interrupted") + (left and f"; {left}")
        with suppress(OSError, ValueError, AttributeError):  # a stream that is closed, or was never there
            os.write(sys.stderr.fileno(), f"{words}\n".encode(sys.stderr.encoding or "utf-8", "replace"))
        os._exit(0 if self.written else NO_PLAN)


def _numbers() -> list[int]:
    return [getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP", "SIGBREAK") if hasattr(signal, name)]


SIGNALS = Signals()
