// Two maps that follow each other: in time by the name of the period, in view by metres where both have one projection,
// else by the share of the map.
(() => {
  const read = (id) => JSON.parse(document.getElementById(id).textContent);
  const facts = [read("facts-a"), read("facts-b")];
  // One scale of circles: the same area is the same power on both maps.
  const larger = facts[0].largest_mw >= facts[1].largest_mw ? facts[0] : facts[1];
  const scale = { largest_mw: larger.largest_mw, most_open: Math.max(...facts.map((f) => f.most_open)) };
  for (const each of facts) Object.assign(each, scale);
  const boxes = ["map-a", "map-b"].map((id) => document.querySelector(`#${id} .rackgrid-map`));
  const maps = boxes.map((box, i) => Rackgrid.map(box, facts[i], { title: "h4", theme: false }));
  const said = document.getElementById("linked");
  const names = ["A", "B"];

  function movePeriod(from, to) {
    const label = facts[from].periods[maps[from].period()];
    const found = facts[to].periods.indexOf(label);
    if (found >= 0) maps[to].setPeriod(found);
    const stays = facts[to].periods[maps[to].period()];
    said.textContent = found >= 0 ? "" : `${names[to]} has no period ${label}: its map stays at ${stays}.`;
  }

  function seenFrom(from, to) {
    const view = maps[from].view();
    const [a, b] = [facts[from].plane, facts[to].plane];
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

  for (const [from, to] of [[0, 1], [1, 0]]) {
    maps[from].onChange(() => {
      movePeriod(from, to);
      maps[to].setView(seenFrom(from, to));
    });
  }
  const shared = facts[0].periods.filter((label) => facts[1].periods.includes(label));
  if (shared.length) maps.forEach((map, i) => map.setPeriod(facts[i].periods.indexOf(shared[shared.length - 1])));
  Rackgrid.compared = maps;
})();
