// What the page is made of. Text from the wire goes in as text, here and nowhere else.

const byId = (id) => document.getElementById(id);

/** An element with properties, and children that are elements or text. */
function make(tag, properties = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (value === undefined || value === null) continue;
    if (name === "class") element.className = value;
    else if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (name in element && typeof value !== "string") element[name] = value;
    else element.setAttribute(name, value);
  }
  element.append(...children.filter((child) => child !== undefined && child !== null && child !== ""));
  return element;
}

/** A list of terms, from pairs of a label and what stands behind it. */
function terms(pairs) {
  const list = make("dl", { class: "facts" });
  for (const [label, value] of pairs) {
    if (value === undefined || value === null || value === "") continue;
    list.append(make("dt", {}, label), make("dd", {}, value));
  }
  return list;
}

/** A table with a heading, from columns `[title, class]` and rows of cells. */
function table(columns, rows) {
  const cell = (tag, content, kind, scope) => make(tag, { class: kind, scope }, content);
  const heads = columns.map(([title, kind]) => cell("th", title, kind, "col"));
  return make("table", {},
    make("thead", {}, make("tr", {}, ...heads)),
    make("tbody", {}, ...rows.map((row) =>
      make("tr", {}, ...row.map((content, index) => cell("td", content, columns[index][1]))))));
}

/** A bar of parts `[class, share of the whole]`. */
function stack(parts) {
  const bar = make("div", { class: "stack", "aria-hidden": "true" });
  for (const [kind, share] of parts) {
    const part = make("span", { class: kind });
    part.style.width = `${100 * share}%`;
    bar.append(part);
  }
  return bar;
}

const swatch = (colour) => {
  const square = make("span", { class: "swatch", "aria-hidden": "true" });
  square.style.background = `var(${colour})`;
  return square;
};
