"""Tiny studies whose figures are rounded, or lie a hair off whole pods, halls and shares."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from .enumeration import Tiny, random_tiny

PODS_MW = (0.26, 1.3, 1.88, 4.7, 7.0, 36.0)


def hair(seed: int) -> Tiny:
    """Draw a study: of odd seeds every figure is rounded to 6 to 10 digits, of even ones each limit is a hair off."""
    r = np.random.default_rng([seed, 2])
    tiny = random_tiny(seed)
    return _rounded(tiny, r) if seed % 2 else _hairy(tiny, r)


def _rounded(tiny: Tiny, r: np.random.Generator) -> Tiny:
    factor, digits = float(r.uniform(0.2, 3.0)), int(r.integers(6, 11))

    def rounded(mw: float | None) -> float | None:
        return mw if mw is None or not np.isfinite(mw) else float(f"{mw * factor:.{digits}g}")

    return _each_mw(tiny, rounded, lambda share: float(f"{share / 3 * 2:.{digits}g}"))


def _hairy(tiny: Tiny, r: np.random.Generator) -> Tiny:
    pods = [float(mw) for mw in r.choice(PODS_MW, 2, replace=False)]
    if r.random() < 0.3:  # two sizes that are almost one, or almost twice
        pods[1] = pods[0] * float(r.integers(1, 3)) + _off(r)
    tiny = replace(tiny, skus=[{**sku, "pod_mw": mw} for sku, mw in zip(tiny.skus, pods, strict=True)])

    def near(mw: float | None) -> float | None:
        if mw is None or mw == 0:
            return mw
        return max(0.0, float(r.integers(0, 4)) * pods[0] + float(r.integers(0, 3)) * pods[1] + _off(r))

    changed = _each_mw(tiny, near, lambda _: float(r.choice([1 / 2, 1 / 3, 2 / 3, 1.0])) + _off(r, most=0))
    pue = [float(r.choice([1.0, 1.0, 1.25, 1.3])) for _ in changed.sites]
    sites = [
        {
            **s, "pue": e, "annual": e, "hall": max(s["hall"], 0.2), "max": s["existing"] + s["max"],
            "poi": None if s["poi"] is None else [v * e for v in np.maximum.accumulate(s["poi"]).tolist()],
        }
        for s, e in zip(changed.sites, pue, strict=True)
    ]  # fmt: skip
    headroom = [np.maximum.accumulate(np.array(z) * pue[i]).tolist() for i, z in enumerate(changed.headroom)]
    return replace(changed, sites=[_few_halls(s) for s in sites], headroom=headroom, skus=tiny.skus)


def _few_halls(site: dict[str, Any]) -> dict[str, Any]:
    """Keep the halls few enough to enumerate."""
    return {**site, "max": min(site["max"], site["existing"] + 2.5 * site["hall"])}


def _off(r: np.random.Generator, most: int = 1) -> float:
    """Draw ± 1e-9 … 1e-5, or nothing."""
    size = 10.0 ** -float(r.uniform(5, 9))
    return float(r.choice([-1.0, -1.0, 0.0, float(most)])) * size


def _each_mw(tiny: Tiny, mw: Any, share: Any) -> Tiny:
    def of_site(site: dict[str, Any]) -> dict[str, Any]:
        new = {key: mw(site[key]) for key in ("existing", "hall", "max", "onsite")}
        poi = None if site["poi"] is None else sorted(mw(v) for v in site["poi"])
        return {**site, **new, "max": max(new["max"], new["existing"]), "poi": poi}

    policy = {
        key: mw(v) if key.endswith(("_mw", "_per_year", "_years")) else share(v) if key.endswith("_share") else v
        for key, v in tiny.policy.items()
    }
    return replace(
        tiny,
        sites=[of_site(site) for site in tiny.sites],
        skus=[{**sku, "pod_mw": mw(sku["pod_mw"])} for sku in tiny.skus],
        headroom=[sorted(mw(v) for v in zone) for zone in tiny.headroom],
        line={**tiny.line, "cap": mw(tiny.line["cap"]), "back": mw(tiny.line["back"])},
        policy=policy,
    )
