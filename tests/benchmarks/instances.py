"""Write seeded studies of any size on the zones and interfaces of the grid that ships with the program.

Run: ``python -m tests.benchmarks.instances OUT --sites 200 --years 4 --per-year 4 --zones 134 --seed 1``. The studies
are ordinary folders. Sites are made up, at places within real zones; prices and ramps are drawn from ranges like those
of the embedded study. The same seed gives the same files.
"""

from __future__ import annotations

import argparse
from dataclasses import dataclass
from pathlib import Path

import geopandas
import numpy as np
import pandas as pd

ROOT = Path(__file__).parents[2]
FIRST = 2026
# vendor, kW of a rack, USD of a rack, USD per MW and year that a waiting one costs
RACKS = [
    ("Broadcom", 130, 2.0e6, 4.3e6), ("AMD", 235, 4.5e6, 5.4e6), ("Nvidia", 210, 7.8e6, 10.4e6),
    ("Broadcom", 200, 3.2e6, 4.5e6), ("AMD", 350, 8.0e6, 6.4e6), ("Nvidia", 600, 30.0e6, 14.0e6),
]  # fmt: skip


@dataclass(frozen=True)
class Size:
    """What a study is made of; ``tightness`` is GW delivered per GW that its grid could serve.

    Sites that are ``identical`` are all the first one, at one place.
    """

    sites: int
    years: int
    per_year: int
    zones: int = 134
    skus: int = 6
    pod_racks: int = 8
    hall_mw: tuple[float, ...] = (50.0,)
    site_mw: tuple[float, float] = (100.0, 900.0)
    tightness: float = 0.25
    policy: str = ""
    identical: bool = False


def write(folder: Path, size: Size, seed: int) -> Path:
    """Write one study; returns its study.toml."""
    random = np.random.default_rng(seed)
    folder.mkdir(parents=True, exist_ok=True)
    zones = _grid(folder / "grid", size, random)
    headroom = pd.read_csv(folder / "grid" / "headroom.csv").groupby("zone")["headroom_mw"].max()
    labels = _labels(size)
    sites, ramp = _sites(size, zones, labels, random)
    racks = pd.DataFrame(
        [
            {"sku": f"{vendor}-{i}", "vendor": vendor, "rack_kw": kw, "price_usd": usd, "pod_racks": size.pod_racks,
             "waiting_usd_per_mw_year": waiting}
            for i, (vendor, kw, usd, waiting) in enumerate(RACKS[: size.skus])
        ]
    )  # fmt: skip
    power = min(float(headroom.sum()), float(ramp.groupby("site")["interconnection_mw"].max().sum())) / 1.3
    deliveries = _deliveries(size, racks, labels, size.tightness * power, random)
    for name, table in (("sites", sites), ("site_ramp", ramp), ("racks", racks), ("deliveries", deliveries)):
        table.to_csv(folder / f"{name}.csv", index=False, lineterminator="\n")
    study = folder / "study.toml"
    study.write_text(
        f"""format = 1
[study]
name = "generated {size.sites} x {size.years * size.per_year}, seed {seed}"
[periods]
first = {FIRST}
last = {FIRST + size.years - 1}
per_year = {size.per_year}
decide_on = 2026-01-01
[files]
sites = "sites.csv"
site_ramp = "site_ramp.csv"
grid = "grid"
racks = "racks.csv"
deliveries = "deliveries.csv"
[money]
discount_rate = 0.08
residual_value = true
[unused]
waiting_rack_usd_per_mw_year = 8.4e6
unplaced_rack_usd_per_mw = 24.6e6
idle_power_usd_per_mw_year = 0.2e6
{size.policy}[solve]
gap = 0.001
""",
        encoding="utf-8",
    )
    return study


def _labels(size: Size) -> list[str]:
    years = range(FIRST, FIRST + size.years)
    parts = {1: [""], 2: ["H1", "H2"], 4: ["Q1", "Q2", "Q3", "Q4"]}[size.per_year]
    return [f"{year}{part}" for year in years for part in parts]


def _grid(folder: Path, size: Size, random: np.random.Generator) -> geopandas.GeoDataFrame:
    """Write so many neighbouring zones of the grid, and return them."""
    folder.mkdir(exist_ok=True)
    us = ROOT / "grids" / "us"
    zones, lines = geopandas.read_file(us / "zones.geojson"), pd.read_csv(us / "lines.csv")
    kept = [str(random.choice(zones["zone"]))]
    while len(kept) < min(size.zones, len(zones)):
        ends = lines[lines["from"].isin(kept) ^ lines["to"].isin(kept)]
        near = sorted((set(ends["from"]) | set(ends["to"])) - set(kept)) or sorted(set(zones["zone"]) - set(kept))
        kept.append(str(random.choice(near)))
    zones = zones[zones["zone"].isin(kept)]
    zones.to_file(folder / "zones.geojson", driver="GeoJSON")
    lines[lines["from"].isin(kept) & lines["to"].isin(kept)].to_csv(folder / "lines.csv", index=False)
    for name in ("headroom", "energy_prices"):
        table = pd.read_csv(us / f"{name}.csv")
        table[table["zone"].isin(kept)].to_csv(folder / f"{name}.csv", index=False)
    (folder / "grid.toml").write_bytes((us / "grid.toml").read_bytes())
    return zones


def _sites(
    size: Size, zones: geopandas.GeoDataFrame, labels: list[str], random: np.random.Generator
) -> tuple[pd.DataFrame, pd.DataFrame]:
    places = zones.geometry.representative_point()
    rows, ramp = [], []
    for i in range(1 if size.identical else size.sites):
        at = int(random.integers(len(zones)))
        site, own = f"s{i:04d}", bool(random.random() < 0.75)
        hall = float(random.choice(size.hall_mw))
        most = hall * max(1, round(random.uniform(*size.site_mw) / hall))
        pue = round(random.uniform(1.15, 1.45), 2)
        vendors = ["", "Broadcom;Nvidia", "AMD;Nvidia", "Nvidia"][int(random.choice(4, p=[0.7, 0.1, 0.1, 0.1]))]
        rows.append(
            {
                "site": site, "lon": round(places.iloc[at].x + random.normal(0, 0.05), 4),
                "lat": round(places.iloc[at].y + random.normal(0, 0.05), 4), "zone": zones["zone"].iloc[at],
                "kind": "generic", "tenure": "own" if own else "lease", "existing_mw": 0, "max_mw": most,
                "hall_mw": hall, "halls_per_year": int(random.integers(2, 9)),
                "hall_lead_years": float(random.choice([0.0, 0.5, 1.0, 1.5, 2.0])),
                "open_usd": round(random.uniform(0.1, 1.2) * 1e6 * most, -6),
                "hall_usd_per_mw": round(random.uniform(9e6, 14e6), -4) if own else 0,
                "lease_usd_per_mw_year": 0 if own else round(random.uniform(1.6e6, 2.6e6), -3),
                "fixed_usd_per_mw_year": round(random.uniform(2e5, 4e5), -3), "peak_pue": pue,
                "annual_pue": round(1 + (pue - 1) * 0.7, 3), "load_factor": 0.8, "vendors": vendors,
                "max_rack_kw": 250 if random.random() < 0.25 else 1000,
            }
        )  # fmt: skip
        start = int(random.integers(0, max(1, len(labels) * 2 // 3)))
        steps = int(random.integers(1, 4))
        whole = most * pue * random.uniform(0.7, 1.1)
        for j in range(steps):
            t = start + j * max(1, size.per_year)
            if t < len(labels):
                ramp.append(
                    {"site": site, "period": labels[t], "interconnection_mw": round(whole * (j + 1) / steps, 1)}
                )
        if start > 0:
            ramp.append({"site": site, "period": labels[0], "interconnection_mw": 0.0})
    if size.identical:
        names = [f"s{i:04d}" for i in range(size.sites)]
        rows, ramp = ([row | {"site": name} for name in names for row in of] for of in (rows, ramp))
    return pd.DataFrame(rows), pd.DataFrame(ramp)


def _deliveries(
    size: Size, racks: pd.DataFrame, labels: list[str], total_mw: float, random: np.random.Generator
) -> pd.DataFrame:
    """Spread MW over SKUs and periods: each comes from a period of its own on, more every year."""
    rows = []
    shares = random.dirichlet(np.full(len(racks), 3.0))
    for sku, kw, share in zip(racks["sku"], racks["rack_kw"], shares, strict=True):
        start = int(random.integers(0, max(1, len(labels) // 2)))
        weights = np.arange(1, len(labels) - start + 1) * random.uniform(0.5, 1.5, len(labels) - start)
        for label, weight in zip(labels[start:], weights / weights.sum(), strict=True):
            pods = round(total_mw * share * weight / (kw * size.pod_racks / 1000.0))
            if pods:
                rows.append({"sku": sku, "period": label, "racks": pods * size.pod_racks})
    return pd.DataFrame(rows)


def main() -> None:
    """Write one study as the command line says."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("out", type=Path)
    for name, value in (("sites", 200), ("years", 4), ("per-year", 4), ("zones", 134), ("skus", 6), ("seed", 1)):
        parser.add_argument(f"--{name}", type=int, default=value)
    parser.add_argument("--tightness", type=float, default=Size.tightness)
    given = vars(parser.parse_args())
    out, seed = given.pop("out"), given.pop("seed")
    print(write(out, Size(**given), seed))


if __name__ == "__main__":
    main()
