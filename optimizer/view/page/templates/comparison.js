// Two maps that follow each other.
(() => {
  const read = (id) => JSON.parse(document.getElementById(id).textContent);
  const facts = [read("facts-a"), read("facts-b")];
  // One scale of circles: the same area is the same power on both maps.
  for (const key of ["largest_mw", "most_open"]) {
    const most = Math.max(...facts.map((each) => each[key]));
    for (const each of facts) each[key] = most;
  }
  const boxes = ["map-a", "map-b"].map((id) => document.querySelector(`#${id} .rackgrid-map`));
  const maps = boxes.map((box, i) => Rackgrid.map(box, facts[i], { title: "h4", theme: false }));
  const said = document.getElementById("linked");
  Rackgrid.link(...maps, (map, label, stays) => {
    said.textContent = label ? `${map === maps[0] ? "A" : "B"} has no period ${label}: its map stays at ${stays}.` : "";
  });
  const shared = facts[0].periods.filter((label) => facts[1].periods.includes(label));
  if (shared.length) maps.forEach((map, i) => map.setPeriod(facts[i].periods.indexOf(shared[shared.length - 1])));
  Rackgrid.compared = maps;
})();
