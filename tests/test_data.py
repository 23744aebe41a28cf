"""The embedded data: what it promises to hold, where its figures come from, and that its script still writes it."""

from __future__ import annotations

import csv
import json
import os
import subprocess
import sys
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from optimizer import Study, read_study, solve
from optimizer.grid_alone import read_grid_alone
from optimizer.limits import powered_it_mw
from optimizer.parameters import Parameters
from optimizer.variants.selector import parse_key, selected

ROOT = Path(__file__).resolve().parents[1]
STUDY = ROOT / "studies/openai-26gw"
PRAIRIE = ROOT / "studies/prairie"
INVENTED = [PRAIRIE, ROOT / "grids/prairie"]
DELIVERIES = ["deliveries.csv", "deliveries-guided-2026q3.csv"]
FIGURES = ["sites/us-figures.csv", "grids/us-figures.csv", "studies/openai-26gw/figures.csv"]
RULES = "studies/us-counties/figures.csv"
CITED = [
    *FIGURES,
    RULES,
    "sites/us-ramp.csv",
    "grids/us/headroom.csv",
    "grids/us/energy_prices.csv",
    "grids/us/lines.csv",
    "studies/openai-26gw/racks.csv",
    *(f"studies/openai-26gw/{name}" for name in DELIVERIES),
]
CONFIDENCES = {"high", "medium", "low", "assumption", "per"}  # the first word; "per row": the row of the table says it
PROGRAMME_MW = {"AMD": 6_000.0, "Broadcom": 10_000.0, "Nvidia": 10_000.0}


def raw_data() -> Path:
    """The folder of raw public data that the embedded tables were derived from; few checkouts have it."""
    return Path(os.environ.get("RACKGRID_RAW_DATA") or ROOT.parent / "shared/data")


def rows(file: str) -> list[dict[str, str]]:
    with (ROOT / file).open(encoding="utf-8", newline="") as handle:
        return list(csv.DictReader(handle))


@cache
def embedded() -> Study:
    return read_study(STUDY)


def campuses() -> list[dict[str, Any]]:
    features = json.loads((ROOT / "sites/us.geojson").read_text(encoding="utf-8"))["features"]
    return [f["properties"] for f in features if f["properties"]["kind"] == "campus"]


@pytest.mark.skipif(not raw_data().is_dir(), reason="no raw data: name its folder in RACKGRID_RAW_DATA")
def test_script_writes_the_committed_files(tmp_path: Path) -> None:
    command = [sys.executable, ROOT / "tools/derive_us", "--data", raw_data(), "--out", tmp_path]
    subprocess.run(command, cwd=tmp_path, check=True, capture_output=True, timeout=300)
    made = sorted(path.relative_to(tmp_path) for path in tmp_path.rglob("*") if path.is_file())
    kept = [path for top in ("grids", "sites", "studies") for path in (ROOT / top).rglob("*") if path.is_file()]
    kept = [path for path in kept if path.parent not in INVENTED]
    assert made == sorted(path.relative_to(ROOT) for path in kept)
    differing = [str(path) for path in made if (tmp_path / path).read_bytes() != (ROOT / path).read_bytes()]
    assert not differing, "edited by hand, or tools/derive_us was not run again"


def test_counts() -> None:
    study = embedded()
    assert (len(study.zones), len(study.lines), len(study.sites)) == (134, 303, 98)
    assert study.sites["kind"].value_counts().to_dict() == {"generic": 80, "campus": 10, "generic-gas": 8}


@pytest.mark.parametrize("per_year", [1, 2, 4])
@pytest.mark.parametrize("deliveries", DELIVERIES)
def test_reads_without_a_warning(deliveries: str, per_year: int) -> None:
    study = read_study(STUDY, keys={"periods.per_year": per_year}, files={"deliveries": str(STUDY / deliveries)})
    assert study.warnings == ()
    assert len(study.horizon.labels) == 5 * per_year


@pytest.mark.parametrize("deliveries", DELIVERIES)
def test_deliveries_add_up_to_the_programme(deliveries: str) -> None:
    vendor_of = {row["sku"]: row["vendor"] for row in rows("studies/openai-26gw/racks.csv")}
    total = dict.fromkeys(PROGRAMME_MW, 0.0)
    for row in rows(f"studies/openai-26gw/{deliveries}"):
        total[vendor_of[row["sku"]]] += float(row["mw"])
    assert total == PROGRAMME_MW


@pytest.mark.parametrize("file", CITED)
def test_rows_cite_their_source(file: str) -> None:
    silent = [
        (number, column)
        for number, row in enumerate(rows(file), start=2)
        for column in ("source", "vintage", "confidence")
        if not row[column].strip()
    ]
    assert not silent
    assert {row["confidence"].split(";")[0].split()[0] for row in rows(file)} <= CONFIDENCES


@pytest.mark.parametrize("file", [*FIGURES, RULES])
def test_ranges_hold_their_centre(file: str) -> None:
    for row in rows(file):
        given = [float(row[name]) for name in ("low", "central", "high") if row[name]]
        assert given == sorted(given), row["figure"]
        assert row["central"], row["figure"]


def test_generic_sites_say_so() -> None:
    sites = embedded().sites
    generic = sites["kind"].str.startswith("generic")
    assert sites["name"].str.startswith("GENERIC").tolist() == generic.tolist()
    assert sites.loc[generic, "name"].str.contains("not a project").all()
    assert not sites.loc[generic, "committed"].any()


def test_campuses_are_cited_and_rented() -> None:
    for site in campuses():
        assert all(site[column] for column in ("name", "source", "vintage", "confidence")), site["site"]
        assert site["tenure"] == "lease", site["site"]
        assert site["open_usd"] == 0, site["site"]
    cited = {row["site"] for row in rows("sites/us-ramp.csv")}
    assert {site["site"] for site in campuses()} <= cited


def cells(figure: dict[str, str]) -> pd.Series[float]:
    """The cells that a `set:` figure sets, as the study holds them."""
    study = embedded()
    if figure["rule"].startswith("set: deliveries-"):
        study = study.replace(deliveries=read_study(STUDY, files={"deliveries": str(STUDY / DELIVERIES[1])}).deliveries)
    if figure["table"] == "study":
        found: Any = study.config
        for name in figure["column"].split("."):
            found = found[name] if isinstance(found, dict) else getattr(found, name)
        return pd.Series([float(found)])
    key = parse_key(f"{figure['table']}[{figure['selector']}].{figure['column']}")
    return study.table(figure["table"])[figure["column"]].iloc[selected(key, study.table, strict=False)].astype(float)


@pytest.mark.parametrize("file", FIGURES)
def test_tables_hold_the_centre_of_each_figure(file: str) -> None:
    wrong = [
        row["figure"]
        for row in rows(file)
        if row["rule"].startswith("set:") and not (cells(row) == float(row["central"])).all()
    ]
    assert not wrong


def test_waiting_is_priced_by_the_rule() -> None:
    share = next(float(row["central"]) for row in rows(FIGURES[2]) if row["figure"] == "waiting")
    racks = embedded().racks
    price_usd_per_mw = 1000 * racks["price_usd"] / racks["rack_kw"]
    assert racks["waiting_usd_per_mw_year"].tolist() == [round(x, -4) for x in price_usd_per_mw * share]
    assert share == 1 / 5 + 0.08


def test_opening_is_priced_by_the_rule() -> None:
    sites = embedded().sites
    for row in rows(FIGURES[0]):
        if row["column"] == "open_usd":
            mine = sites[sites["kind"] == row["selector"].removeprefix("kind=")]
            usd = float(row["central"]) * mine["peak_pue"] * mine["max_mw"]
            assert mine["open_usd"].tolist() == pytest.approx(usd.tolist()), row["figure"]


def test_a_desert_counts_as_one() -> None:
    pue = embedded().sites.set_index("site")["annual_pue"]
    assert pue["dona_ana"] == 1.2
    assert pue[["port_washington", "milam", "gas-p31"]].tolist() == [1.08, 1.17, 1.08]


def test_the_invented_network_says_so_and_has_its_plan() -> None:
    study = read_study(PRAIRIE)
    assert study.warnings == ()
    assert "synthetic, made for this project" in (ROOT / "grids/prairie/README.md").read_text(encoding="utf-8")
    assert study.sites["name"].str.endswith("(invented)").all()
    assert (len(study.zones), len(study.lines), study.flow, study.grid.security) == (24, 44, "dc", "n-1")
    answer = json.loads((PRAIRIE / "answer.json").read_text(encoding="utf-8"))
    plan = solve(study, gap=1e-5)
    assert plan.status == answer["status"]
    assert plan.objective_usd == pytest.approx(answer["objective_usd"], rel=1e-5)
    bought = plan.tables["upgrades"]
    assert dict(zip(bought["upgrade"], bought["period"], strict=True)) == answer["upgrades"]


def test_what_the_invented_network_can_power_is_told_before_any_solve() -> None:
    p = Parameters.of(read_study(PRAIRIE))
    assert powered_it_mw(p).tolist() == [850.0, 2850.0, 2850.0, 2850.0]  # its sites bind, not 26 plants less the loads
    starved = replace(p, generation=replace(p.generation, width_mw=0.2 * p.generation.width_mw))
    assert powered_it_mw(starved) == pytest.approx(120 / 1.3)  # on-site power alone
    alone = read_grid_alone(ROOT / "grids/prairie")  # without the study's sites there is nothing to reinforce there
    assert set(alone.upgrades["kind"]) == {"line"}
