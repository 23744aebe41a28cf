// Rackgrid.map(element, facts, options): build the page's parts in an element and return a handle.
// Options: title (false, or the tag of the heading), theme (false: no button), wheel (true: it zooms at once).
// The handle: setPeriod(i), period(), setView(view), view(), pin(id), onChange(callback). onChange hears what people
// do, not what these setters do, so that two maps can follow each other: Rackgrid.link(a, b).
"use strict";
(function (R) {
  const STEP_MS = 1200;
  const THEMES = { auto: "Theme: auto", light: "Theme: light", dark: "Theme: dark" };

  R.map = function (element, facts, options) {
    return new AtlasMap(element, facts, options || {}).handle();
  };

  R.link = function (a, b) {
    for (const [from, to] of [[a, b], [b, a]]) {
      from.onChange(() => {
        to.setPeriod(from.period());
        to.setView(from.view());
      });
    }
  };

  class AtlasMap {
    constructor(element, facts, options) {
      this.facts = facts;
      this.root = element;
      this.wheel = options.wheel; // without it the wheel scrolls the page until the map has the focus
      this.state = { facts, t: 0, layers: { zones: true, lines: true, generics: true, labels: true, basemap: true }, pinned: null, view: null };
      this.listeners = [];
      this.build(options);
      this.painter = new R.Painter(this.canvas, facts);
      new ResizeObserver(() => this.resize()).observe(this.stage);
      matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => this.recolour());
      document.addEventListener("rackgrid-theme", () => this.recolour());
      addEventListener("beforeprint", () => this.print(true));
      addEventListener("afterprint", () => this.print(false));
      this.resize();
      this.setPeriod(facts.periods.length - 1, true);
    }

    handle() {
      return {
        setPeriod: (i) => this.setPeriod(i, true),
        period: () => this.state.t,
        setView: (view) => this.setView(view),
        view: () => this.metricView(),
        pin: (id) => this.pin(this.facts.sites.find((site) => site.id === id) || null),
        onChange: (callback) => this.listeners.push(callback),
      };
    }

    build(options) {
      const { facts } = this;
      const last = facts.periods.length - 1;
      this.canvas = R.el("canvas", { tabindex: "0", role: "application", "aria-label": "Map. Arrow keys move it, plus and minus zoom, 0 shows everything, brackets step through the periods. The list has every site." });
      this.hover = R.el("div", { class: "rg-hover", hidden: true });
      const zoom = (words, label, act) => R.el("button", { type: "button", "aria-label": label, title: label, click: act }, words);
      this.stage = R.el("div", { class: "rg-stage" }, this.canvas, R.el("div", { class: "rg-zoom" },
        zoom("+", "Zoom in", () => this.zoom(1.5)), zoom("−", "Zoom out", () => this.zoom(1 / 1.5)), zoom("⌂", "Show everything", () => this.home())), this.hover,
        R.el("p", { class: "rg-source" }, facts.basemap.sources.length ? "Outlines: Natural Earth, US Census Bureau" : ""));
      this.slider = R.el("input", { type: "range", min: "0", max: String(last), step: "1", "aria-label": "Period", disabled: last === 0, input: () => this.setPeriod(Number(this.slider.value)) });
      this.periodName = R.el("output", { class: "rg-period" });
      this.playButton = R.el("button", { type: "button", class: "rg-play", disabled: last === 0, click: () => this.play() }, "Play");
      this.search = R.el("input", { type: "search", placeholder: "Site id or name", "aria-label": "Search sites by id or name", input: () => this.searched(), keydown: (event) => this.searchKey(event) });
      this.sentence = R.el("p", { class: "rg-sentence", "aria-live": "polite" });
      this.panel = R.el("section", { class: "rg-panel", tabindex: "-1", "aria-label": "Pinned site", hidden: true, keydown: (event) => { if (event.key === "Escape") this.unpin(); } });
      this.legend = new R.Legend(facts);
      this.list = new R.SiteList(facts, (site) => this.pin(site, true));
      const title = options.title === false ? null : R.el(options.title || "h1", { class: "rg-title" }, facts.title);
      this.root.replaceChildren(R.el("div", { class: "rg-frame" },
        R.el("header", {}, title, options.title === false ? null : R.el("p", { class: "rg-soft rg-status" }, facts.status), this.sentence, facts.notices.map((text) => R.el("p", { class: "rg-notice", role: "note" }, text))),
        R.el("div", { class: "rg-bar" }, this.playButton, this.slider, this.periodName, this.search, options.theme === false ? null : this.themeButton()),
        this.stage,
        R.el("aside", {}, this.panel, this.legend.node, R.layers(this.state, (key, on) => this.setLayer(key, on)), this.list.node,
          R.el("p", { class: "rg-soft" }, "GENERIC sites are no projects: they stand for capacity that a zone could host by rule."))));
      this.listen();
    }

    themeButton() {
      const names = Object.keys(THEMES);
      const button = R.el("button", { type: "button", class: "rg-theme", click: () => {
        const now = document.documentElement.dataset.theme || "auto";
        const next = names[(names.indexOf(now) + 1) % names.length];
        if (next === "auto") delete document.documentElement.dataset.theme;
        else document.documentElement.dataset.theme = next;
        document.dispatchEvent(new Event("rackgrid-theme"));
      } }, THEMES[document.documentElement.dataset.theme || "auto"]);
      document.addEventListener("rackgrid-theme", () => { button.textContent = THEMES[document.documentElement.dataset.theme || "auto"]; });
      return button;
    }

    listen() {
      const { canvas } = this;
      canvas.addEventListener("pointermove", (event) => this.pointerMove(event));
      canvas.addEventListener("pointerleave", () => { this.hover.hidden = true; });
      canvas.addEventListener("pointerdown", (event) => this.pointerDown(event));
      for (const kind of ["pointerup", "pointercancel"]) canvas.addEventListener(kind, (event) => this.pointerUp(event));
      canvas.addEventListener("wheel", (event) => {
        if (!event.ctrlKey && document.activeElement !== canvas && !this.wheel) return;
        event.preventDefault();
        this.zoom(Math.exp(-event.deltaY / 400), this.place(event));
      }, { passive: false });
      canvas.addEventListener("keydown", (event) => this.key(event));
      this.pointers = new Map();
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
      const root = document.documentElement;
      if (on && !this.printing) this.themeBefore = root.dataset.theme;
      this.printing = on;
      if (on) root.dataset.theme = "light";
      else if (this.themeBefore) root.dataset.theme = this.themeBefore;
      else delete root.dataset.theme;
      this.painter.readColours();
      this.resize();
    }

    setPeriod(i, quiet) {
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
      if (!quiet) this.tell();
    }

    play() {
      if (this.timer) return this.stop();
      const last = this.facts.periods.length - 1;
      if (this.state.t === last) this.setPeriod(0);
      this.playButton.textContent = "Pause";
      this.timer = setInterval(() => {
        this.setPeriod(this.state.t + 1);
        if (this.state.t >= last) this.stop();
      }, STEP_MS);
      return undefined;
    }

    stop() {
      clearInterval(this.timer);
      this.timer = 0;
      this.playButton.textContent = "Play";
    }

    setLayer(key, on) {
      this.state.layers[key] = on;
      this.redraw();
    }

    tell() {
      for (const callback of this.listeners) callback();
    }

    pin(site, move) {
      this.state.pinned = site ? site.id : null;
      this.pinnedSite = site;
      this.panel.hidden = !site;
      this.list.setPinned(site);
      if (site) this.showPanel();
      if (site && move && site.x !== null) this.reveal(site);
      this.redraw();
      if (site) this.showSide(this.panel, move);
    }

    // Give the focus back to where the site was chosen.
    unpin() {
      const site = this.pinnedSite;
      const row = this.list.shown.find((each) => each.site === site);
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
      this.panel.replaceChildren(...R.panel(this.facts, this.pinnedSite, this.state.t, () => this.unpin()));
    }
  }

  R.AtlasMap = AtlasMap;
})((window.Rackgrid = window.Rackgrid || {}));
