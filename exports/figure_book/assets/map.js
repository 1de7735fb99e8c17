// The activation ratio per municipality: a bubble on each centroid, as large as its number of leefloners.

const BOUNDS = { west: 2.5, east: 5.95, south: 50.66, north: 51.51 };
const STRETCH = Math.cos((51.1 * Math.PI) / 180);  // a degree of longitude is that much shorter than one of latitude

/** Upper bounds of the first classes: round numbers that split the municipalities in about equal parts. */
function classBounds(values) {
  const sorted = values.filter(isNumber).toSorted((one, other) => one - other);
  if (!sorted.length) return [];
  const bounds = [0.2, 0.4, 0.6, 0.8].map((part) => Math.round(sorted[Math.floor(part * (sorted.length - 1))]));
  return [...new Set(bounds)].filter((bound) => bound > 0);
}
const classOf = (value, bounds) => bounds.filter((bound) => value >= bound).length;
/** Shades go from light to dark whatever the number of classes. */
const shade = (index, count) => `shade-${count < 2 ? 4 : Math.round((index * 4) / (count - 1))}`;

function classTexts(bounds) {
  if (!bounds.length) return ["alle"];
  return [`minder dan ${bounds[0]} %`,
    ...bounds.slice(1).map((bound, i) => `${bounds[i]} tot ${bound} %`), `${bounds.at(-1)} % of meer`];
}

/** spec: items ([{place, size, value}]), bounds. */
function bubbles(spec) {
  return (width) => {
    const { west, east, south, north } = BOUNDS;
    const unit = width / ((east - west) * STRETCH);
    const height = (north - south) * unit;
    const spot = (place) => [(place.lon - west) * STRETCH * unit, (north - place.lat) * unit];
    const most = Math.max(1, ...spec.items.map((item) => (isNumber(item.size) ? item.size : 0)));
    const radius = (size) => Math.max(width < 500 ? 2 : 3, Math.sqrt((isNumber(size) ? size : 0) / most) * width * 0.042);
    const ground = spec.items.map(({ place }) => {
      const [cx, cy] = spot(place);
      return shape("circle", { cx, cy, r: width * 0.019, class: "ground" });
    });
    const order = spec.items.toSorted((one, other) => radius(other.size) - radius(one.size));
    const circles = order.map(({ place, size, value }) => {
      const [cx, cy] = spot(place);
      const tone = isNumber(value) ? shade(classOf(value, spec.bounds), spec.bounds.length + 1) : "hollow";
      const circle = shape("circle", { cx, cy, r: radius(size), class: `bubble ${tone}`, "data-place": place.code },
        shape("title", {}, `${place.name}: ${words(value, 1, "%")}`));
      return circle;
    });
    const names = order.filter(({ place }) => place.centre && (width > 600 || ["11002", "44021", "31005", "71022", "24062"].includes(place.code)))
      .map(({ place, size }) => {
        const [x, y] = spot(place);
        return label(place.name, x, y - radius(size) - 4, { class: "city", "text-anchor": "middle" });
      });
    return [height, [...ground, ...circles, ...names]];
  };
}
