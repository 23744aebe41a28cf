"""The least cost of a grid folder by a small linear program of angles: a second reading of the files of an import."""

from __future__ import annotations

import csv
import math
import tomllib
from collections import defaultdict
from pathlib import Path

import numpy as np
from scipy.optimize import linprog

CHORDS = 4000  # of a quadratic cost


def rows(grid: Path, table: str) -> list[dict[str, str]]:
    place = grid / f"{table}.csv"
    if not place.is_file():
        return []
    with place.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def number(row: dict[str, str], column: str, default: float = 0.0) -> float:
    return float(row[column]) if row.get(column) else default


def of_block(table: list[dict[str, str]], key: str, block: str) -> list[dict[str, str]]:
    own = {row[key] for row in table if row.get("block") == block}
    return [row for row in table if row.get("block") == block or (not row.get("block") and row[key] not in own)]


def cost_per_hour(grid: Path, block: str = "") -> float:
    """Return the least cost in USD per hour, inf where there is no dispatch."""
    assert tomllib.loads((grid / "grid.toml").read_text())["flow"] == "dc"
    zones = {row["zone"]: at for at, row in enumerate(rows(grid, "zones"))}
    costs, bounds, entries, fixed = [0.0] * len(zones), [(None, None)] * len(zones), [], 0.0
    balance = np.zeros(len(zones))
    for row in of_block(rows(grid, "loads"), "zone", block):
        balance[zones[row["zone"]]] += float(row["load_mw"])
    equal, right = [], []

    def variable(cost: float, low: float | None, high: float | None) -> int:
        costs.append(cost)
        bounds.append((low, high))
        return len(costs) - 1

    seen: dict[str, int] = defaultdict(int)
    for row in of_block(rows(grid, "generators"), "gen", block):
        low = number(row, "p_min_mw") if not seen[row["gen"]] else 0.0
        seen[row["gen"]] += 1
        high, price, square = float(row["p_max_mw"]), float(row["usd_per_mwh"]), number(row, "usd_per_mw2h")
        fixed += number(row, "usd_per_hour")
        at = zones[row["zone"]]
        if not square:
            entries.append((at, variable(price, low, high), 1.0))
            continue
        fixed += price * low + square * low**2
        balance[at] -= low
        width = (high - low) / CHORDS
        for i in range(CHORDS):
            entries.append((at, variable(price + square * (2 * low + (2 * i + 1) * width), 0, width), 1.0))
    for row in rows(grid, "lines"):
        forth = number(row, "capacity_mw", math.inf)
        back = number(row, "capacity_back_mw", forth)
        flow = variable(number(row, "usd_per_mwh"), -back, forth)
        ends = zones[row["from"]], zones[row["to"]]
        entries += [(ends[0], flow, -1.0), (ends[1], flow, 1.0)]
        if row.get("reactance_pu") and (forth or back):
            b = number(row, "x_base_mva", 100) / float(row["reactance_pu"])
            equal.append({flow: 1.0, ends[0]: -b, ends[1]: b})
            right.append(-b * math.radians(number(row, "shift_deg")))
    matrix = np.zeros((len(zones) + len(equal), len(costs)))
    for at, column, sign in entries:
        matrix[at, column] += sign
    for i, line in enumerate(equal):
        for column, value in line.items():
            matrix[len(zones) + i, column] += value
    done = linprog(costs, A_eq=matrix, b_eq=[*balance, *right], bounds=bounds)
    return float(done.fun + fixed) if done.status == 0 else math.inf
