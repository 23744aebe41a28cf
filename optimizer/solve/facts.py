"""The content of plan.json: status, cost by term, quantities by vendor and period, sizes, versions, inputs."""

from __future__ import annotations

import platform
from importlib.metadata import version
from typing import Any

import numpy as np

from ..parameters import HOURS_PER_YEAR, Parameters
from ..plan.decisions import Decisions, usage
from ..plan.folder import FORMAT
from ..resolution import Floats
from ..study import Study
from ..version import __version__
from .matrix import MUSD, Compiled
from .progress import relative_gap
from .unavoidable import Unavoidable


def facts(
    study: Study,
    p: Parameters,
    c: Compiled,
    x: Decisions,
    point: Floats,
    *,
    objective: float,
    bound: float,
    status: str,
    unavoidable: Unavoidable,
) -> dict[str, Any]:
    """Assemble plan.json; cost terms are the objective's own rows at the plan's point, in USD."""
    use = usage(p, x)
    n_rows, n_cols = c.matrix.shape
    finite = np.isfinite(bound)
    waits, aged = x.waiting_pods(p) * p.pod_mw[:, None], x.aged_pods(p) * p.pod_mw[:, None]
    years = p.length_years
    waiting = float(waits.sum()) * years
    spare_it = float(np.nansum(use.idle_power_mw / p.peak_pue[:, None])) * years
    return {
        "format": FORMAT,
        "status": status,
        "objective_usd": objective,
        "bound_usd": bound if finite else None,
        "gap": relative_gap(objective, bound) if finite else None,
        "seconds": {},
        "cost_usd": {
            name: {term: _usd(row, point) for term, row in rows.items()}
            for name, rows in (
                ("discounted", c.objectives.discounted),
                ("undiscounted", c.objectives.undiscounted),
            )
        },
        "rack_purchase_usd": float(np.nansum(_purchase_usd(p))),
        "unused": {
            "waiting_rack_mw_years": waiting,
            "aged_rack_mw_years": float(aged.sum()) * years,
            "idle_hall_mw_years": float(use.idle_hall_mw.sum()) * years,
            "idle_power_mw_years": float(np.nansum(use.idle_power_mw)) * years,
            "unused_mw_years": waiting + spare_it,
            "unavoidable_waiting_mw_years": _least(unavoidable.mw_years, waiting),
            "unavoidable_waiting_without_rules_mw_years": _least(unavoidable.without_rules_mw_years, waiting),
        },
        "placed_mw": _by_vendor(p, x.pods.sum(axis=0) * p.pod_mw[:, None]),
        "delivered_mw": _by_vendor(p, p.delivered_mw),
        "energised_mw": dict(zip(p.periods, _energised_it_mw(p, x).tolist(), strict=True)),
        "vendor_cost_usd": vendor_cost(p, x),
        "sizes": {
            "sites": len(p.sites), "skus": len(p.skus), "periods": len(p.horizon), "zones": len(p.zones),
            "lines": len(p.lines), "rows": n_rows, "columns": n_cols, "integers": int(c.matrix.integer.sum()),
        },
        "versions": {
            "rackgrid": __version__, "python": platform.python_version(), "highspy": version("highspy"),
            "pyomo": version("pyomo"),
        },
        "inputs": dict(study.inputs),
        "study": study.portable_config.model_dump(mode="json"),
        "study_path": "study",
    }  # fmt: skip


def _usd(row: tuple[Floats, float], point: Floats) -> float:
    value = (float(row[0] @ point) + row[1]) * MUSD
    return 0.0 if abs(value) < 1e-6 else value


def _least(bound: float | None, waiting: float) -> float | None:
    return None if bound is None else min(bound, waiting)  # above it by rounding alone


def _purchase_usd(p: Parameters) -> Floats:
    """Price of all racks delivered, by SKU; nan where the price is not stated."""
    return np.asarray((p.delivered_pods.sum(axis=1) * p.pod_racks) * p.price_usd_per_rack, dtype=np.float64)


def _by_vendor(p: Parameters, mw: Floats) -> dict[str, dict[str, float]]:
    owners = np.array(p.vendor_of)
    return {
        v: dict(zip(p.periods, mw[owners == v].sum(axis=0).tolist(), strict=True))
        for v in p.vendors
        if p.delivered_pods[owners == v].any()
    }


def _energised_it_mw(p: Parameters, x: Decisions) -> Floats:
    """IT MW that open sites can run: Σ min(built, (I + O) / peak_pue), (t,)."""
    use = usage(p, x)
    able = np.minimum(use.built_mw, p.power_mw / p.peak_pue[:, None])
    return np.asarray(np.where(x.opened, able, 0.0).sum(axis=0), dtype=np.float64)


def vendor_cost(p: Parameters, x: Decisions) -> dict[str, dict[str, float]]:
    """Undiscounted cost of each vendor's racks, of the facilities that hold them and of their energy, in USD.

    A site's facility cost (opening, halls gross, lease, fixed) is shared by IT MW-years in service there, that of
    a site which never holds a rack by the programme's; energy by IT MW in service at the site in the period.
    """
    owners = np.array(p.vendor_of)
    serving = x.pods_in_service(p) * p.pod_mw[None, :, None]
    held = {v: serving[:, owners == v].sum(axis=1) for v in p.vendors if p.delivered_pods[owners == v].any()}
    total = serving.sum(axis=1)
    facility = _facility_usd(p, x)
    hours = HOURS_PER_YEAR * p.length_years * p.load_factor * p.annual_pue / p.peak_pue
    energy = hours[:, None] * (x.draw_mw * p.energy_usd_per_mwh + x.onsite_mw * p.onsite_usd_per_mwh)
    by_site, everywhere = total.sum(axis=1), total.sum()
    cost = {}
    for vendor, mw in held.items():
        programme = mw.sum() / everywhere if everywhere > 0 else 0.0
        share = np.divide(mw.sum(axis=1), by_site, out=np.full(len(by_site), programme), where=by_site > 0)
        of_period = np.divide(mw, total, out=np.zeros_like(total), where=total > 0)
        cost[vendor] = {
            "racks": float(np.nansum(_purchase_usd(p)[owners == vendor])),
            "facility": float((facility * share).sum()),
            "energy": float((energy * of_period).sum()),
        }
    return cost


def _facility_usd(p: Parameters, x: Decisions) -> Floats:
    """Opening, halls gross, lease and fixed cost of each site over the horizon, undiscounted, (s,)."""
    opening = np.where(x.opened.any(axis=1) & ~p.committed, p.open_usd, 0.0)
    halls = np.where(p.own, p.hall_usd_per_mw, 0.0) * p.hall_mw * x.halls.sum(axis=1)
    rate = np.where(p.own, 0.0, p.lease_usd_per_mw_year) + p.fixed_usd_per_mw_year
    return np.asarray(opening + halls + rate * usage(p, x).built_mw.sum(axis=1) * p.length_years, dtype=np.float64)
