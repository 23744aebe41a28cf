// Start the map of a page, as all of it or within it.
"use strict";
(() => {
  const alone = document.body.className === "rackgrid-page";
  const facts = JSON.parse(document.getElementById("rackgrid-facts").textContent);
  window.Rackgrid.page = window.Rackgrid.map(document.querySelector(".rackgrid-map"), facts, { title: alone && "h1", wheel: alone });
})();
