"use strict";
// Sorting and filtering of the tables with class "live"; without scripts they are plain tables, whole and in order.
(() => {
  const { el } = window.Rackgrid;
  const number = (cell) => {
    const value = parseFloat(cell.textContent.replace(/[,\s]/g, "").replace("−", "-"));
    return Number.isNaN(value) ? -Infinity : value;
  };
  const words = new Intl.Collator("en", { numeric: true });

  function sort(table, index, numeric) {
    const head = table.tHead.rows[0].cells[index];
    const was = head.getAttribute("aria-sort");
    const turn = was ? (was === "ascending" ? "descending" : "ascending") : numeric ? "descending" : "ascending";
    for (const cell of table.tHead.rows[0].cells) cell.removeAttribute("aria-sort");
    head.setAttribute("aria-sort", turn);
    const sign = turn === "ascending" ? 1 : -1;
    const keyed = [...table.tBodies[0].rows].map((row) => [numeric ? number(row.cells[index]) : row.cells[index].textContent, row]);
    keyed.sort(([a], [b]) => sign * (numeric ? (a < b ? -1 : a > b ? 1 : 0) : words.compare(a, b)));
    table.tBodies[0].append(...keyed.map(([, row]) => row));
  }

  function filter(table, box) {
    const wanted = box.querySelector("input").value.trim().toLowerCase();
    const chosen = [...box.querySelectorAll("select")].filter((s) => s.selectedIndex > 0);
    const rows = [...table.tBodies[0].rows];
    for (const row of rows) {
      row.hidden = !row.textContent.toLowerCase().includes(wanted)
        || chosen.some((s) => row.cells[Number(s.dataset.column)].textContent !== s.value);
    }
    box.querySelector("output").textContent = `${rows.filter((row) => !row.hidden).length} of ${rows.length} rows`;
  }

  function choices(table, index, name) {
    const values = new Set([...table.tBodies[0].rows].map((row) => row.cells[index].textContent));
    if (values.size < 2) return "";
    const options = [...values].sort(words.compare).map((value) => el("option", { value }, value || "(none)"));
    return el("select", { "data-column": index, "aria-label": `Filter by ${name}` }, el("option", { value: "" }, `${name}: all`), options);
  }

  function enliven(table) {
    const box = el("div", { class: "tools", input: () => filter(table, box) },
      el("input", { type: "search", placeholder: "Filter rows", "aria-label": `Filter ${table.caption.textContent}` }));
    [...table.tHead.rows[0].cells].forEach((cell, index) => {
      const name = cell.textContent;
      cell.replaceChildren(
        el("button", { type: "button", click: () => sort(table, index, cell.classList.contains("n")) }, name),
        el("span", { class: "printed", "aria-hidden": "true" }, name)); // browsers repeat no buttons at the head of each printed page
      if (cell.dataset.choice !== undefined) box.append(choices(table, index, name));
    });
    box.append(el("output", {}));
    table.parentElement.before(box);
    filter(table, box);
  }

  document.querySelectorAll("table.live").forEach(enliven);
})();
