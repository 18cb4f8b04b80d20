"""One run's loss, accuracy and applied rate, one above the other on the same epochs."""

import plotly.graph_objects as go
from plotly.subplots import make_subplots

from lrlab.figures.style import epoch_axis, layout, line, rate_axis
from lrlab.records import Epoch

TRAINING, VALIDATION, RATE = range(3)


def run_figure(epochs: list[Epoch], length: int, log_rate=False, height=590) -> go.Figure:
    """Loss and accuracy at the end of each of `length` epochs, and the rate that was applied in it.

    Lines have gaps where a value is NaN. The rate is drawn from the first to the last update of each
    epoch, as the optimizer held it.
    """
    figure = make_subplots(rows=3, cols=1, shared_xaxes=True, vertical_spacing=0.06)
    ends = [epoch.epoch + 1 for epoch in epochs]
    few = "lines+markers" if len(epochs) <= 30 else "lines"
    for row, measure in ((1, "loss"), (2, "accuracy")):
        for color, name, field in (
            (TRAINING, "Training", measure),
            (VALIDATION, "Validation", f"val_{measure}"),
        ):
            trace = line(
                color,
                name=name,
                legendgroup=name,
                showlegend=row == 1,
                x=ends,
                y=[getattr(epoch, field) for epoch in epochs],
            )
            figure.add_trace(trace.update(mode=few), row=row, col=1)
    times = [time for epoch in epochs for time in (epoch.epoch, epoch.epoch + 1)]
    rates = [rate for epoch in epochs for rate in (epoch.lr, epoch.lr_end)]
    figure.add_trace(line(RATE, name="Rate applied", showlegend=False, x=times, y=rates), row=3, col=1)
    figure.update_layout(layout(height), hoversubplots="axis")
    figure.update_xaxes({**epoch_axis(length), "title": None})
    figure.update_xaxes(epoch_axis(length), row=3, col=1)
    figure.update_yaxes({"automargin": True, "tickformat": "~g", "uirevision": "kept"})
    figure.update_yaxes({"title": {"text": "Loss", "standoff": 8}}, row=1, col=1)
    figure.update_yaxes({"title": {"text": "Accuracy", "standoff": 8}}, row=2, col=1)
    figure.update_yaxes(rate_axis(log_rate), row=3, col=1)
    return figure
