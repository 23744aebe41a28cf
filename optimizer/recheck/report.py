"""What a check found, and how it is told: one line per mistake, the root cause first."""

from __future__ import annotations

from dataclasses import dataclass, field
from math import isfinite
from typing import Any

from ..errors import shown
from .tolerance import WORDS

MOST_LINES = 20


@dataclass(frozen=True)
class Finding:
    """One number of a plan that does not follow from its study.

    ``file`` of the plan folder; ``row`` its key in words, such as "site abilene, period 2027", empty in
    plan.json; ``column`` of the table, or key of plan.json. ``relation`` says how ``stated`` should stand to
    ``recomputed``: "recomputed" (equal), "at most" or "at least". ``rule`` is the rule broken, in words.
    """

    file: str
    row: str
    column: str
    stated: object
    recomputed: object
    rule: str = ""
    relation: str = "recomputed"

    @property
    def where(self) -> str:
        """File, row key and column as one text."""
        return ", ".join(shown(part) for part in (self.file, self.row, self.column) if part)

    def __str__(self) -> str:
        return self.told(0)

    def told(self, more: int) -> str:
        """Return the finding as one line; ``more`` counts other rows with the same mistake."""
        others = f" (and {more} more)" if more else ""
        values = f"{_text(self.stated)}, {self.relation} {_text(self.recomputed)}"
        return f"{self.where}{others}: {values} – {self.rule}"


@dataclass(frozen=True)
class Report:
    """The outcome of ``verify``: every finding, the root cause first, and the checks that could not run.

    ``skipped`` names the checks that need a table whose cells or rows are damaged.
    """

    findings: list[Finding] = field(default_factory=list)
    skipped: list[str] = field(default_factory=list)

    @property
    def ok(self) -> bool:
        """Whether every number of the plan follows from its study."""
        return not self.findings

    def __str__(self) -> str:
        if self.ok:
            return f"every number of the plan follows from its study, {WORDS}"
        groups: dict[tuple[str, str, str], list[Finding]] = {}
        for finding in self.findings:
            groups.setdefault((finding.file, finding.column, finding.rule), []).append(finding)
        lines = [group[0].told(len(group) - 1) for group in groups.values()]
        left = len(lines) - MOST_LINES
        lines = lines[:MOST_LINES] + ([f"and {left} more"] if left > 0 else [])
        if self.skipped:
            lines.append(f"{len(self.skipped)} checks wait for a whole table: {', '.join(self.skipped[:5])}"
                         + (", …" if len(self.skipped) > 5 else ""))  # fmt: skip
        return "\n".join(lines)


def alike(stated: Any, right: Any) -> bool:
    """Whether two values of JSON are the same: 1 and 1.0 are, 1 and true are not."""
    return bool(stated == right) and isinstance(stated, bool) == isinstance(right, bool)


def _text(value: object) -> str:
    if isinstance(value, float):
        return f"{value:.10g}" if isfinite(value) else ("empty" if value != value else str(value))
    return shown(value) if value != "" else "empty"
