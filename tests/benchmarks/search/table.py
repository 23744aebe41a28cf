"""Sum up runs over seeds: ratios and spreads beside seconds, plan and bound apart."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from math import inf
from statistics import median_high

from optimizer.solver.progress import relative_gap
from tests.benchmarks.search.course import Run
from tests.benchmarks.search.searches import BUILD, OURS, TRANSFER

HEAD = (
    "study", "to reach", "search", "reached", "first plan s", "1 % s", "there s", "× ours", "gap", "plan off",
    "bound off", "read s", "build s", "transfer s", "MiB",
)  # fmt: skip
WORDS = """\
Median over seeds (least–most). *to reach*: which gap, and within what time; *reached*: by how many of the seeds.
Seconds count from the study in memory; *1 % s* and *there s* are those until plan and bound of the search were 1 %, or
the gap to reach, apart; *> t*: not within t. *× ours*: the seconds until there, by those of this program at the same
seed. *gap*: between the search's own plan and bound when it ended. *plan off*: its plan above the best bound of all
searches; *bound off*: its bound below the best plan of all. *transfer*: handing the model to the solver. *MiB*: the
most memory of the processes of the search."""
# Solvers compute their gap in units of their own.
_HAIR = 1.0 + 1e-6


@dataclass(frozen=True, order=True)
class Value:
    """A number, or that it is more or less than one."""

    number: float
    mark: str = ""

    def written(self, style: Callable[[float], str]) -> str:
        """Write it in a style."""
        return f"{self.mark}{style(self.number)}"


def known(runs: Iterable[Run]) -> dict[tuple[str, int], tuple[float, float]]:
    """Return the best plan and bound that any search has, by study and seed."""
    found: dict[tuple[str, int], tuple[float, float]] = {}
    for run in runs:
        plan, bound = found.get((run.study, run.seed), (inf, -inf))
        found[run.study, run.seed] = min(plan, run.plan), max(bound, run.bound)
    return found


def until(run: Run, gap: float) -> Value:
    """Return the seconds until a gap."""
    return _within(run, run.reached_s(gap * _HAIR))


def _within(run: Run, seconds: float) -> Value:
    return Value(seconds) if seconds <= run.limit_s else Value(run.limit_s, "> ")


def ratio(run: Run, ours: Run | None) -> Value | None:
    """Return the seconds of a run by those of this program; None where neither got there."""
    if ours is None:
        return None
    theirs, own = until(run, run.gap), until(ours, run.gap)
    if theirs.mark and own.mark:
        return None
    return Value(theirs.number / max(own.number, 0.01), theirs.mark or own.mark.replace(">", "<"))


def spread(values: Iterable[Value | None], style: Callable[[float], str]) -> str:
    """Write the median, the higher of two, and the least and the most."""
    there = sorted(value for value in values if value is not None)
    if not there:
        return "–"
    middle, least, most = (value.written(style) for value in (median_high(there), there[0], there[-1]))
    return middle if least == most else f"{middle} ({least}–{most})"


def rows(runs: Sequence[Run]) -> list[list[str]]:
    """Return the table's rows: one for each study and search."""
    best, groups = known(runs), dict[tuple[str, str], list[Run]]()
    ours = {(run.study, run.seed): run for run in runs if run.search == OURS}
    for run in runs:
        groups.setdefault((run.study, run.search), []).append(run)

    def row(group: list[Run]) -> list[str]:
        first, all_of = group[0], [best[run.study, run.seed] for run in group]

        def parts(name: str) -> str:
            return spread((Value(run.seconds[name]) for run in group if name in run.seconds), number)

        reached = sum(not until(run, run.gap).mark for run in group)
        return [
            first.study, f"{100 * first.gap:g} % in {first.limit_s:g} s", first.search, f"{reached} of {len(group)}",
            spread((_within(run, run.first_s) for run in group), number),
            spread((until(run, 0.01) for run in group), number),
            spread((until(run, run.gap) for run in group), number),
            spread((ratio(run, ours.get((run.study, run.seed))) for run in group), number),
            spread((Value(relative_gap(run.plan, run.bound)) for run in group), _share),
            spread((Value(relative_gap(run.plan, at[1])) for run, at in zip(group, all_of, strict=True)), _share),
            spread((Value(relative_gap(at[0], run.bound)) for run, at in zip(group, all_of, strict=True)), _share),
            parts("reading"), parts(BUILD), parts(TRANSFER), spread((Value(run.mib) for run in group), "{:.0f}".format),
        ]  # fmt: skip

    return [row(group) for group in groups.values()]


def number(number: float) -> str:
    return f"{number:.3g}" if number < 1000 else f"{number:.0f}"


def _share(share: float) -> str:
    return "none" if share == inf else "> 100 %" if share > 1 else f"{100 * share:.3f} %"


def as_text(head: Sequence[str], lines: Sequence[Sequence[str]]) -> str:
    """Write a table with aligned columns."""
    widths = [max(len(line[i]) for line in (head, *lines)) for i in range(len(head))]
    return "\n".join("  ".join(cell.ljust(w) for cell, w in zip(line, widths, strict=True)).rstrip()
                     for line in (head, *lines))  # fmt: skip


def as_markdown(head: Sequence[str], lines: Sequence[Sequence[str]]) -> str:
    """Write a table for a page."""
    return "\n".join(f"| {' | '.join(line)} |" for line in (head, ["---"] * len(head), *lines))
