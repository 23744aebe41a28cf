"""What stands at sites by their ramps: all at once as each by itself."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
from hypothesis import given
from hypothesis import strategies as st

from optimizer.io.periods import Horizon, parse_label
from optimizer.io.standing import POWER_COLUMNS, by_site, standing

LABELS = [f"{year}{part}" for year in range(2025, 2030) for part in ("", "H2", "Q1", "Q2")]
HORIZONS = [Horizon.of("2026", "2028", per_year) for per_year in (1, 2, 4)]
MW = st.sampled_from([math.nan, math.inf, 0.0, 1.5, 30.0])
ROW = st.tuples(st.sampled_from(["a", "b", "elsewhere"]), st.sampled_from(LABELS), MW)


@given(st.sampled_from(HORIZONS), st.sampled_from(list(POWER_COLUMNS)), st.tuples(MW, MW), st.lists(ROW, max_size=8))
def test_each_site_follows_its_own_rows(
    horizon: Horizon, column: str, own: tuple[float, float], rows: list[tuple[str, str, float]]
) -> None:
    sites = pd.DataFrame({"site": ["a", "b"], column: own})
    ramp = pd.DataFrame(rows, columns=["site", "period", column]).astype({column: float})
    for found, site, stated in zip(by_site(sites, ramp, column, horizon), "ab", own, strict=True):
        said = [(parse_label(label), mw) for name, label, mw in rows if name == site and not math.isnan(mw)]
        without = POWER_COLUMNS[column] if math.isnan(stated) else stated
        right = standing(said, horizon, 0.0 if math.isnan(stated) else stated)
        assert np.array_equal(found, right if said else np.full(len(horizon), without))
