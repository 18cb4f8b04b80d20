// Names at the ends of the lines, and what the pointer reads from them, on a layer above the plot. A layout asks
// for it by its `meta`: `unit` is what the time axis counts, and `of` is what the lines are: rate or momentum.

const LINE = 1.4; // from one name to the next, in heights of the letters
const LEADER = 22; // pixels from the plot to the names
const NEAR = 24; // pixels: so near, the pointer means a line
const WORDS = { epoch: "epoch", step: "step", image: "image" };

function plainName(trace) {
  return new DOMParser().parseFromString(trace.name, "text/html").documentElement.textContent;
}

// The names, cut at the end so that they fit. Where a name would then read like another, its first word goes.
function labels(names, font, most) {
  const pen = document.createElement("canvas").getContext("2d");
  pen.font = `bold ${font.size}px ${font.family}`;
  const measure = (text) => pen.measureText(text).width;
  const cut = (name) => {
    let text = name;
    while (measure(text) > most && text.length > 4) text = `${text.replace(/…$/, "").slice(0, -1).trimEnd()}…`;
    return text;
  };
  const short = names.map((name) => {
    const text = cut(name);
    const rest = name.split(" ").slice(1).join(" ");
    const alike = names.some((other) => other !== name && cut(other) === text);
    return alike && rest ? cut(rest) : text;
  });
  return { texts: new Map(names.map((name, at) => [name, short[at]])), width: Math.ceil(Math.max(0, ...short.map(measure))), measure };
}

// The place in `x` of the last value that is at most `at`.
function placeOf(x, at) {
  let [low, high] = [0, x.length];
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (x[middle] <= at) low = middle;
    else high = middle;
  }
  return low;
}

// What is drawn at `at` on the time axis.
function drawnAt({ x, y, line }, at) {
  const place = placeOf(x, at);
  if (line.shape === "hv" || place === x.length - 1 || x[place] >= at) return y[place];
  return y[place] + ((y[place + 1] - y[place]) * (at - x[place])) / (x[place + 1] - x[place]);
}

// What is written for a place on the time axis, and the exact value there if the line's formula is known.
function readAt(host, number, at) {
  const { meta } = host.figure.layout;
  const line = host.live?.lines[number];
  const numbers = line && followed(line);
  const whole = Math.max(0, Math.floor(at + 1e-9));
  const length = numbers && anEpoch(numbers, meta.unit, host.live.batch_size);
  const last = numbers ? numbers.epochs * length - 1 : Infinity;
  const place = Math.min(whole, last);
  const text = `${WORDS[meta.unit]} ${place.toLocaleString("en")}, ${meta.of} `;
  if (!line) {
    const trace = host.figure.data[number];
    return text + (trace.line.shape === "hv" ? "" : "about ") + digits(drawnAt(trace, place));
  }
  const step = Math.floor((place * numbers.steps_per_epoch) / length + 1e-9);
  return text + digits(ratesAt(line, numbers, [step])[0]);
}

function digits(value) {
  return Number.isFinite(value) ? String(Number(value.toPrecision(3))) : "not finite";
}

// Where names go: in the order of the ends of their lines, and `gap` apart from each other.
function spread(ends, height, gap) {
  const order = ends.map((_, at) => at).sort((a, b) => ends[a] - ends[b]);
  const places = [...ends];
  const bottom = height + gap / 2;
  order.forEach((at, rank) => {
    if (rank) places[at] = Math.max(places[at], places[order[rank - 1]] + gap);
  });
  let limit = bottom;
  for (const at of [...order].reverse()) {
    places[at] = Math.min(places[at], limit);
    limit = places[at] - gap;
  }
  return places;
}

function element(name, attributes, text) {
  const made = document.createElementNS("http://www.w3.org/2000/svg", name);
  setAll(made, attributes);
  if (text !== undefined) made.textContent = text;
  return made;
}

function layer(host) {
  let over = host.querySelector(":scope > .lrlab-over");
  if (!over) {
    over = element("svg", { class: "lrlab-over", "aria-hidden": "true" });
    over.append(element("g", { class: "names" }), element("g", { class: "reading" }), element("g", { class: "rings" }));
    host.append(over);
  }
  return over;
}

// Draws the names for the figure as it is now; called again for each move of a slider.
function nameLines(host) {
  const { xaxis, yaxis } = axesOf(host);
  if (!host.labels || !xaxis) return;
  const names = layer(host).querySelector(".names");
  const { size } = host.font;
  const right = xaxis._offset + xaxis._length;
  const end = Math.max(...xaxis.range);
  const ends = host.figure.data.map((trace) => {
    const y = yaxis.d2p(drawnAt(trace, Math.min(end, trace.x.at(-1))));
    return Number.isFinite(y) ? Math.min(Math.max(y, 0), yaxis._length) : yaxis._length;
  });
  const gap = Math.min(LINE * size, yaxis._length / Math.max(ends.length, 1));
  host.placed = spread(ends, yaxis._length, gap);
  host.small = Math.min(size, gap); // many names in a low chart are smaller
  const [value, time] = titles(host);
  names.replaceChildren(
    element("text", { x: xaxis._offset, y: size * 0.8, "font-size": size, class: "title" }, value),
    element("text", { x: right, y: yaxis._offset + yaxis._length + size * 2.6, "font-size": size, class: "time title" }, time),
    ...host.figure.data.flatMap((trace, at) => {
      const [from, to] = [ends[at] + yaxis._offset, host.placed[at] + yaxis._offset];
      const strong = trace.meta.in_hand || host.lifted === at;
      const { color, name } = host.inks[at];
      const path = `M${right + 2},${from}h4L${right + 14},${to}h4`;
      return [
        element("path", { d: path, stroke: color, fill: "none" }),
        element(
          "text",
          { x: right + LEADER, y: to, fill: name, "font-weight": strong ? 700 : 400, "font-size": host.small },
          host.labels[at],
        ),
      ];
    }),
  );
  drawRings(host);
}

// The names of the value axis and of the time axis.
function titles(host) {
  const { of, unit } = host.figure.layout.meta;
  return [NAMES[of], NAMES[unit]];
}

// A figure with the names as annotations, for pictures.
function withNames(host) {
  if (host.ends) return withEnds(host);
  if (!host.labels) return host;
  const { yaxis } = host._fullLayout;
  const annotations = host.figure.data.map((trace, at) => ({
    ...{ xref: "paper", yref: "paper", x: 1, xanchor: "left", xshift: 8, yanchor: "middle", showarrow: false },
    ...{ y: 1 - host.placed[at] / yaxis._length, text: escaped(host.labels[at]) },
    font: { color: host.inks[at].name, size: host.small },
  }));
  const [value, time] = titles(host).map((text) => ({ xref: "paper", yref: "paper", showarrow: false, text: `<b>${text}</b>` }));
  annotations.push({ ...value, x: 0, y: 1, xanchor: "left", yanchor: "bottom", yshift: host.font.size * 0.4 });
  annotations.push({ ...time, x: 1, y: 0, xanchor: "right", yanchor: "top", yshift: -host.font.size * 1.8 });
  return { data: host.data, layout: { ...host.layout, annotations } };
}

// Plotly would read text that looks like HTML as HTML.
function escaped(text) {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}

// Lifts a line, its name and its row in the list; undefined lifts none.
function lift(host, number) {
  if (host.lifted === number) return;
  host.lifted = number;
  host.figure.data.forEach((trace, at) => {
    const uid = host._fullData?.[at]?.uid;
    const group = uid && host.querySelector(`.scatterlayer .trace${uid}`);
    if (group) group.classList.toggle("lrlab-lifted-line", at === number);
    row(host, at)?.classList.toggle("lrlab-lifted", at === number);
  });
  nameLines(host);
}

function row(host, number) {
  const key = host.live?.lines[number]?.row;
  return key && document.querySelector(`.${key}`);
}

// The line that the pointer means, with its distance in pixels.
function nearest(host, across, down) {
  const { xaxis, yaxis } = axesOf(host);
  const away = host.figure.data.map((trace) => {
    const distances = [-8, -4, 0, 4, 8].map((by) => {
      const y = yaxis.d2p(drawnAt(trace, xaxis.p2d(across + by)));
      return Number.isFinite(y) ? Math.hypot(by / 2, y - down) : Infinity;
    });
    return Math.min(...distances);
  });
  const distance = Math.min(...away);
  return { number: away.indexOf(distance), distance };
}

function showReading(host, event) {
  const { xaxis, yaxis } = axesOf(host);
  const reading = layer(host).querySelector(".reading");
  const box = host.getBoundingClientRect();
  const across = event.clientX - box.left - (xaxis?._offset ?? 0);
  const down = event.clientY - box.top - (yaxis?._offset ?? 0);
  const inside = xaxis?.p2d && across >= 0 && across <= xaxis._length && down >= 0 && down <= yaxis._length;
  if (!inside || !host.labels || !host.figure.data.length || host.held) return hideReading(host);
  const { number, distance } = nearest(host, across, down);
  const meant = distance <= NEAR ? number : undefined;
  lift(host, meant);
  host.style.cursor = meant !== undefined && host.choose ? "pointer" : "";
  const at = xaxis.p2d(across);
  const [left, top] = [xaxis._offset + across, yaxis._offset];
  const parts = [element("path", { d: `M${left},${top}v${yaxis._length}`, class: "hairline" })];
  host.figure.data.forEach((trace, other) => {
    const y = yaxis.d2p(drawnAt(trace, at));
    if (!(y >= -1 && y <= yaxis._length + 1)) return;
    const radius = other === number ? 5 : 3;
    parts.push(element("circle", { cx: left, cy: top + y, r: radius, fill: host.inks[other].color, class: "dot" }));
  });
  const name = plainName(host.figure.data[number]);
  const text = readAt(host, number, at);
  const width = Math.max(name.length, text.length) * host.font.size * 0.56 + 28;
  const turned = across + width + 16 > xaxis._length;
  const x = left + (turned ? -width - 12 : 12);
  const y = Math.min(Math.max(top + down - 60, top + 4), top + yaxis._length - 56);
  const group = element("g", { transform: `translate(${x},${y})`, class: "box" });
  group.append(
    element("rect", { width, height: 48, rx: 6 }),
    element("path", { d: "M12,16h16", stroke: host.inks[number].color, "stroke-width": 4 }),
    element("text", { x: 36, y: 16, "font-size": host.font.size }, name),
    element("text", { x: 12, y: 34, "font-size": host.font.size, "font-weight": 700, class: "read" }, text),
  );
  reading.replaceChildren(...parts, group);
}

function hideReading(host) {
  layer(host).querySelector(".reading").replaceChildren();
  host.style.cursor = "";
  lift(host, undefined);
}

// The pointer on a chart, and on the rows of a list that belong to its lines.
function listen(host) {
  let pressed;
  const { signal } = (host.listening = new AbortController());
  const on = (target, kind, act) => target.addEventListener(kind, act, { capture: true, signal });
  on(host, "pointermove", (event) => showReading(host, event));
  on(host, "pointerleave", () => hideReading(host));
  on(host, "pointerdown", (event) => {
    showReading(host, event);
    const isTool = event.button || event.target.closest(".ring, .modebar");
    pressed = isTool ? undefined : { x: event.clientX, y: event.clientY, line: host.lifted };
  });
  on(document, "pointerup", (event) => { // Plotly lays a cover over the page until then
    const still = pressed && Math.hypot(event.clientX - pressed.x, event.clientY - pressed.y) < 4;
    if (still && host.choose && pressed.line !== undefined) host.choose(pressed.line);
    pressed = undefined;
  });
  on(document, "pointerover", (event) => {
    if (host.contains(event.target) || !host.live?.lines.some(({ row }) => row)) return;
    const number = host.live.lines.findIndex(({ row }) => event.target.closest?.(`.${row}`));
    lift(host, number < 0 ? undefined : number);
  });
}
