"""Derive the figures behind study.toml, the racks and the deliveries."""

from tools.derive_us.figures import Book, Figure, assumed, cite, figure
from tools.derive_us.programme import (
    COSTS,
    DEALS,
    POD_RACKS,
    PROGRAMME_GW,
    ROADMAP,
    SCENARIOS,
    SHIPPING,
    SKUS,
    holding,
    price_per_mw,
    schedule,
)
from tools.derive_us.raw import Raw, number


def study_book(raw: Raw) -> Book:
    """Return every figure that sets a key of study.toml or a column of racks and deliveries."""
    return Book((*_unused(raw), *_policy(raw), *_racks(raw), *_deliveries(raw)))


def _unused(raw: Raw) -> list[Figure]:
    idle = raw.row(COSTS, "idle_racks")
    racks = [_programme_price(raw, end) for end in ("_low", "", "_high")]
    wacc = [number(raw.row(COSTS, "wacc"), key) / 100 for key in ("low", "central", "high")]
    per_year, level = "USD/MW IT/year", "medium"
    return [
        figure(
            "discount_rate",
            "study:money.discount_rate",
            cite(raw, COSTS, "wacc", confidence="assumption"),
            low=wacc[0],
            central=wacc[1],
            high=wacc[2],
            unit="1/year",
            rule="set: a nominal rate, used as the real one",
        ),
        figure(
            "waiting_default",
            "study:unused.waiting_rack_usd_per_mw_year",
            cite(raw, COSTS, "idle_racks", confidence=level),
            central=round(12 * number(idle, "central"), 1) * 1e6,
            unit=per_year,
            rule="set: 12 x monthly holding cost; for racks without a price of their own, of which this study has none",
        ),
        figure(
            "aged",
            "study:unused.aged_rack_usd_per_mw_year",
            cite(raw, COSTS, "revenue_mw", confidence=level),
            central=10e6,
            unit=per_year,
            rule="set: the low end of revenue per MW-year, on top of waiting, after one year",
        ),
        figure(
            "unplaced",
            "study:unused.unplaced_rack_usd_per_mw",
            cite(raw, SKUS, *SHIPPING.values(), confidence=level),
            low=racks[0],
            central=racks[1],
            high=racks[2],
            unit="USD/MW IT",
            rule="set: mean price of the programme's racks per MW, one for all vendors; once, at the horizon",
        ),
        figure(
            "idle_hall",
            "study:unused.idle_hall_usd_per_mw_year",
            assumed("rent, O&M and capex are in the model already"),
            central=0.0,
            unit=per_year,
            rule="set: no price beside real money",
        ),
        figure(
            "idle_power",
            "study:unused.idle_power_usd_per_mw_year",
            cite(raw, COSTS, "tx_charge", "capacity_pjm", confidence=level),
            low=0.09e6,
            central=0.2e6,
            high=0.21e6,
            unit="USD/MW at the fence/year",
            rule="set: transmission demand charge 0.089 (low: alone) + capacity price 0.122 MUSD, rounded",
        ),
    ]


def _programme_price(raw: Raw, end: str) -> float:
    """Return the mean price per MW of what the programme buys, to 0.1 MUSD."""
    paid = sum(PROGRAMME_GW[vendor] * price_per_mw(raw.row(SKUS, sku), end) for vendor, sku in SHIPPING.items())
    return round(paid / sum(PROGRAMME_GW.values()), -5)


def _policy(raw: Raw) -> list[Figure]:
    life = cite(raw, COSTS, "life_facility", confidence="medium")
    return [
        figure(
            "max_sites",
            "study:policy.max_sites",
            assumed("what one programme can build and run at once"),
            low=20,
            central=30,
            high=40,
            unit="sites",
            rule="set: sites that are open in any period",
        ),
        figure(
            "min_site",
            "study:policy.min_site_mw",
            assumed("a smaller site does not pay for its crew"),
            central=200,
            unit="MW IT",
            rule="set: IT MW of an open site in the last period",
        ),
        figure(
            "min_vendor",
            "study:policy.min_vendor_mw",
            assumed("fabric, spares and staff of a vendor pay only from such a cluster on"),
            central=100,
            unit="MW IT",
            rule="set: IT MW of a vendor at a site in the last period",
        ),
        figure(
            "hall_life",
            "study:money.asset_life_years.hall",
            life,
            low=14,
            central=15,
            high=20,
            unit="years",
            rule="set: straight line for the residual value; near the 14 years of Epoch AI, since 39 is a tax life",
        ),
    ]


def _racks(raw: Raw) -> list[Figure]:
    found = [_waiting(raw)]
    for sku in (*SHIPPING.values(), *ROADMAP):
        row, citation = raw.row(SKUS, sku), cite(raw, SKUS, sku)
        kw = [number(row, key) for key in ("rack_kw_low", "rack_kw", "rack_kw_high")]
        price = [number(row, key) * 1e6 for key in ("price_musd_low", "price_musd", "price_musd_high")]
        for name, column, values, unit, rule in (
            ("kw", "rack_kw", kw, "kW", "set: nameplate draw of one rack; its waiting price per MW stays"),
            ("price", "price_usd", price, "USD/rack", _price_rule(sku)),
            ("price", "waiting_usd_per_mw_year", price, "USD/rack", "scale: what waits is worth its price"),
        ):
            low, central, high = values
            found.append(
                figure(
                    f"{sku.lower()}_{name}", f"racks:{column}", citation, selector=f"sku={sku}",
                    low=low, central=central, high=high, unit=unit, rule=rule,
                )
            )  # fmt: skip
    found.append(
        figure(
            "pod_racks",
            "racks:pod_racks",
            assumed("a row of eight racks shares one fabric and one coolant loop"),
            central=POD_RACKS,
            unit="racks/pod",
            rule="set: placed together",
        )
    )
    return found


def _waiting(raw: Raw) -> Figure:
    low, central, high = (round(value, 4) for value in holding(raw))
    return figure(
        "waiting",
        "racks:waiting_usd_per_mw_year",
        cite(raw, COSTS, "life_it", "wacc", confidence="medium"),
        low=low,
        central=central,
        high=high,
        unit="share of price/year",
        rule="scale: price / MW x (1 / life + interest): 5 years and 8 %; low 7 and 6 %, high 3 and 12 %",
    )


def _price_rule(sku: str) -> str:
    if sku == "JALAPENO_128":
        return "set: 15.4 MUSD/MW by rack price; system cost of the first phase is 13.8 (costs.csv xpu_chips)"
    return "set: purchase price of one rack, outside the objective"


def _deliveries(raw: Raw) -> list[Figure]:
    late = assumed("a year's slip of every delivery")
    found = [
        figure(
            "delivery_delay",
            "deliveries:period",
            late,
            low=0,
            central=0,
            high=1,
            unit="years",
            rule="shift: labels move by value - central years; what falls behind the horizon is left out",
        )
    ]
    for step in (step for scenario in SCENARIOS for step in schedule(raw, scenario)):
        found.append(
            Figure(
                figure=f"{step.vendor.lower()}_{step.year}_{step.scenario.lower()}",
                table="deliveries",
                column="mw",
                selector=f"sku={step.sku};period={step.year}",
                central=step.mw,
                unit="MW IT",
                rule=f"set: {SCENARIOS[step.scenario]}",
                origin=f"facts/delivery_schedule.csv {step.key}",
                source=f"vendors_deals.csv {DEALS[step.vendor]}; {step.reason}",
                url=step.url,
                licence="fact, cited",
                vintage=step.vintage,
                confidence=step.confidence,
            )
        )
    return found
