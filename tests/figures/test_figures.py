"""Figures: what is drawn is what the plan and the records say."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lrlab.article import CURVES
from lrlab.figures import (
    LaneCurves,
    compare_figure,
    gradients_figure,
    race_figure,
    rates_figure,
    steps_figure,
)
from lrlab.figures.lanes import in_numbers as lanes_in_numbers
from lrlab.figures.rates import in_numbers, lines_figure
from lrlab.figures.series import bucket, extremes, smoothed, spread, table
from lrlab.figures.style import Drawing
from lrlab.runs.plan import Plan
from lrlab.runs.records import Epoch
from lrlab.schedules import OneCycle, StepDecay
from lrlab.ui.chart.sending import ready


def plans(**kwargs):
    return {c.name: (k, Plan(c.schedule, clock=c.clock, **kwargs)) for k, c in enumerate(CURVES)}


def test_every_point_of_a_curve_is_a_rate_of_its_plan():
    figure = rates_figure(plans(epochs=20, batches_per_epoch=30))
    for trace, (_, plan) in zip(figure.data, plans(epochs=20, batches_per_epoch=30).values(), strict=True):
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
    assert not figure.layout.hovermode  # the browser reads the lines itself
    assert figure.layout.meta == {"unit": "epoch", "of": "rate", "names": [*plans()]}


def test_the_lines_in_words_have_the_numbers_that_one_reads_first():
    figure = rates_figure({"Step": (0, Plan(StepDecay(0.5, 0.5, 2), epochs=5))})
    assert in_numbers(figure) == "Step: first 0.5, highest 0.5, last 0.125"


def test_lanes_in_words_have_the_last_and_the_best_value():
    lanes = [LaneCurves("Two", 0, (run(0.5, 0.3, 0.4), run(0.7, 0.5, 0.8))), LaneCurves("None", 1, ([],))]
    assert lanes_in_numbers(lanes) == "Validation loss. Two: 0.6 in epoch 3, best 0.4 in epoch 2"
    assert lanes_in_numbers(lanes[1:]) == ""


def test_a_momentum_has_an_axis_of_its_own_and_the_width_of_the_chart_above():
    plan = Plan(OneCycle(cycle_momentum=True), epochs=10)
    figure = rates_figure({"One": (0, plan.momentum)}, log=True, of="momentum", names=["One", "Another"])
    assert figure.layout.yaxis.title.text == "Momentum"
    assert figure.layout.yaxis.type is None, "a momentum is never logarithmic"
    assert figure.layout.meta == {"unit": "epoch", "of": "momentum", "names": ["One", "Another"]}
    assert (max(figure.data[0].y), min(figure.data[0].y)) == pytest.approx((0.95, 0.85))


def test_the_line_in_hand_is_thicker_and_the_others_stay_in_their_order():
    figure = rates_figure(plans(), in_hand="Step")
    assert [trace.line.width for trace in figure.data] == [2] * 6 + [3.5]
    assert [trace.name for trace in figure.data] == [*plans()]
    assert [trace.meta["in_hand"] for trace in figure.data] == [False] * 6 + [True]


def test_a_zoom_is_given_up_only_when_the_axis_means_something_else():
    one, other = rates_figure(plans()), rates_figure(plans())
    assert one.layout.uirevision == other.layout.uirevision
    assert one.layout.yaxis.uirevision != rates_figure(plans(), log=True).layout.yaxis.uirevision
    assert one.layout.xaxis.uirevision != rates_figure(plans(epochs=3)).layout.xaxis.uirevision


def run(*losses, rates=(0.5, 0.4), metric="val_loss"):
    """Epochs with these losses, one each."""
    other = {"loss": 1.0, "accuracy": 0.5, "val_loss": 1.1, "val_accuracy": 0.6, "seconds": 0.1}
    return [Epoch(n, *rates, **(other | {metric: loss})) for n, loss in enumerate(losses)]


def titles(figure):
    """The titles of the axes, by where they stand."""
    notes = [note for note in figure.layout.annotations if note.text.startswith("<b>")]
    return {note.yref: note.text.removeprefix("<b>").removesuffix("</b>") for note in notes}


def by_uid(figure):
    return {trace.uid: trace for trace in figure.data}


def test_a_run_shows_loss_accuracy_and_the_rate_within_each_epoch():
    epochs = [
        Epoch(0, 0.5, 0.4, 1.0, 0.5, 1.1, 0.6, 0.1),
        Epoch(1, 0.4, 0.3, math.nan, 0.1, math.inf, 0.1, 0.1),
    ]
    figure = race_figure([LaneCurves("Exponential", 3, (epochs,))], length=10)
    training, validation, rate, best = figure.data
    assert [trace.yaxis for trace in figure.data] == ["y2", "y2", "y", "y2"]
    assert [trace.name for trace in figure.data[:3]] == ["Training", "Validation", "Rate applied"]
    assert [trace.showlegend for trace in figure.data] == [True, True, False, False]
    assert [trace.meta["color"] for trace in figure.data] == [3] * 4
    assert [trace.line.dash for trace in figure.data[:3]] == ["dot", "solid", "solid"]
    assert (list(best.x), list(best.y), best.text[0]) == ([1], [1.1], "best 1.100, epoch 1")
    accuracy = race_figure([LaneCurves("Exponential", 3, (epochs,))], length=10, measure="accuracy").data
    np.testing.assert_array_equal(accuracy[1].y, [0.6, 0.1])
    assert list(accuracy[-1].y) == [0.6], "the best accuracy is the highest"
    np.testing.assert_array_equal(training.x, [1])
    np.testing.assert_array_equal(training.y, [1.0])
    np.testing.assert_array_equal(validation.y, [1.1, math.inf])
    np.testing.assert_array_equal(rate.x, [0, 1, 1, 2])
    np.testing.assert_array_equal(rate.y, [0.5, 0.4, 0.4, 0.3])
    assert figure.layout.xaxis.range == (0, 10)


def test_a_race_has_a_colour_and_one_legend_entry_a_lane():
    lanes = [
        LaneCurves("One", 0, (run(1, 2),)),
        LaneCurves("Two", 5, (run(3),)),
        LaneCurves("Three", 9, ([],)),
    ]
    figure = race_figure(lanes, length=10)
    assert [trace.yaxis for trace in figure.data] == ["y2", "y"] * 3 + ["y2"] * 3
    assert [trace.meta["color"] for trace in figure.data] == [0, 0, 5, 5, 2, 2, 0, 5, 2]
    assert [trace.name for trace in figure.data if trace.showlegend] == ["One", "Two", "Three"]
    assert [trace.legendgroup for trace in figure.data] == [
        *("One", "One", "Two", "Two", "Three", "Three"),
        *("One", "Two", "Three"),
    ]
    assert [trace.marker.symbol for trace in figure.data[-3:]] == ["star", "circle-open", "circle-open"]
    assert figure.data[5].line.dash == "dash"
    with_training = race_figure(lanes, length=10, training=True)
    added = [trace for trace in with_training.data if trace.uid not in by_uid(figure)]
    assert [trace.name for trace in added] == ["One, training", "Two, training", "Three, training"]
    assert {trace.line.dash for trace in added} == {"dot"}


def test_seeds_are_a_median_and_a_band_from_which_what_diverged_drops_out():
    seeds = (run(1, 2, 3, math.nan), run(2, 4, math.inf), run(5, 3))
    found = by_uid(race_figure([LaneCurves("One", 0, seeds), LaneCurves("Two", 1, (run(1),))], length=4))
    line, low, high = (found[f"val_loss-0{part}"] for part in ("", "-low", "-high"))
    np.testing.assert_array_equal(line.y, [2, 3, 3])
    np.testing.assert_array_equal(low.y, [1, 2, 3])
    np.testing.assert_array_equal(high.y, [5, 4, 3])
    np.testing.assert_array_equal(high.x, [1, 2, 3])
    for edge in (low, high):
        assert edge.meta == {"color": 0, "band": True}
        assert (edge.line.width, edge.showlegend, edge.hoverinfo) == (0, False, "skip")
    assert (low.fill, high.fill) == ("none", "tonexty")
    order = [trace.uid for trace in race_figure([LaneCurves("One", 0, seeds)], length=4).data]
    assert order.index("val_loss-0-high") == order.index("val_loss-0-low") + 1
    assert "val_loss-1-low" not in found
    assert "rate-0-low" not in found


def test_rates_of_seeds_have_a_band_only_where_they_differ():
    seeds = run(1, 1), run(1, 1, rates=(0.5, 0.1))
    found = by_uid(race_figure([LaneCurves("One", 0, seeds)], length=4))
    np.testing.assert_array_equal(found["rate-0"].y, [0.5, 0.25] * 2)
    np.testing.assert_array_equal(found["rate-0-low"].y, [0.5, 0.1] * 2)


def test_smoothing_leaves_rates_alone_and_what_was_measured_behind():
    lanes = [LaneCurves("One", 0, (run(1.0, 2.0, math.inf, 4.0),))]
    plain, smooth = by_uid(race_figure(lanes, 9)), by_uid(race_figure(lanes, 9, smoothing=0.5))
    raw = smooth["val_loss-0-raw"]
    np.testing.assert_array_equal(raw.y, plain["val_loss-0"].y)
    assert (raw.opacity, raw.showlegend, raw.hoverinfo) == (0.25, False, "skip")
    np.testing.assert_allclose(smooth["val_loss-0"].y, [1, 2.5 / 1.5, math.nan, 5.25 / 1.75])
    np.testing.assert_array_equal(smooth["rate-0"].y, plain["rate-0"].y)
    assert "rate-0-raw" not in smooth


def test_a_lane_stays_hidden_while_the_race_is_the_same():
    lanes = [LaneCurves("One", 0, (run(1),)), LaneCurves("Two", 1, (run(1),))]
    before, after = race_figure(lanes, 9), race_figure(lanes, 9, smoothing=0.5, training=True)
    assert before.layout.legend.uirevision == after.layout.legend.uirevision
    assert set(by_uid(before)) < set(by_uid(after))
    assert len(by_uid(after)) == len(after.data)
    assert race_figure(lanes[:1], 9).layout.legend.uirevision != before.layout.legend.uirevision


def test_nothing_yet_is_an_empty_chart():
    lanes = [LaneCurves("One", 0, ([], [])), LaneCurves("Two", 1, ([],))]
    for shown in (lanes, lanes[:1], lanes[1:], []):
        for figure in (race_figure(shown, 5, smoothing=0.5), gradients_figure(shown, 5)):
            assert all(len(trace.x) == 0 for trace in figure.data)
    none = np.empty(0, "float32")
    assert all(len(trace.x) == 0 for trace in steps_figure({"One": (0, none, none)}, length=5).data)


def test_gradients_are_drawn_where_they_were_taken():
    first, second = ([Epoch(n, *[1.0] * 6, n + 1.0, 10.0 * seed, 1e-3) for n in range(3)] for seed in (1, 3))
    figure = gradients_figure([LaneCurves("One", 0, (first, second))], length=5)
    norm, ratio, seconds = figure.data
    np.testing.assert_array_equal(norm.x, [0, 1, 2])
    np.testing.assert_array_equal(norm.y, [20, 20, 20])
    np.testing.assert_array_equal(seconds.x, [1, 2, 3])
    np.testing.assert_array_equal(seconds.y, [1, 2, 3])
    assert (figure.layout.yaxis3.type, figure.layout.yaxis2.type) == ("log", "log")
    (guide,) = figure.layout.shapes
    assert (guide.yref, guide.y0, guide.y1) == (ratio.yaxis, 1e-3, 1e-3)
    assert not norm.showlegend


def test_updates_are_drawn_each_while_they_are_few():
    losses, rates = np.float32([3, math.nan, 1]), np.float32([0.5, 0.5, 0.1])
    loss, rate = steps_figure({"One": (0, losses, rates)}, length=10, first=100).data
    np.testing.assert_array_equal(loss.x, [100, 101, 102])
    np.testing.assert_array_equal(loss.y, losses)
    np.testing.assert_array_equal(rate.x, [100, 101, 102, 103])
    np.testing.assert_array_equal(rate.y, np.float32([0.5, 0.5, 0.1, 0.1]))
    assert (rate.line.shape, rate.yaxis) == ("hv", "y2")


def test_many_updates_are_thinned_and_no_spike_is_lost():
    rng = np.random.default_rng(0)
    losses, rates = rng.random(20_000).astype("float32"), np.full(20_000, 0.5, "float32")
    losses[777], rates[12_345:] = 99, 0.05
    figure = steps_figure({"One": (0, losses, rates), "Two": (1, losses, rates)}, length=20_000, points=500)
    loss, rate = figure.data[:2]
    assert 250 <= len(loss.x) <= 500
    assert losses.max() in loss.y
    assert losses.min() in loss.y
    assert len(rate.x) <= 502
    at = list(rate.x).index(12_345)
    np.testing.assert_array_equal(rate.y[at - 1 : at + 1], np.float32([0.5, 0.05]))
    assert rate.x[-1] == 20_000
    assert [trace.showlegend for trace in figure.data] == [True, False] * 2
    assert (figure.layout.yaxis2.domain[0], figure.layout.yaxis.domain[0]) == (0.68, 0)


def test_a_rate_that_always_changes_is_thinned_too():
    rates = np.geomspace(1, 0.1, 20_000).astype("float32")
    rates[5000:] *= 3
    rate = steps_figure({"One": (0, rates, rates)}, length=20_000, points=500).data[1]
    assert len(rate.x) <= 800
    assert rate.line.shape == "linear"
    assert {4999, 5000, 0, 19_999} <= set(rate.x)


def test_points_that_were_sent_stay_as_a_run_grows():
    rng = np.random.default_rng(1)
    losses = rng.random(9000).astype("float32")

    def shown(count):
        return steps_figure({"One": (0, losses[:count], losses[:count] // 2)}, length=9000, points=500)

    for before, after in zip(shown(5000).data, shown(5200).data, strict=True):
        early = np.asarray(before.x) < 4990
        np.testing.assert_array_equal(before.x[early], after.x[: early.sum()])
        np.testing.assert_array_equal(before.y[early], after.y[: early.sum()])


VALUES = st.lists(st.floats(-1e3, 1e3) | st.just(math.nan) | st.just(math.inf), max_size=200)


@given(VALUES, st.sampled_from([0.0, 0.3, 0.6, 0.99, 1e-6, 1 - 1e-9]))
def test_a_moving_average_is_tensorboards(values, weight):
    last, count, expected = 0.0, 0, []
    for value in values:
        if not math.isfinite(value):
            expected.append(math.nan)
            continue
        last, count = last * weight + (1 - weight) * value, count + 1
        expected.append(last / (1 - weight**count) if weight else value)
    np.testing.assert_allclose(smoothed(values, weight), expected, rtol=1e-6, atol=1e-6)


@given(VALUES, st.integers(1, 60), st.integers(0, 50))
def test_a_thinned_line_keeps_lows_highs_and_gaps(values, points, first):
    values = np.array(values, dtype=float)
    size = bucket(len(values), points)
    kept = extremes(values, size, first)
    assert list(kept) == sorted(set(kept))
    known = np.isfinite(values)
    assert known[kept].any() == known.any()
    assert (~known[kept]).any() == (~known).any()
    for start in range(-(first % size), len(values), size):
        inside = [at for at in range(max(start, 0), min(start + size, len(values))) if known[at]]
        if inside:
            mine = values[kept[(kept >= start) & (kept < start + size)]]
            assert np.nanmin(mine) == values[inside].min()
            assert np.max(mine[np.isfinite(mine)]) == values[inside].max()
    assert size == 1 or 2 * len(values) <= points * size


@given(
    st.lists(st.lists(st.floats(0, 9) | st.just(math.nan), min_size=3, max_size=3), min_size=1, max_size=5)
)
def test_a_band_is_as_numpy_has_it(rows):
    values = table([run(*row) for row in rows], "val_loss")
    for found, function in zip(spread(values), (np.min, np.median, np.max), strict=True):
        for column, value in zip(values.T, found, strict=True):
            known = column[np.isfinite(column)]
            np.testing.assert_allclose(value, function(known) if len(known) else math.nan)


@pytest.mark.parametrize("every", [2, 5])
def test_what_is_measured_in_some_epochs_is_a_joined_line_and_divergence_ends_it(every):
    losses = [1 / n if n % every == 0 else math.nan for n in range(1, 21)]
    lanes = [LaneCurves("One", 0, (run(*losses, *[math.nan] * 10),)), LaneCurves("Two", 1, (run(1, 2),))]
    for figure in (
        race_figure(lanes, 30),
        compare_figure(lanes, 30),
        race_figure(lanes[:1], 30, smoothing=0.5),
    ):
        line = by_uid(figure)["val_loss-0"]
        np.testing.assert_array_equal(line.x, range(every, 21, every))
        assert np.isfinite(line.y).all()
        assert line.mode == "lines+markers"
    broken = [1.0, math.nan, 0.5, math.inf, 0.4]
    line = by_uid(race_figure([LaneCurves("One", 0, (run(*broken),))], 5))["val_loss-0"]
    np.testing.assert_array_equal(line.x, [1, 3, 4, 5])
    assert ready(Drawing([line.to_plotly_json()], {}))["data"][0]["y"] == [
        1,
        0.5,
        None,
        0.4,
    ]  # which Plotly does not join


def test_plotly_knows_every_property_and_value_that_is_drawn():
    epochs = run(1.0, 2.0), run(1.0, 3.0, rates=(0.5, 0.1))
    lanes = [LaneCurves("One", 0, epochs), LaneCurves("Two", 8, (epochs[0],))]
    steps = {
        lane.name: (lane.color, *np.random.default_rng(0).random((2, 90)).astype("float32")) for lane in lanes
    }
    for shown in (lanes, lanes[:1]):
        for figure in (
            race_figure(shown, 9, log_rate=True, smoothing=0.5, training=True),
            gradients_figure(shown, 9),
            steps_figure(steps, 90, log_rate=True, smoothing=0.5, points=20),
        ):
            assert len(figure.data) == len(figure.traces)


def test_no_template_is_sent_since_the_theme_takes_its_place():
    for figure in (race_figure([], length=5), gradients_figure([], length=5), rates_figure(plans())):
        assert figure.layout.template.layout.to_plotly_json() == {}


def test_the_axis_counts_epochs_steps_or_images():
    ends = {"epoch": 20, "step": 600, "image": 600 * 64}
    for axis, end in ends.items():
        figure = rates_figure(plans(epochs=20, batches_per_epoch=30), axis=axis, batch_size=64)
        assert figure.layout.xaxis.range == (0, end)
        for trace in figure.data:
            assert end * 599 / 600 <= trace.x[-1] <= end


def test_with_accumulated_gradients_the_axis_counts_updates_and_all_images():
    ends = {"epoch": 20, "step": 20 * 8, "image": 20 * 30 * 64}
    for axis, end in ends.items():
        given = plans(epochs=20, batches_per_epoch=30, batches_per_update=4)
        assert rates_figure(given, axis=axis, batch_size=64).layout.xaxis.range == (0, end)


def test_lines_of_single_steps_are_held_and_apart():
    stated, run = np.array([3.0, 2.0]), np.array([3.0, 1.0])
    figure = lines_figure({"Stated": stated, "Applied": run}, np.array([10, 15]))
    assert figure.data[0].x.tolist() == [10, 15, 16]
    assert figure.data[1].y.tolist() == [3.0, 1.0, 1.0]
    assert figure.data[0].line.dash != figure.data[1].line.dash


def test_a_comparison_has_four_panels_and_the_first_epochs_of_each():
    figure = compare_figure(
        [LaneCurves("A", 0, (run(5, 4, 3, 2, 1),)), LaneCurves("B", 1, (run(3, 2, 1),))], 4
    )
    assert figure.data  # Plotly itself finds nothing wrong with it
    assert titles(figure) == {
        "y4 domain": "Validation loss",
        "y3 domain": "Validation accuracy",
        "y2 domain": "Training loss",
        "y domain": "Learning rate",
        "paper": "Epoch",
    }
    assert [len(line.x) for line in figure.data if line.yaxis == "y4"] == [4, 3]
    assert [line.name for line in figure.data if line.showlegend] == ["A", "B"]


def test_a_difference_is_taken_to_the_median_of_the_baseline_as_far_as_it_goes():
    base = LaneCurves("Base", 0, tuple(run(*[loss] * 3) for loss in (1.0, 3.0, 1.5)))
    other = LaneCurves("Other", 1, (run(*[2.0] * 5),))
    figure = compare_figure([base, other], 10, baseline=0)
    lines = {line.name: line for line in figure.data if line.yaxis == "y4" and not line.meta.get("band")}
    assert list(lines["Base"].y) == [0, 0, 0]
    assert list(lines["Other"].y) == [0.5, 0.5, 0.5]
    rates = [line for line in figure.data if line.yaxis == "y"]
    assert max(max(line.y) for line in rates) > 0, "rates stay as they are"


def test_a_run_that_runs_away_does_not_flatten_the_others():
    lanes = [LaneCurves("A", 0, (run(2, 1, 0.5),)), LaneCurves("B", 1, (run(2, 3, 1e26),))]
    for figure, axis in ((compare_figure(lanes, 3), "yaxis4"), (race_figure(lanes, 3), "yaxis2")):
        low, high = figure.layout[axis].range
        assert 0 < low < 0.5
        assert 3 < high < 4


def test_the_axis_shows_what_is_decided_and_says_what_it_leaves_out():
    lanes = [LaneCurves("A", 0, (run(9, 0.42, 0.38),)), LaneCurves("B", 1, (run(4, 0.44, 0.41),))]
    layout = race_figure(lanes, 100, end=10).layout
    assert layout.xaxis.range == (0, 10)
    assert layout.yaxis2.range == pytest.approx((0.35, 0.45))
    assert {*titles(race_figure(lanes, 100)).values()} == {"Epoch", "Learning rate", "Validation loss"}
    assert layout.annotations[-1].text == "Epoch 1 is off the axis (4.00 to 9.00)"
    shown = race_figure(lanes, 100, first=True).layout
    assert (shown.xaxis.range, shown.yaxis2.range, len(shown.annotations)) == ((0, 100), None, 3)
    begun = [LaneCurves("A", 0, (run(9),))]
    assert race_figure(begun, 100).layout.yaxis2.range is None, "one epoch alone is shown"


def test_what_is_written_at_the_best_is_inside_of_the_chart_and_is_no_markup():
    def best(at, end=20):
        losses = [1.0] * at + [0.5] + [1.0] * (end - at - 1)
        lanes = [LaneCurves("<b>A", 0, (run(*losses),)), LaneCurves("B", 1, (run(*[2.0] * end),))]
        return by_uid(race_figure(lanes, end))["best-y2-0"]

    assert [best(at).textposition for at in (1, 10, 19)] == [
        f"bottom {side}" for side in ("right", "center", "left")
    ]
    assert best(1).text[0] == "best 0.500, &lt;b&gt;A, epoch 2"


def test_the_plan_is_a_faint_line_over_the_whole_race():
    plan = plans(epochs=7)
    lanes = [LaneCurves(name, color, (run(1),), plan) for name, (color, plan) in plan.items()]
    found = by_uid(race_figure(lanes, 7))
    for number, lane in enumerate(lanes):
        ahead = found[f"plan-{number}"]
        np.testing.assert_array_equal(ahead.y, lane.plan.curve()[1])
        assert (ahead.opacity, ahead.hoverinfo, ahead.yaxis) == (0.36, "skip", "y")


def test_a_comparison_leaves_out_the_first_epoch_and_marks_the_best():
    lanes = [LaneCurves("A", 0, (run(9, 0.42, 0.38),)), LaneCurves("B", 1, (run(4, 0.40, 0.41),))]
    figure = compare_figure(lanes, 10, panels=("val_loss", "lr"), start=False, best=True)
    layout = figure.layout
    assert layout.yaxis2.range == pytest.approx((0.35, 0.45))
    assert layout.annotations[-1].text == "Epoch 1 is off the axis (4.00 to 9.00)"
    found = by_uid(figure)
    star, ring = found["best-y2-0"], found["best-y2-1"]
    assert (star.x[0], star.text[0], star.marker.symbol) == (3, "best 0.380, A, epoch 3", "star")
    assert (ring.x[0], ring.text[0], ring.marker.symbol) == (2, "", "circle-open")
    for end, side in ((3, "bottom left"), (10, "bottom center"), (100, "bottom right")):
        star = by_uid(compare_figure(lanes, end, panels=("val_loss", "lr"), best=True))["best-y2-0"]
        assert star.textposition == side, "the value stays on the chart"
    measure, rate = (end - start for start, end in (layout.yaxis2.domain, layout.yaxis.domain))
    assert rate / measure == pytest.approx(0.36), "the rate is lower than the measure"
    plain = compare_figure(lanes, 10, baseline=0, start=False, best=True)
    assert not any("Epoch 1" in note.text for note in plain.layout.annotations)
    assert not any("best" in line.uid for line in plain.data)


def test_a_comparison_of_one_panel_has_one_axis():
    figure = compare_figure([LaneCurves("A", 0, (run(5, 4),))], 5, panels=("val_accuracy",))
    assert {line.yaxis for line in figure.data} == {"y"}
    assert list(figure.layout.yaxis.domain) == [0, 1]


def test_the_zeros_of_a_baseline_do_not_narrow_the_axis():
    base = LaneCurves("Base", 0, (run(*[1.0] * 60),))
    other = LaneCurves("Other", 1, (run(*np.linspace(1.0, 1.3, 40)),))
    figure = compare_figure([base, other], 60, baseline=0)
    assert figure.layout.yaxis4.range is None
    lost = LaneCurves("Lost", 2, (run(1.0, 1.1, 1e26),))
    low, high = compare_figure([base, other, lost], 60, baseline=0).layout.yaxis4.range
    assert low <= 0
    assert 0.3 < high < 1


def test_a_rate_that_is_infinite_is_no_reason_to_fail():
    lane = LaneCurves("A", 0, (run(1.0, 0.5, rates=(math.inf, 0.1)),))
    compare_figure([lane], 2, log_rate=True)
