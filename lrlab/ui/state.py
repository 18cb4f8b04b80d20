"""What a visitor has set, for every page: the only place that knows the keys of the session state."""

from dataclasses import replace

import streamlit as st

from lrlab import article
from lrlab.article import CURVES, Curve
from lrlab.errors import UserError
from lrlab.plan import Plan
from lrlab.schedules import SCHEDULES, Constant, Cooldown, Warmup
from lrlab.schedules.parameter import Numbers
from lrlab.spec import RunSpec

SHOWN, MORE, EPOCHS, STEPS_PER_EPOCH = "shown", "more", "epochs", "steps"
LOG_RATES, ONE_RATE, SHARED_RATE = "log", "one_rate", "initial_lr"
RECIPE, BATCH_SIZE, SEED, TRAIN_IMAGES, DATA = "schedule", "batch", "seed", "images", "data"
RUN, LOG_RUN_RATE = "run", "log_run_rate"
AT_EPOCHS = "at_epochs"
BEYOND = tuple(
    Curve(cls.kind, cls.title, cls())
    for cls in SCHEDULES
    if cls not in {type(curve.schedule) for curve in CURVES}
)
CATALOGUE = (*CURVES, *BEYOND)
ADAM = Curve("adam", "Adam, constant rate", Constant(0.001))


def parameter_key(curve: Curve, name: str) -> str:
    """The key under which a curve's parameter is kept."""
    return f"{curve.id}.{name}"


def clock_key(curve: Curve) -> str:
    """The key under which a curve's clock is kept."""
    return f"{curve.id}.clock"


def warmup_key(curve: Curve) -> str:
    """The key of the length of a curve's warm-up; 0 is none."""
    return f"{curve.id}.before"


def cooldown_key(curve: Curve) -> str:
    """The key of the length of a curve's cool-down; 0 is none."""
    return f"{curve.id}.after"


def _defaults():
    values = {
        SHOWN: [curve.id for curve in CURVES],
        MORE: [],
        EPOCHS: article.EPOCHS,
        STEPS_PER_EPOCH: article.STEPS_PER_EPOCH,
        LOG_RATES: False,
        ONE_RATE: False,
        SHARED_RATE: 0.5,
    }
    for curve in CATALOGUE:
        values |= {clock_key(curve): curve.clock, warmup_key(curve): 0, cooldown_key(curve): 0}
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
        AT_EPOCHS: "0, 1, 10, 38, 60, 99",
    }
    for key, value in {**_defaults(), **training}.items():
        st.session_state.setdefault(key, value)


def reset() -> None:
    """Set everything on Explore back to the article's values."""
    st.session_state.update(_defaults())
    for curve in CATALOGUE:
        for name, parameter in curve.schedule.parameters().items():
            if isinstance(parameter, Numbers):
                st.session_state.pop(text_key(parameter_key(curve, name)), None)


def text_key(key: str) -> str:
    """The key of the text in which several numbers are typed."""
    return f"{key}.text"


def curve_as_set(curve: Curve) -> Curve:
    """A curve with the parameters and the clock that the visitor has given it.

    Raises UserError where the values do not fit together.
    """
    values = {name: st.session_state[parameter_key(curve, name)] for name in curve.schedule.parameters()}
    if st.session_state[ONE_RATE] and "initial_lr" in values:
        values["initial_lr"] = st.session_state[SHARED_RATE]
    schedule = type(curve.schedule)(**values)
    if cooldown := st.session_state[cooldown_key(curve)]:
        schedule = Cooldown(schedule, cooldown)
    if warmup := st.session_state[warmup_key(curve)]:
        schedule = Warmup(schedule, warmup)
    return replace(curve, schedule=schedule, clock=st.session_state[clock_key(curve)])


def curves_shown() -> dict[int, Curve]:
    """The curves to draw, as they were before anything was set, by the number of their colour."""
    shown = {*st.session_state[SHOWN], *st.session_state[MORE]}
    return {color: curve for color, curve in enumerate(CATALOGUE) if curve.id in shown}


def plans_shown() -> tuple[dict[str, tuple[int, Plan]], dict[str, str]]:
    """The plans to draw, by name, each with the number of its colour; and what is wrong, by name."""
    plans, problems = {}, {}
    for color, curve in curves_shown().items():
        try:
            as_set = curve_as_set(curve)
            plan = Plan(
                as_set.schedule, st.session_state[EPOCHS], st.session_state[STEPS_PER_EPOCH], as_set.clock
            )
            plans[curve.name] = color, plan
        except UserError as error:
            problems[curve.name] = str(error)
    return plans, problems


def recipe() -> Curve:
    """The schedule that is to be trained, as it is shaped on Explore; or Adam's constant rate."""
    curves = {curve.id: curve for curve in CATALOGUE}
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
