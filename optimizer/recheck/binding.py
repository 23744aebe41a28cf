"""Check of binding.csv: what binds is at its limit, and the limit is that of the study with what is bought."""

from __future__ import annotations

import numpy as np

from .base import after_outage
from .columns import Floats
from .ground import Ground
from .report import Finding
from .tolerance import differs


def binding_limit(g: Ground) -> list[Finding]:
    """A limit that binds is what the plan reaches: headroom_ztb, cap_ltb, Σ p_max_gtb, or a line's emergency limit."""
    table = g.tables["binding"]
    stated, right = table.number["limit_mw"], np.full(len(table.frame), np.nan)
    lines = {line: i for i, line in enumerate(g.p.lines)}
    limits = _limits(g)
    names = zip(table.frame["element"].tolist(), table.frame["id"].tolist(), strict=True)
    at = zip(table.keys["period"].tolist(), table.keys["block"].tolist(), strict=True)
    for row, ((element, name), when) in enumerate(zip(names, at, strict=True)):
        if element == "outage" and (pair := after_outage(name, lines)):
            ways = (g.p.emergency_mw[pair[0]], g.p.emergency_back_mw[pair[0]])
            right[row] = min(ways, key=lambda mw: abs(mw - stated[row]))
        elif name in (found := limits.get(element, {})):
            right[row] = found[name][when]
    bad = differs(stated, right, "mw")
    return [
        Finding(table.file, table.row(i), "limit_mw", float(stated[i]), float(right[i]))
        for i in np.flatnonzero(bad).tolist()
    ]


def _limits(g: Ground) -> dict[str, dict[str, Floats]]:
    """Limits by element, id, period and block, nan where the plan does not reach them."""
    ahead, back = g.wires.line_mw[:, :, None], g.wires.line_back_mw[:, :, None]
    loaded = g.wires.loading(g.p, g.flow_mw, g.standing) >= 1.0 - 1e-6
    pairs = (
        ("zone", g.p.zones, g.headroom_mw, g.served_mw >= g.headroom_mw - 1e-6 * (1.0 + g.headroom_mw)),
        ("gen", g.p.fleet.ids, g.p.fleet.most_mw, g.output_mw >= g.p.fleet.most_mw - 1e-6 * (1.0 + g.p.fleet.most_mw)),
        ("line", g.p.lines, np.where(g.flow_mw < 0, back, ahead), loaded),
    )
    return {element: dict(zip(ids, np.where(full, limit, np.nan), strict=True)) for element, ids, limit, full in pairs}
