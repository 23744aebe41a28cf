"""Small studies that draw every rule of the contract at random, many at once; the whole model solves in no time."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from optimizer import Study
from optimizer.io.periods import Horizon

Rows = list[dict[str, Any]]
NOTHING = float("nan")


def random_study(seed: int) -> Study:
    """Draw a study of 3 to 5 sites, 2 or 3 SKUs and 2 to 4 years, half-years or quarters."""
    return _Draw(seed).study()


class _Draw:
    def __init__(self, seed: int) -> None:
        self.r = r = np.random.default_rng([seed, 7])
        self.per_year = int(r.choice([1, 1, 2, 4]))
        n_t, first = int(r.integers(2, 5)), int(r.integers(0, self.per_year))
        self.periods = Horizon.of("2026", "2031", self.per_year).names[first : first + n_t]
        self.skus = [f"k{k}" for k in range(int(r.integers(2, 4)))]
        self.sites = [f"s{s}" for s in range(int(r.integers(3, 6)))]
        self.zones = [f"z{z}" for z in range(int(r.integers(1, 4)))]
        self.has_grid = self.often(0.75)
        self.out = [int(r.integers(0, n_t)) if self.often(0.3) else 0 for _ in self.skus]
        self.pod_mw = r.choice([2.0, 3.0, 4.0, 5.0, 6.5, 8.0], len(self.skus)).tolist()
        self.pod_racks = r.choice([4, 8, 20], len(self.skus)).tolist()
        self.rack_kw = [mw * 1000 / racks for mw, racks in zip(self.pod_mw, self.pod_racks, strict=True)]
        self.vendors = r.choice(["A", "B"], len(self.skus)).tolist()

    def often(self, chance: float) -> bool:
        return bool(self.r.random() < chance)

    def one(self, *of: Any) -> Any:
        return of[int(self.r.integers(len(of)))]

    def mw(self, least: float, most: float) -> float:
        """Draw MW, mostly whole ones."""
        return float(np.round(self.r.uniform(least, most), 0 if self.often(0.6) else 1))

    def study(self) -> Study:
        sites, ramp = self._sites()
        return Study.from_tables(
            keys=self._keys([row["site"] for row in sites if row["committed"]]),
            sites=pd.DataFrame(sites),
            site_ramp=_frame(ramp, "site", "period", "interconnection_mw", "onsite_mw", "existing_mw"),
            racks=self._racks(),
            deliveries=self._deliveries(),
            placement=self._placement(),
            **(self._grid() if self.has_grid else {}),
        )

    # sites -------------------------------------------------------------------------------------------------------
    def _sites(self) -> tuple[Rows, Rows]:
        sites, ramp = [], list[dict[str, Any]]()
        alike = {"hall_mw": self.mw(4, 12), "peak_pue": self.one(1.0, 1.2, 1.5)} if self.often(0.4) else {}
        for name in self.sites:
            islanded, standing = self.often(0.2), self._standing()
            site = {"site": name, **self._site(max(standing)), **self._power(islanded=islanded), **alike}
            sites.append(site | {"existing_mw": standing[0]})
            ramp += self._ramp(name, standing, islanded=islanded)
        return sites, ramp

    def _standing(self) -> list[float]:
        """Draw the halls of others by period, which may rise and fall."""
        existing, n_t = self.mw(2, 14) if self.often(0.4) else 0.0, len(self.periods)
        steps = np.round(self.r.uniform(-4, 4, n_t)) if self.often(0.25) else np.zeros(n_t)
        return np.maximum(0.0, existing + np.cumsum(steps)).tolist()

    def _site(self, standing_mw: float) -> dict[str, Any]:
        hall_mw = self.mw(3, 12)
        return {
            "lon": -100.0, "lat": 40.0, "committed": self.often(0.15), "tenure": self.one("own", "own", "lease"),
            "max_mw": standing_mw + hall_mw * float(self.r.integers(0, 4)) + self.one(0.0, 0.0, 1.0),
            "hall_mw": hall_mw, "halls_per_year": self.one(NOTHING, NOTHING, 1, 2, 0),
            "hall_lead_years": self.one(0.0, 0.0, 0.0, 0.5, 1.0, 1.25), "open_usd": self.one(0.0, 1e6, 1e7, 5e7),
            "hall_usd_per_mw": self.one(0.0, 2e6, 8e6, 1.2e7), "lease_usd_per_mw_year": self.one(0.0, 1e6, 3e6),
            "fixed_usd_per_mw_year": self.one(0.0, 2e5),
            "vendors": self.one("", "", "", *self.vendors, ";".join(sorted({*self.vendors}))),
            "max_rack_kw": NOTHING if self.often(0.8) else self.one(*self.rack_kw),
        }  # fmt: skip

    def _power(self, *, islanded: bool) -> dict[str, Any]:
        pue = float(np.round(self.r.uniform(1, 1.6), 2))
        zone = self.one(*self.zones) if self.has_grid or self.often(0.6) else ""
        return {
            "zone": "" if islanded and self.often(0.5) else zone,
            "interconnection_mw": 0.0 if islanded else self.one(NOTHING, self.mw(5, 40), self.mw(5, 40)),
            "onsite_mw": self.mw(3, 25) if islanded or self.often(0.3) else self.one(NOTHING, 0.0),
            "peak_pue": pue, "annual_pue": self.one(1.0, pue), "load_factor": self.one(1.0, 0.5),
            "energy_usd_per_mwh": self.one(NOTHING, 20.0, 55.0, 55.0, -10.0),
            "onsite_usd_per_mwh": self.one(NOTHING, 30.0, 90.0, 90.0, -5.0),
        }  # fmt: skip

    def _ramp(self, site: str, standing: list[float], *, islanded: bool) -> Rows:
        n_t, columns = len(self.periods), dict[str, Any]()
        if len({*standing}) > 1:
            columns["existing_mw"] = standing
        if not islanded and self.often(0.4):
            columns["interconnection_mw"] = np.cumsum(self.r.integers(0, 16, n_t)).tolist()
        if self.often(0.15):
            columns["onsite_mw"] = self.r.integers(0, 20, n_t).tolist()
        rows = [{key: v[t] for key, v in columns.items() if self.often(0.8)} for t in range(n_t)]
        return [{"site": site, "period": self.periods[t], **row} for t, row in enumerate(rows) if row]

    # racks -------------------------------------------------------------------------------------------------------
    def _racks(self) -> pd.DataFrame:
        lives = [NOTHING, 0.3, 0.5, 1.0, 1.5, 2.0] if self.often(0.3) else [NOTHING]
        return pd.DataFrame(
            {
                "sku": sku, "vendor": self.vendors[k], "rack_kw": self.rack_kw[k], "pod_racks": self.pod_racks[k],
                "available_from": self.periods[self.out[k]] if self.out[k] else "", "life_years": self.one(*lives),
                "waiting_usd_per_mw_year": self.one(NOTHING, 1e5, 9e6, 3e7),
            }
            for k, sku in enumerate(self.skus)
        )  # fmt: skip

    def _deliveries(self) -> pd.DataFrame:
        rows: Rows = []
        for k, sku in enumerate(self.skus):
            for period in self.periods[self.out[k] :]:
                pods = int(self.r.integers(0, 3))
                what = {"racks": pods * self.pod_racks[k]} if self.often(0.5) else {"mw": pods * self.pod_mw[k]}
                rows.append({"sku": sku, "period": period, **what})
        return _frame(rows, "sku", "period", "racks", "mw")

    def _placement(self) -> pd.DataFrame:
        chance = self.one(0.0, 0.3, 0.8)
        rows = [
            {"site": site, "sku": sku, "usd_per_rack": self.one(0.0, 1e3, 3e4, 2e5, np.inf),
             "allowed": self.often(0.93)}
            for site in self.sites for sku in self.skus if self.often(chance)
        ]  # fmt: skip
        return _frame(rows, "site", "sku", "usd_per_rack", "allowed")

    # grid and keys -----------------------------------------------------------------------------------------------
    def _grid(self) -> dict[str, Any]:
        headroom = [
            {"zone": zone, "period": period, "headroom_mw": float(self.r.integers(0, 30))}
            for zone in self.zones for period in self.periods if self.often(0.7)
        ]  # fmt: skip
        prices = [
            {"zone": zone, "period": self.one(*self.periods), "usd_per_mwh": self.one(15.0, 45.0, 70.0)}
            for zone in self.zones if self.often(0.5)
        ]  # fmt: skip
        lines: Rows = []
        for i in range(int(self.r.integers(0, 4)) if len(self.zones) > 1 else 0):
            start, end = self.r.permutation(self.zones)[:2]
            lines.append(
                {"line": f"l{i}", "from": start, "to": end, "capacity_mw": float(self.r.integers(0, 15)),
                 "capacity_back_mw": self.one(NOTHING, 0.0, 5.0), "usd_per_mwh": self.one(0.0, 0.0, 3.0, 30.0)}
            )  # fmt: skip
        return {
            "zones": pd.DataFrame({"zone": self.zones}),
            "headroom": _frame(headroom, "zone", "period", "headroom_mw"),
            "energy_prices": _frame(prices, "zone", "period", "usd_per_mwh"),
            "lines": _frame(lines, "line", "from", "to", "capacity_mw", "capacity_back_mw", "usd_per_mwh"),
            "flow": self.one("transport", "transport", "transport", "none"),
        }

    def _keys(self, committed: list[str]) -> dict[str, Any]:
        periods = {"first": self.periods[0], "last": self.periods[-1], "per_year": self.per_year}
        if self.often(0.3):
            periods["decide_on"] = self.one("2025-03-01", "2026-04-15")
        return {
            "format": 1, "periods": periods, "policy": self._policy(committed),
            "money": {
                "discount_rate": self.one(0.0, 0.08), "residual_value": self.often(0.5),
                "asset_life_years": {"site": self.one(2.0, 40.0), "hall": self.one(1.0, 3.0, 15.0)},
            },
            "unused": {
                "waiting_rack_usd_per_mw_year": self.one(0.0, 2e6, 8e6, 2e7),
                "aged_rack_usd_per_mw_year": self.one(0.0, 3e6), "aged_after_years": self.one(0.0, 0.5, 1.0),
                "unplaced_rack_usd_per_mw": self.one(0.0, 2e7), "idle_hall_usd_per_mw_year": self.one(0.0, 0.0, 1e6),
                "idle_power_usd_per_mw_year": self.one(0.0, 0.0, 4e5),
            },
            "solve": {"gap": 1e-9, "threads": 1},
        }  # fmt: skip

    def _policy(self, committed: list[str]) -> dict[str, Any]:
        r, chance = self.r, self.one(0.0, 0.15, 0.3)
        others = [str(site) for site in r.permutation([site for site in self.sites if site not in committed])]
        rules = {
            "max_sites": int(r.integers(max(1, len(committed)), 5)), "max_new_mw_per_year": self.mw(5, 30),
            "max_zone_share": self.one(0.4, 0.6, 0.75), "max_site_share": self.one(0.35, 0.5, 0.7),
            "min_site_mw": self.mw(3, 12), "min_vendor_mw": self.mw(3, 9),
            "max_unused_mw_years": float(r.integers(5, 120)), "force_open": others[:1], "forbid": others[1:2],
        }  # fmt: skip
        return {key: value for key, value in rules.items() if self.often(chance)}


def _frame(rows: Rows, *columns: str) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=list(columns))
