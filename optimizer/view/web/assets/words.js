// Numbers and words: every number with its unit, every text from a file as text.
"use strict";
(function (R) {
  const digits = (value) => (Math.abs(value) >= 10000 ? 0 : Math.abs(value) >= 10 ? 1 : 2);

  const small = (value) => Math.abs(value) < 1 && Math.abs(value) >= 5e-6; // three digits of what is small, never 0

  R.number = (value) => value.toLocaleString("en-US", small(value) ? { maximumSignificantDigits: 3 } : { maximumFractionDigits: digits(value) });
  R.mw = (value, what) => (value === null || value === undefined ? "no limit" : `${R.number(value)} MW${what ? " " + what : ""}`);
  R.percent = (share) => `${(100 * share).toLocaleString("en-US", { maximumFractionDigits: share < 0.1 ? 1 : 0 })} %`;

  R.sum = (values) => values.reduce((total, value) => total + value, 0);
  R.held = (site, t) => R.sum(Object.values(site.it_mw).map((values) => values[t]));
  R.byVendor = (facts, site, t) => facts.vendors.map((vendor) => [vendor, (site.it_mw[vendor.name] || [])[t]]).filter(([, mw]) => mw > 0);
  R.idleIt = (site, t) => (site.open[t] && site.idle_power_mw[t] ? site.idle_power_mw[t] / site.peak_pue : 0);
  R.shortName = (name) => {
    const short = (name.split("(")[0].trim() || name).replace(/\s+/g, " ");
    return short.length > 28 ? short.slice(0, 27) + "…" : short;
  };

  // The cause column lists ties: "interconnection;zone".
  R.causes = function (facts, cause) {
    const codes = (cause || "").split(";").filter(Boolean);
    return codes.map((code) => (facts.causes[code] ? `${code}: ${facts.causes[code]}` : code));
  };

  R.heading = (thing, name, mark) => R.el("strong", { class: "rg-id" }, thing, name && name !== thing ? ` · ${name}` : "", mark ? [" ", mark] : "");
  R.siteHead = (site) => R.heading(site.id, site.name, site.generic ? R.el("span", { class: "rg-badge" }, "GENERIC") : null);

  const line = (...words) => R.el("div", {}, ...words);
  const big = (words) => R.el("div", { class: "rg-big" }, words);

  // Since when a site is open and since when racks serve there; nothing where it never opens.
  R.opening = function (facts, site) {
    const [open, serves] = [site.open.indexOf(1), facts.periods.findIndex((_, i) => R.held(site, i) > 0)];
    if (open < 0) return "";
    return `open from ${facts.periods[open]}, ${serves < 0 ? "never serves" : `serves from ${facts.periods[serves]}`}`;
  };

  // Lines of the hover box for a site: in service first, then by vendor, then fence power and what is unused.
  R.siteLines = function (facts, site, t) {
    const lines = [big(R.mw(R.held(site, t), "IT in service"))];
    lines.push(...R.byVendor(facts, site, t).map(([vendor, mw]) => line(R.swatch(vendor), `${vendor.name} ${R.mw(mw, "IT")}`)));
    const opening = R.opening(facts, site);
    if (!site.open[t]) return [...lines, line(`not open in ${facts.periods[t]}${opening ? `; ${opening}` : ""}`)];
    const limit = site.interconnection_mw[t];
    const grid = limit === null ? "interconnection without limit" : `interconnection ${R.mw(limit)}`;
    lines.push(line(`${R.mw(site.peak_mw[t], "at the fence")} at peak`));
    lines.push(line(`${grid}, on site ${R.mw(site.onsite_mw[t])}, at the fence`));
    lines.push(line(`built ${R.mw(site.built_mw[t], "IT")}`));
    if (site.idle_hall_mw[t] > 0) lines.push(line(`idle halls ${R.mw(site.idle_hall_mw[t], "IT")}`));
    if (site.idle_power_mw[t] > 0) lines.push(line(`undrawn power ${R.mw(site.idle_power_mw[t], "at the fence")}`));
    return [...lines, line(opening)];
  };

  R.zoneLines = function (facts, zone, t) {
    const room = zone.headroom_mw[t];
    if (!room) return [line(`no headroom in ${facts.periods[t]}; sites here draw ${R.mw(zone.load_mw[t] || 0)}`)];
    const served = line(`${R.mw(zone.served_mw[t])} of ${R.mw(room)}, at the fence`);
    return [big(`${R.percent(zone.used[t])} of headroom used`), served, line(`sites here draw ${R.mw(zone.load_mw[t])}`)];
  };

  R.lineLines = function (facts, { mw, from, to, share, capacity_mw }, t) {
    const flow = mw[t] || 0;
    if (Math.abs(flow) < 0.001) return [line(`carries 0 MW in ${facts.periods[t]}`)];
    const ends = flow > 0 ? `from ${from} to ${to}` : `from ${to} to ${from}`;
    const used = share[t] === null ? "without limit" : `${R.percent(share[t])} of ${R.mw(capacity_mw[t])}`;
    return [big(`${R.mw(Math.abs(flow))} ${ends}`), line(used)];
  };

  R.swatch = function (vendor) {
    const mark = R.el("span", { class: "rg-swatch", "aria-hidden": "true" });
    mark.style.background = vendor.colour;
    return mark;
  };

  // One sentence that says what the picture shows.
  R.sentence = function (facts, t) {
    const parts = facts.vendors.map((v) => [v.name, facts.in_service_mw[v.name][t]]).filter(([, mw]) => mw > 0);
    const total = R.sum(parts.map(([, mw]) => mw));
    const opened = facts.sites.filter((site) => site.opened[t]).length;
    const words = total > 0 ? `${R.mw(total, "IT in service")} (${parts.map(([name, mw]) => `${name} ${R.mw(mw)}`).join(", ")})` : "no rack is in service";
    const waits = facts.waiting_mw[t] > 0 ? `${R.mw(facts.waiting_mw[t], "IT of racks wait")}` : "no rack waits";
    const opens = opened === 0 ? "no site opens" : opened === 1 ? "1 site opens" : `${R.number(opened)} sites open`;
    return `${facts.periods[t]}: ${words}; ${waits}; ${opens} in this period.`;
  };
})((window.Rackgrid = window.Rackgrid || {}));
