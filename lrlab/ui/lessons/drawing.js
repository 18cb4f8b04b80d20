// Draws loss curves with the pointer or the keys, or compares drawn with measured ones. A drawing has a list
// of points for each curve, null where no point was set; lrlab/lessons/sketch.py reads it in the same way.

const STEP = 0.05; // of the loss, for an arrow key; ten times as much with Page up and Page down
const NEAR = 34; // pixels between the names at the ends
const SVG = "http://www.w3.org/2000/svg";

function node(name, attributes = {}, ...children) {
  const made = name.startsWith("svg:") ? document.createElementNS(SVG, name.slice(4)) : document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.append(...children);
  return made;
}

// The loss in every epoch: straight between points, level before the first and after the last.
function whole(points) {
  const known = points.flatMap((loss, at) => (loss === null ? [] : [at]));
  return points.map((_, at) => {
    const before = known.findLast((one) => one <= at) ?? known[0];
    const after = known.find((one) => one >= at) ?? known.at(-1);
    const share = after > before ? (at - before) / (after - before) : 0;
    return points[before] + (points[after] - points[before]) * share;
  });
}

const isDrawn = (points) => points.some((loss) => loss !== null);
const colorOf = ({ hues, depths }, at, colors, text) =>
  `color-mix(in srgb, ${text} ${depths[at]}%, ${colors[hues[at]] ?? text})`;

function scales({ epochs, top }, width, height) {
  const box = { left: 44, right: width - (width < 480 ? 92 : 116), top: 12, bottom: height - 42 };
  return {
    box,
    x: (epoch) => box.left + ((box.right - box.left) * epoch) / epochs,
    y: (loss) => box.bottom - ((box.bottom - box.top) * loss) / top,
    epochAt: (x) => Math.min(epochs, Math.max(1, Math.round(((x - box.left) / (box.right - box.left)) * epochs))),
    lossAt: (y) => {
      const loss = ((box.bottom - y) / (box.bottom - box.top)) * top;
      return Math.round(Math.min(top, Math.max(0, loss)) * 100) / 100;
    },
  };
}

function axes(data, scale) {
  const { box, x, y } = scale;
  const text = (at, down, words, anchor) => node("svg:text", { x: at, y: down, "text-anchor": anchor }, words);
  const parts = [];
  for (let loss = 0; loss <= data.top; loss += 0.5) {
    parts.push(node("svg:line", { class: "grid", x1: box.left, x2: box.right, y1: y(loss), y2: y(loss) }));
    parts.push(text(box.left - 8, y(loss) + 4, String(loss), "end"));
  }
  for (let epoch = 0; epoch <= data.epochs; epoch += data.epochs / 4) {
    parts.push(node("svg:line", { class: "grid", x1: x(epoch), x2: x(epoch), y1: box.top, y2: box.bottom }));
    parts.push(text(x(epoch), box.bottom + 17, String(epoch), "middle"));
  }
  const guess = y(data.guessing);
  parts.push(node("svg:line", { class: "guess", x1: box.left, x2: box.right, y1: guess, y2: guess }));
  parts.push(text(box.right - 4, guess - 6, `guessing: ${data.guessing.toFixed(2)}`, "end"));
  parts.push(text((box.left + box.right) / 2, box.bottom + 36, "Epoch", "middle"));
  parts.push(node("svg:text", { class: "measure", x: box.left + 6, y: box.top + 12 }, data.measure));
  return parts;
}

const pathOf = (losses, { x, y }) => losses.map((loss, at) => `${at ? "L" : "M"}${x(at + 1)},${y(loss)}`).join("");

// Names at the ends of lines, moved apart where they would lie on each other.
function ends(entries, { box, y }) {
  const sorted = entries.toSorted((one, other) => other.loss - one.loss);
  let lowest = -Infinity;
  for (const entry of sorted) lowest = entry.at = Math.max(y(entry.loss) + 4, lowest + (entry.more ? NEAR : NEAR / 2));
  const over = lowest - box.bottom;
  if (over > 0) for (const entry of sorted) entry.at -= over;
  return sorted.flatMap(({ name, more, color, at }) => [
    node("svg:text", { class: "name", x: box.right + 8, y: at, style: `fill: ${color}` }, name),
    ...(more ? [node("svg:text", { x: box.right + 8, y: at + 15 }, more)] : []),
  ]);
}

function compared(host, data, look) {
  const { scale, color, svg } = look;
  const lines = data.names.flatMap((_, at) => {
    const found = pathOf(data.measured[at], scale);
    const solid = node("svg:path", { class: "measured", d: found, style: `stroke: ${color(at)}` });
    if (!data.drawn[at]) return [solid];
    const drawn = pathOf(data.drawn[at], scale);
    const back = pathOf(data.drawn[at], scale).slice(1).split("L").reverse().join("L");
    return [
      node("svg:path", { class: "area", d: `${found}L${back}Z`, style: `fill: ${color(at)}` }),
      node("svg:path", { class: "drawn", d: drawn, style: `stroke: ${color(at)}` }),
      solid,
    ];
  });
  const names = data.names.map((name, at) => {
    const score = data.scores[at];
    return { name, loss: data.measured[at].at(-1), color: color(at), more: score && `${score.apart.toFixed(2)} apart` };
  });
  svg.append(...axes(data, scale), ...lines, ...ends(names, scale));
  svg.setAttribute("role", "img");
  svg.setAttribute("aria-label", `${data.measure}: your drawing and the measured curves`);
  const cell = (title, value, word, extra) =>
    node("div", {}, node("span", { class: "title" }, ...title), node("em", {}, word), node("b", {}, value), node("small", {}, extra));
  const cells = data.names.map((name, at) => {
    const dot = node("i", { style: `background: ${color(at)}` });
    const score = data.scores[at];
    if (!score) return cell([dot, name], "–", "Not drawn", "");
    return cell([dot, name], score.apart.toFixed(2), score.word, " apart on average");
  });
  const scores = node("div", { class: "scores" }, cell(["Your score"], data.score.toFixed(2), "", " 0 is exact"), ...cells);
  host.replaceChildren(svg, scores);
}

function drawing(host, data, look, again) {
  const { scale, color, svg } = look;
  const state = host.state;
  const points = state.drawing[state.hand];
  const commit = () => {
    sessionStorage.setItem(state.store, JSON.stringify(state.drawing));
    host.send(state.drawing);
    again();
  };
  const remember = () => state.before.push(JSON.stringify(state.drawing));
  const pill = (name, at) => {
    const done = isDrawn(state.drawing[at]);
    const label = [node("i", { style: `background: ${color(at)}` }), name, done ? " ✓" : ""];
    const made = node("button", { type: "button", "aria-pressed": String(at === state.hand) }, ...label);
    made.onclick = () => {
      state.hand = at;
      again();
    };
    return made;
  };
  const tool = (words, enabled, act) => {
    const made = node("button", { type: "button", class: "tool" }, words);
    made.disabled = !enabled;
    made.onclick = act;
    return made;
  };
  const undo = tool("Undo", state.before.length, () => {
    state.drawing = JSON.parse(state.before.pop());
    commit();
  });
  const clear = tool("Clear this curve", isDrawn(points), () => {
    remember();
    points.fill(null);
    commit();
  });
  const tools = node("div", { class: "tools" }, ...data.names.map(pill), node("span", { class: "gap" }), undo, clear);

  const lines = state.drawing.flatMap((curve, at) => {
    if (!isDrawn(curve)) return [];
    const look = at === state.hand ? "hand" : "";
    return [node("svg:path", { class: `own ${look}`, d: pathOf(whole(curve), scale), style: `stroke: ${color(at)}` })];
  });
  const names = state.drawing.flatMap((curve, at) =>
    isDrawn(curve) ? [{ name: data.names[at], loss: whole(curve).at(-1), color: color(at) }] : [],
  );
  const loss = isDrawn(points) ? whole(points)[state.epoch - 1] : data.guessing;
  const { box } = scale;
  const handle = { cx: scale.x(state.epoch), cy: scale.y(loss), style: `fill: ${color(state.hand)}` };
  const words = `epoch ${state.epoch}, loss ${loss.toFixed(2)}`;
  const side = state.epoch > data.epochs / 2 ? ["end", -14] : ["start", 14];
  const bubble = { class: "bubble", x: handle.cx + side[1], y: handle.cy - 14, "text-anchor": side[0] };
  svg.append(
    ...axes(data, scale),
    ...lines,
    ...ends(names, scale),
    node("svg:circle", { ...handle, class: "halo", r: 15 }),
    node("svg:circle", { ...handle, class: "handle", r: 7 }),
    node("svg:text", bubble, words),
  );
  const pad = node("svg:rect", {
    class: "pad",
    x: box.left,
    y: box.top,
    width: box.right - box.left,
    height: box.bottom - box.top,
    tabindex: 0,
    role: "slider",
    "aria-orientation": "vertical",
    "aria-label": `Your curve for ${data.names[state.hand]}. Left and right choose an epoch, up and down set its loss`,
    "aria-valuemin": 0,
    "aria-valuemax": data.top,
    "aria-valuenow": loss,
    "aria-valuetext": words,
  });
  svg.append(pad);

  const place = (event) => {
    const frame = svg.getBoundingClientRect();
    return [scale.epochAt(event.clientX - frame.left), scale.lossAt(event.clientY - frame.top)];
  };
  pad.onpointerdown = (event) => {
    if (event.button) return;
    remember();
    state.stroke = place(event);
    host.pull(event);
  };
  host.pull = (event) => {
    const curve = state.drawing[state.hand];
    const [from, start] = state.stroke;
    const [to, end] = place(event);
    const size = Math.abs(to - from);
    for (let step = 0; step <= size; step++) {
      const share = size ? step / size : 1;
      curve[from + Math.sign(to - from) * step - 1] = Math.round((start + (end - start) * share) * 100) / 100;
    }
    state.stroke = [to, end];
    state.epoch = to;
    again();
  };
  host.release = () => {
    state.stroke = undefined;
    commit();
    host.querySelector(".pad").focus({ preventScroll: true });
  };
  pad.onkeydown = (event) => {
    const along = { ArrowLeft: -1, ArrowRight: 1, Home: -data.epochs, End: data.epochs }[event.key];
    const up = { ArrowUp: 1, ArrowDown: -1, PageUp: 10, PageDown: -10 }[event.key];
    if (along === undefined && up === undefined) return;
    event.preventDefault();
    if (along) {
      state.epoch = Math.min(data.epochs, Math.max(1, state.epoch + along));
      again();
    } else {
      remember();
      const wanted = Math.round((loss + up * STEP) / STEP) * STEP;
      points[state.epoch - 1] = Math.round(Math.min(data.top, Math.max(0, wanted)) * 100) / 100;
      commit();
    }
  };
  const drawn = state.drawing.filter(isDrawn).length;
  const help = "Drag from left to right. By keyboard: ← and → choose an epoch, ↑ and ↓ set its loss.";
  const count = `${drawn} of ${data.names.length} curves drawn. You can also answer without a drawing.`;
  host.replaceChildren(tools, svg, node("p", {}, help, node("br"), count));
}

// A drawing that this tab kept over a reload; undefined if there is none of this lesson's size.
function kept(store, data) {
  const found = JSON.parse(sessionStorage.getItem(store) ?? "null");
  const fits = found?.length === data.names.length && found.every((curve) => curve.length === data.epochs);
  return fits ? found : undefined;
}

export default function ({ parentElement, data, setStateValue }) {
  const host = parentElement.querySelector(".lrlab-drawing");
  host.send = (drawing) => setStateValue("drawing", drawing);
  const store = `lrlab.drawing.${data.id}`;
  if (!data.measured && host.state?.store !== store) {
    const empty = () => data.names.map(() => Array(data.epochs).fill(null));
    const before = data.drawing ? undefined : kept(store, data);
    host.state = { store, drawing: data.drawing ?? before ?? empty(), hand: 0, epoch: 1, before: [] };
    if (before) host.send(before);
  }
  const draw = (toPad = false) => {
    const width = host.clientWidth;
    if (!width) return;
    host.drawnWidth = width;
    const height = width < 480 ? (data.measured ? 250 : 296) : 440; // with the scores below it, the chart stays in view
    const style = getComputedStyle(host);
    const theme = (name) => style.getPropertyValue(`--st-${name}`).trim();
    const colors = theme("chart-categorical-colors").split(",");
    const svg = node("svg:svg", { width, height, viewBox: `0 0 ${width} ${height}` });
    const color = (at) => colorOf(data, at, colors, theme("text-color"));
    const look = { svg, color, scale: scales(data, width, height) };
    if (data.measured) compared(host, data, look);
    else {
      // After a press the pad has the focus; after an answer of the server the control that had it.
      const controls = () => [...host.querySelectorAll("button, .pad")];
      const focused = controls().indexOf(document.activeElement);
      drawing(host, data, look, () => draw(true));
      const next = toPad ? host.querySelector(".pad") : controls()[focused];
      if (focused >= 0) next?.focus({ preventScroll: true });
    }
  };
  draw();
  // The pad is drawn anew while it is dragged, so the stroke belongs to the window.
  const pull = (event) => host.state?.stroke && host.pull(event);
  const release = () => host.state?.stroke && host.release();
  const listeners = { pointermove: pull, pointerup: release, pointercancel: release };
  for (const [name, listener] of Object.entries(listeners)) addEventListener(name, listener);
  const watcher = new ResizeObserver(() => host.isConnected && host.clientWidth !== host.drawnWidth && draw());
  watcher.observe(host);
  return () => {
    watcher.disconnect();
    for (const [name, listener] of Object.entries(listeners)) removeEventListener(name, listener);
  };
}
