"""What several pages share: the chart, controls, state and the live view of a run."""
