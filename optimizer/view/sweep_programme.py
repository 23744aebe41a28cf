"""Tell which cases of a sweep deliver or place other racks than the base: a smaller programme is no saving."""

from __future__ import annotations

import re

import numpy as np
import pandas as pd

from .sweep_frames import Floats, numbers, planned
from .sweep_words import Measure, measure

MARK = "†"
PLACED = "placed_gw"  # the column of the IT GW that each case has placed by its end
COSTS = ("objective_usd", "money_usd")
_SAME = 0.001  # of the base's GW delivered: whole pods round as much
_PLACED = 0.005  # and of those placed: plans that are equally good within their gaps differ by as much
_DELIVERED = re.compile(r"delivered_gw_(.+)_(\d{4}(?:[HQ]\d)?)", re.DOTALL)


def usd_per_gw(frame: pd.DataFrame, quantity: str = "objective_usd") -> Floats:
    """Return a cost of each case per IT GW that it places, nan where it places nothing."""
    placed = numbers(frame, PLACED)
    return numbers(frame, quantity) / np.where(placed > 0, placed, np.nan)


def programmes(cases: pd.DataFrame, base: pd.DataFrame) -> list[str]:
    """Say of each case with a plan how its programme differs from the base's, "" where it does not.

    It differs where other GW are delivered in sum, by a vendor or by a period, or placed by the end, or where the
    periods are others.
    """
    if not len(base) or not planned(base, PLACED)[0]:
        return [""] * len(cases)
    (own, *_), there = numbers(base, PLACED), numbers(cases, PLACED)
    (total, *_), totals = numbers(base, "delivered_gw"), numbers(cases, "delivered_gw")
    least = _SAME * max(total, 1e-9)
    ahead, apart = _shifts(cases, base)
    spent = [str(c) for c in cases.columns if str(c).startswith("spend_")]
    gaps = [np.isnan(numbers(cases, c)) != np.isnan(numbers(base, c)[:1]) for c in spent]
    moved = np.logical_or.reduce(gaps) if gaps else np.zeros(len(cases), dtype=bool)  # other periods
    found = []
    for row, has in enumerate(planned(cases)):
        words = ""
        if has and (abs(there[row] - own) > _PLACED * own or abs(totals[row] - total) > least):
            words = f"{_gw(there[row])} of {_gw(own)} GW"
            if abs(there[row] - own) <= _PLACED * own:
                words = f"{_gw(there[row])} GW, {_gw(totals[row])} delivered"
        elif has and moved[row]:
            words = f"{_gw(there[row])} GW in other periods"
        elif has and apart[row] > least:
            when = "later" if ahead[row] < -least else "earlier" if ahead[row] > least else "by other vendors"
            words = f"{_gw(there[row])} GW, {when}"
        found.append(words)
    return found


def per_gw(cases: pd.DataFrame, base: pd.DataFrame, quantity: str) -> list[str]:
    """Say what ``programmes`` says, with the cost of each case per GW in the unit of ``caution``."""
    words = programmes(cases, base)
    if quantity not in COSTS or not any(words):
        return words
    rates, kind = usd_per_gw(cases, quantity), rate_unit(base, quantity)
    said = ["" if np.isnan(rate) else f", {kind.said(float(rate))} per GW" for rate in rates]
    return [word and word + rate for word, rate in zip(words, said, strict=True)]


def caution(cases: pd.DataFrame, base: pd.DataFrame, quantity: str) -> str:
    """Return the words below a picture that shows a case of another programme, "" where none does."""
    if not any(programmes(cases, base)):
        return ""
    own = _gw(numbers(base, PLACED)[0])
    words = f"{MARK}: other racks than the base's {own} GW. A smaller or later programme is no saving"
    if quantity in COSTS:
        rate, kind = float(usd_per_gw(base, quantity)[0]), rate_unit(base, quantity)
        words += f": compare per GW (the base: {kind.said(rate)} {kind.name})"
    return f"{words}. "


def rate_unit(base: pd.DataFrame, quantity: str = "objective_usd") -> Measure:
    """Return how a cost per GW is said: in bn USD where the base's is a billion or more."""
    rate = usd_per_gw(base, quantity)
    return measure(quantity, np.where(np.abs(rate) >= 1e9, 1e12, rate))


def told(cases: pd.DataFrame, base: pd.DataFrame, *, end: str = "") -> str:
    """Say how many cases have another programme than the base, and of what size; "" where none has.

    ``end`` stands behind the words.
    """
    words = programmes(cases, base)
    count = sum(map(bool, words))
    if not count:
        return ""
    range_gw, own = size(cases[[bool(word) for word in words]]), _gw(numbers(base, PLACED)[0])
    many = "1 case places" if count == 1 else f"{count:,} cases place"
    said = f"{many} {range_gw} where the base places {own}, or at other times"
    return f"{said}: a smaller or later programme is no saving{end}"


def size(*frames: pd.DataFrame) -> str:
    """Return the least and the most that cases place, in GW; there is at least one with a plan."""
    placed = np.concatenate([numbers(frame, PLACED) for frame in frames])
    low, high = _gw(np.nanmin(placed)), _gw(np.nanmax(placed))
    return f"{low} GW" if low == high else f"{low} to {high} GW"


def _shifts(cases: pd.DataFrame, base: pd.DataFrame) -> tuple[Floats, Floats]:
    """Return how far each case is ahead of the base in the sum of GW delivered by each period, and how far apart."""
    vendors: dict[str, list[str]] = {}
    for match in filter(None, map(_DELIVERED.fullmatch, map(str, cases.columns))):
        vendors.setdefault(match[1], []).append(match[0])  # the columns of a vendor stand in the order of time
    ahead, apart = np.zeros(len(cases)), np.zeros(len(cases))
    for names in vendors.values():
        by_case, of_base = (np.column_stack([np.nan_to_num(numbers(f, c)) for c in names]) for f in (cases, base))
        change = np.cumsum(by_case - of_base[:1], axis=1)
        ahead += change.sum(axis=1)
        apart = np.maximum(apart, np.abs(change).max(axis=1))
    return ahead, apart


def _gw(value: float) -> str:
    return f"{value:,.1f}" if abs(value) >= 10 else f"{value:.3g}"
