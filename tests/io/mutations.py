"""Damage the files of a small study at random, the same way for the same seed."""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.small import STUDY, write_small_study

CELLS = (
    *(
        "",
        "0",
        "-1",
        "1e400",
        "nan",
        "inf",
        "1e20",
        "9999",
        "n/a",
        "1,5",
        '"1,5"',
        "50%",
        "x",
        "'",
        '"',
        "é",
        "\u00a0",
        "7" * 5000,
    ),
    *(
        "2026",
        "2026H1",
        "2027Q4",
        "2031",
        "1899",
        "0000",
        "9999H2",
        "2026-01-01",
        "true",
        "yes",
        "own",
        "lease",
        "z1",
        "z2",
        "alpha",
        "beta",
    ),
    *(
        "A1",
        "B1",
        "AMD",
        "AMD;Broadcom",
        ";",
        "POINT (-99 32)",
        "POLYGON ((0 0, 1 1, 0 1, 0 0))",
        "site",
        "zone",
        "\ufeff",
        "\x00",
        "=1+1",
    ),
)
VALUES: tuple[Any, ...] = (
    *(None, True, False, 0, -1, 1.5, 1e308, float("nan"), float("-inf"), 10**400, "", "z1", "nan", "\ud800", "\x00"),
    *(
        [],
        {},
        [[]],
        [1],
        {"a": 1},
        [None, None],
        "Polygon",
        "MultiPolygon",
        "GeometryCollection",
        "Feature",
        [[[0, 0], [1, 1], [0, 0]]],
    ),
)
FILES = {
    "study.toml": STUDY.replace("[money]", 'site_ramp = "ramp.csv"\nplacement = "placement.csv"\n\n[money]')
    + 'min_site_mw = 5\nmax_zone_share = 0.9\nforce_open = ["alpha"]\n\n[solve]\ngap = 0.01\n',
    "ramp.csv": "site,period,interconnection_mw,onsite_mw,existing_mw\n"
    "alpha,2026,70,5,20\nalpha,2027,80,,\nbeta,2027H2,50,,0\n",
    "placement.csv": "site,sku,usd_per_rack,allowed\nalpha,A1,inf,\nbeta,B1,1000,true\ngamma,A1,,false\n",
    "racks.csv": "sku,vendor,rack_kw,price_usd,pod_racks,available_from,life_years\n"
    "A1,AMD,200,4e6,10,2026,\nB1,Broadcom,100,2e6,10,,5\n",
    "deliveries.csv": "sku,period,racks,mw\nA1,2026,100,\nA1,2027,,20\nB1,2026Q3,,30\nB1,2027,300,\n",
    "grid/lines.csv": "line,from,to,capacity_mw,capacity_back_mw,usd_per_mwh,reactance_pu,shift_deg,emergency_mw\n"
    "l1,z1,z2,50,,1.5,0.1,1,60\nl2,z2,z1,20,10,,,,\n",
    "grid/energy_prices.csv": "zone,period,usd_per_mwh,block\nz1,2026,40,\nz2,2027,-3.5,peak\n",
    "grid/blocks.csv": "block,hours_per_year,load_scale\npeak,1000,1\nrest,7760,0.8\n",
    "grid/upgrades.csv": "upgrade,kind,target,capacity_mw,capex_usd,lead_years,max_count\n"
    "u,zone,z1,5,2e6,,2\nv,site,gamma,10,3e6,0.5,1\nw,line,l2,5,1e6,1,\n",
    "grid/grid.toml": 'flow = "dc"\nsecurity = "n-1"\noutages = ["l1"]\nreference = ["z2"]\n',
}


def damaged_study(folder: Path, seed: int) -> Path:
    """Write the small study with one to three things wrong; return its study.toml."""
    path = write_small_study(folder, files=FILES)
    chance = random.Random(seed)
    files = sorted(p for p in folder.rglob("*") if p.is_file())
    for _ in range(chance.choice((1, 1, 1, 2, 3))):
        file = chance.choice(files)
        content = file.read_bytes()
        change = chance.choice(_WAYS[file.suffix])
        file.write_bytes(change(content, chance))
    return path


def _bytes(content: bytes, chance: random.Random) -> bytes:
    data = bytearray(content)
    for _ in range(chance.randint(1, 4)):
        at = chance.randrange(len(data) + 1)
        match chance.randrange(4):
            case 0:
                data[at:at] = bytes([chance.randrange(256)])
            case 1:
                del data[at : at + chance.randint(1, 30)]
            case 2:
                data[at : at + 1] = chance.choice([b",", b"\n", b'"', b";", b"=", b"[", b"}", b"9", b".", b"\xff"])
            case _:
                data[at:at] = data[max(0, at - chance.randint(1, 60)) : at]
    return bytes(data)


def _cells(content: bytes, chance: random.Random) -> bytes:
    rows = [line.split(",") for line in content.decode(errors="replace").splitlines()]
    if not rows:
        return content
    for _ in range(chance.choice((1, 1, 2, 4))):
        row, other = chance.choice(rows), chance.choice(rows)
        i, k = chance.randrange(len(row)), chance.randrange(len(other))
        match chance.randrange(6):
            case 0:
                row[i], other[k] = other[k], row[i]
            case 1:
                rows.append(list(row))
            case 2 if len(rows) > 1:
                rows.remove(row)
            case 3:
                row.insert(i, chance.choice(CELLS))
            case _:
                row[i] = chance.choice(CELLS)
    return "\n".join(",".join(row) for row in rows).encode(errors="replace")


def _json(content: bytes, chance: random.Random) -> bytes:
    try:
        root = json.loads(content)
    except ValueError:
        return content
    for _ in range(chance.choice((1, 1, 2, 3))):
        places: list[tuple[Any, Any]] = []
        queue = [root]
        while queue:
            here = queue.pop()
            keys = list(here) if isinstance(here, dict) else range(len(here)) if isinstance(here, list) else ()
            places += [(here, key) for key in keys]
            queue += [here[key] for key in keys]
        if places:
            here, key = chance.choice(places)
            here[key] = chance.choice([*VALUES, here[chance.choice(list(here) if isinstance(here, dict) else [0])]])
            if len(json.dumps(VALUES)) > 1_000:  # a value was changed in place
                break
    return json.dumps(root, allow_nan=True).encode()


def _keys(content: bytes, chance: random.Random) -> bytes:
    lines = content.decode(errors="replace").splitlines()
    at = chance.randrange(len(lines) + 1)
    key = chance.choice(
        ["gap", "max_sites", "first", "per_year", "racks", "decide_on", "minimise", "flow", "a.b", "format"]
    )
    words = [
        *CELLS,
        '"cost"',
        '["alpha"]',
        "[1]",
        "{}",
        "{ hall = 3 }",
        "2026-07-01",
        "07:00:00",
        "0x10",
        "'''",
        "1_000",
        "-0.0",
        "4",
    ]
    line = chance.choice(
        [f"{key} = {chance.choice(words)}", "[policy]", "[[periods]]", "[files.x]", chance.choice(words)]
    )
    lines[at : at + chance.randrange(2)] = [line]
    return "\n".join(lines).encode(errors="replace")


Way = Callable[[bytes, random.Random], bytes]
_WAYS: dict[str, list[Way]] = {
    ".csv": [_bytes, _cells, _cells],
    ".geojson": [_bytes, _json, _json],
    ".toml": [_bytes, _keys, _keys],
}
