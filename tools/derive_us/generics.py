"""Invent the generic sites: one to three per zone on the grid, eight on gas of their own."""

import math
from dataclasses import dataclass

from shapely.geometry import Point

from tools.derive_us.campuses import climate_class
from tools.derive_us.figures import Book
from tools.derive_us.grid import Headroom
from tools.derive_us.periods import LAST_YEAR, quarter_after
from tools.derive_us.raw import Raw
from tools.derive_us.tables import Cell
from tools.derive_us.zones import STATES, Outlines

GAS_ZONES = ("p31", "p50", "p58", "p64", "p67", "p111", "p118", "p122")
GAS_MW = 600.0
LARGEST_MW, SMALLEST_MW, STEP_MW, MOST_PER_ZONE = 1000.0, 100.0, 50.0, 3
APART_DEG, EDGE_DEG = 0.25, 0.02
LEADS = {
    "MISO": "lead_miso",
    "SPP": "lead_spp",
    "ERCOT": "lead_ercot",
    "SERTP": "lead_serc",
    "FRCC": "lead_serc",
    "NorthernGrid": "lead_west",
    "WestConnect": "lead_west",
    "ISONE": "lead_isone",
    "PJM": "lead_pjm",
    "CAISO": "lead_caiso",
    "NYISO": "lead_nyiso",
}


@dataclass(frozen=True)
class Slot:
    """Room for generic sites in one zone."""

    zone: str
    count: int
    it_mw: float
    lead_years: float
    lead_name: str

    @property
    def first_quarter(self) -> str:
        """Return the quarter in which they get power and halls."""
        return quarter_after(self.lead_years)

    @property
    def in_horizon(self) -> bool:
        """Say whether the horizon sees them powered."""
        return int(self.first_quarter[:4]) <= LAST_YEAR


def slots(raw: Raw, headroom: Headroom, book: Book) -> list[Slot]:
    """Size the generic sites of every zone by the headroom of the last year that no campus has contracted."""
    quarter, pue = f"{LAST_YEAR}Q4", book["peak_pue"]
    found = []
    for zone, row in raw.zones.items():
        room = headroom.value(zone, quarter) - headroom.contract(zone, quarter)
        count = min(MOST_PER_ZONE, math.ceil(room / (LARGEST_MW * pue)))
        if count == 0:
            continue
        size = math.floor(min(LARGEST_MW, room / (pue * count)) / STEP_MW + 1e-9) * STEP_MW
        if size >= SMALLEST_MW:
            lead = LEADS[row["planning_region"]]
            found.append(Slot(zone, count, size, book[lead], lead))
    return found


class Places:
    """Give out points near the hub of a zone, inside it and apart from those already given."""

    def __init__(self, raw: Raw, outlines: Outlines, taken: list[tuple[float, float]]) -> None:
        """Start with the points of real campuses."""
        self.raw, self.outlines, self.taken = raw, outlines, list(taken)

    def next(self, zone: str) -> tuple[float, float]:
        """Return the nearest free point on rings around the hub."""
        row, shape = self.raw.zones[zone], self.outlines.shapes[zone]
        inner = shape.buffer(-EDGE_DEG)
        hub = float(row["hub_lon"]), float(row["hub_lat"])
        for apart in (APART_DEG, APART_DEG / 2, APART_DEG / 5):
            for ring in range(1, 60):
                for step in range(12):
                    angle, radius = math.radians(30 * step + 17), 0.1 * ring
                    lon = round(hub[0] + radius * math.cos(angle), 3)
                    lat = round(hub[1] + radius * math.sin(angle), 3)
                    free = all(math.dist((lon, lat), other) >= apart for other in self.taken)
                    if free and inner.covers(Point(lon, lat)):
                        self.taken.append((lon, lat))
                        return lon, lat
        raise ValueError(f"zone {zone}: no room for another site")


def grid_sites(
    raw: Raw, book: Book, places: Places, found: list[Slot]
) -> tuple[list[dict[str, Cell]], list[dict[str, Cell]]]:
    """Return sites and ramp of the generic sites on the grid that the horizon sees powered."""
    sites, ramp = [], []
    for slot in found:
        if not slot.in_horizon:
            continue
        for index in range(1, slot.count + 1):
            name = f"generic-{slot.zone}-{index}"
            fence = round(book["peak_pue"] * slot.it_mw, 4)
            site = _common(raw, book, places, slot.zone, name, f"{slot.zone}-{index} grid", slot.it_mw)
            site |= {
                "kind": "generic",
                "halls_per_year": int(book["halls_per_year_grid"]),
                "hall_lead_years": slot.lead_years,
                "open_usd": book["open_usd_grid"] * fence,
                "source": "rule: zones.csv, leadtimes.csv, costs.csv",
                "note": f"sized by {LAST_YEAR} headroom less contracts; {slot.lead_name}",
            }
            sites.append(site)
            ramp.append(_step(name, slot.first_quarter, fence, None, "POI = peak_pue x max_mw at decide_on + lead"))
    return sites, ramp


def gas_sites(raw: Raw, book: Book, places: Places) -> tuple[list[dict[str, Cell]], list[dict[str, Cell]]]:
    """Return sites and ramp of the islanded generic sites: half the plant first, the rest a year later."""
    sites, ramp = [], []
    fence = round(book["peak_pue"] * GAS_MW, 4)
    lead = book["lead_gas"]
    for zone in GAS_ZONES:
        name = f"gas-{zone}"
        site = _common(raw, book, places, zone, name, f"{zone} gas", GAS_MW)
        site |= {
            "kind": "generic-gas",
            "halls_per_year": int(book["halls_per_year_gas"]),
            "hall_lead_years": lead,
            "open_usd": book["open_usd_gas"] * fence,
            "onsite_usd_per_mwh": book["onsite_gas"],
            "source": "rule: leadtimes.csv btm_any, b_first; costs.csv btm_lcoe",
            "note": "islanded, on gas of its own; gas supply and air permits not looked into",
        }
        sites.append(site)
        for years, share in ((lead, 0.5), (lead + 1, 1.0)):
            ramp.append(_step(name, quarter_after(years), 0.0, round(share * fence, 4), "on-site plant in two halves"))
    return sites, ramp


def _common(raw: Raw, book: Book, places: Places, zone: str, name: str, label: str, it_mw: float) -> dict[str, Cell]:
    lon, lat = places.next(zone)
    state = raw.zones[zone]["state"]
    return {
        "site": name,
        "name": f"GENERIC {label}, {STATES[state]} (not a project)",
        "operator": "",
        "state": state,
        "country": "US",
        "lon": lon,
        "lat": lat,
        "zone": zone,
        "committed": False,
        "tenure": "own",
        "max_mw": it_mw,
        "hall_mw": book["hall_mw"],
        "hall_usd_per_mw": book["hall_usd_per_mw"],
        "fixed_usd_per_mw_year": book["fixed_usd_per_mw_year"],
        "peak_pue": book["peak_pue"],
        "annual_pue": book[f"annual_pue_{climate_class(raw, zone, state)}"],
        "load_factor": book["load_factor"],
        "vendors": "",
        "vintage": "2026-11",
        "confidence": "assumption",
    }


def _step(site: str, period: str, grid: float, onsite: float | None, note: str) -> dict[str, Cell]:
    return {
        "site": site,
        "period": period,
        "interconnection_mw": grid,
        "onsite_mw": onsite,
        "existing_mw": None,
        "source": "rule",
        "vintage": "2026-11",
        "confidence": "assumption",
        "note": note,
    }
