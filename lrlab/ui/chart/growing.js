// Puts together a figure that is sent in parts: first the whole figure, then only the new ends of its
// lines. The chart's element keeps the figure so far, with the token and the number of its last message.

// Returns the whole figure as of this message. A message may come more than once. If an earlier message is
// missing, returns undefined and calls `ask`, once per message.
function grown(host, data, ask) {
  if (!data.grows) return data.figure;
  const { token, number, traces, layout } = data.grows;
  const before = host.kept;
  if (data.figure) host.kept = { token, number, figure: data.figure };
  else if (before?.token !== token || before.number !== number) {
    if (before?.token !== token || before.number !== number - 1 || !traces?.every(fits, before.figure.data)) {
      if (host.asked !== `${token} ${number}`) ask();
      host.asked = `${token} ${number}`;
      return undefined;
    }
    const lines = before.figure.data.map((trace, at) => extended(trace, traces[at]));
    host.kept = { token, number, figure: { data: lines, layout: layout ?? before.figure.layout } };
  }
  return host.kept.figure;
}

function fits(news, at) {
  return news?.from === undefined || this[at].x.length >= news.from;
}

// Makes new arrays if there are new points, because Plotly detects a change by them.
function extended(trace, news) {
  if (!news) return trace;
  const { x, y } = trace;
  const points =
    news.from === undefined
      ? { x, y }
      : { x: [...x.slice(0, news.from), ...news.x], y: [...y.slice(0, news.from), ...news.y] };
  return { ...(news.rest ?? trace), ...points };
}
