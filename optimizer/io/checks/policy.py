"""Checks of the policy and of lines against the ids of the study."""

from __future__ import annotations

from collections.abc import Iterator

from optimizer.errors import Fault
from optimizer.io.checks.context import Context, Doubt
from optimizer.io.checks.ids import nearly_the_same
from optimizer.io.config import SHARES
from optimizer.io.source import nearest
from optimizer.io.table import SHOWN_ROWS, Finding

LONGEST_YEARS = 30  # what is decided today is worn out by then: halls last 15 years, racks less


def policy_sites(context: Context) -> Iterator[Fault]:
    """Find sites of the policy that do not exist, or that must be open and closed at once."""
    sites = context.whole("sites")
    if sites is None:
        return
    policy = context.config.policy
    known = set(sites.texts("site"))
    for key, ids in (("policy.force_open", policy.force_open), ("policy.forbid", policy.forbid)):
        unknown = [site for site in ids if site not in known]
        several = len(unknown) > SHOWN_ROWS
        for site in unknown[:1] if several else unknown:
            more = f", nor are {len(unknown) - 1:,} more of the list" if several else ""
            reason = f"is no site of {sites.file}{more}"
            cure = nearest(site, known) or "take it out of the list, or add the site"
            yield context.keys.fault(key, reason, value=site, cure=cure)
    forced = set(policy.force_open)
    is_committed = sites.frame["committed"].tolist()
    committed = {site for site, yes in zip(sites.texts("site"), is_committed, strict=True) if yes}
    for site in policy.forbid:
        if site in forced:
            reason = "stands in force_open too"
            yield context.keys.fault("policy.forbid", reason, value=site, cure="take it out of one of the two")
        elif site in committed:
            cure = "set committed = false, or take it out of forbid"
            yield context.keys.fault("policy.forbid", f"is committed in {sites.file}", value=site, cure=cure)


def closed_programme(context: Context) -> Iterator[Fault]:
    """Doubt a ceiling of 0 sites: no limit, perhaps."""
    if context.config.policy.max_sites == 0:
        cure = "leave the key out for no limit"
        yield context.doubt("policy.max_sites", "lets no site open: every rack waits", value=0, cure=cure)


def late_decision(context: Context) -> Iterator[Fault]:
    """Doubt a decision after the horizon: all lead times end beyond it."""
    horizon = context.horizon
    if horizon is not None and 12 * horizon.decide_on.year + horizon.decide_on.month > horizon.labels[-1].end:
        reason = f"lies after the last period, {horizon.names[-1]}: nothing is ever built"
        cure = "write the day from which lead times count"
        yield context.doubt("periods.decide_on", reason, value=str(horizon.decide_on), cure=cure)


def long_horizon(context: Context) -> Iterator[Fault]:
    """Doubt a horizon that is longer than anyone plans: a slip in a year, perhaps."""
    horizon = context.horizon
    if horizon is not None and horizon.end_years > LONGEST_YEARS:
        reason = f"makes a horizon of {horizon.end_years:,.10g} years, longer than {LONGEST_YEARS}"
        cure = "write the last year for which racks, sites and power are known"
        yield context.doubt("periods.last", reason, value=horizon.names[-1], cure=cure)


def first_without_order(context: Context) -> Iterator[Fault]:
    """Doubt a first objective where cost is the only one."""
    objective = context.config.objective
    if context.keys.knows("objective") and objective.minimise == "cost" and objective.first == "waiting":
        cure = 'write minimise = "lexicographic", or take the key out'
        reason = 'binds nothing: objective.minimise is "cost"'
        yield context.doubt("objective.first", reason, value=objective.first, cure=cure)


def shared_by_none(context: Context) -> Iterator[Doubt | Fault]:
    """Doubt a share, such as of zones without a grid, that sites do not say whose, and find whose nearly the same."""
    sites = context.some("sites")
    for key, column in SHARES.items():
        known = column == "site" or (column == "zone" and context.has_grid)
        if known or sites is None or getattr(context.config.policy, key) is None:
            continue
        stated, one = sites.texts(column), f"a{'n' * (column[0] in 'aeiou')} {column}"
        yield Doubt(sites, column, nearly_the_same(sites, stated))
        without = [i for i, whose in enumerate(stated) if not whose and not sites.unread(i, (column,))]
        if len(without) == len(stated):
            cure = f"write a column {column} in sites, or take the key out"
            yield context.doubt(f"policy.{key}", f"binds nothing: no site states {one}", cure=cure)
            continue
        reason = f"is empty: policy.{key} binds the sites that state {one}, not this one"
        cure = f"name its {column}; a name of its own makes it {one} by itself"
        yield Doubt(sites, column, [Finding(i, reason, cure, kind=f"no {column}") for i in without], "warning")


def loops(context: Context) -> Iterator[Doubt]:
    """Find lines that end where they begin."""
    lines = context.some("lines")
    if lines is not None:
        pairs = enumerate(zip(lines.texts("from"), lines.texts("to"), strict=True))
        found = [Finding(i, "is where the line begins", "name another zone", b) for i, (a, b) in pairs if a and a == b]
        yield Doubt(lines, "to", found)
