// The ranking of a race as a table. A press on a head sorts by its column, and another one the other way round; the head
// of the places brings the ranking back. The order stays when new numbers come.

document.head.append(Object.assign(document.createElement("style"), { textContent: STYLE }));

const DASHES = { solid: "none", dash: "5 3", dot: "2 2", dashdot: "5 2 2 2" };

function node(name, attributes = {}, ...children) {
  const made = name === "svg" || name === "path" ? document.createElementNS("http://www.w3.org/2000/svg", name) : document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.append(...children);
  return made;
}

// The line of a lane, as it is in the charts.
function mark({ hue, dash, deep }, host) {
  const theme = (name) => getComputedStyle(host).getPropertyValue(`--st-${name}`).trim();
  const color = theme("chart-categorical-colors").split(",")[hue] ?? theme("text-color");
  const stroke = deep ? `color-mix(in srgb, ${color}, ${theme("text-color")})` : color;
  const line = node("path", { d: "M0,2H20", stroke, "stroke-width": 4, "stroke-dasharray": DASHES[dash] });
  return node("svg", { width: 20, height: 4, "aria-hidden": "true" }, line);
}

// What is not known comes last, whatever the direction.
function sorted(rows, column, direction) {
  const value = (row) => row.cells[column].value;
  const compare = (one, other) => (typeof one === "string" ? one.localeCompare(other) : one - other);
  return [...rows].sort((one, other) => {
    const [a, b] = [value(one), value(other)];
    return a === null || b === null ? (a === null) - (b === null) : direction * compare(a, b);
  });
}

function draw(host) {
  const { columns, rows } = host.ranking;
  const { column, direction } = host.order;
  const heads = columns.map(({ title, key, down }, at) => {
    const isSorted = at === column;
    const arrow = isSorted ? (direction > 0 ? " ↑" : " ↓") : "";
    const button = node("button", { type: "button" }, title || "#", arrow);
    if (!title) button.setAttribute("aria-label", "Place");
    button.addEventListener("click", () => {
      host.order = { column: at, direction: isSorted ? -direction : down ? -1 : 1 };
      draw(host);
      host.querySelectorAll("th button")[at].focus();
    });
    const sort = isSorted ? (direction > 0 ? "ascending" : "descending") : "none";
    return node("th", { scope: "col", "aria-sort": sort, class: key }, button);
  });
  const lines = sorted(rows, column, direction).map((row) => {
    const cells = row.cells.map(({ text }, at) => {
      const { key } = columns[at];
      return key === "lane" ? node("td", { class: key, title: text }, mark(row, host), text) : node("td", { class: key }, text);
    });
    return node("tr", row.best ? { class: "best" } : {}, ...cells);
  });
  const focused = [...host.querySelectorAll("th button")].indexOf(document.activeElement);
  host.replaceChildren(node("table", {}, node("thead", {}, node("tr", {}, ...heads)), node("tbody", {}, ...lines)));
  if (focused >= 0) host.querySelectorAll("th button")[focused]?.focus();
}

export default function ({ parentElement, data }) {
  const host = parentElement.querySelector(".lrlab-ranking");
  if (host.ranking?.columns.length !== data.columns.length) host.order = { column: 0, direction: 1 };
  host.ranking = data;
  draw(host);
}
