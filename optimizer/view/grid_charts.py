"""Draw how full the lines of a plan's grid are, period by period, in their worst block."""

from __future__ import annotations

import numpy as np
from matplotlib.figure import Figure
from matplotlib.patches import Patch

from optimizer.errors import shown
from optimizer.plan.grid import worst_flows
from optimizer.plan.plan import Plan

from .palette import LOADED, loaded_colour
from .style import PT, bare, empty, settled

_LINES = 15


@settled()
def line_loading(plan: Plan) -> Figure:
    """Draw the fullest lines as rows of squares, a square per period, coloured by loading in the worst block."""
    table = worst_flows(plan).pivot(index="line", columns="period", values="loading")
    table = table.loc[table.max(axis=1).sort_values(ascending=False, kind="stable").index[:_LINES]]
    lines, periods = list(table.index), list(table.columns)
    figure = empty(9.0, 1.5 + 0.34 * max(1, len(lines)), layout="constrained")
    ax = figure.add_subplot()
    numbered = len(periods) <= 12
    for (i, t), value in np.ndenumerate(table.to_numpy(dtype=np.float64)):
        loading = None if np.isnan(value) else float(value)
        ax.barh(i, 0.94, 0.84, left=t - 0.47, color=loaded_colour(loading))
        if numbered:
            words = "no limit" if loading is None else f"{100 * min(loading, 9.99):.0f} %"
            ax.text(t, i, words, ha="center", va="center", fontsize=PT - 1, color="white", weight="bold")
    ax.set_yticks(range(len(lines)), [shown(str(line), 30) for line in lines], fontsize=PT)
    ax.set_xticks(range(len(periods)), periods, fontsize=PT, rotation=0 if numbered else 90)
    ax.set_xlim(-0.5, len(periods) - 0.5)
    ax.invert_yaxis()
    bare(ax, "", points=PT)
    ax.tick_params(length=0)
    ax.set_title("Loading of the fullest lines in their worst block", fontsize=PT + 1.5, loc="left", weight="bold")
    handles = [Patch(facecolor=colour) for _, colour, _ in LOADED]
    figure.legend(handles, [words for *_, words in LOADED], loc="outside lower center", ncols=6, fontsize=PT)
    return figure
