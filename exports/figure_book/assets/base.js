// What all charts share: the data, numbers and words in Dutch, and making elements.

const data = JSON.parse(document.getElementById("cijfers").textContent);
const FLANDERS = "vlaanderen";
const SIGNS = { c: "vertrouwelijk", x: "niet beschikbaar", z: "niet te berekenen" };
const places = new Map(data.places.map(([code, name, province, lon, lat, centre]) =>
  [code, { code, name, province, lon, lat, centre: centre === 1 }]));

const formats = new Map();
function number(value, decimals = 0) {
  if (!formats.has(decimals)) {
    formats.set(decimals, new Intl.NumberFormat("nl-BE",
      { minimumFractionDigits: decimals, maximumFractionDigits: decimals, useGrouping: true }));
  }
  // A figure that rounds to nothing carries no sign.
  return formats.get(decimals).format(Math.abs(value) < 0.5 / 10 ** decimals ? 0 : value);
}
const isNumber = (value) => typeof value === "number";
const signed = (value, decimals) => (value > 0 ? "+" : "") + number(value, decimals);
function words(value, decimals = 0, unit = "") {
  if (isNumber(value)) return number(value, decimals) + (unit ? `\u00a0${unit}` : "");
  return SIGNS[value] ?? "niet in deze uitgave";
}

/** The figure of a series ("2", "ratio"...), place, measure and year: a number, a sign, or null. */
function figure(kind, place, measure, year) {
  const series = data.series[kind];
  if (!series || !series.cells[place]) return null;
  const m = series.measures.findIndex((item) => item.id === measure);
  const y = series.years.indexOf(year);
  if (m < 0 || y < 0) return null;
  const values = series.cells[place][m];  // they end with the last year
  return values[y - series.years.length + values.length] ?? null;
}
const overYears = (kind, place, measure) =>
  data.series[kind].years.map((year) => figure(kind, place, measure, year));

/** 100 * part / whole; a sign when one of them is a sign, because then it may not be worked out. */
function share(part, whole) {
  for (const value of [part, whole]) if (!isNumber(value)) return value;
  return whole === 0 ? "z" : (100 * part) / whole;
}
const sum = (values) => values.find((value) => !isNumber(value)) === undefined
  ? values.reduce((total, value) => total + value, 0)
  : values.find((value) => !isNumber(value));

const years = (kind) => data.series[kind]?.years ?? [];
const lastYear = (kind) => years(kind).at(-1);
/** The year of the key figures: the last one that every series has; undefined when there is none. */
const REFERENCE = Object.values(data.series).map((series) => series.years)
  .reduce((common, own) => common.filter((year) => own.includes(year)), Object.values(data.series)[0]?.years ?? []).at(-1);
const allProvisional = (kind) => data.series[kind].provisional.length === years(kind).length;
/** Whether months of the year may still come in, so that it can't be compared with another. */
const isUnfinished = (kind, year) => data.series[kind].unfinished.includes(year);
/** Whether the year stands out as provisional: where all years are, only those do of which months may be missing, and
 *  the note says so. */
const isProvisional = (kind, year) => isUnfinished(kind, year)
  || (!allProvisional(kind) && data.series[kind].provisional.includes(year));
/** Behind a number of a year of which months may be missing. */
const mark = (kind, year, value) => (isNumber(value) && isUnfinished(kind, year) ? "*" : "");
const yearLabel = (kind, year) => (isProvisional(kind, year) ? `${year}*` : `${year}`);
const categories = (kind, prefix) => data.series[kind].measures
  .filter((item) => item.id.startsWith(prefix) && !item.id.endsWith("/*"));
const placeName = (place) => place === FLANDERS ? "Vlaanderen"
  : place.startsWith("p:") ? place.slice(2) : places.get(place).name;
/** The name of a place in a sentence about provinces too, where Antwerpen is a city and a province. */
const fullName = (place) => place.startsWith("p:") ? `provincie ${place.slice(2)}` : placeName(place);
const capital = (text) => text.charAt(0).toUpperCase() + text.slice(1);

function element(name, attributes = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) if (value !== undefined) made.setAttribute(key, value);
  made.append(...children.filter((child) => child !== null && child !== undefined));
  return made;
}
function shape(name, attributes = {}, ...children) {
  const made = document.createElementNS("http://www.w3.org/2000/svg", name);
  for (const [key, value] of Object.entries(attributes)) {
    made.setAttribute(key, typeof value === "number" ? String(Math.round(value * 10) / 10) : value);
  }
  made.append(...children);
  return made;
}
const label = (text, x, y, attributes = {}) => shape("text", { x, y, ...attributes }, text);

/** A table of figures; `rows` are [heading, ...texts]. */
function table(caption, headings, rows) {
  const head = element("tr", {}, ...headings.map((text) => element("th", { scope: "col" }, text)));
  const body = rows.map(([first, ...rest]) => element("tr", {},
    element("th", { scope: "row" }, first), ...rest.map((text) => element("td", {}, text))));
  return element("table", {}, element("caption", {}, caption),
    element("thead", {}, head), element("tbody", {}, ...body));
}
