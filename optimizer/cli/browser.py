"""Print a page with the browser that is installed."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import tempfile
from contextlib import suppress
from functools import partial
from pathlib import Path

from optimizer.errors import Fault, InputError, limit_met, said, shown
from optimizer.io.scratch import scratch
from optimizer.modules import elsewhere
from optimizer.signals import SIGNALS

VARIABLE = "RACKGRID_CHROMIUM"
_NAMES = (
    "chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome", "microsoft-edge",
    "microsoft-edge-stable", "msedge",
)  # fmt: skip
_PLACES = (
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
    "/Applications/Microsoft Edge.app/Contents/MacOS/Microsoft Edge",
    "C:/Program Files/Google/Chrome/Application/chrome.exe",
    "C:/Program Files (x86)/Microsoft/Edge/Application/msedge.exe",
)
_SECONDS = 180


def find_browser() -> str:
    """Return the program that prints pages: the one named by RACKGRID_CHROMIUM, else the first that is installed.

    Raises InputError where there is none.
    """
    named = os.environ.get(VARIABLE, "").strip()
    if named:
        found = shutil.which(named)
        if found is None:
            cure = "name the program of Chromium, Chrome or Edge"
            raise InputError([Fault(VARIABLE, "is no program", value=named, cure=cure)])
        return found
    path = elsewhere(os.environ.get("PATH", os.defpath))
    for name in (*_NAMES, *_PLACES):
        found = shutil.which(name, path=path)
        if found and Path(found).is_absolute():  # Windows looks into the current folder unasked
            return found
    cure = f"install one, name it in {VARIABLE}, or leave --pdf out and print the page from any browser"
    raise InputError([Fault("--pdf", "needs Chromium, Chrome or Edge, and none is installed", cure=cure)])


def print_pdf(browser: str, page: Path, out: Path) -> None:
    """Print a page of this machine into a file, without any network.

    Raises InputError where the browser does not.
    """
    with scratch(Path(tempfile.gettempdir())) as profile:
        options = [
            "--headless", "--disable-gpu", "--no-first-run", "--no-pdf-header-footer", "--disable-extensions",
            "--disable-background-networking", "--host-resolver-rules=MAP * ~NOTFOUND", f"--user-data-dir={profile}",
            f"--print-to-pdf={out.resolve()}",
        ]  # fmt: skip
        if hasattr(os, "geteuid") and os.geteuid() == 0:
            options.append("--no-sandbox")  # the browser refuses to sandbox what root starts
        try:
            started = subprocess.Popen(
                [browser, *options, page.resolve().as_uri()],
                stdout=subprocess.DEVNULL,
                stderr=subprocess.PIPE,
                start_new_session=True,
                env={**os.environ, "TMPDIR": str(profile)},
            )
            with started, SIGNALS.cleared(partial(_end, started)):
                _, errors = started.communicate(timeout=_SECONDS)
            told = errors.decode("utf-8", "replace").strip().splitlines()[-1:]
            reason = f"ended with code {started.returncode}" + "".join(f": {line}" for line in told)
        except subprocess.TimeoutExpired:
            reason = f"did not end within {_SECONDS} s"
        except OSError as fault:
            if limit_met(fault):
                raise
            reason = said(fault)
    if not out.is_file() or out.read_bytes()[:5] != b"%PDF-":
        cure = f"name another browser in {VARIABLE}, or leave --pdf out and print the page from any browser"
        raise InputError([Fault(browser, f"printed nothing: {shown(reason, 200)}", cure=cure)])


def _end(browser: subprocess.Popen[bytes]) -> None:
    """End a browser that still runs, with its own processes, which write into its profile."""
    if browser.poll() is None:
        with suppress(OSError):
            if hasattr(os, "killpg"):
                os.killpg(browser.pid, signal.SIGKILL)
            else:
                browser.kill()
        browser.wait()
