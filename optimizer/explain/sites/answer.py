"""What speaks for and against a site: its limits, what it costs beside others, and what would flip the decision."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import pandas as pd

from ...account.costs import charges
from ...account.decisions import Decisions, usage
from ...errors import Fault, InputError
from ...io.config import StudyConfig
from ...io.registers import FACILITY
from ...io.schema import schema
from ...io.source import nearest
from ...parameters import Parameters
from ...plan import Plan
from ...resolved.demands import Demands
from ...solver.questions import UNKNOWN, Answer, Questions
from ...tolerance import band
from ..anew import Progress, wide_gap
from ..plain import plain
from .flips import Flip, Search, changes
from .text import html, text


@dataclass(frozen=True)
class SiteAnswer:
    """What speaks for and against a site. ``limits`` by period and ``costs`` of it and of open sites, as in
    docs/tables.md; ``held``: it holds racks in the last period of the plan.

    ``other_low_usd`` and ``other_high_usd``: at least and at most so much dearer is the best plan with the other
    decision – without it where it is held, else with a pod in the last period; inf where there is none, nan where
    nothing was proven. ``flips`` says which changes make that decision the cheaper one. ``left_open`` tells what a
    time limit or a stop cut short.
    """

    plan: Plan
    site: str
    held: bool
    limits: pd.DataFrame
    costs: pd.DataFrame
    other_low_usd: float
    other_high_usd: float
    flips: tuple[Flip, ...] = ()
    left_open: tuple[str, ...] = ()

    def __str__(self) -> str:
        return text(self)

    def _repr_html_(self) -> str:
        """Show the answer in a notebook."""
        return html(self)

    def as_json(self) -> str:
        """Return all of it for programs: null where nothing is known, "inf" where no plan exists."""
        content = {
            "site": self.site, "held": self.held, "other_low_usd": self.other_low_usd,
            "other_high_usd": self.other_high_usd, "limits": self.limits, "costs": self.costs,
            "flips": [asdict(flip) for flip in self.flips], "left_open": self.left_open,
        }  # fmt: skip
        return json.dumps(plain(content), indent=1, ensure_ascii=False, allow_nan=False)


def site(
    plan: Plan,
    site: str,
    *,
    time_limit_s: float | None = None,
    progress: Progress | None = None,
    stop: Callable[[], bool] | None = None,
) -> SiteAnswer:
    """Return what speaks for and against a site of a plan.

    The study is solved anew with the other decision and with changes of the site; ``time_limit_s`` is that of all these
    together. Where MW-years come before money, only plans with no more of them than this one count. ``stop`` keeps what
    is answered. Raises InputError where the study has no such site.
    """
    tell = progress or (lambda _line: None)
    deadline = np.inf if time_limit_s is None else time.monotonic() + time_limit_s
    with Questions(plan, stop=stop, as_good=True) as questions:
        p = questions.p
        if site not in p.sites:
            cure = nearest(site, p.sites) or "name a site of the study"
            raise InputError([Fault("--site", "is no site of the study", value=site, cure=cure)])
        s, ids = p.sites.index(site), frozenset((p.sites.index(site),))
        held = bool(questions.base.pods_in_service(p)[s, :, -1].any())
        tell(f"{site}: solving {'without' if held else 'with'} it")
        demands = Demands(empty=ids) if held else Demands(held=ids)
        other = questions.ask(questions.demanding(demands), time_limit_s=time_limit_s, gap=wide_gap(questions))
        bound = -np.inf if plan.bound_usd is None else plan.bound_usd
        own = Answer(plan.objective_usd, bound, questions.base)
        there, out = (own, other) if held else (other, own)
        left = ["the plan with the other decision"] if other.stopped else []
        flips: list[Flip] = []
        if other.decisions is not None or (other.infeasible and not held):
            search = Search(questions, s, held, out, there, deadline)
            flips = _flips(search, p, s, questions.workers, tell, site)
        left += [flip.what for flip in flips if flip.stopped]
        low = max(0.0, other.bound_usd - plan.objective_usd) if other != UNKNOWN else np.nan
        high = other.objective_usd - bound
        return SiteAnswer(
            plan, site, held, _limits(p, questions.base, s), _costs(p, questions.base, there, s, plan.study.config),
            low, high if other.infeasible or np.isfinite(high) else np.nan, tuple(flips), tuple(left),
        )  # fmt: skip


def _flips(search: Search, p: Parameters, s: int, workers: int, tell: Progress, name: str) -> list[Flip]:
    """Search each change, side by side."""

    def one(change: Any) -> Flip:
        tell(f"{name}: {change.unit}")
        return search.flip(change)

    with ThreadPoolExecutor(max(1, workers)) as pool:
        return [*pool.map(one, changes(p, s, held=search.held))]


def _limits(p: Parameters, x: Decisions, s: int) -> pd.DataFrame:
    """Return what limits a site in each period, how much of it is used, and whether it binds."""
    use, z = usage(p, x), int(p.zone_of[s])
    rows: list[list[Any]] = []
    halls = np.cumsum(x.halls[s])
    for t, period in enumerate(p.periods):
        found = [
            ("interconnection", x.draw_mw[s, t].max(), use.interconnection_mw[s, t], "MW fence"),
            ("power", use.peak_mw[s, t], use.power_mw[s, t], "MW fence"),
            ("hall", use.it_mw[s, t], use.built_mw[s, t], "MW IT"),
            ("max_mw", halls[t], p.halls_max[s], "halls"),
        ]
        if p.onsite_mw[s].any():
            found.insert(1, ("onsite", x.onsite_mw[s, t].max(), p.onsite_mw[s, t], "MW fence"))
        if z >= 0 and p.generation is None:
            b = int(np.argmax(x.served_mw[z, t] - use.headroom_mw[z, t]))
            found.append((f"zone {p.zones[z]}", x.served_mw[z, t, b], use.headroom_mw[z, t, b], "MW fence"))
        for limit, used, most, unit in found:
            binds = bool(np.isfinite(most) and used >= most - band(most))
            rows.append([period, limit, float(used), float(most) if np.isfinite(most) else np.nan, unit, binds])
    return pd.DataFrame(rows, columns=schema("explain/limits").names)


def _costs(p: Parameters, x: Decisions, there: Answer, s: int, config: StudyConfig) -> pd.DataFrame:
    """Return what an IT MW-year in service costs at a site, and at the cheapest, median and dearest of the plan."""
    names = schema("explain/costs").names
    of_plan = _per_mw_year(p, x, config)
    opened = sorted((sum(cells[:3]), i) for i, cells in of_plan.items())
    rows: list[list[Any]] = []
    mine = of_plan.get(s) or (_per_mw_year(p, there.decisions, config).get(s) if there.decisions else None)
    if mine is not None:
        rows.append(["site", p.sites[s], *mine[:3], sum(mine[:3]), *mine[3:]])
    for word, at in (("cheapest", 0), ("median", (len(opened) - 1) // 2), ("dearest", len(opened) - 1)):
        if opened:
            i = opened[at][1]
            rows.append([word, p.sites[i], *of_plan[i][:3], sum(of_plan[i][:3]), *of_plan[i][3:]])
    return pd.DataFrame(rows, columns=names)


def _per_mw_year(p: Parameters, x: Decisions, config: StudyConfig) -> dict[int, tuple[float, ...]]:
    """Facility, energy and placement, and the prices of idle halls and power, USD per IT MW-year, by site."""
    use = usage(p, x)
    usd = charges(p, x, use, config)
    years = use.it_mw.sum(axis=1) * p.length_years
    sums = [sum(usd[term].sum(axis=1) for term in FACILITY), usd["energy"].sum(axis=1)]
    sums += [usd["placement"].sum(axis=(1, 2)), usd["idle_hall"].sum(axis=1), usd["idle_power"].sum(axis=1)]
    return {s: tuple(float(part[s] / years[s]) for part in sums) for s in np.flatnonzero(years > 0).tolist()}
