"""One run's loss, accuracy and applied rate, one above the other on the same epochs."""

import plotly.graph_objects as go

from lrlab.figures.style import layout, line, measure_axis, rate_axis, time_axis
from lrlab.records import Epoch

TRAINING, VALIDATION, RATE = range(3)
FEW = 30


def run_figure(epochs: list[Epoch], length: int, log_rate=False, height=590) -> go.Figure:
    """Loss and accuracy at the end of each of `length` epochs, and the rate that was applied in it.

    Lines have gaps where a value is NaN. The rate is drawn from the first to the last update of each
    epoch, as the optimizer held it.
    """
    ends = [epoch.epoch + 1 for epoch in epochs]
    mode = "lines+markers" if len(epochs) <= FEW else "lines"

    def measured(color, name, field, axis):
        return line(
            color,
            name=name,
            legendgroup=name,
            showlegend=axis == "y3",
            x=ends,
            y=[getattr(epoch, field) for epoch in epochs],
            yaxis=axis,
            mode=mode,
        )

    times = [time for epoch in epochs for time in (epoch.epoch, epoch.epoch + 1)]
    rates = [rate for epoch in epochs for rate in (epoch.lr, epoch.lr_end)]
    return go.Figure(
        [
            measured(TRAINING, "Training", "loss", "y3"),
            measured(VALIDATION, "Validation", "val_loss", "y3"),
            measured(TRAINING, "Training", "accuracy", "y2"),
            measured(VALIDATION, "Validation", "val_accuracy", "y2"),
            line(RATE, name="Rate applied", showlegend=False, x=times, y=rates),
        ],
        layout(height)
        | {
            "hoversubplots": "axis",
            "xaxis": time_axis(length),
            "yaxis": rate_axis(log_rate) | {"domain": [0, 0.29]},
            "yaxis2": measure_axis("Accuracy") | {"domain": [0.355, 0.645]},
            "yaxis3": measure_axis("Loss") | {"domain": [0.71, 1]},
        },
    )
