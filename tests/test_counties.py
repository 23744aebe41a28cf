"""The study of every county: all of them, by the rules and with the programme of the embedded study, the same bytes."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pandas as pd
import pytest

from optimizer import InputError, Study, read_study
from optimizer.counties import county_study
from optimizer.io.embedded import COUNTIES, data_root, embedded_study
from optimizer.io.schema import TABLES
from optimizer.variants.figures import low_high
from optimizer.variants.selector import parse_key, selected
from tests.cli.conftest import command, environment

LEFT_OUT = {"AK", "HI"}  # no zone holds them


def call(folder: Path, *words: str, seed: str = "0") -> subprocess.CompletedProcess[str]:
    seeded = environment() | {"PYTHONHASHSEED": seed}
    return subprocess.run(
        command(*words), cwd=folder, env=seeded, capture_output=True, encoding="utf-8", timeout=120, check=False
    )


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("counties")
    done = call(home, "init", "mine", "--counties")
    assert (done.returncode, done.stdout) == (0, "mine\n"), done.stderr
    return home / "mine"


@pytest.fixture(scope="module")
def study(folder: Path) -> Study:
    return read_study(folder)


@pytest.fixture(scope="module")
def embedded() -> Study:
    return read_study(embedded_study())


def test_folder_is_right_and_the_same_each_time(folder: Path) -> None:
    done = call(folder.parent, "check", "mine", "--strict")
    assert done.returncode == 0, done.stderr
    assert "3126: 10 campus, 3108 generic, 8 generic-gas" in done.stdout
    assert "2026Q1 to 2030Q4, 20 quarters" in done.stdout
    assert call(folder.parent, "init", "again", "--counties", seed="1").returncode == 0
    ours, theirs = ({p.relative_to(f): p.read_bytes() for p in f.rglob("*") if p.is_file()}
                    for f in (folder, folder.with_name("again")))  # fmt: skip
    assert ours == theirs
    assert not any(b"\r" in text for text in ours.values())


def test_every_county_is_a_generic_site_in_a_zone_of_the_grid(study: Study) -> None:
    counties = study.sites[study.sites["site"].str.startswith("county-")]
    assert len(counties) == counties["site"].nunique() == counties["name"].nunique() == 3108
    states = set(counties["state"])
    assert len(states) == 49, "48 states and the District of Columbia"
    assert not states & LEFT_OUT
    assert (counties["kind"] == "generic").all()
    assert (
        counties["name"]
        .str.fullmatch(r"GENERIC .*(County|Parish|city|Carson City|Columbia), .. \(not a project\)")
        .all()
    )
    assert not counties["committed"].any()
    assert set(counties["zone"]) == set(study.zones["zone"])
    assert study.warnings == (), "each lies where its zone is"
    assert counties[["max_mw", "open_usd", "hall_usd_per_mw", "annual_pue", "hall_lead_years"]].gt(0).all(axis=None)


def test_programme_grid_and_other_sites_are_those_of_the_embedded_study(study: Study, embedded: Study) -> None:
    for name in set(TABLES) - {"sites", "site_ramp", "zones"}:
        pd.testing.assert_frame_equal(study.table(name), embedded.table(name))
    kept = embedded.sites["kind"] != "generic"
    ours = study.sites[~study.sites["site"].str.startswith("county-")]
    columns = [name for name in embedded.sites.columns if name != "geometry"]
    pd.testing.assert_frame_equal(
        ours[columns].reset_index(drop=True), embedded.sites[kept][columns].reset_index(drop=True)
    )
    ramps = [s.site_ramp[s.site_ramp["site"].isin(ours["site"])].reset_index(drop=True) for s in (study, embedded)]
    pd.testing.assert_frame_equal(*ramps)
    left = {"study", "files", "periods"}
    assert study.config.model_dump(exclude=left) == embedded.config.model_dump(exclude=left)
    periods = [s.config.model_dump()["periods"] for s in (study, embedded)]
    assert periods[0] == periods[1] | {"per_year": 4}


def test_a_county_follows_the_rules_of_the_embedded_sites_of_its_zone(study: Study, embedded: Study) -> None:
    generic = [s.sites[s.sites["kind"] == "generic"].merge(s.site_ramp, on="site", suffixes=("", "_of_step"))
               for s in (study, embedded)]  # fmt: skip
    assert (generic[0]["interconnection_mw_of_step"] - generic[0]["peak_pue"] * generic[0]["max_mw"]).abs().max() < 1e-3
    costs = [g["open_usd"] / g["interconnection_mw_of_step"] for g in generic]
    assert costs[0].round(2).unique().tolist() == costs[1].round(2).unique().tolist() == [800_000]
    same = ["period", "tenure", "hall_mw", "halls_per_year", "hall_lead_years", "hall_usd_per_mw", "peak_pue",
            "fixed_usd_per_mw_year", "annual_pue", "load_factor"]  # fmt: skip
    ours, theirs = (g.groupby("zone")[same].agg(["min", "max"]) for g in generic)
    pd.testing.assert_frame_equal(ours.loc[theirs.index], theirs)
    sizes = generic[0].groupby("zone")["max_mw"].agg(["min", "max"])
    assert (sizes["min"] == sizes["max"]).all()
    for zone, rows in generic[1].groupby("zone"):
        if len(rows) == 1:  # of several, each is smaller than what its zone can serve at one place
            assert sizes["max"][zone] == rows["max_mw"].iloc[0], zone


def test_figures_are_those_of_the_tables_and_can_be_varied(study: Study, folder: Path) -> None:
    figures = pd.read_csv(folder / "sites/us-counties-figures.csv", dtype=str, keep_default_na=False)
    for row in figures[figures["rule"].str.startswith("set:")].to_dict("records"):
        key = parse_key(f"{row['table']}[{row['selector']}].{row['column']}")
        cells = study.table(row["table"])[row["column"]].iloc[selected(key, study.table, strict=False)]
        assert (cells == float(row["central"])).all(), row["figure"]
    assert {"lead_pjm", "peak_pue", "open_usd_grid"} <= {name.removeprefix("figures.") for name in low_high(study)}


def test_workbook_holds_the_same(study: Study, embedded: Study) -> None:
    made = county_study(embedded)
    assert all(made.table(n).drop(columns="geometry", errors="ignore").equals(
        study.table(n).drop(columns="geometry", errors="ignore")) for n in TABLES)  # fmt: skip


def test_rules_are_no_study_and_the_cure_is_told(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="rackgrid init DIR --counties"):
        read_study(data_root() / COUNTIES)
    done = call(tmp_path, "init", "mine", "--counties", "--blank")
    assert (done.returncode, done.stdout, list(tmp_path.iterdir())) == (2, "", [])
    assert "leave one of the two out" in done.stderr
