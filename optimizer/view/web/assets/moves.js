// Moving about the map: pointer, wheel, pinch, keyboard, and the one hover box.
"use strict";
(function (R) {
  const moves = R.AtlasMap.prototype;
  const DEEPEST = 60; // times the whole map

  moves.go = function (view) {
    this.state.view = view;
    this.rescaled();
    this.redraw();
    this.tell();
  };

  moves.zoom = function (factor, at) {
    const { view, width, height } = this.state;
    const [px, py] = at || [width / 2, height / 2];
    const home = this.homeView();
    const s = Math.min(home.s * DEEPEST, Math.max(home.s * 0.5, view.s * factor));
    const [ux, uy] = [view.x + (px - width / 2) / view.s, view.y + (py - height / 2) / view.s];
    this.go({ x: ux - (px - width / 2) / s, y: uy - (py - height / 2) / s, s });
  };

  moves.pan = function (dx, dy) {
    const { view } = this.state;
    this.go({ x: view.x - dx / view.s, y: view.y - dy / view.s, s: view.s });
  };

  // Bring a site into the picture where it is outside.
  moves.reveal = function (site) {
    const { view, width, height } = this.state;
    const [x, y] = [width / 2 + (site.x - view.x) * view.s, height / 2 + (site.y - view.y) * view.s];
    if (x < 40 || y < 40 || x > width - 40 || y > height - 40) this.go({ x: site.x, y: site.y, s: view.s });
  };

  // Views are told in metres of the plane, so that maps of other sizes can follow.
  moves.view = function () {
    const { plane } = this.facts;
    const view = this.state.view || { x: plane.width / 2, y: plane.height / 2, s: 0.1 };
    return { x_m: plane.west_m + view.x * plane.metres_per_unit, y_m: plane.north_m - view.y * plane.metres_per_unit, metres_per_px: plane.metres_per_unit / view.s };
  };

  moves.setView = function ({ x_m, y_m, metres_per_px }) {
    const { plane } = this.facts;
    const unit = plane.metres_per_unit;
    this.state.view = { x: (x_m - plane.west_m) / unit, y: (plane.north_m - y_m) / unit, s: unit / metres_per_px };
    if (!this.state.width) return;
    this.rescaled();
    this.redraw();
  };

  moves.pointerDown = function (event) {
    this.canvas.setPointerCapture(event.pointerId);
    this.pointers.set(event.pointerId, this.place(event));
    this.travelled = this.pointers.size > 1 ? 99 : 0;
  };

  moves.pointerMove = function (event) {
    const now = this.place(event);
    const before = this.pointers.get(event.pointerId);
    if (!before) {
      this.showHover(...now);
      return;
    }
    const other = [...this.pointers].find(([id]) => id !== event.pointerId);
    this.pointers.set(event.pointerId, now);
    this.travelled += Math.hypot(now[0] - before[0], now[1] - before[1]);
    if (other) {
      const apart = (point) => Math.hypot(point[0] - other[1][0], point[1] - other[1][1]);
      this.zoom(apart(now) / Math.max(1, apart(before)), [(now[0] + other[1][0]) / 2, (now[1] + other[1][1]) / 2]);
    } else if (this.travelled > 3) {
      this.hideHover();
      this.pan(now[0] - before[0], now[1] - before[1]);
    }
  };

  moves.pointerUp = function (event) {
    const at = this.pointers.get(event.pointerId);
    this.pointers.delete(event.pointerId);
    if (!at || event.type === "pointercancel" || this.travelled > 3) return;
    const found = this.painter.find(...at);
    this.pin(found && found.kind === "site" ? found.thing.id : null);
    if (event.pointerType === "mouse") return;
    if (found && found.kind !== "site") this.showHover(...at); // a touched site has its panel
    else this.hideHover();
  };

  moves.hideHover = function () {
    this.hover.hidden = true;
    this.under = null;
  };

  moves.showHover = function (x, y) {
    const { facts, hover } = this;
    const { t, width, height } = this.state;
    const found = this.painter.state ? this.painter.find(x, y) : null;
    this.canvas.style.cursor = found && found.kind === "site" ? "pointer" : "grab";
    if (!found) {
      this.hideHover();
      return;
    }
    const { kind, thing } = found;
    const parts = {
      site: () => [R.siteHead(thing), ...R.siteLines(facts, thing, t)],
      zone: () => [R.heading(`zone ${thing.id}`, thing.name), ...R.zoneLines(facts, thing, t)],
      line: () => [R.heading(`line ${thing.id}`, `${thing.from} – ${thing.to}`), ...R.lineLines(facts, thing, t)],
    };
    this.under = [x, y];
    hover.replaceChildren(...parts[kind]());
    hover.hidden = false;
    const left = x + 16 + hover.offsetWidth > width ? x - 16 - hover.offsetWidth : x + 16;
    hover.style.left = `${Math.max(4, Math.min(left, width - hover.offsetWidth - 4))}px`;
    const top = y + 16 + hover.offsetHeight > height ? y - 16 - hover.offsetHeight : y + 16;
    hover.style.top = `${Math.max(4, top)}px`;
  };

  moves.key = function (event) {
    const step = 60;
    const act = {
      ArrowLeft: () => this.pan(step, 0), ArrowRight: () => this.pan(-step, 0), ArrowUp: () => this.pan(0, step), ArrowDown: () => this.pan(0, -step),
      "+": () => this.zoom(1.5), "=": () => this.zoom(1.5), "-": () => this.zoom(1 / 1.5), 0: () => this.go(this.homeView()),
      "[": () => this.step(this.state.t - 1), "]": () => this.step(this.state.t + 1), Escape: () => this.pin(null),
    }[event.key];
    if (!act || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    act();
  };

  // What is found stands in the list: bring it into sight, in the place of a pinned site.
  moves.searched = function () {
    const words = this.search.value;
    if (words && this.state.pinned) this.pin(null);
    this.list.show(words);
    if (words) this.showSide(this.list.node);
  };

  moves.searchKey = function (event) {
    if (event.key === "ArrowDown") {
      event.preventDefault();
      this.list.focus(0);
    } else if (event.key === "Enter" && this.list.shown.length) {
      this.pin(this.list.shown[0].site.id, true);
    }
  };
})((window.Rackgrid = window.Rackgrid || {}));
