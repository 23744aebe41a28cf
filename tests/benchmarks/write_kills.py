"""Kill what writes – init, init --excel, exports, a report – at random moments: what it writes is whole, or not there.

Run: ``python -m tests.benchmarks.write_kills`` (100 kills, the embedded study and its plan; ``--kills``, ``--seed``;
``--smoke`` takes a small study). Every second kill waits until writing has begun. Prints a row per command and ends
with exit code 1 where anything is half, lies about after the next run, or that run does not write the same.
"""

from __future__ import annotations

import argparse
import os
import random
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

from tests.small import write_small_study

PROGRAM = [sys.executable, "-m", "optimizer"]
COMMANDS = {
    "init": ["init", "out/mine"],
    "init --excel": ["init", "out/mine.xlsx", "--excel"],
    "export gpkg": ["export", "plan", "--to", "gpkg", "-o", "out/plan.gpkg"],
    "export xlsx": ["export", "plan", "--to", "xlsx", "-o", "out/plan.xlsx"],
    "export folder": ["export", "plan", "--to", "folder", "-o", "out/whole"],
    "report": ["report", "plan", "-o", "out/report.html"],
}


def content(folder: Path) -> dict[str, bytes]:
    """Files below a folder, scratch of the tool's apart."""
    files = (path for path in sorted(folder.rglob("*")) if path.is_file())
    return {str(f.relative_to(folder)): f.read_bytes() for f in files if ".rackgrid-" not in str(f)}


def started(words: list[str], home: Path) -> subprocess.Popen[bytes]:
    """Start a command in an empty folder ``out``."""
    shutil.rmtree(home / "out", ignore_errors=True)
    (home / "out").mkdir()
    quiet = subprocess.DEVNULL
    return subprocess.Popen([*PROGRAM, *words], cwd=home, env=environment(), stdout=quiet, stderr=quiet)


def environment() -> dict[str, str]:
    """Let the program be found from any folder."""
    root = str(Path(__file__).parents[2])
    return os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, [root, os.environ.get("PYTHONPATH")]))}


def kill(words: list[str], home: Path, seconds: float, *, while_writing: bool) -> None:
    """Start a command and kill it some time later, or some time after it began to write."""
    process = started(words, home)
    while while_writing and process.poll() is None and not any((home / "out").iterdir()):
        time.sleep(0.001)
    time.sleep(seconds)
    process.kill()
    process.wait()


def harmed(name: str, home: Path, kills: int, chance: random.Random) -> Counter[str]:
    """Kill a command so often; return how often what was there was whole, nothing, half, and what came of the next."""
    words, found = COMMANDS[name], Counter[str]()
    began = time.monotonic()
    assert started(words, home).wait() == 0, f"{name} fails unharmed"
    took, calm = time.monotonic() - began, content(home / "out")
    for number in range(kills):
        writing = bool(number % 2)
        kill(words, home, chance.uniform(0.0, took * (0.2 if writing else 1.0)), while_writing=writing)
        there = content(home / "out")
        found["whole" if there == calm else "half" if there else "nothing"] += 1
        for name_there in {Path(file).parts[0] for file in there}:
            path = home / "out" / name_there
            shutil.rmtree(path) if path.is_dir() else path.unlink()
        again = subprocess.run([*PROGRAM, *words], cwd=home, env=environment(), capture_output=True, check=False)
        found["next fails"] += again.returncode != 0 or content(home / "out") != calm
        found["litter"] += any((home / "out").glob(".rackgrid-*"))
    return found


def main() -> int:
    """Run the campaign; return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=100)
    parser.add_argument("--seed", type=int, default=26)
    parser.add_argument("--smoke", action="store_true")
    arguments = parser.parse_args()
    kinds = ("whole", "nothing", "half", "litter", "next fails")
    total = Counter[str]()
    with tempfile.TemporaryDirectory() as place:
        home = Path(place)
        if arguments.smoke:
            write_small_study(home / "study")
        study = ["study"] if arguments.smoke else ["--gap", "0.02"]
        solve = [*PROGRAM, "solve", *study, "-o", "plan"]
        subprocess.run(solve, cwd=home, env=environment(), check=True, capture_output=True)
        print(f"{'command':<14}" + "".join(f"{kind:>12}" for kind in kinds))
        for at, name in enumerate(COMMANDS):
            share = (arguments.kills + at) // len(COMMANDS)  # the parts add up to the whole
            found = harmed(name, home, share, random.Random(f"{arguments.seed} {name}"))
            print(f"{name:<14}" + "".join(f"{found[kind]:>12}" for kind in kinds), flush=True)
            total += found
    print(f"{'all':<14}" + "".join(f"{total[kind]:>12}" for kind in kinds))
    return 1 if total["half"] or total["litter"] or total["next fails"] else 0


if __name__ == "__main__":
    sys.exit(main())
