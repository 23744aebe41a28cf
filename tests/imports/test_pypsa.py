"""Networks of PyPSA as grids: as CSV folder and netCDF, against PyPSA's own optimum, and what is refused."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from tests.cli.inside import inside

from .dispatch import cost_per_hour, rows

NETWORK = Path(__file__).with_name("network")
OPTIMUM_USD = 48172.5
"""What n.optimize() of PyPSA 1.4.0 finds for the network without its stores and with an efficiency of 1."""


def content(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return Path(shutil.copytree(NETWORK, tmp_path / "network"))


def test_network_costs_what_pypsa_says(tmp_path: Path, folder: Path) -> None:
    done = inside(tmp_path)("import", "pypsa", folder.name, "-o", "grid")
    assert (done.returncode, done.stdout) == (0, "grid\n"), done.stderr
    assert done.stderr.splitlines() == [
        "1 bus has no place",
        "the hours of 4 snapshots add up to 10 h: multiplied by 876 for 8,760 h of a year",
        "1 line of several circuits is one circuit",
        "1 link loses power on the way: efficiency is dropped",
        "1 generator runs at p_min_pu or above at all times: they are not committed",
        "storage units dropped: 1",
        "stores dropped: 1",
        "4 zones, 7 lines, 3 generators, 2 loads, 4 blocks",
    ]
    grid = tmp_path / "grid"
    year = sum(float(b["hours_per_year"]) * cost_per_hour(grid, b["block"]) for b in rows(grid, "blocks"))
    assert year / 876 == pytest.approx(OPTIMUM_USD, rel=1e-6)
    lines = {row["line"]: row for row in rows(grid, "lines")}
    assert float(lines["ab"]["reactance_pu"]) == pytest.approx(0.246 * 100 / 2 / 380**2 * 100)
    assert float(lines["t"]["reactance_pu"]) == pytest.approx(0.1 / 400 * 1.05 * 100)
    assert (lines["t"]["shift_deg"], lines["ab"]["capacity_mw"], lines["l"]["reactance_pu"]) == ("5", "350", "")
    assert len(rows(grid, "generators")) == 4 + 4 + 1


@pytest.mark.parametrize(
    ("text", "blocks"),
    [
        ("1:3", ["2013-01-01 01:00", "2013-01-01 02:00"]),
        ("::3", ["2013-01-01 00:00", "2013-01-01 03:00"]),
        ("2013-01-01 03:00,2013-01-01T00", ["2013-01-01 00:00", "2013-01-01 03:00"]),
        ("2013-01-01 02..2013-01", ["2013-01-01 02:00", "2013-01-01 03:00"]),
    ],
)
def test_snapshots_are_chosen(tmp_path: Path, text: str, blocks: list[str]) -> None:
    done = inside(tmp_path)("import", "pypsa", NETWORK, "-o", "grid", "--snapshots", text)
    assert done.returncode == 0, done.stderr
    found = rows(tmp_path / "grid", "blocks")
    assert [row["block"] for row in found] == blocks
    assert sum(float(row["hours_per_year"]) for row in found) == pytest.approx(8760, abs=1e-6)


def written_netcdf(place: Path, **facts: object) -> None:
    """Write the network as PyPSA writes netCDF."""
    xarray = pytest.importorskip("xarray")
    pytest.importorskip("netCDF4")
    data, names = {}, {}
    for file in sorted(NETWORK.glob("*.csv")):
        component, _, attribute = file.stem.partition("-")
        frame = pd.read_csv(file, index_col=0)
        if component == "snapshots":
            frame["snapshot"] = pd.to_datetime(frame["snapshot"])
            data |= {f"snapshots_{column}": ("snapshots", frame[column].to_numpy()) for column in frame}
        elif attribute:
            key = f"{component}_t_{attribute}"
            data[key] = (("snapshots", f"{key}_i"), frame.to_numpy())
            names[f"{key}_i"] = np.array(frame.columns, dtype=object)
        elif component != "network":
            columns = {c: frame[c].fillna("") if frame[c].dtype.kind not in "fib" else frame[c] for c in frame}
            data |= {f"{component}_{c}": (f"{component}_i", column.to_numpy()) for c, column in columns.items()}
            names[f"{component}_i"] = np.array(frame.index, dtype=object)
    made = xarray.Dataset(data, {"snapshots": range(4), **names}, {"network_pypsa_version": "1.4.0", **facts})
    made.to_netcdf(place, engine="netcdf4")


def test_netcdf_gives_the_same_grid(tmp_path: Path, folder: Path) -> None:
    written_netcdf(tmp_path / "network.nc")
    call = inside(tmp_path)
    for name in (folder.name, "network.nc"):
        done = call("import", "pypsa", name, "-o", f"grid-{name}")
        assert done.returncode == 0, done.stderr
    assert content(tmp_path / "grid-network.nc") == content(tmp_path / "grid-network")


def test_netcdf_that_is_none_is_refused_in_one_line(tmp_path: Path) -> None:
    call = inside(tmp_path)
    written_netcdf(tmp_path / "later.nc", network_pypsa_version="2.3.0")
    whole = (tmp_path / "later.nc").read_bytes()
    (tmp_path / "cut.nc").write_bytes(whole[: len(whole) // 3])
    (tmp_path / "text.nc").write_text("netcdf")
    told = {
        "later.nc": "later.nc: was written by PyPSA 2.3.0, which is not read – write it with PyPSA 1",
        "cut.nc": "cut.nc: is damaged, or no netCDF: ",
        "text.nc": "text.nc: is neither a folder of CSV files nor netCDF",
        "absent.nc": "absent.nc: there is no such file",
    }
    for name, words in told.items():
        done = call("import", "pypsa", name, "-o", "grid")
        assert (done.returncode, done.stdout) == (2, "")
        assert done.stderr.startswith(words)
        assert done.stderr.endswith("\n1 error\n")
    assert not (tmp_path / "grid").exists()


BAD = {
    "bus": ("lines.csv", "ad,a,d", "ad,a,z", 'lines "ad" bus1: is no bus of the network'),
    "x": ("lines.csv", "ad,a,d,,20.0", "ad,a,d,,0.0", 'lines "ad" x: is a reactance of 0'),
    "type": ("lines.csv", "Al/St 240/40 4", "Al/St 240/41 4", 'lines "ab" type: is no type of the network'),
    "number": ("generators.csv", "900.0", "900 MW", 'generators "g" p_nom: 900 MW is no number'),
    "infinite": ("generators.csv", "900.0", "inf", 'generators "g" p_nom: is not finite'),
    "square": ("generators.csv", "5.0,0.1", "5.0,-0.1", 'generators "q" marginal_cost_quadratic: is below 0'),
    "rows": ("loads-p_set.csv", "3,500.0\n", "", "has 3 rows of loads p_set for 4 snapshots"),
    "twice": ("loads.csv", "y,c", "x,c", "loads: x stands twice"),
    "weights": ("snapshots.csv", "2.0,2.0,2.0", "-2.0,2.0,2.0", "has weights of snapshots below 0"),
}


@pytest.mark.parametrize(("file", "old", "new", "told"), BAD.values(), ids=BAD.keys())
def test_bad_networks_are_one_line_and_leave_nothing(
    tmp_path: Path, folder: Path, file: str, old: str, new: str, told: str
) -> None:
    text = (folder / file).read_text()
    assert old in text
    (folder / file).write_text(text.replace(old, new, 1))
    done = inside(tmp_path)("import", "pypsa", "network", "-o", "grid")
    assert (done.returncode, done.stdout) == (2, "")
    assert told in done.stderr.splitlines()[0]
    assert done.stderr.endswith("\n1 error\n")
    assert not (tmp_path / "grid").exists()
