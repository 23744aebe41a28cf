"""Show how a sweep goes: a live line on a terminal, plain lines elsewhere, always on stderr."""

from __future__ import annotations

from contextlib import AbstractContextManager
from typing import TYPE_CHECKING

from .running import Line, Lines, shown_by

if TYPE_CHECKING:
    from optimizer.sweeps import SweepProgress

STOPPING = "stopping; what is solved is kept, and the same call goes on; a second interrupt gives up what is running"


def line(now: SweepProgress) -> str:
    """Return the state of a sweep as one line."""
    parts = [f"{now.seconds:7.1f} s", f"{now.done:,} of {now.total:,} cases"]
    if now.failed:
        parts.append(f"{now.failed:,} failed")
    if now.running:
        parts.append(f"{now.running:,} running")
    if now.left_s is not None and now.done < now.total:
        parts.append(f"about {_clock(now.left_s)} left")
    return "  ".join(parts)


def _clock(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    if hours:
        return f"{hours} h {minutes:02d} min"
    return f"{minutes} min {rest:02d} s" if minutes else f"{rest} s"


class Plain(Lines):
    """Lines, the last of several that come too close together."""

    _ended = (0, 0)

    def listen(self, now: SweepProgress) -> None:
        """Take the state; say it where cases ended and the last line is some time ago."""
        self.heard = line(now)
        if self.is_due and (now.done, now.failed) != self._ended:
            self._ended = (now.done, now.failed)
            self.close()


class Live(Line):
    """One line that runs."""

    def listen(self, now: SweepProgress) -> None:
        """Take the state; the line refreshes itself."""
        self.heard = line(now)


def followed() -> AbstractContextManager[Plain | Live]:
    """Give a display for ``sweep``."""
    return shown_by(Plain(), Live("making the cases"))
