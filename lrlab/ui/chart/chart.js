// Draws data.figure with Plotly.react. Streamlit calls this again for new data and for a new theme.

const NARROW = 480; // pixels: on a telephone a chart is lower, so that its controls fit beside it
const LOW = 400;
const CONFIG = { responsive: false, displaylogo: false, modeBarButtons: [["toImage", "zoom2d", "pan2d", "resetScale2d"]] };

let loading; // the module is loaded once a page, and so is plotly.js

function loadPlotly(url) {
  loading ??= new Promise((resolve, reject) => {
    const before = window.Plotly;
    const script = document.createElement("script");
    script.src = new URL(url, document.baseURI).href;
    script.onload = () => {
      resolve(window.Plotly);
      if (before) window.Plotly = before; // Streamlit's own charts bring another one
    };
    script.onerror = () => {
      loading = undefined;
      script.remove();
      reject(new Error("The chart library could not be loaded. Reload the page."));
    };
    document.head.append(script);
  });
  return loading;
}

function themed(figure, height, element) {
  const style = getComputedStyle(element);
  const theme = (name) => style.getPropertyValue(`--st-${name}`).trim();
  const colors = theme("chart-categorical-colors").split(",");
  const text = theme("text-color");
  const layout = { ...structuredClone(figure.layout), height };
  layout.font = { ...layout.font, color: text, family: theme("font"), size: 13 };
  layout.paper_bgcolor = layout.plot_bgcolor = theme("background-color");
  layout.xaxis.spikecolor = theme("gray-color");
  layout.hoverlabel = { bgcolor: theme("background-color"), bordercolor: theme("border-color"), font: { color: text } };
  layout.modebar = { bgcolor: "rgba(0,0,0,0)", color: theme("gray-color"), activecolor: text };
  for (const [name, axis] of Object.entries(layout)) {
    if (/^[xy]axis/.test(name)) {
      Object.assign(axis, { gridcolor: theme("border-color-light"), linecolor: theme("border-color"), zeroline: false });
    }
  }
  const data = figure.data.map((trace) => {
    const color = colors[trace.meta.color % colors.length];
    return { ...trace, line: { ...trace.line, color }, marker: { ...trace.marker, color } };
  });
  return [data, layout];
}

export default async function ({ parentElement, data }) {
  const host = parentElement.querySelector(".lrlab-chart");
  host.setAttribute("aria-label", data.alt);
  host.newest = data;
  const wanted = data.figure.layout.height;
  const height = host.clientWidth < NARROW ? Math.min(wanted, LOW) : wanted;
  host.style.minHeight = `${height}px`;
  const Plotly = await loadPlotly(data.plotly);
  if (host.newest !== data || !host.isConnected) return;
  await Plotly.react(host, ...themed(data.figure, height, host), CONFIG);
  host.watcher ??= new ResizeObserver(() => host.isConnected && Plotly.Plots.resize(host));
  host.watcher.observe(host);
  return () =>
    requestAnimationFrame(() => {
      if (host.isConnected) return; // only this drawing was given up, not the chart
      host.watcher.disconnect();
      Plotly.purge(host);
    });
}
