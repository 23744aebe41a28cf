"use strict";
// Sorting and filtering of the tables with class "live"; without scripts they are plain tables, whole and in order.
(() => {
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
    const keyed = [...table.tBodies[0].rows].map((row) => {
      const cell = row.cells[index];
      return [numeric ? number(cell) : cell.textContent, row];
    });
    keyed.sort(([a], [b]) => sign * (numeric ? (a < b ? -1 : a > b ? 1 : 0) : words.compare(a, b)));
    table.tBodies[0].append(...keyed.map(([, row]) => row));
  }

  function filter(table, box) {
    const wanted = box.querySelector("input").value.trim().toLowerCase();
    const chosen = [...box.querySelectorAll("select")].filter((s) => s.selectedIndex > 0);
    let left = 0;
    for (const row of table.tBodies[0].rows) {
      const fits = row.textContent.toLowerCase().includes(wanted)
        && chosen.every((s) => row.cells[Number(s.dataset.column)].textContent === s.value);
      row.hidden = !fits;
      if (fits) left += 1;
    }
    box.querySelector("output").textContent = `${left} of ${table.tBodies[0].rows.length} rows`;
  }

  function choices(table, index, name) {
    const values = new Set([...table.tBodies[0].rows].map((row) => row.cells[index].textContent));
    if (values.size < 2) return "";
    const select = document.createElement("select");
    select.dataset.column = String(index);
    select.setAttribute("aria-label", `Filter by ${name}`);
    select.add(new Option(`${name}: all`, ""));
    for (const value of [...values].sort(words.compare)) select.add(new Option(value || "(none)", value));
    return select;
  }

  function enliven(table) {
    const box = document.createElement("div");
    box.className = "tools";
    const input = document.createElement("input");
    input.type = "search";
    input.placeholder = "Filter rows";
    input.setAttribute("aria-label", `Filter ${table.caption.textContent}`);
    box.append(input);
    [...table.tHead.rows[0].cells].forEach((cell, index) => {
      const name = cell.textContent;
      const button = document.createElement("button");
      button.type = "button";
      button.textContent = name;
      button.addEventListener("click", () => sort(table, index, cell.classList.contains("n")));
      const printed = document.createElement("span");  // browsers repeat no buttons at the head of each printed page
      printed.className = "printed";
      printed.setAttribute("aria-hidden", "true");
      printed.textContent = name;
      cell.replaceChildren(button, printed);
      if (cell.dataset.choice !== undefined) box.append(choices(table, index, name));
    });
    const output = document.createElement("output");
    box.append(output);
    box.addEventListener("input", () => filter(table, box));
    table.parentElement.before(box);
    filter(table, box);
  }

  document.querySelectorAll("table.live").forEach(enliven);
})();
