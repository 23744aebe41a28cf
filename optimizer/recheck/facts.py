"""Checks of plan.json: money, quantities, bound and gap, keys of the study, and its digest."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from math import isfinite
from typing import Any

import numpy as np

from ..plan.folder import digest
from ..plan.steps import FORMAT
from ..tolerance import LEAST_USD
from . import money
from .columns import Floats
from .ground import Ground
from .report import Finding, alike
from .shapes import COSTS, DIFFERENCES
from .table import MISSING
from .tolerance import RELATIVE, differs, slack

FILE = "plan.json"
KEYS = (
    "format", "status", "objective_usd", "bound_usd", "gap", "seconds", "cost_usd", "rack_purchase_usd", "unused",
    "placed_mw", "delivered_mw", "energised_mw", "vendor_cost_usd", "sizes", "versions", "inputs", "study",
    "study_path",
)  # fmt: skip
_UNAVOIDABLE = ("unavoidable_waiting_mw_years", "unavoidable_waiting_without_rules_mw_years")
_SIZES = ("sites", "skus", "periods", "zones", "lines")
_GAP = 1e-9


# leaves -----------------------------------------------------------------------------------------------------------
def _compare(path: str, stated: object, recomputed: Any, unit: str, scale: float = 0.0) -> list[Finding]:
    """Compare a number of plan.json, or a nest of numbers: every key, none more, none less."""
    if isinstance(recomputed, Mapping):
        if not isinstance(stated, Mapping):
            return [_finding(path, _told(stated), "numbers by key")]
        found = [
            f
            for key, value in recomputed.items()
            for f in _compare(f"{path}.{key}", stated.get(key), value, unit, _scale(key, value, scale))
        ]
        return found + [
            _finding(f"{path}.{key}", stated[key], "no such key") for key in stated if key not in recomputed
        ]
    number = _number(stated)
    if number is None:
        return [_finding(path, _told(stated), recomputed)]
    apart = differs(np.array(number), np.array(recomputed), unit, scale)
    return [_finding(path, number, recomputed)] if apart else []


def _scale(key: str, value: object, scale: float) -> float:
    """Return the scale of what is nested: of money it is that of differences alone."""
    return scale if isinstance(value, Mapping) or key in DIFFERENCES else 0.0


def _finding(path: str, stated: object, right: object, relation: str = "recomputed") -> Finding:
    return Finding(FILE, "", path, stated, right, relation=relation)


def _told(stated: object) -> object:
    return MISSING if stated is None else stated


def _number(value: object) -> float | None:
    """Return a finite number of JSON, None for anything else."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    try:
        return float(value) if isfinite(value) else None
    except OverflowError:
        return None


# what any plan.json must hold -------------------------------------------------------------------------------------
def whole_facts(g: Ground) -> list[Finding]:
    """Every key of the contract stands, and none beside them but the digest."""
    some = {"relief_usd": g.p.study.is_nodal, "replan": g.facts.get("replan") is not None}
    keys = (*KEYS, *(key for key, there in some.items() if there))
    lost = [_finding(key, MISSING, "a value") for key in keys if key not in g.facts]
    return lost + [_finding(k, "a value", "no such key") for k in g.facts if k not in (*keys, "digest")]


def plan_format(g: Ground) -> list[Finding]:
    """The format is that of this release."""
    stated = g.facts.get("format")
    return [] if stated == FORMAT and not isinstance(stated, bool) else [_finding("format", stated, FORMAT)]


def study_keys(g: Ground) -> list[Finding]:
    """Keys of study.toml are those of the study, the paths of its files apart."""
    stated, right = g.facts.get("study"), g.config.model_dump(mode="json")
    if not isinstance(stated, Mapping):
        return [_finding("study", _told(stated), "the study's keys")]
    return _same("study", {**stated, "files": None}, {**right, "files": None})


def _same(path: str, stated: Any, right: Any) -> list[Finding]:
    if isinstance(right, Mapping) and isinstance(stated, Mapping):
        keys = [*right, *(key for key in stated if key not in right)]
        return [f for key in keys for f in _same(f"{path}.{key}", stated.get(key, MISSING), right.get(key, MISSING))]
    return [] if alike(stated, right) else [_finding(path, stated, right)]


def sizes(g: Ground) -> list[Finding]:
    """Sizes of the study: |S|, |K|, |T|, |Z|, |L|; those of the model are whole numbers."""
    stated = g.facts.get("sizes")
    counts = (g.p.sites, g.p.skus, g.p.periods, g.p.zones, g.p.lines)
    right = {name: float(len(ids)) for name, ids in zip(_SIZES, counts, strict=True)}
    others = {k: v for k, v in stated.items() if k not in right} if isinstance(stated, Mapping) else {}
    odd = [k for k, v in others.items() if (n := _number(v)) is None or n < 0 or n != round(n)]
    found = _compare("sizes", _without(stated, set(others)), right, "count")
    return found + [_finding(f"sizes.{k}", others[k], "a whole number, 0 or more") for k in odd]


def _without(stated: object, keys: set[str]) -> object:
    return {k: v for k, v in stated.items() if k not in keys} if isinstance(stated, Mapping) else stated


def records(g: Ground) -> list[Finding]:
    """Seconds are numbers, versions are texts, inputs are SHA-256 digests, study_path is a path."""
    tests: dict[str, tuple[str, Callable[[object], bool]]] = {
        "seconds": ("seconds, 0 or more", lambda v: (n := _number(v)) is not None and n >= 0),
        "versions": ("a version", lambda v: isinstance(v, str) and v != ""),
        "inputs": ("a SHA-256 digest", lambda v: bool(isinstance(v, str) and re.fullmatch("[0-9a-f]{64}", v))),
    }
    found = []
    for name, (words, right) in tests.items():
        record = g.facts.get(name)
        if not isinstance(record, Mapping):
            found.append(_finding(name, _told(record), f"{words} by key"))
            continue
        found += [_finding(f"{name}.{k}", v, words) for k, v in record.items() if not right(v)]
    path = g.facts.get("study_path")
    return found + ([] if isinstance(path, str) else [_finding("study_path", path, "a path")])


# money ------------------------------------------------------------------------------------------------------------
def cost_terms(g: Ground) -> list[Finding]:
    """Each term of the cost, discounted (δ_t; the horizon's end for unplaced and residual) and undiscounted.

    A difference to the base case of a nodal grid is as near as what it is a difference of.
    """
    right = {"discounted": money.totals(g, discounted=True), "undiscounted": money.totals(g, discounted=False)}
    return _compare("cost_usd", g.facts.get("cost_usd"), right, "usd", money.differenced_usd(g))


def objective(g: Ground) -> list[Finding]:
    """The objective is the sum of the discounted terms: Σ_term cost_usd.discounted."""
    terms = money.totals(g, discounted=True).values()
    scale = sum(abs(t) for t in terms) + money.differenced_usd(g)
    return _compare("objective_usd", g.facts.get("objective_usd"), sum(terms), "usd", scale)


def relief(g: Ground) -> list[Finding]:
    """In a nodal grid relief is what generation and wheeling lie below the base case: max(0, −(discounted sum))."""
    if not g.p.study.is_nodal:
        return []
    terms = money.totals(g, discounted=True)
    right = max(0.0, -sum(terms[term] for term in DIFFERENCES))
    return _compare("relief_usd", g.facts.get("relief_usd"), right, "usd", money.differenced_usd(g))


def rack_purchase(g: Ground) -> list[Finding]:
    """Price of all racks delivered, unknown prices as 0: Σ_k price_usd_k Σ_t D_kt pod_racks_k."""
    right = float(money.purchase_usd(g).sum())
    return _compare("rack_purchase_usd", g.facts.get("rack_purchase_usd"), right, "usd")


def vendor_cost(g: Ground) -> list[Finding]:
    """Racks by delivery; facility of each site by IT MW-years in service there; energy by IT MW of the period."""
    return _compare("vendor_cost_usd", g.facts.get("vendor_cost_usd"), money.vendor_cost_usd(g), "usd")


# quantities -------------------------------------------------------------------------------------------------------
def unused_totals(g: Ground) -> list[Finding]:
    """MW-years: Σ w p L, Σ a p L, Σ idle L, Σ spare L, and Σ w p L + Σ spare L / peak_pue."""
    years = g.p.length_years
    right = {
        f"{kind}{'_rack' * (COSTS[kind] == ('sku',))}_mw_years": float(mw.sum()) * years
        for kind, mw in money.unused_mw(g).items()
        if kind != "unplaced"
    } | {"unused_mw_years": g.unused_mw_years}
    return _compare("unused", _without(g.facts.get("unused"), set(_UNAVOIDABLE)), right, "mw")


def unavoidable(g: Ground) -> list[Finding]:
    """Unavoidable waiting is a lower bound: 0 ≤ without rules ≤ unavoidable ≤ Σ w p L; empty where not found."""
    unused, most = g.facts.get("unused"), float(g.waits_mw.sum()) * g.p.length_years
    if not isinstance(unused, Mapping):
        return []  # a finding of unused_totals
    found = []
    for key in _UNAVOIDABLE:
        path, number = f"unused.{key}", _number(unused.get(key))
        if key in unused and unused[key] is None:
            continue
        if number is None:
            found.append(_finding(path, unused.get(key, MISSING), "a number"))
        elif number > most + float(slack("mw", most)):
            found.append(_finding(path, number, most, "at most"))
        elif number < -float(slack("mw", 0.0)):
            found.append(_finding(path, number, 0.0, "at least"))
        else:
            most = number
    return found


def _by_vendor(g: Ground, mw: Floats) -> dict[str, dict[str, float]]:
    sums = {vendor: mw[g.p.of_vendor(vendor)].sum(axis=0).tolist() for vendor in g.p.vendors_delivered}
    return {vendor: dict(zip(g.p.periods, values, strict=True)) for vendor, values in sums.items()}


def placed(g: Ground) -> list[Finding]:
    """IT MW placed in each period, by vendor: Σ_s n_skt p_k."""
    right = _by_vendor(g, g.pods.sum(axis=0) * g.p.pod_mw[:, None])
    return _compare("placed_mw", g.facts.get("placed_mw"), right, "mw")


def delivered(g: Ground) -> list[Finding]:
    """IT MW delivered in each period, by vendor: D_kt p_k."""
    right = _by_vendor(g, g.p.delivered_pods * g.p.pod_mw[:, None])
    return _compare("delivered_mw", g.facts.get("delivered_mw"), right, "mw")


def energised(g: Ground) -> list[Finding]:
    """IT MW that open sites can run: Σ_s y_st min(built_st, (I_st + O_st) / peak_pue_s)."""
    able = np.minimum(g.built_mw, g.energised_mw / g.p.peak_pue[:, None])
    right = dict(zip(g.p.periods, np.where(g.opened, able, 0.0).sum(axis=0).tolist(), strict=True))
    return _compare("energised_mw", g.facts.get("energised_mw"), right, "mw")


# bound, gap, status, digest ---------------------------------------------------------------------------------------
def bound(g: Ground) -> list[Finding]:
    """No plan costs less than the bound: bound_usd ≤ objective_usd; both bound and gap are empty, or neither."""
    stated, value = g.facts.get("bound_usd"), _number(g.facts.get("objective_usd"))
    if stated is None:
        gap = g.facts.get("gap")
        return [] if gap is None else [_finding("gap", gap, "empty without a bound")]
    number = _number(stated)
    if number is None:
        return [_finding("bound_usd", stated, "a number or empty")]
    if value is not None and number > value + float(slack("usd", number, value)):
        return [_finding("bound_usd", number, value, "at most")]
    return []


def gap(g: Ground) -> list[Finding]:
    """The gap is (objective_usd − bound_usd) / max(1e-6, |objective_usd|)."""
    numbers = [_number(g.facts.get(key)) for key in ("objective_usd", "bound_usd")]
    if None in numbers:
        return []
    value, least = (float(n or 0.0) for n in numbers)
    right, stated = max(0.0, value - least) / max(LEAST_USD, abs(value)), _number(g.facts.get("gap"))
    if stated is None:
        return [_finding("gap", g.facts.get("gap"), right)]
    apart = abs(stated - right) > _GAP + RELATIVE * abs(right)
    return [_finding("gap", stated, right)] if apart else []


def status(g: Ground) -> list[Finding]:
    """A plan is optimal, which needs gap ≤ solve.gap of the study, or feasible."""
    stated, reached = g.facts.get("status"), _number(g.facts.get("gap"))
    if stated not in ("optimal", "feasible"):
        return [_finding("status", _told(stated), "optimal or feasible")]
    asked = g.config.solve.gap
    if stated == "optimal" and (reached is None or reached > asked * (1 + RELATIVE) + _GAP):
        return [_finding("status", stated, f"feasible: the gap is {reached}, {asked:g} was asked for")]
    return []


def content_digest(g: Ground) -> list[Finding]:
    """The digest is that of plan.json's content: whatever no table can tell is as it was written.

    A plan that was never written has none.
    """
    if "digest" not in g.facts:
        return []
    try:
        right = digest(g.facts)
    except (TypeError, ValueError):
        right = "of numbers, and NaN or Infinity is none"
    stated = g.facts["digest"]
    return [] if stated == right else [_finding("digest", stated, right)]
