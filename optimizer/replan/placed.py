"""Read a table of one's own: which racks are placed where and when."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pandas as pd

from ..errors import Fault, Faults, InputError
from ..io.reader import read_table
from ..io.source import Source, nearest
from ..io.table import Table
from ..study import Study

NAME = "placed"


def read_placed(path: str, study: Study) -> pd.DataFrame:
    """Return the rows of a CSV, a Parquet file or a sheet (book.xlsx#sheet): site, sku, period and racks.

    Raises InputError with every fault: columns, cells, ids that the study lacks, racks that are no whole pods.
    """
    faults = Faults()
    table = read_table(NAME, Path(path), path, Source(faults))
    if table is None:
        raise InputError(faults.errors, faults.warnings)
    if not faults.errors:
        _check(table, study, faults)
    faults.raise_if_any()
    return table.frame[["site", "sku", "period", "racks"]]


def _check(table: Table, study: Study, faults: Faults) -> None:
    """Find rows that name what the study lacks, and sums that are no whole pods."""
    known: Mapping[str, list[str]] = {
        "site": study.sites["site"].tolist(), "sku": study.racks["sku"].tolist(), "period": list(study.horizon.names)
    }  # fmt: skip
    if table.frame.empty:
        faults.add(Fault(table.file, "has no rows", cure="a row for each site, rack type and period: racks placed"))
    for column, ids in known.items():
        there = set(ids)
        for row, value in enumerate(table.texts(column)):
            if value not in there:
                of = "no period of the study" if column == "period" else f"no {column} of the study"
                cure = nearest(value, ids) or f"name one of {', '.join(ids[:6])}{' …' if len(ids) > 6 else ''}"
                faults.add(Fault(table.file, f"is {of}", table.lines[row], column, value, cure))
    pods = dict(zip(study.racks["sku"], study.racks["pod_racks"], strict=True))
    lines = table.frame.assign(line=table.lines).groupby(["site", "sku", "period"]).agg({"racks": "sum", "line": "max"})
    for (_, sku, _), (racks, line) in zip(lines.index, lines.to_numpy().tolist(), strict=True):
        if sku in pods and racks % pods[sku]:
            reason = f"is no whole number of pods of {pods[sku]} racks"
            faults.add(Fault(table.file, reason, int(line), "racks", f"{racks:,.0f}", "place whole pods"))
