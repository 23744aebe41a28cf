"""Write a plan as one HTML page that needs no network: for a planner to read, print and send."""

from __future__ import annotations

from optimizer.account.quantities import quantities
from optimizer.plan.answers import Answers
from optimizer.plan.page import page
from optimizer.plan.plan import Plan

from .charts import stack_deployment
from .one_page import why_section
from .page.blocks import Atlas, Chapter
from .page.pictures import picture
from .page.skeleton import asset, filled
from .report_grid import grid_chapters
from .report_money import money_section, spending_section
from .report_summary import front_section, summary_section, waiting_in_words
from .report_tables import inputs_section, ledger_section, sites_section
from .web.page import map_parts


def report_page(plan: Plan, *, all_sites: bool = False, answers: Answers | None = None) -> str:
    """Return the report, the same text for the same plan and answers: why it is as it is, then every chapter.

    The first two chapters fit one printed page each. ``answers`` are those to questions that were asked of the plan.
    Generic sites that stay closed are counted; ``all_sites`` lists them.
    """
    seen, atlas = quantities(plan.study, plan.tables), map_parts(plan)
    label = f"Power by period; {waiting_in_words(plan, seen)}"
    deployment = picture(stack_deployment(plan), name="deployment", label=label)
    known = answers or Answers()
    why = page(plan, values=known.values, sooner=known.sooner, sites=known.sites)
    chapters = [
        Chapter("why", "In one page", why_section(why)),
        Chapter("front", "At a glance", front_section(plan, seen)),
        Chapter("summary", "Summary", summary_section(plan, seen)),
        Chapter("spending", "Spending", spending_section(plan)),
        Chapter("deployment", "Deployment", [deployment]),
        Chapter("map", "Map", [Atlas()]),
        *grid_chapters(plan),
        Chapter("unused", "Unused capacity", ledger_section(plan)),
        Chapter("cost", "Cost", money_section(plan, seen)),
        Chapter("sites", "Sites", sites_section(plan, all_sites=all_sites)),
        Chapter("inputs", "Inputs and versions", inputs_section(plan)),
    ]
    return filled(
        "chapters",
        title=plan.study.config.study.name or "Plan",
        kind="plan report",
        chapters=chapters,
        styles=[atlas.style, asset("page.css")],
        scripts=[atlas.script, asset("tables.js"), asset("start.js")],
        facts={"rackgrid-facts": atlas.facts},
    )
