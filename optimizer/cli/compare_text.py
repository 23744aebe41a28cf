"""Write what differs between two plans: text for a planner, JSON for a program."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from optimizer.differences import Differences
from optimizer.plan.comparison import Change, Comparison, Pair, Reinforced
from optimizer.plan.kinds import GENERIC
from optimizer.view.comparison import Section, missing, sections

from .differences import aligned
from .differences import facts as input_facts

_FIRST = 10
_WIDEST = 60


def facts(found: Comparison, inputs: Differences) -> str:
    """Return the comparison as one strict JSON object; MW are IT, ``inputs`` as of ``rackgrid diff --json``."""
    content = {
        "same": found.same and inputs.same,
        "status": dict(zip("ab", found.status, strict=True)),
        **{pair.name: _pair(pair) for pair in found.head},
        "cost_usd": {"discounted": _pairs(found.discounted), "undiscounted": _pairs(found.undiscounted)},
        "in_service_mw": _pairs(found.serving),
        "unused": {pair.name: {"unit": pair.unit, **_pair(pair)} for pair in found.unused},
        "last_period_of_both": found.last or None,
        "in_service_by_vendor_mw": _pairs(found.vendors),
        "leaving_mw": found.leaving_mw,
        "arriving_mw": found.arriving_mw,
        "sites_only_a": [c.site for c in found.lost],
        "sites_only_b": [c.site for c in found.gained],
        "sites": [_site(change) for change in found.changes],
        "upgrades": [_upgrade(upgrade) for upgrade in found.upgrades],
        "limits": _pairs(found.limits),
        "orders": [asdict(order) for order in found.orders],
        "periods_only_a": found.periods_a,
        "periods_only_b": found.periods_b,
        "skus_only_a": found.skus_a,
        "skus_only_b": found.skus_b,
        "inputs": json.loads(input_facts(inputs)),
    }
    return json.dumps(content, indent=1, ensure_ascii=False, allow_nan=False)


def _pair(pair: Pair) -> dict[str, float | None]:
    return {"a": pair.a, "b": pair.b, "difference": pair.difference}


def _pairs(pairs: Sequence[Pair]) -> dict[str, dict[str, float | None]]:
    return {pair.name: _pair(pair) for pair in pairs}


def _upgrade(upgrade: Reinforced) -> dict[str, Any]:
    usd = _pair(Pair("capex_usd", "USD", upgrade.a_usd, upgrade.b_usd))
    return {"upgrade": upgrade.upgrade, "a": dict(upgrade.a), "b": dict(upgrade.b), "capex_usd": usd}


def _site(change: Change) -> dict[str, Any]:
    return {
        "site": change.site,
        "generic": change.standing == GENERIC,
        "standing": change.standing,
        "opens_a": change.first_a or None,
        "opens_b": change.first_b or None,
        "serves_a": change.serves_a or None,
        "serves_b": change.serves_b or None,
        "a_mw": change.a_mw,
        "b_mw": change.b_mw,
        "difference_mw": change.b_mw - change.a_mw,
        "by_sku_mw": dict(change.by_sku),
        "mw_years": change.mw_years,
    }


def as_text(
    found: Comparison, inputs: Differences, names: Sequence[tuple[str, str]], *, everything: bool = False
) -> str:
    """Return the comparison as a page; ``names`` are those of both plans: the folder and the study's name.

    Of sites that differ the first ten are shown, or all.
    """
    if found.same and inputs.same:
        return "the plans are the same"
    said = "the plans are the same, their studies are not" if found.same else "the plans differ"
    head = [said, *aligned([(side, *name) for side, name in zip("AB", names, strict=True)], "<<<")]
    blocks = [[*head, *missing(found)], *(_block(section, everything) for section in sections(found, inputs))]
    return "\n\n".join("\n".join(block) for block in blocks)


def _block(section: Section, everything: bool) -> list[str]:
    """Return a table as lines, cells of text cut."""
    rows = section.rows if everything or not section.long else section.rows[:_FIRST]
    cut = [tuple(c if everything else _short(c) for c in row) for row in rows]
    indented = [(f"  {first}", *others) for first, *others in cut]
    lines = aligned([section.heads, *indented], "".join("<>"[n] for n in section.numbers)) if rows else []
    more = len(section.rows) - len(rows)
    return [*lines, *([f"  … and {more:,} more (--all)"] if more else []), *section.notes]


def _short(cell: str) -> str:
    return cell if len(cell) <= _WIDEST else f"{cell[: _WIDEST - 1]}…"
