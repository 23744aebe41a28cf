"""Choose colours that everybody can tell apart."""

from __future__ import annotations

from collections.abc import Sequence

from optimizer.io.registers import VENDORS

# Okabe and Ito's palette, which holds for the common kinds of colour blindness. Never AMD red against Nvidia
# green: these three differ in lightness too, and the vendor's first letter stands in every large sector.
_KNOWN = {name: vendor.colour for name, vendor in VENDORS.items()}
_OTHERS = ("#CC79A7", "#D55E00", "#56B4E9", "#7722DD", "#8C6D31")

IDLE, IDLE_EDGE = "#F8F2A8", "#B3A700"  # energised power without racks: the palette's yellow, paler than any disc
DARK = "#222222"
SOFT = "#666666"
BORDER, OUTLINE = "#C9CDD1", "#8E979F"
FLOW = "#7A4E9E"
# From which loading a line has which colour, darker and redder the fuller; as on the page's map.
LOADED = (
    (0.0, "#808B95", "to 50 %"),
    (0.5, "#2B83BE", "to 75 %"),
    (0.75, "#B98A00", "to 90 %"),
    (0.9, "#B63C00", "below 100 %"),
    (0.9995, "#6B0050", "full"),
)
ENERGISED = "#9AA3AB"
SPENT, AVOIDABLE, CREDIT = "#56B4E9", "#D55E00", "#CC79A7"  # money; avoidable: what the plan chose to leave unused
_LIGHT_GREY, _DARK_GREY = 0.965, 0.60


def vendor_colours(vendors: Sequence[str]) -> dict[str, str]:
    """Return a colour for each vendor, always the same one for the three that everybody knows."""
    free = iter(_OTHERS * (1 + len(vendors) // len(_OTHERS)))
    return {v: _KNOWN.get(v.strip().casefold()) or next(free) for v in sorted(vendors)}


def vendor_marks(vendors: Sequence[str]) -> dict[str, str]:
    """Return the shortest beginning that tells each vendor from the others."""
    marks = {}
    for vendor in vendors:
        others = [v for v in vendors if v != vendor]
        lengths = range(1, len(vendor) + 1)
        found = next((n for n in lengths if not any(v[:n].casefold() == vendor[:n].casefold() for v in others)), None)
        marks[vendor] = vendor[: found or len(vendor)]
    return marks


def used_grey(share: float) -> tuple[float, float, float]:
    """Return the grey of a zone of which this share of the headroom is used."""
    level = _LIGHT_GREY + (_DARK_GREY - _LIGHT_GREY) * min(1.0, max(0.0, share))
    return (level, level, level + 0.012 * (1 - share if share < 1 else 0))


def loaded_colour(loading: float | None) -> str:
    """Return the colour of a line by its loading, a share; None where it has no limit."""
    if loading is None:
        return FLOW
    return next(colour for least, colour, _ in reversed(LOADED) if loading >= least)
