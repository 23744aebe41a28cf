"""Bad input: every fault of every file at once, by file, line, column, value, reason; never a traceback."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from optimizer import InputError, read_study
from tests.small import write_small_study

Change = Callable[[Path], object]


def swap(name: str, old: str, new: str) -> Change:
    """Replace a text of one file."""

    def change(folder: Path) -> None:
        path = folder / name
        text = path.read_text(encoding="utf-8")
        assert old in text
        path.write_text(text.replace(old, new, 1), encoding="utf-8")

    return change


def write(name: str, content: str | bytes) -> Change:
    """Write one file."""

    def change(folder: Path) -> None:
        data = content.encode() if isinstance(content, str) else content
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(data)

    return change


def gone(name: str) -> Change:
    return lambda folder: (folder / name).unlink()


def dead_link(name: str) -> Change:
    def change(folder: Path) -> None:
        (folder / name).rename(folder / f"{name}.old")
        (folder / name).symlink_to(folder / "away.csv")

    return change


def loop(name: str) -> Change:
    def change(folder: Path) -> None:
        (folder / name).unlink()
        (folder / name).symlink_to(folder / name)

    return change


def folder_instead(name: str) -> Change:
    def change(folder: Path) -> None:
        (folder / name).unlink()
        (folder / name).mkdir()

    return change


def _above(path: Path, line: str) -> None:
    path.write_text(f"{line}\n{path.read_text(encoding='utf-8')}", encoding="utf-8")


ROW = "alpha,Alpha (first),campus,-99,32,z1,60,20,20,70,1e6,1e7"
CASES: dict[str, tuple[Change, list[str]]] = {
    "unknown key": (swap("study.toml", "max_sites", "max_sitse"), ["study.toml", "max_sitse", "max_sites"]),
    "key in the wrong section": (swap("study.toml", "max_sites = 3", "discount_rate = 0.1"), ["discount_rate", "money"]),
    "text for a number": (swap("study.toml", "max_sites = 3", 'max_sites = "3"'), ["policy.max_sites"]),
    "boolean for a number": (swap("study.toml", "max_sites = 3", "max_sites = true"), ["policy.max_sites"]),
    "share above 1": (swap("study.toml", "max_sites = 3", "max_zone_share = 40"), ["policy.max_zone_share", "40"]),
    "toml syntax": (swap("study.toml", "max_sites = 3", "max_sites = = 3"), ["study.toml:2"]),
    "toml nan": (swap("study.toml", "max_sites = 3", "min_site_mw = nan"), ["policy.min_site_mw", "nan"]),
    "per_year 3": (swap("study.toml", "last = 2027", "last = 2027\nper_year = 3"), ["periods.per_year", "3"]),
    "newer format": (swap("study.toml", "format = 1", "format = 2"), ["format", "2"]),
    "periods backwards": (swap("study.toml", "last = 2027", "last = 2020"), ["periods", "2020", "2026"]),
    "missing file": (gone("racks.csv"), ['files.racks: "racks.csv" is not there']),
    "empty file": (write("racks.csv", ""), ["racks.csv", "empty"]),
    "header only": (write("racks.csv", "sku,vendor,rack_kw\n"), ["racks.csv", "no rows"]),
    "wrong encoding": (write("racks.csv", "sku,vendor,rack_kw\nA1,Ämd,200\n".encode("latin-1")), ["racks.csv", "UTF-8"]),
    "dead link": (dead_link("sites.csv"), ["sites.csv: is a link to what is not there – name the file itself"]),
    "circle": (loop("racks.csv"), ["racks.csv", "circle"]),
    "folder for a file": (folder_instead("racks.csv"), ["racks.csv", "folder"]),
    "nan": (swap("sites.csv", ",60,", ",NaN,"), ["sites.csv:2", "max_mw", "NaN"]),
    "infinity": (swap("sites.csv", ",60,", ",inf,"), ["sites.csv:2", "max_mw", "inf"]),
    "negative MW": (swap("sites.csv", ",60,", ",-60,"), ["sites.csv:2", "max_mw", "-60"]),
    "thousands": (swap("sites.csv", ",60,", ',"1,060",'), ["sites.csv:2", "max_mw", "1,060", "thousands"]),
    "decimal comma": (swap("sites.csv", "-99,32", '"-99,01512",32'), ["sites.csv:2", "lon", "decimal"]),
    "no number": (swap("sites.csv", ",60,", ",n/a,"), ["sites.csv:2", "max_mw", "n/a"]),
    "semicolons": (write("racks.csv", "sku;vendor;rack_kw\nA1;AMD;200\n"), ["racks.csv:1", "semicolons"]),
    "ragged": (swap("sites.csv", ROW, ROW + ",1,2"), ["sites.csv:2"]),
    "duplicate id": (swap("sites.csv", "beta,Beta", "alpha,Beta"), ["sites.csv:3", "alpha", "2"]),
    "id by case": (swap("sites.csv", "beta,Beta", "ALPHA,Beta"), ["sites.csv:3", "ALPHA", "alpha"]),
    "unknown zone": (swap("sites.csv", ",z1,", ",z9,"), ["sites.csv:2", "zone", "z9"]),
    "unknown sku": (swap("deliveries.csv", "B1,2026", "B2,2026"), ["deliveries.csv:4", "sku", "B2", "racks.csv"]),
    "bad label": (swap("deliveries.csv", "2026,30", "2026H3,30"), ["deliveries.csv:4", "period", "2026H3"]),
    "outside": (swap("deliveries.csv", "B1,2027", "B1,2029"), ["deliveries.csv:5", "2029", "2027"]),
    "before available": (
        write("racks.csv", "sku,vendor,rack_kw,pod_racks,available_from\nA1,AMD,200,10,2027\nB1,Broadcom,100,10,\n"),
        ["deliveries.csv:2", "available_from", "2027"],
    ),
    "no whole pods": (write("deliveries.csv", "sku,period,racks\nA1,2026,15\nB1,2026,20\n"), ["deliveries.csv:2", "15", "10"]),
    "both amounts": (write("deliveries.csv", "sku,period,racks,mw\nA1,2026,10,2\n"), ["deliveries.csv:2", "racks", "mw"]),
    "swapped coordinates": (swap("sites.csv", "-99,32", "32,-99"), ["sites.csv:2", "swapped"]),
    "site unknown in ramp": (
        lambda f: (
            swap("study.toml", 'grid = "grid"', 'grid = "grid"\nsite_ramp = "ramp.csv"')(f),
            write("ramp.csv", "site,period,onsite_mw\nalfa,2026,3\n")(f),
        )[0],
        ["ramp.csv:2", "alfa", "alpha"],
    ),
    "vendor of no rack": (
        write("sites.csv", "site,lon,lat,zone,max_mw,vendors\na,-99,32,z1,60,AMD;Nvidai\n"),
        ["sites.csv:2", "vendors", "Nvidai"],
    ),
    "low pue": (write("sites.csv", "site,lon,lat,zone,max_mw,peak_pue\na,-99,32,z1,60,0.9\n"), ["sites.csv:2", "0.9", "below 1"]),
    "heavy rack": (swap("racks.csv", "AMD,200", "AMD,20000"), ["racks.csv:2", "rack_kw", "20000"]),
    "no headroom": (gone("grid/headroom.csv"), ["headroom"]),
    "same start": (
        write("grid/headroom.csv", "zone,period,headroom_mw\nz1,2026,60\nz1,2026Q1,70\n"),
        ["headroom.csv:3", "2026Q1", "2026"],
    ),
    "line to nowhere": (write("grid/lines.csv", "line,from,to,capacity_mw\nl,z1,z7,5\n"), ["lines.csv:2", "z7"]),
    "json": (write("grid/zones.geojson", '{"type": "FeatureCollection", "features": [1, {'), ["zones.geojson"]),
    "deep json": (write("grid/zones.geojson", "[" * 200_000), ["zones.geojson"]),
    "long number": (swap("sites.csv", ",60,", "," + "9" * 12_000 + ","), ["sites.csv:2", "max_mw"]),
    "nul": (write("racks.csv", b"sku,vendor,rack_kw\nA1,\x00,200\n"), ["racks.csv"]),
    "title above": (lambda f: _above(f / "racks.csv", "Racks of 2026,,,,"), ["racks.csv:1", "has its header in line 2"]),
    "sep line": (write("racks.csv", "sep=;\nsku;vendor;rack_kw\nA1;AMD;200\n"), ["racks.csv:2", "semicolons"]),
    "header again": (swap("racks.csv", "B1,", "sku,vendor,rack_kw,price_usd,pod_racks\nB1,"), ["racks.csv:3: repeats the header – remove the line"]),
    "case of the header": (swap("racks.csv", "sku,vendor", "SKU,Vendor"), ["the columns sku, vendor are missing", '"SKU" to sku']),
    "another table": (swap("study.toml", '"racks.csv"', '"deliveries.csv"'), ["deliveries.csv: the columns vendor, rack_kw are missing", "its columns are sku, period, mw"]),
    "open quote": (swap("racks.csv", "B1,", '"B1,'), ["racks.csv:3: opens a quote that is never closed"]),
    "other grid file": (lambda f: (f / "grid/headroom.csv").rename(f / "grid/Headroom.csv"), ["grid/Headroom.csv", "lower case", "write headroom.csv"]),
    "grid workbook": (write("grid/lines.xlsx", "PK"), ["grid/lines.xlsx: is no .xlsx file, whatever its name says"]),
    "grid is a file": (swap("study.toml", 'grid = "grid"', 'grid = "sites.csv"'), ["sites.csv: is a file where the grid's folder is meant"]),
    "grid leads nowhere": (swap("study.toml", 'grid = "grid"', 'grid = "girds"'), ['files.grid: "girds" is not there', '"grid"']),
    "grid key": (write("grid/grid.toml", 'flow = "none"\nlosses = 0.03\n'), ["grid/grid.toml:2 losses", "no key"]),
    "no zones at all": (write("grid/zones.geojson", '{"type": "FeatureCollection", "features": []}'), ["grid/zones.geojson: has no rows"]),
    "headroom block": (write("grid/headroom.csv", "zone,period,headroom_mw,block\nz1,2026,60,peak\n"), ["headroom.csv:2 block: peak is no block: there is no blocks.csv"]),
    "price block": (write("grid/energy_prices.csv", "zone,period,usd_per_mwh,block\nz1,2026,6,b\n"), ["energy_prices.csv:2 block: b is no block: there is no"]),
    "loop": (write("grid/lines.csv", "line,from,to,capacity_mw\nl,z1,z1,5\n"), ["lines.csv:2 to: z1 is where the line begins"]),
    "line twice": (write("grid/lines.csv", "line,from,to,capacity_mw\nl,z1,z2,5\nl,z2,z1,5\n"), ["lines.csv:3 line: l stands twice: also in line 2"]),
    "more than fits": (swap("sites.csv", ",60,20,20,", ",60,20,70,"), ["sites.csv:2 max_mw: 60 is below the existing_mw of 2026, 70"]),
    "committed and forbidden": (
        lambda f: (swap("study.toml", "max_sites = 3", 'forbid = ["a"]')(f), write("sites.csv", "site,lon,lat,zone,max_mw,committed\na,-99,32,z1,60,yes\n")(f))[0],
        ["study.toml:24 policy.forbid", '"a" is committed in sites.csv'],
    ),
    "forced and forbidden": (swap("study.toml", "max_sites = 3", 'forbid = ["beta"]\nforce_open = ["beta"]'), ["policy.forbid", "force_open too"]),
    "many unknown sites": (swap("study.toml", "max_sites = 3", 'forbid = ["a", "b", "c", "d"]'), ['"a" is no site of sites.csv, nor are 3 more']),
    "many unknown keys": (swap("study.toml", "max_sites = 3", "a = 1\nb = 1\nc = 1\nd = 1"), ["study.toml:24 policy.a", "nor are b, c, d here"]),
    "key twice": (swap("study.toml", "max_sites = 3", "max_sites = 3\nmax_sites = 4"), ["study.toml:25", "stands twice"]),
    "section as a key": (swap("study.toml", "max_sites = 3", "[policy.money]"), ["policy.money", "money is a section: [money]"]),
    "huge number": (swap("study.toml", "max_sites = 3", f"max_sites = 0x{'f' * 5000}"), ["study.toml:24: holds a number of hundreds of digits"]),
    "too many sites": (swap("study.toml", "max_sites = 3", "max_sites = 1e300"), ["policy.max_sites", "whole number"]),
    "negative limit": (swap("study.toml", "max_sites = 3", "min_site_mw = -5"), ["-5 is below 0 – write a number from 0 to 100,000: Least IT MW"]),
    "date for a label": (swap("study.toml", "first = 2026", "first = 2026-01-01"), ["periods.first: 2026-01-01 is no period – write 2026"]),
    "half years": (swap("study.toml", "first = 2026", 'first = "2026H2"'), ["study.toml:6 periods", "write per_year = 2"]),
    "no racks, no mw": (write("deliveries.csv", "sku,period,rack\nA1,2026,10\n"), ["deliveries.csv: no row gives racks or mw", "rack"]),
    "vendors by comma": (write("sites.csv", 'site,lon,lat,zone,max_mw,vendors\na,-99,32,z1,60,"AMD,Broadcom"\n'), ["separate vendors by ;"]),
    "no vendor": (write("sites.csv", "site,lon,lat,zone,max_mw,vendors\na,-99,32,z1,60,;\n"), ["sites.csv:2 vendors: ; names no vendor"]),
    "north of the pole": (swap("sites.csv", "-99,32", "-99,91"), ["sites.csv:2 lat: 91 is above 90", "-90 to 90"]),
    "metres": (swap("sites.csv", "-99,32", "-11020629,3763310"), ["sites.csv:2 lon", "not metres of a projection"]),
    "wkt in wkt": (write("sites.csv", "site,zone,max_mw,geometry\na,z1,60," + "GEOMETRYCOLLECTION(" * 40_000 + "\n"), ["sites.csv:2 geometry: GEOMETRYCOLLECTION(", "is no geometry"]),
    "columns": (write("racks.csv", "sku,vendor,rack_kw," + ",".join(f"c{i}" for i in range(20_000)) + "\n"), ["racks.csv: has 20,003 columns; the limit is 2,000"]),
    "half a character": (write("grid/zones.geojson", '{"type": "FeatureCollection", "features": [], "a": "\\ud800"}'), ["zones.geojson", "half a character"]),
    "forbid a name": (swap("study.toml", "max_sites = 3", 'forbid = ["alfa"]'), ["policy.forbid", "alfa", "alpha"]),
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_fault_is_named(name: str, tmp_path: Path) -> None:
    change, expected = CASES[name]
    study = write_small_study(tmp_path)
    change(tmp_path)
    with pytest.raises(InputError) as caught:
        read_study(study)
    lines = [str(fault) for fault in caught.value.faults]
    assert any(all(part in line for part in expected) for line in lines), "\n".join(lines)
    assert len(lines) <= 2, "one mistake, one line:\n" + "\n".join(lines)
    assert all("\n" not in line and len(line) < 500 for line in lines)


def test_all_faults_of_all_files_at_once(tmp_path: Path) -> None:
    study = write_small_study(tmp_path)
    for change in (
        swap("study.toml", "max_sites", "max_sitse"),
        swap("sites.csv", ",60,", ",-60,"),
        swap("racks.csv", "AMD,200", "AMD,NaN"),
        gone("deliveries.csv"),
        swap("grid/headroom.csv", "z2,2027", "z3,2027"),
    ):
        change(tmp_path)
    with pytest.raises(InputError) as caught:
        read_study(study)
    places = {(Path(fault.file).name, fault.column) for fault in caught.value.faults}
    assert places == {
        ("study.toml", "policy.max_sitse"), ("study.toml", "files.deliveries"), ("sites.csv", "max_mw"),
        ("racks.csv", "rack_kw"), ("headroom.csv", "zone"),
    }  # fmt: skip


def test_fifty_rows_with_one_mistake_are_one_line(tmp_path: Path) -> None:
    study = write_small_study(tmp_path)
    rows = "".join(f"s{i},-99,32,z1,60,0.9\n" for i in range(50))
    write("sites.csv", "site,lon,lat,zone,max_mw,peak_pue\n" + rows)(tmp_path)
    with pytest.raises(InputError) as caught:
        read_study(study)
    assert len(caught.value.faults) == 1
    assert "47 more" in str(caught.value.faults[0])


def test_what_is_odd_but_right_is_read(tmp_path: Path) -> None:
    study = write_small_study(tmp_path)
    text = (tmp_path / "sites.csv").read_text(encoding="utf-8")
    lines = [line + "," for line in text.splitlines()]  # a trailing comma in each row
    (tmp_path / "sites.csv").write_bytes(("\ufeff" + "\r\n".join(lines) + "\r\n\r\n").encode())
    assert list(read_study(study).sites["site"]) == ["alpha", "beta", "gamma"]


def test_unknown_column_is_one_warning_and_is_kept(tmp_path: Path) -> None:
    study = write_small_study(tmp_path)
    swap("racks.csv", "pod_racks\n", "pod_racks,colour\n")(tmp_path)
    swap("racks.csv", "4000000,10\n", "4000000,10,red\n")(tmp_path)
    swap("racks.csv", "2000000,10\n", "2000000,10,\n")(tmp_path)
    read = read_study(study)
    assert len([w for w in read.warnings if "colour" in str(w)]) == 1
    assert "red" in set(read.racks["colour"])


def test_terminal_control_sequences_are_shown_as_text(tmp_path: Path) -> None:
    study = write_small_study(tmp_path)
    swap("sites.csv", ",60,", ",\x1b[31mred\x1b[0m,")(tmp_path)
    with pytest.raises(InputError) as caught:
        read_study(study)
    assert "\x1b" not in str(caught.value)


@pytest.mark.parametrize(
    ("written", "cure"),
    [
        ("8 000 000", "write 8_000_000"),
        ("+8'000.5", "write +8_000.5"),
        ("8\u202f000  # no decimals", "write 8_000"),
        ("1.", "write 1.0, with a digit after the point"),
        ("8.e6", "write 8.0e6, with a digit after the point"),
        ("010", "write 10, without the 0 before it"),
        ("-007.5e3", "write -7.5e3, without the 0 before it"),
    ],
)
def test_a_number_that_is_no_toml_is_told_as_it_should_stand(written: str, cure: str, tmp_path: Path) -> None:
    for text in (f"waiting_rack_usd_per_mw_year = {written}", f"aged_rack_usd_per_mw_year = {written}"):
        path = write_small_study(tmp_path)
        swap("study.toml", "waiting_rack_usd_per_mw_year = 8e6", text)(tmp_path)
        with pytest.raises(InputError) as caught:
            read_study(path)
        (fault,) = caught.value.faults
        assert (fault.file, fault.line, fault.cure) == ("study.toml", 20, cure)
        assert fault.value == text.strip()


@pytest.mark.parametrize("section", ["study", "money", "unused", "policy"])
@pytest.mark.parametrize("written", ["[[{}]]", "{} = 5"])
def test_a_section_that_is_none_is_told_with_its_cure(section: str, written: str, tmp_path: Path) -> None:
    path = write_small_study(tmp_path)
    lines = path.read_text().split("\n")
    head = written.format(section)
    if head.startswith("["):
        lines[lines.index(f"[{section}]")] = head
    else:
        at = lines.index(f"[{section}]")
        end = next(i for i in range(at, len(lines)) if not lines[i])
        lines = [head, *lines[:at], *lines[end:]]
    path.write_text("\n".join(lines))
    with pytest.raises(InputError) as caught:
        read_study(path)
    (fault,) = caught.value.faults
    assert (fault.file, fault.line, fault.column) == ("study.toml", lines.index(head) + 1, section)
    assert fault.cure == f"write [{section}] once, in single brackets, and its keys below it"
