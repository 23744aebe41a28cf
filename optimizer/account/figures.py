"""Add up a plan's decisions to what plan.json says of racks, power, unused capacity and vendors."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..io.config import StudyConfig
from ..io.registers import FACILITY, KINDS
from ..parameters import Parameters
from ..resolution import Bools, Floats
from .costs import charges, unused_mw
from .decisions import Decisions, Usage, usage


def figures(p: Parameters, x: Decisions, config: StudyConfig) -> dict[str, Any]:
    """Return the keys of plan.json that follow from the decisions alone, in their order."""
    use, years = usage(p, x), p.length_years
    sums = {
        KINDS[kind].total: float(mw.sum()) * years for kind, mw in unused_mw(p, x, use).items() if KINDS[kind].total
    }
    spare_it = float(np.nansum(use.idle_power_mw / p.peak_pue[:, None])) * years
    return {
        "rack_purchase_usd": float(np.nansum(_purchase_usd(p))),
        "unused": sums | {"unused_mw_years": sums[KINDS["waiting"].total] + spare_it},
        "placed_mw": _by_vendor(p, x.pods.sum(axis=0) * p.pod_mw[:, None]),
        "delivered_mw": _by_vendor(p, p.delivered_mw),
        "energised_mw": dict(zip(p.periods, _energised_it_mw(p, x, use).tolist(), strict=True)),
        "vendor_cost_usd": _vendor_cost(p, x, charges(p, x, use, config)),
    }


def _by_vendor(p: Parameters, mw: Floats) -> dict[str, dict[str, float]]:
    return {
        vendor: dict(zip(p.periods, mw[own].sum(axis=0).tolist(), strict=True))
        for vendor, own in _skus_delivered(p).items()
    }


def _energised_it_mw(p: Parameters, x: Decisions, use: Usage) -> Floats:
    """IT MW that open sites can run: Σ min(built, (I + O) / peak_pue), (t,)."""
    able = np.minimum(use.built_mw, use.power_mw / p.peak_pue[:, None])
    return np.asarray(np.where(x.opened, able, 0.0).sum(axis=0), dtype=np.float64)


def _vendor_cost(p: Parameters, x: Decisions, of: dict[str, Floats]) -> dict[str, dict[str, float]]:
    """Undiscounted cost of each vendor's racks, of the facilities that hold them and of their energy, in USD.

    ``of`` are the charges. A site's facility cost is shared by IT MW-years in service there, that of a site which
    never holds a rack by the programme's; energy by IT MW in service at the site in the period, generation by that at
    all sites.
    """
    serving = x.pods_in_service(p) * p.pod_mw[None, :, None]
    total = serving.sum(axis=1)
    facility = sum((of[term].sum(axis=1) for term in FACILITY), np.zeros(len(p.sites)))
    by_site, everywhere = total.sum(axis=1), total.sum()
    cost = {}
    for vendor, own in _skus_delivered(p).items():
        mw = serving[:, own].sum(axis=1)
        programme = mw.sum() / everywhere if everywhere > 0 else 0.0
        share = np.divide(mw.sum(axis=1), by_site, out=np.full(len(by_site), programme), where=by_site > 0)
        of_period = np.divide(mw, total, out=np.zeros_like(total), where=total > 0)
        of_all = np.divide(mw.sum(axis=0), total.sum(axis=0), out=np.zeros(mw.shape[1]), where=total.sum(axis=0) > 0)
        cost[vendor] = {
            "racks": float(np.nansum(_purchase_usd(p)[own])),
            "facility": float((facility * share).sum()),
            "energy": float((of["energy"] * of_period).sum() + of["generation"] @ of_all),
        }
    return cost


def _purchase_usd(p: Parameters) -> Floats:
    """Price of all racks delivered, by SKU; nan where the price is not stated."""
    return np.asarray((p.delivered_pods.sum(axis=1) * p.pod_racks) * p.price_usd_per_rack, dtype=np.float64)


def _skus_delivered(p: Parameters) -> dict[str, Bools]:
    """Return each vendor that delivers, and which SKUs are its own, (k,)."""
    owners = np.array(p.vendor_of)
    return {v: owners == v for v in p.vendors if p.delivered_pods[owners == v].any()}
