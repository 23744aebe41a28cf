"""The rules of the model, each named once, beside its function."""

from __future__ import annotations

from . import delivery, halls, network, policy, power

RULES = (*delivery.RULES, *halls.RULES, *power.RULES, *network.RULES, *policy.RULES)
"""All rules, in the order of their rows."""
NAMED = {rule.name: rule for rule in RULES}
CHOICES = sorted((rule for rule in RULES if rule.turn), key=lambda rule: rule.turn)
"""Rules that a planner made, in the turn in which they may give."""
SITE_COUNT, UNUSED_CEILING = NAMED["site_count"], NAMED["unused_ceiling"]
