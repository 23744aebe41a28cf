// What a grid adds to a map: lines coloured by loading, buses, upgrades, limits, and the choice of a load block.
"use strict";
(function (R) {
  const STEPS = [0.5, 0.75, 0.9, 0.9995]; // loading from which a line has the next colour; the last: full
  const WORDS = ["up to 50 %", "up to 75 %", "up to 90 %", "below 100 %", "full", "without limit"];
  const MOVES_MW = 0.001;
  const LANE_PX = 7; // between lines that join the same buses
  const FEW_BUSES = 60;

  const level = (share) => (share === null || share === undefined ? STEPS.length + 1 : STEPS.filter((step) => share >= step).length);
  const money = (usd) => `${Number(usd.toPrecision(3)).toLocaleString("en-US")} USD`;
  const row = (...words) => R.el("div", {}, ...words);
  const big = (words) => R.el("div", { class: "rg-big" }, words);

  // Let lines and zones show a choice: of several blocks the worst of each period, then block by block.
  function choose(facts, choice) {
    for (const [kind, things] of [["lines", facts.lines], ["zones", facts.zones]]) {
      for (const thing of things) Object.assign(thing, { in: null }, (facts.grid[kind][thing.id] || [])[choice]);
    }
    facts.grid.choice = choice;
  }

  // Say which block numbers are of, where there are several.
  function ofBlock({ grid }, thing, t) {
    if (grid.blocks.length < 2) return null;
    return row(thing.in ? `worst block: ${grid.blocks[thing.in[t]].name}` : `block ${grid.blocks[grid.choice - 1].name}`);
  }

  function upgradesOf({ grid }, kind, id, t) {
    return grid.upgrades.filter((u) => u.kind === kind && u.target === id && u.standing[t] > 0)
      .map((u) => row(`upgrade ${u.id}: ${R.number(u.standing[t])} × ${R.mw(u.capacity_mw)}, included`));
  }

  const { siteLines, zoneLines, lineLines, sentence } = R;

  R.siteLines = (facts, site, t) => [...siteLines(facts, site, t), ...(facts.grid ? upgradesOf(facts, "site", site.id, t) : [])];

  R.zoneLines = function (facts, zone, t) {
    if (!facts.grid) return zoneLines(facts, zone, t);
    const price = zone.price[t] === null ? null : `${R.number(zone.price[t])} USD/MWh`;
    const own = facts.grid.nodal
      ? [big(price || "no price"), row(`generation ${R.mw(zone.generation_mw[t] || 0)}, load ${R.mw((zone.base_load_mw[t] || 0) + (zone.load_mw[t] || 0))}`),
        row(`of which sites here draw ${R.mw(zone.load_mw[t] || 0)}`)]
      : [...zoneLines(facts, zone, t), price ? row(`one MWh more would cost ${price}`) : null];
    return [...own, ...upgradesOf(facts, "zone", zone.id, t), ofBlock(facts, zone, t)].filter(Boolean);
  };

  R.lineLines = function (facts, line, t) {
    if (!facts.grid) return lineLines(facts, line, t);
    const flow = line.mw[t] || 0;
    const [from, to] = flow < 0 ? [line.to, line.from] : [line.from, line.to];
    const room = line.capacity_mw[t];
    const words = [
      big(Math.abs(flow) < MOVES_MW ? `carries 0 MW in ${facts.periods[t]}` : `${R.mw(Math.abs(flow))} from ${from} to ${to}`),
      row(room === null ? "capacity without limit" : `capacity ${R.mw(room)}${line.share[t] === null ? "" : `, loaded ${R.percent(line.share[t])}`}`),
    ];
    if (line.shadow[t] > 0) words.push(row(`one MW more would save ${money(line.shadow[t])} a year`));
    return [...words, ...upgradesOf(facts, "line", line.id, t), ofBlock(facts, line, t)].filter(Boolean);
  };

  R.sentence = function (facts, t) {
    const full = facts.grid ? facts.lines.filter((line) => line.share[t] >= STEPS[3]).length : 0;
    return sentence(facts, t) + (full ? ` ${full === 1 ? "1 line is" : `${R.number(full)} lines are`} full.` : "");
  };

  const paint = R.Painter.prototype;
  const { readColours, paintLines, paintZones, paintSites, find } = paint;
  // The painter with other facts: what stands in its own hands is drawn by others.
  const with_ = (it, facts) => Object.create(it, { facts: { value: { ...it.facts, ...facts } } });

  paint.readColours = function () {
    readColours.call(this);
    const style = getComputedStyle(this.canvas);
    this.loads = [0, 1, 2, 3, 4, "none"].map((step) => style.getPropertyValue(`--rg-load-${step}`).trim());
  };

  paint.paintZones = function (view, t) {
    paintZones.call(this.facts.grid ? with_(this, { zones: [] }) : this, view, t);
  };

  // Buses stand on the ends of their lines, small where they are many; of a nodal grid they are shaded by price.
  paint.paintBuses = function ({ view, t }) {
    const many = this.facts.zones.length > FEW_BUSES;
    const half = (this.bus = Math.min(6, many ? 2 * Math.sqrt(view.s / this.home) : 5));
    for (const zone of this.facts.zones) {
      if (zone.rings.length || !zone.at) continue;
      const [x, y] = this.at(zone.at);
      if (x < -half || y < -half || x > this.state.width + half || y > this.state.height + half) continue;
      this.square(x, y, half, zone.used[t] === null ? this.colour.land : this.usedColour(zone.used[t]), this.colour.faint, many ? 0.7 : 1);
    }
  };

  const setScale = paint.setScale;
  paint.setScale = function (width, height, zoom) {
    setScale.call(this, width, height, zoom);
    this.home = Math.min((width - 8) / this.facts.plane.width, (height - 8) / this.facts.plane.height);
  };

  // Beside each other: lines that join the same two places have a lane each.
  function lanes(lines) {
    const pairs = new Map();
    for (const line of lines) {
      if (!line.a || !line.b) continue;
      const key = [line.from, line.to].sort().join("\n");
      pairs.set(key, [...(pairs.get(key) || []), line]);
    }
    return new Map([...pairs.values()].flatMap((many) => many.map((line, i) => [line.id, (i - (many.length - 1) / 2) * (line.from < line.to ? 1 : -1)])));
  }

  // All lines of a colour are one path; the fullest are drawn last.
  paint.paintLines = function (t) {
    if (!this.facts.grid) return paintLines.call(this, t);
    this.lanes ||= lanes(this.facts.lines);
    const { width, height } = this.state;
    const thin = this.facts.lines.length > 300 ? 0.6 : 1;
    const groups = [...WORDS, ""].map(() => ({ strokes: [], arrows: [] }));
    this.lines = [];
    for (const line of this.facts.lines) {
      if (!line.a || !line.b) continue;
      let [[ax, ay], [bx, by]] = [this.at(line.a), this.at(line.b)];
      if (Math.max(ax, bx) < 0 || Math.max(ay, by) < 0 || Math.min(ax, bx) > width || Math.min(ay, by) > height) continue;
      const length = Math.hypot(bx - ax, by - ay);
      const lane = (LANE_PX * thin * this.lanes.get(line.id)) / (length || 1);
      [ax, ay, bx, by] = [ax - lane * (by - ay), ay + lane * (bx - ax), bx - lane * (by - ay), by + lane * (bx - ax)];
      const flow = line.mw[t] || 0;
      const moves = Math.abs(flow) >= MOVES_MW;
      const group = groups[moves ? level(line.share[t]) : WORDS.length];
      const [start, end] = flow < 0 ? [[bx, by], [ax, ay]] : [[ax, ay], [bx, by]];
      group.strokes.push([...start, ...end]);
      if (moves) group.arrows.push([start, end, length]);
      this.lines.push({ line, start, end });
    }
    [6, 0, 5, 1, 2, 3, 4].forEach((i) => {
      const idle = i === WORDS.length;
      const wide = thin * (idle ? 1 : 2 + 0.6 * (i % 5));
      this.pen.globalAlpha = idle ? 0.45 : 1;
      this.stroke(R.outline(groups[i].strokes), this.loads[idle ? 0 : i], wide);
      this.fill(chevrons(groups[i].arrows, thin * (5 + 0.5 * (i % 5))), this.loads[idle ? 0 : i]);
    });
    this.pen.globalAlpha = 1;
  };

  function chevrons(arrows, size) {
    const path = new Path2D();
    for (const [[x0, y0], [x1, y1], length] of arrows) {
      if (length < 5 * size) continue;
      const [ux, uy] = [((x1 - x0) / length) * size, ((y1 - y0) / length) * size];
      const [x, y] = [x0 + 0.6 * (x1 - x0) + ux, y0 + 0.6 * (y1 - y0) + uy];
      path.moveTo(x, y);
      path.lineTo(x - 2 * ux + uy, y - 2 * uy - ux);
      path.lineTo(x - 1.4 * ux, y - 1.4 * uy);
      path.lineTo(x - 2 * ux - uy, y - 2 * uy + ux);
      path.closePath();
    }
    return path;
  }

  // What is reinforced by now carries a mark: a line in its middle, a bus and a site at their edge.
  paint.paintSites = function (state) {
    if (this.facts.grid && state.layers.zones) this.paintBuses(state);
    paintSites.call(this, state);
    if (!this.facts.grid) return;
    const corner = (x, y, away) => [x + 0.71 * away + 4, y - 0.71 * away - 4];
    for (const { kind, target, standing } of this.facts.grid.upgrades) {
      if (!standing[state.t]) continue;
      let at = null;
      const line = kind === "line" && state.layers.lines && this.lines.find((each) => each.line.id === target);
      const spot = kind === "site" && this.drawn.find((each) => each.site.id === target);
      const zone = kind === "zone" && state.layers.zones && this.facts.zones.find((each) => each.id === target);
      if (line) at = [0.6 * line.start[0] + 0.4 * line.end[0], 0.6 * line.start[1] + 0.4 * line.end[1]];
      if (spot) at = corner(spot.x, spot.y, spot.reach);
      if (zone && zone.at) at = corner(...this.at(zone.at), zone.rings.length ? 0 : 5);
      if (at) this.upgradeMark(...at);
    }
  };

  paint.upgradeMark = function (x, y) {
    this.stroke(R.circle(x, y, 6.5), this.colour.halo, 2);
    this.fill(R.circle(x, y, 6.5), this.colour.ink);
    this.stroke(R.outline([[x - 3.5, y, x + 3.5, y], [x, y - 3.5, x, y + 3.5]]), this.colour.halo, 2);
  };

  // A bus stands on the ends of its lines: it is found before them.
  paint.find = function (x, y) {
    const found = find.call(this, x, y);
    if (!this.facts.grid || !this.state.layers.zones || (found && found.kind === "site")) return found;
    const near = (zone) => {
      const [px, py] = this.at(zone.at);
      return Math.max(Math.abs(px - x), Math.abs(py - y)) < Math.max(4, this.bus + 1);
    };
    const zone = this.facts.zones.find((each) => !each.rings.length && each.at && near(each));
    return zone ? { kind: "zone", thing: zone } : found;
  };

  const { drawKeys } = R.Legend.prototype;
  R.Legend.prototype.drawKeys = function (painter) {
    const { grid, lines, zones } = this.facts;
    if (!grid) return drawKeys.call(this, painter);
    const areas = zones.some((zone) => zone.rings.length);
    drawKeys.call(with_(this, { lines: [], zones: grid.nodal || !areas ? [] : zones }), painter);
    const key = (words, ...shapes) => {
      const icon = R.svg("svg", { viewBox: "0 0 44 22", width: "44", height: "22", "aria-hidden": "true" }, shapes.map(([tag, attributes]) => R.svg(tag, attributes)));
      this.keys.append(R.el("li", {}, icon, R.el("span", {}, words)));
    };
    const [low, high] = grid.price_range;
    const shades = [0, 0.5, 1].map((share, i) => ["rect", { x: 4 + 13 * i, y: 6, width: 10, height: 10, fill: painter.usedColour(share), class: "rg-key-bus" }]);
    if (grid.nodal) key(low === high ? `bus, price ${R.number(low)} USD/MWh` : `bus, price ${R.number(low)} to ${R.number(high)} USD/MWh`, ...(low === high ? shades.slice(0, 1) : shades));
    else if (!areas && zones.some((zone) => zone.bus)) key("bus, headroom used, 0 to 100 %", ...shades);
    WORDS.forEach((words, i) => {
      if (i < 5 ? !lines.length : !lines.some((line) => line.share.includes(null))) return;
      key(`line ${i < 5 && i !== 4 ? `loaded ${words}` : words}`, ["path", { d: "M4 11H40", stroke: painter.loads[i], "stroke-width": 2 + 0.6 * (i % 5) }], ["path", { d: "M28 11L19 5L21 11L19 17Z", fill: painter.loads[i] }]);
    });
    if (grid.upgrades.length) key("upgrade that was bought", ["circle", { cx: 22, cy: 11, r: 7, class: "rg-key-upgrade" }], ["path", { d: "M18 11H26M22 7V15", class: "rg-key-plus" }]);
  };

  const { build, setPeriod } = R.AtlasMap.prototype;
  R.AtlasMap.prototype.build = function (options) {
    const { grid } = this.facts;
    if (grid) choose(this.facts, 0);
    build.call(this, options);
    if (!grid) return;
    if (grid.blocks.length > 1) {
      const names = ["worst of each", ...grid.blocks.map(({ name, hours }) => `${name} (${R.number(hours)} h)`)];
      const select = R.el("select", { "aria-label": "Load block", change: () => this.setBlock(select.selectedIndex) }, names.map((name) => R.el("option", {}, name)));
      this.search.before(R.el("label", { class: "rg-block" }, "Block", select));
      this.blocks = select;
    }
    this.limits = R.el("section", { class: "rg-limits", "aria-label": "Limits that bind" });
    this.list.node.before(this.limits);
  };

  // Show a block by its place: 0 the worst of each line and zone, 1 the first.
  R.AtlasMap.prototype.setBlock = function (choice) {
    if (this.blocks) this.blocks.selectedIndex = choice;
    choose(this.facts, choice);
    this.setPeriod(this.state.t);
  };

  R.AtlasMap.prototype.setPeriod = function (i) {
    setPeriod.call(this, i);
    if (!this.limits) return;
    const { t } = this.state;
    const rows = this.facts.grid.limits[t].map(([words, when, mw, usd]) => R.el("li", {}, `${words}, ${R.mw(mw)}, in ${when}${usd > 0 ? `: one MW more would save ${money(usd)} a year` : ""}`));
    this.limits.replaceChildren(R.el("h3", {}, `Limits that bind in ${this.facts.periods[t]}`), rows.length ? R.el("ul", {}, rows) : R.el("p", { class: "rg-soft" }, "No limit of the grid binds."));
  };
})((window.Rackgrid = window.Rackgrid || {}));
