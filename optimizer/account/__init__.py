"""Account for a plan: from decisions to tables, costs, figures and causes; sums of a plan's tables."""
