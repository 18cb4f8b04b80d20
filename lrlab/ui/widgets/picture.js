// Shows the wide or the narrow picture by the room that there is, in the theme's colours. A picture is a little smaller
// or larger than it was drawn, so that its texts stay readable.

document.head.append(Object.assign(document.createElement("style"), { textContent: STYLE }));

const LEAST = 0.9;
const MOST = 1.25;

function parsed(text) {
  return new DOMParser().parseFromString(text, "image/svg+xml").documentElement;
}

function show(host) {
  const room = host.clientWidth;
  if (!room || !host.pictures) return;
  const [wide, narrow] = host.pictures;
  const shown = room >= LEAST * wide.width.baseVal.value ? wide : narrow;
  if (host.firstChild !== shown) host.replaceChildren(shown);
}

export default function ({ parentElement, data }) {
  const host = parentElement.querySelector(".lrlab-picture");
  const colors = getComputedStyle(host).getPropertyValue("--st-chart-categorical-colors").split(",");
  colors.forEach((color, at) => host.style.setProperty(`--hue${at}`, color.trim()));
  host.setAttribute("aria-label", data.alt);
  const given = data.wide + data.narrow;
  if (host.given !== given) {
    host.given = given;
    host.pictures = [data.wide, data.narrow].map((text) => document.importNode(parsed(text), true));
    for (const one of host.pictures) one.style.maxWidth = `${MOST * one.width.baseVal.value}px`;
  }
  show(host);
  const watcher = new ResizeObserver(() => host.isConnected && show(host));
  watcher.observe(host);
  return () => watcher.disconnect();
}
