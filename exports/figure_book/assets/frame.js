// A chart with its title, its text alternative and its figures as a table; drawn again when its width changes.

let counter = 0;
const drawn = [];
const PAPER = { whole: 690, half: 335, third: 220 };  // CSS pixels on A4 between the margins

/** spec: title (short: without what the heading above says), about (what is measured, unit), span, key ([[class, text]]), draw(width) -> [height, shapes],
 *  spoken (the chart in a sentence), table (of `table`), note. */
function chart(spec) {
  const id = `g${++counter}`;
  const svg = shape("svg", { role: "img", "aria-labelledby": `${id}t ${id}d` });
  const holder = element("div", { class: "plot" }, svg);
  const made = element("figure", { class: `chart ${spec.span ?? "half"}`, "aria-labelledby": `${id}h` },
    element("figcaption", {},
      element(spec.heading ?? "h3", { id: `${id}h` }, spec.short ?? spec.title),
      element("p", { class: "about" }, spec.about),
      spec.key ? element("p", { class: "key" },
        ...spec.key.map(([kind, text]) => element("span", { class: `key-${kind}` }, text))) : null),
    holder,
    spec.note ? element("p", { class: "note" }, spec.note) : null,
    element("details", {}, element("summary", {}, "Cijfers als tabel", element("span", { class: "unseen" }, `: ${spec.title}`)),
      element("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": `Tabel: ${spec.title}` }, spec.table)));
  const item = {
    span: spec.span ?? "half", holder, width: 0,
    draw(width) {
      if (!width || width === item.width) return;
      item.width = width;
      const [height, shapes] = spec.draw(width);
      svg.setAttribute("viewBox", `0 0 ${width} ${Math.ceil(height)}`);
      svg.replaceChildren(shape("title", { id: `${id}t` }, spec.title), shape("desc", { id: `${id}d` }, spec.spoken), ...shapes);
    },
  };
  drawn.push(item);
  resized.observe(holder);
  return made;
}

let printing = false;
const resized = new ResizeObserver((entries) => {
  if (printing) return;
  for (const entry of entries) {
    drawn.find((item) => item.holder === entry.target)?.draw(Math.round(entry.contentRect.width));
  }
});
function onPaper() {
  printing = true;
  for (const item of drawn) item.draw(PAPER[item.span]);
}
addEventListener("beforeprint", onPaper);
addEventListener("afterprint", () => {
  printing = false;
  for (const item of drawn) item.draw(Math.round(item.holder.clientWidth));
});

/** Charts that are no longer on the page need not be drawn again. */
function forget(container) {
  for (let i = drawn.length - 1; i >= 0; i--) {
    if (container.contains(drawn[i].holder)) {
      resized.unobserve(drawn[i].holder);
      drawn.splice(i, 1);
    }
  }
}

/** The years that a line leaves out because they are confidential: a gap alone would not say so. */
function withheldYears(kind, lines) {
  const told = lines.map((line) => [line.name, years(kind).filter((_, i) => line.values[i] === "c")]).filter(([, list]) => list.length);
  return told.length ? `Vertrouwelijk: ${told.map(([name, list]) => `${name} ${list.join(", ")}`).join("; ")}.` : "";
}

/** What a chart over the years says, for who can't see it. */
const spokenYears = (kind, name, values, decimals, unit) =>
  `${name}: ${years(kind).map((year, i) => `${year} ${words(values[i], decimals, unit)}`).join("; ")}.`;
