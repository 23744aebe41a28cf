"""Write pages that need no network: what is on them is data, their markup stands in ``templates/`` alone."""
