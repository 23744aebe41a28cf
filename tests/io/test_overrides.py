"""Overrides of keys and files, and rows in any order."""

from __future__ import annotations

import random
from pathlib import Path

import pandas as pd
import pytest

from optimizer import InputError, Study, read_study
from optimizer.io.schema import TABLES
from tests.small import write_small_study


def faults(**call: object) -> list[str]:
    with pytest.raises(InputError) as caught:
        read_study(**call)
    return [str(fault) for fault in caught.value.faults]


def test_a_key_given_as_text_is_read_as_toml_and_else_as_text(tmp_path: Path) -> None:
    keys = {"policy.max_sites": "2", "study.name": "2026", "periods.last": "2026H2", "periods.per_year": "2"}
    keys |= {"periods.decide_on": "2026-03-01", "policy.force_open": '["alpha"]', "objective.minimise": "lexicographic"}
    path = write_small_study(tmp_path, files={"deliveries.csv": "sku,period,mw\nA1,2026,20\n"})
    study = read_study(path, keys=keys)
    assert (study.config.policy.max_sites, study.config.study.name) == (2, "2026")
    assert (study.horizon.names, study.horizon.decide_on.month) == (["2026H1", "2026H2"], 3)
    assert (study.config.policy.force_open, study.config.objective.minimise) == (("alpha",), "lexicographic")


@pytest.mark.parametrize(("text", "read"), [("TRUE", True), ("no", False), ("1", True), ("0.0", False), ("Wahr", None)])
def test_a_word_that_a_table_reads_as_true_or_false_is_read_for_a_key(text: str, read: bool, tmp_path: Path) -> None:
    path, keys = write_small_study(tmp_path), {"money.residual_value": text}
    if read is None:
        assert "is neither true nor false" in faults(path=path, keys=keys)[0]
    else:
        assert read_study(path, keys=keys).config.money.residual_value is read


def test_a_share_may_be_given_in_per_cent(tmp_path: Path) -> None:
    keys = {"policy.max_site_share": "33.3%", "money.discount_rate": " 8 %", "solve.gap": "0.1%", "study.name": "5%"}
    config = read_study(write_small_study(tmp_path), keys=keys).config
    assert (config.policy.max_site_share, config.money.discount_rate, config.solve.gap) == (0.333, 0.08, 0.001)
    assert config.study.name == "5%"


@pytest.mark.parametrize(
    ("key", "value", "told"),
    [
        ("policy.max_sits", "3", '--set policy.max_sits: is no key of this format – did you mean "max_sites"?'),
        ("gap", "0.1", "--set gap: is no key of this format – gap belongs to [solve]"),
        ("solve.gap", "small", '--set solve.gap: "small" is no number – write a number without quotes'),
        ("policy.forbid", '["alfa"]', '--set policy.forbid: "alfa" is no site of sites.csv – did you mean "alpha"?'),
        (
            "policy.max_sites",
            "3%",
            '--set policy.max_sites: "3%" is a percentage, and the key no share – write a number from 0 to 1,000,000: Most sites that may be open',
        ),
        (
            "policy.max_site_share",
            "130 %",
            "--set policy.max_site_share: 1.3 is above 1 – write a share from 0 to 1, 0.08 for 8 %",
        ),
        ("policy", "3", "--set policy: 3 is no section of keys – name a key of it, such as policy.max_sites"),
        ("a..b", "3", "--set a..b: is no key"),
    ],
)
def test_a_wrong_override_is_named_as_one(key: str, value: str, told: str, tmp_path: Path) -> None:
    assert told in faults(path=write_small_study(tmp_path), keys={key: value})


def test_files_are_replaced_from_the_working_directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write_small_study(tmp_path / "study")
    (tmp_path / "mine.csv").write_text("sku,vendor,rack_kw\nA1,AMD,100\nB1,Broadcom,100\n")
    monkeypatch.chdir(tmp_path)
    study = read_study(path, files={"racks": "mine.csv", "grid": None})
    assert study.racks["rack_kw"].tolist() == [100, 100]
    assert set(study.inputs) == {"study.toml", "sites.csv", "mine.csv", "deliveries.csv"}
    assert faults(path=path, files={"racks": None, "sties": "x.csv"}) == [
        "files racks: can't be left out – name a file",
        'files sties: is no file of a study – did you mean "sites"?',
    ]


def test_the_order_of_rows_and_columns_changes_nothing(tmp_path: Path) -> None:
    first = read_study(write_small_study(tmp_path))
    chance = random.Random(7)
    for name in ("sites.csv", "racks.csv", "deliveries.csv", "grid/headroom.csv"):
        rows = [line.split(",") for line in (tmp_path / name).read_text().splitlines()]
        order = chance.sample(range(len(rows[0])), len(rows[0]))
        shuffled = [rows[0], *chance.sample(rows[1:], len(rows) - 1)]
        text = "\n".join(",".join(row[i] for i in order) for row in shuffled)
        (tmp_path / name).write_text(text)
    again = read_study(tmp_path)
    for table in TABLES:
        pd.testing.assert_frame_equal(first.table(table), again.table(table))


def test_frames_and_files_have_the_same_faults(tmp_path: Path) -> None:
    text = "site,lon,lat,zone,max_mw,peak_pue\nalpha,-99,32,z1,60,0.9\nbeta,-97,31,z1,,1.2\n"
    told = faults(path=write_small_study(tmp_path, files={"sites.csv": text}), files={"grid": None})
    frames = {name: pd.read_csv(tmp_path / f"{name}.csv") for name in ("sites", "racks", "deliveries")}
    with pytest.raises(InputError) as caught:
        Study.from_tables(keys={"periods": {"first": 2026, "last": 2027}}, **frames)
    in_frames = [str(fault) for fault in caught.value.faults]
    assert [line.replace("sites:1", "sites.csv:2").replace("sites:2", "sites.csv:3") for line in in_frames] == told


def test_a_variant_forgets_the_files_of_what_was_replaced(tmp_path: Path) -> None:
    first = read_study(write_small_study(tmp_path))
    other = first.replace(racks=first.racks.assign(rack_kw=[100.0, 100.0]), headroom=first.headroom)
    assert set(first.inputs) - set(other.inputs) == {"racks.csv", "grid/headroom.csv"}
