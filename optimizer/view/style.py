"""Draw by settled settings, whatever the user's own are."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from contextlib import contextmanager

import matplotlib


@contextmanager
def settled() -> Iterator[None]:
    """Draw by the library's own defaults; missing glyphs are no news."""
    with matplotlib.rc_context(), warnings.catch_warnings():
        matplotlib.rcdefaults()
        warnings.filterwarnings("ignore", message=".*Glyph.*")
        yield
