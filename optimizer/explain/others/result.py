"""Other sets of sites at nearly the same cost, as tables, plans and words."""

from __future__ import annotations

import math
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from markupsafe import escape

from ...io.schema import schema
from ...plan import Plan
from ...solver.progress import relative_gap
from ...solver.questions import Questions
from ...units import share, usd
from ..plain import plain
from .evidence import MUST, NEVER, OPTIONAL, UNSETTLED, Evidence, Met

FORMAT = 1
_MOST = 12  # sites that one line names


@dataclass(frozen=True, eq=False)
class Alternatives:
    """Distinct sets of open sites, the cheapest first, and what each site is worth; money in USD.

    ``table`` has a row per alternative and ``sites`` one per site, with the columns of alternatives.csv and sites.csv
    (``rackgrid schema --explain``); ``opened`` are the sites that each opens, ``plans`` the plans. ``margin_usd`` is
    what a plan may cost, ``complete`` whether it is proven that no other set costs less. ``stopped``: the time was
    over, or somebody asked to stop. ``objective_usd`` is that of the best plan found, ``plan_objective_usd`` that of
    the plan that was asked about.
    """

    objective_usd: float
    bound_usd: float | None
    margin_usd: float
    complete: bool
    stopped: bool
    table: pd.DataFrame = field(repr=False)
    sites: pd.DataFrame = field(repr=False)
    opened: tuple[tuple[str, ...], ...] = field(repr=False)
    plans: tuple[Plan, ...] = field(repr=False)
    plan_objective_usd: float = field(repr=False)

    @property
    def unsettled(self) -> int:
        """How many sites have no class."""
        return int((self.sites["class"] == UNSETTLED).sum())

    def facts(self) -> dict[str, Any]:
        """Return the content of alternatives.json: plain values, infinity as "inf", what is not known as None."""
        rows = [
            {**row, "sites": list(sites)} for row, sites in zip(self.table.to_dict("records"), self.opened, strict=True)
        ]
        content = {
            "format": FORMAT,
            "complete": self.complete,
            "stopped": self.stopped,
            "objective_usd": self.objective_usd,
            "plan_objective_usd": self.plan_objective_usd,
            "bound_usd": self.bound_usd,
            "margin_usd": self.margin_usd,
            "unsettled": self.unsettled,
            "alternatives": rows,
            "sites": self.sites,
        }
        told: dict[str, Any] = plain(content)
        return told

    def summary(self) -> str:
        """Return on a page the alternatives, the sites by class, and what the loss of each open site costs."""
        return "\n".join(self._lines())

    def __str__(self) -> str:
        return self.summary()

    def _repr_html_(self) -> str:
        """Show the alternatives in a notebook as one small table under a line."""
        frame = self.table.drop(columns="plan").assign(
            cost_usd=self.table["cost_usd"].map(usd), gap=self.table["gap"].map(_share)
        )
        return f"<p>{escape(self._headline())}</p>{frame.to_html(index=False, escape=True)}"

    def to_folder(self, folder: str | Path, *, force: bool = False) -> Path:
        """Write tables, plans and the map of how often each site opens, all or nothing; return the folder.

        Raises InputError where the place is taken, unless with ``force`` by alternatives of an earlier run.
        """
        from .folder import write_alternatives

        return write_alternatives(self, folder, force=force)

    def _headline(self) -> str:
        count = len(self.table)
        more = "; no other set lies within, proven" if self.complete else "; more may lie within"
        sets = "1 set of sites" if count == 1 else f"{count:,} sets of sites"
        return f"{sets} within {usd(self.margin_usd - self.objective_usd)} of {usd(self.objective_usd)}{more}"

    def _lines(self) -> list[str]:
        lines = [self._headline(), "", f"{'rank':>4}  {'dearer by':>14}  {'gap':>7}  against the first"]
        for row in self.table.to_dict("records"):
            opened, closed = (str(row[name]).replace(";", ", ") for name in ("opened", "closed"))
            change = [f"+ {opened}"] * bool(opened) + [f"− {closed}"] * bool(closed)
            dearer, gap = usd(row["cost_usd"] - self.objective_usd), _share(row["gap"])
            lines.append(f"{row['rank']:>4}  {dearer:>14}  {gap:>7}  {'  '.join(change)}".rstrip())
        lines.append("")
        for kind, words in _CLASSES.items():
            ids = self.sites["site"][self.sites["class"] == kind].tolist()
            if ids or kind != UNSETTLED:
                named = ", ".join(ids[:_MOST]) + (f" and {len(ids) - _MOST:,} more" if len(ids) > _MOST else "")
                lines.append(f"{kind:<9} {len(ids):>4}  {words}" + (f": {named}" if ids else ""))
        return [*lines, "", *self._losses()]

    def _losses(self) -> list[str]:
        known = self.sites[self.sites["open"] & np.isfinite(self.sites["replacement_usd_low"])]
        known = known.sort_values("replacement_usd_low", ascending=False, kind="stable").head(_MOST)
        lines = ["what losing a site costs, by another proven plan (at least – at most), the dearest first"]
        for row in known.to_dict("records"):
            low, high = row["replacement_usd_low"], row["replacement_usd_high"]
            lines.append(f"  {row['site']:<24} {usd(low)} – {'not known' if math.isnan(high) else usd(high)}")
        none = self.sites["site"][self.sites["open"] & np.isposinf(self.sites["replacement_usd_low"])].tolist()
        by_years = any(plan.study.config.objective.minimise != "cost" for plan in self.plans)
        plan = "plan with no more unused MW-years" if by_years else "plan"
        return lines + ([f"no {plan} exists without {', '.join(none)}"] if none else [])


_CLASSES = {
    MUST: "no plan without it lies within the margin",
    NEVER: "no plan with it does",
    OPTIONAL: "plans with it and without are at hand",
    UNSETTLED: "the time was over before it was proven",
}


def alternatives_of(evidence: Evidence, questions: Questions, plan: Plan, count: int, *, stopped: bool) -> Alternatives:
    """Gather what is known, with the plans of the ``count`` cheapest sets, each rechecked."""
    chosen = evidence.within()[:count]
    names, ids = [evidence.sides(met.sites) for met in chosen], np.array(questions.p.sites, dtype=object)
    bound = None if plan.bound_usd is None else min(plan.bound_usd, evidence.best_usd)

    def planned(met: Met) -> Plan:
        if met.answer is None:
            return plan
        known = -np.inf if bound is None else bound  # a question's own bound is none of the study
        return questions.planned(replace(met.answer, bound_usd=known, stopped=False))

    with ThreadPoolExecutor(questions.workers) as pool:
        plans = tuple(pool.map(planned, chosen))
    opened = tuple(tuple(ids[held].tolist()) for held in names)
    rows = [_row(rank, met, opened[0], sites) for rank, (met, sites) in enumerate(zip(chosen, opened, strict=True), 1)]
    table = pd.DataFrame(rows, columns=schema("explain/alternatives").names)
    return Alternatives(
        evidence.best_usd, bound, evidence.margin_usd, evidence.complete, stopped, table,
        _sites(evidence, ids.tolist(), opened), opened, plans, plan.objective_usd,
    )  # fmt: skip


def _row(rank: int, met: Met, first: tuple[str, ...], sites: tuple[str, ...]) -> tuple[Any, ...]:
    gap = relative_gap(met.cost_usd, met.bound_usd) if np.isfinite(met.bound_usd) else math.nan
    opened, closed = ([s for s in one if s not in other] for one, other in ((sites, first), (first, sites)))
    plan = f"plans/{rank:02d}"
    return rank, met.cost_usd, gap, ";".join(opened), ";".join(closed), len(opened) + len(closed), plan


def _sites(evidence: Evidence, ids: list[str], opened: tuple[tuple[str, ...], ...]) -> pd.DataFrame:
    opens, money = Counter(site for sites in opened for site in sites), evidence.replacement_usd()
    first, n = opened[0], len(opened)
    rows = [
        (site, kind, site in first, opens[site], opens[site] / n, low, high)
        for site, kind, (low, high) in zip(ids, evidence.classes(), money.tolist(), strict=True)
    ]
    return pd.DataFrame(rows, columns=schema("explain/sites").names)


def _share(value: float) -> str:
    return "" if math.isnan(value) else share(value)
