"""The arrays of a study that is resolved onto its periods."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from ..io.config import Policy
from ..io.periods import Horizon
from ..resolution import Bools, Floats, Ints
from .before import Before
from .cuts import NO_CUTS, BaseCase, Cuts
from .demands import NO_DEMANDS, Demands
from .generation import Generation
from .upgrades import Upgrades


@dataclass(frozen=True)
class Arrays:
    """Everything a plan is computed from, by site s, SKU k, period t, zone z, line l and load block b.

    Power in MW (``it`` = of racks, otherwise at the fence), money in USD, prices per MW-year or MWh as named.
    ``interconnection_mw`` is inf where unlimited. ``halls_max`` counts new halls; ``first_hall`` is the first
    period in which one can be commissioned (T or more: never). ``serves[k][a][t]`` says whether a pod placed in
    period a is in service in t. ``zone_of`` is the zone of the grid that serves a site, ``sharers`` whose share
    it counts for, by the keys of ``SHARES``; -1 where there is none.
    ``may_hold_it_mw`` is the most IT load that a site's own halls and power allow in t, were it open from the start,
    whatever upgrades add; ``hold_it_mw`` the same without upgrades. ``line_per_rad_mw`` is x_base / x of AC circuits
    under DC flow, nan of links. ``cuts`` are rows of outages and costs that a search needs, ``base`` the dispatch of a
    nodal grid without the programme; ``elastic``: load may stay unserved, which a base case measures.
    ``demands`` are those of a question about a plan.
    """

    horizon: Horizon
    sites: list[str]
    skus: list[str]
    zones: list[str]
    lines: list[str]
    vendors: list[str]
    # racks
    vendor_of: list[str]
    pod_racks: Ints
    pod_mw: Floats
    price_usd_per_rack: Floats
    waiting_usd_per_mw_year: Floats
    delivered_pods: Ints
    delivered_as_stated_mw: Floats
    serves: Bools
    aged_before: list[int]
    # sites
    committed: Bools
    own: Bools
    forbidden: Bools
    forced: Bools
    existing_mw: Floats
    hall_mw: Floats
    halls_max: Ints
    halls_per_year: Floats
    first_hall: Ints
    interconnection_mw: Floats
    onsite_mw: Floats
    peak_pue: Floats
    annual_pue: Floats
    load_factor: Floats
    energy_usd_per_mwh: Floats
    onsite_usd_per_mwh: Floats
    open_usd: Floats
    hall_usd_per_mw: Floats
    lease_usd_per_mw_year: Floats
    fixed_usd_per_mw_year: Floats
    admits: Bools
    placement_usd_per_rack: Floats
    may_hold_it_mw: Floats
    hold_it_mw: Floats
    # grid
    zone_of: Ints
    sharers: dict[str, Ints]
    headroom_mw: Floats
    line_from: Ints
    line_to: Ints
    line_mw: Floats
    line_back_mw: Floats
    line_usd_per_mwh: Floats
    line_per_rad_mw: Floats
    line_shift_rad: Floats
    line_emergency_mw: Floats
    line_emergency_back_mw: Floats
    outages: Ints
    upgrades: Upgrades
    generation: Generation | None
    # time and money
    block_hours: Mapping[str, float]
    load_scale: Floats
    length_years: float
    start_years: Floats
    end_years: float
    discount: Floats
    discount_end: float
    # what the planner rules
    policy: Policy
    # what a search has found out
    cuts: Cuts = NO_CUTS
    elastic: bool = False
    base: BaseCase | None = None
    # what a question asks
    demands: Demands = NO_DEMANDS
    # what an earlier plan decided
    before: Before | None = None
