// Move circles apart that would cover each other, so that each can be seen and hovered, at every zoom.
"use strict";
(function (R) {
  const ROUNDS = 80;
  const GAP = 1.5; // pixels between two circles
  const CROWD = 600; // sites above which circles may overlap by half, and marks of closed sites stay where they are
  const TURN = 2.399963; // radians; a fixed direction for circles that stand on one point

  // Pairs of circles in the same or neighbouring cells of a grid as wide as the largest circle.
  function* neighbours(at, cell) {
    const cells = new Map();
    for (let i = 0; i < at.length; i++) {
      const [x, y] = at[i].map((value) => Math.floor(value / cell));
      for (let dx = -1; dx <= 1; dx++) {
        for (let dy = -1; dy <= 1; dy++) for (const j of cells.get(`${x + dx},${y + dy}`) || []) yield [j, i];
      }
      const own = cells.get(`${x},${y}`);
      if (own) own.push(i);
      else cells.set(`${x},${y}`, [i]);
    }
  }

  // Return where circles {x, y, r} stand after the push: the smaller one of two gives way.
  R.spread = function (circles) {
    const at = circles.map((circle) => [circle.x, circle.y]);
    const share = circles.length > CROWD ? 0.5 : 1;
    const cell = 2 * circles.reduce((most, circle) => Math.max(most, circle.r), 1) + GAP;
    for (let round = 0, moved = true; moved && round < ROUNDS; round++) {
      moved = false;
      for (const [i, j] of neighbours(at, cell)) {
        const wanted = share * (circles[i].r + circles[j].r) + GAP;
        let [dx, dy] = [at[j][0] - at[i][0], at[j][1] - at[i][1]];
        let away = Math.hypot(dx, dy);
        if (away > wanted - 0.1) continue;
        moved = true;
        const push = wanted - away;
        if (away < 1e-3 * wanted) [dx, dy, away] = [Math.cos(TURN * j), Math.sin(TURN * j), 1];
        const heavy = circles[i].r ** 2 / (circles[i].r ** 2 + circles[j].r ** 2);
        at[i] = [at[i][0] - (dx / away) * push * (1 - heavy), at[i][1] - (dy / away) * push * (1 - heavy)];
        at[j] = [at[j][0] + (dx / away) * push * heavy, at[j][1] + (dy / away) * push * heavy];
      }
    }
    return at;
  };

  const paint = R.Painter.prototype;

  // The sites that a period shows, and where each circle stands, in pixels from the plane's corner.
  paint.place = function ({ t, layers, view }) {
    const key = [t, layers.generics, view.s, this.scale].join();
    if (key === this.placedFor) return this.placed;
    this.placedFor = key;
    const spots = this.facts.sites.filter((site) => site.x !== null && (!site.generic || layers.generics)).map((site) => {
      const it = R.held(site, t);
      const outer = site.open[t] ? this.radius(it + R.idleIt(site, t)) : 0;
      const [trueX, trueY] = [site.x * view.s, site.y * view.s];
      return { site, it, inner: this.radius(it), outer, reach: Math.max(outer, 4), trueX, trueY, atX: trueX, atY: trueY };
    });
    spots.sort((a, b) => b.outer - a.outer || (a.site.id < b.site.id ? -1 : 1));
    const crowd = spots.length > CROWD;
    const free = spots.filter((spot) => !crowd || spot.outer > 0);
    const at = R.spread(free.map((spot) => ({ x: spot.trueX, y: spot.trueY, r: spot.reach })));
    free.forEach((spot, i) => { [spot.atX, spot.atY] = at[i]; });
    this.placed = spots;
    return spots;
  };

  // Join a circle that was moved with the place of its site.
  paint.leader = function ({ x, y, placeX, placeY, reach }) {
    if (Math.hypot(x - placeX, y - placeY) < 0.3 * reach + 2) return;
    this.stroke(R.outline([[placeX, placeY, x, y]]), this.colour.ink, 0.9);
    this.fill(R.circle(placeX, placeY, 1.6), this.colour.ink);
  };
})((window.Rackgrid = window.Rackgrid || {}));
