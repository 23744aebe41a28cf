"""Draw by settled settings, whatever the user's own are; hold what pictures share: canvas, headings, notes, inks."""

from __future__ import annotations

import io
import textwrap
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import matplotlib
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter

from .palette import AVOIDABLE, BORDER, DARK, ENERGISED, FLOW, SOFT, SPENT

PT = 11.0
SMALL_PT = 9.5
LOW, HIGH, NEUTRAL = SPENT, FLOW, ENERGISED
"""Inks of an input's lowest value, of its highest one, and of values without an order; they differ in lightness."""
_SETTINGS = {
    "text.color": DARK, "text.parse_math": False,  # names are text, no formulas
    "axes.labelcolor": DARK, "axes.labelsize": PT, "legend.frameon": False,
}  # fmt: skip


class Picture(Figure):
    """A figure that the last line of a notebook's cell shows, with or without a backend of pyplot."""

    def _repr_png_(self) -> bytes:
        with settled(), io.BytesIO() as file:
            self.savefig(file, format="png")
            return file.getvalue()


@contextmanager
def settled() -> Iterator[None]:
    """Draw by the library's own defaults and a few of ours; missing glyphs are no news."""
    with matplotlib.rc_context(), warnings.catch_warnings():
        matplotlib.rcdefaults()
        matplotlib.rcParams.update(_SETTINGS)
        warnings.filterwarnings("ignore", message=".*Glyph.*")
        yield


def empty(width_in: float, height_in: float, *, dpi: float | None = None, layout: Any = None) -> Figure:
    """Return a white figure of this size."""
    figure = Picture(figsize=(width_in, height_in), dpi=dpi, facecolor="white", layout=layout)
    FigureCanvasAgg(figure)
    return figure


def canvas(width_in: float, height_in: float, heading: str, *, note: str = "") -> Figure:
    """Return a figure with its heading above and a note below."""
    figure = empty(width_in, height_in, layout="constrained")
    figure.suptitle(heading, x=0.01, ha="left", fontsize=PT + 1.5, weight="bold")
    if note:
        lines = textwrap.fill(note, int(13.5 * width_in))
        figure.supxlabel(lines, x=0.01, ha="left", fontsize=SMALL_PT, color=SOFT)
    return figure


def blank(heading: str, message: str) -> Figure:
    """Return a small figure that says why there is no picture."""
    figure = canvas(8.4, 1.6, heading)
    ax = figure.add_subplot()
    ax.set_axis_off()
    ax.text(0.0, 0.5, textwrap.fill(message, 90), fontsize=PT, va="center", transform=ax.transAxes)
    return figure


def bare(ax: Any, grid: str, *, points: float = PT - 1) -> None:
    """Leave what reading needs: a grid along "x" or "y", labels of this size, no frame."""
    if grid:
        ax.grid(axis=grid, color=BORDER, linewidth=0.7)
    ax.set_axisbelow(True)
    ax.set_facecolor("none")
    ax.tick_params(colors=DARK, labelsize=points)
    ax.spines[:].set_visible(False)


def plain(ax: Any, grid: str) -> None:
    """Leave what reading needs, and the numbers along the grid with separators."""
    bare(ax, grid)
    if grid:
        axis = getattr(ax, f"{grid}axis")
        axis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:,.12g}".replace("-", "−")))


def note(ax: Any, words: str, at: tuple[float, float], offset_pt: tuple[float, float], **style: Any) -> None:
    """Write words beside a point."""
    ax.annotate(words, at, offset_pt, textcoords="offset points", **{"fontsize": SMALL_PT, **style})


def paler(colour: str, part: float = 0.55) -> tuple[float, ...]:
    """Return a colour mixed with white, of which it keeps this part."""
    return tuple(part * int(colour[i : i + 2], 16) / 255 + 1 - part for i in (1, 3, 5))


def hatched(colour: str, part: float = 0.35, *, hatch: str = "////", edge: str = "white") -> dict[str, Any]:
    """Return how an area is filled whose value is not what it seems: paler and hatched."""
    return {"facecolor": paler(colour, part), "edgecolor": edge, "hatch": hatch, "linewidth": 0.0}


def keyed(ax: Any, handles: list[Any], labels: list[str]) -> None:
    """Put a legend above the axes, below the heading."""
    ax.legend(handles, labels, loc="lower right", bbox_to_anchor=(1.0, 1.0), ncols=min(4, len(labels)),
              fontsize=SMALL_PT, borderaxespad=0.2)  # fmt: skip


def missing(ax: Any, places: Sequence[float], status: str, **style: Any) -> list[Any]:
    """Mark places on the axis that have no plan: a cross where that is proven."""
    mark = "x" if status == "infeasible" else "D"
    drawn: list[Any] = ax.plot(places, [0.0] * len(places), mark, color=AVOIDABLE, mew=2, mfc="none", clip_on=False,
                               transform=ax.get_xaxis_transform(), **style)  # fmt: skip
    return drawn
