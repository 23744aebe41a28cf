"""Say a study in ten lines: what a person at a notebook asks of it first."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pandas as pd

from optimizer.errors import shown
from optimizer.io.config import GridConfig, Policy, StudyConfig, Unused
from optimizer.io.periods import Horizon
from optimizer.io.searches import HIGHS
from optimizer.io.wording import listed
from optimizer.units import figure, mw, share, usd

WIDTH = 120
_MOST = 6  # vendors and kinds that are named
Tables = Callable[[str], pd.DataFrame]


def in_a_line(config: StudyConfig, table: Tables, horizon: Horizon) -> str:
    """Return name, sites, power delivered and time; ``table`` gives a table by its name."""
    total = mw(float(_delivered(table).sum()))
    return f"{_name(config)}: {_many(table('sites'), 'site')}, {total} delivered, {_span(horizon)}"


def overview(config: StudyConfig, table: Tables, horizon: Horizon, grid: GridConfig | None) -> str:
    """Return what is planned, where, by which rules and at which prices; ``grid`` is None without one."""
    told = {
        "periods": _periods(config, horizon),
        "sites": _sites(table("sites")),
        "grid": grid_in_words(grid, table) if grid else "none",
        "racks": _racks(table("racks")),
        "delivered": _deliveries(table),
        "policy": ", ".join(_rules(config.policy)) or "no rules",
        "prices": "; ".join(_prices(config.unused)) or "none: what is unused costs nothing",
        "objective": _objective(config),
        "solve": _solve(config),
    }
    return "\n".join([_name(config), *(_cut(f"{label:<11}{text}") for label, text in told.items())])


def grid_in_words(grid: GridConfig, table: Tables) -> str:
    """Say what a grid holds and how power moves in it."""
    more = [
        _many(table(name).drop_duplicates(key), word)
        for name, key, word in (
            ("blocks", "block", "block"), ("upgrades", "upgrade", "upgrade"), ("generators", "gen", "generator"),
        )
        if len(table(name))
    ]  # fmt: skip
    security = [grid.security] if grid.security != "none" else []
    counts = [_many(table("zones"), "zone"), _many(table("lines"), "line"), *more]
    return ", ".join([*counts, f"flow {grid.flow}", *security])


def _cut(line: str) -> str:
    return line if len(line) <= WIDTH else line[: WIDTH - 1] + "…"


def _many(rows: pd.DataFrame, word: str) -> str:
    return f"{len(rows):,} {word}{'s' if len(rows) != 1 else ''}"


def _name(config: StudyConfig) -> str:
    return shown(config.study.name or "study without a name", 60)


def _span(horizon: Horizon) -> str:
    first, last = horizon.names[0], horizon.names[-1]
    return first if first == last else f"{first} to {last}"


def _periods(config: StudyConfig, horizon: Horizon) -> str:
    start = config.periods.decide_on
    return f"{_span(horizon)}, {horizon.counted}" + (f"; lead times count from {start}" if start else "")


def _sites(sites: pd.DataFrame) -> str:
    kinds = _counted(sites["kind"].replace("", "without a kind"))
    return f"{len(sites):,}: {kinds}; at most {mw(float(sites['max_mw'].sum()))} of IT"


def _racks(racks: pd.DataFrame) -> str:
    own = int(racks["waiting_usd_per_mw_year"].notna().sum())
    return f"{_many(racks, 'SKU')}: {_counted(racks['vendor'])}" + (f"; {own:,} wait at their own price" if own else "")


def _counted(words: pd.Series) -> str:
    return listed([f"{count:,} {word}" for word, count in words.value_counts().sort_index().items()], most=_MOST)


def _delivered(table: Tables) -> pd.Series:
    """Return IT MW of each row of the deliveries."""
    rows, rack_kw = table("deliveries"), table("racks").set_index("sku")["rack_kw"]
    return rows["mw"].fillna(rows["racks"] * rows["sku"].map(rack_kw) / 1000)


def _deliveries(table: Tables) -> str:
    delivered, racks = _delivered(table), table("racks")
    vendors = delivered.groupby(table("deliveries")["sku"].map(racks.set_index("sku")["vendor"])).sum()
    each = [f"{vendor} {mw(float(total))}" for vendor, total in vendors.items()]
    return f"{mw(float(delivered.sum()))} of IT: {listed(each, most=_MOST)}"


def _rules(policy: Policy) -> Iterator[str]:
    for key, field in Policy.model_fields.items():
        value = getattr(policy, key)
        if isinstance(value, tuple) and value:
            yield f"{key} {listed(value, most=3)}"
        elif value != field.default:
            yield f"{key} {share(value) if key.endswith('_share') else figure(value)}"


def _prices(unused: Unused) -> Iterator[str]:
    for ending, unit in (("_usd_per_mw_year", "USD per MW-year"), ("_usd_per_mw", "USD per MW")):
        keys = [key for key in Unused.model_fields if key.endswith(ending) and getattr(unused, key)]
        words = [key.removesuffix(ending).removesuffix("_rack").replace("_", " ") for key in keys]
        amounts = [usd(getattr(unused, key)).removesuffix(" USD") for key in keys]
        if keys:
            yield f"{unit}: {', '.join(f'{word} {amount}' for word, amount in zip(words, amounts, strict=True))}"


def _objective(config: StudyConfig) -> str:
    is_cost = config.objective.minimise == "cost"
    first = "least cost" if is_cost else f"least {config.objective.first} first, then least cost"
    left = ", less the value left at the end" if config.money.residual_value else ""
    return f"{first}, discounted at {share(config.money.discount_rate)} a year{left}"


def _solve(config: StudyConfig) -> str:
    seconds = config.solve.time_limit_s
    limit = "" if seconds is None else f", at most {figure(seconds)} s"
    solver = "" if config.solve.solver == HIGHS else f", by {config.solve.solver}"
    return f"until proven within {share(config.solve.gap)} of the best plan{limit}{solver}"
