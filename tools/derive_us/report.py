"""Report what the tables hold."""

from tools.derive_us.generics import Slot
from tools.derive_us.grid import Headroom
from tools.derive_us.periods import FIRST_YEAR, LAST_YEAR, standing
from tools.derive_us.raw import Raw
from tools.derive_us.tables import Cell, table
from tools.derive_us.zones import REGIONS

Rows = list[dict[str, Cell]]
YEARS = range(FIRST_YEAR, LAST_YEAR + 1)


def text(raw: Raw, sites: Rows, ramp: Rows, slots: list[Slot], headroom: Headroom, lines: int) -> str:
    """Return the report as Markdown tables."""
    parts = [
        _kinds(sites, ramp),
        _headroom(raw, headroom),
        _left_out(raw, slots),
        f"{len(raw.zones)} zones, {lines} interfaces.",
    ]
    return "\n\n".join(parts)


def powered_mw(site: dict[str, Cell], ramp: Rows, quarter: str) -> float:
    """Return the IT MW that a site can power by a quarter, halls that stand or can be built included."""
    mine = [row for row in ramp if row["site"] == site["site"]]
    series = {
        column: standing(
            {str(row["period"]): float(row[column] or 0) for row in mine if row[column] is not None}, quarter
        )
        for column in ("interconnection_mw", "onsite_mw", "existing_mw")
    }
    power = (series["interconnection_mw"] + series["onsite_mw"]) / float(site["peak_pue"] or 1)
    halls = series["existing_mw"] if site["tenure"] == "lease" else float(site["max_mw"] or 0)
    return min(halls, power)


def _kinds(sites: Rows, ramp: Rows) -> str:
    rows = []
    for kind in ("campus", "generic", "generic-gas"):
        chosen = [site for site in sites if site["kind"] == kind]
        sums = [sum(powered_mw(site, ramp, f"{year}Q4") for site in chosen) for year in YEARS]
        rows.append([kind, str(len(chosen)), *(f"{value:,.0f}" for value in sums)])
    columns = [sum(float(row[i].replace(",", "")) for row in rows) for i in range(1, len(YEARS) + 2)]
    rows.append(["all", *(f"{value:,.0f}" for value in columns)])
    head = ["kind", "sites", *(f"IT MW {year}" for year in YEARS)]
    return "IT MW that sites can power by the end of each year, before zone limits:\n\n" + table(head, rows)


def _headroom(raw: Raw, headroom: Headroom) -> str:
    rows = []
    for year in YEARS:
        quarter = f"{year}Q4"
        total = sum(headroom.value(zone, quarter) for zone in raw.zones)
        others = sum(headroom.others(zone, quarter) for zone in raw.zones)
        cells = (total, others, headroom.clip(quarter), headroom.contracted_beyond(quarter))
        rows.append([str(year), *(f"{value:,.0f}" for value in cells)])
    head = [
        "end of",
        "headroom",
        "taken by others",
        "clipped: others beyond the share",
        "raised to contracts",
    ]
    clipped = [zone for zone in raw.zones if headroom.surplus(zone, f"{LAST_YEAR}Q4") < 0]
    return (
        "Headroom over all zones, fence MW:\n\n"
        + table(head, rows)
        + f"\n\nZones where others took more than the share by {LAST_YEAR}: {', '.join(clipped)}."
    )


def _left_out(raw: Raw, slots: list[Slot]) -> str:
    rows = []
    for region in sorted({row["planning_region"] for row in raw.zones.values()}):
        zones = [zone for zone, row in raw.zones.items() if row["planning_region"] == region]
        mine = [slot for slot in slots if slot.zone in zones]
        kept = [slot for slot in mine if slot.in_horizon]
        late = [slot for slot in mine if not slot.in_horizon]
        small = [zone for zone in zones if zone not in {slot.zone for slot in mine}]
        rows.append(
            [
                REGIONS[region],
                f"{mine[0].lead_years:g}" if mine else "",
                mine[0].first_quarter if mine else "",
                str(sum(slot.count for slot in kept)),
                str(sum(slot.count for slot in late)),
                f"{sum(slot.count * slot.it_mw for slot in late):,.0f}",
                " ".join(small),
            ]
        )
    head = [
        "region",
        "lead, years",
        "first power",
        "generic sites",
        "left out: too late",
        "their IT MW",
        "zones with no room for 100 IT MW",
    ]
    late_count = sum(slot.count for slot in slots if not slot.in_horizon)
    return (
        f"Generic sites on the grid by region; {late_count} are left out because the horizon ends "
        "before their power comes:\n\n" + table(head, rows)
    )
