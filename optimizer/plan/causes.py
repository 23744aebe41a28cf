"""Say the causes of unused capacity in words, those of the study's own rules by their keys."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..io.config import Policy
from ..io.registers import CAUSES

if TYPE_CHECKING:
    from .plan import Plan

_FORBID_NO_POD = ("max_unused_mw_years", "force_open")
_NO_RULES = Policy()


def cause_words(plan: Plan) -> dict[str, str]:
    """Return what each word of the column cause means; policy names the keys of this study that it may be."""
    policy = plan.study.config.policy
    set_here = [key for key in Policy.model_fields if getattr(policy, key) != getattr(_NO_RULES, key)]
    rules = {key: getattr(policy, key) for key in set_here if key not in _FORBID_NO_POD}
    keys = [key if key == "forbid" else f"{key} = {value:g}" for key, value in rules.items()]
    told = f"{CAUSES['policy']}: {' or '.join(keys)}" if keys else CAUSES["policy"]
    return CAUSES | {"policy": told}
