"""Write a small study: two campuses and a generic site in two zones, two vendors, two years."""

from __future__ import annotations

import json
from pathlib import Path

STUDY = """format = 1

[study]
name = "Small $x^2$ [bold]study[/bold]"

[periods]
first = 2026
last = 2027

[files]
sites = "sites.csv"
grid = "grid"
racks = "racks.csv"
deliveries = "deliveries.csv"

[money]
discount_rate = 0.05

[unused]
waiting_rack_usd_per_mw_year = 8e6
unplaced_rack_usd_per_mw = 25e6

[policy]
max_sites = 3
"""
SITES = """site,name,kind,lon,lat,zone,max_mw,hall_mw,existing_mw,interconnection_mw,open_usd,hall_usd_per_mw
alpha,Alpha (first),campus,-99,32,z1,60,20,20,70,1e6,1e7
beta,Beta,campus,-97,31,z1,40,20,0,50,1e6,1e7
gamma,GENERIC gamma,generic,-95,33,z2,80,20,0,100,1e6,1e7
"""
RACKS = "sku,vendor,rack_kw,price_usd,pod_racks\nA1,AMD,200,4000000,10\nB1,Broadcom,100,2000000,10\n"
DELIVERIES = "sku,period,mw\nA1,2026,20\nA1,2027,20\nB1,2026,30\nB1,2027,30\n"
HEADROOM = "zone,period,headroom_mw\nz1,2026,60\nz2,2027,100\n"


def write_small_study(folder: Path, *, files: dict[str, str] | None = None) -> Path:
    """Write the study; ``files`` replaces the text of some of its files. Return its study.toml."""
    texts = {
        "study.toml": STUDY,
        "sites.csv": SITES,
        "racks.csv": RACKS,
        "deliveries.csv": DELIVERIES,
        "grid/headroom.csv": HEADROOM,
        "grid/zones.geojson": json.dumps(_zones()),
    } | (files or {})
    for name, text in texts.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8", newline="\n")
    return folder / "study.toml"


def _zones() -> dict[str, object]:
    def box(zone: str, west: float) -> dict[str, object]:
        ring = [[west, 30], [west + 4, 30], [west + 4, 34], [west, 34], [west, 30]]
        geometry = {"type": "Polygon", "coordinates": [ring]}
        return {"type": "Feature", "properties": {"zone": zone}, "geometry": geometry}

    return {"type": "FeatureCollection", "features": [box("z1", -100), box("z2", -96)]}
