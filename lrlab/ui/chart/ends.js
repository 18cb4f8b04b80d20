// Names at the ends of lines that grow, each with its last value: where the lines have come to, there they are named.
// A layout asks for it by `meta.ends`, its value axis. The lines with a name are those that a legend would have. A
// press on a name hides all lines of its group, and shows them again.

const VALUE = " 0.0000"; // room for a value

const isNamed = ({ showlegend }) => showlegend;
const groupOf = ({ legendgroup, name }) => legendgroup ?? name;

// The room at the right of the plot. A narrow chart has none for values, and one without names needs none.
function endsRoom(host, figure, most, isNarrow) {
  const named = figure.data.filter(isNamed).map(plainName);
  const { texts, width, measure } = labels(named, host.font, most);
  Object.assign(host, { texts, hasValues: !isNarrow });
  return named.length ? width + (isNarrow ? 0 : measure(VALUE)) + LEADER + 6 : 12;
}

// What is hidden belongs to a race, or without one to all lines of these names.
function raceOf({ figure: { data, layout } }) {
  return layout.meta.race ?? data.filter(isNamed).map(groupOf).join("\n");
}

function hideGroups(host, traces) {
  const hidden = hiddenIn(raceOf(host));
  for (const trace of traces) if (hidden.has(groupOf(trace))) trace.visible = "legendonly";
}

// The last place whose value is a number that its axis has.
function lastKnown({ y }, yaxis) {
  let at = y.length - 1;
  while (at >= 0 && !Number.isFinite(yaxis.d2p(y[at] ?? NaN))) at--;
  return at;
}

function nameEnds(host) {
  const { xaxis, _size, [host.figure.layout.meta.ends]: yaxis } = host._fullLayout ?? {};
  if (!xaxis?.d2p) return;
  const right = xaxis._offset + xaxis._length;
  const inside = (pixels) => Math.min(Math.max(pixels, 0), yaxis._length);
  const lines = host.figure.data
    .map((trace, number) => ({ trace, ink: host.inks[number], at: lastKnown(trace, yaxis) }))
    .filter(({ trace, at }) => isNamed(trace) && at >= 0)
    .map(({ trace, ink, at }) => {
      const [value, down] = [trace.y[at], yaxis.d2p(trace.y[at])];
      return { trace, ink, value, down, across: xaxis._offset + xaxis.d2p(trace.x[at]) };
    });
  const now = Math.min(Math.max(xaxis._offset, ...lines.map(({ across }) => across)), right);
  const gap = Math.min(LINE * host.font.size, yaxis._length / Math.max(lines.length, 1));
  const places = spread(lines.map(({ down }) => inside(down)), yaxis._length, gap);
  host.ends = lines.map(({ trace, ink, value, down, across }, number) => {
    const beyond = down < 0 ? "↑ " : down > yaxis._length ? "↓ " : ""; // outside of the axis
    const [from, to] = [inside(down) + yaxis._offset, places[number] + yaxis._offset];
    const start = Math.max(Math.min(across, right), now - LEADER) + 3;
    return {
      ...{ group: groupOf(trace), full: plainName(trace), color: ink.name, stroke: ink.color },
      ...{ name: beyond + host.texts.get(plainName(trace)), value: host.hasValues ? value.toPrecision(3) : "" },
      ...{ x: now + LEADER, y: to, size: Math.min(host.font.size, gap), leader: `M${start},${from}L${now + 14},${to}h4` },
    };
  });
  const names = layer(host).querySelector(".names");
  if (!names.firstChild) names.append(element("g", {}), element("g", {}));
  const [below, texts] = names.children;
  const ahead = [
    element("rect", { x: now, y: _size.t, width: right - now, height: _size.h, class: "ahead" }),
    element("path", { d: `M${now},${_size.t}v${_size.h}`, class: "hairline" }),
  ];
  const leaders = host.ends.map(({ leader, stroke }) => element("path", { d: leader, stroke, fill: "none" }));
  below.replaceChildren(...(lines.length && right - now > 1 ? ahead : []), ...leaders);
  // A name stays the same element, so that no press on it is lost while it moves.
  const known = new Map([...texts.children].map((text) => [text.group, text]));
  for (const [group, text] of known) if (!host.ends.some((end) => end.group === group)) text.remove();
  for (const end of host.ends) writeEnd(host, known.get(end.group) ?? texts.appendChild(endText(host, end.group)), end);
}

function endText(host, group) {
  const text = element("text", { class: "end" });
  text.append("", element("tspan", { "font-weight": 700 }), element("title", {}));
  text.group = group;
  // Not by a click: the name may have moved away from the pointer before it is let go.
  text.addEventListener("pointerdown", (down) => {
    const letGo = (up) => Math.hypot(up.clientX - down.clientX, up.clientY - down.clientY) < 4 && toggleHidden(raceOf(host), group);
    document.addEventListener("pointerup", letGo, { capture: true, once: true });
  });
  return text;
}

function writeEnd(host, text, { group, full, color, size, x, y, name, value }) {
  const isHidden = hiddenIn(raceOf(host)).has(group);
  setAll(text, { x, y, fill: color, "font-size": size });
  text.classList.toggle("hidden", isHidden);
  const [words, number, title] = text.childNodes;
  words.data = `${name} `;
  number.textContent = value;
  title.textContent = `${full}: press to ${isHidden ? "show" : "hide"} it`;
}

// A figure with these names as annotations, for pictures.
function withEnds(host) {
  const { xaxis, _size } = host._fullLayout;
  const shown = host.ends.filter(({ group }) => !hiddenIn(raceOf(host)).has(group));
  const annotations = shown.map(({ x, y, name, value, color, size }) => ({
    ...{ xref: "paper", x: 1, xanchor: "left", xshift: x - xaxis._offset - xaxis._length, showarrow: false },
    ...{ yref: "paper", y: 1, yanchor: "middle", yshift: _size.t - y },
    ...{ text: `${escaped(name)} <b>${value}</b>`, font: { color, size } },
  }));
  return { data: host.data, layout: { ...host.layout, annotations: [...host.layout.annotations, ...annotations] } };
}
