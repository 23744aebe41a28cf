"""Explain a plan, or that there is none: functions that return frozen results; heavy parts load when a call is made.

``page`` is the plan in one page; ``values`` what limits are worth; ``site`` what speaks for and against one;
``alternatives`` what else would do, and what each site is worth; ``conflict`` why a study has no plan.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from optimizer.entry import lazy

if TYPE_CHECKING:
    from .conflicts.find import conflict as conflict
    from .conflicts.result import Conflict as Conflict
    from .one_page import page as page
    from .others.asked import alternatives as alternatives
    from .others.result import Alternatives as Alternatives
    from .sites.answer import SiteAnswer as SiteAnswer
    from .sites.answer import site as site
    from .worth.answer import Values as Values
    from .worth.answer import values as values

_HOMES = {
    "Alternatives": "others.result", "Conflict": "conflicts.result", "SiteAnswer": "sites.answer",
    "Values": "worth.answer", "alternatives": "others.asked", "conflict": "conflicts.find", "page": "one_page",
    "site": "sites.answer", "values": "worth.answer",
}  # fmt: skip

__all__ = [*_HOMES]

__getattr__ = lazy(__name__, _HOMES)
__dir__ = __all__.copy
