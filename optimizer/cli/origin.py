"""What a solve keeps to: a plan, or a table of racks of one's own, with what may change at which price."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from optimizer.errors import Fault, InputError, shown

from .messages import say

if TYPE_CHECKING:
    from optimizer.plan import Plan
    from optimizer.replan import Committed
    from optimizer.study import Study

_OPTIONS = {"freeze_until": "--freeze-until", "move_usd_per_mw": "--move-usd-per-mw", "close_usd": "--close-usd",
            "periods": "--from"}  # fmt: skip


@dataclass(frozen=True)
class Origin:
    """The options of a re-plan, as they were typed; None where not."""

    place: str | None
    freeze_until: str | None
    move_usd_per_mw: float | None
    close_usd: float | None
    release: bool

    def check(self, *, writes_model: bool) -> None:
        """Check that the options fit each other. Raises InputError with each that does not."""
        given = {
            "freeze_until": self.freeze_until,
            "move_usd_per_mw": self.move_usd_per_mw,
            "close_usd": self.close_usd,
        }
        named = [_OPTIONS[key] for key, value in given.items() if value is not None] + ["--release"] * self.release
        faults = []
        if self.place is None:
            cure = "name the plan with --from"
            faults = [Fault(option, "keeps to an earlier plan, and none is named", cure=cure) for option in named]
        elif writes_model:
            faults.append(Fault("--write-model", "writes no model of what is committed", cure="leave --from out"))
        elif self.is_table:
            priced = [option for option in named if option in (_OPTIONS["move_usd_per_mw"], _OPTIONS["close_usd"])]
            reason = "is a price of changing a plan, and a table of racks is held as it is"
            faults = [Fault(option, reason, cure="leave it out") for option in priced]
        elif self.freeze_until is None:
            cure = "hold a plan up to a period: --freeze-until 2027"
            faults.append(Fault("--from", "needs --freeze-until", value=self.place, cure=cure))
        if faults:
            raise InputError(faults)

    @property
    def is_table(self) -> bool:
        """Whether a table is named, and no plan folder: a file, or a sheet of one."""
        if self.place is None or Path(self.place).is_dir():
            return False
        return Path(self.place).is_file() or bool(re.search(r"(?i)\.(csv|xlsx|xlsm|parquet)(#.*)?$", self.place))

    def committed(self, study: Study) -> Committed | None:
        """Read what the study keeps to; None where nothing is named.

        Raises InputError where the plan does not follow from its own study, the table has a fault, or a period or a
        price is none.
        """
        if self.place is None:
            return None
        from optimizer.replan import Committed
        from optimizer.replan.placed import read_placed

        from .input import read_rechecked

        try:
            if self.is_table:
                placed = read_placed(self.place, study)
                found = Committed.placements(placed, study, freeze_until=self.freeze_until, release=self.release)
            else:
                found = Committed.of(
                    read_rechecked(self.place), freeze_until=self.freeze_until or "",
                    move_usd_per_mw=self.move_usd_per_mw or 0.0, close_usd=self.close_usd or 0.0, release=self.release,
                )  # fmt: skip
            found.check(study)
        except InputError as error:
            faults = [replace(f, file=_OPTIONS.get(f.file, f.file)) for f in error.faults]
            raise InputError(faults, error.warnings) from None
        return found


def tell_given_up(plan: Plan) -> None:
    """Say what of the plan before was given up since it no longer fits."""
    if "replan" not in plan.facts:
        return
    from optimizer.replan.fit import given_up

    for line in given_up(plan.tables["committed"]):
        say(f"note: given up: {shown(line, 300)}")
