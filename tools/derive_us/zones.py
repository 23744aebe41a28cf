"""Simplify the zone outlines and name the zones."""

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import geopandas as gpd
import numpy as np
import shapely
from shapely.geometry import Point, mapping
from shapely.geometry.base import BaseGeometry

from tools.derive_us.raw import Raw
from tools.derive_us.tables import write_features

TOLERANCE_DEG = 0.03
GAP_DEG = 0.02
DECIMALS = 3

STATES = {
    "AL": "Alabama",
    "AR": "Arkansas",
    "AZ": "Arizona",
    "CA": "California",
    "CO": "Colorado",
    "CT": "Connecticut",
    "DE": "Delaware",
    "FL": "Florida",
    "GA": "Georgia",
    "IA": "Iowa",
    "ID": "Idaho",
    "IL": "Illinois",
    "IN": "Indiana",
    "KS": "Kansas",
    "KY": "Kentucky",
    "LA": "Louisiana",
    "MA": "Massachusetts",
    "MD": "Maryland",
    "ME": "Maine",
    "MI": "Michigan",
    "MN": "Minnesota",
    "MO": "Missouri",
    "MS": "Mississippi",
    "MT": "Montana",
    "NC": "North Carolina",
    "ND": "North Dakota",
    "NE": "Nebraska",
    "NH": "New Hampshire",
    "NJ": "New Jersey",
    "NM": "New Mexico",
    "NV": "Nevada",
    "NY": "New York",
    "OH": "Ohio",
    "OK": "Oklahoma",
    "OR": "Oregon",
    "PA": "Pennsylvania",
    "RI": "Rhode Island",
    "SC": "South Carolina",
    "SD": "South Dakota",
    "TN": "Tennessee",
    "TX": "Texas",
    "UT": "Utah",
    "VA": "Virginia",
    "VT": "Vermont",
    "WA": "Washington",
    "WI": "Wisconsin",
    "WV": "West Virginia",
    "WY": "Wyoming",
}

REGIONS = {
    "NorthernGrid": "NorthernGrid",
    "WestConnect": "WestConnect",
    "CAISO": "CAISO",
    "SPP": "SPP",
    "MISO": "MISO",
    "ERCOT": "ERCOT",
    "SERTP": "SERC",
    "FRCC": "Florida",
    "PJM": "PJM",
    "NYISO": "NYISO",
    "ISONE": "ISO-NE",
}


@dataclass(frozen=True)
class Outlines:
    """Simplified outlines by zone; neighbours share the same vertices."""

    raw: Raw

    @cached_property
    def shapes(self) -> dict[str, BaseGeometry]:
        """Close slivers and overlaps, simplify the coverage, round to 3 decimals."""
        table = gpd.read_file(self.raw.folder / "grids/us134/zones.geojson").set_index("zone_id")
        names = list(self.raw.zones)
        outlines = np.asarray(table.geometry.loc[names])
        closed = shapely.coverage_clean(outlines, gap_width=GAP_DEG)
        simple = shapely.coverage_simplify(closed, TOLERANCE_DEG)
        rounded = shapely.transform(simple, lambda xy: np.round(xy, DECIMALS))
        rounded = shapely.coverage_clean(rounded, snapping_distance=0.0)
        rounded = shapely.transform(rounded, lambda xy: np.round(xy, DECIMALS))
        shapes = dict(zip(names, rounded, strict=True))
        for name, shape in shapes.items():
            if shape.is_empty or not shape.is_valid:
                raise ValueError(f"zone {name}: the simplified outline is not valid")
        return {name: shapely.normalize(shape) for name, shape in shapes.items()}

    def zone_of(self, lon: float, lat: float) -> str:
        """Return the zone that holds a point."""
        found = [zone for zone, shape in self.shapes.items() if shape.covers(Point(lon, lat))]
        if not found:
            raise ValueError(f"no zone holds ({lon}, {lat})")
        return found[0]

    def write(self, path: Path) -> None:
        """Write zones.geojson."""
        write_features(
            path,
            [
                ({"zone": zone, "name": zone_name(self.raw, zone)}, mapping(shape))
                for zone, shape in self.shapes.items()
            ],
        )


def zone_name(raw: Raw, zone: str) -> str:
    """Name a zone for people: state, id, planning region."""
    row = raw.zones[zone]
    return f"{STATES[row['state']]} {zone} ({REGIONS[row['planning_region']]})"
