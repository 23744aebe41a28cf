"""Find fonts that can draw a text, and say which texts none at hand can."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence
from functools import cache

import matplotlib as mpl
from matplotlib import font_manager

from optimizer.errors import limit_met

_OWN = "DejaVu Sans"  # comes with matplotlib, so that pictures are the same everywhere
_UPRIGHT = ("normal", 400, "normal")  # style, weight, stretch
_EMPTY = ("Last Resort", "Adobe Blank")  # fonts of boxes and blanks, which claim to have every letter
# Scripts whose letters join, move or stand in another order than they are written in: no plain glyphs draw them.
_JOINED = ((0x0900, 0x0DFF), (0x0E00, 0x0FFF), (0x1000, 0x109F), (0x1780, 0x17FF))


def use_fonts_for(texts: Iterable[str]) -> None:
    """Let matplotlib draw these texts with further fonts of the machine, where its own lacks letters."""
    mpl.rcParams["font.family"] = [_OWN, *_others(frozenset("".join(texts)) - _letters(_OWN))]


def can_draw(text: str) -> bool:
    """Whether some font at hand has every letter of a text, and plain letters are enough."""
    if any(unicodedata.bidirectional(letter) in ("R", "AL") for letter in text):
        return False
    if any(first <= ord(letter) <= last for letter in text for first, last in _JOINED):
        return False
    lacking = {letter for letter in text if letter.isprintable()} - _letters(_OWN)
    return not lacking - {letter for name in _others(frozenset(lacking)) for letter in _letters(name)}


def drawn_vendors(vendors: Sequence[str]) -> dict[str, str]:
    """Return what each vendor is called on a picture: its name, a number where no font has the letters of that."""
    return {v: v if can_draw(v) else f"#{number}" for number, v in enumerate(vendors, start=1)}


@cache
def _others(lacking: frozenset[str]) -> tuple[str, ...]:
    """Return the fewest fonts, the first by name, that have what is lacking as far as any has."""
    names: list[str] = []
    left = set(lacking)
    for name in sorted(_files()) if left else ():
        if not name.startswith(_EMPTY) and left & _letters(name):
            names.append(name)
            left -= _letters(name)
    return tuple(names)


@cache
def _letters(name: str) -> frozenset[str]:
    """Return the letters of a font, none where its file cannot be read, unless for a limit of the system."""
    try:
        return frozenset(map(chr, font_manager.get_font(_files()[name]).get_charmap()))
    except (OSError, RuntimeError, ValueError) as fault:
        if limit_met(fault):
            raise
        return frozenset()


@cache
def _files() -> dict[str, str]:
    """Return the upright file of ordinary weight and width of every family that has one."""
    upright = [f for f in font_manager.fontManager.ttflist if (f.style, f.weight, f.stretch) == _UPRIGHT]
    return {font.name: font.fname for font in reversed(upright)}
