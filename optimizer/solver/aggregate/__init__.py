"""A smaller problem that no plan lies below: racks as MW, sites by openings, halls and load alone."""
