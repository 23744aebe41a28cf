"""Move labels of tables in time: standing values by their label, deliveries by the periods that they serve in."""

from __future__ import annotations

import math
from typing import Literal

import pandas as pd

from ..io.periods import Horizon, Label, parse_label
from ..io.wording import listed
from .draft import Draft
from .selector import Key, Refusal, Rows

QUARTER = 3  # months of the shortest label


def moved(label: Label, months: int) -> Label:
    """Return a label so many months later, no longer than it was, cut where it would begin inside a quarter."""
    start = label.start + months
    start -= start % QUARTER
    return Label(start, next(n for n in (12, 6, QUARTER) if n <= label.months and start % n == 0))


def shift_labels(draft: Draft, table: str, column: str, rows: Rows, months: int) -> bool:
    """Move the labels from which values hold; an empty one of racks stands for the first period, others for ever.

    Returns whether any holds from another period of the study.
    """
    frame, places = draft.frame(table), draft.places(table, rows)
    labels = frame[column].tolist()
    horizon, shows = draft.horizon, False
    for place in places.tolist():
        if labels[place] or (months > 0 and table == "racks"):
            before = parse_label(labels[place]) if labels[place] else horizon.labels[0]
            after = moved(before, months)
            shows |= _holds_from(horizon, before) != _holds_from(horizon, after)
            labels[place] = str(after)
    draft.put(table, frame.assign(**{column: labels}))
    return shows


def shift_deliveries(
    draft: Draft, rows: Rows, months: int, *, by: Literal["period", "start", "label"] = "period"
) -> bool:
    """Move deliveries by months, and return whether any comes in another period of the study.

    By "period" the parts move that fall into each; by "start" a label moves as it is unless it is longer than a period;
    by "label" any that stays one. Raises Refusal naming SKU and period where one falls before the horizon, or behind
    it: that is left out by "label" and with ``drop_late``.
    """
    frame, horizon = draft.frame("deliveries"), draft.horizon
    chosen = set(draft.places("deliveries", rows).tolist())
    landed: list[tuple[int, str, float, float]] = []  # the row that each part came from, its period, racks and MW
    late: list[str] = []
    early: list[str] = []
    shows = False
    out_from, rack_kw = _racks(draft, horizon)
    cells = zip(*(frame[name].tolist() for name in ("sku", "period", "racks", "mw")), strict=True)
    for row, (sku, period, racks, mw) in enumerate(cells):
        label = parse_label(period)
        if row not in chosen or months == 0:
            landed.append((row, period, racks, mw))
            continue
        spread = horizon.spread(label, out_from.get(sku, 0))
        has_label = {
            "label": months % label.months == 0, "start": label.months <= horizon.labels[0].months, "period": False
        }[by] or not spread  # fmt: skip
        pieces = [label] if has_label else [horizon.labels[t] for t in spread]
        share = _share(racks, mw, len(pieces), rack_kw.get(sku, math.nan))
        for piece in pieces:
            to = moved(piece, months)
            place = _place(horizon, to)
            shows |= place != _place(horizon, piece)
            if 0 <= place < len(horizon):
                landed.append((row, horizon.names[place] if by == "period" else str(to), *share))
            else:
                (early if place < 0 else late).append(f"{sku} of {piece}")
    _refuse(horizon, early, [] if by == "label" or draft.drop_late else late)
    moved_rows = frame.iloc[[row for row, *_ in landed]]
    periods, racks_of, mw_of = [p for _, p, _, _ in landed], [r for _, _, r, _ in landed], [mw for *_, mw in landed]
    draft.put("deliveries", moved_rows.assign(period=periods, racks=racks_of, mw=mw_of))
    return shows


def unseen(table: pd.DataFrame, key: Key, rows: Rows, months: int) -> tuple[str, str]:
    """Say which rows a shift by months leaves in their periods, and how the study would show it."""
    whose = table.iloc[rows]
    labels = [
        " ".join(filter(None, (str(a), str(b)))) for a, b in zip(whose.iloc[:, 0], whose[key.column], strict=True)
    ]
    per_year = 2 if months % 6 == 0 else 4
    reason = f"changes no period of the study: every row begins in the same one as before: {listed(labels, most=6)}"
    return reason, f"set periods.per_year = {per_year} to see it"


def _racks(draft: Draft, horizon: Horizon) -> tuple[dict[str, int], dict[str, float]]:
    """Return the first period and the kW of each SKU."""
    racks = draft.frame("racks")
    labels = zip(racks["sku"], racks["available_from"].tolist(), strict=True)
    out_from = {sku: horizon.position(parse_label(str(text)).start) for sku, text in labels if text}
    return out_from, dict(zip(racks["sku"], racks["rack_kw"].tolist(), strict=True))


def _holds_from(horizon: Horizon, label: Label) -> int:
    """Return the first period in which a standing value with this label holds, beyond the last where it never does."""
    return min(len(horizon), max(0, horizon.position(label.start)))


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
