"""Turn the ten announced campuses into leased candidate sites."""

import math

from tools.derive_us.figures import Book
from tools.derive_us.raw import Raw, Row, clean, number
from tools.derive_us.tables import Cell
from tools.derive_us.zones import Outlines

RAMP = "facts/campus_ramp.csv"
ANNOUNCED = "facts/announced_sites.csv"
ONSITE = {
    "abilene": "onsite_gas",
    "milam": "onsite_gas",
    "shackelford": "onsite_gas",
    "dona_ana": "onsite_fuel_cell",
    "ports_pike": "onsite_ports",
}
VENDORS = {"ports_pike": "Nvidia"}
STATED_RATIO = {"fairwater_wi", "port_washington", "ports_pike"}  # fence and IT MW both named for the campus
DRY_STATES = {"AZ", "NM", "NV", "CA", "UT"}


def ramp_rows(raw: Raw) -> list[dict[str, Cell]]:
    """Return the halls and power that are new to the programme, as stated per campus and quarter."""
    return [
        {
            "site": row["site_id"],
            "period": row["period"],
            "interconnection_mw": number(row, "interconnection_mw"),
            "onsite_mw": number(row, "onsite_mw"),
            "existing_mw": number(row, "existing_mw"),
            "source": f"campus_ramp.csv {row['site_id']} {row['period']}",
            "vintage": "read 2026-11",
            "confidence": row["confidence"],
            "note": clean(row["basis"]),
        }
        for row in raw.rows(RAMP)
    ]


def site_rows(raw: Raw, outlines: Outlines, book: Book) -> list[dict[str, Cell]]:
    """Return one row per campus: rented halls that others build, no halls of our own."""
    rows = []
    for site in sorted({row["site_id"] for row in raw.rows(RAMP)}):
        steps = [row for row in raw.rows(RAMP) if row["site_id"] == site]
        rows.append(_site(raw, outlines, book, raw.row(ANNOUNCED, site), steps))
    return rows


def _site(raw: Raw, outlines: Outlines, book: Book, fact: Row, steps: list[Row]) -> dict[str, Cell]:
    site = fact["site_id"]
    lon, lat = number(fact, "lon"), number(fact, "lat")
    zone = outlines.zone_of(lon, lat)
    climate = climate_class(raw, nearest_hub(raw, lon, lat), fact["state"])
    partners = [name.strip() for name in fact["partners"].split(",")]
    note = f"partners: {fact['partners']}; power: {fact['power_supply']}; place: {clean(fact['coord_note'])}"
    if site not in STATED_RATIO:
        note += "; peak_pue: the ratio that Epoch AI puts on such campuses, not stated by this one"
    note += f"; status: {fact['status_2026']}"
    return {
        "site": site,
        "name": fact["name"],
        "operator": partners[0],
        "state": fact["state"],
        "country": "US",
        "kind": "campus",
        "lon": lon,
        "lat": lat,
        "zone": zone,
        "committed": steps[-1]["committed"] == "true",
        "tenure": "lease",
        "max_mw": number(steps[-1], "existing_mw"),
        "hall_mw": book["hall_mw"],
        "open_usd": 0.0,
        "lease_usd_per_mw_year": book["lease_usd_per_mw_year"],
        "fixed_usd_per_mw_year": book["fixed_usd_per_mw_year"],
        "peak_pue": number(steps[-1], "peak_pue"),
        "annual_pue": book[f"annual_pue_{climate}"],
        "load_factor": book["load_factor"],
        "onsite_usd_per_mwh": book[ONSITE[site]] if site in ONSITE else None,
        "vendors": VENDORS.get(site, ""),
        "source": f"{clean(fact['source_title'])}; {fact['source_url']}",
        "vintage": "read 2026-11; Epoch AI 2026-05",
        "confidence": fact["confidence"],
        "note": clean(note),
    }


def nearest_hub(raw: Raw, lon: float, lat: float) -> str:
    """Return the zone whose hub is nearest: a zone's mean climate holds near its hub, not beyond its mountains."""

    def away(zone: str) -> float:
        row = raw.zones[zone]
        east = (number(row, "hub_lon") - lon) * math.cos(math.radians(lat))
        return math.hypot(east, number(row, "hub_lat") - lat)

    return min(raw.zones, key=away)


def climate_class(raw: Raw, zone: str, state: str) -> str:
    """Class a place by the cooling degree days of a zone, dry states apart."""
    heat = number(raw.row("climate/zone_hdd_cdd.csv", zone), "cdd_degC_days")
    if state in DRY_STATES and heat > 800:
        return "dry"
    if heat > 1300:
        return "hot"
    return "mild" if heat > 500 else "cold"
