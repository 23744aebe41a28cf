"""Files damaged at random or made to hurt: a study or named faults, soon, and never a traceback."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

from optimizer import InputError, read_study
from optimizer.io.schema import TABLES
from optimizer.parameters import Parameters
from tests.io.mutations import damaged_study
from tests.small import STUDY, write_small_study

SITES = "site,lon,lat,zone,max_mw"


@pytest.mark.parametrize("start", range(0, 400, 50))
def test_damaged_files_are_a_study_or_named_faults(start: int, tmp_path: Path) -> None:
    for seed in range(start, start + 50):
        path = damaged_study(tmp_path / str(seed), seed)
        try:
            study = read_study(path)
        except InputError as error:
            lines = [str(fault) for fault in error.faults]
            assert lines, seed
            assert all(line.isprintable() and len(line) < 600 for line in lines), (seed, lines)
            continue
        Parameters.of(study)
        study.write(tmp_path / f"{seed}-written")
        again = read_study(tmp_path / f"{seed}-written")
        for table in TABLES:
            pd.testing.assert_frame_equal(study.table(table), again.table(table))


HOSTILE: dict[str, tuple[str, str]] = {
    "rows that all differ": ("sites.csv", SITES + "\n" + "".join(f"s{i},x{i},y,z{i},q{i}\n" for i in range(20_000))),
    "ragged rows": ("sites.csv", SITES + "\n" + "".join("a" + "," * (i % 99 + 6) + "x\n" for i in range(20_000))),
    "a number like a list": ("sites.csv", SITES + '\nalpha,-99,32,z1,"' + "1," * 45 + 'x"\n'),
    "unknown keys": ("study.toml", STUDY + "".join(f"k{i} = 1\n" for i in range(50_000))),
    "a long dotted key": ("study.toml", STUDY + "a" + ".a" * 200_000 + " = 1\n"),
    "a long word": ("study.toml", STUDY + "max_new_mw_per_year = 0x" + "f" * 200_000),
    "blanks before a key": ("study.toml", STUDY + " " * 200_000 + "x = 3\n"),
    "nested tables": ("study.toml", STUDY + "x = " + "{a = " * 300 + "1" + "}" * 300),
    "nested lists": ("grid/zones.geojson", "[" * 500_000),
    "a ring that crosses itself everywhere": (
        "grid/zones.geojson",
        '{"type": "FeatureCollection", "features": [{"type": "Feature", "properties": {"zone": "z1"}, "geometry": '
        '{"type": "Polygon", "coordinates": [['
        + ",".join(f"[{-100 + i * 7919 % 1009 / 200}, {30 + i * 104729 % 997 / 300}]" for i in range(4_000))
        + ", [-100, 30]]]}}]}",
    ),
}


def _seconds(call: Callable[[], object]) -> float:
    start = time.perf_counter()
    call()
    return time.perf_counter() - start


@pytest.mark.parametrize("name", HOSTILE)
def test_no_small_file_takes_long(name: str, tmp_path: Path) -> None:
    file, text = HOSTILE[name]
    unplaced = {"sites.csv": f"{SITES}\nalpha,-99,32,,60\n"} if file.startswith("grid") else {}
    path = write_small_study(tmp_path, files={**unplaced, file: text})
    sums = _seconds(lambda: sum(i * i for i in range(2_000_000)))  # the measure of this machine at this moment
    start = time.perf_counter()
    with pytest.raises(InputError) as caught:
        read_study(path)
    assert time.perf_counter() - start < 60 * sums
    assert len(caught.value.faults) < 10
