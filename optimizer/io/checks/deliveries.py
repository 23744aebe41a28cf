"""Checks of deliveries against racks and the study's periods."""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np

from optimizer.errors import Fault, shown
from optimizer.io.checks.context import Context, Doubt
from optimizer.io.periods import Horizon, Label
from optimizer.io.standing import labels_of, whole_pods
from optimizer.io.table import Finding

_NO_POD = "leaves no rack: it is less than half a pod"
_ROUNDING = 1e-7  # pods


def neither_or_both(context: Context) -> Iterator[Doubt | Fault]:
    """Find rows without exactly one of racks and mw."""
    table = context.some("deliveries")
    if table is None:
        return
    counts = (~np.isnan([table.numbers("racks"), table.numbers("mw")])).sum(axis=0).tolist()
    if not any(counts) and not table.unread_cells and not table.lost_rows:
        names = [shown(n, 30) for n in table.frame if table.schema.find(str(n)) is None]
        cure = f"name the column racks or mw; others are {', '.join(names[:5])}" if names else "add one of them"
        yield Fault(table.file, "no row gives racks or mw", cure=cure)
        return
    unread = {i for i, count in enumerate(counts) if count == 0 and table.unread(i, ("racks", "mw"))}
    cure = "give exactly one of the two"
    found = [
        Finding(i, "both racks and mw are given" if count else "neither racks nor mw is given", cure)
        for i, count in enumerate(counts)
        if count != 1 and i not in unread
    ]
    yield Doubt(table, "racks", found)


def outside_horizon(context: Context) -> Iterator[Doubt]:
    """Find deliveries outside the study's periods or before their rack is out."""
    table, racks, horizon = context.some("deliveries"), context.some("racks"), context.horizon
    if table is None or horizon is None:
        return
    out = _available(context, horizon) if racks is not None else {}
    found = []
    for row, (sku, label) in enumerate(zip(table.texts("sku"), labels_of(table.texts("period")), strict=True)):
        if label is None:
            continue
        if not horizon.spread(label):
            span = f"{horizon.names[0]} to {horizon.names[-1]}"
            cure = "change the row, or periods.first and last of the study"
            found.append(Finding(row, f"is outside of the study's periods, {span}", cure, str(label)))
        elif sku in out and not horizon.spread(label, out[sku][0]):
            reason = f"is before the rack is out: available_from is {out[sku][1]}"
            cure = "deliver later, or correct available_from in racks"
            found.append(Finding(row, reason, cure, str(label)))
    yield Doubt(table, "period", found)


def _available(context: Context, horizon: Horizon) -> dict[str, tuple[int, Label]]:
    """Return the first period of each SKU that names one, and its label."""
    racks = context.tables["racks"].frame
    labels = zip(racks["sku"], labels_of(racks["available_from"]), strict=True)
    return {sku: (horizon.position(label.start), label) for sku, label in labels if label is not None}


def broken_pods(context: Context) -> Iterator[Doubt]:
    """Find racks that are no whole pods: labels no coarser than a period, summed per SKU and period."""
    table, racks, months, horizon = context.some("deliveries"), context.some("racks"), context.months, context.horizon
    if table is None or racks is None or months is None:
        return
    pods = dict(zip(racks.texts("sku"), racks.frame["pod_racks"].tolist(), strict=True))
    sums: dict[tuple[str, int], list[int]] = {}
    numbers = table.numbers("racks")
    for row, (sku, label) in enumerate(zip(table.texts("sku"), labels_of(table.texts("period")), strict=True)):
        if label is None or math.isnan(numbers[row]) or sku not in pods or label.months > months:
            continue
        if horizon is None or horizon.spread(label):
            sums.setdefault((sku, label.start // months), []).append(row)
    found = []
    for (sku, period), rows in sums.items():
        total, pod = int(sum(numbers[r] for r in rows)), pods[sku]
        if total % pod:
            reason = f"{total:,} racks in {Label(period * months, months)} are no whole pods of {pod}"
            low = total // pod * pod  # the pod that is begun is left out or filled
            cure = f"deliver {low:,} or {low + pod:,}, or give mw in place of racks"
            found.append(Finding(rows[-1], reason, cure, None, "pods"))
    yield Doubt(table, "racks", sorted(found, key=lambda f: f.row))


def lost_deliveries(context: Context) -> Iterator[Doubt]:
    """Doubt deliveries that leave no rack: the last of a SKU, less than the half pod that is rounded off."""
    table, racks = context.some("deliveries"), context.whole("racks", "rack_kw")
    if table is None or racks is None:
        return
    sizes = zip(racks.numbers("pod_racks").tolist(), racks.numbers("rack_kw").tolist(), strict=True)
    pod_of = dict(zip(racks.texts("sku"), sizes, strict=True))
    rows: dict[str, list[tuple[int, int, float]]] = {}
    columns = table.texts("sku"), labels_of(table.texts("period")), table.numbers("racks"), table.numbers("mw")
    for row, (sku, label, count, mw) in enumerate(zip(*columns, strict=True)):
        if label is not None and sku in pod_of:
            pod_racks, rack_kw = pod_of[sku]
            amount = mw / (pod_racks * rack_kw / 1000) if math.isnan(count) else count / pod_racks
            rows.setdefault(sku, []).append((label.start, row, amount))
    for column in ("racks", "mw"):
        numbers = table.numbers(column)
        found = [
            Finding(row, f"{_NO_POD} of {pod_of[sku][0]:,.0f} racks, {math.prod(pod_of[sku]) / 1000:,.6g} MW",
                    "deliver at least a pod, add it to another delivery, or lower pod_racks in racks",
                    f"{numbers[row]:.10g}", "lost")
            for sku, parts in rows.items() for row in _lost(parts) if not math.isnan(numbers[row])
        ]  # fmt: skip
        yield Doubt(table, column, sorted(found, key=lambda f: f.row), "warning")


def _lost(parts: list[tuple[int, int, float]]) -> Iterator[int]:
    """Yield the rows of a SKU, as (start, row, pods), of which nothing comes."""
    total = sum(pods for _, _, pods in parts)
    rest = total - float(whole_pods(np.array(total)))
    for _, row, pods in sorted(parts, reverse=True):
        if not _ROUNDING < pods <= rest + _ROUNDING:
            return
        rest -= pods
        yield row
