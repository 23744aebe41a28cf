"""Run a line on a terminal, and hear who wants an end."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from optimizer.signals import SIGNALS

from .messages import say, show_cursor

if TYPE_CHECKING:
    from rich.text import Text

QUIET_S = 2.0  # plain lines come no closer together than this


@contextmanager
def running(words: Callable[[], str]) -> Iterator[None]:
    """Show words on stderr and refresh them four times a second; they leave no trace.

    Rich's live line, not its progress bars: those know counts alone, and write nothing that a log could keep.
    """
    from rich.console import Console
    from rich.live import Live
    from rich.text import Text

    def picture() -> Text:
        return Text(words(), overflow="ellipsis", no_wrap=True)

    console = Console(stderr=True, highlight=False)
    line = Live(console=console, get_renderable=picture, refresh_per_second=4, transient=True)
    with SIGNALS.cleared(show_cursor), line:
        yield


def stop_wanted(said: str, tick: Callable[[], None] = lambda: None) -> Callable[[], bool]:
    """Return a ``stop`` that is true from the first interrupt on, of which it says once what follows."""
    waiting = [said]

    def stop() -> bool:
        tick()
        if SIGNALS.wanted() and waiting:
            say(waiting.pop())
        return SIGNALS.wanted()

    return stop
