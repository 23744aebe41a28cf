"""What a plan's limits are worth: marginal values of all, true ones of those that matter most."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from ...account.decisions import Decisions
from ...errors import SolverError
from ...io.schema import schema
from ...io.write import csv_text
from ...parameters import Parameters
from ...plan import Plan
from ...solver.engine import Engine
from ...solver.progress import Journal
from ...solver.questions import Questions
from ...solver.runner import Runner, Stopped
from ..anew import Progress
from ..plain import plain
from .again import Bracket, brackets, brought_forward, first_order, nearest_first, ranked, sooner_at
from .kinds import KINDS, limits_of
from .layer import layer_text
from .limits import Decided, Limit
from .program import Slopes, valued
from .text import html, text

KEY = tuple[str, int]


@dataclass(frozen=True)
class Values:
    """What limits are worth. ``frame`` has a row for each limit, period and block, most valuable first, ``sooner``
    one for each site with power that comes later; columns as in docs/tables.md.

    ``left_open`` counts the new solves, of ``asked``, that a time limit or a stop cut short.
    """

    plan: Plan
    frame: pd.DataFrame
    sooner: pd.DataFrame
    asked: int = 0
    left_open: int = 0

    def text(self, top: int = 10) -> str:
        """Return the most valuable limits for a planner who has one minute."""
        return text(self, top)

    def __str__(self) -> str:
        return self.text()

    def _repr_html_(self) -> str:
        """Show the most valuable limits in a notebook as one small table."""
        return html(self, 10)

    def as_json(self) -> str:
        """Return all of it for programs: cells that are empty in the tables are null, no plan is "-inf"."""
        content = {
            "objective_usd": self.plan.objective_usd, "bound_usd": self.plan.bound_usd, "resolves": self.asked,
            "left_open": self.left_open, "values": self.frame, "sooner": self.sooner,
        }  # fmt: skip
        return json.dumps(plain(content), indent=1, ensure_ascii=False, allow_nan=False)

    def files(self) -> dict[str, str]:
        """Return the texts of the files by name; values.geojson is among them where the study says places."""
        texts = {
            "values.csv": csv_text(self.frame), "sooner.csv": csv_text(self.sooner),
            "values.json": self.as_json() + "\n",
        }  # fmt: skip
        layer = layer_text(self)
        return texts | ({"values.geojson": layer} if layer else {})


def values(
    plan: Plan,
    *,
    top: int = 10,
    resolve: bool = True,
    time_limit_s: float | None = None,
    progress: Progress | None = None,
    stop: Callable[[], bool] | None = None,
) -> Values:
    """Return what one unit more of every limit of a plan is worth, and one less.

    All are marginal values of the linear program with openings, halls, upgrades and vendors at sites held and pods
    continuous, of least cost whatever the study minimises. With ``resolve`` the ``top`` ones are true ones too, by
    new solves to twice the study's gap, then power a period sooner, site by site; ``time_limit_s`` is that of all new
    solves together. ``stop`` keeps what is answered. Raises SolverError where a solver fails, or nothing is answered.
    """
    tell = progress or (lambda _line: None)
    tell("values: linear program")
    with Questions(plan, stop=stop) as questions:
        p = questions.p
        decided = Decided(plan.study, p, Decisions.stated(p, plan.tables))
        limits = limits_of(decided)
        try:
            with Engine() as engine:
                usd = valued(decided, limits, Runner(engine, Journal(None), None, stop), questions.workers)
        except Stopped:
            raise SolverError("Stopped before any value was known.") from None
        sites = sooner_at(p)
        estimates = dict(zip(sites, first_order(p, limits, usd, sites), strict=True))
        asked: dict[KEY, Parameters] = {}
        if resolve:
            asked = {("limit", i): KINDS[limits[i].kind].more(p, limits[i]) for i in ranked(limits, usd, top)}
            order = nearest_first(sites, estimates, decided.use.it_mw[:, -1])
            asked |= {("sooner", s): brought_forward(p, s) for s in order}
        found = brackets(questions, asked, time_limit_s, tell)
    told = {i: bracket for (what, i), bracket in found.items() if what == "limit"}
    earlier = {i: bracket for (what, i), bracket in found.items() if what == "sooner"}
    cut = sum(bracket.stopped for bracket in found.values())
    return Values(plan, _frame(p, limits, usd, told), _sooner(p, estimates, earlier), len(asked), cut)


def _frame(
    p: Parameters, limits: Sequence[Limit], usd: Mapping[int, Slopes], told: Mapping[int, Bracket]
) -> pd.DataFrame:
    rows, blocks = [], p.ids["block"]
    for i, limit in enumerate(limits):
        kind, (more, less) = KINDS[limit.kind], usd.get(i, (np.nan, np.nan))
        period = "" if limit.t is None else p.periods[limit.t]
        step = kind.step(p, limit) if i in told else np.nan
        cells = [limit.kind, limit.id, period, "" if limit.b is None else blocks[limit.b], limit.used, limit.value]
        rows.append([*cells, kind.unit, more, less, np.nan, step, *_cells(told.get(i))])
    frame = pd.DataFrame(rows, columns=schema("explain/values").names)
    frame["usd_from"] = _from(frame)
    for name in ("usd", "usd_less", "usd_from"):
        frame[name] = np.where(frame[name].abs() < 1e-3, 0.0, frame[name]) + 0.0  # the solver's noise
    worth = frame["usd"].fillna(frame["resolve_low_usd"]).fillna(-np.inf)
    return (
        frame.assign(worth=-worth).sort_values(["worth", "limit", "id", "period", "block"], ignore_index=True)
        .drop(columns="worth")
    )  # fmt: skip


def _from(frame: pd.DataFrame) -> pd.Series:
    """Sum the values of each limit from a period on; rows of a limit stand in the order of periods."""
    backwards = frame.iloc[::-1]
    usd = backwards["usd"]
    keys = [backwards[name] for name in ("limit", "id", "block")]
    unknown = usd.isna().groupby(keys).cumsum() > 0
    return usd.fillna(0.0).groupby(keys).cumsum().mask(unknown)


def _sooner(p: Parameters, estimates: Mapping[int, float], told: Mapping[int, Bracket]) -> pd.DataFrame:
    rows = [[p.sites[s], usd, *_cells(told.get(s))] for s, usd in estimates.items()]
    frame = pd.DataFrame(rows, columns=schema("explain/sooner").names)
    worth = frame[["resolve_low_usd", "usd"]].max(axis=1).fillna(0.0).clip(lower=0.0)
    at_most = frame["resolve_high_usd"].fillna(-np.inf)
    keys = frame.assign(worth=-worth, at_most=-at_most)
    return keys.sort_values(["worth", "at_most", "site"], ignore_index=True).drop(columns=["worth", "at_most"])


def _cells(bracket: Bracket | None) -> tuple[float, float]:
    if bracket is None:
        return np.nan, np.nan
    if bracket.infeasible:
        return -np.inf, -np.inf
    low, high = (value if np.isfinite(value) else np.nan for value in (bracket.low_usd, bracket.high_usd))
    return low, high
