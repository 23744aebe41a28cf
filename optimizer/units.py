"""Write money, power and shares for people, in the unit that suits their size."""

from __future__ import annotations

from math import floor, isfinite, log10

_NOTHING = 5e-6  # what is smaller is what a computation leaves over


def figure(value: float, decimals: int = 0, *, sign: str = "") -> str:
    """Return a number with at least so many decimals, and more where three significant digits need them.

    So 0.26 stays "0.26" among "4,250" and "988": what is not nothing is never written as 0.
    """
    if not isfinite(value):
        return f"{value}"
    if abs(value) < _NOTHING:
        return f"{0:.{decimals}f}"
    needed = max(decimals, 2 - floor(log10(abs(value))))
    whole, _, part = f"{value:{sign},.{needed}f}".partition(".")
    part = part[:decimals] + part[decimals:].rstrip("0")
    return f"{whole}.{part}" if part else whole


def aligned(value: float, decimals: int, *, sign: str = "") -> str:
    """Return a number with so many decimals, three significant digits where those would leave one digit or none."""
    if abs(value) < 0.95 * 10.0 ** (1 - decimals):
        return figure(value, decimals, sign=sign)
    return f"{value:{sign},.{decimals}f}"


def usd(value: float) -> str:
    """Return an amount of money such as "225.9 bn USD", "41.2 M USD" or "1,250 USD"."""
    if not isfinite(value):
        return f"{value} USD"
    size = abs(value)
    if size >= 0.9995e9:
        return f"{value / 1e9:,.{1 if size >= 9.95e9 else 2}f} bn USD"
    if size >= 0.9995e6:
        return f"{value / 1e6:,.{1 if size >= 9.95e6 else 2}f} M USD"
    return f"{figure(value)} USD"


def share(value: float) -> str:
    """Return a share in percent, with the digits that a gap needs."""
    percent = 100 * value
    if abs(percent) >= 0.1:
        return f"{percent:.2f}".rstrip("0").rstrip(".") + " %"
    return f"{percent:.2g} %" if abs(percent) >= 1e-4 else "0 %"


def mw(value: float) -> str:
    """Return a power such as "12.6 GW", "340 MW" or "0.26 MW"."""
    return f"{value / 1000:,.1f} GW" if abs(value) >= 1000 else f"{figure(value)} MW"


def mw_years(value: float) -> str:
    """Return power over time such as "10.6 GW-years" or "35 MW-years"."""
    return f"{mw(value)}-years"


def excel_format(unit: str) -> str:
    """Return Excel's number format for a unit of a column; "" for what is no number."""
    if unit == "share":
        return "0.00 %"
    if "MW-years" in unit:
        return _with_small("#,##0.0", 1)
    if unit.startswith("USD"):
        return _with_small("#,##0", 100)
    return _with_small("#,##0.00", 1) if unit.startswith(("MW", "GW")) else "#,##0" if unit else ""


def _with_small(usual: str, least: int) -> str:
    """Return a format that shows more digits of what is positive and below ``least``: it is not 0."""
    return f"[>={least}]{usual};[>0]0.00####;{usual}"


def money_unit(largest_usd: float) -> tuple[float, str]:
    """Return what a table of amounts is divided by, and its name."""
    if largest_usd >= 1e10:
        return 1e9, "bn USD"
    return (1e6, "M USD") if largest_usd >= 1e6 else (1.0, "USD")


def power_unit(largest_mw: float) -> tuple[float, str]:
    """Return what a table of power is divided by, and its name."""
    return (1000.0, "GW") if largest_mw >= 1000 else (1.0, "MW")
