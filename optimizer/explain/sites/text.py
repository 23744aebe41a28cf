"""The answer about a site in plain words."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from markupsafe import escape

from ...errors import shown
from ...units import figure, usd

if TYPE_CHECKING:
    from .answer import SiteAnswer
    from .flips import Flip

_CHANGES = {"price": "all its prices", "mw": "its power", "date": "its power and halls"}


def text(of: SiteAnswer) -> str:
    """Return the answer as lines of text."""
    name, other = shown(of.site, 60), "without it" if of.held else "with it"
    known = _known(of)
    lines = [f"{name}{known}: {'holds racks in the last period' if of.held else 'holds no racks in the last period'}"]
    by_years = of.plan.study.config.objective.minimise != "cost"
    as_good = " with no more unused MW-years" if by_years else ""
    if of.other_high_usd == np.inf and of.other_low_usd == np.inf:
        lines.append(f"{other} there is no plan{as_good} (proven)")
    elif np.isnan(of.other_high_usd):
        lines.append(f"{other}: no plan was found and none ruled out in the time allowed")
    else:
        dearer = f"{usd(of.other_low_usd)} to {usd(of.other_high_usd)}"
        lines.append(f"{other} the best plan{as_good} costs {dearer} more, solved anew")
    lines += ["limits", *_limits(of), *_costs(of)]
    if of.flips:
        lines.append("what flips the decision, one change at a time")
        lines += [f"  {_flip(flip)}" for flip in of.flips]
    if of.left_open:
        lines.append(f"left open by the time limit or a stop: {', '.join(of.left_open)}")
    return "\n".join(lines)


def _known(of: SiteAnswer) -> str:
    sites, policy = of.plan.study.sites, of.plan.study.config.policy
    row = sites[sites["site"] == of.site].to_dict("records")[0]
    words = [str(row["name"]) if row["name"] != of.site else "", "committed" if row["committed"] else ""]
    words += [f"policy.{key}" for key in ("force_open", "forbid") if of.site in getattr(policy, key)]
    told = ", ".join(shown(word, 60) for word in words if word)
    return f" ({told})" if told else ""


def _limits(of: SiteAnswer) -> list[str]:
    lines = []
    for period, rows in of.limits.groupby("period", sort=False):
        bound = rows[rows["binds"] & (rows["limit_value"] > 0)].to_dict("records")
        dark = bool((rows["limit"].eq("power") & rows["limit_value"].eq(0)).any())
        binding = [f"{row['limit']} {figure(row['limit_value'], 1)} {row['unit']}" for row in bound]
        load = float(rows["used"].to_numpy()[(rows["limit"] == "hall").to_numpy()][0])
        told = "no power yet" if dark else f"at its limit: {', '.join(binding)}" if binding else "no limit reached"
        lines.append(f"  {period}  {figure(load, 1):>9} MW IT; {told}")
    return lines


def _costs(of: SiteAnswer) -> list[str]:
    if not len(of.costs):
        return []
    lines = [
        "USD per IT MW-year in service, undiscounted: facility + energy + placement = all; idle halls, spare power"
    ]
    for row in of.costs.to_dict("records"):
        parts = " + ".join(figure(row[name]) for name in ("facility_usd", "energy_usd", "placement_usd"))
        apart = f"{figure(row['idle_hall_usd'])}, {figure(row['idle_power_usd'])}"
        lines.append(f"  {row['whose']:<9}{shown(row['site'], 40)}: {parts} = {figure(row['usd'])}; {apart}")
    return lines


def _flip(flip: Flip) -> str:
    decimals = 0 if flip.what == "date" else 1
    what, unit = _CHANGES[flip.what], flip.unit
    if flip.high is None:
        cut = ", search cut short" if flip.stopped else ""
        return f"{what}: up to {figure(flip.tried, decimals)} {unit} no flip was proven{cut}"
    return f"{what}: between {figure(flip.low, decimals)} and {figure(flip.high, decimals)} {unit}"


def html(of: SiteAnswer) -> str:
    """Return the answer for a notebook."""
    return f"<pre>{escape(text(of))}</pre>"
