"""What speaks for and against one site, and what would flip the decision."""
