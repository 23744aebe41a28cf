"""Draw by settled settings, whatever the user's own are, into figures that a notebook shows."""

from __future__ import annotations

import io
import warnings
from collections.abc import Iterator
from contextlib import contextmanager

import matplotlib
from matplotlib.figure import Figure


class Picture(Figure):
    """A figure that the last line of a notebook's cell shows, with or without a backend of pyplot."""

    def _repr_png_(self) -> bytes:
        with settled(), io.BytesIO() as file:
            self.savefig(file, format="png")
            return file.getvalue()


@contextmanager
def settled() -> Iterator[None]:
    """Draw by the library's own defaults; missing glyphs are no news."""
    with matplotlib.rc_context(), warnings.catch_warnings():
        matplotlib.rcdefaults()
        warnings.filterwarnings("ignore", message=".*Glyph.*")
        yield
