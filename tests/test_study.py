"""The Study object: files, tables and copies agree, and nothing mutates."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from optimizer import InputError, Study, read_study
from optimizer.io.embedded import embedded_study
from optimizer.io.schema import TABLES
from tests.small import STUDY, write_small_study

CONFORMANCE = sorted(p.parent for p in (Path(__file__).parent / "conformance").glob("*/*/study.toml"))
CONFORMANCE = [folder for folder in CONFORMANCE if "refused" not in folder.name]


def same(a: Study, b: Study) -> None:
    for table in TABLES:
        left, right = getattr(a, table), getattr(b, table)
        pd.testing.assert_frame_equal(pd.DataFrame(left), pd.DataFrame(right), check_dtype=False)
    for section in ("periods", "money", "unused", "objective", "policy", "solve"):
        assert getattr(a.config, section) == getattr(b.config, section)
    assert (a.has_grid, a.grid, a.horizon) == (b.has_grid, b.grid, b.horizon)


@pytest.mark.parametrize("folder", CONFORMANCE[::3], ids=lambda p: f"{p.parent.name}-{p.name}")
def test_what_is_written_reads_the_same(folder: Path, tmp_path: Path) -> None:
    first = read_study(folder)
    first.write(tmp_path / "a")
    again = read_study(tmp_path / "a")
    same(first, again)
    again.write(tmp_path / "b")
    with pytest.raises(InputError, match="is not empty – name a new or empty folder"):
        again.write(tmp_path / "a")
    files = sorted(p.relative_to(tmp_path / "a") for p in (tmp_path / "a").rglob("*") if p.is_file())
    assert files
    assert all((tmp_path / "a" / f).read_bytes() == (tmp_path / "b" / f).read_bytes() for f in files)


@pytest.mark.parametrize("folder", CONFORMANCE[::5], ids=lambda p: f"{p.parent.name}-{p.name}")
def test_tables_give_the_study_of_the_files(folder: Path) -> None:
    first = read_study(folder)
    tables = {name: getattr(first, name) for name in TABLES if len(getattr(first, name))}
    keys = first.config.model_dump(exclude={"files"}, exclude_none=True)
    same(first, Study.from_tables(keys=keys, grid=first.grid.stated if first.has_grid else None, **tables))


def test_replace_makes_a_variant_and_changes_nothing() -> None:
    first = read_study(CONFORMANCE[0])
    before = first.sites.copy()
    other = first.replace(keys={"money.discount_rate": 0.07}, sites=first.sites.assign(peak_pue=1.4))
    assert other.config.money.discount_rate == 0.07
    assert set(other.sites["peak_pue"]) == {1.4}
    pd.testing.assert_frame_equal(pd.DataFrame(first.sites), pd.DataFrame(before))


def test_a_fault_in_a_table_is_named_by_row() -> None:
    first = read_study(CONFORMANCE[0])
    with pytest.raises(InputError) as caught:
        first.replace(sites=first.sites.assign(peak_pue=0.5))
    assert "sites:1 peak_pue" in str(caught.value)


def test_without_a_path_it_is_the_embedded_study() -> None:
    named, found = read_study(embedded_study()), read_study()
    same(named, found)
    assert found.folder == named.folder
    assert read_study(keys={"money.discount_rate": "0.07"}).config.money.discount_rate == 0.07


def test_a_study_is_told_in_ten_lines_and_in_one(tmp_path: Path) -> None:
    study = read_study()
    lines = str(study).splitlines()
    assert len(lines) == 10
    assert max(map(len, lines)) <= 120
    for words in (
        "98: 10 campus, 80 generic, 8 generic-gas",
        "134 zones, 303 lines",
        "26.0 GW of IT: AMD 6.0 GW, Broadcom 10.0 GW, Nvidia 10.0 GW",
        "2026 to 2030, 5 years",
        "max_sites 30",
        "USD per MW-year: waiting 8.40 M",
        "discounted at 8 %",
    ):
        assert words in str(study)
    assert repr(study) == "<Study OpenAI 26 GW programme: 98 sites, 26.0 GW delivered, 2026 to 2030>"
    odd = STUDY.replace('name = "', 'name = "a\\u001b[31m' + "b" * 999)
    small = read_study(write_small_study(tmp_path, files={"study.toml": odd}))
    assert "\x1b" not in f"{small}{small!r}"
    assert max(map(len, f"{small}\n{small!r}".splitlines())) <= 160
    assert "2 campus, 1 generic; at most 180 MW of IT" in str(small)


def test_an_override_is_named_by_its_option() -> None:
    with pytest.raises(InputError) as caught:
        read_study(CONFORMANCE[0], keys={"policy.max_site": "3"})
    assert "--set" in str(caught.value)
    assert "max_sites" in str(caught.value)
