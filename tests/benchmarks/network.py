"""Time studies on networks of buses: transport, DC flow and outages on the same study, and headroom; with memory.

Run, alone on the machine: ``python -m tests.benchmarks.network`` (2,000 buses, 3,000 circuits, 150 sites, 5 periods, 3
load blocks; Linux). ``--size 500`` is the grid whose outages are all to be screened in a minute; ``--smoke`` does 12
buses: the tests do, so that this file cannot rot. What is claimed are ratios to the same study with transport flows.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from scipy.spatial import Delaunay

from tests.benchmarks.embedded import measured
from tests.benchmarks.instances import RACKS

FIRST = 2026
GAP = 0.01
"""What is asked of each: pods of 64 racks alone keep half of it open."""


@dataclass(frozen=True)
class Size:
    """What a study is made of; ``years`` are its periods."""

    buses: int
    circuits: int
    sites: int
    years: int = 5
    blocks: int = 3
    skus: int = 3


SIZES = {"2000": Size(2000, 3000, 150), "500": Size(500, 700, 60), "smoke": Size(12, 18, 4, years=2, blocks=2)}
FLOWS = {"transport": ("transport", "none"), "dc": ("dc", "none"), "n-1": ("dc", "n-1")}
PROMISED = {"dc": 3.0, "n-1": 10.0}
"""Times the seconds of the same study with transport flows."""


def write(folder: Path, size: Size, flow: str, security: str, seed: int = 1) -> Path:
    """Write a study on a synthetic network of buses, and return its folder; the same seed gives the same files."""
    random = np.random.default_rng(seed)
    grid = folder / "grid"
    grid.mkdir(parents=True)
    place = random.uniform((-104, 30), (-94, 40), (size.buses, 2))
    bus = [f"b{i:04d}" for i in range(size.buses)]
    _table(grid / "zones.csv", {"zone": bus, "lon": place[:, 0].round(4), "lat": place[:, 1].round(4)})
    ends = _circuits(place, size.circuits, random)
    length = np.linalg.norm(place[ends[:, 0]] - place[ends[:, 1]], axis=1)
    capacity = random.choice([300.0, 600.0, 1200.0], len(ends), p=[0.3, 0.5, 0.2])
    _table(grid / "lines.csv", {
        "line": [f"l{i:04d}" for i in range(len(ends))], "from": [bus[i] for i in ends[:, 0]],
        "to": [bus[i] for i in ends[:, 1]], "capacity_mw": capacity, "emergency_mw": capacity * 1.2,
        "reactance_pu": (0.01 + 0.05 * length / length.mean() * 600 / capacity).round(5), "usd_per_mwh": 0.5,
    })  # fmt: skip
    strong = random.permutation(size.buses)[: max(3, size.buses // 8)]
    first = random.uniform(100, 900, len(strong)).round()
    years = [FIRST + i for i in range(size.years)]
    rows = [
        (bus[z], year, round(mw * 1.1**i)) for z, mw in zip(strong, first, strict=True) for i, year in enumerate(years)
    ]
    pd.DataFrame(rows, columns=["zone", "period", "headroom_mw"]).to_csv(grid / "headroom.csv", index=False)
    hours = np.diff(np.linspace(0, 8760, size.blocks + 1).round())
    scale = np.linspace(1, 0.6, size.blocks).round(3)
    _table(
        grid / "blocks.csv",
        {"block": [f"k{i}" for i in range(size.blocks)], "hours_per_year": hours, "load_scale": scale},
    )
    _table(
        grid / "energy_prices.csv",
        {"zone": bus, "period": FIRST, "usd_per_mwh": random.uniform(25, 60, size.buses).round(2)},
    )
    (grid / "grid.toml").write_text(f'flow = "{flow}"\nsecurity = "{security}"\n', encoding="utf-8")
    at = random.permutation(size.buses)[: size.sites]
    _table(folder / "sites.csv", {
        "site": [f"s{i:03d}" for i in range(size.sites)], "zone": [bus[z] for z in at],
        "lon": place[at, 0].round(4), "lat": place[at, 1].round(4),
        "max_mw": random.choice([200.0, 400.0, 800.0], size.sites), "hall_mw": 50, "hall_lead_years": 0,
        "halls_per_year": 6, "open_usd": random.uniform(5e7, 2e8, size.sites).round(),
        "hall_usd_per_mw": random.uniform(9e6, 13e6, size.sites).round(), "fixed_usd_per_mw_year": 3e5,
        "interconnection_mw": random.choice([300.0, 600.0], size.sites),
        "peak_pue": random.uniform(1.15, 1.4, size.sites).round(3),
    })  # fmt: skip
    racks = RACKS[: size.skus]
    sku = [f"{vendor}-{i}" for i, (vendor, *_) in enumerate(racks)]
    _table(folder / "racks.csv", {
        "sku": sku, "vendor": [r[0] for r in racks],
        "rack_kw": [r[1] for r in racks], "price_usd": [r[2] for r in racks],
        "pod_racks": 64, "waiting_usd_per_mw_year": [r[3] for r in racks],
    })  # fmt: skip
    mw = 0.12 * first.sum() / size.years / size.skus
    rows = [(k, year, round(mw * random.uniform(0.7, 1.3), 1)) for k in sku for year in years]
    pd.DataFrame(rows, columns=["sku", "period", "mw"]).to_csv(folder / "deliveries.csv", index=False)
    (folder / "study.toml").write_text(
        f"""format = 1
[study]
name = "{size.buses} buses, {len(ends)} circuits, {flow}, {security}"
[periods]
first = {FIRST}
last = {years[-1]}
[files]
sites = "sites.csv"
grid = "grid"
racks = "racks.csv"
deliveries = "deliveries.csv"
[money]
discount_rate = 0.08
[unused]
unplaced_rack_usd_per_mw = 24.6e6
[solve]
gap = {GAP}
""",
        encoding="utf-8",
    )
    return folder


def _table(path: Path, columns: dict[str, object]) -> None:
    pd.DataFrame(columns).to_csv(path, index=False)


def _circuits(place: np.ndarray, count: int, random: np.random.Generator) -> np.ndarray:
    """Return the ends of so many circuits: a tree of short ones that joins all buses, then the shortest others."""
    triangles = Delaunay(place).simplices
    pairs = np.unique(
        np.sort(np.vstack([triangles[:, [0, 1]], triangles[:, [1, 2]], triangles[:, [0, 2]]]), axis=1), axis=0
    )
    pairs = pairs[np.argsort(np.linalg.norm(place[pairs[:, 0]] - place[pairs[:, 1]], axis=1), kind="stable")]
    root = list(range(len(place)))

    def find(i: int) -> int:
        while root[i] != i:
            root[i] = root[root[i]]
            i = root[i]
        return i

    tree, rest = [], []
    for a, b in pairs.tolist():
        ends = find(a), find(b)
        (rest if ends[0] == ends[1] else tree).append((a, b))
        root[ends[0]] = ends[1]
    more = rest[: max(0, count - len(tree))]
    del random
    return np.array(tree + more)[:count]


def main() -> int:
    """Print seconds and memory of each flow, and the ratio to transport; return 1 where a promise is not kept."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--size", choices=SIZES, default="2000")
    parser.add_argument("--smoke", action="store_true")
    parser.add_argument("--flows", nargs="+", choices=FLOWS, default=[*FLOWS])
    given = parser.parse_args()
    name = "smoke" if given.smoke else given.size
    seconds: dict[str, float] = {}
    with tempfile.TemporaryDirectory() as folder:
        for flow in given.flows:
            study = write(Path(folder) / flow, SIZES[name], *FLOWS[flow])
            began = time.monotonic()
            _, mib = measured([sys.executable, "-m", "optimizer", "solve", str(study), "-o", str(study / "plan")])
            seconds[flow] = time.monotonic() - began
            ratio = seconds[flow] / seconds.get("transport", float("nan"))
            print(f"{name:6s}{flow:12s}{seconds[flow]:8.1f} s{mib:8.0f} MiB{ratio:8.2f} x transport", flush=True)
    kept = all(
        seconds[f] <= most * seconds["transport"] for f, most in PROMISED.items() if {f, "transport"} <= {*seconds}
    )
    return 0 if kept or given.smoke else 1


if __name__ == "__main__":
    sys.exit(main())
