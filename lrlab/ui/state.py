"""What a visitor has set, for every page: the only place that knows the keys of the session state."""

from dataclasses import replace

import streamlit as st

from lrlab import article
from lrlab.article import CURVES, Curve
from lrlab.plan import Plan
from lrlab.schedules import Constant
from lrlab.spec import RunSpec

SHOWN, EPOCHS, STEPS_PER_EPOCH = "shown", "epochs", "steps"
LOG_RATES, ONE_RATE, SHARED_RATE = "log", "one_rate", "initial_lr"
RECIPE, BATCH_SIZE, SEED, TRAIN_IMAGES, DATA = "schedule", "batch", "seed", "images", "data"
RUN, LOG_RUN_RATE = "run", "log_run_rate"
ADAM = Curve("adam", "Adam, constant rate", Constant(0.001))


def parameter_key(curve: Curve, name: str) -> str:
    """The key under which a curve's parameter is kept."""
    return f"{curve.id}.{name}"


def clock_key(curve: Curve) -> str:
    """The key under which a curve's clock is kept."""
    return f"{curve.id}.clock"


def _defaults():
    values = {
        SHOWN: [curve.id for curve in CURVES],
        EPOCHS: article.EPOCHS,
        STEPS_PER_EPOCH: article.STEPS_PER_EPOCH,
        LOG_RATES: False,
        ONE_RATE: False,
        SHARED_RATE: 0.5,
    }
    for curve in CURVES:
        values[clock_key(curve)] = curve.clock
        for name in curve.schedule.parameters():
            values[parameter_key(curve, name)] = getattr(curve.schedule, name)
    return values


def fill() -> None:
    """Give everything that was not set yet its default: the article's values."""
    training = {
        RECIPE: "exponential",
        BATCH_SIZE: article.BATCH_SIZE,
        SEED: article.SEED,
        TRAIN_IMAGES: article.TRAIN_IMAGES,
        DATA: "auto",
        LOG_RUN_RATE: False,
    }
    for key, value in {**_defaults(), **training}.items():
        st.session_state.setdefault(key, value)


def reset() -> None:
    """Set everything on Explore back to the article's values."""
    st.session_state.update(_defaults())


def curve_as_set(curve: Curve) -> Curve:
    """A curve of the article with the parameters and the clock that the visitor has given it."""
    values = {name: st.session_state[parameter_key(curve, name)] for name in curve.schedule.parameters()}
    if st.session_state[ONE_RATE]:
        values["initial_lr"] = st.session_state[SHARED_RATE]
    schedule = type(curve.schedule)(**values)
    return replace(curve, schedule=schedule, clock=st.session_state[clock_key(curve)])


def curves_shown() -> dict[int, Curve]:
    """The curves to draw, as the visitor has set them, by the number of their colour."""
    return {
        color: curve_as_set(curve)
        for color, curve in enumerate(CURVES)
        if curve.id in st.session_state[SHOWN]
    }


def plans_shown() -> dict[str, tuple[int, Plan]]:
    """The plans to draw, by name, each with the number of its colour."""
    length = st.session_state[EPOCHS], st.session_state[STEPS_PER_EPOCH]
    return {
        curve.name: (color, Plan(curve.schedule, *length, curve.clock))
        for color, curve in curves_shown().items()
    }


def recipe() -> Curve:
    """The schedule that is to be trained, as it is shaped on Explore; or Adam's constant rate."""
    curves = {curve.id: curve for curve in CURVES}
    chosen = st.session_state[RECIPE]
    return ADAM if chosen == ADAM.id else curve_as_set(curves[chosen])


def run_spec() -> RunSpec:
    """The run that the controls of Train describe; raises UserError where it cannot be."""
    curve = recipe()
    return RunSpec(
        schedule=curve.schedule,
        clock=curve.clock,
        optimizer="adam" if curve is ADAM else "sgd",
        epochs=st.session_state[EPOCHS],
        batch_size=st.session_state[BATCH_SIZE],
        seed=st.session_state[SEED],
        train_images=st.session_state[TRAIN_IMAGES],
        data=st.session_state[DATA],
    )


def choose_run(run: int) -> None:
    """Show that run from now on, and in the page's link."""
    st.session_state[RUN] = run
    st.query_params[RUN] = str(run)


def chosen_run(ids: list[int]) -> int | None:
    """The run to show out of `ids`, newest first: the chosen one, the link's, or else the newest."""
    linked = st.query_params.get(RUN, "")
    if st.session_state.get(RUN) not in ids:
        wanted = int(linked) if linked.isdecimal() else None
        st.session_state[RUN] = wanted if wanted in ids else next(iter(ids), None)
        if linked and wanted not in ids:
            st.warning(f"The link asks for run {linked!r:.40}, which is not here. This is the newest run.")
    if st.session_state[RUN] is not None:
        st.query_params[RUN] = str(st.session_state[RUN])
    return st.session_state[RUN]
