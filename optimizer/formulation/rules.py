"""The rules of the model, each named once, beside its function."""

from __future__ import annotations

from . import circuits, committed, delivery, demands, generation, halls, network, policy, power

RULES = (
    *delivery.RULES, *halls.RULES, *power.RULES, *network.RULES, *policy.RULES, *circuits.RULES, *generation.RULES,
    *committed.RULES, *demands.RULES,
)  # fmt: skip
"""All rules, in the order of their rows."""
NAMED = {rule.name: rule for rule in RULES}
CHOICES = sorted((rule for rule in RULES if rule.turn), key=lambda rule: rule.turn)
"""Rules that a planner made, in the turn in which they may give."""
CUT_RULES = (NAMED["outage_limit"], NAMED["square"])
"""Rules whose rows are added where a plan breaks them."""
OF_ANGLES = frozenset(("kirchhoff", "bought_angles", "outage_limit"))
"""Rules of DC flow: without them power moves as over links."""
HELD = committed.HELD
"""Rules that hold what an earlier plan decided."""
SITE_COUNT, UNUSED_CEILING = NAMED["site_count"], NAMED["unused_ceiling"]
