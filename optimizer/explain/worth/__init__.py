"""What limits are worth: marginal values, and true ones by new solves."""
