"""Fixtures that the tests of a sweep's pictures and page share."""

from __future__ import annotations

from .sweep_frames import alone, base, ceilings, grid, made, plan

__all__ = ["alone", "base", "ceilings", "grid", "made", "plan"]
