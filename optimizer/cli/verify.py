"""Recheck a plan folder against its study, without the model."""

from __future__ import annotations

import json
from typing import Annotated

import typer

from optimizer.errors import shown

from . import options
from .messages import result, say

DIFFERS = 5  # exit code


def verify(
    folder: options.PlanArgument,
    as_json: Annotated[bool, typer.Option("--json", help="Print ok and findings as JSON.")] = False,
) -> None:
    """Recheck every number of a plan against its study; exit code 5 where one differs.

    \b
    rackgrid verify plans/openai-26gw
    """
    from optimizer.recheck import verify as recheck

    report = recheck(folder)
    findings = [shown(finding, 500) for finding in report.findings]
    if as_json:
        result(json.dumps({"ok": report.ok, "findings": findings}, indent=1, ensure_ascii=False))
    else:
        result(str(report))
    if not report.ok:
        number = f"{len(findings)} number{'s' if len(findings) != 1 else ''}"
        say(f"the plan does not follow from its study: {number} found wrong")
        raise typer.Exit(DIFFERS)
