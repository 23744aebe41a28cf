"""Put rows in the order of their keys, so that the order in a file changes nothing."""

from __future__ import annotations

import pandas as pd

from optimizer.io.standing import labels_of
from optimizer.io.table import Table


def sorted_frame(table: Table) -> pd.DataFrame:
    """Return the frame sorted by its keys – periods by time – and then by all else."""
    frame = table.frame
    if frame.empty:  # as if the file were absent
        return frame[[c.name for c in table.schema.typed]].reset_index(drop=True)
    columns: dict[str, object] = {}
    for name in table.schema.order:
        if name == "period":
            labels = labels_of(frame[name])
            columns["start"] = [label.start if label else 0 for label in labels]
            columns["months"] = [-label.months if label else 0 for label in labels]
        else:
            columns[name] = frame[name].tolist()
    if not table.schema.unique and not table.schema.in_turn:  # rows of one key add up: what is left decides
        rest = [str(n) for n in frame.columns if n not in table.schema.order]
        columns |= {f"rest {n}": frame[n].tolist() for n in rest}
    order = pd.DataFrame(columns).sort_values(list(columns), kind="stable").index if columns else frame.index
    return frame.iloc[order].reset_index(drop=True)
