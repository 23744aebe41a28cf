"""Draw runs: plan and bound over time, apart from each other, and what growth costs."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import zip_longest
from math import ceil, inf
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.ticker import FixedLocator, LogLocator, NullLocator

from optimizer.solver.progress import relative_gap
from optimizer.view.palette import AVOIDABLE, DARK, FLOW, SOFT, SPENT
from optimizer.view.style import PT, SMALL_PT, bare, canvas, settled
from tests.benchmarks.search.course import Run
from tests.benchmarks.search.family import AWKWARD
from tests.benchmarks.search.growth import AXES, GAPS, Power, points
from tests.benchmarks.search.searches import SEARCHES
from tests.benchmarks.search.table import known

IMAGES = Path(__file__).parents[3] / "docs" / "images"
SHOWN = ("small", "200x16", "1000x16", "3100x20")
INKS = dict(zip(SEARCHES, (DARK, AVOIDABLE, SPENT, FLOW), strict=True))
# What is nearer than this is drawn there: the axis has no zero.
_LEAST, _MOST = 1e-5, 2.0
_WIDE = 4


def drawn(runs: Sequence[Run], folder: Path = IMAGES) -> list[Path]:
    """Write the pictures that there are runs for; return their files."""
    pictures = {}
    with settled():
        if shown := [name for name in SHOWN if any(run.study == name for run in runs)]:
            pictures["search.png"] = gaps(runs, shown)
        if shown := [name for name in AWKWARD if any(run.study == name for run in runs)]:
            pictures["search-awkward.png"] = own_gaps(runs, shown)
        if any(points(runs, axis, None) for axis in AXES):
            pictures["search-growth.png"] = powers(runs)
        for name, figure in pictures.items():
            figure.savefig(folder / name, dpi=110, metadata={"Software": None})
    return [folder / name for name in pictures]


def gaps(runs: Sequence[Run], shown: Sequence[str]) -> Any:
    """Return plan and bound over time, a column for each study."""
    note = (
        "Above: a search's plan above the best bound of all searches; below: its bound below the best plan of all. "
        "A line for each seed; dotted is the gap to reach."
    )
    figure, best = canvas(max(9.6, 3.2 * len(shown)), 6.4, "How plan and bound close in", note=note), known(runs)
    axes = figure.subplots(2, len(shown), sharex="col", sharey=True, squeeze=False)
    for (above, below), name in zip(axes.T, shown, strict=True):
        for run in (run for run in runs if run.study == name):
            plan, bound = best[run.study, run.seed]
            _stairs(above, run, [(at, relative_gap(usd, bound)) for at, usd, _ in run.course])
            _stairs(below, run, [(at, relative_gap(plan, usd)) for at, _, usd in run.course])
        for ax in (above, below):
            _aimed(ax, next(run.gap for run in runs if run.study == name))
        above.set_title(name, fontsize=PT, loc="left")
        below.set_xlabel("seconds", fontsize=SMALL_PT)
    for ax, words in zip(axes[:, 0], ("plan above best bound", "bound below best plan"), strict=True):
        ax.set_ylabel(words)
    _named(figure, below, runs)
    return figure


def own_gaps(runs: Sequence[Run], shown: Sequence[str]) -> Any:
    """Return the gap between each search's own plan and bound over time, a panel for each study."""
    high = ceil(len(shown) / _WIDE)
    figure = canvas(
        12.8, 1.0 + 2.2 * high, "How awkward studies close in", note="A search's own gap; a line for each seed."
    )
    axes = figure.subplots(high, _WIDE, sharey=True, squeeze=False).ravel()
    for ax, name in zip_longest(axes, shown):
        if name is None:
            ax.set_axis_off()
            continue
        for run in (run for run in runs if run.study == name):
            _stairs(ax, run, [(at, relative_gap(plan, bound)) for at, plan, bound in run.course])
        _aimed(ax, next(run.gap for run in runs if run.study == name))
        ax.set_title(name, fontsize=PT, loc="left")
    _named(figure, axes[0], runs)
    return figure


def _stairs(ax: Any, run: Run, off: Iterable[tuple[float, float]]) -> None:
    """Draw shares that hold until the next, and the last one to the end of the run."""
    there = [(max(0.1, at), max(_LEAST, share)) for at, share in off if share < inf]
    if there:
        end = max(there[-1][0], min(run.limit_s, run.seconds.get("all", run.limit_s)))
        at, shares = zip(*there, (end, there[-1][1]), strict=True)
        ax.plot(at, shares, drawstyle="steps-post", color=INKS[run.search], linewidth=1.4, alpha=0.7)


def _aimed(ax: Any, gap: float) -> None:
    """Draw the gap to reach, on axes of seconds and of shares."""
    ax.axhline(gap, color=SOFT, linestyle=":", linewidth=1.0)
    _logarithmic(ax)
    ax.set_ylim(0.8 * _LEAST, _MOST)
    ax.yaxis.set_major_formatter(lambda share, _at: f"{100 * share:g} %")


def _named(figure: Any, ax: Any, runs: Sequence[Run]) -> None:
    """Name the inks above everything."""
    names = [name for name in INKS if any(run.search == name for run in runs)]
    lines = [ax.plot([], [], color=INKS[name])[0] for name in names]
    figure.legend(lines, names, loc="outside upper right", ncols=len(names), fontsize=SMALL_PT)


def _logarithmic(ax: Any) -> None:
    ax.set(xscale="log", yscale="log")
    for axis in (ax.xaxis, ax.yaxis):
        axis.set_major_locator(LogLocator(subs=(1.0, 3.0) if axis is ax.xaxis else (1.0,), numticks=12))
        axis.set_major_formatter(lambda number, _at: f"{number:g}")
        axis.set_minor_locator(NullLocator())
    bare(ax, "both", points=SMALL_PT)


def powers(runs: Sequence[Run]) -> Any:
    """Return seconds against what grows, with the powers that fit them."""
    figure = canvas(
        8.4, 4.2, "What growth costs", note="A point for each seed that got there, and the power that fits."
    )
    axes = figure.subplots(1, len(AXES), sharey=True, squeeze=False)[0]
    for ax, axis in zip(axes, AXES, strict=True):
        for gap, ink, words in zip(GAPS, (SPENT, DARK), ("1 %", "the gap to reach"), strict=True):
            there = [point for point in points(runs, axis, gap) if point[1] < inf]
            if not there:
                continue
            power, n = Power.of(there), np.array(sorted({n for n, _ in there}))
            ax.scatter(
                *zip(*there, strict=True), color=ink, s=16, label=words if power is None else f"{words}: {power}"
            )
            if power is not None:
                ax.plot(n, power.factor * n**power.exponent, color=ink, linewidth=1.2)
        _logarithmic(ax)
        ax.xaxis.set_major_locator(FixedLocator(AXES[axis]))
        ax.set(xlabel=axis, ylim=(0.1, 5000.0))
        if ax.collections:
            ax.legend(fontsize=SMALL_PT, loc="upper left")
    axes[0].set_ylabel("seconds")
    return figure
