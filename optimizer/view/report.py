"""Write a plan as one HTML page that needs no network: for a planner to read, print and send."""

from __future__ import annotations

from optimizer.plan.plan import Plan
from optimizer.plan.quantities import quantities

from .charts import stack_deployment
from .report_html import Html, asset, picture, policy, script_safe, text
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
    return _page(plan.study.config.study.name or "Plan", chapters, styles, scripts, script_safe(parts.facts_json))


def _page(title: str, chapters: list[tuple[str, str, Html]], styles: list[str], scripts: list[str], facts: str) -> str:
    links = "".join(f'<li><a href="#{key}">{heading}</a></li>' for key, heading, _ in chapters)
    body = "".join(
        f'<section aria-labelledby="{key}">\n<h2 id="{key}">{heading}</h2>\n{inner}</section>\n'
        for key, heading, inner in chapters
    )
    return "".join(
        [
            '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n',
            f'<meta http-equiv="Content-Security-Policy" content="{policy(scripts)}">\n',
            '<meta name="viewport" content="width=device-width, initial-scale=1">\n',
            f"<title>{text(title)} – plan report</title>\n",
            *(f"<style>\n{style}\n</style>\n" for style in styles),
            f'</head>\n<body>\n<main class="report">\n<h1>{text(title)}</h1>\n',
            f'<nav aria-label="Contents"><ul>{links}</ul></nav>\n{body}</main>\n',
            f'<script type="application/json" id="plan-facts">{facts}</script>\n',
            *(f"<script>{script}</script>\n" for script in scripts),
            "</body>\n</html>\n",
        ]
    )
