"""Show a plan on one page: as the first chapter of its report, or as a page by itself."""

from __future__ import annotations

from optimizer.plan.page import Page

from .page.blocks import Beside, Chapter, Part, Points
from .page.skeleton import asset, filled


def why_section(page: Page) -> list[Part]:
    """Return status and objective as a paragraph, and the page's parts in two columns."""
    points = [Points(s.heading, [(item.head, item.words) for item in s.items]) for s in page.sections]
    told = [" ".join(line.split()) for line in page.head[1:]]
    return [" ".join(f"{line[:1].upper()}{line[1:]}." for line in told), Beside("pair", [points[:2], points[2:]])]


def explanation(page: Page) -> str:
    """Return the page as one HTML text that needs no network, the same for the same plan."""
    return filled(
        "chapters",
        title=page.head[0],
        kind="plan explained",
        chapters=[Chapter("why", "In one page", why_section(page))],
        styles=[asset("page.css")],
        scripts=[""],
        facts={},
    )
