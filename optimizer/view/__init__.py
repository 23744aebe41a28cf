"""Draw plans: functions of a plan that return figures, tables and pages; they neither show nor save."""

from __future__ import annotations

from typing import TYPE_CHECKING

from optimizer.entry import lazy

if TYPE_CHECKING:
    from .charts import cost_waterfall as cost_waterfall
    from .charts import stack_deployment as stack_deployment
    from .ledger import unused_ledger as unused_ledger
    from .sweep_charts import one_input as one_input
    from .sweep_charts import tornado as tornado
    from .sweep_front import pareto as pareto
    from .sweep_map import site_frequency as site_frequency
    from .sweep_map import site_frequency_table as site_frequency_table
    from .sweep_report import sweep_page as sweep_page
    from .sweep_spread import fan as fan
    from .sweep_spread import heat_map as heat_map
    from .web.page import map_plan as map_plan

_HOMES = {
    "cost_waterfall": "charts",
    "fan": "sweep_spread",
    "heat_map": "sweep_spread",
    "map_plan": "web.page",
    "one_input": "sweep_charts",
    "pareto": "sweep_front",
    "site_frequency": "sweep_map",
    "site_frequency_table": "sweep_map",
    "stack_deployment": "charts",
    "sweep_page": "sweep_report",
    "tornado": "sweep_charts",
    "unused_ledger": "ledger",
}

__all__ = [*_HOMES]

__getattr__ = lazy(__name__, _HOMES)
__dir__ = __all__.copy
