"""Hold what the pictures of a sweep share: the canvas, headings, notes, paler inks, what is said where nothing is."""

from __future__ import annotations

import textwrap
from typing import Any

from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter

from .palette import BORDER, DARK, ENERGISED, FLOW, SOFT, SPENT
from .style import Picture

PT = 11.0
SMALL_PT = 9.5
LOW, HIGH, NEUTRAL = SPENT, FLOW, ENERGISED
"""Inks of an input's lowest value, of its highest one, and of values without an order; they differ in lightness."""


def canvas(width_in: float, height_in: float, heading: str, *, note: str = "") -> Figure:
    """Return an empty figure with its heading above and a note below."""
    figure = Picture(figsize=(width_in, height_in), facecolor="white", layout="constrained")
    FigureCanvasAgg(figure)
    head = figure.suptitle(heading, x=0.01, ha="left", fontsize=PT + 1.5, color=DARK, weight="bold")
    head.set_parse_math(False)
    if note:
        lines = textwrap.fill(note, int(13.5 * width_in))
        foot = figure.supxlabel(lines, x=0.01, ha="left", fontsize=SMALL_PT, color=SOFT)
        foot.set_parse_math(False)
    return figure


def blank(heading: str, message: str) -> Figure:
    """Return a small figure that says why there is no picture."""
    figure = canvas(8.4, 1.6, heading)
    ax = figure.add_subplot()
    ax.set_axis_off()
    lines = textwrap.fill(message, 90)
    ax.text(0.0, 0.5, lines, fontsize=PT, color=DARK, va="center", parse_math=False, transform=ax.transAxes)
    return figure


def plain(ax: Any, grid: str) -> None:
    """Leave what reading needs: a grid along "x", "y" or "both", its numbers with separators, no frame."""
    if grid:
        ax.grid(axis=grid, color=BORDER, linewidth=0.7)
    ax.set_axisbelow(True)
    ax.set_facecolor("none")
    ax.tick_params(colors=DARK, labelsize=PT - 1)
    for name, axis in (("x", ax.xaxis), ("y", ax.yaxis)):
        if grid in (name, "both"):
            axis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:,.12g}".replace("-", "−")))
    for side in ("top", "right", "left", "bottom"):
        ax.spines[side].set_visible(False)


def named(ax: Any, *, x: str = "", y: str = "") -> None:
    """Name the axes; names are text, no formulas."""
    ax.set_xlabel(x, fontsize=PT, color=DARK, parse_math=False)
    ax.set_ylabel(y, fontsize=PT, color=DARK, parse_math=False)


def paler(colour: str, part: float = 0.55) -> tuple[float, ...]:
    """Return a colour mixed with white, of which it keeps this part."""
    return tuple(part * int(colour[i : i + 2], 16) / 255 + 1 - part for i in (1, 3, 5))


def keyed(ax: Any, handles: list[Any], labels: list[str]) -> None:
    """Put a legend above the axes, below the heading."""
    box = ax.legend(handles, labels, loc="lower right", bbox_to_anchor=(1.0, 1.0), ncols=min(4, len(labels)),
                    frameon=False, fontsize=SMALL_PT, borderaxespad=0.2)  # fmt: skip
    for text in box.get_texts():
        text.set_parse_math(False)
        text.set_color(DARK)
