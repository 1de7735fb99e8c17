// Charts over the years: columns, stacked or not, and lines.

const largest = (values) => Math.max(0, ...values.filter(isNumber));
const smallest = (values) => Math.min(0, ...values.filter(isNumber));

/** A round number above the largest value, and the lines to draw. */
function scale(top) {
  if (top <= 0) return { top: 1, steps: [0] };
  const rough = top / 3;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 2.5, 5, 10].map((factor) => factor * power).find((candidate) => candidate >= rough);
  const count = Math.ceil(top / step - 1e-9);
  return { top: count * step, steps: Array.from({ length: count + 1 }, (_, i) => i * step) };
}

/** Columns per year. spec: kind, parts ([{name, cls, values}], bottom first), text(total), decimals. */
function columns(spec) {
  return (width) => {
    const shown = years(spec.kind);
    const totals = shown.map((_, i) => sum(spec.parts.map((part) => part.values[i])));
    const room = { top: 24, bottom: 26, right: spec.parts.length > 1 ? 84 : 4, left: 4 };
    const height = spec.height ?? 210;
    const base = height - room.bottom;
    const heights = totals.map((total, i) => (isNumber(total) ? total : largest(spec.parts.map((p) => p.values[i]))));
    const unit = (base - room.top) / Math.max(1e-9, ...heights);
    const step = (width - room.left - room.right) / shown.length;
    const bar = Math.min(step * 0.68, 56);
    const small = step < 44 ? " tight" : "";
    const widest = 6.6 * Math.max(1, ...totals.filter(isNumber).map((total) => spec.text(total).length));
    const told = (i) => widest < step || i === 0 || i === shown.length - 1;  // no figure over another
    const shapes = [shape("line", { x1: room.left, x2: width - room.right, y1: base, y2: base, class: "axis" })];
    const ends = [];
    shown.forEach((year, i) => {
      const middle = room.left + step * (i + 0.5);
      const tone = isProvisional(spec.kind, year) ? " provisional" : "";
      let y = base;
      for (const part of spec.parts) {
        const value = part.values[i];
        if (!isNumber(value) || value <= 0) continue;
        const size = value * unit;
        y -= size;
        shapes.push(shape("rect", { x: middle - bar / 2, y, width: bar, height: size, class: part.cls + tone },
          shape("title", {}, `${year}, ${part.name}: ${spec.text(value)}`)));
        if (i === shown.length - 1) ends.push([part, y + size / 2]);
      }
      if (isNumber(totals[i])) {
        if (told(i)) shapes.push(label(spec.text(totals[i]) + mark(spec.kind, year, totals[i]), middle, y - 7, { class: `value${small}`, "text-anchor": "middle" }));
      } else {
        shapes.push(...withheld(totals[i], middle, base, bar));
      }
      shapes.push(label(step < 36 ? yearLabel(spec.kind, year).replace(/^20/, "\u2019") : yearLabel(spec.kind, year),
        middle, height - 8, { class: `tick${small}`, "text-anchor": "middle" }));
    });
    if (spec.parts.length > 1) shapes.push(...spread(ends, 15).map(([part, y]) =>
      label(part.name, width - room.right + 6, y + 4, { class: `direct text-${part.cls}` })));
    return [height, shapes];
  };
}

/** Where a figure is not shown, an outline that says why, never a column of no height. */
function withheld(sign, middle, base, bar) {
  const text = sign === "c" ? "vertrouwelijk" : sign === "x" ? "ontbreekt" : sign === "z" ? "" : "niet in uitgave";
  if (!text) return [];
  return [
    shape("rect", { x: middle - bar / 2, y: base - 92, width: bar, height: 92, class: "withheld" }),
    label(text, 0, 0, { class: "sign", transform: `translate(${Math.round(middle) + 4} ${base - 8}) rotate(-90)` }),
  ];
}

/** Moves labels apart so that none stands on another: [[item, y]] with at least `gap` between. */
function spread(items, gap) {
  const sorted = items.toSorted((one, other) => one[1] - other[1]);
  for (let i = 1; i < sorted.length; i++) {
    const least = sorted[i - 1][1] + gap;
    if (sorted[i][1] < least) sorted[i] = [sorted[i][0], least];
  }
  return sorted;
}

/** Lines over the years. spec: kind, lines ([{name, cls, values}], the first in front), decimals, unit. */
function lines(spec) {
  return (width) => {
    const shown = years(spec.kind);
    const height = spec.height ?? 210;
    const end = (line) => words(line.values.at(-1), spec.decimals, spec.unit);
    const longest = Math.max(...spec.lines.flatMap((line) => [line.name.length, end(line).length]));
    const room = { top: 16, bottom: 26, left: 38, right: Math.min(width * 0.42, 18 + 7 * longest) };
    const { top, steps } = scale(largest(spec.lines.flatMap((line) => line.values)));
    const base = height - room.bottom;
    const x = (i) => room.left + 6 + (shown.length < 2 ? 0 : (i * (width - room.left - room.right - 12)) / (shown.length - 1));
    const y = (value) => base - ((base - room.top) * value) / top;
    const shapes = [];
    for (const step of steps) {
      shapes.push(shape("line", { x1: room.left, x2: width - room.right, y1: y(step), y2: y(step), class: step ? "grid" : "axis" }));
      shapes.push(label(number(step, step % 1 ? 1 : 0), room.left - 6, y(step) + 4, { class: "tick", "text-anchor": "end" }));
    }
    const close = (width - room.left - room.right) / shown.length < 40;
    shown.forEach((year, i) => {
      if (close && (shown.length - 1 - i) % 2) return;
      shapes.push(label(yearLabel(spec.kind, year), x(i), height - 8, { class: "tick", "text-anchor": "middle" }));
    });
    const ends = [];
    for (const line of spec.lines.toReversed()) {
      let path = "";
      line.values.forEach((value, i) => {
        if (!isNumber(value)) return;
        path += `${path && isNumber(line.values[i - 1]) ? "L" : "M"}${x(i).toFixed(1)} ${y(value).toFixed(1)}`;
      });
      shapes.push(shape("path", { d: path, class: `line stroke-${line.cls}` }));
      line.values.forEach((value, i) => {
        if (isNumber(value)) shapes.push(shape("circle", { cx: x(i), cy: y(value), r: i === line.values.length - 1 ? 4 : 2.5, class: line.cls },
          shape("title", {}, `${line.name}, ${shown[i]}: ${words(value, spec.decimals, spec.unit)}`)));
      });
      // Only what is known of the last year stands beside it: a line that ended before says why, at the bottom.
      const last = line.values.at(-1);
      ends.push([line, isNumber(last) ? y(last) : base - 10]);
    }
    for (const [line, at] of spread(ends, 32)) {
      shapes.push(label(line.name, width - room.right + 10, at, { class: `direct text-${line.cls}` }));
      shapes.push(label(end(line), width - room.right + 10, at + 15, { class: `direct amount text-${line.cls}` }));
    }
    return [Math.max(height, ...ends.map(([, at]) => at + 24)), shapes];
  };
}
