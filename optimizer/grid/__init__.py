"""The grid of a study: its folder, and which zone serves a site."""
