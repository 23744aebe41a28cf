// Start the map of a page that holds nothing else.
"use strict";
Rackgrid.page = Rackgrid.map(
  document.querySelector(".rackgrid-map"), JSON.parse(document.getElementById("rackgrid-facts").textContent),
  { wheel: true });
