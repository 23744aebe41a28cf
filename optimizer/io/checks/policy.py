"""Checks of the policy and of lines against the ids of the study."""

from __future__ import annotations

from collections.abc import Iterator

from optimizer.errors import Fault
from optimizer.io.checks.context import Context, Doubt
from optimizer.io.source import nearest
from optimizer.io.table import Finding


def policy_sites(context: Context) -> Iterator[Fault]:
    """Find sites of the policy that do not exist, or that must be open and closed at once."""
    sites = context.whole("sites")
    if context.config is None or sites is None:
        return
    policy = context.config.policy
    known = set(sites.texts("site"))
    for key, ids in (("policy.force_open", policy.force_open), ("policy.forbid", policy.forbid)):
        for site in ids:
            if site not in known:
                yield context.keys.fault(key, f"is no site of {sites.file}", value=site, cure=nearest(site, known))
    is_committed = sites.frame["committed"].tolist()
    committed = {site for site, yes in zip(sites.texts("site"), is_committed, strict=True) if yes}
    for site in policy.forbid:
        if site in policy.force_open:
            reason = "stands in force_open too"
            yield context.keys.fault("policy.forbid", reason, value=site, cure="take it out of one of the two")
        elif site in committed:
            cure = "set committed = false, or take it out of forbid"
            yield context.keys.fault("policy.forbid", f"is committed in {sites.file}", value=site, cure=cure)


def loops(context: Context) -> Iterator[Doubt]:
    """Find lines that end where they begin."""
    lines = context.some("lines")
    if lines is not None:
        pairs = enumerate(zip(lines.texts("from"), lines.texts("to"), strict=True))
        found = [Finding(i, "is where the line begins", "name another zone", b) for i, (a, b) in pairs if a and a == b]
        yield Doubt(lines, "to", found)
