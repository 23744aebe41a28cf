"""Time the interactive map of many sites: writing it, its size, opening it, and a step of its slider.

Run: ``python tests/benchmarks/map.py`` (1,000 sites, 16 periods, 60 zones; Linux, with Chromium). ``--smoke`` draws
40 sites once: the tests do, so that this file cannot rot. ``--plan DIR`` measures a plan folder instead.
Each row ends with its ratio to the limit that the project holds itself to.
"""

from __future__ import annotations

import argparse
import json
import random
import statistics
import sys
import tempfile
import time
from itertools import pairwise
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from optimizer import read_study
from tests.benchmarks.embedded import measured
from tests.browser import chromium, launched, watched
from tests.handmade import handmade_plan
from tests.small import RACKS, STUDY, write_small_study

LIMITS = {"write_s": 10.0, "write_mib": 1024.0, "file_mb": 15.0, "open_s": 3.0, "step_ms": 200.0}
# The plan is made by hand, so that the command, which rechecks every number first, would refuse it.
WRITE = """import sys
from pathlib import Path
from optimizer import read_plan
from optimizer.view.web.page import map_page
Path(sys.argv[2]).write_text(map_page(read_plan(sys.argv[1])), encoding="utf-8")"""
DRAWN = "Rackgrid.page !== undefined && document.querySelector('canvas').width > 0"
# Milliseconds from a step to the frame after the one that shows it.
STEP = """i => new Promise(done => {
  const began = performance.now();
  Rackgrid.page.setPeriod(i);
  requestAnimationFrame(() => requestAnimationFrame(() => done(performance.now() - began)));
})"""


def study(folder: Path, sites: int) -> Path:
    """Write a study of so many sites in a grid of zones, 16 quarters."""
    chance = random.Random(sites)
    rows = ["site,name,kind,lon,lat,max_mw,hall_mw,existing_mw,interconnection_mw,open_usd,hall_usd_per_mw"]
    for i in range(sites):
        lon, lat = -119 + 38 * chance.random(), 31 + 11 * chance.random()
        kind = chance.choice(("campus", "generic"))
        power = chance.choice((60, 120, 400))
        rows.append(f"s{i:04d},Site {i} of many,{kind},{lon:.4f},{lat:.4f},{power},20,20,{power},1e6,1e7")
    quarters = [f"{year}Q{quarter}" for year in range(2026, 2030) for quarter in range(1, 5)]
    each_mw = 8 * sites // 4
    deliveries = [f"{sku},{q},{each_mw}" for sku in ("A1", "B1") for q in quarters]
    zones = [(f"z{i}{j}", -120 + 4 * i, 30 + 2 * j) for i in range(10) for j in range(6)]
    lines = [f"l{i},{a[0]},{b[0]},500" for i, (a, b) in enumerate(pairwise(zones))]
    files = {
        "study.toml": STUDY.replace("last = 2027", "last = 2029\nper_year = 4").replace("max_sites = 3", ""),
        "sites.csv": "\n".join(rows) + "\n",
        "racks.csv": RACKS,
        "deliveries.csv": "sku,period,mw\n" + "\n".join(deliveries) + "\n",
        "grid/headroom.csv": "zone,period,headroom_mw\n" + "".join(f"{z},2026Q1,3000\n" for z, _, _ in zones),
        "grid/lines.csv": "line,from,to,capacity_mw\n" + "\n".join(lines) + "\n",
        "grid/zones.geojson": json.dumps({"type": "FeatureCollection", "features": [_box(*zone) for zone in zones]}),
    }
    return write_small_study(folder, files=files)


def _box(zone: str, west: float, south: float) -> dict[str, object]:
    ring = [(0, 0), (4, 0), (4, 2), (0, 2), (0, 0)]
    geometry = {"type": "Polygon", "coordinates": [[[west + x, south + y] for x, y in ring]]}
    return {"type": "Feature", "properties": {"zone": zone}, "geometry": geometry}


def write(plan: Path, out: Path) -> tuple[float, float]:
    """Write the page in a fresh process; return seconds and peak MiB."""
    return measured([sys.executable, "-c", WRITE, str(plan), str(out / "map.html")])


def look(page: Path, steps: int) -> tuple[float, float]:
    """Open the page in a headless browser; return seconds until it is drawn and the median ms of a step."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = launched(playwright)
        context = browser.new_context(viewport={"width": 1280, "height": 800})
        context.set_offline(True)
        warm = watched(context, page.with_name("empty.html"))
        warm.page.close()
        began = time.monotonic()
        opened = watched(context, page, DRAWN)
        opened.page.evaluate(STEP, 0)
        seconds = time.monotonic() - began
        periods = opened.page.evaluate("+document.querySelector('input[type=range]').max + 1")
        taken = [opened.page.evaluate(STEP, (i + 1) % periods) for i in range(steps)]
        opened.assert_quiet()
        browser.close()
    return seconds, statistics.median(taken)


def main() -> None:
    """Print one line per measure, the median of its runs and the ratio to its limit."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--plan", type=Path, metavar="DIR", help="a plan folder in place of the made-up one")
    parser.add_argument("--smoke", action="store_true", help="40 sites, one run")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as home:
        plan = arguments.plan
        if plan is None:
            made = handmade_plan(read_study(study(Path(home, "study"), 40 if arguments.smoke else 1000)))
            plan = made.to_folder(Path(home, "plan"))
        found: dict[str, list[float]] = {name: [] for name in LIMITS}
        for _ in range(1 if arguments.smoke else arguments.runs):
            seconds, mib = write(plan, Path(home))
            page = Path(home, "map.html")
            page.with_name("empty.html").write_text('<link rel="icon" href="data:,">', encoding="utf-8")
            measured = [seconds, mib, page.stat().st_size / 1e6]
            measured += look(page, 4 if arguments.smoke else 32) if chromium() else []
            for name, value in zip(LIMITS, measured, strict=False):
                found[name].append(value)
    print("measure       median (range)            of limit")
    for name, values in found.items():
        if values:
            spread = f"{statistics.median(values):8.2f} ({min(values):.2f}–{max(values):.2f})"
            print(f"{name:10s}{spread:28s}{statistics.median(values) / LIMITS[name]:10.2f}", flush=True)


if __name__ == "__main__":
    main()
