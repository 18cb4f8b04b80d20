// The axes of a chart of rates. They are computed here, with plotly.js's own rules, so that the chart can be drawn
// before plotly.js has come, and plotly.js then draws every line and number at the same place.

const ROOM = 0.05; // of the axis, beyond the last value
const MOST_TICKS = 8; // of a logarithmic axis
const LEAST = { x: 80, y: 40 }; // pixels from one tick to the next
const BELOW = 21; // lengths of a logarithmic axis, from its top to a value that it cannot have
const BESIDE = 8; // pixels from a number to its axis, on which there may be a ring
const MARGIN = { l: 4.6, t: 2.1, b: 3.4 }; // in sizes of the letters
const NAMES = { epoch: "Epoch", step: "Step", image: "Images seen", rate: "Learning rate", momentum: "Momentum" };

// Whole pixels, as plotly.js rounds them.
function margins(size) {
  return Object.fromEntries(Object.entries(MARGIN).map(([side, sizes]) => [side, Math.round(sizes * size)]));
}

// The range of a value axis that shows all lines: as plotly.js wants it, powers of ten if it is logarithmic.
function valueRange({ type, rangemode }, data) {
  const values = data.flatMap(({ y }) => y.filter((value) => Number.isFinite(value) && (type !== "log" || value > 0)));
  if (!values.length) return type === "log" ? [-1, 0] : [0, 1];
  let [low, high] = values.reduce(([least, most], value) => [Math.min(least, value), Math.max(most, value)], [Infinity, -Infinity]);
  if (type === "log") {
    [low, high] = [Math.floor(Math.log10(low)), Math.ceil(Math.log10(high))];
    return [low, Math.max(high, low + 1)];
  }
  if (rangemode === "tozero") [low, high] = [Math.min(low, 0), Math.max(high, 0)];
  if (low === high) [low, high] = [low - (low && 0.05), high + 0.05];
  const room = ((high - low) * ROOM) / (1 - ROOM);
  return [low && low - room, high && high + room]; // zero itself is the end of its axis
}

// From one tick of a logarithmic axis to the next, in powers of ten.
function decades([low, high]) {
  return Math.max(1, Math.ceil((high - low) / MOST_TICKS));
}

// The ticks of an axis of `length` pixels: as plotly.js has them.
function ticks({ type, range: [low, high] }, length, direction) {
  let step = decades([low, high]);
  if (type !== "log") {
    const count = Math.min(Math.max(length / LEAST[direction], 4), 9) + 1;
    const rough = (high - low) / count;
    const power = 10 ** Math.floor(Math.log10(rough));
    step = power * [2, 5, 10, 20].find((factor) => rough / power < factor);
  }
  const all = [];
  const slack = (high - low) * 1e-4;
  for (let number = Math.ceil((low - slack) / step); number * step <= high + slack; number++) all.push(number * step + 0); // + 0 makes -0 to 0
  return all;
}

// What is written at a tick.
function tickText(axis, value) {
  if (axis.tickformat === ",d") return value.toLocaleString("en");
  return String(Number(value.toPrecision(6)));
}

// An axis with what the rest asks of one of plotly.js's axes.
function flatAxis({ type, range, tickformat }, offset, length, down) {
  const log = type === "log";
  const [low, high] = range;
  const toLine = (value) => (log ? (value > 0 ? Math.log10(value) : NaN) : value);
  const share = (value) => (toLine(value) - low) / (high - low);
  const d2p = (value) => (value == null ? NaN : length * (down ? 1 - share(value) : share(value)));
  const p2d = (pixels) => {
    const at = low + (high - low) * (down ? 1 - pixels / length : pixels / length);
    return log ? 10 ** at : at;
  };
  return { type, range, tickformat, _offset: offset, _length: length, d2p, p2d };
}

// The path of a line. Where it is not above 0 it plunges out of a logarithmic axis, as plotly.js draws it.
function pathOf(x, y, shape, xaxis, yaxis) {
  let path = "";
  let pen = false;
  for (let at = 0; at < x.length; at++) {
    const across = Math.round(xaxis.d2p(x[at]) * 100) / 100;
    const isBelow = yaxis.type === "log" && y[at] !== null && y[at] <= 0;
    const down = Math.round((isBelow ? BELOW * yaxis._length : yaxis.d2p(y[at])) * 100) / 100;
    if (!Number.isFinite(down)) pen = false;
    else {
      path += pen ? (shape === "hv" ? `H${across}V${down}` : `L${across},${down}`) : `M${across},${down}`;
      pen = true;
    }
  }
  return path;
}

// The axes that are on the page now: those of plotly.js, or the first ones.
function axesOf(host) {
  const drawn = host._fullLayout;
  return drawn?.xaxis?.d2p ? drawn : (host.first ?? {});
}

// The range of an axis under a ring that is held: it stays, if the axis still counts the same.
function heldRange(host, name, { type }) {
  const now = host.held && host.held.axis === host.live?.axis && axesOf(host)[name];
  return now && (now.type === "log") === (type === "log") ? [...now.range] : undefined;
}
