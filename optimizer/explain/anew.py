"""What all answers by new solves share: how close they are solved, and who hears how far they are."""

from __future__ import annotations

from collections.abc import Callable

from ..solver.questions import Questions

Progress = Callable[[str], None]
# A change is solved to so many times the study's gap: the plan at hand is nearly always near enough, and what a closer
# search takes is mostly proof.
GAPS = 2.0


def wide_gap(questions: Questions) -> float:
    """Return the gap to which the study is solved anew with a change."""
    return GAPS * questions.study.config.solve.gap
