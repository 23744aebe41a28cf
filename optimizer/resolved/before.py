"""What an earlier plan decided, on the axes of a study: what is held as committed, and the price of other changes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from ..resolution import Floats, Ints

FIELDS = {"racks": "pods", "halls": "halls", "open": "opened", "upgrades": "upgrades"}
"""The decision that a row of committed.csv is of, by its word there."""
AXES = {"racks": ("site", "sku", "period"), "halls": ("site", "period"), "open": ("site", "period"),
        "upgrades": ("upgrade", "period")}  # fmt: skip
"""What a row of committed.csv is by."""


@dataclass(frozen=True)
class Before:
    """Decisions of the plan before, in periods of this study; what this study lacks is left out of arrays.

    ``table`` are the rows of committed.csv, ``facts`` what plan.json says of them. The first ``frozen`` periods are
    held. ``stated`` by field: pods (s, k, t) – a share of one where pods are of another size now –, halls (s, t),
    opened (s, t), 1 where a site opens, and upgrades (u, t), of all periods. ``held`` the same without what is
    released, 0 behind the frozen periods; there ``opened`` says whether a site is open.
    ``elsewhere_pods`` (k,) stood at sites that this study lacks; ``undone`` (t,) counts their openings and halls.
    ``lost_pods`` (k,): placed before and not delivered any more.
    """

    table: pd.DataFrame
    facts: Mapping[str, Any]
    frozen: int
    stated: Mapping[str, Floats]
    held: Mapping[str, Floats]
    elsewhere_pods: Floats
    undone: Floats
    lost_pods: Floats

    @property
    def holds_all(self) -> bool:
        """Whether openings, halls and upgrades are held too, not racks alone."""
        return bool(self.facts["holds"] == "plan")

    @property
    def move_usd_per_mw(self) -> float:
        """Price of each IT MW that is not at its site any more."""
        return float(self.facts["move_usd_per_mw"])

    @property
    def close_usd(self) -> float:
        """Price of each opening and each hall that is not made."""
        return float(self.facts["close_usd"])

    @classmethod
    def of(
        cls, table: pd.DataFrame, facts: Mapping[str, Any], *, ids: Mapping[str, Sequence[str]], pod_racks: Ints,
        delivered_pods: Ints,
    ) -> Before:  # fmt: skip
        """Read rows of committed.csv; ``ids`` are those along the axes of the study."""
        frozen = list(ids["period"]).index(facts["freeze_until"]) + 1
        stated, held = {}, {}
        for word, axes in AXES.items():
            rows = table[table["decision"] == word]
            per = np.ones(1) if word != "racks" else pod_racks[:, None]
            stated[FIELDS[word]] = _spread(rows, axes, ids, rows["count"]) / per
            kept = _spread(rows, axes, ids, rows["count"] - rows["released"]) / per
            kept = np.cumsum(kept, axis=-1) if word == "open" else kept
            held[FIELDS[word]] = np.where(np.arange(kept.shape[-1]) < frozen, kept, 0.0)
        gone = table[~table["site"].isin(ids["site"]) & (table["decision"] != "upgrades")]
        racks, others = gone[gone["decision"] == "racks"], gone[gone["decision"] != "racks"]
        seen = racks[racks["period"].isin(ids["period"])]
        elsewhere = _spread(seen, ("sku",), ids, seen["count"]) / pod_racks
        before = stated["pods"].sum(axis=(0, 2)) + elsewhere
        return cls(
            table, facts, frozen, stated, held, elsewhere, _spread(others, ("period",), ids, others["count"]),
            np.maximum(0.0, before - delivered_pods.sum(axis=1)),
        )  # fmt: skip


def _spread(
    rows: pd.DataFrame, axes: Sequence[str], ids: Mapping[str, Sequence[str]], values: pd.Series
) -> Floats:  # fmt: skip
    """Sum values over the axes of rows; those with an id that is not known are left out."""
    found = np.zeros([len(ids[axis]) for axis in axes])
    at = np.array([pd.Index(ids[axis]).get_indexer(pd.Index(rows[axis])) for axis in axes], dtype=np.int64)
    known = (at >= 0).all(axis=0)
    np.add.at(found, tuple(at[:, known]), values.to_numpy(dtype=np.float64)[known])
    return found
