"""Write a study's model once more, for linopy: the same variables and rows, as arrays with named axes.

``optimizer/formulation/README.md`` is the page of the maths; names of variables and rows are those of it. Only the
numbers are shared, ``Parameters``: sets, rows and prices are written anew, the way linopy is written.
"""

from __future__ import annotations

from typing import Any

import linopy
import numpy as np
import xarray as xr

from optimizer.parameters import Parameters
from optimizer.study import Study
from tests.benchmarks.search.linopy_policy import policy

MUSD = 1e-6
linopy.options["semantics"] = "v1"


class Page:
    """The model while it is written: variables by letter, 0 where there is none, and the numbers with named axes.

    Sites are those that can be open. ``there`` says where a variable exists, ``load`` is IT MW in service.
    """

    def __init__(self, study: Study) -> None:
        self.study, self.p = study, Parameters.of(study)
        self.m = linopy.Model(sparse=True)
        self.x: dict[str, linopy.LinearExpression] = {}
        self.there: dict[str, xr.DataArray] = {}
        p, names = self.p, ("site", "sku", "period", "zone", "line", "vendor")
        self.axes = {axis: np.arange(len(p.ids[axis])) for axis in names}
        able = ~p.forbidden & (p.may_hold_it_mw.max(axis=1) > 0)
        self._sites = np.flatnonzero(p.committed | p.forced | able)

    def of(self, values: Any, *axes: str) -> xr.DataArray:
        """Return numbers by these axes."""
        found = xr.DataArray(np.asarray(values), [(axis, self.axes[axis]) for axis in axes])
        return found.isel(site=self._sites) if "site" in axes else found

    def variable(self, letter: str, there: xr.DataArray, upper: Any = np.inf, *, kind: str = "") -> None:
        """Add the variables of one letter, none of them below 0."""
        limits = {} if kind == "binary" else {"lower": 0.0, "upper": upper}
        whole = {f"{kind}": True} if kind else {}
        self.there[letter] = there
        if there.any():
            added = self.m.add_variables(coords=there.coords, mask=there, name=letter, **limits, **whole)
            self.x[letter] = (1.0 * added).fillna(0.0)
        else:
            nothing = xr.zeros_like(there, dtype=float)
            self.x[letter] = linopy.LinearExpression(nothing, self.m)

    def rows(self, name: str, left: Any, sign: str, right: Any, there: Any = True) -> None:
        """Add the rows of one rule."""
        if np.any(there):
            self.m.add_constraints(left, sign, right, name=name, mask=None if there is True else there)

    def before(self, letter: str) -> linopy.LinearExpression:
        """Return the variables of one letter a period earlier."""
        return self.x[letter].shift(period=1).fillna(0.0)

    @property
    def length_years(self) -> float:
        """Years of a period."""
        return self.p.length_years

    @property
    def opened(self) -> linopy.LinearExpression:
        """Open by then; committed sites always are."""
        return self.x["y"] + self.of(self.p.committed.astype(float), "site")

    @property
    def load(self) -> linopy.LinearExpression:
        """IT MW in service by site and SKU."""
        return self.x["N"] * self.of(self.p.pod_mw, "sku")

    @property
    def halls_by(self) -> linopy.LinearExpression:
        """Halls by then."""
        return self.x["h"].cumsum("period")

    @property
    def built(self) -> linopy.LinearExpression:
        """IT MW that stand at open sites."""
        return self.opened * self.of(self.p.existing_mw, "site", "period") + self.halls_by * self.of(
            self.p.hall_mw, "site"
        )


def model(study: Study) -> tuple[linopy.Model, float]:
    """Return the model, in million USD, and the constant of its objective, which linopy has no place for."""
    page = Page(study)
    variables(page)
    racks(page)
    halls(page)
    power(page)
    grid(page)
    policy(page)
    total = cost(page)
    constant = float(total.const)
    page.m.add_objective(total - constant)
    return page.m, constant


def variables(c: Page) -> None:
    """Declare what can be other than zero."""
    p, of = c.p, c.of
    out = of(np.cumsum(p.delivered_pods, axis=1) > 0, "sku", "period")
    holds = of(p.may_hold_it_mw > 0, "site", "period")
    placed = of(p.admits, "site", "sku") & out & holds
    first = of(p.first_hall, "site") <= of(c.axes["period"], "period")
    every = xr.ones_like(holds)
    c.variable("y", every & ~of(p.committed, "site"), kind="binary")
    most_halls = np.minimum(p.halls_max, np.where(np.isfinite(p.halls_per_year), p.halls_per_year, p.halls_max))
    c.variable("h", first & (of(p.halls_max, "site") > 0), of(most_halls, "site"), kind="integer")
    c.variable("n", placed, kind="integer")
    c.variable("N", placed.cumsum("period") > 0)
    c.variable("w", out)
    c.variable("a", out & (of(np.array(p.aged_before), "period") > 0))
    c.variable("idle", every)
    c.variable("spare", of(np.isfinite(p.power_mw), "site", "period"))
    for letter, most_mw in (("d", p.interconnection_mw), ("o", p.most_onsite_mw)):
        c.variable(letter, of(most_mw > 0, "site", "period"), of(most_mw, "site", "period"))
    c.variable("g", of(p.headroom_mw[:, :, 0] > 0, "zone", "period"), of(p.headroom_mw[:, :, 0], "zone", "period"))
    for letter, most_mw in (("f", p.line_mw), ("r", p.line_back_mw)):
        c.variable(
            letter, of(np.ones((len(p.lines), len(p.horizon)), dtype=bool), "line", "period"), of(most_mw, "line")
        )


def racks(c: Page) -> None:
    """Racks arrive, wait, are placed, serve and leave."""
    p, x = c.p, c.x
    placed = x["n"].sum("site")
    delivered = c.of(p.delivered_pods, "sku", "period")
    c.rows("delivery_balance", x["w"] - c.before("w") + placed, "=", delivered, c.there["w"])
    long_ago = np.pad(np.cumsum(p.delivered_pods, axis=1), ((0, 0), (1, 0)))[:, p.aged_before]
    c.rows("aged_waiting", x["a"] + placed.cumsum("period"), ">=", c.of(long_ago, "sku", "period"), c.there["a"])
    at_once = c.of(np.diagonal(p.serves, axis1=1, axis2=2).astype(float), "sku", "period")
    serving = x["N"] - c.before("N") - x["n"] * at_once
    leaves = np.pad(p.serves, ((0, 0), (0, 0), (1, 0)))[:, :, :-1] & ~p.serves
    if leaves.any():
        axes = {"sku": c.axes["sku"], "placed": c.axes["period"], "period": c.axes["period"]}
        then = xr.DataArray(leaves.astype(float), axes.items())
        serving = serving + (x["n"].rename(period="placed") * then).sum("placed")
    c.rows("in_service", serving, "=", 0.0, c.there["N"])


def halls(c: Page) -> None:
    """Openings, halls and the yearly pace at which they come."""
    p, x = c.p, c.x
    later = c.of(c.axes["period"] > 0, "period")
    c.rows("opening_order", x["y"] - c.before("y"), ">=", 0.0, c.there["y"] & later)
    c.rows("hall_space", c.load.sum("sku") + x["idle"] - c.built, "=", 0.0)
    most = c.of(p.halls_max.astype(float), "site")
    c.rows("hall_ceiling", c.halls_by - c.opened * most, "<=", 0.0, c.there["h"])
    year = xr.DataArray(np.array(p.horizon.calendar_years), [("period", c.axes["period"])], name="year")
    limited = c.there["h"].groupby(year).any() & c.of(np.isfinite(p.halls_per_year), "site")
    rate = c.of(np.where(np.isfinite(p.halls_per_year), p.halls_per_year, 0.0), "site")
    c.rows("hall_rate", x["h"].groupby(year).sum(), "<=", rate, limited)
    if p.policy.max_new_mw_per_year is not None:
        new_mw = (x["h"] * c.of(p.hall_mw, "site")).sum("site").groupby(year).sum()
        c.rows("new_mw_rate", new_mw, "<=", p.policy.max_new_mw_per_year, c.there["h"].groupby(year).any().any("site"))


def power(c: Page) -> None:
    """What is energised, what is drawn and from which source."""
    p, x = c.p, c.x
    pue = c.of(p.peak_pue, "site")
    energised = c.of(np.where(np.isfinite(p.power_mw), p.power_mw, 0.0), "site", "period")
    load = (c.load * pue).sum("sku")
    c.rows("site_power", load + x["spare"] - c.opened * energised, "=", 0.0, c.there["spare"])
    c.rows("power_sources", load - x["d"] - x["o"], "=", 0.0)


def grid(c: Page) -> None:
    """Each zone's surplus, and transport over the interfaces between zones."""
    p, x = c.p, c.x
    if not p.zones:
        return
    inside = c.of(p.zone_of[:, None] == c.axes["zone"], "site", "zone").astype(float)
    out = (p.line_from[:, None] == c.axes["zone"]).astype(float)
    back = ((p.line_to[:, None] == c.axes["zone"]) & (out == 0)).astype(float)
    leaving = c.of(out - back, "line", "zone")
    draw = x["d"] @ inside
    balance = draw - x["g"] + (x["f"] - x["r"]) @ leaving if p.lines else draw - x["g"]
    there = (c.there["d"] @ inside > 0) | c.there["g"] | ((leaving != 0).any("line"))
    c.rows("zone_balance", balance, "=", 0.0, there)


def cost(c: Page) -> linopy.LinearExpression:
    """Sum the discounted terms, in million USD."""
    p, x, config, last = c.p, c.x, c.study.config, len(c.p.horizon) - 1
    life, unused = config.money.asset_life_years, config.unused
    end = p.discount_end if config.money.residual_value else 0.0
    worth = {of: p.discount - end * p.left_value(years) for of, years in (("site", life.site), ("hall", life.hall))}
    opening = p.open_usd[:, None] * (worth["site"] - np.append(worth["site"][1:], 0.0))
    rent = np.where(p.own, 0.0, p.lease_usd_per_mw_year) + p.fixed_usd_per_mw_year
    years = p.length_years * p.discount
    in_pods = p.pod_mw[:, None]
    waits = p.waiting_usd_per_mw_year[:, None] * in_pods * years
    waits[:, last] += unused.unplaced_rack_usd_per_mw * p.discount_end * p.pod_mw
    site_period = ("site", "period")
    terms = (
        ("y", opening, site_period),
        ("h", p.bought_usd["halls"][:, None] * worth["hall"], site_period),
        ("n", (p.placement_usd_per_rack * p.pod_racks)[:, :, None] * p.discount, ("site", "sku", "period")),
        ("d", p.draw_usd_per_mw[:, :, 0] * p.discount, site_period),
        ("o", p.onsite_usd_per_mw[:, :, 0] * p.discount, site_period),
        ("f", p.flow_usd_per_mw[:, :, 0] * p.discount, ("line", "period")),
        ("r", p.flow_usd_per_mw[:, :, 0] * p.discount, ("line", "period")),
        ("w", waits, ("sku", "period")),
        ("a", unused.aged_rack_usd_per_mw_year * in_pods * years, ("sku", "period")),
        ("idle", unused.idle_hall_usd_per_mw_year * years, ("period",)),
        ("spare", unused.idle_power_usd_per_mw_year * years, ("period",)),
    )
    total = (c.built * c.of(rent[:, None] * years * MUSD, *site_period)).sum()
    for letter, usd, axes in terms:
        total = total + (x[letter] * c.of(usd * MUSD, *axes)).sum()
    return total
