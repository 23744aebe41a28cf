// Paint single sites and their names, and find what lies under a point.
"use strict";
(function (R) {
  const TAU = 2 * Math.PI;
  const paint = R.Painter.prototype;

  // Energised power that no rack draws: a pale band below all pies.
  paint.band = function ({ x, y, outer }) {
    this.disc(x, y, outer, this.colour.idle);
    this.ring(x, y, outer, this.colour["idle-edge"], 1);
  };

  // A pie by vendor, clockwise from the top.
  paint.site = function (spot, t) {
    const pen = this.pen;
    const { site, x, y, inner, outer } = spot;
    let turn = -TAU / 4;
    for (const vendor of this.facts.vendors) {
      const mw = site.it_mw[vendor.name] ? site.it_mw[vendor.name][t] : 0;
      if (mw <= 0) continue;
      const next = turn + (TAU * mw) / spot.it;
      pen.beginPath();
      pen.moveTo(x, y);
      pen.arc(x, y, inner, turn, next);
      pen.closePath();
      pen.fillStyle = vendor.colour;
      pen.fill();
      if (mw < spot.it) {
        pen.strokeStyle = this.colour.halo;
        pen.lineWidth = 0.7;
        pen.stroke();
      }
      if (inner > 9 && (next - turn) * inner > 12) this.letter(vendor.mark, x, y, inner, (turn + next) / 2, mw < spot.it);
      turn = next;
    }
    if (site.generic) this.disc(x, y, inner, this.generic);
    pen.setLineDash(site.generic ? [3, 2.4] : []);
    this.ring(x, y, inner || outer, this.colour.ink, site.generic ? 1.2 : site.kind ? 1.6 : 0.8);
    pen.setLineDash([]);
    if (site.idle_hall_mw[t] > R.NOTABLE_MW) this.hallMark(x + 0.72 * outer, y + 0.72 * outer, Math.min(3.5, Math.max(1.8, 0.35 * outer)));
    if (site.opened[t]) this.openedMark(x, y - outer - 2);
  };

  paint.disc = function (x, y, radius, fill) {
    this.pen.beginPath();
    this.pen.arc(x, y, radius, 0, TAU);
    this.pen.fillStyle = fill;
    this.pen.fill();
  };

  paint.letter = function (mark, x, y, radius, angle, shared) {
    const away = shared ? 0.58 * radius : 0;
    const pen = this.pen;
    pen.font = `700 ${Math.min(14, Math.max(9, 0.55 * radius))}px ${this.font}`;
    pen.textAlign = "center";
    pen.textBaseline = "middle";
    pen.lineJoin = "round";
    pen.lineWidth = 2.4;
    pen.strokeStyle = "#222222";
    pen.fillStyle = "#ffffff";
    pen.strokeText(mark, x + away * Math.cos(angle), y + away * Math.sin(angle));
    pen.fillText(mark, x + away * Math.cos(angle), y + away * Math.sin(angle));
  };

  paint.hallMark = function (x, y, half) {
    this.pen.fillStyle = this.colour.halo;
    this.pen.strokeStyle = this.colour.ink;
    this.pen.lineWidth = 1.3;
    this.pen.fillRect(x - half, y - half, 2 * half, 2 * half);
    this.pen.strokeRect(x - half, y - half, 2 * half, 2 * half);
  };

  paint.openedMark = function (x, y) {
    const pen = this.pen;
    pen.beginPath();
    pen.moveTo(x, y - 8);
    pen.lineTo(x + 5, y);
    pen.lineTo(x - 5, y);
    pen.closePath();
    pen.fillStyle = this.colour.ink;
    pen.strokeStyle = this.colour.halo;
    pen.lineWidth = 1.2;
    pen.stroke();
    pen.fill();
  };

  paint.write = function (text, x, y, size, colour, weight) {
    const pen = this.pen;
    pen.font = `${weight || 400} ${size}px ${this.font}`;
    pen.textAlign = "left";
    pen.textBaseline = "alphabetic";
    pen.lineJoin = "round";
    pen.lineWidth = 3;
    pen.strokeStyle = this.colour.halo;
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
      const found = places(x, y, outer, wide, size, site.opened[t]).find(([px, py]) => free([px - 2, py - size, px + wide + 2, py + 3], site.id));
      if (!found) continue;
      if (found[2]) this.lead(x, y, outer, found[0], found[1] - size / 2 + 1, wide);
      this.write(text, found[0], found[1], size, this.colour.ink, 600);
      taken.push([found[0] - 2, found[1] - size, found[0] + wide + 2, found[1] + 3, ""]);
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

  paint.lead = function (x, y, outer, left, middle, wide) {
    const [ex, ey] = [Math.min(Math.max(x, left), left + wide), middle];
    const away = Math.hypot(ex - x, ey - y);
    this.pen.strokeStyle = this.colour.ink;
    this.pen.lineWidth = 0.9;
    this.pen.beginPath();
    this.pen.moveTo(x + ((ex - x) * outer) / away, y + ((ey - y) * outer) / away);
    this.pen.lineTo(ex, ey);
    this.pen.stroke();
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
