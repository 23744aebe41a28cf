"""Write headroom as a table, as facts for programs, and as points and areas for maps."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import pandas as pd

from ..io.schema import schema
from ..io.write import csv_text, features_text
from ..resolved.headroom import Joint, Room
from ..study import Study


def files(study: Study, rooms: Sequence[Room], joints: Sequence[Joint]) -> dict[str, str]:
    """Return the files of a headroom folder by name: a table and facts, and maps where zones have a place."""
    table = pd.DataFrame(
        [
            (r.zone, r.period, r.block, r.headroom_mw, ";".join(r.limited_by), r.upgrade, r.upgrade_usd_per_mw)
            for r in rooms
        ],
        columns=schema("headroom/headroom").names,
    ).astype({"headroom_mw": float, "upgrade_usd_per_mw": float})
    table["headroom_mw"] = table["headroom_mw"].round(6)
    found = {"headroom.csv": csv_text(table), "headroom.json": json.dumps(_joint(joints), indent=1, ensure_ascii=False)}
    zones = study.zones
    if zones["geometry"].notna().any():
        found["headroom.geojson"] = features_text(table.merge(zones[["zone", "geometry"]], on="zone"))
        if table["headroom_mw"].notna().any():
            from .headroom_map import headroom_page

            found["headroom.html"] = headroom_page(study, table)
    return found


def _joint(joints: Sequence[Joint]) -> list[dict[str, Any]]:
    return [vars(joint) for joint in joints]
