// Rings on a line that are dragged: its rates, and the ends of its phases. The line follows; when a ring is let go,
// its value is sent to the server.

const RADIUS = 8; // pixels
const FINE = 3; // digits of a value that is dragged

// Draws the rings of all lines, each where its line has the value now. The elements stay, because a finger holds one.
function drawRings(host) {
  const group = layer(host).querySelector(".rings");
  const rings = (host.live?.lines ?? []).flatMap((line, number) => (line.rings ?? []).map((ring) => ({ ...ring, number })));
  const before = [...group.children];
  const now = rings.map((ring) => drawnRing(host, ring, before)).filter(Boolean);
  if (now.length !== before.length || now.some((made, at) => made !== before[at])) group.replaceChildren(...now);
}

// A ring's element, which is one of `before` if it was drawn; undefined if the ring is not on the chart.
function drawnRing(host, ring, before) {
  const { xaxis, yaxis } = axesOf(host);
  const trace = host.figure.data[ring.number];
  const line = host.live.lines[ring.number];
  const at = timeOf(host, ring, trace);
  const [across, down] = [xaxis.d2p(at), yaxis.d2p(drawnAt(trace, at))];
  const isHeld = host.held?.name === ring.name && host.held.curve === line.curve;
  const inside = across >= -1 && across <= xaxis._length + 1 && down >= -1 && down <= yaxis._length + 1;
  if (!inside && !isHeld) return undefined;
  const key = `${line.curve} ${ring.name}`;
  const made = before.find((each) => each.dataset.key === key) ?? newRing(key);
  const [x, y] = [xaxis._offset + across, yaxis._offset + down];
  const [wide, shown, text] = made.children;
  for (const circle of [wide, shown]) setAll(circle, { cx: x, cy: y });
  shown.setAttribute("stroke", host.inks[ring.number].color);
  const left = across > xaxis._length * 0.7;
  setAll(text, { x: x + (left ? -1 : 1) * (RADIUS + 8), y: y - RADIUS - 6, "text-anchor": left ? "end" : "start" });
  text.setAttribute("font-size", host.font.size);
  text.textContent = `${isHeld ? "" : "Drag: "}${ring.label} ${digits(followed(line)[ring.name])}`;
  made.setAttribute("class", `ring ${ring.along}${isHeld ? " held" : ""}`);
  wide.onpointerdown = (event) => hold(host, ring, event);
  return made;
}

function newRing(key) {
  const made = element("g", {});
  made.dataset.key = key;
  const wide = element("circle", { class: "wide" }); // what a pointer can take
  wide.addEventListener("touchstart", (event) => event.preventDefault(), { passive: false }); // the page does not scroll
  made.append(wide, element("circle", { r: RADIUS }), element("text", {}));
  return made;
}

function setAll(made, attributes) {
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
}

// Where a ring is on the time axis.
function timeOf(host, { at, along, name, number }, { x, y }) {
  if (along === "rate") return at === "highest" ? x[y.indexOf(Math.max(...y.filter(Number.isFinite)))] : x[0];
  const length = followed(host.live.lines[number])[name] * unitOf(host, number);
  return at === "end" ? x.at(-1) - length : length;
}

// The length of the line's unit of time on the time axis.
function unitOf(host, number) {
  const line = host.live.lines[number];
  const numbers = followed(line);
  const epoch = anEpoch(numbers, host.live.axis, host.live.batch_size);
  return line.clock === "step" ? epoch / numbers.steps_per_epoch : epoch;
}

// The value that the pointer means, on the axes as they were when the ring was taken.
function meantBy({ ring, xaxis, yaxis, box, end, unit }, event) {
  const across = xaxis.p2d(event.clientX - box.left - xaxis._offset);
  const time = (ring.at === "end" ? end - across : across) / unit;
  const value = ring.along === "rate" ? yaxis.p2d(event.clientY - box.top - yaxis._offset) : time;
  const low = ring.along === "time" ? Math.max(ring.low, ring.whole ? 1 : 0.1) : ring.low;
  const inside = Math.min(Math.max(value, low), ring.high);
  return ring.whole || ring.along === "time" ? Math.round(inside) || low : Number(inside.toPrecision(FINE));
}

function hold(host, ring, event) {
  if (event.button) return;
  event.preventDefault();
  event.stopPropagation();
  const { xaxis, yaxis } = axesOf(host);
  const flat = (axis, down) => flatAxis({ type: axis.type, range: [...axis.range] }, axis._offset, axis._length, down);
  const line = host.live.lines[ring.number];
  const taken = {
    ...{ ring, xaxis: flat(xaxis, false), yaxis: flat(yaxis, true), box: host.getBoundingClientRect() },
    ...{ end: host.figure.data[ring.number].x.at(-1), unit: unitOf(host, ring.number) },
  };
  host.held = { name: ring.name, number: ring.number, curve: line.curve, before: line.numbers[ring.name] };
  hideReading(host);
  const move = (moved) => {
    host.held.value = meantBy(taken, moved);
    keepHeld(host);
    host.follow();
  };
  const end = () => {
    for (const [kind, act] of ends) document.removeEventListener(kind, act, true);
    const { curve, name, value, before } = host.held;
    host.held.isOver = true;
    if (value === undefined || value === before) host.held = undefined;
    else host.letGo({ curve, name, value });
    host.follow();
  };
  const ends = [["pointermove", move], ["pointerup", end], ["pointercancel", end]];
  for (const [kind, act] of ends) document.addEventListener(kind, act, true);
}

// A line keeps the value of its ring until the server knows it: an older answer has the value from before.
function keepHeld(host) {
  const { held, live } = host;
  const line = held && live?.lines.find(({ curve }) => curve === held.curve);
  if (!line) host.held = undefined;
  else if (held.isOver && line.numbers[held.name] !== held.before) host.held = undefined;
  else if (held.value !== undefined) line.dragged = { [held.name]: held.value };
}
