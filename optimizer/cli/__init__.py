"""Run the planner from a terminal: parse, call, print; one module per command."""

from optimizer.modules import without_current_folder

without_current_folder()
