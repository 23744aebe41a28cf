"""Tabulate the counties of the contiguous United States, and the figures that their sites have of their own."""

from pathlib import Path

from tools.derive_us.figures import Book, assumed, figure
from tools.derive_us.generics import LARGEST_MW, LEADS, SMALLEST_MW
from tools.derive_us.lead_figures import GRID, LEAD_ROWS, late_leads
from tools.derive_us.periods import LAST_YEAR, quarter_after
from tools.derive_us.raw import Raw, Row
from tools.derive_us.tables import Cell, table, write_csv
from tools.derive_us.zones import REGIONS

COUNTIES = "grids/us134/counties.csv"
# Falls Church alone has no point in the raw table: this is the internal point of the US Census Bureau.
POINTS = {"51610": ("-77.1756", "38.8847")}
FIRST_CITY = 510  # county codes from here on are independent cities


def county_rows(raw: Raw) -> list[Row]:
    """Return the counties that a zone holds, by their code: all but those of Alaska and Hawaii."""
    return sorted((row for row in raw.rows(COUNTIES) if row["zone_id"]), key=lambda row: row["fips"])


def county_name(row: Row) -> str:
    """Name a county as its state does; cities apart from counties of their name."""
    name, state = row["name"], row["state"]
    if state == "DC" or name == "Carson City":
        return name
    if int(row["fips"][2:]) >= FIRST_CITY:
        return f"{name} city"
    return f"{name} Parish" if state == "LA" else f"{name} County"


def write_counties(raw: Raw, path: Path) -> None:
    """Write one row per county: what no rule can say of it."""
    rows: list[dict[str, Cell]] = []
    for row in county_rows(raw):
        lon, lat = POINTS.get(row["fips"], (row["lon"], row["lat"]))
        named = {"fips": row["fips"], "name": county_name(row), "state": row["state"]}
        rows.append({**named, "lon": lon, "lat": lat, "zone": row["zone_id"]})
    write_csv(path, ["fips", "name", "state", "lon", "lat", "zone"], rows)


def county_book(raw: Raw) -> Book:
    """Return the figures in which sites of counties differ from other generic sites on the grid."""
    size = figure(
        "generic_size",
        "sites:max_mw",
        assumed("one site of at most 1,000 IT MW in a county; headroom and interfaces limit their sum"),
        selector=GRID,
        central=LARGEST_MW,
        unit="MW IT",
        rule="derive: min(1,000, H / 1.33) down to whole halls, the same in each county of a zone; "
        f"H = headroom of {LAST_YEAR}Q4 at share 0.10 less contracts, frozen when the share varies",
    )
    least = figure(
        "generic_least",
        "sites:max_mw",
        assumed("a zone without room of its own may still be served over its interfaces"),
        selector=GRID,
        central=SMALLEST_MW,
        unit="MW IT",
        rule="derive: size where H / 1.33 is smaller",
    )
    return Book((size, least, *late_leads(raw)))


def by_region(raw: Raw) -> str:
    """Return how many counties each region has, and when they could have power, as a Markdown table."""
    counties = [raw.zones[row["zone_id"]]["planning_region"] for row in county_rows(raw)]
    rows = []
    for region in sorted(set(counties)):
        years = LEAD_ROWS[LEADS[region]][1]
        rows.append([REGIONS[region], f"{counties.count(region):,}", f"{years:g}", quarter_after(years)])
    rows.append(["all", f"{len(counties):,}", "", ""])
    return table(["region", "counties", "lead, years", "first power"], rows)
