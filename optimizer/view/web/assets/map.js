// Rackgrid.map(element, facts, options): build the page's parts in an element and return the map.
// Options: title (false, or the tag of the heading), theme (false: no button), wheel (true: it zooms at once).
// Others call setPeriod(i), period(), setView(view), view(), pin(id), onChange(callback). onChange hears what people
// do, not what these setters do, so that two maps can follow each other: Rackgrid.link(a, b).
"use strict";
(function (R) {
  const STEP_MS = 1200;
  const THEMES = { auto: "Theme: auto", light: "Theme: light", dark: "Theme: dark" };

  R.map = (element, facts, options) => new R.AtlasMap(element, facts, options || {});

  // Let two maps follow each other: in time by the name of the period, in view by metres where both have one
  // projection, else by the share of the map. tell(map, label, stays) hears of a period that a map lacks.
  R.link = function (a, b, tell = () => {}) {
    for (const [from, to] of [[a, b], [b, a]]) {
      from.onChange(() => {
        const [label, { periods }] = [from.facts.periods[from.period()], to.facts];
        const found = periods.indexOf(label);
        if (found >= 0) to.setPeriod(found);
        tell(to, found < 0 ? label : "", periods[to.period()]);
        to.setView(seenFrom(from, to));
      });
    }
  };

  function seenFrom(from, to) {
    const view = from.view();
    const [a, b] = [from.facts.plane, to.facts.plane];
    if (a.crs === b.crs) return view;
    const across = (view.x_m - a.west_m) / (a.width * a.metres_per_unit);
    const down = (a.north_m - view.y_m) / (a.height * a.metres_per_unit);
    const grown = (b.width * b.metres_per_unit) / (a.width * a.metres_per_unit);
    return {
      x_m: b.west_m + across * b.width * b.metres_per_unit,
      y_m: b.north_m - down * b.height * b.metres_per_unit,
      metres_per_px: view.metres_per_px * grown,
    };
  }

  function setTheme(name) {
    const { dataset } = document.documentElement;
    if (name) dataset.theme = name;
    else delete dataset.theme;
  }

  R.AtlasMap = class {
    constructor(element, facts, options) {
      this.facts = facts;
      this.root = element;
      this.wheel = options.wheel; // without it the wheel scrolls the page until the map has the focus
      this.state = { facts, t: 0, layers: { zones: true, lines: true, generics: true, labels: true, basemap: true }, view: null };
      this.listeners = [];
      this.pointers = new Map();
      this.build(options);
      this.painter = new R.Painter(this.canvas, facts);
      new ResizeObserver(() => this.resize()).observe(this.stage);
      matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => this.recolour());
      document.addEventListener("rackgrid-theme", () => this.recolour());
      addEventListener("beforeprint", () => this.print(true));
      addEventListener("afterprint", () => this.print(false));
      this.resize();
      this.setPeriod(facts.periods.length - 1);
    }

    period() {
      return this.state.t;
    }

    onChange(callback) {
      this.listeners.push(callback);
    }

    build(options) {
      const { facts } = this;
      const last = facts.periods.length - 1;
      this.canvas = R.el("canvas", {
        tabindex: "0", role: "application", "aria-label": "Map. Arrow keys move it, plus and minus zoom, 0 shows everything, brackets step through the periods. The list has every site.",
        pointerdown: (event) => this.pointerDown(event), pointermove: (event) => this.pointerMove(event), pointerup: (event) => this.pointerUp(event),
        pointercancel: (event) => this.pointerUp(event), pointerleave: () => { this.hover.hidden = true; }, keydown: (event) => this.key(event),
      });
      this.hover = R.el("div", { class: "rg-hover", hidden: true });
      const zoom = (words, label, act) => R.el("button", { type: "button", "aria-label": label, title: label, click: act }, words);
      this.stage = R.el("div", { class: "rg-stage" }, this.canvas, R.el("div", { class: "rg-zoom" },
        zoom("+", "Zoom in", () => this.zoom(1.5)), zoom("−", "Zoom out", () => this.zoom(1 / 1.5)), zoom("⌂", "Show everything", () => this.go(this.homeView()))), this.hover,
        R.el("p", { class: "rg-source" }, facts.basemap.sources.length ? "Outlines: Natural Earth, US Census Bureau" : ""));
      this.slider = R.el("input", { type: "range", min: "0", max: String(last), step: "1", "aria-label": "Period", disabled: last === 0, input: () => this.step(Number(this.slider.value)) });
      this.periodName = R.el("output", { class: "rg-period" });
      this.playButton = R.el("button", { type: "button", class: "rg-play", disabled: last === 0, click: () => this.play() }, "Play");
      this.search = R.el("input", { type: "search", placeholder: "Site id or name", "aria-label": "Search sites by id or name", input: () => this.searched(), keydown: (event) => this.searchKey(event) });
      this.sentence = R.el("p", { class: "rg-sentence", "aria-live": "polite" });
      this.panel = R.el("section", { class: "rg-panel", tabindex: "-1", "aria-label": "Pinned site", hidden: true, keydown: (event) => { if (event.key === "Escape") this.unpin(); } });
      this.legend = new R.Legend(facts);
      this.list = new R.SiteList(facts, (site) => this.pin(site.id, true));
      const title = options.title === false ? null : R.el(options.title || "h1", { class: "rg-title" }, facts.title);
      this.root.replaceChildren(R.el("div", { class: "rg-frame" },
        R.el("header", {}, title, options.title === false ? null : R.el("p", { class: "rg-soft rg-status" }, facts.status), this.sentence, facts.notices.map((text) => R.el("p", { class: "rg-notice", role: "note" }, text))),
        R.el("div", { class: "rg-bar" }, this.playButton, this.slider, this.periodName, this.search, options.theme === false ? null : this.themeButton()),
        this.stage,
        R.el("aside", {}, this.panel, this.legend.node, R.layers(this.state, () => this.redraw()), this.list.node,
          R.el("p", { class: "rg-soft" }, "GENERIC sites are no projects: they stand for capacity that a zone could host by rule."))));
      this.canvas.addEventListener("wheel", (event) => {
        if (!event.ctrlKey && document.activeElement !== this.canvas && !this.wheel) return;
        event.preventDefault();
        this.zoom(Math.exp(-event.deltaY / 400), this.place(event));
      }, { passive: false });
    }

    themeButton() {
      const names = Object.keys(THEMES);
      const { dataset } = document.documentElement;
      const said = () => THEMES[dataset.theme || "auto"];
      const button = R.el("button", { type: "button", class: "rg-theme", click: () => {
        const next = names[(names.indexOf(dataset.theme || "auto") + 1) % names.length];
        setTheme(next === "auto" ? "" : next);
        document.dispatchEvent(new Event("rackgrid-theme"));
      } }, said());
      document.addEventListener("rackgrid-theme", () => { button.textContent = said(); });
      return button;
    }

    place(event) {
      const box = this.canvas.getBoundingClientRect();
      return [event.clientX - box.left, event.clientY - box.top];
    }

    resize() {
      const width = this.stage.clientWidth;
      const height = this.stage.clientHeight;
      if (!width || !height) return;
      const atHome = !this.state.view || this.state.view.home;
      Object.assign(this.state, { width, height, ratio: this.printing ? 3 : window.devicePixelRatio || 1 });
      this.canvas.width = Math.round(width * this.state.ratio);
      this.canvas.height = Math.round(height * this.state.ratio);
      if (atHome) this.state.view = this.homeView();
      this.rescaled();
      if (this.printing) this.paint();
      else this.redraw();
    }

    homeView() {
      const { width, height } = this.facts.plane;
      const s = Math.min((this.state.width - 8) / width, (this.state.height - 8) / height);
      return { x: width / 2, y: height / 2, s, home: true };
    }

    rescaled() {
      const { width, height, view } = this.state;
      this.painter.setScale(width, height, Math.max(0.5, view.s / this.homeView().s));
      this.legend.setScale(this.painter);
    }

    redraw() {
      if (this.waiting) return;
      this.waiting = requestAnimationFrame(() => {
        this.waiting = 0;
        this.paint();
      });
    }

    paint() {
      if (this.state.width) this.painter.paint(this.state);
    }

    recolour() {
      this.painter.readColours();
      this.rescaled();
      this.paint();
    }

    // A print is light and sharp, whatever the screen is.
    print(on) {
      if (on && !this.printing) this.themeBefore = document.documentElement.dataset.theme;
      this.printing = on;
      setTheme(on ? "light" : this.themeBefore);
      this.painter.readColours();
      this.resize();
    }

    setPeriod(i) {
      this.state.t = Math.min(Math.max(0, Math.round(i)), this.facts.periods.length - 1);
      const { t } = this.state;
      this.slider.value = String(t);
      this.slider.setAttribute("aria-valuetext", this.facts.periods[t]);
      this.periodName.textContent = this.facts.periods[t];
      this.sentence.textContent = R.sentence(this.facts, t);
      this.legend.setPeriod(t);
      this.list.setPeriod(t);
      if (this.state.pinned) this.showPanel();
      this.redraw();
      if (this.under) this.showHover(...this.under);
    }

    step(i) {
      this.setPeriod(i);
      this.tell();
    }

    play() {
      const last = this.facts.periods.length - 1;
      const on = !this.timer;
      if (on && this.state.t === last) this.step(0);
      this.playButton.textContent = on ? "Pause" : "Play";
      clearInterval(this.timer);
      this.timer = on && setInterval(() => {
        this.step(this.state.t + 1);
        if (this.state.t >= last) this.play();
      }, STEP_MS);
    }

    tell() {
      for (const callback of this.listeners) callback();
    }

    pin(id, move) {
      const site = this.facts.sites.find((each) => each.id === id);
      this.state.pinned = site;
      this.panel.hidden = !site;
      this.list.setPinned(site);
      if (site) this.showPanel();
      if (site && move && site.x !== null) this.reveal(site);
      this.redraw();
      if (site) this.showSide(this.panel, move);
    }

    // Give the focus back to where the site was chosen.
    unpin() {
      const row = this.list.shown.find(({ site }) => site === this.state.pinned);
      this.pin(null);
      (row ? row.button : this.canvas).focus();
    }

    // Bring a part of the side into sight, wherever the page is wide enough to put it.
    showSide(node, focus) {
      node.parentElement.scrollTop = node.offsetTop - node.parentElement.offsetTop;
      if (focus) node.focus({ preventScroll: true });
      node.scrollIntoView({ block: "nearest" });
    }

    showPanel() {
      this.panel.replaceChildren(...R.panel(this.facts, this.state.pinned, this.state.t, () => this.unpin()));
    }
  };
})((window.Rackgrid = window.Rackgrid || {}));
