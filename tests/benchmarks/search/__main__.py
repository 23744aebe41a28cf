"""How plan and bound close in on growing and awkward studies: this program, and whole models by HiGHS and SCIP.

Run, alone on the machine: ``python -m tests.benchmarks.search --seeds 1 2 3``; ``--studies promised``, ``growth``,
``awkward`` or names, ``--searches rackgrid``, ``--seconds`` another limit for all. Every search runs in a process of
its own; the last line says what contradicts what. Runs are kept in tests/benchmarks/results, newer ones in the place of
older; from there ``--draw`` writes the pictures and ``--page`` docs/search.md, without a run of its own. ``--smoke``
does one small study in seconds and keeps nothing: the tests do, so that this cannot rot.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from tests.benchmarks.search import growth, results, table
from tests.benchmarks.search.course import Run
from tests.benchmarks.search.family import AWKWARD, FAMILY, GROWTH, PROMISED, SMOKE
from tests.benchmarks.search.race import Race, run
from tests.benchmarks.search.searches import OURS, SEARCHES, present

GROUPS = {"promised": PROMISED, "growth": GROWTH, "awkward": AWKWARD}


def asked(words: Sequence[str]) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(
        prog="python -m tests.benchmarks.search", description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )  # fmt: skip
    parser.add_argument("--studies", nargs="+", default=["promised", "awkward"], metavar="NAME",
                        help=f"{', '.join(GROUPS)}, or any of {', '.join(FAMILY)}")  # fmt: skip
    parser.add_argument("--seeds", nargs="+", type=int, default=[1, 2, 3])
    parser.add_argument("--searches", nargs="+", choices=SEARCHES, help="default: those whose package is installed")
    parser.add_argument("--seconds", type=float, help="limit of each search, in the place of the study's own")
    parser.add_argument("--results", type=Path, default=results.COMMITTED)
    parser.add_argument("--growth", action="store_true", help="this program alone on growing studies, and what fits")
    parser.add_argument("--draw", action="store_true", help="draw what is kept")
    parser.add_argument("--page", action="store_true", help="write what is kept into docs/search.md")
    parser.add_argument("--smoke", action="store_true")
    given = parser.parse_args(words)
    if given.growth:
        given.studies, given.searches = ["growth"], given.searches or [OURS]
    if given.smoke:
        given.studies, given.seeds = [*SMOKE], [1]
    given.studies = [name for word in given.studies for name in GROUPS.get(word, [word])]
    if unknown := [name for name in given.studies if name not in FAMILY]:
        parser.error(f"no study is called {', '.join(unknown)}: choose from {', '.join([*GROUPS, *FAMILY])}")
    return given


def campaign(given: argparse.Namespace) -> list[Run]:
    """Run every search of every study and seed; keep and print each."""
    done: list[Run] = []
    for name in given.studies:
        member = FAMILY[name]
        for seed in given.seeds if member.size else [0]:
            with tempfile.TemporaryDirectory() as folder:
                path, keys = member.written(Path(folder), seed)
                for search in given.searches or present():
                    if member.ours_alone and search != OURS:
                        continue
                    limit_s = given.seconds or member.limit_s
                    done.append(run(Race(name, seed, search, path, keys, member.gap, limit_s)))
                    print(f"{name}, seed {seed}, {search}: {done[-1].end}", file=sys.stderr, flush=True)
                    if not given.smoke:
                        results.keep(given.results, done[-1:])
    return done


def main(words: Sequence[str] | None = None) -> int:
    """Do what the command line asks; return 1 where runs contradict each other or a study is left without a plan."""
    given = asked(sys.argv[1:] if words is None else words)
    if given.draw or given.page:
        kept = results.read(given.results)
        if given.draw:
            from tests.benchmarks.search.picture import drawn

            print(*drawn(kept), sep="\n")
        if given.page:
            from tests.benchmarks.search.page import PAGE, filled

            PAGE.write_text(filled(PAGE.read_text(encoding="utf-8"), kept), encoding="utf-8")
        return 0
    runs = campaign(given)
    print(table.as_text(table.HEAD, table.rows(runs)))
    if found := growth.rows(runs):
        print("", table.as_text(growth.HEAD, found), sep="\n")
    wrong = results.faults(runs)
    print("", *(wrong or ["Every study has a plan, and no bound lies above a plan."]), sep="\n")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
