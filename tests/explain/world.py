"""A second reading of small studies: every plan of one period, one SKU of 10 MW pods and three sites, counted out.

Each statement can be taken away by its key (file stem, column, id). Nothing here comes from the model.
"""

from __future__ import annotations

from itertools import product
from math import inf

import numpy as np
import pandas as pd

from optimizer import Study

SITES = ("a", "b", "c")
POD = 10.0
MOST = 22
Key = tuple[str, str, str]


def made(seed: int) -> Study:
    """Return a study of random limits of every kind."""
    rng = np.random.default_rng(seed)

    def maybe(share: float, value: object, default: object) -> object:
        return value if rng.random() < share else default

    def mw(low: int, high: int) -> float:
        return float(10 * rng.integers(low, high + 1))

    sites = pd.DataFrame(
        [
            {
                "site": s, "lon": -100.0 - i, "lat": 40.0, "zone": "yz"[i % 2], "existing_mw": mw(0, 4),
                "max_mw": mw(4, 12), "hall_mw": 20.0, "peak_pue": 1.0,
                "interconnection_mw": maybe(0.6, mw(2, 12), np.nan), "halls_per_year": maybe(0.3, 1, np.nan),
                "hall_lead_years": maybe(0.3, 1.0, 0.0), "committed": maybe(0.3, True, False),
                "vendors": maybe(0.2, "B", ""), "max_rack_kw": maybe(0.2, 900.0, np.nan),
            }
            for i, s in enumerate(SITES)
        ]
    )  # fmt: skip
    racks = pd.DataFrame(
        {"sku": ["x", "other"], "vendor": ["A", "B"], "rack_kw": [1000.0, 1000.0], "pod_racks": [10, 10]}
    )
    deliveries = pd.DataFrame({"sku": ["x"], "period": ["2026"], "racks": [int(mw(4, 20))]})
    shut = [s for s in SITES if rng.random() < 0.15]
    placement = pd.DataFrame({"site": shut, "sku": ["x"] * len(shut), "allowed": [False] * len(shut)})
    keys: dict[str, object] = {"periods.first": 2026, "periods.last": 2026}
    free = [s for s in SITES if not sites.set_index("site")["committed"][s]]
    rules = {
        "max_sites": maybe(0.4, int(rng.integers(1, 3)), None), "max_site_share": maybe(0.3, 0.4, None),
        "max_zone_share": maybe(0.2, 0.6, None), "min_site_mw": maybe(0.5, mw(3, 8), 0.0),
        "max_unused_mw_years": maybe(0.6, mw(1, 8), None), "max_new_mw_per_year": maybe(0.3, mw(1, 5), None),
        "force_open": [s for s in free if rng.random() < 0.4],
    }  # fmt: skip
    rules["forbid"] = [s for s in free if s not in rules["force_open"] and rng.random() < 0.2]  # type: ignore[operator]
    keys |= {f"policy.{k}": v for k, v in rules.items() if v is not None}
    zones = pd.DataFrame({"zone": ["y", "z"]})
    headroom = pd.DataFrame({"zone": ["y", "z"], "period": ["2026"] * 2, "headroom_mw": [mw(3, 15), mw(3, 15)]})
    lines = pd.DataFrame({"line": ["l"], "from": ["y"], "to": ["z"], "capacity_mw": [mw(0, 4)]})
    return Study.from_tables(
        keys=keys, sites=sites, racks=racks, deliveries=deliveries, zones=zones, headroom=headroom, lines=lines,
        placement=placement if shut else None, flow="transport",
    )  # fmt: skip


def statements(study: Study) -> set[Key]:
    """Return every statement of a study."""
    sites, policy = study.sites, study.config.policy
    found = {("sites", "max_mw", s) for s in SITES} | {("deliveries", "", "x"), ("lines", "capacity_mw", "l")}
    found |= {("headroom", "headroom_mw", z) for z in "yz"}
    says = {
        "interconnection_mw": sites["interconnection_mw"].notna(), "committed": sites["committed"],
        "halls_per_year": np.isfinite(sites["halls_per_year"]), "hall_lead_years": sites["hall_lead_years"] > 0,
        "vendors": sites["vendors"] != "", "max_rack_kw": np.isfinite(sites["max_rack_kw"]),
    }  # fmt: skip
    found |= {("sites", column, s) for column, there in says.items() for s in sites["site"][there.to_numpy(dtype=bool)]}
    found |= {("placement", "allowed", s) for s in study.placement["site"][~study.placement["allowed"].astype(bool)]}
    found |= {("study", key, s) for key in ("force_open", "forbid") for s in getattr(policy, key)}
    for key in ("max_sites", "max_site_share", "max_zone_share", "max_unused_mw_years", "max_new_mw_per_year"):
        found |= {("study", key, "")} if getattr(policy, key) is not None else set()
    return found | ({("study", "min_site_mw", "")} if policy.min_site_mw else set())


def has_plan(study: Study, kept: set[Key], asked_of: Study | None = None) -> bool:
    """Whether a plan exists that keeps these statements, all others taken away; clusters ask as in ``asked_of``."""
    t, p = study.sites.set_index("site"), study.config.policy
    n = np.array(list(product(range(MOST), repeat=3)), dtype=float)
    it, total = POD * n, POD * n.sum(axis=1)
    delivered = float(study.deliveries["racks"].sum())
    asked = _asked(asked_of or study)

    def says(column: str, s: str, none: float, table: str = "sites") -> float:
        return float(t[column][s]) if (table, column, s) in kept else none

    def rule(key: str, none: float = inf) -> float:
        return float(getattr(p, key)) if ("study", key, "") in kept else none

    shut = [_shut(study, s, kept) for s in SITES]
    held = {z: sum(it[:, i] for i, s in enumerate(SITES) if t["zone"][s] == z) for z in "yz"}
    room = {
        row.zone: row.headroom_mw if ("headroom", "headroom_mw", row.zone) in kept else inf
        for row in study.headroom.itertuples()
    }
    cap = float(study.lines["capacity_mw"].iloc[0]) if ("lines", "capacity_mw", "l") in kept else inf
    ok = (held["y"] <= room["y"] + cap) & (held["z"] <= room["z"] + cap) & (total <= room["y"] + room["z"])
    ok &= ~(it[:, shut] > 0).any(axis=1)
    for key, groups in (("max_site_share", [[0], [1], [2]]), ("max_zone_share", [[0, 2], [1]])):
        for group in groups:
            ok &= it[:, group].sum(axis=1) <= rule(key, 1.0) * total + 1e-6
    waiting = delivered - total if ("deliveries", "", "x") in kept else np.zeros(len(n))
    ok &= waiting >= -1e-9
    for opened in product((0.0, 1.0), repeat=3):
        y = np.array(opened)
        must = [("sites", "committed", s) in kept or ("study", "force_open", s) in kept for s in SITES]
        may = [("study", "forbid", s) not in kept for s in SITES]
        if y.sum() > rule("max_sites") or (y[must] < 1).any() or (y[~np.array(may)] > 0).any():
            continue
        here = ok & (it[:, y == 0] == 0).all(axis=1)
        halls = np.maximum(0, np.ceil((it - t["existing_mw"].to_numpy() * y) / 20.0 - 1e-9))
        fit = {s: np.floor(max(0.0, t["max_mw"][s] - t["existing_mw"][s]) / 20.0) for s in SITES}
        most = [
            min(
                fit[s] if ("sites", "max_mw", s) in kept else inf,
                says("halls_per_year", s, inf),
                0.0 if says("hall_lead_years", s, 0.0) >= 1.0 else inf,
            )
            for s in SITES
        ]
        here &= (halls <= np.array(most)).all(axis=1) & (20.0 * halls.sum(axis=1) <= rule("max_new_mw_per_year"))
        power = np.array([says("interconnection_mw", s, inf) for s in SITES])
        here &= (it <= np.where(y > 0, power, 0.0)).all(axis=1)
        spare = np.where(np.isfinite(power) & (y > 0), power - it, 0.0).sum(axis=1)
        here &= waiting + spare <= rule("max_unused_mw_years") + 1e-9
        if ("study", "min_site_mw", "") in kept:
            here &= (it >= asked * y - 1e-9).all(axis=1)
        if here.any():
            return True
    return False


def _shut(study: Study, s: str, kept: set[Key]) -> bool:
    row = study.sites.set_index("site").loc[s]
    by_vendor = ("sites", "vendors", s) in kept and "A" not in row["vendors"].split(";")
    by_weight = ("sites", "max_rack_kw", s) in kept and row["max_rack_kw"] < 1000.0
    return by_vendor or by_weight or ("placement", "allowed", s) in kept


def _asked(study: Study) -> np.ndarray:
    """Return what the cluster asks of each site: min(key, what it can hold less the largest pod admitted there)."""
    found = []
    for row in study.sites.itertuples():
        halls = np.floor(max(0.0, row.max_mw - row.existing_mw) / 20.0)
        halls = 0.0 if row.hall_lead_years >= 1 else min(halls, row.halls_per_year)
        power = inf if np.isnan(row.interconnection_mw) else row.interconnection_mw
        hold = min(row.existing_mw + 20.0 * halls, power)
        admits_a = not _shut(study, row.site, statements(study))
        admits_b = ("B" in row.vendors or not row.vendors) and row.max_rack_kw >= 1000.0
        found.append(max(0.0, min(study.config.policy.min_site_mw, hold - POD)) if admits_a or admits_b else 0.0)
    return np.array(found)
