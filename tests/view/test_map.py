"""Maps: something is drawn, the same bytes each time, and odd studies draw too."""

from __future__ import annotations

import io
import json
import warnings
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from matplotlib.figure import Figure
from PIL import Image

from optimizer import read_study
from optimizer.errors import InputError
from optimizer.plan import Plan
from optimizer.view.map import map_period, save_maps
from optimizer.view.placing import spread_circles
from tests.handmade import handmade_plan
from tests.small import RACKS, SITES, STUDY, write_small_study


@pytest.fixture
def plan(tmp_path: Path) -> Plan:
    return handmade_plan(read_study(write_small_study(tmp_path / "small")))


def pixels(figure: Figure) -> np.ndarray:
    buffer = io.BytesIO()
    figure.savefig(buffer, format="png", dpi=40)
    return np.asarray(Image.open(buffer).convert("RGB"))


def coloured(figure: Figure, colour: tuple[int, int, int]) -> int:
    return int((np.abs(pixels(figure).astype(int) - colour).max(axis=2) < 12).sum())


def test_vendors_and_idle_power_are_drawn(plan: Plan) -> None:
    figure = map_period(plan, "2027")
    amd, broadcom, idle = (0, 114, 178), (230, 159, 0), (240, 228, 66)
    assert min(coloured(figure, c) for c in (amd, broadcom, idle)) > 60
    texts = " ".join(t.get_text() for ax in figure.axes for t in ax.texts) + " ".join(
        t.get_text() for t in figure.texts
    )
    assert "Small $x^2$ [bold]study[/bold]" in texts
    assert "GENERIC" in texts
    assert "Alpha" in texts
    assert "gamma" not in texts  # generic sites carry no name


def test_bytes_are_the_same_each_time(plan: Plan, tmp_path: Path) -> None:
    first = [p.read_bytes() for p in save_maps(plan, tmp_path / "a")]
    again = save_maps(plan, tmp_path / "b")
    assert [p.name for p in again] == ["map-2026.png", "map-2027.png"]
    assert [p.read_bytes() for p in again] == first


def test_power_between_zones_is_drawn(tmp_path: Path) -> None:
    lines = {"grid/lines.csv": "line,from,to,capacity_mw\nl1,z1,z2,50\n"}
    plan = handmade_plan(read_study(write_small_study(tmp_path / "small", files=lines)))
    flows = plan.tables["flows"].assign(flow_mw=-20.0)
    moving = replace(plan, tables={**plan.tables, "flows": flows})
    drawn, bare = pixels(map_period(moving, "2027")), pixels(map_period(moving, "2027", flows=False))
    assert (drawn != bare).any(axis=2).sum() > 20


def test_long_headlines_fit(tmp_path: Path) -> None:
    racks = RACKS + "".join(f"R{i},Vendor number {i} of a few,100,1,10\n" for i in range(9))
    files = {
        "study.toml": STUDY.replace("Small $x^2$ [bold]study[/bold]", "W" * 90),
        "racks.csv": racks,
        "deliveries.csv": "sku,period,mw\n" + "".join(f"R{i},2026,10\n" for i in range(9)),
    }
    figure = map_period(handmade_plan(read_study(write_small_study(tmp_path / "long", files=files))), "2026")
    assert len(figure.texts) == 3
    for text in figure.texts:
        assert text.get_window_extent().x1 <= figure.bbox.x1


def test_axes_of_the_caller(plan: Plan) -> None:
    figure = Figure(figsize=(6, 4))
    ax = figure.add_subplot()
    assert map_period(plan, "2026", ax=ax) is figure
    assert "2026" in ax.get_title()
    with pytest.raises(InputError, match="no period"):
        map_period(plan, "2031")


ONE_SITE = "\n".join(SITES.splitlines()[:2])
NO_GRID = STUDY.replace('grid = "grid"\n', "")
ODD = {
    "one site without a grid": {"study.toml": NO_GRID, "sites.csv": ONE_SITE},
    "nothing delivered": {"deliveries.csv": "sku,period,mw\nA1,2026,0\n"},
    "no power at all": {"sites.csv": SITES.replace(",70,", ",0,").replace(",50,", ",0,").replace(",100,", ",0,")},
    "outside the United States": {
        "study.toml": NO_GRID,
        "sites.csv": SITES.replace("-99,32,z1", "179.9,-18,")
        .replace("-97,31,z1", "-179.8,-18,")
        .replace("-95,33,z2", "178,-17,"),
    },
    "sites on one point": {"sites.csv": SITES.replace("-97,31", "-99,32")},
    "zones as buses": {
        "grid/zones.geojson": json.dumps(
            {
                "type": "FeatureCollection",
                "features": [
                    {
                        "type": "Feature",
                        "properties": {"zone": z},
                        "geometry": {"type": "Point", "coordinates": [x, 31]},
                    }
                    for z, x in (("z1", -99), ("z2", -95))
                ],
            }
        ),
    },
    "zones without geometry": {
        "grid/zones.geojson": json.dumps(
            {
                "type": "FeatureCollection",
                "features": [{"type": "Feature", "properties": {"zone": z}, "geometry": None} for z in ("z1", "z2")],
            }
        )
    },
    "another vendor, unlimited power": {
        "racks.csv": RACKS.replace("Broadcom", "Acme 芯片"),
        "sites.csv": SITES.replace(",70,", ",,"),
    },
}


@pytest.mark.parametrize("files", ODD.values(), ids=ODD.keys())
def test_odd_studies_draw(files: dict[str, str], tmp_path: Path) -> None:
    plan = handmade_plan(read_study(write_small_study(tmp_path / "odd", files=files)))
    with warnings.catch_warnings():
        warnings.filterwarnings("error")
        warnings.filterwarnings("ignore", message=".*Glyph.*")
        for period in plan.study.horizon.names:
            assert pixels(map_period(plan, period)).std() > 3
    assert all(len(line) <= 100 for line in plan.summary().splitlines())


def test_circles_stand_apart() -> None:
    radii = [3.0, 2.0, 1.0, 1.0, 0.0]
    placed = spread_circles([(0.0, 0.0)] * 5, radii, gap=0.1)
    assert placed[4] == (0.0, 0.0)
    for i in range(4):
        for j in range(i):
            assert np.hypot(*np.subtract(placed[i], placed[j])) > 0.97 * (radii[i] + radii[j])
