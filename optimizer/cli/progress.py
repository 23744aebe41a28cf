"""Show how a solve goes: a live line on a terminal, plain lines elsewhere, always on stderr."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from optimizer.plan.units import share, usd

from .interrupt import SIGNALS
from .messages import say

if TYPE_CHECKING:
    from optimizer.solve.progress import Progress

QUIET_S = 2.0  # plain lines come no closer together than this, phases included
STOPPING = "stopping with the best plan found so far; a second interrupt gives it up"


def line(now: Progress) -> str:
    """Return the state of a solve as one line."""
    parts = [f"{now.seconds:7.1f} s", f"{now.phase:<14}"]
    if now.objective_usd is not None:
        parts.append(f"plan {usd(now.objective_usd)}")
    if now.bound_usd is not None:
        parts.append(f"bound {usd(now.bound_usd)}")
    if now.gap is not None:
        parts.append(f"gap {share(now.gap)}")
    return "  ".join(parts).rstrip()


@contextmanager
def followed() -> Iterator[Callable[[Progress], None]]:
    """Give a listener for ``solve`` that shows what it hears."""
    with _live() if sys.stderr.isatty() else _plain() as listener:
        yield listener


def stop_wanted() -> Callable[[], bool]:
    """Return the ``stop`` of a solve: true from the first interrupt on, which is said once."""
    said = False

    def stop() -> bool:
        nonlocal said
        if SIGNALS.wanted() and not said:
            said = True
            say(STOPPING)
        return SIGNALS.wanted()

    return stop


@contextmanager
def _plain() -> Iterator[Callable[[Progress], None]]:
    shown, shown_at, last = "", float("-inf"), ""

    def listen(now: Progress) -> None:
        nonlocal shown, shown_at, last
        last = line(now)
        if time.monotonic() - shown_at >= QUIET_S and _told(last) != _told(shown):
            say(last)
            shown, shown_at = last, time.monotonic()

    yield listen
    if _told(last) != _told(shown):
        say(last)


def _told(text: str) -> str:
    """Return a line without its clock."""
    return text.partition(" s ")[2]


@contextmanager
def _live() -> Iterator[Callable[[Progress], None]]:
    from rich.console import Console
    from rich.live import Live
    from rich.text import Text

    began, heard = time.monotonic(), "starting"

    def picture() -> Text:
        clock = f"{time.monotonic() - began:6.0f} s  "
        return Text(clock + heard, overflow="ellipsis", no_wrap=True)

    def listen(now: Progress) -> None:
        nonlocal heard
        heard = _told(line(now)).strip()

    console = Console(stderr=True, highlight=False)
    with Live(console=console, get_renderable=picture, refresh_per_second=4, transient=True):
        yield listen
    if heard != "starting":
        say(picture().plain)
