"""Maps: something is drawn, the same bytes each time, and odd studies draw too."""

from __future__ import annotations

import io
import json
import warnings
from dataclasses import replace
from itertools import combinations
from pathlib import Path

import numpy as np
import pytest
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure
from matplotlib.patches import Circle, Wedge
from PIL import Image

from optimizer import read_study
from optimizer.errors import InputError
from optimizer.plan import Plan
from optimizer.view.map import map_period, save_map, without_letters
from optimizer.view.palette import IDLE
from optimizer.view.placing import Box, label_place, spread_circles
from optimizer.view.web.facts import map_facts
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
    amd, broadcom, idle = (0, 114, 178), (230, 159, 0), (248, 242, 168)
    assert min(coloured(figure, c) for c in (amd, broadcom, idle)) > 60
    texts = " ".join(t.get_text() for ax in figure.axes for t in ax.texts) + " ".join(
        t.get_text() for t in figure.texts
    )
    assert "Small $x^2$ [bold]study[/bold]" in texts
    assert "GENERIC" in texts
    assert "Alpha" in texts
    assert "gamma" not in texts  # generic sites carry no name


def test_bytes_are_the_same_each_time(plan: Plan, tmp_path: Path) -> None:
    first, again = (save_map(plan, "2027", tmp_path / folder) for folder in "ab")
    assert again.name == "map-2027.png"
    assert again.read_bytes() == first.read_bytes()


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


def said(figure: Figure) -> list[str]:
    return [t.get_text() for ax in figure.axes for t in ax.texts]


def test_a_site_without_a_kind_is_no_real_campus(tmp_path: Path) -> None:
    files = {"sites.csv": SITES.replace("Beta,campus", "Beta,").replace("GENERIC gamma,generic", "Gamma,  ")}
    plan = handmade_plan(read_study(write_small_study(tmp_path / "small", files=files)))
    words = said(map_period(plan, "2027"))
    assert {"real campus, IT MW in service", "site, kind not stated"} <= set(words)
    assert not any("GENERIC" in word for word in words)  # the legend has what is there
    sites = map_facts(plan)["sites"]
    assert [(site["kind"], site["generic"]) for site in sites] == [("campus", False), ("", False), ("", False)]
    summary = plan.summary()
    assert "real: 1 campus" in summary
    assert "kind not stated: 2 sites" in summary


def test_names_without_letters_are_ids(tmp_path: Path) -> None:
    files = {
        "sites.csv": SITES.replace("Alpha (first)", "\U00012000\U00012001").replace("Beta", "تهران"),
        "racks.csv": RACKS.replace("Broadcom", "\U00012000"),
        "study.toml": STUDY.replace("Small $x^2$ [bold]study[/bold]", "\U00012000"),
    }
    plan = handmade_plan(read_study(write_small_study(tmp_path / "small", files=files)))
    assert without_letters(plan) == ["alpha", "beta", "\U00012000"]
    with warnings.catch_warnings():
        warnings.simplefilter("error")  # a glyph that is missing is a warning
        figure = map_period(plan, "2027")
        pixels(figure)
    words = " ".join([*said(figure), *(t.get_text() for t in figure.texts)])
    assert "alpha 53 MW" in words
    assert "#2" in words
    assert "Plan · 2027" in words
    assert "\U00012000" not in words


def test_countries_are_drawn_anywhere(tmp_path: Path) -> None:
    sites = SITES.replace("-99,32,z1", "72.8,19.1,").replace("-97,31,z1", "77.2,28.6,")
    files = {"study.toml": NO_GRID, "sites.csv": sites.replace("-95,33,z2", "80.2,13.1,")}
    plan = handmade_plan(read_study(write_small_study(tmp_path / "small", files=files)))
    figure = map_period(plan, "2027")
    assert coloured(figure, (142, 151, 159)) > 100
    assert len(map_facts(plan)["basemap"]["countries"]) > 10
    box = figure.axes[0].get_window_extent()
    for artist in [*figure.axes[0].lines, *figure.axes[0].patches]:
        assert artist.get_clip_box().bounds == box.bounds  # no line leaves the frame


def test_many_names_are_thinned_and_stand_by_their_own_circles() -> None:
    circles = [((float(i % 20), float(i // 20)), 0.2) for i in range(240)]
    taken: list[Box] = []
    for centre, radius in circles[:30]:
        place = label_place(centre, radius, (2.0, 0.9), taken, circles, (-5.0, -5.0, 25.0, 17.0))
        if not place.covers_names:
            taken.append(place.box)
    assert 5 < len(taken) < 30
    assert not any(a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3] for a, b in combinations(taken, 2))
    alone = label_place((0.0, 0.0), 1.0, (2.0, 0.5), [], [((0.0, 0.0), 1.0), ((2.2, 0.0), 1.0)], (-9.0, -9.0, 9.0, 9.0))
    assert alone.box[2] < 0.5  # not beside the other circle
    assert not alone.nearer_to_another


def test_rings_do_not_drown_discs(plan: Plan) -> None:
    sites = plan.sites.assign(idle_power_mw=np.where(plan.sites["open"], 4000.0, 0.0))
    figure = map_period(replace(plan, tables={**plan.tables, "sites": sites}), "2027")
    patches = [p for p in figure.axes[0].get_children() if isinstance(p, (Circle, Wedge)) and p.get_fill()]
    pies = [p.get_zorder() for p in patches if isinstance(p, Wedge)]
    yellow = [p for p in patches if isinstance(p, Circle) and p.get_facecolor()[:3] == to_rgb(IDLE)]
    assert len(yellow) == 3
    assert max(p.get_zorder() for p in yellow) < min(pies)
