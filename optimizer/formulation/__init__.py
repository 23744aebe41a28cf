"""The mathematical model; README.md has it on one page, build.py is its table of contents."""
