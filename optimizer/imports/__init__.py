"""Import power grids of other programs as grid folders."""
