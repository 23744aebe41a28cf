"""Period labels: years, half-years and quarters, and what a label means on a study's periods."""

from __future__ import annotations

import calendar
import re
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from math import ceil

_LABEL = re.compile(r"(\d{4})(?:(H)([12])|(Q)([1-4]))?")


@dataclass(frozen=True, order=True)
class Label:
    """A span of calendar time: ``start`` in months since year 0, ``months`` long (12, 6 or 3)."""

    start: int
    months: int

    @property
    def end(self) -> int:
        """Month after the last one."""
        return self.start + self.months

    def __str__(self) -> str:
        year, month = divmod(self.start, 12)
        part = {12: "", 6: f"H{month // 6 + 1}"}.get(self.months, f"Q{month // 3 + 1}")
        return f"{year}{part}"


def parse_label(text: str) -> Label:
    """Read "2026", "2026H1" or "2026Q3".

    Raises ValueError where the text is none of these.
    """
    match = _LABEL.fullmatch(text.strip())
    if match is None:
        raise ValueError("is no period: write 2026, 2026H1 or 2026Q3")
    year, half, h, quarter, q = match.groups()
    months = 6 if half else 3 if quarter else 12
    return Label(12 * int(year) + months * (int(h or q or 1) - 1), months)


@dataclass(frozen=True)
class Horizon:
    """The study's periods: all labels of one length, in order, and the date from which lead times count."""

    labels: tuple[Label, ...]
    decide_on: date

    @property
    def counted(self) -> str:
        """How many periods of which length: "5 years", "8 quarters"."""
        name = {12: "year", 6: "half-year", 3: "quarter"}[self.labels[0].months]
        return f"{len(self.labels)} {name}{'s' if len(self.labels) != 1 else ''}"

    @classmethod
    def of(cls, first: str, last: str, per_year: int, decide_on: date | None = None) -> Horizon:
        """Cut the time from the start of ``first`` to the end of ``last`` into periods.

        Raises ValueError where a border lies inside a period.
        """
        months = 12 // per_year
        start, end = parse_label(first).start, parse_label(last).end
        check_borders(per_year, first, last)
        labels = tuple(Label(m, months) for m in range(start, end, months))
        return cls(labels, decide_on or date(start // 12, start % 12 + 1, 1))

    def __len__(self) -> int:
        return len(self.labels)

    @cached_property
    def names(self) -> list[str]:
        """Labels as text, as they stand in the plan's tables."""
        return [str(label) for label in self.labels]

    @property
    def length_years(self) -> float:
        """Length of every period."""
        return self.labels[0].months / 12

    @property
    def start_years(self) -> list[float]:
        """Years from the first period's start to each period's start."""
        return [(label.start - self.labels[0].start) / 12 for label in self.labels]

    @property
    def end_years(self) -> float:
        """Years from the first period's start to the horizon's end."""
        return len(self) * self.length_years

    @property
    def calendar_years(self) -> list[int]:
        """Calendar year of each period (no period crosses a year's border)."""
        return [label.start // 12 for label in self.labels]

    def position(self, month: int) -> int:
        """Index of the period that contains the month; below 0 before the horizon, len(self) or more after."""
        return (month - self.labels[0].start) // self.labels[0].months

    def first_after_lead(self, lead_years: float) -> int:
        """Index of the first period in which something decided on ``decide_on`` can be commissioned.

        The period that contains decide_on + lead; lead in calendar months, rounded up past 1e-6.
        0 where that is before the horizon, len(self) or more where it is after.
        """
        due = add_months(self.decide_on, ceil(lead_years * 12 - 1e-6))
        return max(0, self.position(12 * due.year + due.month - 1))

    def spread(self, label: Label, not_before: int = 0) -> list[int]:
        """Indices of the periods among which a delivery with this label is divided evenly.

        One period where the label is no coarser than a period; else those inside label and horizon from
        index ``not_before`` on. Empty where none is left.
        """
        if label.months <= self.labels[0].months:
            found = [self.position(label.start)]
        else:
            found = list(range(self.position(label.start), self.position(label.end - 1) + 1))
        return [t for t in found if max(0, not_before) <= t < len(self)]


def check_borders(per_year: int, first: str | None = None, last: str | None = None) -> None:
    """Raise ValueError where what is given of first and last period begins or ends inside a period."""
    at = {
        f"first ({first})": None if first is None else parse_label(first).start,
        f"last ({last})": None if last is None else parse_label(last).end,
    }
    months = {name: month for name, month in at.items() if month is not None}
    if inside := [name for name, month in months.items() if month % (12 // per_year)]:
        fits = next((n for n in (2, 4) if not any(month % (12 // n) for month in months.values())), 4)
        raise ValueError(f"has no border of periods at {' and '.join(inside)}: write per_year = {fits}")


def add_months(day: date, months: int) -> date:
    """Return the same day of the month so many months later, or the month's last day where it is shorter."""
    year, month = divmod(12 * day.year + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))
