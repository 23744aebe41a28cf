"""What the benchmark of the search claims follows from its runs; the model for linopy is the program's own."""

from __future__ import annotations

from math import inf
from pathlib import Path

import numpy as np
import pytest

from optimizer import read_study
from optimizer.solver.arrays import Job
from optimizer.solver.engine import Engine
from optimizer.solver.problem import Problem
from tests.benchmarks.search import growth, page, results, table
from tests.benchmarks.search.course import Run, thinned
from tests.benchmarks.search.picture import drawn
from tests.small import write_small_study

HARD = {
    "policy.max_sites": 20, "policy.max_zone_share": 0.3, "policy.max_site_share": 0.2,
    "policy.force_open": ["gas-p31"], "policy.max_new_mw_per_year": 9000, "policy.max_unused_mw_years": 50000,
}  # fmt: skip


def run(study: str, search: str, *course: tuple[float, float, float], seed: int = 1) -> Run:
    return Run(study, seed, search, 0.002, 60.0, {}, "", {"all": 60.0}, 100.0, course, {"cores": "2"})


def test_model_for_linopy_is_the_programs_own() -> None:
    """Not one coefficient differs, with every rule of [policy]."""
    pytest.importorskip("linopy", reason="needs linopy: pip install -e '.[benchmark]'")
    from tests.benchmarks.search.linopy_model import model

    study = read_study(keys=HARD)
    racks = study.racks.assign(life_years=2.0)  # some leave again
    study = study.replace(racks=racks)
    own = Problem.of(study).c
    stated, constant = model(study)
    a, there = stated.matrices.A, own.matrix
    a.eliminate_zeros()
    assert {name: len(rows) for name, rows in own.rows.items()} == {
        name: int((stated.constraints[name].labels >= 0).sum()) for name in stated.constraints
    }
    assert a.shape == there.shape
    assert np.allclose(np.sort(np.abs(a.data)), np.sort(np.abs(there.values)), rtol=1e-12)
    musd = there.unit / 1e6
    assert np.allclose(np.sort(stated.matrices.c), np.sort(there.cost) * musd, rtol=1e-9, atol=1e-12)
    assert constant == pytest.approx(there.offset * musd)


def test_model_for_linopy_has_the_same_least(tmp_path: Path) -> None:
    pytest.importorskip("linopy", reason="needs linopy: pip install -e '.[benchmark]'")
    from tests.benchmarks.search.linopy_model import model

    study = read_study(write_small_study(tmp_path))
    stated, constant = model(study)
    highs = stated.to_highspy()
    highs.run()
    matrix = Problem.of(study).matrix
    with Engine() as engine:
        least = engine.solve(matrix, Job()).objective * matrix.unit
    assert (highs.getObjectiveValue() + constant) * 1e6 == pytest.approx(least, rel=1e-6)


def test_ratios_count_what_did_not_get_there_for_its_limit() -> None:
    ours, theirs = (
        run("200x16", "rackgrid", (3.0, 101.0, 100.0), (6.0, 100.1, 100.0)),
        run("200x16", "HiGHS", (9.0, 102.0, 100.0)),
    )
    assert table.ratio(theirs, ours) == table.Value(10.0, "> ")
    assert table.ratio(ours, theirs) == table.Value(0.1, "< ")
    assert table.ratio(theirs, theirs) is None
    rows = [dict(zip(table.HEAD, row, strict=True)) for row in table.rows([ours, theirs])]
    assert [row["× ours"] for row in rows] == ["1", "> 10"]
    assert [row["plan off"] for row in rows] == ["0.100 %", "1.961 %"]
    assert table.spread([table.Value(2.0), None, table.Value(60.0, "> ")], table.number) == "> 60 (2–> 60)"


def test_course_keeps_its_steps_and_its_end() -> None:
    told = [(1.0, inf, 1.0), (2.0, 9.0, 1.0), (3.0, 10.0, 0.5), (4.0, 9.0 - 1e-6, 1.0)]
    assert thinned(told) == ((1.0, inf, 1.0), (2.0, 9.0, 1.0), (4.0, 9.0 - 1e-6, 1.0))


def test_contradictions_and_lost_plans_are_told() -> None:
    ours, theirs = run("small", "rackgrid", (1.0, inf, 100.0)), run("small", "HiGHS", (1.0, 99.0, 98.0))
    assert [line.partition(": ")[2] for line in results.faults([ours, theirs])] == [
        "rackgrid found no plan: ", "rackgrid proves 100 USD, HiGHS has a plan of 99"
    ]  # fmt: skip


def test_runs_come_back_as_they_were_kept(tmp_path: Path) -> None:
    old, new = run("small", "HiGHS", (1.0, inf, 98.0)), run("small", "rackgrid", (1.0, inf, -inf), (2.0, 9.0, 8.0))
    results.keep(tmp_path / "runs", [old])
    assert results.keep(tmp_path / "runs", [new]) == results.read(tmp_path / "runs") == [new, old]


def test_exponent_of_growth_is_that_of_the_seconds() -> None:
    runs = [
        run(f"{n}-sites", "rackgrid", (n**1.5 / 1e4, 100.0, 99.9), seed=seed) for n in growth.SITES for seed in (1, 2)
    ]
    power = growth.Power.of(growth.points(runs, "sites", None))
    assert power is not None
    assert (round(power.exponent, 3), round(power.error, 3), power.missed) == (1.5, 0.0, 0)
    assert growth.rows(runs)[-1][:2] == ["sites", "exponent"]


def test_page_shows_the_committed_runs() -> None:
    text = page.PAGE.read_text(encoding="utf-8")
    assert text == page.filled(text, results.read(results.COMMITTED)), "python -m tests.benchmarks.search --draw --page"


def test_pictures_are_drawn_of_what_there_is(tmp_path: Path) -> None:
    runs = [
        run(name, "rackgrid", (1.0, 101.0, 100.0), (20.0, 100.1, 100.0)) for name in ("small", "one-site", "125-sites")
    ]
    assert [file.name for file in drawn(runs, tmp_path)] == ["search.png", "search-awkward.png", "search-growth.png"]
