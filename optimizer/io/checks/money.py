"""Checks of the prices in study.toml: another unit, perhaps."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from optimizer.errors import Fault
from optimizer.io.checks.context import Context

_SMALLEST_USD = 1_000  # per MW; real prices lie between 1e4 and 1e8
_LARGEST_RATE = 0.3


def prices_per_mw(context: Context) -> Iterator[Fault]:
    """Doubt prices of unused capacity that are too small to be USD per MW."""
    if context.config is None:
        return
    for key, price in context.config.unused.model_dump().items():
        if "_usd_per_mw" in key and 0 < price < _SMALLEST_USD:
            reason = f"is below {_SMALLEST_USD:,} USD per MW"
            cure = "write USD per MW, not per kW or in million USD: 8.4e6"
            fault = context.keys.fault(f"unused.{key}", reason, value=price, cure=cure)
            yield replace(fault, severity="warning")


def discounting(context: Context) -> Iterator[Fault]:
    """Doubt a discount rate that nobody uses."""
    if context.config is not None and context.config.money.discount_rate > _LARGEST_RATE:
        rate = context.config.money.discount_rate
        reason = f"is a discount rate of {rate:.0%} a year"
        fault = context.keys.fault("money.discount_rate", reason, value=rate, cure="write 0.08 for 8 %")
        yield replace(fault, severity="warning")
