"""Time the check of many sites in every format, and the memory of the whole process tree.

Run: ``python tests/benchmarks/reading.py`` (100,000 sites as CSV and Parquet, 20,000 as an Excel sheet and a
GeoPackage, three runs each; Linux). ``--smoke`` checks 500 sites once: the tests do, so that this file cannot rot.
Each row ends with its ratio to the limit that the project holds itself to.
"""

from __future__ import annotations

import argparse
import random
import statistics
import sys
import tempfile
from pathlib import Path

import geopandas
import pandas as pd

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from tests.benchmarks.embedded import measured
from tests.small import write_small_study

LIMIT_S, LIMIT_MIB = 20.0, 1024.0
SITES = {"csv": 100_000, "parquet": 100_000, "xlsx": 20_000, "gpkg": 20_000}


def sites(count: int) -> pd.DataFrame:
    """Candidate sites of 25 columns, the same for the same count."""
    chance = random.Random(count)
    rows = range(count)
    return pd.DataFrame(
        {
            "site": [f"s{i:06d}" for i in rows],
            "name": [f"Site {i}" for i in rows],
            "operator": [f"operator {i % 50}" for i in rows],
            **dict.fromkeys(["state", "country", "kind", "source", "note"], "text"),
            "lon": [round(-99 + 2 * chance.random(), 5) for _ in rows],
            "lat": [round(31 + 2 * chance.random(), 5) for _ in rows],
            "zone": "z1",
            "committed": False,
            "tenure": "own",
            "existing_mw": 0,
            "max_mw": [chance.choice((100, 200)) for _ in rows],
            "hall_mw": 50,
            "halls_per_year": 4,
            "hall_lead_years": 1.5,
            "open_usd": [1e6 * chance.randint(1, 50) for _ in rows],
            "hall_usd_per_mw": [round(chance.uniform(1e7, 1.6e7), 2) for _ in rows],
            "fixed_usd_per_mw_year": 3e5,
            "interconnection_mw": [round(chance.uniform(300, 400), 3) for _ in rows],
            "peak_pue": 1.3,
            "load_factor": 0.8,
            "energy_usd_per_mwh": [round(chance.uniform(20, 80), 2) for _ in rows],
        }
    )


def write(frame: pd.DataFrame, path: Path) -> None:
    """Write the table in the format of the path's ending."""
    if path.suffix == ".csv":
        frame.to_csv(path, index=False)
    elif path.suffix == ".parquet":
        frame.to_parquet(path, index=False)
    elif path.suffix == ".xlsx":
        frame.to_excel(path, sheet_name="sites", index=False)
    else:
        points = geopandas.points_from_xy(frame["lon"], frame["lat"], crs=4326)
        geopandas.GeoDataFrame(frame.drop(columns=["lon", "lat"]), geometry=points).to_file(path, layer="sites")


def check(study: Path, file: Path) -> tuple[float, float]:
    """Check once in a fresh process; return seconds and peak MiB."""
    return measured([sys.executable, "-m", "optimizer", "check", str(study), "--sites", str(file)])


def main() -> None:
    """Print one line per format: size, seconds and memory of its runs, and their ratio to the limits."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--smoke", action="store_true", help="500 sites, one run")
    arguments = parser.parse_args()
    print("format     sites   file MB  wall s, median (range)   of limit  peak MiB  of limit")
    with tempfile.TemporaryDirectory() as home:
        study = write_small_study(Path(home, "study")).parent
        for ending, count in SITES.items():
            file = Path(home, f"sites.{ending}")
            write(sites(500 if arguments.smoke else count), file)
            runs = [check(study, file) for _ in range(1 if arguments.smoke else arguments.runs)]
            seconds, mib = [s for s, _ in runs], max(m for _, m in runs)
            median = statistics.median(seconds)
            spread = f"{median:8.1f} ({min(seconds):.1f}–{max(seconds):.1f})"
            print(
                f"{ending:8s}{500 if arguments.smoke else count:8,d}{file.stat().st_size / 1e6:10.1f}  {spread:24s}"
                f"{median / LIMIT_S:9.2f}{mib:10.0f}{mib / LIMIT_MIB:10.2f}",
                flush=True,
            )


if __name__ == "__main__":
    main()
