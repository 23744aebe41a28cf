"""What a base case teaches its variants: its plan, and what stays proven where nothing that it rests on changes."""

from __future__ import annotations

from dataclasses import dataclass

from ..account.decisions import Decisions
from ..plan import Plan
from .arrays import Floats, Matrix
from .completion import stated
from .problem import MANY_PODS, Problem


@dataclass(frozen=True)
class Known:
    """The base's plan, and the keys of the linear programs that gave its unavoidable waiting, with rules and without.

    Travels to other processes in one piece.
    """

    plan: Plan
    waiting_key: str
    waiting_key_without_rules: str

    @classmethod
    def of(cls, plan: Plan, problem: Problem) -> Known:
        """Keep what the plan of a base's problem teaches."""
        few = problem.size <= MANY_PODS
        return cls(plan, *(problem.least_waiting(ruled=ruled).key if few else "" for ruled in (True, False)))

    def point(self, problem: Problem) -> Floats | None:
        """Return the base's openings, halls, pods and vendors as a point of a variant; None where periods differ.

        Sites and SKUs that the variant lacks are left out. The point need not satisfy the variant's rows.
        """
        if list(self.plan.study.horizon.names) != problem.p.periods:
            return None
        return stated(problem, Decisions.stated(problem.p, self.plan.tables))

    def unavoidable_mw_years(self, matrix: Matrix, *, ruled: bool) -> float | None:
        """Return the base's unavoidable waiting where a variant asks the very same linear program, else None."""
        name, key = ("", self.waiting_key) if ruled else ("_without_rules", self.waiting_key_without_rules)
        value = self.plan.facts["unused"][f"unavoidable_waiting{name}_mw_years"]
        return float(value) if value is not None and matrix.key == key else None
