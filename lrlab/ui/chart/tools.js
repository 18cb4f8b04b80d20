// One press of Tab skips a chart's tools: the arrow keys lead from one tool to the next, as in any toolbar.
function withOneTabStop(host) {
  const tools = [...host.querySelectorAll(".modebar-btn")];
  const current = Math.max(tools.indexOf(document.activeElement), 0); // a redrawn chart keeps its place
  tools.forEach((tool, at) => {
    tool.tabIndex = at === current ? 0 : -1;
    tool.onkeydown = ({ key }) => {
      const by = { ArrowRight: 1, ArrowLeft: -1 }[key];
      if (!by) return;
      const next = tools[(at + by + tools.length) % tools.length];
      tool.tabIndex = -1;
      next.tabIndex = 0;
      next.focus();
    };
  });
}
