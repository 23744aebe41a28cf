"""Write a plan as one HTML page that needs no network: for a planner to read, print and send."""

from __future__ import annotations

from optimizer.account.quantities import quantities
from optimizer.plan.plan import Plan

from .charts import stack_deployment
from .report_html import Html, asset, page, picture, script_safe
from .report_money import money_section
from .report_spending import spending_section
from .report_summary import front_section, summary_section, waiting_in_words
from .report_tables import inputs_section, ledger_section, sites_section

_START = """
Rackgrid.map(document.querySelector(".rackgrid-map"), JSON.parse(document.getElementById("plan-facts").textContent), {
  title: false,
});
"""


def report_page(plan: Plan, *, all_sites: bool = False) -> str:
    """Return the report, the same text for the same plan: first what fits one printed page, then every chapter.

    Generic sites that stay closed are counted; ``all_sites`` lists them.
    """
    from .web.page import map_parts

    seen, parts = quantities(plan.study, plan.tables), map_parts(plan)
    deployment = picture(
        stack_deployment(plan), name="deployment", label=f"Power by period; {waiting_in_words(plan, seen)}"
    )
    chapters = [
        ("front", "At a glance", front_section(plan, seen)),
        ("summary", "Summary", summary_section(plan, seen)),
        ("spending", "Spending", spending_section(plan)),
        ("deployment", "Deployment", deployment),
        ("map", "Map", Html(parts.markup)),
        ("unused", "Unused capacity", ledger_section(plan)),
        ("cost", "Cost", money_section(plan, seen)),
        ("sites", "Sites", sites_section(plan, all_sites=all_sites)),
        ("inputs", "Inputs and versions", inputs_section(plan)),
    ]
    scripts = [asset("report.js"), parts.script, _START]
    styles = [parts.style, asset("report.css")]
    title = plan.study.config.study.name or "Plan"
    return page(title, "plan report", chapters, styles, scripts, facts_json=script_safe(parts.facts_json))
