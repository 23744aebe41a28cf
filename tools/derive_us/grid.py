"""Write the grid: headroom, energy prices and interfaces."""

from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path

from tools.derive_us.figures import Book
from tools.derive_us.periods import FIRST_YEAR, QUARTERS, last_day, standing
from tools.derive_us.raw import Raw, Row, number
from tools.derive_us.tables import Cell, write_csv

ZONES = "grids/us134/zones.csv"
INTERFACES = "grids/us134/interfaces.csv"
FRONTIER = "sites/epoch/us_frontier_sites.csv"
TIMELINES = "sites/epoch/raw_data_center_timelines.csv"

CANDIDATES = {
    "openai-stargate-abilene",
    "openai-stargate-shackelford",
    "openai-stargate-new-mexico",
    "openai-stargate-wisconsin",
    "openai-stargate-michigan",
    "openai-stargate-milam",
    "openai-stargate-lordstown",
    "microsoft-fairwater-wisconsin",
    "coreweave-denton-tx",
}
ON_SITE = {"crusoe-abilene-expansion"}  # runs on its own plant (announced_sites.csv abilene_msft)
OCCUPIED_MW = {"p61": ("Abilene", 410.0), "p79": ("Fairwater", 442.0), "p63": ("Denton", 183.0)}


@dataclass(frozen=True)
class Headroom:
    """Headroom of every zone and quarter, and what was clipped on the way."""

    raw: Raw
    contracts: dict[str, dict[str, float]]
    share: float

    def others(self, zone: str, quarter: str) -> float:
        """Return fence MW that other users added since end-2024 and that campuses here already draw."""
        added = 0.0
        for row in self.raw.rows(FRONTIER):
            if row["zone_id"] == zone and row["site_id"] not in CANDIDATES | ON_SITE:
                added += fence_mw(self.raw, row, last_day(quarter)) - number(row, "power_mw_2024")
        return added + OCCUPIED_MW.get(zone, ("", 0.0))[1]

    def surplus(self, zone: str, quarter: str) -> float:
        """Return the share of the peak less others; negative where others took more than it."""
        row = self.raw.zones[zone]
        peak = number(row, f"peak_mw_{quarter[:4]}")
        return min(self.share * peak, number(row, "installed_capacity_mw_2026")) - self.others(zone, quarter)

    def contract(self, zone: str, quarter: str) -> float:
        """Return the firm MW that real campuses of the zone have contracted by then."""
        return standing(self.contracts.get(zone, {}), quarter)

    def value(self, zone: str, quarter: str) -> float:
        """Return max(contract, surplus, 0), to 0.1 MW; rounding never cuts a contract."""
        return max(self.contract(zone, quarter), round(self.surplus(zone, quarter), 1), 0.0)

    def clip(self, quarter: str) -> float:
        """Return the MW by which others exceed the share of the peak, summed over zones."""
        return sum(max(-self.surplus(zone, quarter), 0.0) for zone in self.raw.zones)

    def contracted_beyond(self, quarter: str) -> float:
        """Return the MW of contracts that the rule alone would not have left."""
        return sum(
            max(self.contract(zone, quarter) - max(self.surplus(zone, quarter), 0.0), 0.0) for zone in self.raw.zones
        )

    def write(self, path: Path) -> None:
        """Write a row wherever the value changes, the first one at the first quarter."""
        rows: list[dict[str, Cell]] = []
        for zone in self.raw.zones:
            before: float | None = None
            for quarter in QUARTERS:
                value = self.value(zone, quarter)
                if value != before:
                    rows.append(self._row(zone, quarter, value))
                before = value
        write_csv(path, ["zone", "period", "headroom_mw", "source", "vintage", "confidence", "note"], rows)

    def _row(self, zone: str, quarter: str, value: float) -> dict[str, Cell]:
        peak = number(self.raw.zones[zone], f"peak_mw_{quarter[:4]}")
        note = f"{self.share:.2f} x peak {peak:.1f}; others {self.others(zone, quarter):.1f}"
        contract = self.contract(zone, quarter)
        if contract:
            note += f"; contracted {contract:.1f}"
        return {
            "zone": zone,
            "period": quarter,
            "headroom_mw": value,
            "source": f"ReEDS zone {zone}; NERC LTRA 2023; Epoch AI",
            "vintage": "2023 to 2026-05",
            "confidence": "medium",
            "note": note,
        }


def fence_mw(raw: Raw, site: Row, day: str) -> float:
    """Return the fence MW that a campus of the Epoch data has energised by a day."""
    dated = [row for row in raw.rows(TIMELINES) if row["Data center"] == site["name"] and row["Date"] <= day]
    dated = [row for row in dated if row["Power (MW)"].strip()]
    return number(max(dated, key=lambda row: row["Date"]), "Power (MW)") if dated else 0.0


def contracts(ramp: list[dict[str, Cell]], zone_of: dict[str, str]) -> dict[str, dict[str, float]]:
    """Add up what real campuses contract at the point of interconnection, by zone and label."""
    labels: dict[str, set[str]] = defaultdict(set)
    series: dict[str, dict[str, dict[str, float]]] = defaultdict(lambda: defaultdict(dict))
    for row in ramp:
        site, period = str(row["site"]), str(row["period"])
        labels[zone_of[site]].add(period)
        series[zone_of[site]][site][period] = float(row["interconnection_mw"] or 0)
    return {
        zone: {
            label: round(sum(standing(values, label) for values in series[zone].values()), 4) for label in sorted(found)
        }
        for zone, found in labels.items()
    }


def state_price(raw: Raw, state: str) -> tuple[float, str, str]:
    """Return USD/MWh, vintage and source of a state's industrial price: the latest, else 2023."""
    for row in raw.rows("facts/power_prices_by_state.csv"):
        if row["state"] == state:
            if row["industrial_latest"]:
                return 10 * number(row, "industrial_latest"), row["vintage2"], "EIA Electric Power Monthly"
            return 10 * number(row, "industrial_2023"), row["vintage1"], "EIA Electric Power Annual"
    row = next(row for row in raw.rows("prices/state_retail_price.csv") if row["state"] == state)
    return 10 * number(row, "industrial"), f"{row['year']} annual", "EIA Electric Power Annual"


def write_prices(raw: Raw, path: Path) -> None:
    """Write one price per zone; the first price of a zone holds before its row too."""
    rows: list[dict[str, Cell]] = []
    for zone, row in raw.zones.items():
        price, vintage, source = state_price(raw, row["state"])
        rows.append(
            {
                "zone": zone,
                "period": str(FIRST_YEAR),
                "usd_per_mwh": price,
                "source": source,
                "vintage": vintage,
                "confidence": "high",
                "note": f"{row['state']} industrial average",
            }
        )
    write_csv(path, ["zone", "period", "usd_per_mwh", "source", "vintage", "confidence", "note"], rows)


def write_lines(raw: Raw, book: Book, path: Path) -> int:
    """Write the interfaces at the share of their limits that base flows leave, and return their number."""
    share, price = book["interface_share"], book["wheeling"]
    rows: list[dict[str, Cell]] = []
    for row in raw.rows(INTERFACES):
        direct = row["type"] != "AC"
        name = f"{row['zone_from']}-{row['zone_to']}" + ("-dc" if direct else "")
        rows.append(
            {
                "line": name,
                "from": row["zone_from"],
                "to": row["zone_to"],
                "capacity_mw": round(share * number(row, "mw_forward"), 1),
                "capacity_back_mw": round(share * number(row, "mw_reverse"), 1),
                "usd_per_mwh": price,
                "source": "ReEDS HVDC and back-to-back ties" if direct else "ReEDS NARIS 2024 transfer limits",
                "vintage": "2024",
                "confidence": "assumption",
                "note": row["note"],
            }
        )
    if len({row["line"] for row in rows}) != len(rows):
        raise ValueError("interfaces.csv: two interfaces get the same id")
    rows.sort(key=lambda row: [int(part.lstrip("p")) for part in str(row["line"]).removesuffix("-dc").split("-")])
    columns = [
        "line",
        "from",
        "to",
        "capacity_mw",
        "capacity_back_mw",
        "usd_per_mwh",
        "source",
        "vintage",
        "confidence",
        "note",
    ]
    write_csv(path, columns, rows)
    return len(rows)


GRID_TOML = """\
# How power moves between the zones; see ../README.md.
flow = "transport"   # interfaces carry up to their limit in each direction, without Kirchhoff's laws
security = "none"    # the halved limits stand in for base flows and contingencies
"""
