"""Show the interactive map of a plan in a notebook."""

from __future__ import annotations

from dataclasses import dataclass, field

from markupsafe import Markup

from optimizer.plan.plan import Plan

HEIGHT_PX = 720


@dataclass(frozen=True)
class MapView:
    """A map as a page of its own: ``html`` is its text; a notebook shows it in a frame."""

    html: str = field(repr=False)
    height_px: int = HEIGHT_PX

    def _repr_html_(self) -> str:
        frame = (
            '<iframe title="Map of the plan" sandbox="allow-scripts" srcdoc="{}" '
            'style="width:100%;height:{}px;border:0"></iframe>'
        )
        return Markup(frame).format(self.html, self.height_px)


def map_plan(plan: Plan, *, height_px: int = HEIGHT_PX) -> MapView:
    """Return the interactive map of a plan; the last line of a notebook's cell shows it."""
    from .web.page import map_page

    return MapView(map_page(plan), height_px)
