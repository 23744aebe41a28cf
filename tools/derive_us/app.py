"""Parse the command line and write every table in order."""

import argparse
from dataclasses import dataclass
from pathlib import Path

from tools.derive_us import campuses, counties, generics, grid, pages, programme, report
from tools.derive_us.grid_figures import SHARES, grid_book
from tools.derive_us.raw import Raw, zone_order
from tools.derive_us.site_figures import site_book
from tools.derive_us.study_figures import study_book
from tools.derive_us.tables import Cell, write_csv, write_features, write_text
from tools.derive_us.zones import Outlines

SITE_COLUMNS = (
    "site",
    "name",
    "operator",
    "state",
    "country",
    "kind",
    "zone",
    "committed",
    "tenure",
    "max_mw",
    "hall_mw",
    "halls_per_year",
    "hall_lead_years",
    "open_usd",
    "hall_usd_per_mw",
    "lease_usd_per_mw_year",
    "fixed_usd_per_mw_year",
    "peak_pue",
    "annual_pue",
    "load_factor",
    "onsite_usd_per_mwh",
    "vendors",
    "source",
    "vintage",
    "confidence",
    "note",
)
RAMP_COLUMNS = (
    "site",
    "period",
    "interconnection_mw",
    "onsite_mw",
    "existing_mw",
    "source",
    "vintage",
    "confidence",
    "note",
)


@dataclass(frozen=True)
class Made:
    """What the tables were made of, for the report."""

    sites: list[dict[str, Cell]]
    ramp: list[dict[str, Cell]]
    slots: list[generics.Slot]
    headroom: grid.Headroom
    lines: int


def main(*, root: Path) -> int:
    """Write the tables and pages, and print the report."""
    parser = argparse.ArgumentParser(prog="python tools/derive_us", description="Derive the embedded study.")
    parser.add_argument("--data", type=Path, required=True, metavar="PATH", help="folder of raw public data")
    parser.add_argument("--out", type=Path, default=root, metavar="PATH", help="where studies/, sites/, grids/ go")
    call = parser.parse_args()
    raw = Raw(call.data)
    made = write_all(raw, call.out)
    summary = report.text(raw, made.sites, made.ramp, made.slots, made.headroom, made.lines)
    pages.write(raw, call.out, root, summary)
    print(summary)
    return 0


def write_all(raw: Raw, out: Path) -> Made:
    """Write grid, sites and study; return what they hold."""
    outlines, book = Outlines(raw), site_book(raw)
    campus_ramp = campuses.ramp_rows(raw)
    campus_sites = campuses.site_rows(raw, outlines, book)
    zone_of = {str(row["site"]): str(row["zone"]) for row in campus_sites}
    contracts = grid.contracts(campus_ramp, zone_of)
    headroom = grid.Headroom(raw, contracts, SHARES[1])
    lines = _write_grid(raw, out, outlines, headroom)
    slots = generics.slots(raw, headroom, book)
    places = generics.Places(raw, outlines, [(float(row["lon"] or 0), float(row["lat"] or 0)) for row in campus_sites])
    grid_sites, grid_ramp = generics.grid_sites(raw, book, places, slots)
    gas_sites, gas_ramp = generics.gas_sites(raw, book, places)
    sites = [*campus_sites, *sorted(gas_sites, key=_by_zone), *grid_sites]
    ramp = [*campus_ramp, *gas_ramp, *grid_ramp]
    order = {row["site"]: index for index, row in enumerate(sites)}
    ramp.sort(key=lambda row: (order[row["site"]], str(row["period"])))
    _write_sites(out, sites, ramp)
    book.write(out / "sites/us-figures.csv")
    _write_study(raw, out)
    _write_county_study(raw, out)
    return Made(sites, ramp, slots, headroom, lines)


def _by_zone(row: dict[str, Cell]) -> int:
    return zone_order(str(row["zone"]))


def _write_grid(raw: Raw, out: Path, outlines: Outlines, headroom: grid.Headroom) -> int:
    folder, book = out / "grids/us", grid_book(raw)
    outlines.write(folder / "zones.geojson")
    headroom.write(folder / "headroom.csv")
    for name, share in (("low", SHARES[0]), ("high", SHARES[2])):
        grid.Headroom(raw, headroom.contracts, share).write(out / f"grids/us-headroom-{name}.csv")
    grid.write_prices(raw, folder / "energy_prices.csv")
    write_text(folder / "grid.toml", grid.GRID_TOML)
    book.write(out / "grids/us-figures.csv")
    return grid.write_lines(raw, book, folder / "lines.csv")


def _write_sites(out: Path, sites: list[dict[str, Cell]], ramp: list[dict[str, Cell]]) -> None:
    features = []
    for row in sites:
        properties = {key: row[key] for key in SITE_COLUMNS if row.get(key) not in (None, "")}
        features.append((properties, {"type": "Point", "coordinates": [row["lon"], row["lat"]]}))
    write_features(out / "sites/us.geojson", features)
    write_csv(out / "sites/us-ramp.csv", RAMP_COLUMNS, ramp)


def _write_study(raw: Raw, out: Path) -> None:
    folder, book = out / "studies/openai-26gw", study_book(raw)
    programme.write_study(book, folder / "study.toml")
    programme.write_racks(raw, folder / "racks.csv")
    for scenario, file in programme.SCENARIOS.items():
        programme.write_deliveries(programme.schedule(raw, scenario), folder / file)
    book.write(folder / "figures.csv")


def _write_county_study(raw: Raw, out: Path) -> None:
    folder = out / "studies/us-counties"
    programme.write_study(study_book(raw), folder / "study.toml")
    counties.write_counties(raw, folder / "counties.csv")
    counties.county_book(raw).write(folder / "figures.csv")
