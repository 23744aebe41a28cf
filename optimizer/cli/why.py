"""Say why a study has no plan: the inputs that clash, and what would repair them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from optimizer.errors import InfeasibleError, SolverError
from optimizer.signals import SIGNALS

if TYPE_CHECKING:
    from optimizer.explain.conflicts import Conflict
    from optimizer.study import Study

STOPPING = "stopping with what is known of the conflict so far; a second interrupt gives it up"


def prove(study: Study, only: Any = None) -> Conflict:
    """Say whether a study has a plan, and why not; raises what ``optimizer.explain.conflict`` raises."""
    from optimizer.explain import conflict

    from .progress import followed
    from .running import stop_wanted

    limit_s = study.config.solve.time_limit_s
    with SIGNALS.kept("nothing was kept"), followed() as display:
        stop = stop_wanted(STOPPING, display.tick)
        return conflict(study, only=only, time_limit_s=limit_s, progress=display.listen, stop=stop)


def clash(study: Study, only: Any = None) -> Conflict | None:
    """Say why a study has no plan that was proven to have none; None where its inputs do not tell.

    Raises SolverError where the inputs do allow a plan: then neither word counts.
    """
    from optimizer.solver.planner import UNDECIDED

    try:
        found = prove(study, only)
    except (InfeasibleError, SolverError):
        return None
    if found.status != "infeasible":
        raise SolverError(UNDECIDED)
    return found


def said_by(why: Conflict) -> InfeasibleError:
    """Return the error that tells a conflict."""
    from optimizer.solver.matrix import NO_PLAN

    return InfeasibleError(NO_PLAN, why.lines)


def told_as_json(why: Conflict) -> str:
    """Return what stands for plan.json where a conflict says why there is no plan."""
    return _as_json(why.as_json(), [s.text for s in why.statements])


def nothing_told(fault: InfeasibleError) -> str:
    """Return the same where nothing that a person can change is at fault."""
    from optimizer.explain.conflicts import Conflict

    return _as_json(Conflict("infeasible").as_json(), fault.reasons)


def _as_json(facts: dict[str, Any], reasons: list[str]) -> str:
    from optimizer.plan.steps import FORMAT

    nothing = dict.fromkeys(("objective_usd", "bound_usd", "gap"))
    told = {"format": FORMAT, "status": facts.pop("status"), **nothing, "reasons": reasons}
    return json.dumps(told | facts, indent=1, ensure_ascii=False)
