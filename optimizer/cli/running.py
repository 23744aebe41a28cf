"""Run a line on a terminal, and hear who wants an end."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, TypeVar

from optimizer.signals import SIGNALS

from .messages import say, show_cursor

if TYPE_CHECKING:
    from rich.text import Text

_Plain = TypeVar("_Plain", bound="Lines")
_Live = TypeVar("_Live", bound="Line")
QUIET_S = 2.0  # plain lines come no closer together than this


class Lines:
    """Lines on stderr, one for each change of what ``news`` says of them, the last of several that come too close."""

    def __init__(self, news: Callable[[str], str] = str) -> None:
        self.heard, self._said, self._said_at, self._news = "", "", float("-inf"), news

    @property
    def is_due(self) -> bool:
        """Whether the last line is some time ago."""
        return self.quiet_s >= QUIET_S

    @property
    def quiet_s(self) -> float:
        """Seconds since the last line, inf before the first."""
        return time.monotonic() - self._said_at

    def close(self) -> None:
        """Say what had to wait."""
        if self._news(self.heard) != self._news(self._said):
            self.repeat()

    def repeat(self) -> None:
        """Say it, new or not."""
        say(self.heard)
        self._said, self._said_at = self.heard, time.monotonic()


class Line:
    """One line on stderr that runs, and stays at the end."""

    def __init__(self, heard: str) -> None:
        self.heard = heard

    def words(self) -> str:
        """Return what the line says now."""
        return self.heard

    def close(self) -> None:
        """Let it stay."""
        say(self.words())


@contextmanager
def shown_by(plain: _Plain, live: _Live) -> Iterator[_Plain | _Live]:
    """Give the display that suits stderr: on a terminal the live one, refreshed four times a second.

    Rich's live line, not its progress bars: those know counts alone, and write nothing that a log could keep.
    """
    if not sys.stderr.isatty():
        yield plain
        plain.close()
        return
    from rich.console import Console
    from rich.live import Live
    from rich.text import Text

    def picture() -> Text:
        return Text(live.words(), overflow="ellipsis", no_wrap=True)

    console = Console(stderr=True, highlight=False)
    with (
        SIGNALS.cleared(show_cursor),
        Live(console=console, get_renderable=picture, refresh_per_second=4, transient=True),
    ):
        yield live
    live.close()


def stop_wanted(said: str, tick: Callable[[], None] = lambda: None) -> Callable[[], bool]:
    """Return a ``stop`` that is true from the first interrupt on, of which it says once what follows."""
    waiting = [said]

    def stop() -> bool:
        tick()
        if SIGNALS.wanted() and waiting:
            say(waiting.pop())
        return SIGNALS.wanted()

    return stop
