"""Draw plans: functions of a plan that return figures, tables and pages; they neither show nor save."""

from __future__ import annotations

from typing import TYPE_CHECKING

from optimizer.entry import lazy

if TYPE_CHECKING:
    from .charts import cost_waterfall, stack_deployment
    from .ledger import unused_ledger
    from .notebook import map_plan

_HOMES = {
    "cost_waterfall": "charts",
    "map_plan": "notebook",
    "stack_deployment": "charts",
    "unused_ledger": "ledger",
}

__all__ = ["cost_waterfall", "map_plan", "stack_deployment", "unused_ledger"]

__getattr__ = lazy(__name__, _HOMES)
