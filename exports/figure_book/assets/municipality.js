// The page of one municipality, beside its province and Flanders, and its picker.

const picker = document.getElementById("gemeente");
const THREE = ["accent", "grey", "dark"];

function choose(code, move = false) {
  if (!places.has(code)) return;
  picker.value = code;
  show(code);
  history.replaceState(null, "", `#gemeente-${code}`);
  if (move) document.getElementById("per-gemeente").scrollIntoView();
}

function show(code) {
  const place = places.get(code);
  const trio = [code, `p:${place.province}`, FLANDERS];
  const holder = document.getElementById("blad");
  forget(holder);
  const names = trio.map(fullName);
  const key = THREE.map((cls, i) => [cls, names[i]]);
  const groups = THREE.map((cls, i) => ({ cls, name: names[i] }));
  holder.replaceChildren(
    element("h3", { id: "blad-titel" }, place.name, element("small", {}, `provincie ${place.province}, NIS-code ${place.code}`)),
    ...counts("2", "gender/*", "Opgestarte trajecten", trio),
    ...ratioLines(trio, groups),
    ...profiles(trio, groups, key),
    ...ends(trio, groups, key),
    ...positions(trio, groups, key),
    ...counts("3", "amount_eur", "Loontoelagen voor prestaties per jaar", trio, 2),
  );
  document.getElementById("melding").textContent = `De grafieken van ${place.name} staan klaar.`;
}

const heading = (text) => element("h4", { class: "part" }, text);

const OWN_SCALE = "De drie grafieken hebben elk een eigen schaal: vergelijk het verloop, niet de hoogte.";
/** Counts have their own scale for each of the three places: their course is what can be compared. */
function counts(kind, measure, title, trio, decimals = 0) {
  if (!data.series[kind]) return [];
  const euro = decimals > 0;
  return [heading(title), ...trio.map((place, i) => {
    const values = overYears(kind, place, measure);
    const scaled = euro ? values.map((value) => (isNumber(value) ? value / 1e6 : value)) : values;
    const places_ = euro ? (largest(scaled) < 10 ? 2 : 1) : 0;
    return chart({
      span: "third", heading: "h5", title: `${title}, ${fullName(place)}`, short: capital(fullName(place)), about: euro ? "miljoen euro, eigen schaal" : "aantal trajecten per startjaar, eigen schaal",
      spoken: spokenYears(kind, title, values, decimals, euro ? "euro" : ""),
      draw: columns({ kind, parts: [{ name: title, cls: THREE[i], values: scaled }], text: (v) => number(v, places_), height: 170 }),
      table: yearTable(`${title}, ${fullName(place)}`, kind, [[euro ? "Bedrag (euro)" : "Aantal trajecten", values, decimals]]),
      note: i ? undefined : [OWN_SCALE, star(kind)].filter(Boolean).join(" "),
    });
  })];
}

function ratioLines(trio, groups) {
  if (!data.series.ratio) return [];
  const shown = groups.map((group, i) => ({ ...group, values: overYears("ratio", trio[i], "ratio_pct") }));
  const title = "Activeringsratio";
  return [heading(title), chart({
    span: "whole", heading: "h5", title: `Cliënten in TWE per 100 leefloners`, about: "In %, jaargemiddelde",
    spoken: shown.map((line) => spokenYears("ratio", line.name, line.values, 1, "%")).join(" "),
    draw: lines({ kind: "ratio", lines: shown, decimals: 1, unit: "%", height: 250 }),
    table: yearTable(title, "ratio", shown.map((line) => [line.name, line.values, 1, "%"])), note: [withheldYears("ratio", shown), star("ratio")].filter(Boolean).join(" ") || undefined,
  })];
}

/** A chart of shares in the last year, for the three places side by side. */
function beside(kind, prefix, total, title, about, trio, groups, key, span = "half") {
  const year = lastYear(kind);
  const at = trio.map((place, i) => [place, year, groups[i].name]);
  const { rows, spoken } = shares(kind, prefix, total, at, title);
  return chart({
    span, heading: "h5", title, about: `${about} ${yearLabel(kind, year)}, in %`, key, spoken,
    draw: bars({ rows, groups, decimals: 1, unit: "%" }),
    table: table(`${title}: aantal trajecten in ${yearLabel(kind, year)}`, [title, ...groups.map((group) => capital(group.name))],
      [...categories(kind, prefix), { id: total, label: "Totaal" }].map((item) => [item.label, ...trio.map((place) => words(figure(kind, place, item.id, year)))])),
  });
}

function profiles(trio, groups, key) {
  if (!data.series["2"]) return [];
  return [heading("Wie start"), ...CHARACTERISTICS.map(([prefix, title, span]) =>
    beside("2", `${prefix}/`, `${prefix}/*`, title, "Aandeel van de opgestarte trajecten,", trio, groups, key, span))];
}

function ends(trio, groups, key) {
  if (!data.series["4"]) return [];
  const year = lastYear("4");
  const ways = [["executed/*", "uitgevoerd"], ["early/*", "vroegtijdig beëindigd"]];
  const rows = ways.map(([id, name]) => ({ name, values: trio.map((place) => share(figure("4", place, id, year), figure("4", place, "*", year))) }));
  return [heading("Hoe trajecten eindigen"), chart({
    span: "whole", heading: "h5", title: "Uitgevoerd of vroegtijdig beëindigd", about: `Aandeel van de beëindigde trajecten, ${yearLabel("4", year)}, in %`, key,
    spoken: rows.map((row) => `${row.name}: ${row.values.map((v, i) => `${groups[i].name} ${words(v, 1, "%")}`).join(", ")}`).join(". "),
    draw: bars({ rows, groups, decimals: 1, unit: "%" }),
    table: yearTable(`Beëindigde trajecten, ${fullName(trio[0])}`, "4", [...ways.map(([id, name]) => [name, overYears("4", trio[0], id)]), ["totaal", overYears("4", trio[0], "*")]]),
  })];
}

function positions(trio, groups, key) {
  if (!data.series["5"]) return [];
  return [heading("Waar mensen staan na 12 maanden"), beside("5", "position/", "position/*", "Positie 12 maanden na het einde",
    "Aandeel van de gemeten trajecten, meetjaar", trio, groups, key, "whole")];
}

function fillPicker() {
  const names = data.places.map(([, name]) => name);
  picker.append(...data.places.map(([code, name, province]) => element("option", { value: code },
    names.filter((other) => other === name).length > 1 ? `${name} (${province})` : name)));
  picker.addEventListener("change", () => choose(picker.value));
}

/** The municipality of the address, or else the one with the most trajectories. */
function firstChoice() {
  const asked = location.hash.match(/^#gemeente-(\d{5})$/)?.[1];
  if (places.has(asked)) return asked;
  const size = (code) => data.series["2"] ? figure("2", code, "gender/*", lastYear("2")) : 0;
  return data.places.map(([code]) => code).reduce((best, code) =>
    (isNumber(size(code)) ? size(code) : -1) > (isNumber(size(best)) ? size(best) : -1) ? code : best);
}
