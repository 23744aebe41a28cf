"""Arrays that a variant takes from its base are those that it would build itself, whatever it changes."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from optimizer import Study, read_study
from optimizer.formulation.rules import NAMED
from optimizer.parameters import Parameters
from optimizer.solver.reuse import Template

from .standard_form import agrees

EMBEDDED = Path(__file__).parents[2] / "studies" / "openai-26gw"
POLICY = {
    "policy.max_new_mw_per_year": 8000,
    "policy.max_zone_share": 0.5,
    "policy.max_site_share": 0.4,
    "policy.max_unused_mw_years": 20000,
    "policy.force_open": ["gas-p111"],
}
NUMBERS = [
    ("sites", name)
    for name in (
        "open_usd", "hall_usd_per_mw", "lease_usd_per_mw_year", "fixed_usd_per_mw_year", "peak_pue", "annual_pue",
        "load_factor", "hall_mw", "max_mw",
    )
] + [
    ("site_ramp", "interconnection_mw"), ("site_ramp", "onsite_mw"), ("site_ramp", "existing_mw"),
    ("headroom", "headroom_mw"), ("energy_prices", "usd_per_mwh"), ("lines", "capacity_mw"),
    ("lines", "usd_per_mwh"), ("racks", "rack_kw"), ("deliveries", "mw"),
]  # fmt: skip
KEYS: list[tuple[str, object]] = [
    ("policy.max_sites", 22),
    ("policy.min_site_mw", 120),
    ("policy.min_vendor_mw", 150),
    ("policy.max_new_mw_per_year", 6000),
    ("policy.max_zone_share", 0.3),
    ("policy.max_site_share", 0.2),
    ("policy.max_unused_mw_years", 15000),
    ("money.discount_rate", 0.1),
    ("money.residual_value", False),
    ("unused.aged_after_years", 2),
    ("unused.idle_power_usd_per_mw_year", 1e5),
]


@pytest.fixture(scope="module")
def base() -> Study:
    return read_study(EMBEDDED, keys=POLICY)


@pytest.fixture(scope="module")
def template(base: Study) -> Template:
    return Template(base)


def compared(template: Template, study: Study) -> bool | None:
    p = Parameters.of(study)
    reused = template.compiled(study, p)
    return None if reused is None else agrees(reused, study)


@pytest.mark.parametrize(("table", "column"), NUMBERS, ids=[f"{t}.{c}" for t, c in NUMBERS])
def test_every_number_of_a_table(base: Study, template: Template, table: str, column: str) -> None:
    frame: pd.DataFrame = base.table(table)
    factor = np.where(frame["kind"] == "campus", 1.0, 0.9) if table == "sites" else 0.9
    if column.endswith("_pue"):
        factor = 1.01
    assert compared(template, base.replace(**{table: frame.assign(**{column: frame[column] * factor})})) is not False


@pytest.mark.parametrize(("key", "value"), KEYS, ids=[key for key, _ in KEYS])
def test_keys(base: Study, template: Template, key: str, value: object) -> None:
    assert compared(template, base.replace(keys={key: value})) or key == "unused.aged_after_years"


def test_costs_and_limits_find_their_place(base: Study, template: Template) -> None:
    dear = base.sites.assign(open_usd=base.sites["open_usd"] * 2)
    less = base.headroom.assign(headroom_mw=base.headroom["headroom_mw"] * 0.9)
    for study in (base, base.replace(sites=dear), base.replace(headroom=less)):
        assert compared(template, study)


def test_other_sets_have_none(base: Study, template: Template) -> None:
    gone = base.sites["site"] == "gas-p118"
    fewer = base.replace(sites=base.sites[~gone], site_ramp=base.site_ramp.query("site != 'gas-p118'"))
    assert template.compiled(fewer, Parameters.of(fewer)) is None
    forbidden = base.replace(keys={"policy.forbid": ["gas-p118"]})
    assert template.compiled(forbidden, Parameters.of(forbidden)) is None


def test_every_family_is_asked_what_it_reads(template: Template) -> None:
    reads = {name: template.reads[name] for name in NAMED}
    assert all(reads[name] for name in ("delivery_balance", "hall_space", "site_power", "unused_ceiling"))
    assert "Parameters.headroom_mw" not in reads["zone_balance"]  # a bound of g
    assert "Parameters.interconnection_mw" in reads["site_power"]
    assert "Policy.max_sites" in reads["site_count"]
