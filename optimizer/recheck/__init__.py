"""Recheck a plan against its study, from the input files and the plan's tables alone.

Nothing here knows the model, Pyomo or HiGHS: what the study says is resolved anew (``reading``), and every
constraint, every derived number, every cost term and the total is recomputed with pandas and numpy. Numbers agree
within 1e-6 of the larger one and 1e-6 MW or 1 cent; counts agree exactly; limits are kept within the band of
``optimizer.tolerance``. What no table can tell (bound, unavoidable waiting, versions) is protected by plan.json's
digest.
"""

from __future__ import annotations

from pathlib import Path

from ..plan import TABLES, Plan, read_plan
from .committed import ids_of
from .geojson import places
from .ground import Ground
from .reading import Reading
from .register import CHECKS, Usable, run
from .report import Finding, Report
from .table import read_table

__all__ = ["CHECKS", "Finding", "Report", "verify", "verify_folder"]


def verify(plan: Plan | str | Path) -> Report:
    """Recheck a plan, or a plan folder with its sites.geojson; the report lists every number that differs.

    Raises InputError where the folder is no whole plan.
    """
    if not isinstance(plan, Plan):
        return verify_folder(read_plan(plan), Path(plan))
    reading = Reading(plan.study)
    tables, findings = {}, []
    for name in TABLES:
        frame = plan.tables[name]
        ids = reading.ids | ({"id": reading.elements(frame["id"])} if "id" in frame else {})
        ids |= ids_of(frame) if name == "committed" else {}
        tables[name], found = read_table(name, frame, ids)
        findings += found
    report = run(Ground(reading, plan.facts, Usable(tables)))
    return Report(findings + report.findings, report.skipped)


def verify_folder(plan: Plan, folder: Path) -> Report:
    """Recheck a plan that was read from a folder, with its sites.geojson there."""
    report, extra = verify(plan), places(plan, folder)
    if "digest" not in plan.facts:
        extra.append(Finding("plan.json", "", "digest", "missing", "a digest", "a written plan has a digest"))
    return Report(report.findings + extra, report.skipped)
