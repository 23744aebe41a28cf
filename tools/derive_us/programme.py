"""Write the study: racks, deliveries and study.toml."""

import textwrap
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from tools.derive_us.figures import OWN_WORK, Book
from tools.derive_us.raw import Raw, Row, clean, number
from tools.derive_us.tables import Cell, plain, write_csv, write_text

SKUS, COSTS = "facts/rack_skus.csv", "facts/costs.csv"
SHIPPING = {"Broadcom": "JALAPENO_128", "AMD": "HELIOS_MI455X", "Nvidia": "VR200_NVL72"}
ROADMAP = ("XPU_GEN2", "MI500_RACK", "RUBIN_ULTRA_NVL72_OBERON", "RUBIN_ULTRA_NVL144_KYBER")
FIRST_QUARTER = {
    "JALAPENO_128": "2026Q4",
    "HELIOS_MI455X": "2026Q3",
    "VR200_NVL72": "2026Q3",
    "XPU_GEN2": "2028Q1",
    "MI500_RACK": "2027Q3",
    "RUBIN_ULTRA_NVL72_OBERON": "2027Q3",
    "RUBIN_ULTRA_NVL144_KYBER": "2027Q3",
}
POD_RACKS = 8
SCENARIOS = {"announced_2025": "deliveries.csv", "guided_2026Q3": "deliveries-guided-2026q3.csv"}
PROGRAMME_GW = {"Broadcom": 10.0, "AMD": 6.0, "Nvidia": 10.0}


DEALS = {"Broadcom": "BRCM10", "AMD": "AMD6", "Nvidia": "NVDA10"}


@dataclass(frozen=True)
class Step:
    """What one vendor delivers in one year of one scenario."""

    scenario: str
    vendor: str
    sku: str
    year: str
    mw: float
    reason: str
    url: str
    vintage: str
    confidence: str

    @property
    def key(self) -> str:
        """Name the row of the raw table."""
        return f"{self.vendor} {self.scenario} {self.year}"


def schedule(raw: Raw, scenario: str) -> list[Step]:
    """Return the deliveries of a scenario by vendor and year; each vendor adds up to its deal."""
    steps = [_step(raw, row) for row in raw.rows("facts/delivery_schedule.csv") if row["scenario"] == scenario]
    for vendor, gigawatts in PROGRAMME_GW.items():
        total = sum(step.mw for step in steps if step.vendor == vendor)
        if abs(total - 1000 * gigawatts) > 1e-6:
            raise ValueError(f"{scenario}: {vendor} delivers {total} MW, its deal says {1000 * gigawatts}")
    return sorted(steps, key=lambda step: (list(SHIPPING).index(step.vendor), step.year))


def _step(raw: Raw, row: Row) -> Step:
    deal = next(deal for deal in raw.rows("facts/vendors_deals.csv") if deal["deal_id"] == DEALS[row["vendor"]])
    return Step(
        scenario=row["scenario"],
        vendor=row["vendor"],
        sku=SHIPPING[row["vendor"]],
        year=row["year"],
        mw=round(1000 * number(row, "gw_added"), 4),
        reason=clean(row["source_or_reasoning"]),
        url=deal["source_url"],
        vintage=deal["source_vintage"],
        confidence=row["confidence"],
    )


def write_racks(raw: Raw, path: Path) -> None:
    """Write the rack types: what ships, then the roadmap."""
    columns = [
        "sku",
        "vendor",
        "rack_kw",
        "accelerators",
        "price_usd",
        "pod_racks",
        "available_from",
        "waiting_usd_per_mw_year",
        "exaflops",
        "source",
        "vintage",
        "confidence",
        "note",
    ]
    write_csv(path, columns, (_rack(raw, raw.row(SKUS, sku)) for sku in (*SHIPPING.values(), *ROADMAP)))


def price_per_mw(row: Row, end: str = "") -> float:
    """Return the purchase price of a rack in USD per MW: central, or its `_low` or `_high` at the central kW."""
    return 1e9 * number(row, f"price_musd{end}") / number(row, "rack_kw")


def holding(raw: Raw) -> tuple[float, float, float]:
    """Return what a year of waiting costs as a share of a rack's price: straight line over its life, and interest."""
    life, rate = raw.row(COSTS, "life_it"), raw.row(COSTS, "wacc")
    ends = (("high", "low"), ("central", "central"), ("low", "high"))  # the longest life costs least
    low, central, high = (1 / number(life, years) + number(rate, end) / 100 for years, end in ends)
    return low, central, high


def waiting_price(raw: Raw, row: Row) -> float:
    """Return the price of a MW of these racks that waits for a year, to 10,000 USD."""
    return round(price_per_mw(row) * holding(raw)[1], -4)


def _rack(raw: Raw, row: Row) -> dict[str, Cell]:
    roadmap = row["sku"] in ROADMAP
    status = "ROADMAP, no deliveries" if roadmap else row["status"]
    dense = row["fp8_pflops_dense"]
    compute = "exaflops are dense FP8" if dense else "exaflops not published"
    return {
        "sku": row["sku"],
        "vendor": row["vendor"].split("/")[0],
        "rack_kw": number(row, "rack_kw"),
        "accelerators": int(row["accelerators"]),
        "price_usd": 1e6 * number(row, "price_musd"),
        "pod_racks": POD_RACKS,
        "available_from": FIRST_QUARTER[row["sku"]],
        "waiting_usd_per_mw_year": waiting_price(raw, row),
        "exaflops": float(dense) / 1000 if dense else None,
        "source": f"{clean(row['source_title'])}; {clean(row['source_url'])}",
        "vintage": row["source_vintage"],
        "confidence": "assumption" if roadmap else row["confidence"],
        "note": f"{status}; {compute}",
    }


def write_deliveries(steps: Iterable[Step], path: Path) -> None:
    """Write one scenario of deliveries."""
    rows: list[dict[str, Cell]] = [
        {
            "sku": step.sku,
            "period": step.year,
            "mw": step.mw,
            "source": f"delivery_schedule.csv {step.key}",
            "vintage": step.vintage,
            "confidence": step.confidence,
            "note": step.reason,
        }
        for step in steps
    ]
    write_csv(path, ["sku", "period", "mw", "source", "vintage", "confidence", "note"], rows)


def write_study(book: Book, path: Path) -> None:
    """Write study.toml: keys of its own, then those all studies share; each figure with its range and source."""
    templates = Path(__file__).parent / "templates"
    files = (templates / f"{path.parent.name}.toml", templates / "shared.toml")
    lines: list[str] = []
    for line in (line for file in files for line in file.read_text(encoding="utf-8").splitlines()):
        key, mark, name = line.partition(" = @")
        if not mark:
            lines.append(line)
            continue
        entry = next(entry for entry in book.entries if entry.figure == name)
        ends = ["-" if value is None else _toml(value) for value in (entry.low, entry.central, entry.high)]
        origin = entry.source if entry.origin == OWN_WORK else f"{entry.confidence}; {entry.origin}"
        comment = f"{' / '.join(ends)} {entry.unit}; {origin}; {entry.rule.split(': ', 1)[1]}"
        lines += textwrap.wrap(comment, 110, initial_indent="# ", subsequent_indent="#   ")
        lines.append(f"{key} = {_toml(entry.central)}")
    write_text(path, "\n".join(lines) + "\n")


def _toml(value: float) -> str:
    return f"{value / 1e6:g}e6" if value >= 1e4 else plain(float(value))
