"""What a study's grid can gain and generate, resolved onto its periods and load blocks."""
