"""Write the outlines under the interactive map: python tools/derive_basemap.py --data FOLDER.

FOLDER holds us_states.geojson (US Census Bureau, public domain, by way of us-atlas) and the ISC licence text of that
package. The countries are those of Natural Earth, 1:110m, public domain.
"""

import argparse
import json
from pathlib import Path
from typing import Any

import geopandas
import pyogrio
import shapely
from shapely.geometry import shape

LICENCE = "LICENSE_us-atlas_world-atlas_ISC.txt"
DEGREES = 0.02  # how far a simplified border of a state may lie from the true one
SOURCES = {
    "countries": "Natural Earth, countries 1:110m, public domain",
    "states": "US Census Bureau, states, public domain, by way of us-atlas (ISC)",
}


def main() -> int:
    """Write basemap.json and the page of its sources beside the page's other parts."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True, metavar="PATH", help="folder of the raw outlines")
    target = Path(__file__).resolve().parents[1] / "optimizer/view/web/assets"
    parser.add_argument("--out", type=Path, default=target, metavar="PATH", help="where basemap.json goes")
    call = parser.parse_args()
    layers = {"countries": outlines(countries()), "states": outlines(states(call.data / "us_states.geojson"))}
    call.out.mkdir(parents=True, exist_ok=True)
    (call.out / "basemap.json").write_bytes(text(layers).encode("utf-8"))
    (call.out / "basemap.md").write_bytes(page((call.data / LICENCE).read_text(encoding="utf-8")).encode("utf-8"))
    return 0


def page(licence: str) -> str:
    """Return what the outlines are, how they were made, and the notice that comes with the states, quoted in full."""
    rows = "\n".join(f"| {layer} | {source} |" for layer, source in SOURCES.items())
    notice = "\n".join(f"> {line}".rstrip() for line in licence.strip().splitlines())
    return (
        "# Outlines under the map\n\n"
        "`basemap.json` is written by `tools/derive_basemap.py`: rings of longitude and latitude,\n"
        f"rounded to a hundredth of a degree; borders of states lie within {DEGREES} degrees of the true ones.\n"
        "For orientation alone: no zone is found by them.\n\n"
        f"| layer | source |\n|---|---|\n{rows}\n\n"
        f"The notice of the package that brings the states:\n\n{notice}\n"
    )


def countries() -> list[Any]:
    """Return the countries of Natural Earth as the library that reads files brings them along for its own tests."""
    folder = Path(pyogrio.__file__).parent / "tests/fixtures/naturalearth_lowres"
    return list(geopandas.read_file(folder / "naturalearth_lowres.shp").sort_values("iso_a3").geometry)


def states(path: Path) -> list[Any]:
    """Return the states of the United States, simplified."""
    features = json.loads(path.read_text(encoding="utf-8"))["features"]
    return [shapely.make_valid(shape(feature["geometry"])).simplify(DEGREES) for feature in features]


def outlines(areas: list[Any]) -> list[list[list[float]]]:
    """Return every area as rings of lon, lat, lon, lat, …"""
    return [rings for area in areas if (rings := _rings(area))]


def _rings(area: Any) -> list[list[float]]:
    """Return the outer rings and holes of an area, rounded to a hundredth of a degree."""
    parts = [part for part in getattr(area, "geoms", [area]) if part.geom_type == "Polygon"]
    rings = []
    for ring in (ring for part in parts for ring in (part.exterior, *part.interiors)):
        flat = [round(value, 2) + 0.0 for point in ring.coords for value in point[:2]]
        if len(flat) >= 8:
            rings.append(flat)
    return rings


def text(layers: dict[str, list[list[list[float]]]]) -> str:
    """Return the file: one area per line, so that a diff shows the one that changed."""
    parts = [f'"sources":{json.dumps(SOURCES, ensure_ascii=False)}']
    for name, areas in layers.items():
        rows = ",\n".join(json.dumps(rings, separators=(",", ":")) for rings in areas)
        parts.append(f'"{name}":[\n{rows}\n]')
    return "{\n" + ",\n".join(parts) + "\n}\n"


if __name__ == "__main__":
    raise SystemExit(main())
