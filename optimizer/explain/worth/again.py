"""What one step more of a limit is truly worth, and power a period sooner: other proven plans, within both gaps."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from ...parameters import Parameters
from ...plan import Plan
from ...resolution import Floats
from ...solver.questions import Answer, Questions
from ..anew import Progress, wide_gap
from .kinds import KINDS
from .limits import Limit
from .program import Slopes


@dataclass(frozen=True)
class Bracket:
    """What a change saves, in USD: at least ``low_usd`` and at most ``high_usd``, ±inf where that is not proven.

    ``stopped``: a time limit or a stop cut its solve short. ``infeasible``: with the change there is no plan.
    """

    low_usd: float
    high_usd: float
    stopped: bool = False
    infeasible: bool = False

    @classmethod
    def of(cls, plan: Plan, answer: Answer) -> Bracket:
        """Compare a plan with the answer of the study changed."""
        if answer.infeasible:
            return cls(-np.inf, -np.inf, infeasible=True)
        bound = -np.inf if plan.bound_usd is None else plan.bound_usd
        low = -np.inf if np.isinf(bound) or np.isinf(answer.objective_usd) else bound - answer.objective_usd
        cents = np.round([low, plan.objective_usd - answer.bound_usd], 2) + 0.0  # below lies the solver's noise
        return cls(float(cents[0]), float(cents[1]), answer.stopped)


def ranked(limits: Sequence[Limit], usd: Mapping[int, Slopes], top: int) -> list[int]:
    """Return the places of the limits that are solved anew, those that matter most first.

    First what the programme may have whole and has used up, then limits by what a unit more saves, then by what it
    costs. A line has its capacity in every period: its step stands in the row of the first.
    """
    first = {(limit.kind, limit.id, limit.b): i for i, limit in reversed([*enumerate(limits)])}
    whole = [i for i, limit in enumerate(limits) if i not in usd and limit.used >= limit.value]
    programme = [i for i in whole if limits[i].kind.startswith("max_")]
    known = [i for i, (more, _) in usd.items() if more]
    gains = sorted((i for i in known if usd[i][0] > 0), key=lambda i: (-usd[i][0], limits[i].id, limits[i].t or 0))
    costs = sorted((i for i in known if usd[i][0] < 0), key=lambda i: (usd[i][0], limits[i].id, limits[i].t or 0))
    order = [*programme, *gains, *(i for i in whole if i not in programme), *costs]
    steps = [first[limits[i].kind, limits[i].id, limits[i].b] if KINDS[limits[i].kind].from_start else i for i in order]
    return [*dict.fromkeys(steps)][:top]


def sooner_at(p: Parameters) -> list[int]:
    """Sites that get power, or more of it, after the first period, where they may be used."""
    grows = (np.diff(np.where(np.isinf(p.power_mw), 1e9, p.power_mw), axis=1) > 0).any(axis=1)
    return np.flatnonzero(grows & ~p.forbidden & p.admits.any(axis=1)).tolist()


def brought_forward(p: Parameters, s: int) -> Parameters:
    """Return parameters in which a site has in each period the power that it has in the next, where that is more."""
    arrays = {name: getattr(p, name).copy() for name in ("interconnection_mw", "onsite_mw")}
    for array in arrays.values():
        array[s] = _sooner(array[s])
    return p.changed(**arrays)


def _sooner(mw: Floats) -> Floats:
    return np.asarray(np.maximum(mw, np.append(mw[1:], mw[-1])), dtype=np.float64)


def first_order(p: Parameters, limits: Sequence[Limit], usd: Mapping[int, Slopes], sites: Sequence[int]) -> list[float]:
    """Return what power a period sooner saves at each site by marginal values, USD; nan where it is unlimited."""
    found = dict.fromkeys(sites, 0.0)
    arrays = {"interconnection": p.interconnection_mw, "onsite": p.onsite_mw}
    more = {kind: np.array([_sooner(row) for row in mw]) for kind, mw in arrays.items()}
    for i, limit in enumerate(limits):
        if limit.kind in arrays and limit.at in found:
            gained = more[limit.kind][limit.at, limit.t] - arrays[limit.kind][limit.at, limit.t]
            found[limit.at] += usd[i][0] * float(gained) if gained else 0.0
    return [value if np.isfinite(value) else np.nan for value in found.values()]


def nearest_first(sites: Sequence[int], estimates: Mapping[int, float], it_mw: Floats) -> list[int]:
    """Return the sites in the order in which they are solved anew: by what marginal values say is saved, then by size.

    Marginal values hold halls as they are, so that more power alone is often worth nothing where a new solve, which
    builds sooner too, finds much: at the sites that hold most IT MW in the last period, ``it_mw`` (s,).
    """
    return sorted(sites, key=lambda s: (-max(0.0, np.nan_to_num(estimates[s], nan=0.0)), -it_mw[s], s))


def brackets(
    questions: Questions, asked: Mapping[tuple[str, int], Parameters], time_limit_s: float | None, tell: Progress
) -> dict[tuple[str, int], Bracket]:
    """Solve the study anew with each change; ``tell`` hears how far it is."""
    found: dict[tuple[str, int], Bracket] = {}
    if asked:
        tell(f"solving anew: {len(asked):,} changes")
    for key, answer in questions.ask_all(asked, time_limit_s=time_limit_s, gap=wide_gap(questions)):
        found[key] = Bracket.of(questions.plan, answer)
        tell(f"solving anew: {len(found):,} of {len(asked):,} changes")
    return found
