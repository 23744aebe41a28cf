"""Move labels of tables in time: standing values by their label, deliveries by the periods that they serve in."""

from __future__ import annotations

import math

import numpy as np

from ..io.periods import Horizon, Label, parse_label
from ..io.wording import listed
from .draft import Draft
from .selector import Refusal, Rows

QUARTER = 3  # months of the shortest label


def moved(label: Label, months: int) -> Label:
    """Return a label so many months later, no longer than it was, cut where it would begin inside a quarter."""
    start = label.start + months
    start -= start % QUARTER
    return Label(start, next(n for n in (12, 6, QUARTER) if n <= label.months and start % n == 0))


def shift_labels(draft: Draft, table: str, column: str, rows: Rows, months: int) -> None:
    """Move the labels from which values hold; an empty label stands for the first period."""
    frame, places = draft.frame(table), draft.places(table, rows)
    labels = frame[column].tolist()
    first = draft.horizon.labels[0]
    for place in places.tolist():
        if labels[place] or months > 0:
            labels[place] = str(moved(parse_label(labels[place]) if labels[place] else first, months))
    draft.put(table, frame.assign(**{column: labels}))


def shift_deliveries(draft: Draft, rows: Rows, periods: int) -> None:
    """Move what comes in a period to another, so many periods later.

    Raises Refusal naming SKU and period where that is outside of the horizon; with ``drop_late`` what is pushed
    past its end is left out.
    """
    _move(draft, rows, periods * round(12 * draft.horizon.length_years), by_label=False, drop_late=draft.drop_late)


def shift_delivery_labels(draft: Draft, rows: Rows, months: int) -> None:
    """Move the labels of deliveries by months; what falls behind the horizon is left out.

    Raises Refusal where any falls before it.
    """
    _move(draft, rows, months, by_label=True, drop_late=True)


def _move(draft: Draft, rows: Rows, months: int, *, by_label: bool, drop_late: bool) -> None:
    """Move deliveries by months: their labels where these stay labels, else the parts that fall into each period."""
    frame, horizon = draft.frame("deliveries"), draft.horizon
    chosen = set(draft.places("deliveries", rows).tolist())
    stay = _Parts()
    late: list[str] = []
    early: list[str] = []
    out_from, rack_kw = _racks(draft, horizon)
    cells = zip(*(frame[name].tolist() for name in ("sku", "period", "racks", "mw")), strict=True)
    for row, (sku, period, racks, mw) in enumerate(cells):
        label = parse_label(period)
        if row not in chosen or months == 0:
            stay.add(row, period, racks, mw)
            continue
        spread = horizon.spread(label, out_from.get(sku, 0))
        has_label = (by_label and months % label.months == 0) or not spread
        pieces = [label] if has_label else [horizon.labels[t] for t in spread]
        share = _share(racks, mw, len(pieces), rack_kw.get(sku, math.nan))
        for piece in pieces:
            to = moved(piece, months)
            place = _place(horizon, to)
            if 0 <= place < len(horizon):
                stay.add(row, str(to) if by_label else horizon.names[place], *share)
            else:
                (early if place < 0 else late).append(f"{sku} of {piece}")
    _refuse(horizon, early, [] if drop_late else late)
    draft.put("deliveries", frame.iloc[stay.rows].assign(period=stay.periods, racks=stay.racks, mw=stay.mw))


class _Parts:
    """Rows of deliveries as they land: the row that each came from, its period, racks and MW."""

    def __init__(self) -> None:
        self.rows: list[int] = []
        self.periods: list[str] = []
        self.racks: list[float] = []
        self.mw: list[float] = []

    def add(self, row: int, period: str, racks: float, mw: float) -> None:
        self.rows.append(row)
        self.periods.append(period)
        self.racks.append(racks)
        self.mw.append(mw)


def _racks(draft: Draft, horizon: Horizon) -> tuple[dict[str, int], dict[str, float]]:
    """Return the first period and the kW of each SKU."""
    racks = draft.frame("racks")
    labels = zip(racks["sku"], racks["available_from"].tolist(), strict=True)
    out_from = {sku: horizon.position(parse_label(str(text)).start) for sku, text in labels if text}
    return out_from, dict(zip(racks["sku"], racks["rack_kw"].tolist(), strict=True))


def _place(horizon: Horizon, label: Label) -> int:
    """Return the first period of the horizon that a label reaches, below 0 or beyond the last where it reaches none."""
    first, last = horizon.position(label.start), horizon.position(label.end - 1)
    return 0 if first < 0 <= last else first


def _share(racks: float, mw: float, parts: int, rack_kw: float) -> tuple[float, float]:
    """Return racks and MW of one of several equal parts: MW where racks would not stay whole."""
    if parts == 1:
        return racks, mw
    total = mw if math.isnan(racks) else racks * rack_kw / 1000.0
    return math.nan, total / parts


def _refuse(horizon: Horizon, early: list[str], late: list[str]) -> None:
    if early:
        reason = f"moves deliveries before the first period, {horizon.names[0]}: {listed(sorted(set(early)), most=6)}"
        raise Refusal(reason, "shift by less, or begin earlier with periods.first")
    if late:
        reason = f"pushes deliveries past the last period, {horizon.names[-1]}: {listed(sorted(set(late)), most=6)}"
        raise Refusal(reason, "leave them out with --drop-late (drop_late=True), or end later with periods.last")


def whole_months(years: float) -> int:
    """Return years as months, rounded."""
    return int(np.round(years * 12))
