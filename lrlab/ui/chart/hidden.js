// Which lines are hidden: one state for all charts of a race and for its ranking, whichever of them is pressed. It is on
// the window, because charts and ranking are scripts of their own; it lasts until the page is loaded again.

const hiddenLines = (window.lrlabHidden ??= new Map());

function hiddenIn(race) {
  if (!hiddenLines.has(race)) hiddenLines.set(race, new Set());
  return hiddenLines.get(race);
}

function toggleHidden(race, name) {
  if (!hiddenIn(race).delete(name)) hiddenIn(race).add(name);
  document.dispatchEvent(new CustomEvent("lrlab-hidden", { detail: race }));
}

// Calls `act` for each change in the race that `host` shows then, as long as `host` is on the page.
function whenHidden(host, raceOf, act) {
  const leaving = new AbortController();
  const hear = ({ detail }) => {
    if (!host.isConnected) leaving.abort();
    else if (raceOf() === detail) act();
  };
  document.addEventListener("lrlab-hidden", hear, { signal: leaving.signal });
}
