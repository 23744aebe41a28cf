// Paint one period on a canvas: land, zones, lines, sites, names; and find what lies under a point.
"use strict";
(function (R) {
  const COLOURS = ["water", "land", "border", "state", "zone-0", "zone-1", "flow", "idle", "idle-edge", "ink", "halo", "faint"];

  // A path along lists of places: x, y, x, y, …
  R.outline = function (rings, closed) {
    const path = new Path2D();
    for (const ring of rings) {
      path.moveTo(ring[0], ring[1]);
      for (let i = 2; i < ring.length; i += 2) path.lineTo(ring[i], ring[i + 1]);
      if (closed) path.closePath();
    }
    return path;
  };

  R.circle = function (x, y, radius) {
    const path = new Path2D();
    path.arc(x, y, radius, 0, 2 * Math.PI);
    return path;
  };

  function boxOf(rings) {
    const box = [Infinity, Infinity, -Infinity, -Infinity];
    for (const ring of rings) {
      ring.forEach((value, i) => {
        box[i % 2] = Math.min(box[i % 2], value);
        box[2 + (i % 2)] = Math.max(box[2 + (i % 2)], value);
      });
    }
    return box;
  }

  function stripes(colour) {
    const tile = document.createElement("canvas");
    tile.width = tile.height = 7;
    const pen = tile.getContext("2d");
    pen.strokeStyle = colour;
    pen.lineWidth = 1.3;
    for (const shift of [-7, 0, 7]) pen.stroke(R.outline([[shift, 7, shift + 7, 0]]));
    return pen.createPattern(tile, "repeat");
  }

  R.Painter = class {
    constructor(canvas, facts) {
      this.canvas = canvas;
      this.pen = canvas.getContext("2d");
      this.facts = facts;
      this.land = R.outline(facts.basemap.countries.flat());
      this.states = R.outline(facts.basemap.states.flat());
      this.grid = R.outline(facts.graticule.map((line) => line.path));
      this.zones = facts.zones.map((zone) => ({ zone, path: zone.rings.length ? R.outline(zone.rings) : null, box: boxOf(zone.rings) }));
      this.borders = R.outline(facts.zones.flatMap((zone) => zone.rings));
      this.drawn = [];
      this.readColours();
    }

    readColours() {
      const style = getComputedStyle(this.canvas);
      this.colour = Object.fromEntries(COLOURS.map((name) => [name, style.getPropertyValue(`--rg-${name}`).trim()]));
      this.ramp = ["zone-0", "zone-1"].map((name) => this.colour[name].split(/\s+/).map(Number));
      this.generic = stripes(this.colour.halo);
      this.empty = stripes(this.colour.border);
      this.font = style.fontFamily;
    }

    // Pixels of radius for so many IT MW: area is power, one scale for all periods.
    radius(mw) {
      return this.scale * Math.sqrt(Math.max(0, mw));
    }

    setScale(width, height, zoom) {
      const across = Math.min(width, 1.5 * height);
      const least = this.facts.most_open > 200 ? 7 : 15;
      const largest = Math.max(least, across * Math.min(0.04, 0.17 / Math.sqrt(Math.max(1, this.facts.most_open))));
      this.scale = (largest * Math.sqrt(zoom)) / Math.sqrt(this.facts.largest_mw || 1);
    }

    usedColour(share) {
      const mix = Math.min(1, Math.max(0, share));
      return `rgb(${this.ramp[0].map((low, i) => Math.round(low + (this.ramp[1][i] - low) * mix)).join(" ")})`;
    }

    paint(state) {
      const { width, height, ratio, view, layers } = state;
      const pen = this.pen;
      this.state = state;
      this.toMap = () => pen.setTransform(ratio * view.s, 0, 0, ratio * view.s, ratio * (width / 2 - view.x * view.s), ratio * (height / 2 - view.y * view.s));
      this.toScreen = () => pen.setTransform(ratio, 0, 0, ratio, 0, 0);
      this.at = ([x, y]) => [width / 2 + (x - view.x) * view.s, height / 2 + (y - view.y) * view.s];
      this.toScreen();
      pen.fillStyle = this.colour.water;
      pen.fillRect(0, 0, width, height);
      if (layers.basemap) {
        this.toMap();
        this.fill(this.land, this.colour.land, "evenodd");
        this.stroke(this.land, this.colour.border, 1.2 / view.s);
        this.stroke(this.states, this.colour.state, 0.8 / view.s);
      }
      if (layers.zones) this.paintZones(view, state.t);
      if (layers.basemap) this.paintGraticule(view);
      this.toScreen();
      if (layers.lines) this.paintLines(state.t);
      this.paintSites(state);
      if (layers.labels) this.paintNames(state);
    }

    stroke(path, colour, width) {
      this.pen.strokeStyle = colour;
      this.pen.lineWidth = width;
      this.pen.stroke(path);
    }

    fill(path, colour, rule) {
      this.pen.fillStyle = colour;
      this.pen.fill(path, rule);
    }

    // A square around a point.
    square(x, y, half, colour, edge, width) {
      const box = [x - half, y - half, 2 * half, 2 * half];
      Object.assign(this.pen, { fillStyle: colour, strokeStyle: edge, lineWidth: width });
      this.pen.fillRect(...box);
      this.pen.strokeRect(...box);
    }

    paintGraticule(view) {
      this.toMap();
      this.stroke(this.grid, this.colour.border, 0.7 / view.s);
      this.toScreen();
      const written = [];
      for (const { name, path } of this.facts.graticule) {
        const places = [];
        for (let i = 0; i < path.length; i += 2) places.push(this.at([path[i], path[i + 1]]));
        const inside = places.filter(([x, y]) => x > 4 && y > 16 && x < this.state.width - 60 && y < this.state.height - 8);
        const edge = ([x, y]) => Math.min(x, this.state.height - y);
        const best = inside.length ? inside.reduce((a, b) => (edge(a) < edge(b) ? a : b)) : null;
        if (!best || written.some(([x, y]) => Math.abs(x - best[0]) < 48 && Math.abs(y - best[1]) < 16)) continue;
        this.write(name, ...best, 11, this.colour.faint);
        written.push(best);
      }
    }

    paintZones(view, t) {
      const colour = (zone) => (zone.used[t] === null ? this.colour.land : this.usedColour(zone.used[t]));
      this.toMap();
      this.empty.setTransform(new DOMMatrix([1 / view.s, 0, 0, 1 / view.s, 0, 0]));
      for (const { zone, path } of this.zones) {
        if (path) this.fill(path, colour(zone), "evenodd");
        if (path && zone.used[t] === null) this.fill(path, this.empty, "evenodd");
      }
      this.stroke(this.borders, this.colour.border, 0.9 / view.s);
      this.toScreen();
      for (const zone of this.facts.zones) {
        if (!zone.rings.length && zone.bus && zone.at) this.square(...this.at(zone.at), 5, colour(zone), this.colour.faint, 1);
      }
    }

    paintLines(t) {
      this.lines = [];
      for (const line of this.facts.lines) {
        if (!line.a || !line.b) continue;
        const flow = line.mw[t] || 0;
        const moves = Math.abs(flow) > 0.001;
        const [start, end] = flow < 0 ? [this.at(line.b), this.at(line.a)] : [this.at(line.a), this.at(line.b)];
        const width = moves ? 1.2 + 5 * Math.min(1, line.share[t] || 0) : 0.7;
        this.pen.globalAlpha = moves ? 0.8 : 0.22;
        this.stroke(R.outline([[...start, ...end]]), this.colour.flow, width);
        if (moves) this.arrow(start, end, 4.5 + 1.3 * width);
        this.lines.push({ line, start, end });
      }
      this.pen.globalAlpha = 1;
    }

    arrow([x0, y0], [x1, y1], size) {
      const length = Math.hypot(x1 - x0, y1 - y0);
      if (length < 2 * size) return;
      const [ux, uy] = [(x1 - x0) / length, (y1 - y0) / length];
      const [x, y] = [x0 + 0.55 * (x1 - x0) + ux * size, y0 + 0.55 * (y1 - y0) + uy * size];
      const foot = [-1, 1].flatMap((side) => [x - 1.9 * ux * size + side * uy * size * 0.8, y - 1.9 * uy * size - side * ux * size * 0.8]);
      this.fill(R.outline([[x, y, ...foot]]), this.colour.flow);
    }

    paintSites(state) {
      const { t, width, height, pinned, view } = state;
      const [left, top] = [width / 2 - view.x * view.s, height / 2 - view.y * view.s];
      this.drawn = this.place(state).map((spot) => ({ ...spot, x: spot.atX + left, y: spot.atY + top, placeX: spot.trueX + left, placeY: spot.trueY + top }))
        .filter(({ x, y, reach }) => x > -reach && y > -reach && x < width + reach && y < height + reach);
      for (const spot of this.drawn) this.leader(spot);
      for (const spot of this.drawn) if (spot.outer <= 0) this.idleMark(spot);
      for (const spot of this.drawn) if (spot.outer > spot.inner) this.band(spot);
      for (const spot of this.drawn) if (spot.outer > 0) this.site(spot, t);
      const chosen = this.drawn.find((spot) => spot.site === pinned);
      if (chosen) this.stroke(R.circle(chosen.x, chosen.y, chosen.reach + 4), this.colour.ink, 2.5);
    }

    idleMark({ site, x, y }) {
      let path = R.outline([[x - 3, y, x + 3, y], [x, y - 3, x, y + 3]]);
      if (!site.generic) {
        path = site.kind ? R.outline([[x, y - 4, x + 4, y, x, y + 4, x - 4, y]], true) : R.circle(x, y, 3.2);
        this.fill(path, this.colour.halo);
      }
      this.stroke(path, this.colour.faint, 1.1);
    }
  };
})((window.Rackgrid = window.Rackgrid || {}));
