"""What the checks resolve and what the model is built from are the same, on tables drawn at random."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from optimizer import Study
from optimizer.io.periods import Label
from optimizer.io.rooms import Rooms
from optimizer.parameters import Parameters
from optimizer.recheck.reading import Reading
from optimizer.recheck.shut import most_mw, shut_out

FIELDS = (
    "periods", "sites", "skus", "zones", "lines", "vendors", "vendor_of", "length_years", "pod_racks", "pod_mw",
    "waiting_usd_per_mw_year", "delivered_pods", "committed", "own", "existing_mw", "hall_mw", "halls_max",
    "halls_per_year", "interconnection_mw", "onsite_mw", "peak_pue", "annual_pue", "load_factor",
    "energy_usd_per_mwh", "onsite_usd_per_mwh", "admits", "zone_of", "headroom_mw", "line_from", "line_to", "line_mw",
    "line_back_mw", "line_usd_per_mwh",
)  # fmt: skip


@pytest.mark.parametrize("seed", range(20))
def test_both_resolutions_agree(seed: int) -> None:
    study = _drawn(np.random.default_rng(seed))
    p, own = Parameters.of(study), Reading(study)
    for field in FIELDS:
        np.testing.assert_array_equal(getattr(own, field), getattr(p, field), err_msg=field)
    np.testing.assert_array_equal(own.first_hall, np.minimum(p.first_hall, len(p.periods)))
    usd = own.pair_usd_per_rack
    np.testing.assert_array_equal(np.where(p.admits, usd, 0.0), np.where(p.admits, p.placement_usd_per_rack, 0.0))
    np.testing.assert_array_equal(own.hold_mw, p.may_hold_it_mw[:, -1])
    for vendor in (None, *own.vendors):
        np.testing.assert_array_equal(own.cluster_it_mw(7.0, vendor), p.cluster_it_mw(7.0, vendor))


@pytest.mark.parametrize("seed", range(8))
def test_both_say_alike_whether_rules_shut_all_out(seed: int) -> None:
    study, told = _drawn(np.random.default_rng(seed)), set()
    for trial in range(50):
        r = np.random.default_rng([seed, trial])
        share, key = r.choice([0.1, 0.2, 0.25, 0.3333, 0.34, 0.5, 0.9, 1.0], 2), r.choice([0.0, 1.0, 3.0, 10.0, 40.0])
        policy = study.config.policy.model_copy(
            update={"max_site_share": share[0], "max_zone_share": share[1], "min_site_mw": key,
                    "max_sites": int(r.integers(1, 7)) if r.random() < 0.5 else None}
        )  # fmt: skip
        other = replace(study, config=study.config.model_copy(update={"policy": policy}))
        p = Parameters.of(other)
        rooms: Rooms = p.rooms()
        assert shut_out(Reading(other)) == rooms.shuts_out(float(p.delivered_mw.sum())), policy
        for ruled in (True, False):
            most = p.rooms(ruled=ruled).most_mw(float(p.delivered_mw.sum()))
            assert most_mw(Reading(other), ruled=ruled) == pytest.approx(most, rel=1e-9), policy
        told.add(shut_out(Reading(other)))
    assert told == {True, False}


def _drawn(r: np.random.Generator) -> Study:
    """Draw a study whose labels are years, half-years and quarters around its periods."""
    per_year, ids = int(r.choice([1, 2, 4])), [f"s{i}" for i in range(6)]
    zones, skus = ["z0", "z1", "z2"], ["k0", "k1", "k2"]

    def some(low: float, high: float, size: int, chance: float = 0.5) -> np.ndarray:
        return np.where(r.random(size) < chance, np.round(r.uniform(low, high, size), 2), np.nan)

    def labels(count: int) -> list[str]:
        months = {int(12 * r.integers(2024, 2030) + 3 * r.integers(4)): None for _ in range(count)}
        return [str(Label(m, int(r.choice([n for n in (3, 6, 12) if m % n == 0])))) for m in months]

    def rows(key: str, names: list[str]) -> pd.DataFrame:
        return pd.DataFrame([{key: name, "period": label} for name in names for label in labels(4)])

    ramp, headroom, prices = rows("site", ids[:4]), rows("zone", zones[:2]), rows("zone", zones[1:])
    pods, day = r.integers(1, 9, 3), f"2026-{r.integers(1, 13):02}-28"
    return Study.from_tables(
        keys={
            "periods": {"first": 2026, "last": 2028, "per_year": per_year, "decide_on": day},
            "unused": {"waiting_rack_usd_per_mw_year": 5e6},
        },
        sites=pd.DataFrame(
            {"site": ids, "lon": -99.0, "lat": 32.0, "zone": r.choice(zones, 6),
             "max_mw": r.uniform(20, 90, 6).round(1), "hall_mw": r.uniform(3, 20, 6).round(1),
             "existing_mw": some(0, 9, 6), "halls_per_year": some(1, 1, 6),
             "hall_lead_years": r.uniform(0, 4, 6), "interconnection_mw": some(5, 90, 6), "onsite_mw": some(0, 9, 6),
             "energy_usd_per_mwh": some(20, 90, 6), "onsite_usd_per_mwh": some(20, 90, 6),
             "annual_pue": some(1.0, 1.2, 6), "load_factor": some(0.5, 1.0, 6), "committed": r.random(6) < 0.3,
             "tenure": r.choice(["own", "lease"], 6), "vendors": r.choice(["", "A", "A;B"], 6),
             "max_rack_kw": some(100, 200, 6)}
        ),
        site_ramp=ramp.assign(
            interconnection_mw=some(1, 90, len(ramp)), onsite_mw=some(0, 9, len(ramp), 0.3),
            existing_mw=some(0, 20, len(ramp), 0.3),
        ),
        racks=pd.DataFrame(
            {"sku": skus, "vendor": ["A", "B", "A"], "rack_kw": [130.0, 120.5, 180.0], "pod_racks": pods,
             "available_from": ["", "2026Q4", "2027"], "waiting_usd_per_mw_year": some(1e6, 9e6, 3)}
        ),
        deliveries=pd.DataFrame(
            [{"sku": sku, "period": label, "mw": round(r.uniform(0.1, 9), 1)}
             for sku, last in zip(skus, ("2028Q2", "2028H2", "2028"), strict=True) for label in ("2027", last)]
        ),
        placement=pd.DataFrame({"site": ids, "sku": r.choice(skus, 6), "usd_per_rack": some(0, 1e4, 6, 0.8),
                                "allowed": r.random(6) < 0.6}),
        zones=pd.DataFrame({"zone": zones}),
        headroom=headroom.assign(headroom_mw=r.uniform(0, 90, len(headroom))),
        energy_prices=prices.assign(usd_per_mwh=r.uniform(20, 90, len(prices))),
        lines=pd.DataFrame({"line": ["l0", "l1"], "from": ["z0", "z1"], "to": ["z1", "z2"], "capacity_mw": [9.0, 7.0],
                            "capacity_back_mw": some(1, 9, 2)}),
        flow=str(r.choice(["none", "transport"])),
    )  # fmt: skip
