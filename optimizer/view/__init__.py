"""Draw plans: functions of a plan that return figures, tables and pages; they neither show nor save."""

from __future__ import annotations

from typing import TYPE_CHECKING

from optimizer.entry import lazy

if TYPE_CHECKING:
    from .charts import cost_waterfall, stack_deployment
    from .ledger import unused_ledger
    from .notebook import map_plan
    from .sweep_charts import one_input, tornado
    from .sweep_front import pareto
    from .sweep_map import site_frequency, site_frequency_table
    from .sweep_report import sweep_page
    from .sweep_spread import fan, heat_map

_HOMES = {
    "cost_waterfall": "charts",
    "fan": "sweep_spread",
    "heat_map": "sweep_spread",
    "map_plan": "notebook",
    "one_input": "sweep_charts",
    "pareto": "sweep_front",
    "site_frequency": "sweep_map",
    "site_frequency_table": "sweep_map",
    "stack_deployment": "charts",
    "sweep_page": "sweep_report",
    "tornado": "sweep_charts",
    "unused_ledger": "ledger",
}

__all__ = [
    "cost_waterfall",
    "fan",
    "heat_map",
    "map_plan",
    "one_input",
    "pareto",
    "site_frequency",
    "site_frequency_table",
    "stack_deployment",
    "sweep_page",
    "tornado",
    "unused_ledger",
]

__getattr__ = lazy(__name__, _HOMES)
__dir__ = __all__.copy
