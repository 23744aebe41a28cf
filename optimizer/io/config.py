"""study.toml as models: every key with its unit, its default and its limits."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from functools import partial
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationInfo, WithJsonSchema, field_validator

from optimizer.io.cells import FIRST_YEAR, LAST_YEAR, period_cure
from optimizer.io.periods import Horizon, check_borders, parse_label
from optimizer.io.searches import ANY_SOLVER, HIGHS, SOLVERS, Strategy
from optimizer.io.upgrade import FORMAT

MAX_PERIODS = 400
YEAR = "(19[0-9]{2}|2[01][0-9]{2}|2200)"  # FIRST_YEAR to LAST_YEAR, as a pattern


class Section(BaseModel):
    """A section of study.toml: frozen, and without keys that nobody knows."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, allow_inf_nan=False)


def _label(value: object) -> object:
    """Take a calendar year for its label."""
    if isinstance(value, int) and not isinstance(value, bool):
        value = str(value)
    if isinstance(value, str):
        try:
            label = parse_label(value)
        except ValueError:
            raise ValueError(f"is no period: {period_cure(value)}") from None
        if not FIRST_YEAR <= label.start // 12 <= LAST_YEAR:
            raise ValueError(f"is no year from {FIRST_YEAR} to {LAST_YEAR}")
        return str(label)
    raise ValueError(f"is no period: {period_cure(str(value))}")


def _day(value: object) -> object:
    """Take a day, written as a TOML date or as text."""
    if isinstance(value, str):
        try:
            value = date.fromisoformat(value)
        except ValueError:
            raise ValueError("is no date: write 2026-07-01") from None
    if value is None or (isinstance(value, date) and not isinstance(value, datetime)):
        if value is not None and not FIRST_YEAR <= value.year <= LAST_YEAR:
            raise ValueError(f"is in no year from {FIRST_YEAR} to {LAST_YEAR}")
        return value
    raise ValueError("is no date: write 2026-07-01")


def _one_two_four(value: object) -> object:
    if isinstance(value, bool) or not isinstance(value, int) or value not in (1, 2, 4):
        raise ValueError("is none of 1, 2, 4: periods per year")
    return value


def _ids(value: object, whose: str, some: str) -> object:
    """Take a list of ids."""
    if not isinstance(value, (list, tuple)) or not all(isinstance(v, str) for v in value):
        raise ValueError(f"is no list of {whose} ids: write {some}")
    return tuple(dict.fromkeys(v.strip() for v in value))


def _solver(value: object) -> object:
    """Take the name of a solver."""
    name = value.strip() if isinstance(value, str) else ""
    if name.lower() in SOLVERS:
        return name.lower()
    if name.removeprefix(ANY_SOLVER).isidentifier() and name.startswith(ANY_SOLVER):
        return name
    raise ValueError(f"is no solver: write {', '.join(SOLVERS)}, or {ANY_SOLVER}NAME for another that Pyomo knows")


_A_YEAR = {"type": "integer", "minimum": FIRST_YEAR, "maximum": LAST_YEAR}
_A_LABEL = {"type": "string", "pattern": f"^{YEAR}(H[12]|Q[1-4])?$"}
_A_DAY = {"type": "string", "format": "date", "pattern": f"^{YEAR}-[0-9]{{2}}-[0-9]{{2}}$"}
_A_SOLVER = {"anyOf": [{"enum": list(SOLVERS)}, {"type": "string", "pattern": f"^{ANY_SOLVER}[A-Za-z_][A-Za-z0-9_]*$"}]}

Period = Annotated[str, BeforeValidator(_label), WithJsonSchema({"anyOf": [_A_YEAR, _A_LABEL]})]
Day = Annotated[date | None, BeforeValidator(_day), WithJsonSchema(_A_DAY)]
Solver = Annotated[str, BeforeValidator(_solver), WithJsonSchema(_A_SOLVER)]
Ids = Annotated[tuple[str, ...], BeforeValidator(partial(_ids, whose="site", some='["abilene", "milam"]'))]
LineIds = Annotated[tuple[str, ...], BeforeValidator(partial(_ids, whose="line", some='["l12", "l13"]'))]
BusIds = Annotated[tuple[str, ...], BeforeValidator(partial(_ids, whose="zone", some='["bus1"]'))]
Price = Annotated[float, Field(ge=0, le=1e10)]
Years = Annotated[float, Field(gt=0, le=1000)]
Share = Annotated[float | None, Field(gt=0, le=1)]
Text = Annotated[str, Field(max_length=10_000)]
Path = Annotated[str, Field(min_length=1, max_length=4_000)]


class Naming(Section):
    """[study]: what people call it."""

    name: Text = Field(default="", description="Name of the study, for people.")
    description: Text = Field(default="", description="What the study is about, for people.")


class Periods(Section):
    """[periods]: the time that is planned."""

    first: Period = Field(description='First calendar year or label, such as 2026 or "2026H2".')
    last: Period = Field(description="Last calendar year or label.")
    per_year: Annotated[Literal[1, 2, 4], BeforeValidator(_one_two_four)] = Field(
        default=1, validate_default=True, description="Periods per year: 1, 2 or 4."
    )
    decide_on: Day = Field(
        default=None, description="Lead times count from here; default: the first day of the first period."
    )

    @field_validator("last")
    @classmethod
    def _order(cls, last: str, info: ValidationInfo) -> str:
        first = info.data.get("first")
        if first is not None and parse_label(last).end <= parse_label(first).start:
            raise ValueError(f"ends before first, {first}, begins: write the two the other way round")
        return last

    @field_validator("per_year")
    @classmethod
    def _borders(cls, per_year: int, info: ValidationInfo) -> int:
        known = {name: info.data[name] for name in ("first", "last") if name in info.data}
        check_borders(per_year, **known)
        if len(known) == 2 and (periods := len(Horizon.of(**known, per_year=per_year))) > MAX_PERIODS:
            raise ValueError(f"makes {periods:,} periods, more than {MAX_PERIODS}: plan fewer years, or fewer per year")
        return per_year

    @property
    def horizon(self) -> Horizon:
        """The periods themselves."""
        return Horizon.of(self.first, self.last, self.per_year, self.decide_on)


class Files(Section):
    """[files]: paths relative to study.toml."""

    sites: Path = Field(description="Candidate sites.")
    site_ramp: Path | None = Field(default=None, description="Power and halls of sites by period.")
    grid: Path | None = Field(default=None, description="Folder of the grid; without it only site limits bind.")
    racks: Path = Field(description="Rack types.")
    deliveries: Path = Field(description="Racks delivered by period.")
    placement: Path | None = Field(default=None, description="Costs and bans of pairs of site and rack type.")


USUAL = {name: "grid" if name == "grid" else f"{name}.csv" for name in Files.model_fields}
"""Where the files of a study lie that nobody moved."""


class AssetLife(Section):
    """Lives for straight-line residual value."""

    site: Years = Field(default=40.0, description="Life of what open_usd pays, years.")
    hall: Years = Field(default=15.0, description="Life of halls, years.")
    grid: Years = Field(default=40.0, description="Life of grid upgrades, years.")


class Money(Section):
    """[money]: amounts are real USD of the first year."""

    discount_rate: float = Field(default=0.0, ge=0, le=1, description="Per year.")
    residual_value: bool = Field(default=False, description="Credit straight-line value that is left at the horizon.")
    asset_life_years: AssetLife = Field(
        default_factory=AssetLife, description="Lives of sites, halls and grid upgrades."
    )


class Unused(Section):
    """[unused]: what unused capacity costs on top of real money."""

    waiting_rack_usd_per_mw_year: Price = Field(default=0.0, description="Per IT MW delivered and not in service.")
    aged_rack_usd_per_mw_year: Price = Field(
        default=0.0, description="On top, per IT MW that waits since aged_after_years."
    )
    aged_after_years: Annotated[float, Field(ge=0, le=100)] = Field(
        default=1.0, description="Age from which racks are aged."
    )
    unplaced_rack_usd_per_mw: Price = Field(
        default=0.0, description="Once, per IT MW that waits when the horizon ends."
    )
    idle_hall_usd_per_mw_year: Price = Field(default=0.0, description="Per IT MW built without racks.")
    idle_power_usd_per_mw_year: Price = Field(default=0.0, description="Per fence MW energised and not drawn at peak.")


class Objective(Section):
    """[objective]: what is least."""

    minimise: Literal["cost", "lexicographic"] = Field(
        default="cost", description="cost: money and prices; lexicographic: MW-years first, then cost."
    )
    first: Literal["unused", "waiting"] = Field(
        default="unused",
        description="lexicographic: MW-years of waiting and spare power (unused) or of waiting alone come first.",
    )


SHARES = {"max_site_share": "site", "max_zone_share": "zone"}
"""Keys of [policy] that are shares of IT MW in the last period, and the column of sites that says whose they are."""


class Policy(Section):
    """[policy]: rules of the planner, all optional."""

    max_sites: int | None = Field(default=None, ge=0, le=1_000_000, description="Most sites that may be open.")
    max_new_mw_per_year: float | None = Field(
        default=None, ge=0, le=1e7, description="Most IT MW of halls per calendar year."
    )
    max_zone_share: Share = Field(
        default=None,
        description="Of IT MW in service in the last period, per zone that sites state, also without a grid.",
    )
    max_site_share: Share = Field(default=None, description="Of IT MW in service in the last period, per site.")
    min_site_mw: float = Field(
        default=0.0, ge=0, le=100_000, description="Least IT MW of an open site in the last period."
    )
    min_vendor_mw: float = Field(
        default=0.0, ge=0, le=100_000, description="Least IT MW of a vendor present at a site."
    )
    max_unused_mw_years: float | None = Field(default=None, ge=0, le=1e9, description="Ceiling on unused MW-years.")
    force_open: Ids = Field(default=(), description="Sites open by the last period.")
    forbid: Ids = Field(default=(), description="Sites that never open.")

    @property
    def shares(self) -> dict[str, float]:
        """The keys of ``SHARES``, 1 where one is not set."""
        return {key: getattr(self, key) or 1.0 for key in SHARES}

    def may_bind(self, n_sites: int) -> bool:
        """Whether any of the rules can make a difference to so many sites."""
        loose = dict.fromkeys(SHARES, 1.0) | {"max_sites": max(n_sites, self.max_sites or 0)}
        return any(value not in (type(self).model_fields[key].default, loose.get(key)) for key, value in self)


class Solve(Section):
    """[solve]: by what a study is solved, and when the search may stop."""

    gap: float = Field(default=0.001, ge=0, le=1, description="Relative gap at which a plan is good enough.")
    time_limit_s: float | None = Field(
        default=None, gt=0, le=1e8, description="Seconds after which the best plan is kept."
    )
    threads: int = Field(default=0, ge=0, le=1024, description="Threads; 0: all.")
    solver: Solver = Field(
        default=HIGHS, description=f"Solver: {', '.join(SOLVERS)}, or {ANY_SOLVER}NAME for another that Pyomo knows."
    )
    strategy: Strategy = Field(default="auto", description="How HiGHS searches; auto: what suits the study's size.")

    @field_validator("strategy")
    @classmethod
    def _of_highs(cls, strategy: str, info: ValidationInfo) -> str:
        solver = info.data.get("solver", HIGHS)
        if strategy not in ("auto", "whole") and solver != HIGHS:
            raise ValueError(f"is a search by HiGHS, and {solver} takes the whole model: leave one of the two out")
        return strategy


class StudyConfig(Section):
    """The whole of study.toml."""

    format: int = Field(description=f"Version of the format: {FORMAT}.", json_schema_extra={"const": FORMAT})
    study: Naming = Field(default_factory=Naming, description="What people call it.")
    periods: Periods = Field(description="The time that is planned.")
    files: Files = Field(description="Files of the study.")
    money: Money = Field(default_factory=Money, description="Discounting and residual value.")
    unused: Unused = Field(default_factory=Unused, description="Prices of unused capacity.")
    objective: Objective = Field(default_factory=Objective, description="What is least.")
    policy: Policy = Field(default_factory=Policy, description="Rules of the planner.")
    solve: Solve = Field(default_factory=Solve, description="By what, and when the search may stop.")


class GridConfig(Section):
    """grid.toml: how power moves."""

    flow: Literal["none", "transport", "dc"] | None = Field(default=None, description="How power moves between zones.")
    security: Literal["none", "n-1"] = Field(
        default="none", description="Outages that must be survived: n-1, each AC circuit by itself."
    )
    outages: LineIds | None = Field(default=None, description="Lines whose outage counts; default: all AC circuits.")
    reference: BusIds = Field(default=(), description="A reference bus for each island; default: its largest supply.")

    @property
    def stated(self) -> dict[str, object]:
        """The keys as grid.toml holds them."""
        return self.model_dump(
            mode="json", exclude_none=True, exclude={k for k in ("reference",) if not self.reference}
        )


def keys_of(model: type[BaseModel], prefix: str = "") -> Iterable[str]:
    """Yield every key of a model, dotted, sections included."""
    for name, field in model.model_fields.items():
        yield prefix + name
        inner: Any = field.annotation
        if isinstance(inner, type) and issubclass(inner, BaseModel):
            yield from keys_of(inner, f"{prefix}{name}.")
