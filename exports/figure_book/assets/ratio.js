// The chapters on the activation ratio: Flanders and its provinces, the map, risers and fallers.

const LEAST = 20;  // leefloners: below that one client more makes the ratio jump
const MOVED = 1;  // percentage point: a smaller change is no rise or fall to speak of
const FEW = 3;  // municipalities: fewer make no ranking

function activation() {
  if (!data.series.ratio) return put("activering", missing());
  const year = lastYear("ratio");
  const values = overYears("ratio", FLANDERS, "ratio_pct");
  put("activering", chart({
    title: "Cliënten in TWE per 100 leefloners, Vlaanderen", about: "Activeringsratio in %, jaargemiddelde",
    spoken: spokenYears("ratio", "Activeringsratio", values, 1, "%"),
    draw: columns({ kind: "ratio", parts: [{ name: "ratio", cls: "accent", values }], text: (v) => number(v, 1) }),
    table: yearTable("Activeringsratio in Vlaanderen", "ratio", [
      ["Cliënten in TWE", overYears("ratio", FLANDERS, "clients_in_twe"), 2], ["Leefloners", overYears("ratio", FLANDERS, "leefloners"), 2], ["Ratio", values, 1, "%"]]),
    note: notes("ratio"),
  }));
  const rows = [FLANDERS, ...data.provinces.map((name) => `p:${name}`)]
    .map((place) => ({ name: placeName(place), place, values: [figure("ratio", place, "ratio_pct", year)] }));
  put("activering", chart({
    title: `Activeringsratio per provincie in ${yearLabel("ratio", year)}`, about: "Cliënten in TWE per 100 leefloners, in %",
    spoken: rows.map((row) => `${row.name}: ${words(row.values[0], 1, "%")}`).join("; "),
    draw: bars({ rows, groups: [{ name: `${year}`, cls: "accent" }], decimals: 1, unit: "%" }),
    table: table(`Activeringsratio in ${year}`, ["Gebied", "Ratio"], rows.map((row) => [row.name, words(row.values[0], 1, "%")])),
  }));
  split(year);
  map(year);
}

/** Why the ratio of a city is not that of Flanders: inflow and time in TWE beside each other, the parts in the tables. */
function split(year) {
  const columns = ["ratio", "inflow", "months", "difference", "byInflow", "byMonths", "change", "changeByInflow", "started", "leefloners", "changeByMonths"];
  const all = (data.split ?? []).map(([place, ...values]) => ({ place, name: placeName(place), ...Object.fromEntries(columns.map((name, i) => [name, values[i]])) }));
  const shown = all.filter((row) => row.place === FLANDERS || !row.place.startsWith("p:"));
  if (shown.length < 2) return;
  const points = (value) => (isNumber(value) ? signed(value, 1) : words(value));
  for (const [name, title, about, unit] of [
    ["inflow", "Instroom", "Opgestarte trajecten per 100 leefloners", ""],
    ["months", "Tijd in TWE", "Maanden per opgestart traject: 12 maal de cliënten in TWE, gedeeld door de opgestarte trajecten", "maanden"]]) {
    put("activering", chart({
      title: `${title} in Vlaanderen en de centrumsteden in ${yearLabel("ratio", year)}`, about,
      spoken: shown.map((row) => `${row.name}: ${words(row[name], 1, unit)}`).join("; "),
      draw: bars({ rows: shown.map((row) => ({ name: row.name, values: [row[name]] })), groups: [{ name: title, cls: "accent" }], decimals: 1, unit }),
      note: "De ratio is de instroom maal de tijd in TWE, gedeeld door 12. De delen van een verschil tellen er precies toe op; door afronding kan hun som in de laatste decimaal verschillen.",
      table: name === "inflow"
        ? table(`Waarom de ratio van ${year} verschilt van die van Vlaanderen (procentpunt)`, ["Gebied", "Ratio", "Instroom", "Verschil", "Door de instroom", "Door de tijd in TWE"],
          all.map((row) => [row.name, words(row.ratio, 1, "%"), words(row.inflow, 1), points(row.difference), points(row.byInflow), points(row.byMonths)]))
        : table(`Waarom de ratio van ${year} verschilt van die van ${year - 1} (procentpunt)`, ["Gebied", "Tijd in TWE", "Wijziging", "Door opgestarte trajecten", "Door aantal leefloners", "Door de tijd in TWE"],
          all.map((row) => [row.name, words(row.months, 1), points(row.change), points(row.started), points(row.leefloners), points(row.changeByMonths)])),
    }));
  }
}

function map(year) {
  const items = data.places.map(([code]) => ({ place: places.get(code),
    size: figure("ratio", code, "leefloners", year), value: figure("ratio", code, "ratio_pct", year) }));
  const bounds = classBounds(items.map((item) => item.value));
  const known = items.filter((item) => isNumber(item.value)).toSorted((one, other) => other.value - one.value);
  const hiddenCount = items.filter((item) => item.value === "c").length;
  const key = classTexts(bounds).map((text, i) => [shade(i, bounds.length + 1), text]);
  if (known.length < items.length) key.push(["hollow", hiddenCount ? "vertrouwelijk of zonder ratio" : "zonder ratio"]);
  const made = chart({
    span: "whole", title: `Activeringsratio per gemeente in ${yearLabel("ratio", year)}`,
    about: "Een bol per gemeente: hoe groter, hoe meer leefloners; hoe donkerder, hoe hoger de ratio. Klik op een bol om de gemeente te kiezen.",
    key, draw: bubbles({ items, bounds }),
    spoken: `Kaart met ${items.length} gemeenten, van wie ${known.length} met een ratio. ` + (known.length
      ? `Van deze ratio\u2019s de hoogste: ${known.slice(0, 3).map((item) => `${item.place.name} ${words(item.value, 1, "%")}`).join(", ")}. De laagste: ${known.slice(-3).map((item) => `${item.place.name} ${words(item.value, 1, "%")}`).join(", ")}. ` : "")
      + `Vlaanderen: ${words(figure("ratio", FLANDERS, "ratio_pct", year), 1, "%")}.`,
    note: "De ratio is geen aandeel en kan boven 100 % uitkomen: wie via artikel\u00a060\u00a0§\u00a07 werkt, krijgt loon en geen leefloon.",
    table: table(`Activeringsratio per gemeente in ${year}`, ["Gemeente", "Provincie", "Cliënten in TWE", "Leefloners", "Ratio"],
      items.map(({ place, size, value }) => [place.name, place.province, words(figure("ratio", place.code, "clients_in_twe", year), 2), words(size, 2), words(value, 1, "%")])),
  });
  made.addEventListener("click", (event) => {
    const code = event.target.dataset?.place;
    if (code) choose(code, true);
  });
  put("kaart", made);
}

function risersAndFallers() {
  const year = lastYear("ratio");
  if (!data.series.ratio) return put("beweging", missing());
  const all = data.places.map(([code]) => ({
    place: places.get(code), value: figure("ratio", code, "ratio_change_pp", year),
    size: figure("ratio", code, "leefloners", year), now: figure("ratio", code, "ratio_pct", year),
  })).filter((item) => isNumber(item.value) && isNumber(item.size) && item.size >= LEAST);
  // A hidden change may be larger than all that are shown, and hidden leefloners don't tell whether there are enough.
  const withheld = data.places.filter(([code]) => [figure("ratio", code, "ratio_change_pp", year), figure("ratio", code, "leefloners", year)].includes("c")).length;
  const among = withheld ? "onder de gemeenten waarvan het cijfer getoond mag worden" : `onder ${all.length} gemeenten`;
  document.getElementById("vergeleken").textContent = withheld
    ? `Een vertrouwelijke wijziging kan groter zijn dan die hieronder; vertrouwelijk: ${withheld} gemeenten, vergeleken: ${all.length}.` : "";
  const ranked = all.toSorted((one, other) => other.value - one.value);
  for (const [title, rows, cls] of [
    ["Stijgers", ranked.filter((item) => item.value >= MOVED).slice(0, 10), "accent"],
    ["Dalers", ranked.filter((item) => item.value <= -MOVED).slice(-10).toReversed(), "dark"]]) {
    if (rows.length < FEW) {
      put("beweging", element("p", { class: "missing" }, `${title}: te weinig gemeenten met een wijziging van minstens `
        + `${number(MOVED)} procentpunt${withheld ? " die getoond mag worden" : ""} om te rangschikken.`));
      continue;
    }
    put("beweging", chart({
      title: `${title} in ${yearLabel("ratio", year)}, ${among}`, about: `Wijziging van de activeringsratio tegenover ${year - 1}, in procentpunt; minstens ${number(MOVED)}, hoogstens tien gemeenten`,
      spoken: rows.map((item) => `${item.place.name}: ${signed(item.value, 1)} procentpunt`).join("; "),
      draw: changes({ decimals: 1, cls, rows: rows.map((item) => ({ name: item.place.name, value: item.value,
        detail: `${signed(item.value, 1)} procentpunt, ratio ${words(item.now, 1, "%")}` })) }),
      table: table(title, ["Gemeente", "Provincie", "Leefloners", "Ratio", "Wijziging (procentpunt)"],
        rows.map((item) => [item.place.name, item.place.province, words(item.size, 2), words(item.now, 1, "%"), signed(item.value, 1)])),
    }));
  }
}
