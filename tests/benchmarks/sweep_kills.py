"""Kill a sweep ten times at random points, its workers too, and compare its table with that of an unharmed run.

Run: ``python -m tests.benchmarks.sweep_kills`` (60 cases of the embedded study at a gap of 1 %; Linux; ``--kills``,
``--seed``). Every second kill takes a worker
alone, the others the whole sweep, which is started again. Prints a line per kill and ends with exit code 1 where
the table differs or a case was solved twice that was not on its way when a kill came.
"""

from __future__ import annotations

import argparse
import random
import sys
import tempfile
import time
from pathlib import Path

import pandas as pd

from tests.sweeps import campaign


def in_flight(folder: Path) -> set[str]:
    """Cases that were started, and not ended, by now."""
    lines = [line.split() for line in campaign.log(folder).splitlines()]
    ended = {words[2] for words in lines if words[1] == "ended"}
    return {words[2] for words in lines if words[1] == "started"} - ended


def harmed(folder: Path, kills: int, chance: random.Random) -> list[str]:
    """Run the sweep to its end through so many kills; return the cases that were started again without need."""
    before, needless = campaign.log(folder), []
    process = campaign.start(folder, 2, embedded=True)
    for kill in range(kills):
        time.sleep(chance.uniform(1.0, 25.0))
        workers = campaign.processes(folder, "spawn_main")
        if kill % 2 and workers and process.poll() is None:
            print(f"kill {kill + 1}: a worker, {campaign.log(folder).count(' ended ')} ended", flush=True)
            campaign.kill(chance.choice(workers))
            continue
        campaign.kill(process.pid)
        process.wait()
        assert campaign.gone(folder), "processes were left behind"
        before, flying = campaign.log(folder), in_flight(folder)
        print(f"kill {kill + 1}: the sweep, {before.count(' ended ')} ended, {len(flying)} in flight", flush=True)
        process = campaign.start(folder, 2, embedded=True)
    assert process.wait(600) == 0, "the last run failed"
    needless += campaign.solved_twice(folder)
    return needless


def main() -> int:
    """Run the campaign; return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=10)
    parser.add_argument("--seed", type=int, default=26)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as place:
        calm = campaign.run_embedded(Path(place) / "calm", workers=2)
        folder = Path(place) / "harmed"
        twice = harmed(folder, arguments.kills, random.Random(arguments.seed))
        same = (folder / "cases.parquet").read_bytes() == (calm.folder / "cases.parquet").read_bytes()
        rows = len(pd.read_parquet(folder / "cases.parquet"))
    print(f"{rows} rows, table {'the same' if same else 'DIFFERS'}, ended twice: {', '.join(twice) or 'none'}")
    return 0 if same and not twice else 1


if __name__ == "__main__":
    sys.exit(main())
