"""What a branch is to DC flow: its reactance, tap and shift, by the convention of a program."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Convention:
    """How a program makes the susceptance of a branch out of r, x, tap ratio and phase shift.

    ``resistance``: b = imag(1 / (r + jx)) = −x / (r² + x²) in place of −1 / x; ``taps``: b / tap; ``shifts``: kept.
    """

    resistance: bool
    taps: bool
    shifts: bool

    def reactance_pu(self, r: Floats, x: Floats, tap: Floats) -> Floats:
        """Return 1 / |b| with the sign of x, per unit as r and x are; x is not 0, a tap of 0 is 1."""
        bare = x + r * r / x if self.resistance else x
        return np.asarray(bare * np.where(tap == 0, 1.0, tap) if self.taps else bare)


CONVENTIONS = {
    "rackgrid": Convention(resistance=True, taps=True, shifts=True),
    "matpower": Convention(resistance=False, taps=True, shifts=True),
    "pglib": Convention(resistance=True, taps=False, shifts=False),
    "psse": Convention(resistance=False, taps=False, shifts=False),
}


def angle_limits_mw(
    reactance_pu: Floats, base_mva: float, shift_deg: Floats, least_deg: Floats, most_deg: Floats
) -> tuple[Floats, Floats]:
    """Return the flows in MW between which a circuit's limits of the angle difference hold it, least and most.

    flow = base / x · (difference − shift), in radians. A limit of ±inf degrees is none, and so is the MW.
    """
    ends = [base_mva / reactance_pu * np.deg2rad(limit - shift_deg) for limit in (least_deg, most_deg)]
    return np.minimum(*ends), np.maximum(*ends)
