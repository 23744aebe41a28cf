"""Other sets of sites at nearly the same cost, and what the loss of each site costs."""
