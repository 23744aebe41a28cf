"""Derive the figures behind the grid."""

from tools.derive_us.figures import REEDS, Book, Citation, Figure, assumed, cite, figure
from tools.derive_us.grid import OCCUPIED_MW, state_price
from tools.derive_us.raw import Raw, number

SHARES = (0.05, 0.10, 0.15)


def grid_book(raw: Raw) -> Book:
    """Return every figure that sets a column of the grid tables."""
    return Book((*_headroom(raw), *_lines(), *_prices(raw)))


def _headroom(raw: Raw) -> list[Figure]:
    duke = cite(raw, "facts/costs.csv", "curtail_hours")
    reeds = Citation(
        origin=f"grids/us134/zones.csv peak_mw_2026 to peak_mw_2030, installed_capacity_mw_2026; {duke.origin}",
        source="NREL ReEDS zones; NERC LTRA 2023 peaks; EIA-860 capacity by PowerGenome; "
        f"share after Duke University 2025, by {duke.source}",
        url=f"{REEDS}; {duke.url}",
        licence="BSD-3-Clause (ReEDS); MIT (PowerGenome-data)",
        vintage="2023 to 2025-12",
        confidence="medium",
    )
    epoch = Citation(
        origin="sites/epoch/raw_data_center_timelines.csv and us_frontier_sites.csv",
        source="Epoch AI, Frontier Data Centers",
        url="https://epoch.ai/data/data-centers",
        licence="CC BY 4.0 (Epoch AI)",
        vintage="2026-05-23",
        confidence="medium",
    )
    occupied = ", ".join(f"{name} {value:.0f}" for name, value in OCCUPIED_MW.values())
    return [
        figure(
            "headroom_share",
            "headroom:headroom_mw",
            reeds,
            low=SHARES[0],
            central=SHARES[1],
            high=SHARES[2],
            unit="share of peak",
            rule="replace: us-headroom-low.csv us-headroom-high.csv; headroom = max(contracted by campuses, "
            "min(share x peak, installed) - others, 0)",
        ),
        figure(
            "others_mw",
            "headroom:headroom_mw",
            epoch,
            central=sum(mw for _, mw in OCCUPIED_MW.values()),
            unit="MW at the fence",
            rule="derive: fence MW added since end-2024 by campuses that are no candidates, by quarter; and "
            f"{occupied} MW that stand occupied at campuses that are",
        ),
    ]


def _lines() -> list[Figure]:
    limits = Citation(
        origin="grids/us134/interfaces.csv mw_forward, mw_reverse",
        source="NREL ReEDS, NARIS 2024 zonal transfer limits",
        url=REEDS,
        licence="BSD-3-Clause (ReEDS)",
        vintage="2024",
        confidence="assumption",
    )
    rule = "scale: limit x share; the rest is kept for base flows, which are unknown here"

    def share(column: str) -> Figure:
        return figure(
            "interface_share",
            f"lines:{column}",
            limits,
            low=0.25,
            central=0.5,
            high=0.75,
            unit="share of limit",
            rule=rule,
        )

    return [
        share("capacity_mw"),
        share("capacity_back_mw"),
        figure(
            "wheeling",
            "lines:usd_per_mwh",
            assumed("a hurdle that keeps power from going in circles"),
            central=0.05,
            unit="USD/MWh",
            rule="set: no tariff",
        ),
    ]


def _prices(raw: Raw) -> list[Figure]:
    blend = raw.row("facts/costs.csv", "elec_blend")
    found = [
        figure(
            "energy_level",
            "energy_prices:usd_per_mwh",
            cite(raw, "facts/costs.csv", "elec_blend"),
            low=round(number(blend, "low") / number(blend, "central"), 3),
            central=1,
            high=round(number(blend, "high") / number(blend, "central"), 3),
            unit="factor",
            rule="scale: all prices; blended prices of AI halls, 65 / 77 / 90 USD/MWh, give the range",
        )
    ]
    for state in sorted({row["state"] for row in raw.zones.values()}):
        price, vintage, source = state_price(raw, state)
        annual = source.endswith("Annual")
        file = "prices/state_retail_price.csv" if annual else "facts/power_prices_by_state.csv"
        citation = Citation(
            origin=f"{file} {state}",
            source=f"{source}, industrial average",
            url=f"https://www.eia.gov/electricity/{'annual/secrev-map.php' if annual else 'monthly/'}",
            licence="public domain (EIA)",
            vintage=vintage,
            confidence="high",
        )
        zones = "|".join(zone for zone, row in raw.zones.items() if row["state"] == state)
        found.append(
            figure(
                f"energy_{state.lower()}",
                "energy_prices:usd_per_mwh",
                citation,
                selector=f"zone={zones}",
                central=round(price, 4),
                unit="USD/MWh",
                rule="set: latest industrial average of the state, else 2023; 10 x cents/kWh",
            )
        )
    return found
