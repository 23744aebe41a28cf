"""Write a plan as one HTML page that needs no network: for a planner to read, print and send."""

from __future__ import annotations

from optimizer.plan.plan import Plan
from optimizer.plan.quantities import quantities

from .charts import stack_deployment
from .report_html import Html, asset, page, picture, script_safe
from .report_money import money_section
from .report_summary import summary_section, waiting_in_words
from .report_tables import inputs_section, ledger_section, sites_section

_START = """
Rackgrid.map(document.querySelector(".rackgrid-map"), JSON.parse(document.getElementById("plan-facts").textContent), {
  title: false,
});
"""


def report_page(plan: Plan) -> str:
    """Return the report: summary, deployment, map, unused capacity, cost, sites, inputs; the same for the same plan."""
    from .web.page import map_parts

    seen, parts = quantities(plan), map_parts(plan)
    deployment = picture(
        stack_deployment(plan), name="deployment", label=f"Power by period; {waiting_in_words(plan, seen)}"
    )
    chapters = [
        ("summary", "Summary", summary_section(plan, seen)),
        ("deployment", "Deployment", deployment),
        ("map", "Map", Html(parts.markup)),
        ("unused", "Unused capacity", ledger_section(plan)),
        ("cost", "Cost", money_section(plan, seen)),
        ("sites", "Sites", sites_section(plan)),
        ("inputs", "Inputs and versions", inputs_section(plan)),
    ]
    scripts = [asset("report.js"), parts.script, _START]
    styles = [parts.style, asset("report.css")]
    title = plan.study.config.study.name or "Plan"
    return page(title, "plan report", chapters, styles, scripts, facts_json=script_safe(parts.facts_json))
