"""A second reading of the contract: every whole plan of a tiny study, counted out, and the cheapest of them.

Nothing of the package is used: data are plain numbers, whole decisions are enumerated with numpy, and the dispatch
of each candidate is a linear program of scipy.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.optimize import linprog

PRECISE = {"primal_feasibility_tolerance": 1e-10}


@dataclass
class Tiny:
    """Two sites in zones joined by a line, or with zones in name alone, two SKUs of two vendors, two years."""

    sites: list[dict[str, Any]]
    skus: list[dict[str, Any]]
    delivered: list[list[int]]  # pods by SKU and period
    headroom: list[list[float]]
    line: dict[str, float]
    placement: dict[tuple[int, int], float]  # USD per rack
    money: dict[str, Any]
    unused: dict[str, float]
    policy: dict[str, Any]
    minimise: str = "cost"
    slack: float = 1e-6  # how far beyond a limit still keeps it
    first: str = "unused"
    grid: bool = True
    zone: tuple[str, str] = ("z0", "z1")  # of each site; "" is none


def random_tiny(seed: int) -> Tiny:
    """Draw a study that uses most rules at once."""
    r = np.random.default_rng(seed)

    def some(chance: float, value: Any, other: Any) -> Any:
        return value if r.random() < chance else other

    pods = [float(r.integers(4, 9)), float(r.integers(3, 8))]
    skus = [
        {"sku": f"k{k}", "vendor": "AB"[k], "pod_mw": pods[k], "life": some(0.3, 1.0, None),
         "waiting": some(0.4, float(r.integers(2, 20)) * 1e6, None)}
        for k in range(2)
    ]  # fmt: skip
    sites = []
    for s in range(2):
        existing = float(some(0.4, r.integers(3, 12), 0))
        hall = float(r.integers(5, 12))
        pue = float(r.choice([1.0, 1.25, 1.5]))
        onsite = float(some(0.5, r.integers(2, 15), 0))
        sites.append(
            {
                "site": f"s{s}", "committed": bool(r.random() < 0.25), "own": bool(r.random() < 0.7),
                "existing": existing, "hall": hall, "max": existing + hall * float(r.integers(0, 3)) + 1.0,
                "rate": some(0.5, 1, None), "lead": float(some(0.3, 1.0, 0.0)),
                "open_usd": float(r.integers(0, 40)) * 1e6,
                "hall_usd": float(r.integers(1, 12)) * 1e6, "lease": float(r.integers(0, 3)) * 1e6,
                "fixed": float(r.integers(0, 4)) * 1e5,
                "poi": some(0.8, [float(v) for v in np.cumsum(r.integers(0, 20, 2))], None),
                "pue": pue, "annual": float(r.choice([1.0, pue])), "load_factor": float(r.choice([0.5, 1.0])),
                "price": float(r.integers(20, 90)), "onsite": onsite, "onsite_price": float(r.integers(20, 90)),
                "vendors": some(0.2, "A", ""),
            }
        )  # fmt: skip
    policy: dict[str, Any] = {}
    for key, chance, value in (
        ("max_sites", 0.3, 1), ("max_new_mw_per_year", 0.3, float(r.integers(5, 20))), ("max_zone_share", 0.2, 0.7),
        ("max_site_share", 0.2, 0.6), ("min_site_mw", 0.3, float(r.integers(3, 10))),
        ("min_vendor_mw", 0.3, float(r.integers(3, 8))), ("max_unused_mw_years", 0.3, float(r.integers(10, 60))),
        ("force_open", 0.2, ["s1"]), ("forbid", 0.15, ["s0"]),
    ):  # fmt: skip
        if r.random() < chance:
            policy[key] = value
    if sites[0]["committed"]:
        policy.pop("forbid", None)
    tiny = Tiny(
        sites=sites,
        skus=skus,
        delivered=[[int(v) for v in r.integers(0, 3, 2)] for _ in range(2)],
        headroom=[[float(v) for v in np.cumsum(r.integers(0, 20, 2))] for _ in range(2)],
        line={"cap": float(r.integers(0, 10)), "back": float(r.integers(0, 10)), "price": float(some(0.5, 3, 0))},
        placement={(s, k): float(r.integers(0, 50)) * 1e3 for s in range(2) for k in range(2) if r.random() < 0.5},
        money={"rate": float(r.choice([0.0, 0.1])), "residual": bool(r.random() < 0.5), "site": 4.0, "hall": 3.0},
        unused={
            "waiting": float(r.integers(2, 20)) * 1e6, "aged": float(some(0.5, 3e6, 0)),
            "unplaced": float(some(0.5, 2e7, 0)), "idle_hall": float(some(0.5, 1e6, 0)),
            "idle_power": float(some(0.5, 5e5, 0)),
        },
        policy=policy,
        minimise=some(0.15, "lexicographic", "cost"),
    )  # fmt: skip
    tiny.grid = bool(r.random() < 0.7)
    tiny.zone = ("z0", str(r.choice(["z0", "z1"] if tiny.grid else ["z0", "z1", ""])))
    if not tiny.grid and r.random() < 0.5:
        tiny.policy["max_zone_share"] = 0.7
    if tiny.minimise == "lexicographic":
        tiny.first = str(r.choice(["unused", "waiting"]))
    return tiny


def halls_max(tiny: Tiny, site: dict[str, Any]) -> int:
    """Whole halls under the ceiling."""
    return int((site["max"] - site["existing"] + tiny.slack) / site["hall"])


def may_hold(tiny: Tiny, site: dict[str, Any]) -> float:
    """IT MW that a site can hold in the last year."""
    years = [t for t in range(2) if t >= site["lead"]]
    halls = min(halls_max(tiny, site), (site["rate"] if site["rate"] is not None else 99) * len(years))
    power = np.inf if site["poi"] is None else (site["poi"][1] + site["onsite"]) / site["pue"]
    return float(min(site["existing"] + site["hall"] * halls, power))


def admitted(tiny: Tiny, s: int, k: int) -> bool:
    """Whether a SKU may stand at a site."""
    return tiny.sites[s]["vendors"] in ("", tiny.skus[k]["vendor"])


def openings(tiny: Tiny, s: int) -> list[tuple[tuple[int, int], tuple[int, int]]]:
    """Every (open by year, halls by year) of a site."""
    site, found = tiny.sites[s], []
    choices = [(1, 1)] if site["committed"] else [(0, 0), (0, 1), (1, 1)]
    if site["site"] in tiny.policy.get("forbid", []):
        choices = [(0, 0)]
    for y in choices:
        if site["site"] in tiny.policy.get("force_open", []) and not y[1]:
            continue
        for h in itertools.product(range(halls_max(tiny, site) + 1), repeat=2):
            early = any(h[t] and t < site["lead"] for t in range(2))
            fast = site["rate"] is not None and max(h) > site["rate"]
            if (
                sum(h) <= halls_max(tiny, site)
                and not early
                and not fast
                and not any(h[t] and not y[t] for t in range(2))
            ):
                found.append((y, h))
    return found


def placements(tiny: Tiny) -> np.ndarray:
    """Every whole placement that deliveries allow, (case, s, k, t)."""
    by_sku = []
    for k in range(2):
        d0, d1 = tiny.delivered[k]
        cases = [
            ((a, b), (c, d))
            for a, b, c, d in itertools.product(range(d0 + d1 + 1), repeat=4)
            if a + c <= d0 and a + b + c + d <= d0 + d1
        ]  # n[s0] = (a, b), n[s1] = (c, d)
        by_sku.append([case for case in cases if all(admitted(tiny, s, k) or sum(case[s]) == 0 for s in range(2))])
    both = [[[first[s], second[s]] for s in range(2)] for first in by_sku[0] for second in by_sku[1]]
    return np.array(both, dtype=float)


class Dispatch:
    """Least energy and wheeling cost of loads at both sites in one year, USD undiscounted; inf where impossible."""

    def __init__(self, tiny: Tiny) -> None:
        self.tiny, self.known = tiny, {}

    def cost(self, t: int, loads: tuple[float, float]) -> float:
        key = (t, round(loads[0], 6), round(loads[1], 6))
        if key not in self.known:
            self.known[key] = self._solve(t, loads)
        return self.known[key]

    def _solve(self, t: int, loads: tuple[float, float]) -> float:
        sites, line = self.tiny.sites, self.tiny.line
        hours = [8760 * s["load_factor"] * s["annual"] / s["pue"] for s in sites]
        cost = [hours[s] * sites[s]["price"] for s in range(2)] + [
            hours[s] * sites[s]["onsite_price"] for s in range(2)
        ]
        cost += [0, 0, 8760 * line["price"], 8760 * line["price"]]
        bounds = [(0, None if s["poi"] is None else s["poi"][t]) for s in sites] + [(0, s["onsite"]) for s in sites]
        bounds += [(0, self.tiny.headroom[z][t]) for z in range(2)] + [(0, line["cap"]), (0, line["back"])]
        bounds = [(low, None if high is None else high + self.tiny.slack) for low, high in bounds]
        # columns: d0 d1 o0 o1 g0 g1 forward back
        rows = [[1, 0, 1, 0, 0, 0, 0, 0], [0, 1, 0, 1, 0, 0, 0, 0]]
        if self.tiny.grid:
            first, second = ([float(zone == name) for zone in self.tiny.zone] for name in ("z0", "z1"))
            rows += [[*first, 0, 0, -1, 0, 1, -1], [*second, 0, 0, 0, -1, -1, 1]]
        limits = [*loads, 0, 0][: len(rows)]
        done = linprog(cost, A_eq=rows, b_eq=limits, bounds=bounds, method="highs", options=PRECISE)
        return float(done.fun) if done.status == 0 else np.inf


def enumerate_best(tiny: Tiny, opened: tuple[bool, ...] | None = None) -> tuple[float, float] | None:
    """Return the least (objective USD, MW-years that come first) by the study's rule, None where no plan exists.

    ``opened``: of the plans alone that have just these sites with a rack in the last year, or committed.
    """
    n = placements(tiny)
    pod = np.array([k["pod_mw"] for k in tiny.skus])
    serving = np.cumsum(n, axis=3)
    for k, sku in enumerate(tiny.skus):
        if sku["life"] is not None:  # one year: what is placed in the first has left in the second
            serving[:, :, k, 1] = n[:, :, k, 1]
    it = np.einsum("cskt,k->cst", serving, pod)
    delivered = np.array(tiny.delivered, dtype=float)
    waits = np.cumsum(delivered[None] - n.sum(axis=1), axis=2)
    aged = np.maximum(0.0, delivered[None, :, 0] - n.sum(axis=(1, 3)))  # of the first year, in the second
    factor = np.array([1.0, 1 / (1 + tiny.money["rate"])])
    end = factor[1] ** 2
    base = _waiting_and_placement(tiny, n, waits, aged, factor, end)
    fits_policy = _racks_policy(tiny, it, n, serving, pod)
    dispatch = Dispatch(tiny)
    candidates = []
    for combo in itertools.product(*(openings(tiny, s) for s in range(2))):
        found = _evaluate(tiny, combo, it, waits, pod, fits_policy, factor, end)
        if found is None:
            continue
        keep, fixed, unused = found
        if opened is not None:
            same = ((it[keep, :, 1] > 0) | [s["committed"] for s in tiny.sites]) == opened
            here = same.all(axis=1)
            keep[keep], fixed, unused = here, fixed[here], unused[here]
            if not here.any():
                continue
        candidates.append((base[keep] + fixed, unused, it[keep]))
    if not candidates:
        return None
    return _cheapest(tiny, candidates, dispatch, factor)


def _waiting_and_placement(tiny, n, waits, aged, factor, end):
    cost = np.zeros(len(n))
    for k, sku in enumerate(tiny.skus):
        price = sku["waiting"] if sku["waiting"] is not None else tiny.unused["waiting"]
        cost += sku["pod_mw"] * (waits[:, k] * factor).sum(axis=1) * price
        cost += sku["pod_mw"] * aged[:, k] * factor[1] * tiny.unused["aged"]
        cost += sku["pod_mw"] * waits[:, k, 1] * end * tiny.unused["unplaced"]
        for s in range(2):
            cost += tiny.placement.get((s, k), 0.0) * (n[:, s, k] * factor).sum(axis=1)
    return cost


def _racks_policy(tiny, it, n, serving, pod):
    fits, last = np.ones(len(n), dtype=bool), it[:, :, 1]
    alone = [[0], [1]]
    zones = [[s for s in range(2) if tiny.zone[s] == name] for name in {*tiny.zone} - {""}]
    for key, groups in (("max_zone_share", zones), ("max_site_share", alone)):
        for group in groups if key in tiny.policy else ():
            fits &= last[:, group].sum(axis=1) <= tiny.policy[key] * last.sum(axis=1) + tiny.slack
    if "min_vendor_mw" in tiny.policy:
        for s, k in itertools.product(range(2), range(2)):
            if admitted(tiny, s, k):
                asked = min(tiny.policy["min_vendor_mw"], may_hold(tiny, tiny.sites[s]) - pod[k])
                present = n[:, s, k].sum(axis=1) > 0
                fits &= ~present | (serving[:, s, k, 1] * pod[k] >= asked - tiny.slack)
    return fits


def _evaluate(tiny, combo, it, waits, pod, fits, factor, end):
    y = np.array([c[0] for c in combo], dtype=float)
    h = np.array([c[1] for c in combo], dtype=float)
    keep, policy = fits.copy(), tiny.policy
    hall = np.array([s["hall"] for s in tiny.sites])
    if "max_sites" in policy and y[:, 1].sum() > policy["max_sites"]:
        return None
    if "max_new_mw_per_year" in policy and (hall @ h > policy["max_new_mw_per_year"] + tiny.slack).any():
        return None
    built = np.array([s["existing"] for s in tiny.sites])[:, None] * y + hall[:, None] * np.cumsum(h, axis=1)
    keep &= (it <= built + tiny.slack).all(axis=(1, 2))
    cost, spare_it = np.zeros(len(it)), np.zeros(len(it))
    for s, site in enumerate(tiny.sites):
        cost += ((built[s] - it[:, s]) * factor).sum(axis=1) * tiny.unused["idle_hall"]
        if site["poi"] is not None:
            spare = (np.array(site["poi"]) + site["onsite"]) * y[s] - site["pue"] * it[:, s]
            keep &= (spare >= -tiny.slack).all(axis=1)
            cost += (spare * factor).sum(axis=1) * tiny.unused["idle_power"]
            spare_it += spare.sum(axis=1) / site["pue"]
        keep &= ~((it[:, s] > tiny.slack) & (y[s] < 0.5)).any(axis=1)
        if "min_site_mw" in policy and y[s, 1] and any(admitted(tiny, s, k) for k in range(2)):
            largest = max(pod[k] for k in range(2) if admitted(tiny, s, k))
            keep &= it[:, s, 1] >= min(policy["min_site_mw"], may_hold(tiny, site) - largest) - tiny.slack
        cost += _facility(tiny, site, y[s], h[s], built[s], factor, end)
    waiting = (waits * pod[:, None]).sum(axis=(1, 2))
    unused = waiting + spare_it
    if "max_unused_mw_years" in policy:
        keep &= unused <= policy["max_unused_mw_years"] + tiny.slack
    first = waiting if tiny.first == "waiting" else unused
    return (keep, cost[keep], first[keep]) if keep.any() else None


def _facility(tiny, site, y, h, built, factor, end):
    cost = 0.0
    left = {life: [max(0.0, 1 - (2 - t) / tiny.money[life]) for t in range(2)] for life in ("site", "hall")}
    for t in range(2):
        opened = y[t] - (y[t - 1] if t else 0) if not site["committed"] else 0.0
        rent = (0.0 if site["own"] else site["lease"]) + site["fixed"]
        capex = {
            "site": site["open_usd"] * opened,
            "hall": site["hall_usd"] * site["hall"] * h[t] if site["own"] else 0.0,
        }
        cost += factor[t] * (sum(capex.values()) + rent * built[t])
        if tiny.money["residual"]:
            cost -= end * sum(capex[life] * left[life][t] for life in capex)
    return cost


def _cheapest(tiny, candidates, dispatch, factor):
    cost = np.concatenate([c for c, _, _ in candidates])
    unused = np.concatenate([u for _, u, _ in candidates])
    loads = np.concatenate([i for _, _, i in candidates]) * np.array([s["pue"] for s in tiny.sites])[None, :, None]
    order = np.lexsort((cost, unused)) if tiny.minimise == "lexicographic" else np.argsort(cost)
    best: tuple[float, float] | None = None
    for i in order:
        if best is not None:
            if tiny.minimise == "cost" and cost[i] >= best[0]:  # energy is never negative here
                break
            if tiny.minimise == "lexicographic" and unused[i] > best[1] + tiny.slack:
                break
        total = cost[i] + sum(factor[t] * dispatch.cost(t, tuple(loads[i, :, t])) for t in range(2))
        if np.isfinite(total) and (best is None or total < best[0]):
            best = (float(total), float(unused[i]) if best is None or tiny.minimise == "cost" else best[1])
    return best
