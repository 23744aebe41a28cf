"""Make a plan of a large study without a search, one that stands up to the recheck: cheap sites are filled first."""

from __future__ import annotations

import numpy as np

from optimizer.account.decisions import Decisions, usage
from optimizer.account.figures import figures
from optimizer.account.tables import frames
from optimizer.io.registers import ALWAYS
from optimizer.io.standing import halls_by
from optimizer.parameters import Parameters
from optimizer.plan import Plan
from optimizer.resolution import Floats
from optimizer.study import Study
from optimizer.tolerance import band
from tests.handmade import made_by_hand, plain_decisions

_SURPLUS = 1.001  # rules that a plan keeps are so much wider than it is


def decided(p: Parameters, most_sites: int) -> Decisions:
    """Open so many sites at most, the cheapest per MW first, and fill them within their own zone's headroom."""
    possible = halls_by(p.horizon, p.halls_max, p.halls_per_year, p.first_hall)
    able = np.minimum(p.existing_mw + p.hall_mw[:, None] * possible, p.power_mw / p.peak_pue[:, None])
    room, headroom = _from_now_on(able), _from_now_on(p.headroom_mw[:, :, 0])
    left = np.vstack([headroom, np.full((1, len(p.horizon)), np.inf)])
    usd = p.open_usd + np.where(p.own, p.hall_usd_per_mw, 5.0 * p.lease_usd_per_mw_year) * room[:, -1]
    opens = np.argsort(usd / np.maximum(room[:, -1], 1e-9), kind="stable")
    opens = opens[room[opens, -1] > p.pod_mw.max()][:most_sites]
    pods = np.zeros((len(p.sites), len(p.skus), len(p.horizon)), dtype=np.int64)
    held, waits = np.zeros(len(p.sites)), np.zeros(len(p.skus), dtype=np.int64)
    for t in range(len(p.horizon)):
        waits += p.delivered_pods[:, t]
        for s in opens.tolist():
            for k in np.flatnonzero(p.admits[s] & (waits > 0)).tolist():
                able_mw = min(room[s, t] - held[s], left[p.zone_of[s], t] / p.peak_pue[s])
                count = min(int(waits[k]), int(max(0.0, able_mw - 1e-6) // p.pod_mw[k]))
                pods[s, k, t], waits[k] = count, waits[k] - count
                held[s] += count * p.pod_mw[k]
                left[p.zone_of[s], t:] -= count * p.pod_mw[k] * p.peak_pue[s]
    return _followed(p, pods, possible)


def _from_now_on(mw: Floats) -> Floats:
    """Return the least that is there from each period on: racks that are placed stay."""
    return np.minimum.accumulate(mw[:, ::-1], axis=1)[:, ::-1]


def _followed(p: Parameters, pods: np.ndarray, possible: Floats) -> Decisions:
    """Build the halls that racks need as soon as may be, open sites with them, and draw what is not made on site."""
    it_mw = np.einsum("skt,k->st", np.cumsum(pods, axis=2), p.pod_mw)
    beyond_mw = it_mw[:, -1:] - p.existing_mw.min(axis=1, keepdims=True)
    needed = np.ceil((beyond_mw - band(it_mw[:, -1:])) / p.hall_mw[:, None])
    stand = np.minimum(np.where(it_mw[:, -1:] > 0, np.maximum(0, needed), 0), possible).astype(np.int64)
    opened = np.logical_or.accumulate((it_mw > 0) | (stand > 0) | p.committed[:, None], axis=1)
    load = p.peak_pue[:, None] * it_mw
    onsite = np.minimum(load, p.onsite_mw)
    served = np.zeros(p.headroom_mw.shape[:2])
    np.add.at(served, p.zone_of[p.zone_of >= 0], (load - onsite)[p.zone_of >= 0])
    flows = np.zeros((len(p.lines), len(p.horizon)))
    return plain_decisions(pods, np.diff(stand, axis=1, prepend=0), opened, load - onsite, onsite, served, flows)


def accounted(study: Study, p: Parameters, x: Decisions) -> Plan:
    """Return the plan with its tables and figures, as a search accounts for one."""
    tables, told = frames(p, x, study.config), figures(p, x, study.config)
    columns = {"discounted": "discounted_usd", "undiscounted": "usd"}
    sums = {kind: tables["costs"].groupby("term")[column].sum() for kind, column in columns.items()}
    cost = {kind: {term: float(usd.get(term, 0.0)) for term in ALWAYS} for kind, usd in sums.items()}
    told["unused"]["unavoidable_waiting_mw_years"] = 0.0
    told["unused"]["unavoidable_waiting_without_rules_mw_years"] = 0.0
    sizes = {name: len(p.ids[name.removesuffix("s")]) for name in ("sites", "skus", "periods", "zones", "lines")}
    return made_by_hand(
        study, p, x, tables, **told, cost_usd=cost, objective_usd=sum(cost["discounted"].values()),
        bound_usd=None, gap=None, sizes=sizes, study=study.portable_config.model_dump(mode="json"),
    )  # fmt: skip


def rules_kept(p: Parameters, x: Decisions) -> dict[str, float]:
    """Return keys of [policy] that the plan nearly reaches, so that every site is asked whether they forbid a pod."""
    it_mw, use, years = x.it_mw(p)[:, -1], usage(p, x), np.array(p.horizon.calendar_years)
    in_zones = np.bincount(p.zone_of + 1, weights=it_mw)[1:]
    new_mw = max(float((p.hall_mw @ x.halls[:, years == year]).sum()) for year in set(years.tolist()))
    waits_mw = float((x.waiting_pods(p) * p.pod_mw[:, None]).sum())
    unused = waits_mw + float(np.nansum(use.idle_power_mw / p.peak_pue[:, None]))
    most = {
        "max_site_share": float(it_mw.max() / it_mw.sum()),
        "max_zone_share": float(in_zones.max() / it_mw.sum()),
        "max_new_mw_per_year": new_mw,
        "max_unused_mw_years": unused * p.length_years,
    }
    return {f"policy.{key}": min(1.0, _SURPLUS * v) if "share" in key else _SURPLUS * v for key, v in most.items()}
