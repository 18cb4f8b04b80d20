// Names at the ends of lines that grow, each with its last value: where the lines have come to, there they are named.
// A layout asks for it by `meta.ends`, its value axis. The lines with a name are those that a legend would have. A
// click on a name hides all lines of its group, and shows them again.

const VALUE = " 0.0000"; // room for a value

const isNamed = ({ showlegend }) => showlegend;
const groupOf = ({ legendgroup, name }) => legendgroup ?? name;

// The room at the right of the plot. A narrow chart has none for values.
function endsRoom(host, figure, most, isNarrow) {
  const { texts, width, measure } = labels(figure.data.filter(isNamed).map(plainName), host.font, most);
  Object.assign(host, { texts, hasValues: !isNarrow });
  return width + (isNarrow ? 0 : measure(VALUE)) + LEADER + 6;
}

// Hides what is hidden in this race; what was hidden in another race is not.
function hideGroups(host, traces) {
  const groups = traces.filter(isNamed).map(groupOf).join("\n");
  if (host.groups !== groups) Object.assign(host, { groups, hiddenGroups: new Set() });
  for (const trace of traces) if (host.hiddenGroups.has(groupOf(trace))) trace.visible = "legendonly";
}

function lastKnown({ y }) {
  let at = y.length - 1;
  while (at >= 0 && !Number.isFinite(y[at])) at--;
  return at;
}

function nameEnds(host) {
  const { xaxis, _size, [host.figure.layout.meta.ends]: yaxis } = host._fullLayout ?? {};
  if (!xaxis?.d2p) return;
  const right = xaxis._offset + xaxis._length;
  const inside = (pixels) => Math.min(Math.max(pixels, 0), yaxis._length);
  const lines = host.figure.data
    .map((trace, number) => ({ trace, ink: host.inks[number], at: lastKnown(trace) }))
    .filter(({ trace, at }) => isNamed(trace) && at >= 0)
    .map(({ trace, ink, at }) => {
      const [value, down] = [trace.y[at], yaxis.d2p(trace.y[at])];
      return { trace, ink, value, down, across: xaxis._offset + xaxis.d2p(trace.x[at]) };
    });
  const now = Math.min(Math.max(xaxis._offset, ...lines.map(({ across }) => across)), right);
  const gap = Math.min(LINE * host.font.size, yaxis._length / Math.max(lines.length, 1));
  const size = Math.min(host.font.size, gap);
  const places = spread(lines.map(({ down }) => inside(down)), yaxis._length, gap);
  host.ends = lines.map(({ trace, ink, value, down, across }, number) => {
    const name = host.texts.get(plainName(trace));
    const beyond = down < 0 ? "↑ " : down > yaxis._length ? "↓ " : ""; // outside of the axis
    const [from, to] = [inside(down) + yaxis._offset, places[number] + yaxis._offset];
    const start = Math.max(Math.min(across, right), now - LEADER) + 3;
    return {
      ...{ trace, color: ink.name, size, x: now + LEADER, y: to, name: beyond + name },
      ...{ value: host.hasValues ? value.toPrecision(3) : "", leader: `M${start},${from}L${now + 14},${to}h4` },
      stroke: ink.color,
    };
  });
  const ahead = [
    element("rect", { x: now, y: _size.t, width: right - now, height: _size.h, class: "ahead" }),
    element("path", { d: `M${now},${_size.t}v${_size.h}`, class: "hairline" }),
  ];
  layer(host).querySelector(".names").replaceChildren(
    ...(right - now > 1 ? ahead : []),
    ...host.ends.flatMap((end) => [element("path", { d: end.leader, stroke: end.stroke, fill: "none" }), endText(host, end)]),
  );
}

function endText(host, { trace, color, size, x, y, name, value }) {
  const isHidden = host.hiddenGroups.has(groupOf(trace));
  const text = element("text", { x, y, fill: color, "font-size": size, class: isHidden ? "end hidden" : "end" }, `${name} `);
  text.append(element("tspan", { "font-weight": 700 }, value), element("title", {}, `${plainName(trace)}: click to ${isHidden ? "show" : "hide"} it`));
  text.addEventListener("click", () => {
    if (!host.hiddenGroups.delete(groupOf(trace))) host.hiddenGroups.add(groupOf(trace));
    host.redraw();
  });
  return text;
}

// A figure with these names as annotations, for pictures.
function withEnds(host) {
  const { xaxis, _size } = host._fullLayout;
  const shown = host.ends.filter(({ trace }) => !host.hiddenGroups.has(groupOf(trace)));
  const annotations = shown.map(({ x, y, name, value, color, size }) => ({
    ...{ xref: "paper", x: 1, xanchor: "left", xshift: x - xaxis._offset - xaxis._length, showarrow: false },
    ...{ yref: "paper", y: 1, yanchor: "middle", yshift: _size.t - y },
    ...{ text: `${escaped(name)} <b>${value}</b>`, font: { color, size } },
  }));
  return { data: host.data, layout: { ...host.layout, annotations: [...host.layout.annotations, ...annotations] } };
}
