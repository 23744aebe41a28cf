// What stands beside the map: legend, layers, the list of sites, the panel of a pinned site.
"use strict";
(function (R) {
  const LAYERS = { zones: "Zones", lines: "Lines", generics: "GENERIC sites", labels: "Names", basemap: "Basemap" };
  const LISTED = 200; // rows of the list; the search finds the others
  const WIDEST_PX = 48; // radius of the largest circle of the legend

  R.layers = function (state, changed) {
    const has = { zones: (f) => f.zones.length, lines: (f) => f.lines.length, generics: (f) => f.sites.some((s) => s.generic) };
    const rows = Object.entries(LAYERS).filter(([key]) => !has[key] || has[key](state.facts)).map(([key, words]) => {
      const box = R.el("input", { type: "checkbox", "data-layer": key, change: () => {
        state.layers[key] = box.checked;
        changed();
      } });
      box.checked = state.layers[key];
      return R.el("label", {}, box, words);
    });
    return R.el("fieldset", { class: "rg-layers" }, R.el("legend", {}, "Layers"), rows);
  };

  // Up to three round sizes, none above the largest.
  function sizes(largest) {
    const round = (mw) => {
      const power = 10 ** Math.floor(Math.log10(mw));
      return power * [5, 2, 1].find((step) => step * power <= mw * 1.000001);
    };
    return [...new Set([1, 0.35, 0.1].map((part) => round(largest * part)))];
  }

  R.Legend = class {
    constructor(facts) {
      this.facts = facts;
      this.numbers = facts.vendors.map((vendor) => R.el("span", { class: "rg-mw", "data-vendor": vendor.name }));
      this.total = R.el("span", { class: "rg-mw", "data-total": true });
      const rows = facts.vendors.map((vendor, i) => {
        const name = vendor.mark === vendor.name ? vendor.name : `${vendor.name} (${vendor.mark})`;
        return R.el("li", {}, R.swatch(vendor), R.el("span", {}, name), this.numbers[i]);
      });
      this.sizes = R.svg("svg", { class: "rg-sizes", role: "img", "aria-label": "Circle area shows IT MW" });
      this.keys = R.el("ul", { class: "rg-keys" });
      this.node = R.el("section", { class: "rg-legend", "aria-label": "Legend" },
        R.el("h3", {}, "In service, IT MW"),
        R.el("ul", {}, rows, R.el("li", { class: "rg-total" }, R.el("span", {}, "All"), this.total)),
        facts.largest_mw > 0.001 ? [R.el("h3", {}, "Circle area: IT MW"), this.sizes] : null,
        R.el("h3", {}, "Marks"), this.keys);
    }

    setPeriod(t) {
      const values = this.facts.vendors.map((vendor) => this.facts.in_service_mw[vendor.name][t]);
      [...this.numbers, this.total].forEach((node, i) => {
        node.dataset.mw = i < values.length ? values[i] : R.sum(values);
        node.textContent = R.mw(Number(node.dataset.mw));
      });
    }

    setScale(painter) {
      this.sizes.replaceChildren();
      let [x, high] = [2, 0];
      for (const mw of sizes(Math.min(this.facts.largest_mw, (WIDEST_PX / painter.scale) ** 2))) {
        const r = painter.radius(mw);
        const room = Math.max(r, 34);
        high = Math.max(high, 2 * r);
        this.sizes.append(
          R.svg("circle", { cx: x + room, cy: -18 - r, r, class: "rg-size" }),
          R.svg("text", { x: x + room, y: -3, "text-anchor": "middle" }, `${R.number(mw)} MW`));
        x += 2 * room + 8;
      }
      this.sizes.setAttribute("viewBox", `0 ${-high - 21} ${x} ${high + 22}`);
      this.sizes.setAttribute("width", x);
      this.sizes.setAttribute("height", high + 22);
      this.drawKeys(painter);
    }

    drawKeys(painter) {
      const { facts } = this;
      const circle = (more) => ["circle", { cx: 22, cy: 11, r: 8, ...more }];
      const row = (text, ...shapes) => {
        const inside = shapes.map(([tag, attributes]) => R.svg(tag, attributes));
        const icon = R.svg("svg", { viewBox: "0 0 44 22", width: "44", height: "22", "aria-hidden": "true" }, inside);
        this.keys.append(R.el("li", {}, icon, R.el("span", {}, text)));
      };
      this.keys.replaceChildren();
      const any = (holds) => facts.sites.some(holds);
      const ever = (values) => values.some((value) => value > 0);
      if (any((site) => !site.generic && site.kind)) row("real campus", circle({ class: "rg-key-real" }));
      if (any((site) => !site.kind)) row("site, kind not stated: thin edge", circle({ class: "rg-key-unstated" }));
      if (any((site) => site.generic)) {
        row("GENERIC site, striped: no project", circle({ class: "rg-key-generic" }), ["path", { d: "M16 15L26 5M19 17L28 8", class: "rg-key-stripe" }]);
      }
      if (any((site) => ever(site.idle_power_mw))) row("band: energised power that no rack draws", circle({ class: "rg-key-idle" }), circle({ r: 4.5, class: "rg-key-hole" }));
      if (any((site) => site.idle_hall_mw.some((mw) => mw > R.NOTABLE_MW))) row(`idle halls, above ${R.NOTABLE_MW} MW IT`, ["rect", { x: 18, y: 7, width: 8, height: 8, class: "rg-key-hall" }]);
      if (any((site) => ever(site.opened))) row("opens in this period", ["path", { d: "M22 6L27 15H17Z", class: "rg-key-opened" }]);
      const rests = (site) => site.open.some((is, i) => !is || R.held(site, i) + R.idleIt(site, i) <= 0);
      const closed = [["campus", "M22 6L27 11L22 16L17 11Z", (s) => !s.generic && s.kind], ["site", "M26 11A4 4 0 1 0 18 11A4 4 0 1 0 26 11", (s) => !s.kind], ["generic", "M18 11H26 M22 7V15", (s) => s.generic]];
      for (const [words, d, is] of closed) if (any((site) => is(site) && rests(site))) row(`${words}, not in use`, ["path", { d, class: "rg-key-closed" }]);
      if (facts.zones.some((zone) => zone.rings.length || zone.bus)) {
        const step = (share, i) => ["rect", { x: 1 + 8.4 * i, y: 5, width: 8.4, height: 12, fill: painter.usedColour(share), class: "rg-key-zone" }];
        row("zone headroom used, 0 to 100 %; striped: none to use", ...[0, 0.25, 0.5, 0.75, 1].map(step));
      }
      if (facts.lines.length) {
        row("power between zones; wider: fuller", ["path", { d: "M4 11H30", class: "rg-key-flow" }], ["path", { d: "M28 5L40 11L28 17Z", class: "rg-key-arrow" }]);
      }
    }
  };

  R.SiteList = class {
    constructor(facts, pin) {
      this.facts = facts;
      this.pin = pin;
      this.order = facts.sites.map((site) => [Math.max(...facts.periods.map((_, t) => R.held(site, t))), site])
        .sort((a, b) => b[0] - a[0] || (a[1].id < b[1].id ? -1 : 1)).map(([, site]) => site);
      this.rows = R.el("ul", { class: "rg-list", "aria-label": "Sites, largest first; arrow keys move, Enter pins", keydown: (event) => this.move(event) });
      this.more = R.el("p", { class: "rg-soft", role: "status" });
      this.node = R.el("section", { class: "rg-sites" }, R.el("h3", {}, "Sites"), this.more, this.rows);
      this.t = 0;
      this.show("");
    }

    show(words) {
      const wanted = words.trim().toLowerCase();
      this.found = this.order.filter((site) => `${site.id}\n${site.name}`.toLowerCase().includes(wanted));
      this.shown = this.found.slice(0, LISTED).map((site) => {
        const mw = R.el("span", { class: "rg-mw" });
        const button = R.el("button", { type: "button", tabindex: "-1", "data-site": site.id, click: () => this.pin(site) }, R.siteHead(site), mw);
        return { site, mw, button };
      });
      this.rows.replaceChildren(...this.shown.map(({ button }) => R.el("li", {}, button)));
      if (this.shown.length) this.shown[0].button.tabIndex = 0;
      const rest = this.found.length - this.shown.length;
      this.more.textContent = `${R.number(this.found.length)} of ${R.number(this.order.length)} sites${rest ? `; the first ${LISTED} are listed, search for others` : ""}`;
      this.setPeriod(this.t);
    }

    setPeriod(t) {
      this.t = t;
      for (const { site, mw } of this.shown) mw.textContent = site.open[t] ? R.mw(R.held(site, t), "IT") : "not open";
    }

    setPinned(site) {
      for (const row of this.shown) row.button.setAttribute("aria-pressed", site === row.site);
    }

    focus(index) {
      if (!this.shown.length) return;
      const row = this.shown[Math.min(Math.max(0, index), this.shown.length - 1)];
      for (const { button } of this.shown) button.tabIndex = button === row.button ? 0 : -1;
      row.button.focus();
    }

    move(event) {
      const now = this.shown.findIndex(({ button }) => button === document.activeElement);
      const next = { ArrowDown: now + 1, ArrowUp: now - 1, Home: 0, End: this.shown.length - 1 }[event.key];
      if (next === undefined) return;
      event.preventDefault();
      this.focus(next);
    }
  };

  // Bars by vendor, one per period; the outline behind is what is built, the tick what power allows.
  R.chart = function (facts, site, t) {
    const [width, high, foot, left] = [300, 130, 20, 82];
    const power = facts.periods.map((_, i) => (site.open[i] && site.interconnection_mw[i] !== null ? (site.interconnection_mw[i] + site.onsite_mw[i]) / site.peak_pue : 0));
    const top = Math.max(1e-9, ...power, ...site.built_mw, ...facts.periods.map((_, i) => R.held(site, i)));
    const y = (mw) => 8 + (high - 8) * (1 - mw / top);
    const step = (width - left) / facts.periods.length;
    const bar = Math.min(40, 0.7 * step);
    const svg = R.svg("svg", { class: "rg-chart", viewBox: `0 0 ${width} ${high + foot}`, role: "img", "aria-label": `IT MW of ${site.id} by period` });
    for (const mw of [0, top / 2, top]) {
      svg.append(R.svg("path", { d: `M${left} ${y(mw)}H${width}`, class: "rg-axis" }));
      svg.append(R.svg("text", { x: left - 6, y: y(mw) + 4, "text-anchor": "end" }, mw === top ? R.mw(mw) : R.number(mw)));
    }
    const every = Math.ceil((facts.periods.length * (facts.periods[0].length * 7 + 6)) / (width - left));
    facts.periods.forEach((period, i) => {
      const x = left + step * (i + 0.5) - bar / 2;
      if (i === t) svg.append(R.svg("rect", { x: left + step * i, y: 2, width: step, height: high + foot - 2, class: "rg-now" }));
      let base = 0;
      for (const [vendor, mw] of R.byVendor(facts, site, i)) {
        svg.append(R.svg("rect", { x, y: y(base + mw), width: bar, height: y(base) - y(base + mw), fill: vendor.colour }));
        base += mw;
      }
      if (site.built_mw[i] > 0) svg.append(R.svg("rect", { x, y: y(site.built_mw[i]), width: bar, height: y(0) - y(site.built_mw[i]), class: "rg-built" }));
      if (power[i] > 0) svg.append(R.svg("path", { d: `M${x - 4} ${y(power[i])}H${x + bar + 4}`, class: "rg-power" }));
      if (i % every === 0) svg.append(R.svg("text", { x: x + bar / 2, y: high + 15, "text-anchor": "middle" }, period));
    });
    return svg;
  };

  R.panel = function (facts, site, t, close) {
    const of = [site.kind || "kind not stated", site.operator, site.zone ? `zone ${site.zone}` : ""].filter(Boolean).join(" · ");
    const idle = site.unused.filter(([i]) => i === t);
    const rows = idle.map(([, kind, mw, cause]) => {
      const words = R.causes(facts, cause);
      return R.el("li", {}, `${facts.kinds[kind][0]} ${R.mw(mw, facts.kinds[kind][1])}`,
        words.length ? R.el("ul", {}, words.map((text) => R.el("li", {}, `cause – ${text}`))) : R.el("span", { class: "rg-soft" }, " (no cause is stated)"));
    });
    return [
      R.el("button", { type: "button", class: "rg-close", "aria-label": "Unpin this site", click: close }, "×"),
      R.el("h3", {}, R.siteHead(site)), R.el("p", { class: "rg-soft" }, of),
      R.el("div", { class: "rg-facts" }, R.siteLines(facts, site, t)),
      R.chart(facts, site, t),
      R.el("p", { class: "rg-soft" }, "Bars: IT MW in service by vendor; dashed outline: built; line: what energised power carries."),
      R.el("h4", {}, `Unused in ${facts.periods[t]}`),
      rows.length ? R.el("ul", { class: "rg-unused" }, rows) : R.el("p", {}, site.open[t] ? "Nothing is unused here." : "The site is not open."),
    ];
  };
})((window.Rackgrid = window.Rackgrid || {}));
