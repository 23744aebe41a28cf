"""The study: tables that agree with each other, from files or from DataFrames; nothing in it changes."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pandas as pd

from optimizer.errors import Fault, Faults, InputError, in_order
from optimizer.grid import checks as grid_checks
from optimizer.grid.folder import Grid, grid_of, no_grid, read_grid, unread_grid
from optimizer.grid.zones import join_zones
from optimizer.io import checks
from optimizer.io.config import USUAL, GridConfig, StudyConfig
from optimizer.io.embedded import embedded_study
from optimizer.io.frames import raw_from_frame
from optimizer.io.keys import Keys, check_format, overridden, toml_keys, validated
from optimizer.io.mappings import flat, mapping, parted
from optimizer.io.order import sorted_frame
from optimizer.io.parse import as_it_is, empty, parse
from optimizer.io.paths import REQUIRED, at_their_keys, located, replaced, study_file
from optimizer.io.periods import Horizon
from optimizer.io.reader import read_table
from optimizer.io.schema import GRID_TABLES, TABLES, schema
from optimizer.io.source import Source
from optimizer.io.starter import write_whole
from optimizer.io.table import Table
from optimizer.io.upgrade import FORMAT
from optimizer.io.workbook import is_book, study_keys
from optimizer.io.write import self_contained, write_study
from optimizer.overview import in_a_line, overview

SITE_TABLES = tuple(name for name in TABLES if name not in GRID_TABLES)
Frames = Mapping[str, pd.DataFrame]


@dataclass(frozen=True, eq=False)
class Study:
    """What is planned: keys of study.toml and tables sorted by their keys, empty where a file is absent.

    Columns, units and defaults are those of the data dictionary (``optimizer/io/schema``). ``inputs`` maps
    each file that was read to its sha256; ``warnings`` are doubts that do not stop a plan; ``folder`` is where
    study.toml was read, None for tables from memory; ``overridden`` are the keys that a call set itself.
    """

    config: StudyConfig
    sites: pd.DataFrame
    site_ramp: pd.DataFrame
    racks: pd.DataFrame
    deliveries: pd.DataFrame
    placement: pd.DataFrame
    zones: pd.DataFrame
    headroom: pd.DataFrame
    energy_prices: pd.DataFrame
    lines: pd.DataFrame
    blocks: pd.DataFrame
    upgrades: pd.DataFrame
    generators: pd.DataFrame
    loads: pd.DataFrame
    has_grid: bool
    grid: GridConfig
    horizon: Horizon
    inputs: dict[str, str]
    warnings: tuple[Fault, ...] = ()
    folder: Path | None = None
    overridden: frozenset[str] = frozenset()

    @classmethod
    def from_tables(
        cls,
        *,
        keys: Mapping[str, object],
        sites: pd.DataFrame, racks: pd.DataFrame, deliveries: pd.DataFrame,
        site_ramp: pd.DataFrame | None = None, placement: pd.DataFrame | None = None,
        zones: pd.DataFrame | None = None, headroom: pd.DataFrame | None = None,
        energy_prices: pd.DataFrame | None = None, lines: pd.DataFrame | None = None,
        blocks: pd.DataFrame | None = None, upgrades: pd.DataFrame | None = None,
        generators: pd.DataFrame | None = None, loads: pd.DataFrame | None = None,
        flow: str | None = None, grid: Mapping[str, object] | None = None,
    ) -> Study:  # fmt: skip
        """Make a study of DataFrames; ``keys`` as in study.toml, nested or dotted, without [files].

        ``grid`` are keys as in grid.toml, of which ``flow`` may be passed by itself. Raises InputError with every
        fault found.
        """
        frames = _given(
            sites=sites, site_ramp=site_ramp, racks=racks, deliveries=deliveries, placement=placement, zones=zones,
            headroom=headroom, energy_prices=energy_prices, lines=lines, blocks=blocks, upgrades=upgrades,
            generators=generators, loads=loads,
        )  # fmt: skip
        content, dotted = parted(keys)
        content = {"format": FORMAT, **content, "files": _standard_files(frames)}
        return _from_frames(Keys("keys", content, overrider="keys"), dotted, frames, _keys_of_grid(flow, grid), {}, {})

    def replace(
        self,
        *,
        keys: Mapping[str, object] | None = None,
        sites: pd.DataFrame | None = None, site_ramp: pd.DataFrame | None = None,
        racks: pd.DataFrame | None = None, deliveries: pd.DataFrame | None = None,
        placement: pd.DataFrame | None = None, zones: pd.DataFrame | None = None,
        headroom: pd.DataFrame | None = None, energy_prices: pd.DataFrame | None = None,
        lines: pd.DataFrame | None = None, blocks: pd.DataFrame | None = None,
        upgrades: pd.DataFrame | None = None, generators: pd.DataFrame | None = None,
        loads: pd.DataFrame | None = None, flow: str | None = None, grid: Mapping[str, object] | None = None,
    ) -> Study:  # fmt: skip
        """Return a variant, validated anew: dotted ``keys`` and tables given replace this study's.

        Sites keep the zone they have, and tables that stay as they are are the very same DataFrame objects.
        Raises InputError with every fault found.
        """
        new = _given(
            sites=sites, site_ramp=site_ramp, racks=racks, deliveries=deliveries, placement=placement, zones=zones,
            headroom=headroom, energy_prices=energy_prices, lines=lines, blocks=blocks, upgrades=upgrades,
            generators=generators, loads=loads,
        )  # fmt: skip
        names = [*self.own_tables, *(GRID_TABLES if self.has_grid else ())]
        kept = {n: self.table(n) for n in names if n not in new}
        content = self.config.model_dump(exclude_none=True)
        content["files"] = {**_standard_files(new), **content["files"]}
        gone = {content["files"].get(n, f"{content['files'].get('grid')}/{n}") for n in new}
        inputs = {p: digest for p, digest in self.inputs.items() if not {p, p.rpartition(".")[0]} & gone}
        own = _keys_of_grid(flow, grid)
        if self.has_grid:
            stated = {k: v for k, v in self.grid.stated.items() if (k, v) != ("flow", "none") or lines is None}
            own = stated | own
        base = Keys("study.toml", content, overrider="keys")
        variant = _from_frames(base, flat(keys or {}), new, own, inputs, kept)
        same: dict[str, Any] = {n: self.table(n) for n in TABLES if n not in new and not len(variant.table(n))}
        return dataclasses.replace(variant, folder=self.folder, **same)

    def __repr__(self) -> str:
        return f"<Study {in_a_line(self.config, self.table, self.horizon)}>"

    def __str__(self) -> str:
        return overview(self.config, self.table, self.horizon, self.grid if self.has_grid else None)

    @property
    def flow(self) -> str:
        """How power moves: none, transport or dc."""
        return self.grid.flow or "none"

    @property
    def is_nodal(self) -> bool:
        """Whether generators are dispatched around the new load, in the place of headroom."""
        return len(self.generators) > 0

    def table(self, name: str) -> pd.DataFrame:
        """Return a table by its name in the data dictionary."""
        frame: pd.DataFrame = getattr(self, name)
        return frame

    @property
    def own_tables(self) -> list[str]:
        """Names of the tables beside the grid that hold anything."""
        return [n for n in SITE_TABLES if n in REQUIRED or len(self.table(n))]

    @property
    def portable_config(self) -> StudyConfig:
        """The keys with the paths of a copy that ``write`` makes, the same wherever the study was read from."""
        return self_contained(self.config, self.own_tables, has_grid=self.has_grid)

    def write(self, folder: str | Path) -> None:
        """Write a self-contained copy of the study to a new or empty folder, the same bytes for the same study.

        Raises InputError where the folder is neither or cannot be written.
        """
        tables = {n: self.table(n) for n in self.own_tables}
        grid = {n: self.table(n) for n in GRID_TABLES} if self.has_grid else None
        write_whole(Path(folder), lambda fresh: write_study(fresh, self.config, tables, grid, self.grid))


def read_study(
    path: str | Path | None = None,
    *,
    keys: Mapping[str, object] | None = None,
    files: Mapping[str, str | None] | None = None,
    strict: bool = False,
    tell: Callable[[str], None] | None = None,
) -> Study:
    """Read a study from its study.toml, its folder or a workbook with a sheet per table; else the embedded one.

    ``keys`` are dotted overrides of study.toml; ``files`` replaces files of [files] by their key, with paths
    relative to the working directory, and None leaves an optional one out. ``strict`` takes doubts for
    faults; ``tell`` hears what is being read or checked. Raises InputError with every fault of every file.
    """
    faults = Faults(strict=strict)
    source = Source(faults, tell=tell or (lambda _: None))
    study_path, name = study_file(embedded_study() if path is None else path)
    files = files or {}
    written = study_keys(study_path, name, source) if is_book(study_path) else toml_keys(study_path, name, source)
    if written is None:
        raise InputError(faults.errors, faults.warnings)
    read = replaced(overridden(written, mapping(keys or {}), faults), files, faults)
    if not check_format(read, faults):
        raise InputError(faults.errors, faults.warnings)
    config, read = validated(read, StudyConfig, faults)
    paths = located(read, study_path.parent, files)
    tables: dict[str, Table] = {}
    for name in SITE_TABLES:
        place = paths.get(name)
        table = empty(name, schema(name)) if name not in paths else read_table(name, *place, source) if place else None
        if table is not None:
            tables[name] = table
    place = paths.get("grid")
    grid = no_grid() if "grid" not in paths else read_grid(*place, source) if place else unread_grid()
    at_their_keys(read, files, faults)
    study = assembled(config, read, tables, grid, "grid" in paths, source)
    return dataclasses.replace(study, folder=study_path.parent)


def _keys_of_grid(flow: str | None, keys: Mapping[str, object] | None) -> dict[str, object]:
    """Return keys of grid.toml, of which ``flow`` may be passed by itself."""
    return {**(keys or {}), **({} if flow is None else {"flow": flow})}


def _given(**frames: pd.DataFrame | None) -> dict[str, pd.DataFrame]:
    """Return the tables that a call names."""
    return {name: frame for name, frame in frames.items() if frame is not None}


def _standard_files(frames: Frames) -> dict[str, str]:
    has_grid = any(name in frames for name in GRID_TABLES)
    return {n: place for n, place in USUAL.items() if n in (*frames, *REQUIRED) or (n == "grid" and has_grid)}


def _from_frames(
    keys: Keys, overrides: Mapping[str, object], frames: Frames, own: Mapping[str, object], inputs: dict[str, str],
    kept: Frames,
) -> Study:  # fmt: skip
    """Parse DataFrames as files are parsed, take those of a study as they are, and assemble the study."""
    faults = Faults()
    keys = overridden(keys, overrides, faults)
    if not check_format(keys, faults):
        raise InputError(faults.errors, faults.warnings)
    config, keys = validated(keys, StudyConfig, faults)
    tables: dict[str, Table] = {}
    for name in TABLES:
        if name in kept:
            tables[name] = as_it_is(kept[name], schema(name), faults)
        elif name not in frames:
            tables[name] = empty(name, schema(name))
        elif (raw := raw_from_frame(frames[name], schema(name), faults)) is not None:
            tables[name] = parse(raw, schema(name), faults)
    there = {*kept, *frames}
    has_grid = any(name in there for name in GRID_TABLES)
    needed = [*REQUIRED, *(("zones", "headroom") if has_grid else ())]
    for name in (n for n in needed if n not in there and not (n == "headroom" and "generators" in there)):
        cure = "a grid needs zones and headroom, or zones and generators" if name in GRID_TABLES else "pass a DataFrame"
        faults.add(Fault(name, "is missing", cure=cure))
        tables.pop(name)
    of_grid = {n: t for n, t in tables.items() if n in GRID_TABLES}
    grid = grid_of(of_grid, "lines" if "lines" in there else None, Keys("grid", dict(own)), faults)
    return assembled(config, keys, tables, grid, has_grid, Source(faults, inputs), kept=kept)


def assembled(
    config: StudyConfig,
    keys: Keys,
    tables: dict[str, Table],
    grid: Grid,
    has_grid: bool,
    source: Source,
    *,
    kept: Frames = MappingProxyType({}),
) -> Study:
    """Check tables against each other, find the zones of sites and return the study; raises InputError."""
    faults = source.faults
    every = {**tables, **grid.tables}
    horizon = config.periods.horizon if "periods" in config.model_fields_set else None
    context = checks.Context(config, keys, horizon, every, has_grid, grid.config, grid.keys)
    source.tell("checking the tables against each other")
    checks.run(context, faults, (*checks.CHECKS, *grid_checks.CHECKS))
    if has_grid and "sites" in every and "zones" in every and not every["zones"].missing:
        source.tell("finding the zones of the sites")
        join_zones(every["sites"], every["zones"], every.get("site_ramp"), horizon, faults)
        if "sites" in kept and not every["sites"].frame["zone"].equals(kept["sites"]["zone"]):
            kept = {name: frame for name, frame in kept.items() if name != "sites"}
    checks.run(context, faults, (*checks.WITH_ZONES, *grid_checks.WITH_ZONES))
    files = [keys.file, *(table.file for table in every.values()), grid.keys.file]
    if faults.errors or horizon is None:
        raise InputError(in_order(faults.errors, files), in_order(faults.warnings, files))
    source.tell("sorting the tables")
    return Study(
        config,
        **{name: kept[name] if name in kept else sorted_frame(every[name]) for name in TABLES},
        has_grid=has_grid,
        grid=grid.config,
        horizon=horizon,
        inputs=source.inputs,
        warnings=tuple(in_order(faults.warnings, files)),
        folder=None,
        overridden=keys.overridden,
    )
