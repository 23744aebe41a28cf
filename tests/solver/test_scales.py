"""Studies by quarters, with sites alike, or with prices of a thousandth of a USD end with a proven plan that stands."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd
import pytest

from optimizer import Study
from tests.cli.inside import inside


def quarters(*, sites: int, periods: int, skus: int = 1, usd: float = 1.0, gap: float = 0.01) -> Study:
    """Sites that differ by id alone, as many racks in every quarter; ``usd`` is what every price is in."""
    labels = [f"{2026 + t // 4}Q{t % 4 + 1}" for t in range(periods)]
    return Study.from_tables(
        keys={
            "periods": {"first": labels[0], "last": labels[-1], "per_year": 4},
            "money": {"discount_rate": 0.08, "residual_value": True},
            "unused": {
                "waiting_rack_usd_per_mw_year": 8e6 * usd,
                "unplaced_rack_usd_per_mw": 2e7 * usd,
                "idle_power_usd_per_mw_year": 2e5 * usd,
            },
            "solve": {"gap": gap, "threads": 1},
        },
        sites=pd.DataFrame(
            {
                "site": [f"s{i:02}" for i in range(sites)], "lon": -100.0, "lat": 35.0, "max_mw": 40.0, "hall_mw": 10.0,
                "halls_per_year": 2, "hall_lead_years": 0.5, "interconnection_mw": 60.0, "peak_pue": 1.25,
                "open_usd": 1e6 * usd, "hall_usd_per_mw": 1e7 * usd, "fixed_usd_per_mw_year": 2e5 * usd,
                "energy_usd_per_mwh": 50 * usd,
            }
        ),
        racks=pd.DataFrame(
            {"sku": ["a", "b"], "vendor": "A", "rack_kw": [100.0, 130.0], "pod_racks": 20, "price_usd": 1e5 * usd}
        ),
        deliveries=pd.DataFrame({"sku": sku, "period": label, "racks": 20} for sku in "ab"[:skus] for label in labels),
    )  # fmt: skip


STUDIES = {
    "many sites alike": {"sites": 50, "periods": 4},
    "ten years": {"sites": 2, "periods": 40, "gap": 0.02},
    "thousandths of a USD": {"sites": 4, "periods": 8, "skus": 2, "usd": 1e-10, "gap": 1e-5},
}


@pytest.mark.parametrize("name", STUDIES)
def test_ends_with_a_proven_plan_that_stands(name: str, tmp_path: Path) -> None:
    study = quarters(**STUDIES[name])
    study.write(tmp_path / "study")
    call = inside(tmp_path)
    done = call("solve", "study", "-o", "plan")
    assert done.returncode == 0, done.stderr
    facts = json.loads((tmp_path / "plan/plan.json").read_text(encoding="utf-8"))
    objective, bound = facts["objective_usd"], facts["bound_usd"]
    assert facts["status"] == "optimal"
    assert 0 <= objective - bound <= study.config.solve.gap * objective
    assert call("verify", "plan").returncode == 0
    if "usd" in STUDIES[name]:
        assert "Objective  0.0119 USD" in done.stdout
        assert "racks + facility, USD per MW" in done.stdout
        assert not [line for line in done.stdout.splitlines() if line.split()[-1:] == ["0 USD"]]
