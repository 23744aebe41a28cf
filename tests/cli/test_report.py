"""The report as a process: where it goes, what it refuses, and the same printed."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path

import pytest

from optimizer.io.whole import GENERATOR
from tests.browser import chromium
from tests.cli.inside import inside
from tests.small import SITES, STUDY, write_small_study

from .conftest import Run

OLD = f"<html>{GENERATOR} old"


@pytest.fixture
def plan(solved: Path, tmp_path: Path) -> Path:
    shutil.copytree(solved, tmp_path / "plans" / "small")
    return tmp_path / "plans" / "small"


def files(folder: Path) -> set[str]:
    return {p.name for p in folder.iterdir()}


def test_page_goes_into_the_plan_folder_and_is_the_same_each_time(run: Run, plan: Path) -> None:
    before = files(plan)
    done = run("report", plan)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == f"{plan / 'report.html'}\n"
    page = (plan / "report.html").read_bytes()
    assert files(plan) == before | {"report.html"}
    assert b'<h2 id="map">' in page
    assert b"rackgrid-map" in page
    again = run("report", plan, "-o", "other/name.html")
    assert (again.returncode, again.stdout) == (0, f"{Path('other/name.html')}\n")
    assert (plan.parents[1] / "other" / "name.html").read_bytes() == page
    assert run("verify", plan).returncode == 0


@pytest.mark.skipif(os.name == "nt", reason="a script stands for the browser")
def test_pdf_needs_a_browser_and_replaces_whole(run: Run, plan: Path, tmp_path: Path) -> None:
    before = files(plan)
    none = run("report", plan, "--pdf", env={"RACKGRID_CHROMIUM": "no-such-program"})
    assert (none.returncode, none.stdout) == (2, "")
    assert none.stderr.startswith("RACKGRID_CHROMIUM: no-such-program is no program – name the program of Chromium")
    fails = program(tmp_path / "fails", "sys.exit('no display')")
    (plan / "report.html").write_text(OLD)
    (plan / "report.pdf").write_text("%PDF-old")
    done = run("report", plan, "--pdf", env={"RACKGRID_CHROMIUM": str(fails)})
    assert done.returncode == 2
    assert done.stderr.startswith(f"{fails}: printed nothing: ended with code 1: no display – name another browser")
    assert [(plan / f"report.{end}").read_text() for end in ("html", "pdf")] == [OLD, "%PDF-old"]
    prints = program(
        tmp_path / "prints",
        "out = [a for a in sys.argv if a.startswith('--print-to-pdf=')][0].partition('=')[2]\n"
        "open(out, 'wb').write(b'%PDF-1.4 ' + sys.argv[-1].encode())",
    )
    done = run("report", plan, "--pdf", env={"RACKGRID_CHROMIUM": str(prints)})
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.splitlines() == [str(plan / "report.html"), str(plan / "report.pdf")]
    assert (plan / "report.pdf").read_bytes().startswith(b"%PDF-1.4 file://")
    assert files(plan) == before | {"report.html", "report.pdf"}


def program(path: Path, code: str) -> Path:
    path.write_text(f"#!{sys.executable}\nimport sys\n{code}\n")
    path.chmod(0o755)
    return path


def test_nothing_installed_is_said(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    from optimizer.cli import browser
    from optimizer.errors import InputError

    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv("RACKGRID_CHROMIUM", raising=False)
    monkeypatch.setattr(browser, "_PLACES", ())
    with pytest.raises(InputError, match="needs Chromium, Chrome or Edge, and none is installed – install one"):
        browser.find_browser()


@pytest.mark.skipif(not chromium(), reason="needs Chromium: install it, or name it in RACKGRID_CHROMIUM")
def test_a_real_browser_prints(run: Run, plan: Path) -> None:
    done = run("report", plan, "--pdf", "-o", "printed.pdf", env={"RACKGRID_CHROMIUM": chromium() or ""})
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.splitlines() == ["printed.html", "printed.pdf"]
    printed = (plan.parents[1] / "printed.pdf").read_bytes()
    assert printed.startswith(b"%PDF-")
    assert len(printed) > 20_000


def test_places_that_cannot_hold_a_page(run: Run, plan: Path) -> None:
    for arguments, words in (
        (["-o", plan], "is a folder where a file is meant – choose another place with -o"),
        (["-o", "x.pdf"], "would be a web page named as a PDF – add --pdf, or name it .html"),
    ):
        done = run("report", plan, *arguments)
        assert (done.returncode, done.stdout) == (2, "")
        assert words in done.stderr
        assert len(done.stderr.splitlines()) == 2  # the fault and the count


def test_folders_that_are_no_whole_plan(run: Run, plan: Path) -> None:
    (plan / "report.html").write_text(OLD)

    def refused(words: str) -> None:
        done = run("report", plan)
        assert (done.returncode, done.stdout) == (2, "")
        assert words in done.stderr.splitlines()[0]
        assert "Traceback" not in done.stderr
        assert (plan / "report.html").read_text() == OLD

    table = plan / "sites.csv"
    kept = table.read_text()
    table.write_text(kept.replace("built_mw", "bilt_mw", 1))
    refused("does not follow from its study")
    table.write_text(kept[: len(kept) // 2])
    refused(str(plan))
    table.unlink()
    refused("sites.csv: is missing")
    (plan / "plan.json").write_text('{"format": 99}')
    refused("format 99 is not known to this release")
    (plan / "plan.json").unlink()
    refused("is no plan folder")


def test_a_folder_that_is_not_there(run: Run) -> None:
    done = run("report", "nowhere")
    assert (done.returncode, done.stdout) == (2, "")
    assert "is no plan folder" in done.stderr


EMPTY = {
    "nothing is delivered": ({"deliveries.csv": "sku,period,mw\nA1,2026,0\n"}, "Nothing is delivered"),
    "no rack fits": (
        {"sites.csv": SITES.replace(",70,", ",0,").replace(",50,", ",0,").replace(",100,", ",0,")},
        "wait",
    ),
    "no site may open": ({"study.toml": STUDY.replace("max_sites = 3", "max_sites = 0")}, "No site is open"),
}


@pytest.mark.parametrize(("files", "words"), EMPTY.values(), ids=EMPTY.keys())
def test_empty_plans_have_every_page(files: dict[str, str], words: str, tmp_path: Path) -> None:
    call = inside(tmp_path)
    write_small_study(tmp_path / "study", files=files)
    calls = [["solve", "study", "-o", "plan"], ["report", "plan"], ["map", "plan", "--png", "2027"]]
    calls += [["compare", "plan", "plan"], *(["export", "plan", "--to", to] for to in ("xlsx", "gpkg", "geojson"))]
    for arguments in calls:
        done = call(*arguments)
        assert done.returncode == 0, (arguments, done.stderr)
    assert words in (tmp_path / "plan/report.html").read_text(encoding="utf-8")
