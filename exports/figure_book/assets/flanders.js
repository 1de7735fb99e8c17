// The chapters on Flanders.

const CHARACTERISTICS = [
  ["age", "Leeftijd bij de start", "half"], ["unemployment", "Werkloosheidsduur bij de start", "half"],
  ["gender", "Geslacht", "third"], ["schooling", "Scholing", "third"], ["migration_background", "Migratieachtergrond", "third"],
];
const put = (id, ...charts) => document.getElementById(id).append(...charts);
const missing = () => element("p", { class: "missing" }, "Deze cijfers staan niet in deze uitgave.");

/** ", 3,2 % meer dan in 2023", or nothing when it can't be said: so when months of one of the years may be missing, and
    against the year in which the measure started up. */
function compared(kind, measure, year = lastYear(kind)) {
  if (isUnfinished(kind, year) || isUnfinished(kind, year - 1) || year <= data.meta.firstYear + 1) return "";
  const [before, now] = [year - 1, year].map((each) => figure(kind, FLANDERS, measure, each));
  if (!isNumber(before) || !isNumber(now) || !before) return "";
  const change = 100 * (now / before - 1);
  if (Math.abs(change) < 0.05) return `, evenveel als in ${year - 1}`;
  return `, ${number(Math.abs(change), 1)} % ${change > 0 ? "meer" : "minder"} dan in ${year - 1}`;
}
/** ", tegenover 48,2 % in 2024" for what is a share or a ratio itself. */
function against(value, before, year, decimals, unit, when = "in") {
  return isNumber(value) && isNumber(before) ? `, tegenover ${words(before, decimals, unit)} ${when} ${year - 1}` : "";
}
const million = (value) => (isNumber(value) ? value / 1e6 : value);
const provisional = (kind) => allProvisional(kind) ? "Alle jaren zijn voorlopig: er kunnen nog correcties voor komen."
  : data.series[kind].provisional.length ? "* voorlopig: er kunnen nog correcties of metingen voor dat jaar komen." : "";
const star = (kind) => [provisional(kind), ...data.series[kind].warnings.map((text) => `* ${text}`)].filter(Boolean).join(" ");
const breaks = (kind) => Object.entries(data.series[kind].breaks)
  .filter(([year]) => Number(year) > years(kind)[0]).map(([year, text]) => `Breuk in ${year}: ${text}`).join(" ");
const notes = (kind) => [star(kind), breaks(kind)].filter(Boolean).join(" ") || undefined;

function yearTable(title, kind, columnsOf) {
  return table(title, ["Jaar", ...columnsOf.map(([name]) => name)],
    years(kind).map((year, i) => [yearLabel(kind, year), ...columnsOf.map(([, values, decimals, unit]) => words(values[i], decimals, unit))]));
}

const worked = (year) => `voor prestaties in ${year}${isUnfinished("3", year) ? ` (voorlopig: ${data.meta.notAllPaid})` : ""}`;
/** The key figures, all of one year; each of its own last year where the series have none in common. */
function overview() {
  const [tiles, kinds] = [[], []];
  const of = (kind) => REFERENCE ?? lastYear(kind);
  const tile = (kind, what, value, about) => {
    kinds.push(kind);
    tiles.push(element("div", { class: "tile" }, element("dt", {}, what + (REFERENCE ? "" : ` (${of(kind)})`)),
      element("dd", {}, element("strong", {}, value), element("span", {}, about))));
  };
  const at = (kind, measure, year = of(kind)) => figure(kind, FLANDERS, measure, year);
  /** A share or ratio beside that of the year before. */
  const rate = (kind, what, about, value, decimals, unit, when) => tile(kind, what, words(value(of(kind)), decimals, unit),
    about + against(value(of(kind)), value(of(kind) - 1), of(kind), decimals, unit, when));
  if (data.series["2"]) tile("2", "Opgestart", words(at("2", "gender/*")), `trajecten${compared("2", "gender/*", of("2"))}`);
  if (data.series["4"]) rate("4", "Uitgevoerd", "van de trajecten die eindigden", (year) => share(at("4", "executed/*", year), at("4", "*", year)), 1, "%");
  if (data.series["5"]) rate("5", "Gewoon werk", `van wie in ${of("5") - 1} eindigde, staat 12 maanden later, gemeten in ${of("5")}, in het normaal economisch circuit`,
    (year) => share(at("5", "position/nec", year), at("5", "position/*", year)), 1, "%", "bij de meting van");
  if (data.series["3"]) tile("3", "Loontoelagen", words(million(at("3", "amount_eur")), 1, "mln.") + mark("3", of("3"), at("3", "amount_eur")),
    `euro ${worked(of("3"))}${compared("3", "amount_eur", of("3"))}`);
  if (data.series.ratio) rate("ratio", "Activering", "cliënten in TWE per 100 leefloners", (year) => at("ratio", "ratio_pct", year), 1, "");
  document.getElementById("kern").append(...tiles);
  const complete = Number(data.meta.asOf.slice(0, 4)) - (data.meta.asOf.endsWith("-12-31") ? 0 : 1);
  document.getElementById("peiljaar").textContent = !REFERENCE ? "Kerncijfers, elk van zijn laatste jaar"
    : `Vlaanderen in ${REFERENCE}${REFERENCE === complete ? ", het laatste kalenderjaar dat voorbij is" : ""}`;
  const running = tiles.filter((_, i) => data.series[kinds[i]].provisional.includes(of(kinds[i])));
  document.getElementById("voorlopig").textContent = !running.length ? ""
    : `${running.length === tiles.length ? "Deze cijfers zijn voorlopig" : `Voorlopig: ${running.map((item) => item.firstChild.textContent.toLowerCase()).join(", ")}`}. Er kunnen nog correcties of metingen komen.`;
}

function overTheYears() {
  for (const [kind, measure, title, verb] of [
    ["2", "gender/*", "Opgestarte trajecten per jaar", "startten"], ["4", "*", "Beëindigde trajecten per jaar", "eindigden"]]) {
    if (!data.series[kind]) { put("jaren", missing()); continue; }
    const values = overYears(kind, FLANDERS, measure);
    put("jaren", chart({
      title, about: `In ${lastYear(kind)} ${verb} ${words(values.at(-1))} trajecten${compared(kind, measure)}.`,
      spoken: spokenYears(kind, title, values),
      draw: columns({ kind, parts: [{ name: "trajecten", cls: "accent", values }], text: (v) => number(v) }),
      table: yearTable(title, kind, [["Aantal trajecten", values]]), note: notes(kind),
    }));
  }
}

/** Shares of the categories under a prefix, for several (place, year) pairs: what a bar chart needs, and the table. */
function shares(kind, prefix, total, at, title) {
  const items = categories(kind, prefix);
  const rows = items.map((item) => ({
    name: item.label,
    values: at.map(([place, year]) => share(figure(kind, place, item.id, year), figure(kind, place, total, year))),
  }));
  const told = rows.map((row) => `${row.name}: ${row.values.map((v, i) => `${at[i][2]} ${words(v, 1, "%")}`).join(", ")}`);
  return { rows, spoken: `${title}. ${told.join(". ")}.` };
}
function countTable(title, kind, prefix, total, place, totalName = "Totaal") {
  return yearTable(title, kind, [...categories(kind, prefix).map((item) => [item.label, overYears(kind, place, item.id)]),
    [totalName, overYears(kind, place, total)]]);
}

function firstAndLast(kind) {
  const [first, last] = [years(kind)[0], lastYear(kind)];
  const at = [[FLANDERS, last, `${last}`], ...(first < last ? [[FLANDERS, first, `${first}`]] : [])];
  const groups = [{ name: `${last}`, cls: "accent" }, { name: `${first}`, cls: "grey" }].slice(0, at.length);
  return { at, groups, key: groups.map((group, i) => [group.cls, yearLabel(kind, at[i][1])]) };
}

function profile() {
  if (!data.series["2"]) return put("profiel", missing());
  const { at, groups, key } = firstAndLast("2");
  for (const [prefix, title, span] of CHARACTERISTICS) {
    const { rows, spoken } = shares("2", `${prefix}/`, `${prefix}/*`, at, title);
    put("profiel", chart({
      span, title, about: "Aandeel van de opgestarte trajecten, in %", key, spoken,
      draw: bars({ rows, groups, decimals: 1, unit: "%" }),
      table: countTable(`${title}: aantal opgestarte trajecten`, "2", `${prefix}/`, `${prefix}/*`, FLANDERS),
    }));
  }
}

function endings() {
  if (!data.series["4"]) return put("einde", missing());
  const parts = [["executed/*", "uitgevoerd", "accent"], ["early/*", "vroegtijdig", "grey"]]
    .map(([id, name, cls]) => ({ name, cls, values: overYears("4", FLANDERS, id) }));
  const early = share(parts[1].values.at(-1), figure("4", FLANDERS, "*", lastYear("4")));
  put("einde", chart({
    title: "Uitgevoerd of vroegtijdig beëindigd",
    about: `Aantal trajecten per eindjaar. In ${lastYear("4")} eindigde ${words(early, 1, "%")} vroegtijdig.`,
    spoken: parts.map((part) => spokenYears("4", part.name, part.values)).join(" "),
    draw: columns({ kind: "4", parts, text: (v) => number(v), height: 260 }),
    table: yearTable("Beëindigde trajecten", "4", [...parts.map((p) => [p.name, p.values]), ["totaal", overYears("4", FLANDERS, "*")]]),
    note: notes("4"),
  }));
  const year = lastYear("4");
  const classes = categories("4", "executed/").map((item) => item.id.slice("executed/".length));
  const rows = classes.map((code) => ({
    name: data.series["4"].measures.find((item) => item.id === `executed/${code}`).label.replace(/^[^,]*, /, ""),
    values: ["executed", "early"].map((way) => share(figure("4", FLANDERS, `${way}/${code}`, year), figure("4", FLANDERS, `${way}/*`, year))),
  }));
  const groups = [{ name: "uitgevoerd", cls: "accent" }, { name: "vroegtijdig", cls: "grey" }];
  put("einde", chart({
    title: "Hoe lang het traject duurde", about: `Aandeel van de trajecten die in ${yearLabel("4", year)} eindigden, in %`,
    key: groups.map((group) => [group.cls, group.name]),
    spoken: rows.map((row) => `${row.name}: uitgevoerd ${words(row.values[0], 1, "%")}, vroegtijdig ${words(row.values[1], 1, "%")}`).join(". "),
    draw: bars({ rows, groups, decimals: 1, unit: "%" }),
    table: table(`Beëindigde trajecten in ${year} naar duur`, ["Duur", "Uitgevoerd", "Vroegtijdig"],
      classes.map((code, i) => [rows[i].name, ...["executed", "early"].map((way) => words(figure("4", FLANDERS, `${way}/${code}`, year)))])),
  }));
}

function afterwards() {
  if (!data.series["5"]) return put("daarna", missing());
  const { at, groups, key } = firstAndLast("5");
  const { rows, spoken } = shares("5", "position/", "position/*", at, "Positie 12 maanden na het einde");
  put("daarna", chart({
    title: "Positie 12 maanden na het einde van het traject", about: "Aandeel van de gemeten trajecten, in %, per meetjaar", key, spoken,
    draw: bars({ rows, groups, decimals: 1, unit: "%" }),
    table: countTable("Positie 12 maanden na het einde: aantal gemeten trajecten", "5", "position/", "position/*", FLANDERS, "Totaal gemeten"),
    note: notes("5"),
  }));
  const line = (id, name, cls) => ({ name, cls, values: years("5").map((year) => share(figure("5", FLANDERS, id, year), figure("5", FLANDERS, "position/*", year))) });
  const shown = [line("position/nec", "gewoon werk (NEC)", "accent"), line("position/leefloon", "leefloon", "grey"), line("with_either", "leert bij", "dark")];
  put("daarna", chart({
    title: "Gewoon werk, leefloon en competentieversterking", about: "Aandeel van de gemeten trajecten, in %, per meetjaar",
    spoken: shown.map((item) => spokenYears("5", item.name, item.values, 1, "%")).join(" "),
    draw: lines({ kind: "5", lines: shown, decimals: 1, unit: "%", height: 300 }),
    table: yearTable("Aandeel van de gemeten trajecten", "5", shown.map((item) => [item.name, item.values, 1, "%"])),
    note: "\u2018Leert bij\u2019: minstens één opleiding of vorm van werkplekleren in de 12 maanden na het einde. Dat overlapt met de posities.",
  }));
}

function money() {
  if (!data.series["3"]) return put("euro", missing());
  const amount = overYears("3", FLANDERS, "amount_eur");
  const count = overYears("3", FLANDERS, "subsidies");
  const figures = yearTable("Loontoelagen, per jaar van prestatie", "3", [["Bedrag (euro)", amount, 2], ["waarvan correcties (euro)", overYears("3", FLANDERS, "correction_eur"), 2], ["Aantal loontoelagen", count]]);
  put("euro", chart({
    title: "Loontoelagen voor prestaties per jaar", about: `${capital(worked(lastYear("3")))}: ${words(million(amount.at(-1)), 1, "miljoen euro")}.`,
    spoken: spokenYears("3", "Bedrag", amount.map(million), 1, "miljoen euro"),
    draw: columns({ kind: "3", parts: [{ name: "bedrag", cls: "accent", values: amount.map(million) }], text: (v) => number(v, 1) }),
    table: figures, note: notes("3"),
  }), chart({
    title: "Aantal loontoelagen", about: "Maanden waarvoor een traject een loontoelage kreeg, per jaar van prestatie",
    spoken: spokenYears("3", "Aantal loontoelagen", count),
    draw: columns({ kind: "3", parts: [{ name: "loontoelagen", cls: "accent", values: count }], text: (v) => number(v) }),
    table: figures.cloneNode(true), note: star("3") || undefined,
  }));
}
