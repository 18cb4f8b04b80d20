// Rings on a line that are dragged: its rates, and the ends of its phases. The line follows; when a ring is let go,
// its value is sent to the server.

const RADIUS = 8; // pixels
const FINE = 3; // digits of a value that is dragged
const STILL = 3; // pixels: a pointer that moves less moves no ring
const ANSWER = 5000; // milliseconds: later no answer comes, because nothing has changed

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
function timeOf(host, { at, along, name, beside, number }, { x, y }) {
  if (along === "rate") return at === "highest" ? x[y.indexOf(Math.max(...y.filter(Number.isFinite)))] : x[0];
  const [numbers, unit] = [followed(host.live.lines[number]), unitOf(host, number)];
  const length = numbers[name] * unit;
  return at === "end" ? x.at(-1) - length : length + (at === "after" ? (numbers[beside] ?? 0) * unit : 0);
}

// The length of the line's unit of time on the time axis.
function unitOf(host, number) {
  const line = host.live.lines[number];
  const numbers = followed(line);
  const epoch = anEpoch(numbers, host.live.axis, host.live.batch_size);
  return line.clock === "step" ? epoch / numbers.steps_per_epoch : epoch;
}

// The least and the most that a ring can be dragged to: a time stays within the run, and leaves the phase beside it;
// the highest rate stays the highest.
function limitsOf(line, { along, low, high, whole, beside }) {
  const { epochs, steps_per_epoch: size, [beside]: other = 0 } = followed(line);
  if (along === "rate") return [Math.max(low, other), high];
  const least = Math.max(low, whole ? 1 : 0.1);
  return [least, Math.max(least, epochs * (line.clock === "step" ? size : 1) - 1 - other)];
}

// The value that the pointer means, on the axes as they were when the ring was taken.
function meantBy({ ring, limits, xaxis, yaxis, host, grip, from, unit }, event) {
  const box = host.getBoundingClientRect();
  const across = xaxis.p2d(event.clientX - box.left - xaxis._offset - grip.x);
  const time = ((ring.at === "end" ? -1 : 1) * (across - from)) / unit;
  const rate = yaxis.p2d(event.clientY - box.top - yaxis._offset - grip.y);
  const value = ring.along === "rate" ? Number(rate.toPrecision(FINE)) : Math.round(time);
  return Math.min(Math.max(value, limits[0]), limits[1]);
}

function hold(host, ring, event) {
  if (event.button || host.held) return;
  event.preventDefault();
  event.stopPropagation();
  const { xaxis, yaxis } = axesOf(host);
  const flat = (axis, down) => flatAxis({ type: axis.type, range: [...axis.range] }, axis._offset, axis._length, down);
  const line = host.live.lines[ring.number];
  const { name } = ring;
  const [slot, numbers, unit] = [slotOf(line, name), followed(line), unitOf(host, ring.number)];
  const was = numbers[name];
  const box = host.getBoundingClientRect();
  const { cx, cy } = event.currentTarget;
  const taken = {
    ...{ ring, host, unit, limits: limitsOf(line, ring), xaxis: flat(xaxis, false), yaxis: flat(yaxis, true) },
    grip: { x: event.clientX - box.left - cx.baseVal.value, y: event.clientY - box.top - cy.baseVal.value },
    from: { end: host.figure.data[ring.number].x.at(-1), after: (numbers[ring.beside] ?? 0) * unit }[ring.at] ?? 0,
  };
  const earlier = host.moved.filter((each) => each.slot === slot);
  const older = [...earlier.flatMap((each) => each.older), line.numbers[name], was];
  const moved = { curve: line.curve, name, slot, value: was, older, axis: host.live.axis };
  const others = () => host.moved.filter((each) => each.slot !== slot);
  host.held = moved;
  hideReading(host);
  const move = (now) => {
    if (now.pointerId !== event.pointerId) return;
    if (!now.buttons) return end(now); // it was let go where no event comes from
    const isStill = Math.hypot(now.clientX - event.clientX, now.clientY - event.clientY) < STILL;
    if (isStill && !host.moved.includes(moved)) return;
    moved.value = meantBy(taken, now);
    host.moved = [...others(), moved];
    host.follow();
  };
  const end = (now) => {
    if (now.pointerId !== event.pointerId) return;
    for (const [kind, act] of ends) document.removeEventListener(kind, act, true);
    host.held = undefined;
    if (host.moved.includes(moved) && moved.value !== was) {
      moved.sent = host.live;
      setTimeout(() => delete moved.sent && host.follow(), ANSWER);
      // all of them: the server hears only the last of two that come while it is busy
      host.letGo(host.moved.map(({ curve, name, value }) => ({ curve, name, value })));
    } else host.moved = [...others(), ...earlier];
    host.follow();
  };
  const ends = [["pointermove", move], ["pointerup", end], ["pointercancel", end]];
  const { signal } = host.listening;
  for (const [kind, act] of ends) document.addEventListener(kind, act, { capture: true, signal });
}

// What a value of a line belongs to: lines with the same slider share it.
function slotOf({ curve, sliders }, name) {
  return sliders[name] ?? `${curve} ${name}`;
}

// Lines keep the values of their rings until the server and the sliders know them: both may have an older one.
function keepMoved(host) {
  const lines = host.live?.lines ?? [];
  for (const line of lines) delete line.dragged;
  host.moved = (host.moved ?? []).filter((moved) => {
    const { name, slot, value, older, sent } = moved;
    const own = lines.filter((line) => name in line.numbers && slotOf(line, name) === slot);
    const seen = own.flatMap(({ numbers, sliders }) => [numbers[name], thumb(sliders[name]) ?? numbers[name]]).map(short);
    const known = [value, ...older].map(short);
    const isKnown = host.live !== sent && seen.every((each) => each === known[0]); // only an answer can know it
    const isOver = isKnown || seen.some((each) => !known.includes(each));
    if (!own.length || (isOver && host.held !== moved)) return false;
    for (const line of own) line.dragged = { ...line.dragged, [name]: value };
    return true;
  });
}
