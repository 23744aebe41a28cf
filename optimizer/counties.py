"""Make the study of every county: the embedded programme and campuses, and a generic site in each county by rules.

The rules are figures: those of the embedded generic sites, and ``studies/us-counties/figures.csv`` in their place.
"""

from __future__ import annotations

import json
import tomllib
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from .io.config import StudyConfig
from .io.embedded import COUNTIES, data_root
from .io.figures import NUMBERS
from .io.mappings import flat
from .io.periods import Horizon, Label, parse_label
from .io.schema import schema
from .io.starter import copy_study, write_whole
from .io.write import csv_text, write_text
from .study import Study
from .variants.selector import Refusal, parse_key, selected

_TABLES = {"sites": "us-counties.csv", "ramp": "us-counties-ramp.csv", "figures": "us-counties-figures.csv"}
_EMBEDDED = {"sites": "us.geojson", "ramp": "us-ramp.csv", "figures": "us-figures.csv"}


def write_counties(folder: Path) -> Path:
    """Write the study of every county to ``folder``, new or empty, and return it."""
    return write_whole(folder, _fill)


def county_study(embedded: Study) -> Study:
    """Return the study of every county, which has all but its keys and its sites from the embedded one."""
    tables = county_tables()
    keys = {name: value for name, value in _content().items() if name not in ("format", "files")}
    return embedded.replace(keys=flat(keys), sites=tables["sites"], site_ramp=tables["ramp"])


def county_tables() -> dict[str, pd.DataFrame]:
    """Return sites, ramp and the figures behind them; same for the same data, in the order of their files."""
    folder = data_root() / "sites"
    figures = in_place(_read(folder / _EMBEDDED["figures"]))
    sites, ramp = _embedded_sites(folder / _EMBEDDED["sites"]), _read(folder / _EMBEDDED["ramp"])
    ramp = ramp[ramp["site"].isin(sites["site"])]
    made, steps = _county_sites(figures, _room_mw(sites, ramp))
    names = [c.name for c in (*schema("sites").typed, *schema("sites").people)]
    both = pd.concat([sites, made], ignore_index=True)
    columns = [name for name in names if name in both.columns]
    return {"sites": both[columns], "ramp": pd.concat([ramp, steps], ignore_index=True), "figures": figures}


def in_place(figures: pd.DataFrame) -> pd.DataFrame:
    """Return figures of the embedded study with those of the counties in the place of their namesakes."""
    own = _read(data_root() / COUNTIES / "figures.csv")
    if not isinstance(figures["central"].iloc[0], str):  # as a workbook holds them
        own = own.assign(**{name: pd.to_numeric(own[name]) for name in NUMBERS})
    every = pd.concat([figures[~figures["figure"].isin(own["figure"])], own])
    return every.sort_values(["table", "column", "figure", "selector"], ignore_index=True)


def _fill(fresh: Path) -> None:
    """Copy the embedded study with the keys of this one, and put its sites in the place of the others."""
    copy_study(data_root() / COUNTIES / "study.toml", fresh)
    for name, frame in county_tables().items():
        (fresh / "sites" / _EMBEDDED[name]).unlink()
        write_text(csv_text(frame), fresh / "sites" / _TABLES[name])


def _content() -> dict[str, Any]:
    return tomllib.loads((data_root() / COUNTIES / "study.toml").read_text(encoding="utf-8"))


def _read(path: Path) -> pd.DataFrame:
    return pd.read_csv(path, dtype=str, keep_default_na=False, encoding="utf-8")


def _embedded_sites(path: Path) -> pd.DataFrame:
    """Return the campuses and the sites on gas, as they are: the generic sites on the grid make room for counties."""
    rows = []
    for feature in json.loads(path.read_text(encoding="utf-8"))["features"]:
        lon, lat = feature["geometry"]["coordinates"]
        if feature["properties"]["kind"] != "generic":
            rows.append({**feature["properties"], "lon": lon, "lat": lat})
    return pd.DataFrame(rows)


def _room_mw(sites: pd.DataFrame, ramp: pd.DataFrame) -> pd.Series[float]:
    """Return the fence MW that each zone can serve in the end beyond what its campuses have contracted."""
    headroom = _in_the_end(_read(data_root() / "grids/us/headroom.csv"), "zone", "headroom_mw")
    zones = ramp["site"].map(sites.set_index("site")["zone"])
    contracts = _in_the_end(ramp, "site", "interconnection_mw").groupby(zones.groupby(ramp["site"]).first()).sum()
    return headroom.sub(contracts, fill_value=0.0).round(4)


def _in_the_end(frame: pd.DataFrame, key: str, column: str) -> pd.Series[float]:
    """Return the last value of a column that holds from label to label, by key."""
    starts = [parse_label(period).start for period in frame["period"]]
    dated = frame.assign(start=starts, value=pd.to_numeric(frame[column])).sort_values("start", kind="stable")
    return dated.groupby(key)["value"].last()


def _county_sites(figures: pd.DataFrame, room_mw: pd.Series[float]) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return a site for each county and the quarter in which it has its power and halls."""
    central = {row["figure"]: float(row["central"]) for row in figures.to_dict("records")}
    sites = _set_figures(_named(_read(data_root() / COUNTIES / "counties.csv")), figures)
    halls = np.floor(sites["zone"].map(room_mw) / sites["peak_pue"] / sites["hall_mw"] + 1e-9)
    it_mw = (halls * sites["hall_mw"]).clip(central["generic_least"], central["generic_size"])
    fence_mw = (it_mw * sites["peak_pue"]).round(4)
    sites = sites.assign(max_mw=it_mw, open_usd=(central["open_usd_grid"] * fence_mw).round(0))
    horizon = StudyConfig.model_validate(_content()).periods.horizon
    labels = {years: _label(horizon, years) for years in sites["hall_lead_years"].unique().tolist()}
    ramp = pd.DataFrame(
        {
            "site": sites["site"],
            "period": sites["hall_lead_years"].map(labels),
            "interconnection_mw": fence_mw,
            "source": "rule",
            "vintage": sites["vintage"],
            "confidence": sites["confidence"],
            "note": "POI = peak_pue x max_mw at decide_on + lead",
        }
    )
    return sites, ramp


def _named(counties: pd.DataFrame) -> pd.DataFrame:
    """Return what is known of each site before any figure."""
    return pd.DataFrame(
        {
            "site": "county-" + counties["fips"],
            "name": "GENERIC " + counties["name"] + ", " + counties["state"] + " (not a project)",
            "state": counties["state"],
            "country": "US",
            "kind": "generic",
            "lon": counties["lon"],
            "lat": counties["lat"],
            "zone": counties["zone"],
            "committed": False,
            "tenure": "own",
            "source": "rule: studies/us-counties, sites/us-figures.csv",
            "vintage": "2026-11; counties of 2017",
            "confidence": "assumption",
        }
    )


def _set_figures(sites: pd.DataFrame, figures: pd.DataFrame) -> pd.DataFrame:
    """Return sites with every cell that a figure sets; the note names the lead that was used."""
    rules = figures[(figures["table"] == "sites") & figures["rule"].str.startswith("set:")]
    for name, column, selector, value in rules[["figure", "column", "selector", "central"]].itertuples(index=False):
        try:
            rows = selected(parse_key(f"sites[{selector}].{column}"), lambda _: sites, strict=False)
        except Refusal:  # a figure of other kinds of sites
            continue
        sites.loc[rows, column] = float(value)
        if column == "hall_lead_years":
            sites.loc[rows, "note"] = f"sized by headroom in the end less contracts; {name}"
    return sites


def _label(horizon: Horizon, lead_years: float) -> str:
    """Return the label of the period in which a lead ends, within the horizon or behind it."""
    first = horizon.labels[0]
    return str(Label(first.start + horizon.first_after_lead(lead_years) * first.months, first.months))
