"""Files of the user stay, what is killed leaves nothing half, what never ends is not waited for."""

from __future__ import annotations

import errno
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import geopandas
import pytest
import shapely

from optimizer.io.scratch import scratch

from .conftest import Run, command, environment
from .inside import inside

posix = pytest.mark.skipif(sys.platform == "win32", reason="pipes, devices and kills are POSIX")


@pytest.fixture
def call(tmp_path: Path) -> Run:
    return inside(tmp_path)


@pytest.fixture
def plan(solved: Path, tmp_path: Path) -> Path:
    return shutil.copytree(solved, tmp_path / "plan")


@pytest.mark.parametrize("words", [["report", "plan"], ["compare", "plan", "plan"]], ids=["report", "compare"])
def test_a_page_replaces_pages_of_the_tool_alone(words: list[str], call: Run, plan: Path, tmp_path: Path) -> None:
    for file in (plan / "study/study.toml", plan / "sites.geojson", tmp_path / "notes.html"):
        text = file.read_bytes() if file.exists() else b"<html>mine</html>"
        file.write_bytes(text)
        done = call(*words, "-o", str(file))
        assert (done.returncode, file.read_bytes()) == (2, text), done.stderr
    assert call(*words, "-o", "notes.html", "--force").returncode == 0
    assert "rackgrid" in (tmp_path / "notes.html").read_text()
    for _ in range(2):
        assert call(*words, "-o", "page.html").returncode == 0


@posix
@pytest.mark.usefixtures("plan")
def test_a_link_a_device_and_a_pipe_are_never_replaced(call: Run, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.html")
    for words in (
        ["report", "plan", "-o", "pipe.html"],
        ["export", "plan", "--to", "xlsx", "-o", "pipe.html", "--force"],
    ):
        done = call(*words)
        assert done.returncode == 2
        assert "a pipe or a device" in done.stderr
    assert (tmp_path / "pipe.html").is_fifo()
    assert call("report", "plan", "-o", "page.html").returncode == 0
    (tmp_path / "link.html").symlink_to(tmp_path / "page.html")
    assert "is a link" in call("report", "plan", "-o", "link.html").stderr
    for file in (tmp_path / "plan/sites.geojson", tmp_path / "plan/study/sites.csv"):
        before = file.read_bytes()
        assert call("export", "plan", "--to", "geojson", "-o", str(file), "--force").returncode == 2
        assert file.read_bytes() == before
    assert call("report", "plan", "-o", os.devnull).returncode == 2


@posix
def test_force_is_advised_where_it_helps_alone(call: Run, plan: Path, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.html")
    (tmp_path / "folder.html").mkdir()
    (tmp_path / "notes.html").write_text("mine")
    (tmp_path / "link.html").symlink_to("notes.html")
    toml = plan / "study/study.toml"
    places = ["pipe.html", "folder.html", "link.html", os.devnull, str(toml), str(plan / "plan.json"), "notes.html"]
    for words in (["report", "plan"], ["compare", "plan", "plan"], ["export", "plan", "--to", "geojson"]):
        for place in places if words[0] != "compare" else [name for name in places if name.endswith(".html")]:
            refused = call(*words, "-o", place)
            assert (refused.returncode, refused.stdout) == (2, ""), refused.stderr
            assert refused.stderr.startswith(f"{place}: is ")
            assert ("--force" in refused.stderr) == (place == "notes.html"), refused.stderr
            assert "another" in refused.stderr
            if place != "notes.html":
                assert (
                    call(*words, "-o", place, "--force").stderr.partition(" – ")[2]
                    == refused.stderr.partition(" – ")[2]
                )


@pytest.mark.usefixtures("plan")
def test_a_place_that_ends_as_a_folder_is_never_a_file(call: Run, tmp_path: Path) -> None:
    before = set(tmp_path.iterdir())
    for words in (
        ["report", "plan"], ["report", "plan", "--force"], ["compare", "plan", "plan"],
        ["export", "plan", "--to", "xlsx"], ["export", "plan", "--to", "gpkg", "--force"],
    ):  # fmt: skip
        for place in ("new/", "new.html/", "new/.", ".."):
            done = call(*words, "-o", place)
            assert (done.returncode, done.stdout) == (2, "")
            assert done.stderr.startswith(f"{place}: is a folder where a file is meant – name a file in it\n")
    done = call("init", "new.xlsx/", "--excel")
    assert (done.returncode, done.stderr.splitlines()[0]) == (
        2,
        "new.xlsx/: is a folder where a file is meant – name a file in it",
    )
    assert set(tmp_path.iterdir()) == before
    assert call("map", "plan", "-o", "new/").returncode == call("report", "plan", "-o", "new/page.html").returncode == 0
    assert sorted(p.name for p in (tmp_path / "new").iterdir()) == ["map.html", "page.html"]


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="only Linux has /proc")
@pytest.mark.usefixtures("plan")
def test_a_page_never_goes_where_the_system_makes_files_up(call: Run) -> None:
    told = "is made up by the system: it is no file on a disk – choose another place with -o"
    for words in (["report", "plan"], ["report", "plan", "--force"], ["export", "plan", "--to", "geojson"]):
        for place in ("/proc/self/mem", "/proc/kmsg"):
            done = call(*words, "-o", place)
            assert (done.returncode, done.stderr.splitlines()[0]) == (2, f"{place}: {told}")


def test_a_place_that_cannot_be_seen_is_told_with_its_cure(
    call: Run, plan: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "page.html").write_text("mine")

    def broken(_: Path) -> bool:
        raise OSError(errno.EIO, os.strerror(errno.EIO))

    monkeypatch.setattr("optimizer.io.whole.is_own", broken)
    done = call("report", str(plan), "-o", "page.html")
    told = "page.html: cannot be written: Input/output error – choose another place with -o"
    assert (done.returncode, done.stderr.splitlines()[0]) == (2, told)


def test_a_plan_is_never_exported_onto_itself(call: Run, plan: Path, tmp_path: Path) -> None:
    assert call("map", "plan").returncode == call("report", "plan").returncode == 0
    files = {path: path.read_bytes() for path in plan.rglob("*") if path.is_file()}
    (tmp_path / "link").symlink_to("plan")
    for place in ("plan", "plan/", "link", str(plan)):
        done = call("export", "plan", "--to", "folder", "-o", place, "--force")
        assert (done.returncode, done.stdout) == (2, "")
        assert "is the folder of the plan itself – choose another place with -o" in done.stderr
        assert call("export", "link", "--to", "folder", "-o", place, "--force").returncode == 2
    assert {path: path.read_bytes() for path in plan.rglob("*") if path.is_file()} == files


def test_a_map_does_not_replace_the_user_s_own(call: Run, plan: Path) -> None:
    (plan / "map.html").write_text("mine")
    assert call("map", "plan").returncode == 2
    (plan / "map.html").unlink()
    assert [call("map", "plan", "--png", "2027").returncode for _ in range(2)] == [0, 0]


@pytest.mark.usefixtures("study")
def test_force_keeps_the_user_s_files_and_drops_pages_of_the_plan_before(call: Run, plan: Path) -> None:
    assert call("map", "plan", "--png", "2027").returncode == call("report", "plan").returncode == 0
    (plan / "notes.md").write_text("call the utility")
    (plan / "letters").mkdir()
    (plan / "letters" / "one.txt").write_text("dear sirs")
    (plan / "study" / "survey.csv").write_text("mine")
    (plan / "study" / "placement.csv").write_text("of the study before")
    done = call("solve", "small", "-o", "plan", "--force", "--set", "policy.max_sites=2")
    assert done.returncode == 0
    assert "kept in its folder, though no part of the plan: letters/one.txt, notes.md, study/survey.csv" in done.stderr
    assert (plan / "study" / "survey.csv").read_text() == "mine"
    assert not (plan / "study" / "placement.csv").exists()
    names = {part.name for part in plan.iterdir()}
    assert {"notes.md", "letters", "plan.json"} <= names
    assert not {"map.html", "map-2027.png", "report.html"} & names
    assert (plan / "letters" / "one.txt").read_text() == "dear sirs"


@posix
def test_force_keeps_a_plan_inside_another_whole(call: Run, plan: Path) -> None:
    inner = plan / "later" / "plan"
    shutil.copytree(plan, inner)
    assert call("map", "plan/later/plan").returncode == 0
    before = {path: path.read_bytes() for path in inner.rglob("*") if path.is_file()}
    assert call("solve", "plan/study", "-o", "plan", "--force").returncode == 0
    assert {path: path.read_bytes() for path in inner.rglob("*") if path.is_file()} == before


@pytest.mark.parametrize("table", ["racks", "grid/headroom.csv"])
def test_a_pipe_in_a_study_is_named_and_not_waited_for(table: str, call: Run, study: Path) -> None:
    file = study / (table if table.endswith(".csv") else f"{table}.csv")
    file.unlink()
    os.mkfifo(file)
    done = call("check", "small")
    assert done.returncode == 2
    assert "is a pipe or a device where a file is meant" in done.stderr


@posix
@pytest.mark.parametrize("name", ["waiting.csv", "sites.geojson", "solve.log"])
def test_a_pipe_in_a_plan_is_named_and_not_waited_for(name: str, call: Run, plan: Path) -> None:
    (plan / name).unlink()
    os.mkfifo(plan / name)
    assert (
        f"plan/{name}: is a pipe or a device where a file is meant – a plan folder is whole"
        in call("verify", "plan").stderr
    )


@posix
def test_a_pipe_beside_a_shapefile_is_named_and_not_waited_for(call: Run, study: Path) -> None:
    frame = geopandas.GeoDataFrame({"site": ["a"], "max_mw": [60.0]}, geometry=[shapely.Point(-99, 32)], crs=4326)
    frame.to_file(study / "sites.shp")
    (study / "sites.shx").unlink()
    os.mkfifo(study / "sites.shx")
    done = call("check", "small", "--sites", "small/sites.shp")
    assert "small/sites.shx: is a pipe or a device" in done.stderr


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="only Linux has /proc")
def test_what_the_system_makes_up_is_no_file(call: Run, study: Path, plan: Path) -> None:
    (study / "racks.csv").unlink()
    (study / "racks.csv").symlink_to("/proc/self/environ")
    done = call("check", "small", "--sites", "/proc/version")
    assert done.returncode == 2
    assert done.stderr.count("is made up by the system: it is no file on a disk – name a file of your own") == 2
    for name in ("waiting.csv", "sites.geojson", "plan.json"):
        (plan / name).unlink()
        (plan / name).symlink_to("/proc/self/environ")
        assert f"plan/{name}: is made up by the system" in call("verify", "plan").stderr


def test_many_tables_in_a_grid_are_one_line(call: Run, study: Path) -> None:
    for i in range(300):
        (study / "grid" / f"other-{i:03}.csv").write_text("a\n1\n")
    done = call("check", "small")
    assert done.returncode == 0
    assert done.stderr.count("other-") == 1
    assert "299 more" in done.stderr


# kills ------------------------------------------------------------------------------------------------------------
DEAD = "import os, sys; from pathlib import Path; from optimizer.io.scratch import scratch, NEW, OLD; "


def killed(folder: Path, code: str) -> None:
    """Run a line within a scratch folder of ``folder`` in a process that ends there as if killed."""
    program = f"{DEAD}held = scratch(Path('.')); place = held.__enter__(); {code}; os._exit(9)"
    subprocess.run([sys.executable, "-c", program], cwd=folder, env=environment(), check=False)


@posix
def test_what_a_killed_run_left_is_cleared_and_what_it_set_aside_comes_back(tmp_path: Path) -> None:
    killed(tmp_path, "(place / NEW).mkdir(); (place / NEW / 'half').write_text('x')")
    aside = "plan = place / OLD / 'plan'"
    killed(tmp_path, f"{aside}; plan.mkdir(parents=True); (plan / 'a').write_text('x')")
    assert len(list(tmp_path.glob(".rackgrid-*"))) == 1  # the second run cleared what the first left
    with scratch(tmp_path) as mine, scratch(tmp_path):
        assert mine.is_dir(), "what lives stays"
    assert [str(p.relative_to(tmp_path)) for p in sorted(tmp_path.rglob("*"))] == ["plan", "plan/a"]


@posix
@pytest.mark.parametrize("words", [["init", "mine"], ["init", "mine", "--blank"], ["init", "mine", "--excel"]])
@pytest.mark.parametrize("place", ["new", "empty", "current"])
def test_a_killed_init_leaves_all_or_nothing_and_the_next_succeeds(
    words: list[str], place: str, tmp_path: Path
) -> None:
    """Killed at the moments at which it touches the folder, by a file system that is watched."""
    folder = tmp_path / "mine"
    if place != "new":
        folder.mkdir()
    words = ["init", ".", *words[2:]] if place == "current" else words
    home = folder if place == "current" else tmp_path
    process = subprocess.Popen(command(*words), cwd=home, env=environment(), stdout=subprocess.DEVNULL)
    watched = home if place == "current" else tmp_path
    while process.poll() is None and not any(watched.glob(".rackgrid-*")):
        time.sleep(0.001)
    process.send_signal(signal.SIGKILL)
    process.wait()
    whole = {"study.xlsx"} if "--excel" in words else {"study.toml"}
    seen = {p.name for p in folder.iterdir() if not p.name.startswith(".rackgrid-")} if folder.exists() else set()
    assert not seen or whole <= seen
    done = subprocess.run(command(*words), cwd=home, env=environment(), capture_output=True, text=True, check=False)
    assert done.returncode == 0 or (seen and "is not empty" in done.stderr)
    assert not list(tmp_path.rglob(".rackgrid-*"))


@posix
def test_a_plan_set_aside_by_a_killed_process_is_read(call: Run, plan: Path) -> None:
    gone = subprocess.Popen([sys.executable, "-c", ""])
    gone.wait()
    with scratch(plan.parent) as place:
        name = place.name.replace(f"-{os.getpid()}-", f"-{gone.pid}-")
    (plan.parent / name / "old").mkdir(parents=True)
    plan.rename(plan.parent / name / "old" / "plan")
    assert call("verify", "plan").returncode == 0
    assert not (plan.parent / name).exists()
