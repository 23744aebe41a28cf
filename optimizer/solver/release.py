"""The least to give up of what is committed so that a plan can exist: an integer program, solved aim after aim.

IT MW in all first, then the fewest lines, then the fewest openings, halls and upgrades, then by id: of lines that
would do, those of the first ids; of one site and rack type those of the latest period. Decisions behind the frozen
periods are relaxed: they only have to leave a way.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from scipy.sparse import coo_array, csc_array, hstack, vstack

from ..formulation.rules import HELD
from ..resolved.before import FIELDS, Before
from .arrays import Floats, Ints, Job, Matrix
from .problem import Problem
from .runner import Runner

# What the best of an aim may be missed by in those that follow.
SLACK = 1e-6
_ORDER = ("racks", "halls", "upgrades", "open")
WORDS = {f"held_{'open' if field == 'opened' else field}": word for word, field in FIELDS.items()}


@dataclass(frozen=True)
class Lines:
    """Rows of committed.csv that may give: ``row`` by line, ``most`` of it in the model's counts, ``weight`` in IT MW.

    ``matrix_rows`` and ``line`` are, by column of what is given up, the row that holds it and its line. An ``opening``
    gives in all of its periods or in none.
    """

    row: list[int]
    most: Floats
    weight: Floats
    matrix_rows: Ints
    line: Ints
    opening: list[bool]

    def __len__(self) -> int:
        return len(self.row)


def least_release(problem: Problem, runner: Runner) -> list[int] | None:
    """Return how many of each row of committed.csv are given up, those included that are already.

    None where no plan exists whatever is given up.
    """
    before = problem.p.before
    assert before is not None
    lines = _lines(problem, before)
    matrix, integer = _elastic(problem, lines)
    first = matrix.shape[1] - len(lines.line) - len(lines)
    whole = np.array([w == 0 for w in lines.weight], dtype=np.float64)
    rank = np.arange(1, len(lines) + 1) / max(1, len(lines))
    share = 1e-3 * rank / np.maximum(1.0, lines.most)
    aims = [
        (lines.weight[lines.line], np.zeros(len(lines))),
        (np.zeros(len(lines.line)), np.ones(len(lines))),
        (whole[lines.line], np.zeros(len(lines))),
        (share[lines.line], rank),
    ]
    given: Floats | None = None
    for of_columns, of_lines in aims:
        cost = np.concatenate([np.zeros(first), of_columns, of_lines])
        result = runner.run(matrix.with_objective(cost, 0.0), Job(integer=integer))
        if result.x is None:
            return None if given is None else _told(problem, before, lines, given)
        given = result.x[first : first + len(lines.line)]
        value = float(cost @ result.x)
        matrix = replace(matrix.with_row_limit(cost, value + SLACK * max(1.0, abs(value))))
    assert given is not None
    return _told(problem, before, lines, given)


def _lines(problem: Problem, before: Before) -> Lines:
    """Find the rows of the model that hold something, and the line of each, in the order in which they give way."""
    table, limit = before.table, problem.c.matrix.row_upper
    holds = _holding(problem, before)
    kinds, periods = table["decision"].tolist(), table["period"].tolist()
    names = list(zip(*(table[name].tolist() for name in ("site", "sku", "upgrade")), strict=True))
    place = {period: i for i, period in enumerate(sorted(set(periods)))}
    rows = sorted({i for _, i, _ in holds}, key=lambda i: (_ORDER.index(kinds[i]), names[i], -place[periods[i]]))
    line = {i: n for n, i in enumerate(rows)}
    weight, most = np.zeros(len(rows)), np.zeros(len(rows))
    for row, i, mw in holds:
        weight[line[i]] = mw
        most[line[i]] = max(most[line[i]], float(limit[row]))
    return Lines(
        rows, most, weight, np.array([row for row, _, _ in holds], dtype=np.int64),
        np.array([line[i] for _, i, _ in holds], dtype=np.int64), [kinds[i] == "open" for i in rows],
    )  # fmt: skip


def _holding(problem: Problem, before: Before) -> list[tuple[int, int, float]]:
    """Return each row of the model that holds something, with its row of the table and the IT MW of a pod, else 0."""
    p, c, found = problem.p, problem.c, []
    names = ("decision", "site", "sku", "upgrade", "period")
    cells = zip(*(before.table[name].tolist() for name in names), strict=True)
    row_of = {(w, site or upgrade, sku, period): i for i, (w, site, sku, upgrade, period) in enumerate(cells)}
    opened = {site: i for (word, site, _, _), i in row_of.items() if word == "open"}
    for rule in HELD:
        word = WORDS[rule.name]
        for at, row in zip(c.row_index.get(rule.name, []), c.rows.get(rule.name, []), strict=True):
            if before.held[FIELDS[word]][at] <= 0:
                continue
            name = p.ids["upgrade" if word == "upgrades" else "site"][at[0]]
            sku = p.skus[at[1]] if word == "racks" else ""
            key = opened[name] if word == "open" else row_of[word, name, sku, p.periods[at[-1]]]
            found.append((row, key, float(p.pod_mw[at[1]]) if word == "racks" else 0.0))
    return found


def _elastic(problem: Problem, lines: Lines) -> tuple[Matrix, np.ndarray]:
    """Let rows that hold something give: x + given up = held, given up ≤ held · (1 where its line gives)."""
    matrix, before = problem.statement.tight, problem.p.before
    assert before is not None
    n_rows, n_cols = matrix.shape
    n, m = len(lines.line), len(lines)
    held = csc_array((matrix.values, matrix.rows, matrix.starts), shape=(n_rows, n_cols))
    gives = coo_array((np.ones(n), (lines.matrix_rows, np.arange(n))), shape=(n_rows, n))
    links = hstack(
        [
            coo_array((n, n_cols)),
            coo_array((np.ones(n), (np.arange(n), np.arange(n))), shape=(n, n)),
            coo_array((-lines.most[lines.line], (np.arange(n), lines.line)), shape=(n, m)),
        ]
    )
    a = csc_array(vstack([hstack([held, gives, coo_array((n_rows, m))]), links]))
    a.sort_indices()
    low = np.where(np.array(lines.opening, dtype=bool)[lines.line], 0.0, -np.inf)
    integer = np.concatenate([_frozen(problem) & matrix.integer, np.zeros(n, dtype=bool), np.ones(m, dtype=bool)])
    grown = replace(
        matrix, starts=np.asarray(a.indptr, dtype=np.int64), rows=np.asarray(a.indices, dtype=np.int64),
        values=np.asarray(a.data, dtype=np.float64), row_lower=np.append(matrix.row_lower, low),
        row_upper=np.append(matrix.row_upper, np.zeros(n)), lower=np.append(matrix.lower, np.zeros(n + m)),
        upper=np.concatenate([matrix.upper, np.full(n, np.inf), np.ones(m)]), integer=integer,
        cost=np.zeros(n_cols + n + m), offset=0.0,
    )  # fmt: skip
    return grown, integer


def _frozen(problem: Problem) -> np.ndarray:
    """Which columns are decisions of a frozen period."""
    rows = np.concatenate([problem.c.rows.get(rule.name, np.zeros(0, np.int64)) for rule in HELD])
    matrix = problem.statement.tight
    column = np.repeat(np.arange(matrix.shape[1]), np.diff(matrix.starts))
    found = np.zeros(matrix.shape[1], dtype=bool)
    found[column[np.isin(matrix.rows, rows)]] = True
    return found


def _told(problem: Problem, before: Before, lines: Lines, given: Floats) -> list[int]:
    """Return what is given up by row of the table, in racks and pieces."""
    of_line = np.zeros(len(lines))
    np.maximum.at(of_line, lines.line, np.round(given))
    released: list[int] = before.table["released"].tolist()
    per = dict(zip(problem.p.skus, problem.p.pod_racks.tolist(), strict=True))
    skus: Sequence[str] = before.table["sku"].tolist()
    for row, pods in zip(lines.row, of_line.tolist(), strict=True):
        released[row] += int(pods) * (per[skus[row]] if skus[row] else 1)
    return released
