"""Why a study has no plan: conflicts of known answer, of random studies counted out by hand, and repairs written in."""

from __future__ import annotations

import csv
import json
import shutil
from itertools import combinations
from pathlib import Path
from typing import Any

import pytest

from optimizer import InfeasibleError, SolverError, Study, read_study, solve
from optimizer.explain import conflict
from optimizer.explain.conflicts import Conflict, Repair
from tests.cli.conftest import Run, run

from .world import Key, has_plan, made, statements

__all__ = ["run"]
CASES = sorted((Path(__file__).parents[1] / "conformance/explain").glob("infeasible-*"))
GROUPS = ("policy", "limits", "programme")
SEEDS = (0, 3, 6, 8, 11, 17, 25, 33, 39, 44, 50, 57)


def key(file: str, column: str, id: str) -> Key:
    return Path(file).stem, column, id


def keys(found: Conflict) -> set[Key]:
    return {key(s.file, s.column, s.id) for s in found.statements}


def packed(conflicts: list[set[Key]]) -> int:
    """The most of some sets that share nothing."""
    counts = range(len(conflicts), 0, -1)
    apart = (all(not a & b for a, b in combinations(some, 2)) for n in counts for some in combinations(conflicts, n))
    sizes = [n for n in counts for _ in combinations(conflicts, n)]
    return next((n for n, free in zip(sizes, apart, strict=True) if free), 0)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_conflict_and_repairs_are_known_ones(case: Path, tmp_path: Path) -> None:
    answer = json.loads((case / "answer.json").read_text(encoding="utf-8"))
    found = conflict(read_study(case))
    known = [{key(*s) for s in statements} for statements in answer["conflicts"]]
    assert found.irreducible
    assert keys(found) in known
    assert found.others == packed([other for other in known if not other & keys(found)])
    first = next(group for group in GROUPS if group in answer["by_group"])
    assert found.repairs[0].group == first
    assert found.repairs[0].measure <= answer["by_group"][first] + 1e-5
    changed = [{key(c.file, c.column, c.id) for c in repair.changes} for repair in found.repairs]
    assert packed(changed) == len(changed)
    assert [GROUPS.index(r.group) for r in found.repairs] == sorted(GROUPS.index(r.group) for r in found.repairs)
    for n, repair in enumerate(found.repairs):
        assert solve(mended(case, repair, tmp_path / str(n))).status == "optimal"


@pytest.mark.parametrize("group", GROUPS)
def test_repairs_of_one_group_cost_what_is_known_of_its_statements(group: Any) -> None:
    for case in CASES[1:12:3]:
        answer = json.loads((case / "answer.json").read_text(encoding="utf-8"))
        alone = [repair["measure"] for repair in answer["single_repairs"] if repair["group"] == group]
        repairs = conflict(read_study(case), only=group).repairs
        assert {repair.group for repair in repairs} <= {group}
        assert not alone or repairs[0].measure <= min(alone) + 1e-5


@pytest.mark.parametrize("name", ["16-radial", "28-list-of-outages"])
def test_repairs_keep_every_outage(name: str, tmp_path: Path) -> None:
    shutil.copytree(CASES[0].parents[1] / "grid" / name, tmp_path / "study")
    with (tmp_path / "study" / "study.toml").open("a", encoding="utf-8") as file:
        file.write("\n[policy]\nmax_unused_mw_years = 0.5\n")
    found = conflict(read_study(tmp_path / "study"))
    assert found.irreducible
    assert found.repairs
    for n, repair in enumerate(found.repairs):
        assert solve(mended(tmp_path / "study", repair, tmp_path / str(n))).status == "optimal"


def test_a_grid_that_cannot_serve_its_own_loads_is_told() -> None:
    with pytest.raises(InfeasibleError, match="its own loads"):
        conflict(read_study(CASES[0].parents[1] / "grid" / "21-base-case-infeasible"))


@pytest.mark.parametrize("seed", SEEDS)
def test_random_studies_clash_in_what_their_plans_counted_out_do(seed: int) -> None:
    study = made(seed)
    told = conflict(study)
    if has_plan(study, statements(study)):
        assert told.status == "feasible"
        return
    held = keys(told)
    assert held <= statements(study)
    assert not has_plan(study, held)
    assert all(has_plan(study, held - {one}) for one in held)
    assert told.irreducible
    assert told.repairs
    for repair in told.repairs:
        better = changed(study, repair)
        assert has_plan(better, statements(better))


def changed(study: Study, repair: Repair) -> Study:
    """Write a repair into the tables of a study."""
    policy: dict[str, Any] = study.config.policy.model_dump()
    tables = {name: study.table(name).copy() for name in ("sites", "deliveries", "headroom", "lines", "placement")}
    for change in repair.changes:
        away = change.to == "taken away"
        if change.file == "study.toml":
            left = [s for s in policy[change.column] if s != change.id] if change.id else change.to
            policy[change.column] = left
            continue
        frame = tables[Path(change.file).stem]
        row, column = frame.index[frame.iloc[:, 0] == change.id][0], change.column or change.unit
        opened: Any = {"vendors": "", "committed": False, "allowed": True}.get(column)
        frame[column] = [(opened if away else change.to) if i == row else v for i, v in enumerate(frame[column])]
        if column == "capacity_mw":
            frame["capacity_back_mw"] = frame["capacity_mw"]
    given = {name: frame for name, frame in tables.items() if len(frame)}
    return study.replace(keys={f"policy.{k}": v for k, v in policy.items()}, **given)


def mended(folder: Path, repair: Repair, place: Path) -> Study:
    """Write a repair into a copy of the files as a person would, cell by cell and line by line, and read them."""
    shutil.copytree(folder, place)
    for change in repair.changes:
        file = place / change.file
        if file.suffix == ".toml":
            assert change.line is not None
            lines = file.read_text(encoding="utf-8").splitlines()
            lines[change.line - 1] = _key(lines[change.line - 1], change.column, change.id, change.to)
            file.write_text("\n".join(lines), encoding="utf-8")
            continue
        with file.open(newline="", encoding="utf-8") as opened:
            rows = list(csv.DictReader(opened))
        column = change.column or change.unit
        if change.line is None:
            rows.append({"zone": change.id, "period": "2026", column: change.to})
        else:
            rows[change.line - 2][column] = (
                {"vendors": "", "committed": "false"}.get(column, "") if (change.to == "taken away") else change.to
            )
        with file.open("w", newline="", encoding="utf-8") as opened:
            writer = csv.DictWriter(opened, list(rows[0]))
            writer.writeheader()
            writer.writerows(rows)
    return read_study(place)


def _key(line: str, column: str, id: str, to: Any) -> str:
    assert line.startswith(column)
    return line.replace(f'"{id}", ', "").replace(f', "{id}"', "").replace(f'"{id}"', "") if id else f"{column} = {to}"


@pytest.mark.parametrize("command", [("solve",), ("check", "--prove")])
def test_the_command_line_tells_file_line_and_value(run: Run, tmp_path: Path, command: tuple[str, ...]) -> None:
    case = CASES[10]
    done = run(*command, str(case), "--json", "--repair", "power")
    assert done.returncode == 3
    facts = json.loads(done.stdout)
    assert facts["status"] == "infeasible"
    assert facts["irreducible"] is True
    assert facts["others"] == 0
    lines = {(s["file"], s["line"], s["value"]) for s in facts["conflict"]}
    assert lines == {
        ("grid/headroom.csv", 2, 10), ("grid/lines.csv", 2, 20), ("study.toml", 18, "a"), ("study.toml", 19, 60),
    }  # fmt: skip
    assert facts["reasons"] == [s["text"] for s in facts["conflict"]]
    assert [change["to"] for change in facts["repairs"][0]["changes"]] == [50]
    assert "grid/lines.csv:2 capacity_mw of l: 20 → 50 MW" in done.stderr
    assert not (tmp_path / "plans").exists()


def test_prove_says_that_a_plan_exists_and_a_group_that_is_none_is_refused(run: Run, tmp_path: Path) -> None:
    shutil.copytree(CASES[0], tmp_path / "study")
    done = run("check", "study", "--prove", "--set", "policy.max_sites=2", "--json")
    assert (done.returncode, json.loads(done.stdout)) == (0, {"status": "feasible"})
    assert run("check", "study", "--prove", "--repair", "money").returncode == 2


def test_a_stop_keeps_what_is_known_and_says_what_is_not() -> None:
    asked = iter([False] * 12)
    stopped = lambda: next(asked, True)  # noqa: E731
    try:
        told = conflict(read_study(CASES[12]), stop=stopped)
    except SolverError:
        return
    assert told.status == "infeasible"
    assert not told.irreducible
    assert "not settled" in str(told)
    assert "<li>" in told._repr_html_()


GRIDS = CASES[0].parents[1] / "grid"


@pytest.mark.parametrize("name", ["07-site-upgrade", "15-n-1", "20-nodal-congestion-by-block", "24-corridor"])
def test_studies_of_every_flow_that_have_a_plan_have_no_conflict(name: str) -> None:
    assert conflict(read_study(GRIDS / name)).status == "feasible"


def test_a_grid_that_fails_by_itself_is_no_conflict_of_the_programme() -> None:
    with pytest.raises(InfeasibleError, match="its own loads"):
        conflict(read_study(GRIDS / "36-surplus"))
    (line,) = conflict(read_study(GRIDS / "35-least-unserved")).statements
    assert (line.column, line.id) == ("capacity_mw", "ab")
