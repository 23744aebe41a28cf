"""What is committed: decisions of an earlier plan, or placements of one's own, and until when they are held."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Any, Literal

import numpy as np
import pandas as pd

from ..errors import Fault, InputError
from ..io.schema import schema
from ..io.wording import listed
from ..parameters import Parameters
from ..plan import Plan
from ..resolved.before import Before
from ..study import Study

TABLE = schema("plan/committed")


@dataclass(frozen=True)
class Committed:
    """Decisions of an earlier plan, held exactly up to ``freeze_until``; those behind it are free at a price.

    ``table`` has the columns of committed.csv. ``holds``: "plan" for all that a plan decides, "racks" for placements
    alone, around which the rest is planned. ``move_usd_per_mw`` is paid for each IT MW, by rack type, that the plan
    before had at a site and the new one has not, ``close_usd`` for each opening and each hall that is not made; both
    in USD. ``release`` gives up the least of what no longer fits; else that is told by InfeasibleError.
    """

    table: pd.DataFrame
    freeze_until: str
    holds: Literal["plan", "racks"] = "plan"
    move_usd_per_mw: float = 0.0
    close_usd: float = 0.0
    release: bool = False
    first: str = ""

    def __post_init__(self) -> None:
        given = {"move_usd_per_mw": self.move_usd_per_mw, "close_usd": self.close_usd}
        wrong = {key: usd for key, usd in given.items() if not (math.isfinite(usd) and usd >= 0)}
        if wrong:
            faults = [
                Fault(key, "is no price", value=f"{usd:g}", cure="0 or more, in USD") for key, usd in wrong.items()
            ]
            raise InputError(faults)

    @classmethod
    def of(
        cls, plan: Plan, *, freeze_until: str, move_usd_per_mw: float = 0.0, close_usd: float = 0.0,
        release: bool = False,
    ) -> Committed:  # fmt: skip
        """Take all that a plan decides.

        Raises InputError where a price is none, or the plan has no such period.
        """
        names = plan.study.horizon.names
        if freeze_until not in names:
            raise InputError([_no_period(freeze_until, names, "the plan")])
        table = decided(plan)
        return cls(table, freeze_until, "plan", float(move_usd_per_mw), float(close_usd), release, names[0])

    @classmethod
    def placements(
        cls, placed: pd.DataFrame, study: Study, *, freeze_until: str | None = None, release: bool = False
    ) -> Committed:
        """Take racks by site, sku and period, which rows add up to; all else is planned around them.

        They are held in every period, or up to ``freeze_until``.
        """
        rows = placed.groupby(["site", "sku", "period"], as_index=False)["racks"].sum()
        rows = rows[rows["racks"] > 0].rename(columns={"racks": "count"})
        names = study.horizon.names
        return cls(_tabled([rows.assign(decision="racks")]), freeze_until or names[-1], "racks", 0.0, 0.0, release)

    @property
    def facts(self) -> dict[str, Any]:
        """What plan.json says of it."""
        return {
            "freeze_until": self.freeze_until, "holds": self.holds, "move_usd_per_mw": self.move_usd_per_mw,
            "close_usd": self.close_usd, "release": self.release,
        }  # fmt: skip

    def check(self, study: Study) -> None:
        """Check that the study begins as the plan does, and has the period.

        Raises InputError where it does not.
        """
        names, faults = study.horizon.names, []
        if self.first and self.first != names[0]:
            cure = "begin both alike, with periods of one length; their ends may differ"
            faults.append(Fault("periods", f"the plan begins in {self.first}, the study in {names[0]}", cure=cure))
        elif self.freeze_until not in names:
            faults.append(_no_period(self.freeze_until, names, "the study"))
        if faults:
            raise InputError(faults)

    def before(self, p: Parameters) -> Before:
        """Return the decisions on the axes of a study's arrays."""
        return Before.of(self.table, self.facts, ids=p.ids, pod_racks=p.pod_racks, delivered_pods=p.delivered_pods)


def parameters_of(plan: Plan) -> Parameters:
    """Return the parameters that a plan was made from: those of its study, and what it kept to, if it did."""
    p = Parameters.of(plan.study)
    facts = plan.facts.get("replan")
    if facts is None:
        return p
    table = plan.tables["committed"]
    before = Before.of(table, facts, ids=p.ids, pod_racks=p.pod_racks, delivered_pods=p.delivered_pods)
    return replace(p, before=before)


def _no_period(label: str, names: list[str], of: str) -> Fault:
    return Fault("freeze_until", f"is no period of {of}", value=label, cure=f"name one of {listed(names, most=12)}")


def decided(plan: Plan) -> pd.DataFrame:
    """Return the rows of committed.csv of all that a plan decided, of all of its periods, nothing released."""
    sites, racks, bought = plan.sites, plan.assignments, plan.tables["upgrades"]
    opened = sites[sites["open"].to_numpy(dtype=bool)].drop_duplicates("site").assign(decision="open", count=1)
    halls = sites["halls"].to_numpy(dtype=np.int64)
    first = ~sites["site"].duplicated().to_numpy()
    built = np.diff(halls, prepend=0)
    built[first] = halls[first]
    parts = [
        opened,
        sites.assign(decision="halls", count=built)[built > 0],
        racks[racks["racks"] > 0].assign(decision="racks").rename(columns={"racks": "count"}),
        bought[bought["count"] > 0].assign(decision="upgrades"),
    ]
    return _tabled(parts)


def _tabled(parts: list[pd.DataFrame]) -> pd.DataFrame:
    """Join rows in the order of committed.csv; ids that do not apply are empty."""
    nothing: dict[str, Any] = {"site": "", "sku": "", "upgrade": "", "released": 0}
    rows = [
        pd.DataFrame({name: part.get(name, nothing.get(name)) for name in TABLE.names}) for part in parts if len(part)
    ]
    found = pd.concat(rows, ignore_index=True) if rows else pd.DataFrame(columns=TABLE.names)
    counts = {name: found[name].astype(np.int64) for name in ("count", "released")}
    texts = {name: found[name].astype(str) for name in TABLE.order}
    return found.assign(**texts, **counts).sort_values(TABLE.order, ignore_index=True)
