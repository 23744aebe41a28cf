// Start the map within a report.
"use strict";
Rackgrid.map(
  document.querySelector(".rackgrid-map"), JSON.parse(document.getElementById("plan-facts").textContent),
  { title: false });
