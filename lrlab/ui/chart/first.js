// The first drawing of a chart of rates: an SVG picture at once, which plotly.js replaces in place.

const DASHES = { dash: [3, 3], dot: [1, 1], dashdot: [3, 1, 1, 1] }; // in widths of the line, as plotly.js has them
const LEAST_DASH = 3; // pixels

function drawFirst(host, traces, layout) {
  const { l, r, t, b } = layout.margin;
  const [width, height] = [host.clientWidth, layout.height];
  const xaxis = flatAxis(layout.xaxis, l, Math.max(width - l - r, 1), false);
  const yaxis = flatAxis(layout.yaxis, t, Math.max(height - t - b, 1), true);
  host.first = { xaxis, yaxis };
  const picture = element("svg", { class: "lrlab-first", width, height, "aria-hidden": "true" });
  const texts = element("g", { fill: layout.font.color, "font-size": layout.font.size, "font-family": layout.font.family });
  const grid = [];
  const [bottom, right] = [t + yaxis._length, l + xaxis._length];
  for (const value of ticks(xaxis, xaxis._length, "x")) {
    const at = l + xaxis.d2p(value);
    grid.push(`M${at},${t}V${bottom}`);
    const below = { x: at, y: bottom + 3.6 + layout.font.size, "text-anchor": "middle" };
    texts.append(element("text", below, tickText(xaxis, value)));
  }
  for (const value of ticks(yaxis, yaxis._length, "y")) {
    const isLog = yaxis.type === "log";
    const at = t + yaxis.d2p(isLog ? 10 ** value : value);
    grid.push(`M${l},${at}H${right}`);
    const hasPower = isLog && value !== 0 && value !== 1;
    const beside = element("text", { x: l - BESIDE - (isLog ? 3.1 : 3.6), y: at + layout.font.size * 0.35, "text-anchor": "end" });
    if (hasPower) {
      const power = element("tspan", { dy: "-0.6em", "font-size": "70%" }, String(value).replace("-", "−"));
      beside.append("10", power);
    } else beside.append(isLog ? 10 ** value : tickText(yaxis, value));
    texts.append(beside);
  }
  const lines = element("svg", { x: l, y: t, width: xaxis._length, height: yaxis._length }); // cuts them off
  lines.append(
    ...traces.map((trace) => {
      const { color, width, dash, shape } = trace.line;
      const pattern = (DASHES[dash] ?? []).map((part) => part * Math.max(width, LEAST_DASH)).join();
      return element("path", {
        ...{ d: pathOf(trace.x, trace.y, shape, xaxis, yaxis), fill: "none", opacity: trace.opacity ?? 1 },
        ...{ stroke: color, "stroke-width": width, "stroke-dasharray": pattern || "none" },
      });
    }),
  );
  const rules = { d: grid.join(""), stroke: layout.xaxis.gridcolor, fill: "none", "shape-rendering": "crispEdges" };
  picture.append(element("path", rules), texts, lines);
  host.querySelector(":scope > .lrlab-first")?.remove();
  host.prepend(picture);
  nameLines(host);
}
