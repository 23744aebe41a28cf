"""MATPOWER cases as grids: what stands in the files, what it costs, and every way in which a case can be wrong."""

from __future__ import annotations

import csv
import json
import os
import tomllib
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from optimizer.imports.costs import Cost, cost_of
from tests.cli.conftest import Run, run
from tests.cli.inside import inside

from .dispatch import cost_per_hour, rows

__all__ = ["run"]
RAW_DATA = Path(os.environ.get("RACKGRID_RAW_DATA") or Path(__file__).resolve().parents[3] / "shared/data")
PGLIB = RAW_DATA / "benchmarks" / "pglib"
CASE = """function mpc = three
%THREE  a triangle   mpc.bus = [ in a comment
mpc.version = '2';
mpc.baseMVA = 100;
%% bus_i type Pd Qd Gs Bs area Vm Va baseKV zone Vmax Vmin
mpc.bus = [
    10  3  0   0  0   0  1 1 0 380 1 1.1 0.9;
    20  2  0   0  0   0  1 1 0 380 1 1.1 0.9;   % 90 MW [not here]
    30  1  90  5  10  0  1 1 0 380 1 1.1 0.9
    40, 4, 7,  0, 0,  0, 1,1,0,380,1,1.1,0.9;
];
mpc.gen = [
    10 0 0 0 0 1 100 1 200 0;
    20 0 0 9 -9 1 100 1 100 0; 30 0 0 0 0 1 100 0 500 0;
];
mpc.branch = [
    10 20 0 0.1 0.02 0  0  0  0 0 1 -30  30;
    20 30 0 0.1 0    80 90 0  0 0 1 -360 360;
    10 30 0 0.1 0    60 0  0  0 0 1 0    0;
    20 30 0 0.1 0    80 90 95 0 0 0 0    0;
    30 40 0 0.1 0    80 90 95 0 0 1 0    0;
];
mpc.gencost = [
    2 5 0 3 0 10 50 0 0 0;
    1 0 0 3 0 0 50 1000 100 2500;
    2 0 0 1 9 0 0 0 0 0;
];
mpc.dcline = [ 10 20 1 0 0 0 0 1 1 -5 5 0 0 0 0 0.1 0.02 ];
mpc.bus_name = {
    'West % 1';
    'East';
    'South';
    'Nowhere';
};
"""
KW = """
[PQ, PV, REF, NONE, BUS_I, BUS_TYPE, PD, QD, GS, BS, BUS_AREA, VM, ...
    VA, BASE_KV, ZONE, VMAX, VMIN, LAM_P, LAM_Q, MU_VMAX, MU_VMIN] = idx_bus;
[F_BUS, T_BUS, BR_R, BR_X] = idx_brch;
Vbase = mpc.bus(1, BASE_KV) * 1e3;      %% in Volts
Sbase = mpc.baseMVA * 1e6;              %% in VA
mpc.branch(:, [BR_R BR_X]) = mpc.branch(:, [BR_R BR_X]) / (Vbase^2 / Sbase);
mpc.bus(:, [PD, QD]) = mpc.bus(:, [PD, QD]) / 1e3;
"""


def table(folder: Path, name: str) -> list[dict[str, str]]:
    with (folder / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_case_becomes_a_grid(run: Run, tmp_path: Path) -> None:
    """At equal reactances l10-30 carries (2 · g1 + g2) / 3 ≤ 60 of 100 MW, and the link moves 5 MW from 10 to 20: g1 is
    85, g2 15 MW in its segment of 20 USD/MWh: 50 + 850 + 300 = 1200 USD/h."""
    (tmp_path / "three.m").write_text(CASE)
    done = run("import", "matpower", "three.m", "-o", "grids/three")
    assert (done.returncode, done.stdout) == (0, "grids/three\n"), done.stderr
    assert done.stderr.splitlines() == [
        "1 isolated bus is left out, with what is connected to them",
        "1 generator out of service is left out",
        "2 branches out of service are left out",
        "1 limit of an angle difference lowers the capacity of the branch",
        "1 branch has no RATE_A: unlimited",
        "1 dcline loses power: losses are dropped",
        "1 shunt conductance is load at a voltage of 1",
        "1 reactive load dropped",
        "1 branch charging current dropped",
        "1 start-up cost dropped",
        "voltages, their limits and reactive limits dropped",
        "3 zones, 4 lines, 2 generators, 1 load",
    ]
    grid = tmp_path / "grids" / "three"
    assert cost_per_hour(grid) == pytest.approx(1200)
    assert [*table(grid, "zones")] == [
        {"zone": "10", "name": "West % 1"}, {"zone": "20", "name": "East"}, {"zone": "30", "name": "South"}
    ]  # fmt: skip
    assert table(grid, "loads") == [{"zone": "30", "load_mw": "100"}]
    assert [(r["line"], r["capacity_mw"][:5], r["emergency_mw"], r["reactance_pu"]) for r in table(grid, "lines")] == [
        ("l10-20-1", "523.5", "inf", "0.1"),
        ("l20-30-1", "80", "90", "0.1"),
        ("l10-30-1", "60", "60", "0.1"),
        ("dc10-20-1", "5", "", ""),
    ]
    assert [(r["gen"], r["p_max_mw"], r["usd_per_mwh"], r["usd_per_hour"]) for r in table(grid, "generators")] == [
        ("g10-1", "200", "10", "50"),
        ("g20-1", "50", "20", "0"),
        ("g20-1", "50", "30", "0"),
    ]
    assert tomllib.loads((grid / "grid.toml").read_text()) == {"flow": "dc", "security": "none", "reference": ["10"]}


def test_a_grid_that_is_there_is_replaced_by_force_alone(tmp_path: Path) -> None:
    call = inside(tmp_path)
    (tmp_path / "three.m").write_text(CASE)
    assert call("import", "matpower", "three.m", "-o", "grid").returncode == 0
    (tmp_path / "grid" / "upgrades.csv").write_text("mine")
    again = call("import", "matpower", "three.m", "-o", "grid")
    assert (again.returncode, again.stdout) == (2, "")
    assert "grid: holds a grid already – replace it with --force" in again.stderr
    assert call("import", "matpower", "three.m", "-o", "grid", "--force").returncode == 0
    assert (tmp_path / "grid" / "upgrades.csv").read_text() == "mine"
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "mine.txt").write_text("mine")
    other = call("import", "matpower", "three.m", "-o", "other", "--force")
    assert (other.returncode, [p.name for p in (tmp_path / "other").iterdir()]) == (2, ["mine.txt"])


@pytest.mark.parametrize(
    ("convention", "reactance", "shift"),
    [("rackgrid", 0.10355, 5), ("matpower", 0.095, 5), ("pglib", 0.109, 0), ("psse", 0.1, 0)],
)
def test_conventions(tmp_path: Path, convention: str, reactance: float, shift: float) -> None:
    """(0.03² + 0.1²) / 0.1 = 0.109; angle limits are about the difference less the shift."""
    branch = "10 20 0.03 -0.1 0 0 0 0 0.95 5 1 -10 30"
    (tmp_path / "three.m").write_text(CASE.replace("10 20 0 0.1 0.02 0  0  0  0 0 1 -30  30", branch))
    done = inside(tmp_path)("import", "matpower", "three.m", "-o", "grid", "--convention", convention)
    assert done.returncode == 0, done.stderr
    line = table(tmp_path / "grid", "lines")[0]
    assert float(line["reactance_pu"]) == pytest.approx(-reactance)
    assert float(line["shift_deg"]) == shift
    assert float(line["capacity_mw"]) == pytest.approx(100 / reactance * np.deg2rad(10 + shift))
    assert float(line["capacity_back_mw"]) == pytest.approx(100 / reactance * np.deg2rad(30 - shift))
    assert (line["emergency_mw"], line["emergency_back_mw"]) == ("inf", "inf")


def test_units_that_a_case_converts_itself(tmp_path: Path) -> None:
    (tmp_path / "three.m").write_text(CASE + KW)
    done = inside(tmp_path)("import", "matpower", "three.m", "-o", "grid")
    assert done.returncode == 0, done.stderr
    assert "line 41: BR_R and BR_X of mpc.branch divided by 1444, as it says" in done.stderr
    assert float(table(tmp_path / "grid", "lines")[0]["reactance_pu"]) == pytest.approx(0.1 / 1444)
    assert table(tmp_path / "grid", "loads") == [{"zone": "30", "load_mw": "10.09"}]


BAD = {
    "cut": (
        CASE[: CASE.index("20 30 0 0.1 0    80 90 0")],
        "three.m:16 mpc.branch: is not closed before the file ends",
    ),
    "cut between": (CASE[: CASE.index("mpc.branch")], "three.m: has no mpc.branch"),
    "none": ("zone,name\na,b\n", "three.m: is no MATPOWER case"),
    "nan": (CASE.replace("10 20 0 0.1 0.02", "10 20 NaN 0.1 0.02"), "three.m:17 mpc.branch: holds NaN"),
    "word": (CASE.replace("10 20 0 0.1 0.02", "10 20 0 O.1 0.02"), "three.m:17 mpc.branch: O.1 is no number"),
    "bus": (CASE.replace("10 30 0 0.1", "10 31 0 0.1"), "three.m:19 mpc.branch T_BUS: 31 is no bus of the case"),
    "base": (CASE.replace("baseMVA = 100", "baseMVA = -100"), "three.m:4 baseMVA: -100 is not above 0"),
    "width": (CASE.replace("10 30 0 0.1 0    60", "10 30 0 0.1 60"), "three.m:19 mpc.branch: has 12 values"),
    "x": (CASE.replace("10 30 0 0.1", "10 30 0 0"), "three.m:19 mpc.branch BR_X: 0 is a reactance of 0"),
    "twice": (CASE.replace("    20  2", "    10  2"), "three.m:7 mpc.bus BUS_I: 10 stands twice"),
    "angle": (CASE.replace("-30  30", "5  30"), "three.m:17 mpc.branch ANGMIN: 5 and ANGMAX leave out a flow of 0"),
    "cubic": (CASE.replace("2 5 0 3 0 10 50", "2 5 0 4 1 0 10"), "three.m:24 mpc.gencost: is a polynomial of a degree"),
    "concave": (CASE.replace("50 1000 100 2500", "50 1000 100 1100"), "three.m:25 mpc.gencost: has a price that falls"),
    "costs": (CASE.replace("    2 0 0 1 9 0 0 0 0 0;\n", ""), "three.m:24 mpc.gencost: has 2 rows for 3 generators"),
    "statement": (CASE + "mpc.gen(2, PMAX) = 3;\n", "three.m:35: mpc.gen(2, PMAX) = 3 is a statement that is not read"),
    "kW by range": (
        CASE + "mpc.bus(:, 3:4) = mpc.bus(:, 3:4) / 1000;\n",
        "three.m:35: mpc.bus(:, 3:4) = mpc.bus(:, 3:4) / 1000 is",
    ),
    "kW in place": (
        CASE + "mpc.bus(:, PD) /= 1e3;\n",
        "three.m:35: mpc.bus(:, PD) /= 1e3 is a statement that is not read",
    ),
    "kW by call": (CASE + "mpc = scale_load(0.001, mpc);\n", "three.m:35: mpc = scale_load(0.001, mpc) is a statement"),
    "format": (CASE.replace("'2'", "'1'"), "three.m:3 version: '1' is a format that is not read"),
    "binary": (CASE[:40] + "\0" + CASE, "three.m:2: holds a NUL character"),
}


@pytest.mark.parametrize(("text", "told"), BAD.values(), ids=BAD.keys())
def test_bad_cases_are_one_line_and_leave_nothing(tmp_path: Path, text: str, told: str) -> None:
    (tmp_path / "three.m").write_text(text)
    done = inside(tmp_path)("import", "matpower", "three.m", "-o", "grid")
    assert (done.returncode, done.stdout) == (2, "")
    first, *others = done.stderr.splitlines()
    assert first.startswith(told)
    assert others[-1].endswith(("1 error", "errors"))
    assert [path.name for path in tmp_path.iterdir()] == ["three.m"]


def of(cost: Cost, mw: float) -> float:
    mw += cost.moved_mw
    edges = [0.0, *np.cumsum(cost.widths_mw)]
    edges[0] = min(cost.least_mw, 0.0)
    parts = [max(min(mw, end) - max(begin, min(0.0, mw)), 0.0) for begin, end in pairwise(edges)]
    parts[0] = min(mw, edges[1])
    return cost.usd_per_hour + sum(p * w for p, w in zip(cost.prices, parts, strict=True)) + cost.usd_per_mw2h * mw**2


@pytest.mark.parametrize("seed", range(40))
def test_segments_cost_what_the_points_say(seed: int) -> None:
    """Between the points and, along the end lines, beyond them; for output of either sign."""
    random = np.random.default_rng(seed)
    mw = np.cumsum(random.integers(1, 50, 5)) - random.integers(0, 120)
    usd = np.cumsum(np.sort(random.integers(-20, 60, 4)) * np.diff(mw)) + random.integers(-100, 100)
    points = [float(v) for pair in zip(mw, [0, *usd], strict=True) for v in pair]
    least, most = sorted(random.uniform(mw[0] - 20, mw[-1] + 20, 2))
    cost = cost_of([1, 0, 0, 5, *points], least, most)
    assert cost.least_mw <= cost.widths_mw[0]
    assert sum(cost.widths_mw) == pytest.approx(most + cost.moved_mw)
    slopes = np.diff([0, *usd]) / np.diff(mw)
    for at in np.linspace(least, most, 7):
        piece = int(np.clip(np.searchsorted(mw, at) - 1, 0, 3))
        wanted = [0, *usd][piece] + slopes[piece] * (at - mw[piece])
        assert of(cost, at) == pytest.approx(wanted, abs=1e-6)


def published() -> list[dict[str, str]]:
    if not PGLIB.is_dir():
        return []
    with (PGLIB / "answers.csv").open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


@pytest.mark.skipif(not PGLIB.is_dir(), reason="the cases of PGLib are not here")
@pytest.mark.parametrize("answer", published(), ids=lambda row: row["case"])
def test_published_dc_cost(tmp_path: Path, answer: dict[str, str]) -> None:
    case = PGLIB / f"{answer['case']}.m"
    done = inside(tmp_path)("import", "matpower", case, "-o", "grid", "--convention", "pglib")
    assert done.returncode == 0, done.stderr
    assert len(rows(tmp_path / "grid", "zones")) == int(answer["nodes"])
    assert len(rows(tmp_path / "grid", "lines")) == int(answer["edges"])
    published = f"{float(answer['dc_usd_per_h'].rstrip('.')):.4e}"
    assert f"{cost_per_hour(tmp_path / 'grid'):.4e}" == published
    done = inside(tmp_path)("dispatch", "grid", "--json")
    found = json.loads(done.stdout)
    if published == "inf":
        assert (done.returncode, found["status"]) == (3, "infeasible")
    else:
        assert f"{found['cost_usd_per_hour']:.4e}" == published
