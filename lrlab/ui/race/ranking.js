// The ranking of a race as a table. A press on a head sorts by its column, and another one the other way round; the head
// of the places brings the ranking back. A press on a lane hides its lines in the charts. The order stays when new numbers
// come, and so does each button, so that no press is lost.

document.head.append(Object.assign(document.createElement("style"), { textContent: STYLE }));

const DASHES = { solid: "none", dash: "5 3", dot: "2 2", dashdot: "5 2 2 2" };
const SVG = new Set(["svg", "path"]);

function node(name, attributes = {}, ...children) {
  const made = SVG.has(name) ? document.createElementNS("http://www.w3.org/2000/svg", name) : document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.append(...children);
  return made;
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

function head(host, { title, key, down }) {
  const button = node("button", { type: "button" }, "");
  if (!title) button.setAttribute("aria-label", "Place");
  button.addEventListener("click", () => {
    const isSame = host.order.key === key;
    host.order = { key, direction: isSame ? -host.order.direction : down ? -1 : 1 };
    write(host);
  });
  return node("th", { scope: "col", class: key }, button);
}

function lane(host, name) {
  const line = node("path", { d: "M0,2H20", "stroke-width": 4 });
  const button = node("button", { type: "button", title: `${name}: press to hide its line, or to show it` }, node("svg", { width: 20, height: 4, "aria-hidden": "true" }, line), name);
  button.addEventListener("click", () => toggleHidden(host.race, name));
  const cells = host.ranking.columns.map(({ key }) => node("td", { class: key }, ...(key === "lane" ? [button] : [""])));
  return Object.assign(node("tr", {}, ...cells), { line });
}

// The line of a lane is as it is in the charts.
function color({ hue, deep }, host) {
  const theme = (name) => getComputedStyle(host).getPropertyValue(`--st-${name}`).trim();
  const plain = theme("chart-categorical-colors").split(",")[hue] ?? theme("text-color");
  return deep ? `color-mix(in srgb, ${plain}, ${theme("text-color")})` : plain;
}

function write(host) {
  const { columns, rows } = host.ranking;
  const { key: by, direction } = host.order;
  const column = Math.max(0, columns.findIndex(({ key }) => key === by)); // the statuses may be gone
  [...host.querySelectorAll("th")].forEach((cell, at) => {
    const isSorted = at === column;
    cell.firstChild.textContent = `${columns[at].title || "#"}${isSorted ? (direction > 0 ? " ↑" : " ↓") : ""}`;
    cell.setAttribute("aria-sort", isSorted ? (direction > 0 ? "ascending" : "descending") : "none");
  });
  const body = host.querySelector("tbody");
  sorted(rows, column, direction).forEach((row, place) => {
    const line = host.lanes.get(row.name);
    if (body.children[place] !== line) body.insertBefore(line, body.children[place]);
    line.classList.toggle("best", row.best);
    line.querySelector("button").setAttribute("aria-pressed", hiddenIn(host.race).has(row.name));
    line.line.setAttribute("stroke", color(row, host));
    line.line.setAttribute("stroke-dasharray", DASHES[row.dash]);
    row.cells.forEach(({ text }, at) => {
      if (columns[at].key !== "lane" && line.children[at].textContent !== text) line.children[at].textContent = text;
    });
  });
}

// A table for these lanes and columns.
function build(host) {
  const { columns, rows } = host.ranking;
  host.lanes = new Map(rows.map(({ name }) => [name, lane(host, name)]));
  const heads = node("tr", {}, ...columns.map((column) => head(host, column)));
  host.replaceChildren(node("table", {}, node("thead", {}, heads), node("tbody", {}, ...host.lanes.values())));
}

export default function ({ parentElement, data }) {
  const host = parentElement.querySelector(".lrlab-ranking");
  host.ranking = data;
  const names = data.rows.map(({ name }) => name).sort();
  const shape = JSON.stringify([data.race, names, data.columns]);
  if (!host.order) whenHidden(host, () => host.race, () => write(host));
  if (host.race !== data.race) Object.assign(host, { race: data.race, order: { key: "place", direction: 1 } });
  if (host.shape !== shape) build(host);
  host.shape = shape;
  write(host);
}
