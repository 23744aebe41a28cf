"""Derive the figures behind the candidate sites."""

from tools.derive_us.campuses import ANNOUNCED, ONSITE, RAMP, climate_class, nearest_hub
from tools.derive_us.figures import Book, Figure, cite, figure
from tools.derive_us.lead_figures import GAS, GRID, halls, leads
from tools.derive_us.raw import Raw, number

COSTS = "facts/costs.csv"
OWN, BOTH = "tenure=own", "kind=generic|generic-gas"
PUE_CLASSES = {
    "cold": (1.03, 1.08, 1.12, "cooling degree days up to 500"),
    "mild": (1.08, 1.12, 1.17, "cooling degree days above 500"),
    "hot": (1.12, 1.17, 1.25, "cooling degree days above 1,300"),
    "dry": (1.12, 1.20, 1.25, "AZ, CA, NM, NV, UT above 800 cooling degree days, dry coolers"),
}


def site_book(raw: Raw) -> Book:
    """Return every figure that sets a column of the sites or of their ramp."""
    return Book((*_money(raw), *_energy(raw), *_pue(raw), *halls(raw), *leads(raw)))


def _range(raw: Raw, key: str) -> tuple[float, float, float]:
    row = raw.row(COSTS, key)
    return number(row, "low"), number(row, "central"), number(row, "high")


def _shell(raw: Raw) -> list[float]:
    """Return low, central and high rent of shell and power in USD per MW-year, each as one of its sources has it."""
    cost, years, rate = (raw.row(COSTS, key) for key in ("facility_epoch", "life_facility", "wacc"))
    low = number(cost, "central") * (1 / number(years, "low") + number(rate, "central") / 100)
    return [round(value, 2) * 1e6 for value in (low, 12 * 0.175, 12 * 14.2 / 60)]


def _money(raw: Raw) -> list[Figure]:
    premium = 1 + number(raw.row(COSTS, "ai_premium"), "central") / 100
    hall = [round(value * premium, 1) * 1e6 for value in _range(raw, "facility_generic")]
    shell = _shell(raw)
    upkeep = [value * 1e6 for value in _range(raw, "opex_nonenergy")]
    rural, _, cited = _range(raw, "land")  # the middle of the row is a guess for rural counties
    land = [
        price * acres / 1000 for price, acres in zip((rural, cited, cited), _range(raw, "land_intensity"), strict=True)
    ]
    substation = _range(raw, "substation")
    lines = (0.42, 0.5, number(raw.row(COSTS, "grid_pjm"), "central"))
    gas = [round(a + b, 2) * 1e6 for a, b in zip(land, substation, strict=True)]
    grid = [round(a + b + c, 2) * 1e6 for a, b, c in zip(land, substation, lines, strict=True)]
    return [
        figure(
            "hall_usd_per_mw",
            "sites:hall_usd_per_mw",
            cite(raw, COSTS, "facility_generic", "ai_premium"),
            selector=OWN,
            low=hall[0],
            central=hall[1],
            high=hall[2],
            unit="USD/MW IT",
            rule="set: survey of shell, mechanical and electrical works x (1 + 8.5 % liquid-cooled premium); "
            "land, soft cost and IT are not in it",
        ),
        figure(
            "lease_usd_per_mw_year",
            "sites:lease_usd_per_mw_year",
            cite(raw, COSTS, "idle_shell", "facility_epoch", "life_facility", "wacc", confidence="medium"),
            selector="tenure=lease",
            low=shell[0],
            central=shell[1],
            high=shell[2],
            unit="USD/MW IT/year",
            rule="set: low: cost of a facility over 14 years plus 8 % a year; central: market rent of 175 "
            "USD/kW-month; high: 14.2 MUSD a month for 60 MW; prices that include compute are no lease price",
        ),
        figure(
            "fixed_usd_per_mw_year",
            "sites:fixed_usd_per_mw_year",
            cite(raw, COSTS, "opex_nonenergy"),
            low=upkeep[0],
            central=upkeep[1],
            high=upkeep[2],
            unit="USD/MW IT/year",
            rule="set: staff, maintenance, taxes and insurance without energy",
        ),
        figure(
            "open_usd_grid",
            "sites:open_usd",
            cite(raw, COSTS, "land", "land_intensity", "substation", "grid_ports", "grid_pjm", confidence="low"),
            selector=GRID,
            low=grid[0],
            central=grid[1],
            high=grid[2],
            unit="USD/MW at the fence",
            rule="scale: fence MW x (land 0.20 + substation 0.10 + transmission 0.50, between grid_ports and "
            "grid_pjm) MUSD; land at the cited US average of 244 kUSD/acre, low at the guess for rural counties",
        ),
        figure(
            "open_usd_gas",
            "sites:open_usd",
            cite(raw, COSTS, "land", "land_intensity", "substation", confidence="low"),
            selector=GAS,
            low=gas[0],
            central=gas[1],
            high=gas[2],
            unit="USD/MW at the fence",
            rule="scale: fence MW x (land 0.20 + substation 0.10) MUSD; the plant is in its energy price",
        ),
    ]


def _energy(raw: Raw) -> list[Figure]:
    load, gas, plant = _range(raw, "load_factor"), _range(raw, "btm_lcoe"), _range(raw, "lcoe_ccgt")
    sites = {
        key: "|".join(sorted(site for site in ONSITE if ONSITE[site] == key)) for key in sorted(set(ONSITE.values()))
    }
    gas_rule = "set: all-in price of on-site gas, plant included"

    def price(name: str, key: str, values: tuple[float, float, float], selector: str, rule: str) -> Figure:
        return figure(
            name,
            "sites:onsite_usd_per_mwh",
            cite(raw, COSTS, key),
            selector=selector,
            low=values[0],
            central=values[1],
            high=values[2],
            unit="USD/MWh",
            rule=rule,
        )

    return [
        figure(
            "load_factor",
            "sites:load_factor",
            cite(raw, COSTS, "load_factor"),
            low=load[0],
            central=load[1],
            high=load[2],
            unit="share",
            rule="set: average draw / rack nameplate; 0.80 for AI campuses is an assumption",
        ),
        price("onsite_gas", "btm_lcoe", gas, f"site={sites['onsite_gas']}", gas_rule),
        price("onsite_gas", "btm_lcoe", gas, GAS, gas_rule),
        price(
            "onsite_fuel_cell",
            "btm_lcoe",
            gas,
            f"site={sites['onsite_fuel_cell']}",
            "set: as on-site gas; no public price of fuel-cell power at this size was found",
        ),
        price(
            "onsite_ports",
            "lcoe_ccgt",
            plant,
            f"site={sites['onsite_ports']}",
            "set: levelised cost of new combined cycle at full size",
        ),
    ]


def _pue(raw: Raw) -> list[Figure]:
    peak = _range(raw, "peak_ratio")
    found = [
        figure(
            "peak_pue",
            "sites:peak_pue",
            cite(raw, COSTS, "peak_ratio"),
            selector=BOTH,
            low=peak[0],
            central=peak[1],
            high=peak[2],
            unit="MW/MW IT",
            rule="set: fence MW per IT MW of 32 large sites; generic sites only, campuses "
            "keep the ratio of their own row; power labelled in the ramp stays as it is",
        )
    ]
    for name, (low, central, high, where) in PUE_CLASSES.items():
        citation = cite(raw, COSTS, "pue", note=f"by climate: zone_hdd_cdd.csv, {where}")
        for selector, heat in _climate(raw, name):
            found.append(
                figure(
                    f"annual_pue_{name}",
                    "sites:annual_pue",
                    citation,
                    selector=selector,
                    low=low,
                    central=central,
                    high=high,
                    unit="MWh/MWh IT",
                    rule=f"set: by cooling degree days of {heat}, thresholds assumed; at most peak_pue",
                )
            )
    return found


def _climate(raw: Raw, name: str) -> list[tuple[str, str]]:
    """Return which generic sites and which campuses lie in a class of climate, and by whose degree days."""
    zones = [zone for zone, row in raw.zones.items() if climate_class(raw, zone, row["state"]) == name]
    found = [(f"{BOTH};zone={'|'.join(zones)}", "the zone")]
    campuses = []
    for site in sorted({row["site_id"] for row in raw.rows(RAMP)}):
        fact = raw.row(ANNOUNCED, site)
        hub = nearest_hub(raw, number(fact, "lon"), number(fact, "lat"))
        if climate_class(raw, hub, fact["state"]) == name:
            campuses.append(site)
    if campuses:
        found.append((f"site={'|'.join(campuses)}", "the zone whose hub is nearest"))
    return found
