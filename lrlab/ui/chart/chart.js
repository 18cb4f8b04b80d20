// Draws data.figure: a chart of rates at once as first.js does, then every chart with Plotly.react. Streamlit calls
// this again for new data and for a new theme. A moving slider calls it, too: the chart shows the values of the
// sliders, even if an older answer of the server has other values.

const NARROW = 480; // pixels: on a phone the chart is lower, so that its controls fit beside it
const LOW = 290;
const SHORT = 84; // pixels: the longest name at the end of a line there
const SIZE = 13; // of the letters
const REST = 200; // milliseconds
const DEPTH = 0.5; // these two as in palette.py
const NAME = 0.15;
const COPY = { width: 24, height: 24, path: "M4 4h11v3h5v13H9v-3H4zm5 3h4V6H6v9h3zm2 2v9h7V9z" };
const VECTOR = { width: 24, height: 24, path: "M3 17h4v4H3zM17 3h4v4h-4zM6 16C6 9 9 6 16 6l.2 2C10 8 8 10 8 16z" };

document.head.append(Object.assign(document.createElement("style"), { textContent: STYLE }));

let settings; // one object: Plotly.react makes a new chart if the configuration is another object

// Buttons to export pictures, and the few tools that a curve needs.
function config(Plotly) {
  if (settings) return settings;
  const button = (name, title, icon, click) => ({ name, title, icon, click });
  const save = (format) => (host) => Plotly.downloadImage(withNames(host), { ...sizeOf(host), format, filename: "schedules", scale: 2 });
  const copy = (type, picture) => async (host) =>
    navigator.clipboard.write([new ClipboardItem({ [type]: picture(host) })]);
  const png = async (host) => (await fetch(await Plotly.toImage(withNames(host), { ...sizeOf(host), format: "png", scale: 2 }))).blob();
  const svg = async (host) => {
    const address = await Plotly.toImage(withNames(host), { ...sizeOf(host), format: "svg" });
    return new Blob([decodeURIComponent(address.slice(address.indexOf(",") + 1))], { type: "text/plain" });
  };
  const pictures = [
    button("png", "Download as PNG", Plotly.Icons.camera, save("png")),
    button("svg", "Download as SVG", VECTOR, save("svg")),
    button("copy-png", "Copy as PNG", COPY, copy("image/png", png)),
    button("copy-svg", "Copy as SVG", COPY, copy("text/plain", svg)),
  ];
  const whole = button("reset", "Reset axes", Plotly.Icons.home, (host) => showWhole(host, Plotly));
  const tools = ["zoom2d", "pan2d", whole];
  settings = { responsive: false, displaylogo: false, doubleClick: false, modeBarButtons: [pictures, tools] };
  return settings;
}

let loading; // the module is loaded once per page, and so is plotly.js

// Reading the script takes the browser a second, in which it paints nothing: what is drawn already comes first.
function loadPlotly(url) {
  loading ??= cached(url).then(painted).then(run).catch(() => {
    loading = undefined;
    throw new Error("The chart library could not be loaded. Reload the page.");
  });
  return loading;
}

// The server does not say how long the file stays the same. Its name has its version, so it always does.
async function cached(url) {
  const get = (cache) => fetch(new URL(url, document.baseURI), { cache });
  let answer = await get("force-cache");
  if (!answer.ok) answer = await get("reload"); // an old failure may be in the cache
  if (!answer.ok) throw new Error(answer.statusText);
  return URL.createObjectURL(await answer.blob());
}

// `value`, once the browser has painted what is on the page; a page in the background never paints.
function painted(value) {
  return new Promise((resolve) => {
    if (document.hidden) resolve(value);
    else requestAnimationFrame(() => setTimeout(resolve, 0, value));
  });
}

function run(address) {
  return new Promise((resolve, reject) => {
    const before = window.Plotly;
    const script = document.createElement("script");
    script.src = address;
    script.onload = () => {
      resolve(window.Plotly);
      if (before) window.Plotly = before; // Streamlit's own charts use another version
      URL.revokeObjectURL(address);
    };
    script.onerror = reject;
    document.head.append(script);
  });
}

function sizeOf(host) {
  return { width: host.clientWidth, height: host.clientHeight };
}

// A colour as #rrggbb, as the canvas writes it.
function hex(color) {
  const pen = document.createElement("canvas").getContext("2d");
  pen.fillStyle = color;
  return pen.fillStyle;
}

// As mixed in palette.py: the colour, and so much of the other.
function mixed(color, other, share) {
  const parts = (text) => [1, 3, 5].map((at) => parseInt(hex(text).slice(at, at + 2), 16));
  const others = parts(other);
  const sum = parts(color).map((part, at) => Math.round(part * (1 - share) + others[at] * share));
  return `#${sum.map((part) => part.toString(16).padStart(2, "0")).join("")}`;
}

function themed(figure, height, element) {
  const style = getComputedStyle(element);
  const theme = (name) => style.getPropertyValue(`--st-${name}`).trim();
  const colors = theme("chart-categorical-colors").split(",");
  const text = theme("text-color");
  const layout = { ...structuredClone(figure.layout), height };
  layout.font = { size: SIZE, ...layout.font, color: text, family: theme("font") };
  layout.paper_bgcolor = layout.plot_bgcolor = theme("background-color");
  layout.xaxis.spikecolor = theme("gray-color");
  layout.hoverlabel = { bgcolor: theme("background-color"), bordercolor: theme("border-color"), font: { color: text } };
  layout.modebar = { bgcolor: "rgba(0,0,0,0)", color: theme("gray-color"), activecolor: text };
  for (const [name, axis] of Object.entries(layout)) {
    if (/^[xy]axis/.test(name)) {
      Object.assign(axis, { gridcolor: theme("border-color-light"), linecolor: theme("border-color"), zeroline: false });
    }
  }
  element.font = { size: layout.font.size, family: layout.font.family };
  if (layout.meta?.unit) {
    const most = element.clientWidth < NARROW ? SHORT : element.clientWidth / 4;
    const own = figure.data.map(plainName);
    const { texts, width } = labels(layout.meta.names, element.font, most);
    element.labels = own.map((name) => texts.get(name));
    layout.margin = { ...margins(element.font.size), r: width + LEADER + 6 };
    const { xaxis, yaxis } = layout;
    xaxis.tickformat = layout.meta.unit === "epoch" ? "~g" : ",d";
    xaxis.range = heldRange(element, "xaxis", xaxis) ?? xaxis.range;
    yaxis.range = heldRange(element, "yaxis", yaxis) ?? valueRange(yaxis, figure.data);
    yaxis.ticklabelstandoff = BESIDE;
    // plotly.js writes powers by a quarter larger than other numbers
    if (yaxis.type === "log") Object.assign(yaxis, { dtick: decades(yaxis.range), tickfont: { size: element.font.size / 1.25 } });
    xaxis.automargin = yaxis.automargin = false;
    xaxis.title = yaxis.title = undefined; // reading.js writes them
  }
  if (layout.meta?.ends) {
    const isNarrow = element.clientWidth < NARROW;
    layout.margin.r = endsRoom(element, figure, isNarrow ? SHORT : element.clientWidth / 5, isNarrow);
    const larger = element.font.size / SIZE; // in the layout for a beamer
    for (const side of ["t", "b"]) layout.margin[side] *= larger;
    for (const note of layout.annotations) if (note.yshift) note.yshift *= larger;
    // Beside the title there is no room for a note.
    if (isNarrow) for (const note of layout.annotations) if (note.yref !== "paper" && note.x === 1) note.yanchor = "top";
  }
  for (const shape of layout.shapes ?? []) shape.line = { ...shape.line, color: theme("gray-color") };
  const root = document.documentElement.style;
  root.setProperty("--lrlab-background", theme("background-color"));
  if (layout.meta?.of === "rate") root.removeProperty("--lrlab-in-hand");
  element.inks = [];
  const data = figure.data.map((trace) => {
    const hue = colors[trace.meta.color] ?? text; // the number after the last is the colour of the text
    const color = trace.meta.deep ? mixed(hue, text, DEPTH) : hue;
    element.inks.push({ color, name: mixed(color, text, NAME) });
    if (trace.meta.in_hand) root.setProperty("--lrlab-in-hand", color);
    const drawn = { ...trace, line: { ...trace.line, color }, marker: { ...trace.marker, color } };
    return trace.meta.band ? { ...drawn, fillcolor: `${hex(color)}33` } : drawn;
  });
  return [data, layout];
}

// Screen readers read a label's TeX source aloud; the name and the unit are enough. Of a menu they read its icon.
// A name in the list is whole in its title.
function nameControls() {
  for (const line of document.querySelectorAll('[class*="st-key-explore-row-"]:has(.stPopover)')) {
    const button = line.querySelector(".stButton button");
    const name = button?.querySelector("p")?.lastChild?.textContent.trim();
    button?.setAttribute("title", name); // it may be cut
    line.querySelector(".stPopover button").setAttribute("aria-label", `Actions for ${name}`);
  }
  for (const card of document.querySelectorAll('[class*="st-key-compare-card-"]:has(.stPopover)')) {
    card.querySelector(".stPopover button").setAttribute("aria-label", `Actions for ${card.querySelector("strong")?.textContent}`);
  }
  for (const control of document.querySelectorAll('input[aria-label*="$"], [role="group"][aria-label*="$"]')) {
    control.setAttribute("aria-label", control.getAttribute("aria-label").replace(/\s*\$[^$]*\$/g, ""));
  }
}

// Controls may be drawn long after the chart, on a slow page.
let naming;
const nameSoon = () => {
  clearTimeout(naming);
  naming = setTimeout(nameControls, REST);
};
new MutationObserver(nameSoon).observe(document.body, { childList: true, subtree: true });

// Moves only the lines, if the axes can stay as they are: this takes a tenth of the time of Plotly.react.
// Returns whether it could; with `keepAxes`, lines may leave the chart.
function redrawLines(host, figure, keepAxes) {
  const { xaxis, yaxis } = host._fullLayout ?? {};
  if (!xaxis?.d2p || figure.layout.xaxis.uirevision !== host.layout.xaxis.uirevision) return false;
  const isZoomed = host.ranges.yaxis.some((end, at) => end !== yaxis.range[at]);
  const [low, high] = yaxis.range.map((end) => (yaxis.type === "log" ? 10 ** end : end));
  const paths = figure.data.map((trace, at) => {
    const uid = host._fullData[at]?.uid;
    return uid && host.querySelector(`.scatterlayer .trace${uid} path.js-line`);
  });
  if (paths.length !== host._fullData.length || paths.some((path) => !path)) return false;
  const inside = (y) => Number.isNaN(y) || (y <= high && (y >= low || y <= 0));
  if (!isZoomed && !keepAxes && !figure.data.every(({ y }) => y.every(inside))) return false;
  figure.data.forEach(({ x, y, line }, at) => {
    if (y !== host.lines[at]) paths[at].setAttribute("d", pathOf(x, y, line.shape, xaxis, yaxis));
  });
  host.lines = figure.data.map(({ y }) => y);
  host.figure = figure;
  nameLines(host);
  return true;
}

// A zoom stays when the page gives an axis another range, as it does while a race grows. Returns the layout with
// the zoomed ranges; `host.ranges` has those that the page gave.
function withZoom(host, layout) {
  const before = host.ranges ?? {};
  host.ranges = {};
  for (const [name, axis] of Object.entries(layout)) {
    if (!/^[xy]axis/.test(name) || !axis.range) continue;
    const isHeld = before[name] && heldRange(host, name, axis);
    host.ranges[name] = isHeld ? before[name] : [...axis.range];
    if (isHeld) continue; // the range on the page is neither zoomed nor new
    const now = host.layout?.[name];
    const isSame = now?.uirevision === axis.uirevision && (!axis.type || now?.type === axis.type); // plotly.js sets a type
    const given = before[name];
    const isZoomed = isSame && given && now.range && now.range.some((end, at) => end !== given[at]);
    if (isZoomed) axis.range = [...now.range];
  }
  return layout;
}

// Gives up a zoom: the ranges that the page gave last, where it gave some.
function showWhole(host, Plotly) {
  const changes = {};
  for (const name of Object.keys(host.layout).filter((key) => /^[xy]axis/.test(key))) {
    const range = host.ranges[name];
    Object.assign(changes, range ? { [`${name}.range`]: [...range] } : { [`${name}.autorange`]: true });
  }
  return Plotly.relayout(host, changes);
}

export default async function ({ parentElement, data, setTriggerValue }) {
  const host = parentElement.querySelector(".lrlab-chart");
  host.setAttribute("aria-label", data.alt);
  host.newest = data;
  const leave = () =>
    requestAnimationFrame(() => {
      if (host.isConnected) return; // only this drawing was dropped, not the chart
      host.watcher?.disconnect();
      host.thumbs?.disconnect();
      host.listening?.abort();
      host.plotly?.purge(host);
    });
  const sent = grown(host, data, () => setTriggerValue("lost", true));
  if (!sent) return leave;
  // The address is updated without a new history entry for each change.
  if (data.link != null && location.search !== data.link) {
    history.replaceState(history.state, "", location.pathname + data.link);
  }
  const wanted = sent.layout.height;
  const panels = sent.layout.yaxis2; // several panels need the height for their titles
  const height = host.clientWidth < NARROW && !panels ? Math.min(wanted, LOW) : wanted;
  host.style.minHeight = `${height}px`;
  const figure = () => (data.live ? withThumbs(sent, data.live) : sent);
  const isReading = Boolean(sent.layout.meta?.unit);
  const name = () => (host.figure.layout.meta?.ends ? nameEnds(host) : nameLines(host));
  const draw = (host.redraw = () => {
    const now = figure();
    host.lines = now.data.map(({ y }) => y);
    host.figure = now;
    const [traces, layout] = themed(now, height, host);
    if (!host.plotly) return isReading && drawFirst(host, traces, layout);
    if (layout.meta?.ends) hideGroups(host, traces);
    const drawn = host.plotly.react(host, traces, withZoom(host, layout), config(host.plotly)).then(withOneTabStop);
    host.querySelector(":scope > .lrlab-first")?.remove();
    name();
    return drawn;
  });
  host.live = data.live;
  keepMoved(host);
  host.letGo = (moved) => setTriggerValue("dragged", moved);
  host.choose = data.choose && ((number) => setTriggerValue("chosen", data.live.lines[number].curve));
  host.thumbs?.disconnect();
  if (data.live) {
    let settled; // the whole chart is drawn when the slider rests
    host.follow = () => {
      if (!host.isConnected || host.newest !== data) return;
      clearTimeout(settled);
      keepMoved(host);
      const isWhole = () => host.newest === data && !host.held; // else the axes stay
      if (redrawLines(host, figure(), host.held)) settled = setTimeout(() => isWhole() && draw(), REST);
      else draw();
    };
    host.thumbs = new MutationObserver(host.follow);
    host.thumbs.observe(document.body, { subtree: true, attributeFilter: ["aria-valuetext"] });
  }
  if (isReading && !host.listening) listen(host);
  if (!host.plotly) {
    draw();
    let Plotly;
    try {
      Plotly = await loadPlotly(data.plotly);
    } catch (error) {
      if (!isReading) throw error;
      console.warn(error.message); // the first drawing stays, and follows the sliders
      return leave;
    }
    if (host.newest !== data || !host.isConnected) return leave;
    host.plotly = Plotly;
  }
  await draw();
  if (!host.watcher) {
    host.on("plotly_relayout", name);
    host.on("plotly_doubleclick", () => showWhole(host, host.plotly));
    let width = host.clientWidth;
    host.watcher = new ResizeObserver(async () => {
      if (!host.isConnected) return;
      const isSame = width === (width = host.clientWidth);
      await host.plotly.Plots.resize(host);
      if (isSame || !host.ends) name();
      else host.redraw(); // its names have another room
    });
    whenHidden(host, () => host.figure.layout.meta?.ends && raceOf(host), () => host.redraw());
    host.watcher.observe(host);
  }
  nameSoon();
  return leave;
}
