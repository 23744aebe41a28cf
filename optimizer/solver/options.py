"""By what a study is solved and when a search may stop: what a call says in place of the study's own keys."""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from typing import Any

from pydantic import ValidationError

from ..study import Study


@dataclass(frozen=True)
class SolveOptions:
    """Keys of [solve] in place of the study's own; None leaves these."""

    gap: float | None = None
    time_limit_s: float | None = None
    threads: int | None = None
    solver: str | None = None
    strategy: str | None = None

    @property
    def given(self) -> dict[str, Any]:
        """Those that are said, by the name of their key."""
        return {name: value for name, value in asdict(self).items() if value is not None}

    def applied(self, study: Study) -> Study:
        """Return the study with the options as its keys, its tables untouched and unchecked.

        Raises InputError where an option is out of its range.
        """
        own, given = study.config.solve, self.given
        if not given:
            return study
        try:
            solve = type(own).model_validate(own.model_dump() | given)
        except ValidationError:
            return study.replace(keys={f"solve.{name}": value for name, value in given.items()})  # says what is wrong
        overridden = study.overridden | {f"solve.{name}" for name in given}
        return replace(study, config=study.config.model_copy(update={"solve": solve}), overridden=overridden)
