"""Write money, power and shares for people, in the unit that suits their size."""

from __future__ import annotations

from math import isfinite


def usd(value: float) -> str:
    """Return an amount of money such as "225.9 bn USD", "41.2 M USD" or "1,250 USD"."""
    if not isfinite(value):
        return f"{value} USD"
    size = abs(value)
    if size >= 0.9995e9:
        return f"{value / 1e9:,.{1 if size >= 9.95e9 else 2}f} bn USD"
    if size >= 0.9995e6:
        return f"{value / 1e6:,.{1 if size >= 9.95e6 else 2}f} M USD"
    return f"{value:,.0f} USD"


def share(value: float) -> str:
    """Return a share in percent, with the digits that a gap needs."""
    percent = 100 * value
    if abs(percent) >= 0.1:
        return f"{percent:.2f}".rstrip("0").rstrip(".") + " %"
    return f"{percent:.2g} %" if abs(percent) >= 1e-4 else "0 %"


def mw(value: float) -> str:
    """Return a power such as "12.6 GW" or "340 MW"."""
    return f"{value / 1000:,.1f} GW" if abs(value) >= 1000 else f"{value:,.0f} MW"


def mw_years(value: float) -> str:
    """Return power over time such as "10.6 GW-years" or "35 MW-years"."""
    return f"{value / 1000:,.1f} GW-years" if abs(value) >= 1000 else f"{value:,.0f} MW-years"


def money_unit(largest_usd: float) -> tuple[float, str]:
    """Return what a table of amounts is divided by, and its name."""
    if largest_usd >= 1e10:
        return 1e9, "bn USD"
    return (1e6, "M USD") if largest_usd >= 1e6 else (1.0, "USD")


def power_unit(largest_mw: float) -> tuple[float, str]:
    """Return what a table of power is divided by, and its name."""
    return (1000.0, "GW") if largest_mw >= 1000 else (1.0, "MW")
