// Paint single sites and their names, and find what lies under a point.
"use strict";
(function (R) {
  const TAU = 2 * Math.PI;
  const paint = R.Painter.prototype;

  R.NOTABLE_MW = 1; // idle halls below this are the rest of a pod

  // Energised power that no rack draws: a pale band below all pies.
  paint.band = function ({ x, y, outer }) {
    this.fill(R.circle(x, y, outer), this.colour.idle);
    this.stroke(R.circle(x, y, outer), this.colour["idle-edge"], 1);
  };

  // A pie by vendor, clockwise from the top.
  paint.site = function ({ site, x, y, it, inner, outer }, t) {
    let turn = -TAU / 4;
    for (const [vendor, mw] of R.byVendor(this.facts, site, t)) {
      const next = turn + (TAU * mw) / it;
      const path = new Path2D();
      path.moveTo(x, y);
      path.arc(x, y, inner, turn, next);
      path.closePath();
      this.fill(path, vendor.colour);
      if (mw < it) this.stroke(path, this.colour.halo, 0.7);
      if (inner > 9 && (next - turn) * inner > 12) this.letter(vendor.mark, x, y, inner, (turn + next) / 2, mw < it);
      turn = next;
    }
    if (site.generic) this.fill(R.circle(x, y, inner), this.generic);
    this.pen.setLineDash(site.generic ? [3, 2.4] : []);
    this.stroke(R.circle(x, y, inner || outer), this.colour.ink, site.generic ? 1.2 : site.kind ? 1.6 : 0.8);
    this.pen.setLineDash([]);
    if (site.idle_hall_mw[t] > R.NOTABLE_MW) {
      this.square(x + 0.72 * outer, y + 0.72 * outer, Math.min(3.5, Math.max(1.8, 0.35 * outer)), this.colour.halo, this.colour.ink, 1.3);
    }
    if (!site.opened[t]) return;
    const foot = y - outer - 2;
    const mark = R.outline([[x, foot - 8, x + 5, foot, x - 5, foot]], true);
    this.stroke(mark, this.colour.halo, 1.2);
    this.fill(mark, this.colour.ink);
  };

  paint.letter = function (mark, x, y, radius, angle, shared) {
    const away = shared ? 0.58 * radius : 0;
    const at = [x + away * Math.cos(angle), y + away * Math.sin(angle)];
    this.write(mark, ...at, Math.min(14, Math.max(9, 0.55 * radius)), "#ffffff", { weight: 700, halo: "#222222", wide: 2.4, middle: true });
  };

  paint.write = function (text, x, y, size, colour, { weight = 400, halo = this.colour.halo, wide = 3, middle = false } = {}) {
    const pen = this.pen;
    pen.font = `${weight} ${size}px ${this.font}`;
    [pen.textAlign, pen.textBaseline] = middle ? ["center", "middle"] : ["left", "alphabetic"];
    pen.lineJoin = "round";
    pen.lineWidth = wide;
    pen.strokeStyle = halo;
    pen.strokeText(text, x, y);
    pen.fillStyle = colour;
    pen.fillText(text, x, y);
  };

  // Name real campuses that hold racks, largest first, where a name finds room; the others have the hover box.
  paint.paintNames = function ({ width, height, t }) {
    const size = 12;
    const taken = this.drawn.filter((s) => s.outer > 3).map((s) => [s.x - s.outer, s.y - s.outer, s.x + s.outer, s.y + s.outer, s.site.id]);
    taken.push([0, 0, 54, 132, ""]); // the buttons
    const free = (box, id) => box[0] > 2 && box[1] > 2 && box[2] < width - 2 && box[3] < height - 2
      && !taken.some((b) => b[4] !== id && b[0] < box[2] && box[0] < b[2] && b[1] < box[3] && box[1] < b[3]);
    for (const { site, x, y, it, outer } of this.drawn) {
      if (site.generic || it <= 0) continue;
      const text = R.shortName(site.name);
      this.pen.font = `600 ${size}px ${this.font}`;
      const wide = this.pen.measureText(text).width;
      const box = ([px, py]) => [px - 2, py - size, px + wide + 2, py + 3];
      const found = places(x, y, outer, wide, size, site.opened[t]).find((place) => free(box(place), site.id));
      if (!found) continue;
      if (found[2]) this.lead(x, y, outer, found[0], found[1] - size / 2 + 1, wide);
      this.write(text, found[0], found[1], size, this.colour.ink, { weight: 600 });
      taken.push([...box(found), ""]);
    }
  };

  // Places of a name: beside its circle, else further off (third value true), where a line joins them.
  function places(x, y, outer, wide, size, opened) {
    const near = [[x + outer + 4, y + 4], [x - outer - 4 - wide, y + 4], [x - wide / 2, y + outer + size + 1], [x - wide / 2, y - outer - (opened ? 15 : 5)]];
    const far = [16, 30, 46, 64].flatMap((off) => [30, 150, 330, 210, 60, 120, 300, 240].map((degrees) => {
      const [dx, dy] = [Math.cos((degrees * TAU) / 360), Math.sin((degrees * TAU) / 360)];
      return [x + (outer + off) * dx - (dx < 0 ? wide : 0), y + (outer + off) * dy + size / 2, true];
    }));
    return [...near, ...far];
  }

  paint.lead = function (x, y, outer, left, ey, wide) {
    const ex = Math.min(Math.max(x, left), left + wide);
    const away = Math.hypot(ex - x, ey - y);
    this.stroke(R.outline([[x + ((ex - x) * outer) / away, y + ((ey - y) * outer) / away, ex, ey]]), this.colour.ink, 0.9);
  };

  function distance([px, py], [ax, ay], [bx, by]) {
    const square = (bx - ax) ** 2 + (by - ay) ** 2;
    const part = square ? Math.min(1, Math.max(0, ((px - ax) * (bx - ax) + (py - ay) * (by - ay)) / square)) : 0;
    return Math.hypot(px - ax - part * (bx - ax), py - ay - part * (by - ay));
  }

  // The site under a point, else the line, else the zone: all share one hover box.
  paint.find = function (x, y) {
    const { view, width, height, layers, t } = this.state;
    const hits = this.drawn.filter((spot) => Math.hypot(spot.x - x, spot.y - y) <= Math.max(spot.reach, 6));
    if (hits.length) return { kind: "site", thing: hits.reduce((a, b) => (b.reach <= a.reach ? b : a)).site };
    if (layers.lines) {
      const near = this.lines.map((l) => [distance([x, y], l.start, l.end) - (Math.abs(l.line.mw[t]) > 0.001 ? 3 : 0), l.line]).filter(([d]) => d < 4);
      if (near.length) return { kind: "line", thing: near.reduce((a, b) => (b[0] < a[0] ? b : a))[1] };
    }
    if (!layers.zones) return null;
    const [ux, uy] = [view.x + (x - width / 2) / view.s, view.y + (y - height / 2) / view.s];
    this.pen.setTransform(1, 0, 0, 1, 0, 0);
    const hit = this.zones.find(({ zone, path, box }) => path
      ? ux >= box[0] && ux <= box[2] && uy >= box[1] && uy <= box[3] && this.pen.isPointInPath(path, ux, uy, "evenodd")
      : zone.bus && zone.at && Math.max(Math.abs(zone.at[0] - ux), Math.abs(zone.at[1] - uy)) * view.s < 7);
    return hit ? { kind: "zone", thing: hit.zone } : null;
  };
})((window.Rackgrid = window.Rackgrid || {}));
