// Charts of categories: bars side by side, and bars to both sides of zero.

/** Per category one bar for each group. spec: rows ([{name, values}]), groups ([{name, cls}]), decimals, unit. */
function bars(spec) {
  return (width) => {
    const thick = printing ? 9 : spec.groups.length > 2 ? 10 : 12;  // closer on paper: fewer pages half empty
    const gap = printing ? 2 : 3;
    const wide = width > 430;  // else each name stands above its bars
    const names = wide ? Math.min(width * 0.5, 14 + 6.4 * Math.max(...spec.rows.map((row) => row.name.length))) : 0;
    const room = 92;
    const top = Math.max(1e-9, ...spec.rows.flatMap((row) => row.values.filter(isNumber)));
    const unit = (width - names - room) / top;
    const block = spec.groups.length * (thick + gap);
    const shapes = [];
    let y = 4;
    for (const row of spec.rows) {
      if (!wide) y += 16;
      shapes.push(wide
        ? label(row.name, names - 10, y + block / 2 + 3, { class: "name", "text-anchor": "end" })
        : label(row.name, 0, y - 4, { class: "name" }));
      row.values.forEach((value, i) => {
        const group = spec.groups[i];
        const size = isNumber(value) ? Math.max(value * unit, value > 0 ? 1 : 0) : 0;
        if (size) shapes.push(shape("rect", { x: names, y, width: size, height: thick, class: group.cls },
          shape("title", {}, `${row.name}, ${group.name}: ${words(value, spec.decimals, spec.unit)}`)));
        shapes.push(label(words(value, spec.decimals, spec.unit), names + size + 5, y + thick - 1.5,
          { class: isNumber(value) ? `value small text-${group.cls}` : "sign" }));
        y += thick + gap;
      });
      y += printing ? 7 : 11;
    }
    if (wide) shapes.unshift(shape("line", { x1: names, x2: names, y1: 0, y2: y - 8, class: "axis" }));
    return [y, shapes];
  };
}

/** Bars to the right for rises and to the left for falls. spec: rows ([{name, value, detail}]), decimals, unit. */
function changes(spec) {
  return (width) => {
    const step = 24;
    const most = Math.max(1e-9, ...spec.rows.map((row) => Math.abs(row.value)));
    const names = Math.min(width * 0.42, 190);
    const unit = (width - names - 62) / most;
    const shapes = spec.rows.flatMap((row, i) => {
      const y = i * step + 4;
      const size = Math.max(Math.abs(row.value) * unit, 1);
      return [
        label(row.name, names - 8, y + 13, { class: "name", "text-anchor": "end" }),
        shape("rect", { x: names, y, width: size, height: 16, class: spec.cls }, shape("title", {}, `${row.name}: ${row.detail}`)),
        label(signed(row.value, spec.decimals), names + size + 5, y + 13, { class: `value small text-${spec.cls}` }),
      ];
    });
    shapes.unshift(shape("line", { x1: names, x2: names, y1: 0, y2: spec.rows.length * step + 4, class: "axis" }));
    return [spec.rows.length * step + 6, shapes];
  };
}
