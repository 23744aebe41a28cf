"""A fault in what the model resolves is found by the checks, which resolve for themselves: no such plan leaves."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest

from optimizer import Study, parameters, resolution, solve
from optimizer.errors import RackgridError
from optimizer.io.periods import Horizon
from optimizer.parameters import Parameters

Fault = tuple[Any, str, Callable[..., Any]]

# Half-years; the racks that come are more than the sites can power. s1 and s3 draw from z1, s2 and s4 from z2, which
# has less than its sites could use. s2 takes A alone, s3 no rack above 150 kW, and A1 may not stand at s4.
SITES = pd.DataFrame(
    {
        "site": ["s1", "s2", "s3", "s4"],
        "lon": [-99.0, -97.0, -95.0, -93.0],
        "lat": [32.0, 31.0, 33.0, 33.0],
        "zone": ["z1", "z2", "z1", "z2"],
        "committed": [False, False, True, False],
        "tenure": ["own", "lease", "own", "own"],
        "max_mw": [10.0, 9.0, 2.0, 4.0],
        "hall_mw": [2.0, 1.0, 1.0, 2.0],
        "existing_mw": [0.0, 0.0, 2.0, 2.0],
        "hall_lead_years": [0.5, 0.0, 0.0, 0.0],
        "halls_per_year": [np.nan, 2.0, np.nan, np.nan],
        "interconnection_mw": [2.5, 9.0, np.nan, 9.0],
        "onsite_mw": [0.0, 1.0, 0.0, 0.0],
        "peak_pue": [1.25, 1.25, 1.0, 1.25],
        "annual_pue": [1.1, 1.1, 1.0, 1.1],
        "energy_usd_per_mwh": [np.nan, np.nan, 80.0, np.nan],
        "onsite_usd_per_mwh": [np.nan, 20.0, np.nan, np.nan],
        "open_usd": [1e6, 1e6, 1e6, 1e6],
        "hall_usd_per_mw": [1e6, 0.0, 1e6, 1e6],
        "lease_usd_per_mw_year": [0.0, 1e5, 0.0, 0.0],
        "vendors": ["", "A", "", ""],
        "max_rack_kw": [np.nan, np.nan, 150.0, np.nan],
    }
)
RAMP = pd.DataFrame(
    {
        "site": ["s1", "s1", "s1"],
        "period": ["2026H2", "2027H1", "2027H2"],
        "interconnection_mw": [5.0, 10.0, np.nan],
        "existing_mw": [2.0, np.nan, 4.0],
    }
)
RACKS = pd.DataFrame(
    {
        "sku": ["A1", "B1"],
        "vendor": ["A", "B"],
        "rack_kw": [100.0, 200.0],
        "pod_racks": [10, 5],
        "life_years": [1.0, np.nan],
        "waiting_usd_per_mw_year": [9e7, np.nan],
    }
)
TABLES = {
    "sites": SITES,
    "site_ramp": RAMP,
    "racks": RACKS,
    "deliveries": pd.DataFrame(
        {"sku": ["A1", "A1", "B1", "B1"], "period": ["2026", "2027H1", "2026H1", "2027"], "racks": [None, 40, 30, None],
         "mw": [11.0, np.nan, np.nan, 16.0]}
    ),
    "placement": pd.DataFrame(
        {"site": ["s4", "s1"], "sku": ["A1", "B1"], "usd_per_rack": [0.0, 500.0], "allowed": [False, True]}
    ),
    "zones": pd.DataFrame({"zone": ["z1", "z2"]}),
    "headroom": pd.DataFrame(
        {"zone": ["z1", "z1", "z2"], "period": ["2026H1", "2027H1", "2026H1"], "headroom_mw": [9.0, 20.0, 4.0]}
    ),
    "energy_prices": pd.DataFrame(
        {"zone": ["z1", "z2"], "period": ["2026H2", "2026H1"], "usd_per_mwh": [30.0, 50.0]}
    ),
    "lines": pd.DataFrame(
        {"line": ["l"], "from": ["z2"], "to": ["z1"], "capacity_mw": [3.0], "capacity_back_mw": [1.0],
         "usd_per_mwh": [1.0]}
    ),
}  # fmt: skip
KEYS = {
    "periods": {"first": 2026, "last": 2027, "per_year": 2},
    "money": {"discount_rate": 0.1, "residual_value": True},
    "unused": {"waiting_rack_usd_per_mw_year": 5e7, "aged_rack_usd_per_mw_year": 1e6, "aged_after_years": 0.5},
}


def _study(**policy: float) -> Study:
    return Study.from_tables(keys=KEYS | {"policy": policy}, **TABLES)


def _resolved(change: Callable[[Parameters], dict[str, Any]]) -> Fault:
    """Replace fields of what was resolved."""
    right = Parameters.of
    return Parameters, "of", staticmethod(lambda study: replace(p := right(study), **change(p)))


def _called(home: Any, name: str, change: Callable[..., Any]) -> Fault:
    """Give what a function returns, and its arguments, to ``change``."""
    right = getattr(home, name)
    return home, name, lambda *given, **named: change(right(*given, **named), *given)


def _doors(**columns: object) -> Fault:
    """Open the doors by columns of sites."""
    right = parameters.doors
    return parameters, "doors", lambda sites, *others: right(sites.assign(**columns), *others)


def _later(array: np.ndarray, *_: object) -> np.ndarray:
    return np.concatenate([array[:, :1], array[:, :-1]], axis=1)


def _life(p: Parameters) -> dict[str, Any]:
    age = p.start_years[None, :] - p.start_years[:, None]
    return {"serves": np.array([(age >= 0) & (age <= 1.0), age >= 0])}


FAULTS: dict[str, tuple[Fault, str]] = {
    "pods rounded up": (_called(resolution, "whole_pods", lambda _, running: np.ceil(running)), "delivered_racks"),
    "label not spread": (_called(Horizon, "spread", lambda found, *_: found[:1]), "delivered_racks"),
    "size of a pod": (_resolved(lambda p: {"pod_mw": p.pod_mw * 1.1}), "it_mw"),
    "racks of a pod": (_resolved(lambda p: {"pod_racks": p.pod_racks + 1}), "racks"),
    "ramp a period late": (_called(resolution, "ramp_of", _later), "interconnection_mw"),
    "halls of the last period in all": (
        _resolved(lambda p: {"existing_mw": np.repeat(p.existing_mw[:, -1:], 4, axis=1)}), "halls"
    ),
    "unlimited taken for a number": (
        _resolved(lambda p: {"interconnection_mw": np.minimum(99.0, p.interconnection_mw)}), "interconnection_mw"
    ),
    "headroom a period late": (_called(resolution, "by_block", _later), "headroom_mw"),
    "headroom not carried forward": (
        _called(resolution, "by_block", lambda found, *_: found * np.array([[1.0], [0.0], [1.0], [0.0]])), "headroom_mw"
    ),
    "waiting price of another SKU": (_called(resolution, "filled", lambda found, *_: found[::-1]), "waiting"),
    "energy price of another zone": (_called(resolution, "energy_prices", lambda found, *_: found[::-1]), "energy"),
    "no energy price before the first row": (
        _called(
            resolution, "energy_prices", lambda found, *_: (found[0] * np.array([[0.0], [1.0], [1.0], [1.0]]), found[1])
        ),
        "energy",
    ),
    "ban of a pair dropped": (
        _called(parameters, "doors", lambda found, *_: (found[0] | (np.arange(8).reshape(4, 2) == 6), found[1])), "pods"
    ),
    "placement cost of another SKU": (
        _called(parameters, "doors", lambda found, *_: (found[0], found[1][:, ::-1])), "placement"
    ),
    "vendors ignored": (_doors(vendors=""), "pods"),
    "heaviest rack ignored": (_doors(max_rack_kw=np.inf), "pods"),
    "lead a period short": (_called(Horizon, "first_after_lead", lambda found, *_: max(0, found - 1)), "halls"),
    "yearly rate ignored": (_resolved(lambda p: {"halls_per_year": p.halls_per_year * 3}), "halls"),
    "a hall more than fits": (_called(parameters, "whole", lambda found, *_: found + 1), "halls"),
    "line as wide back": (_resolved(lambda p: {"line_back_mw": p.line_mw}), "flow_mw"),
    "zones of sites turned round": (_resolved(lambda p: {"zone_of": 1 - p.zone_of}), "load_mw"),
    "life a period long": (_resolved(_life), "racks_in_service"),
    "peak PUE over the year": (_resolved(lambda p: {"annual_pue": p.peak_pue}), "energy"),
    "rented halls bought": (_resolved(lambda p: {"own": ~p.own}), "lease"),
    "discounted from the end": (_resolved(lambda p: {"discount": p.discount / 1.1**0.5}), "halls"),
    "aged a period early": (_resolved(lambda p: {"aged_before": [*p.aged_before[1:], 4]}), "aged"),
    "committed site closed": (_resolved(lambda p: {"committed": p.committed & False}), "opening"),
    "no cluster asked": (_called(Parameters, "cluster_it_mw", lambda found, *_: found * 0), "it_mw_in_service"),
    "cluster too large": (_called(Parameters, "cluster_it_mw", lambda found, *_: found + 9), "cause"),
}  # fmt: skip

POLICY: dict[str, dict[str, float]] = {
    "no cluster asked": {"min_site_mw": 4.0},
    "cluster too large": {"min_vendor_mw": 1.0},
}


@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_in_what_is_resolved_is_found(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    (home, attribute, wrong), column = FAULTS[name]
    study = _study(**POLICY.get(name, {}))
    monkeypatch.setattr(home, attribute, wrong)
    with pytest.raises(
        RackgridError, match=rf"(?s)does not stand up to its own recheck.*\b{column}( \(and \d+ more\))?:"
    ):
        solve(study, gap=1e-4)


@pytest.mark.parametrize("policy", [{}, *POLICY.values()], ids=str)
def test_without_a_fault_nothing_is_found(policy: dict[str, float]) -> None:
    assert solve(_study(**policy), gap=1e-4).status == "optimal"
