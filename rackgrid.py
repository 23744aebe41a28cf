"""The name of the distribution and of its command; in Python the package is called optimizer."""

raise ImportError("rackgrid is the name of the command; in Python write: import optimizer")
