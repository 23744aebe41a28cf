"""Derive the figures behind halls, ramps and lead times of the candidate sites."""

from tools.derive_us.figures import Citation, Figure, assumed, cite, figure
from tools.derive_us.generics import LARGEST_MW, LEADS, STEP_MW
from tools.derive_us.raw import Raw, number

LEADTIMES = "facts/leadtimes.csv"
GRID, GAS = "kind=generic", "kind=generic-gas"


def halls(raw: Raw) -> list[Figure]:
    """Return what sets the pace and size of building."""
    ramp = raw.row(LEADTIMES, "ramp_cap")
    per_year = [max(1.0, float(int(number(ramp, key) / STEP_MW))) for key in ("low", "central", "high")]
    cap = cite(raw, LEADTIMES, "ramp_cap")
    late = assumed("a year's slip of every announced date")
    campuses = sorted({row["site_id"] for row in raw.rows("facts/campus_ramp.csv")})
    announced = cite(raw, "facts/announced_sites.csv", *campuses, confidence="per row")
    return [
        figure(
            "hall_mw",
            "sites:hall_mw",
            assumed("a common building block; leased campuses build none of ours"),
            central=STEP_MW,
            unit="MW IT",
            rule="set: size of one hall",
        ),
        figure(
            "halls_per_year_grid",
            "sites:halls_per_year",
            cap,
            selector=GRID,
            low=per_year[0],
            central=per_year[1],
            high=per_year[2],
            unit="halls/year",
            rule="set: most IT MW that one campus added in 12 months / hall_mw, whole",
        ),
        figure(
            "halls_per_year_gas",
            "sites:halls_per_year",
            assumed("half the pace of grid sites, the pace of their plant", "low"),
            selector=GAS,
            central=6,
            unit="halls/year",
            rule="set: 300 IT MW a year, as the on-site plant grows",
        ),
        figure(
            "generic_size",
            "sites:max_mw",
            assumed("one to three sites of at most 1,000 IT MW in a zone"),
            selector=GRID,
            central=LARGEST_MW,
            unit="MW IT",
            rule="derive: n = ceil(H / 1,330), at most 3; min(1,000, H / (1.33 n)) down to 50, at least 100; "
            "H = headroom of 2030Q4 at share 0.10 less contracts, frozen when the share varies",
        ),
        figure(
            "campus_halls",
            "site_ramp:existing_mw",
            announced,
            selector="kind=campus",
            central=1,
            unit="factor",
            rule="scale: halls and power new to the programme by quarter, cited per row of us-ramp.csv",
        ),
        figure(
            "campus_delay",
            "site_ramp:period",
            late,
            selector="kind=campus",
            low=0,
            central=0,
            high=1,
            unit="years",
            rule="shift: labels of the ramp move by value - central years",
        ),
        figure(
            "fast_ramp_delay",
            "site_ramp:period",
            late,
            selector="site=fairwater_wi|ports_pike",
            low=0,
            central=0,
            high=1,
            unit="years",
            rule="shift: labels move by value - central years; both ramps are faster than any campus was",
        ),
    ]


def leads(raw: Raw) -> list[Figure]:
    """Return the years from the decision to power and halls, by region."""
    gas = cite(raw, LEADTIMES, "btm_any", "b_first", confidence="low")
    regions = [part for name in sorted(LEAD_ROWS) for part in _region(raw, name, in_table=name not in LATE)]
    return regions + _lead("lead_gas", gas, GAS, (1.5, 2.0, 2.5), True, "")


def late_leads(raw: Raw) -> list[Figure]:
    """Return the leads of the regions where power comes after the horizon, for tables that hold their sites."""
    return [part for name in LATE for part in _region(raw, name, in_table=True)]


LATE = ("lead_caiso", "lead_nyiso", "lead_pjm")
LEAD_ROWS = {
    "lead_miso": ("ll_miso", 2.5, ""),
    "lead_spp": ("ll_spp", 2.5, ""),
    "lead_ercot": ("ll_ercot", 3.0, ""),
    "lead_serc": ("ll_serc", 3.0, "Florida included"),
    "lead_west": ("ll_west", 3.5, ""),
    "lead_isone": ("q_isone", 3.8, "generator queue as a stand-in"),
    "lead_pjm": ("ll_pjm", 4.5, "range 3 to 7"),
    "lead_caiso": ("ll_west", 6.0, "its high end; the generator queue q_caiso says 9.2"),
    "lead_nyiso": ("q_nyiso", 6.5, "generator queue as a stand-in"),
}


def _region(raw: Raw, name: str, *, in_table: bool) -> list[Figure]:
    zones = "|".join(zone for zone, row in raw.zones.items() if LEADS[row["planning_region"]] == name)
    key, central, note = LEAD_ROWS[name]
    row = raw.row(LEADTIMES, key)
    has_range = in_table and row["low"] and number(row, "central") == central  # a stand-in's range is not its own
    low, high = (number(row, "low"), number(row, "high")) if has_range else (None, None)
    citation = cite(raw, LEADTIMES, key, note=note)
    return _lead(name, citation, f"{GRID};zone={zones}", (low, central, high), in_table, note)


def _lead(
    name: str,
    citation: Citation,
    selector: str,
    values: tuple[float | None, float, float | None],
    in_table: bool,
    note: str,
) -> list[Figure]:
    low, central, high = values
    if not in_table:
        rule = f"derive: these sites are left out, since the horizon ends before their power comes; {note}"
        return [
            figure(
                name,
                "sites:hall_lead_years",
                citation,
                selector=selector,
                central=central,
                unit="years",
                rule=rule,
            )
        ]
    return [
        figure(
            name,
            "sites:hall_lead_years",
            citation,
            selector=selector,
            low=low,
            central=central,
            high=high,
            unit="years",
            rule="set: from decide_on to halls; together with the power of site_ramp.period",
        ),
        figure(
            name,
            "site_ramp:period",
            citation,
            selector=selector,
            low=low,
            central=central,
            high=high,
            unit="years",
            rule="shift: labels of the ramp move by value - central years; selected by the site's row",
        ),
    ]
