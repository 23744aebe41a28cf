"""Run the planner from a terminal: parse, call, print; one module per command."""
