"""Figures: what is drawn is what the plan and the records say."""

import math

import numpy as np

from lrlab.article import CURVES
from lrlab.figures import rates_figure, run_figure
from lrlab.figures.rates import lines_figure
from lrlab.plan import Plan
from lrlab.records import Epoch


def plans(**kwargs):
    return {c.name: (k, Plan(c.schedule, clock=c.clock, **kwargs)) for k, c in enumerate(CURVES)}


def test_every_point_of_a_curve_is_a_rate_of_its_plan():
    figure = rates_figure(plans(epochs=20, steps_per_epoch=30))
    for trace, (_, plan) in zip(figure.data, plans(epochs=20, steps_per_epoch=30).values(), strict=True):
        steps = np.rint(np.asarray(trace.x) * 30).astype(int)
        np.testing.assert_array_equal(trace.y, plan.rates()[np.minimum(steps, plan.steps - 1)])
        assert trace.line.shape == ("hv" if plan.clock == "epoch" else "linear")


def test_a_curve_keeps_its_colour_when_others_are_hidden():
    all_plans = plans()
    only = {name: all_plans[name] for name in list(all_plans)[3:5]}
    assert [trace.meta["color"] for trace in rates_figure(only).data] == [3, 4]


def test_the_axis_spans_the_whole_run_and_can_be_logarithmic():
    figure = rates_figure(plans(epochs=7), log=True)
    assert figure.layout.xaxis.range == (0, 7)
    assert figure.layout.yaxis.type == "log"
    assert figure.layout.hovermode == "x unified"


def test_a_zoom_is_given_up_only_when_the_axis_means_something_else():
    one, other = rates_figure(plans()), rates_figure(plans())
    assert one.layout.uirevision == other.layout.uirevision
    assert one.layout.yaxis.uirevision != rates_figure(plans(), log=True).layout.yaxis.uirevision
    assert one.layout.xaxis.uirevision != rates_figure(plans(epochs=3)).layout.xaxis.uirevision


def test_a_run_shows_loss_accuracy_and_the_rate_within_each_epoch():
    epochs = [
        Epoch(0, 0.5, 0.4, 1.0, 0.5, 1.1, 0.6, 0.1),
        Epoch(1, 0.4, 0.3, math.nan, 0.1, math.inf, 0.1, 0.1),
    ]
    figure = run_figure(epochs, length=10)
    training, validation, *_, rate = figure.data
    assert [trace.yaxis for trace in figure.data] == ["y3", "y3", "y2", "y2", None]
    assert training.x == (1, 2)
    assert training.y[0] == 1.0
    assert math.isnan(training.y[1])
    assert validation.y[0] == 1.1
    assert (rate.x, rate.y) == ((0, 1, 1, 2), (0.5, 0.4, 0.4, 0.3))
    assert figure.layout.xaxis.range == (0, 10)


def test_a_run_without_epochs_is_an_empty_chart():
    assert all(len(trace.x) == 0 for trace in run_figure([], length=5).data)


def test_no_template_is_sent_since_the_theme_takes_its_place():
    for figure in (run_figure([], length=5), rates_figure(plans())):
        assert figure.layout.template.layout.to_plotly_json() == {}


def test_the_axis_counts_epochs_steps_or_images():
    ends = {"epoch": 20, "step": 600, "image": 600 * 64}
    for axis, end in ends.items():
        figure = rates_figure(plans(epochs=20, steps_per_epoch=30), axis=axis, batch_size=64)
        assert figure.layout.xaxis.range == (0, end)
        for trace in figure.data:
            assert end * 599 / 600 <= trace.x[-1] <= end


def test_lines_of_single_steps_are_held_and_apart():
    stated, run = np.array([3.0, 2.0]), np.array([3.0, 1.0])
    figure = lines_figure({"Stated": stated, "Applied": run}, first=10, every=5)
    assert figure.data[0].x == (10, 15, 20)
    assert figure.data[1].y == (3.0, 1.0, 1.0)
    assert figure.data[0].line.dash != figure.data[1].line.dash
