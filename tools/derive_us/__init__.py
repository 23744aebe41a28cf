"""Derive the embedded study, its sites and its grid from raw public data."""
