"""What a visitor has set on Choose: the only place that knows these keys of the session state."""

from collections.abc import Callable, Sequence
from typing import Any

import streamlit as st

from lrlab.errors import UserError
from lrlab.links import race as link
from lrlab.links.query import Query, Reading, whole
from lrlab.optimizers import OPTIMIZERS, SGD, Optimizer, optimizer_of_kind
from lrlab.palette import apart, color_of
from lrlab.parameters.declare import MOST_RATE
from lrlab.parameters.kinds import Choice, Kind, Parameter
from lrlab.runs.plan import EPOCHS
from lrlab.runs.range_test import LEAST_UPDATES, UPDATES, range_test_spec
from lrlab.runs.spec import MAX_SEED, RunSpec
from lrlab.runs.sweep import Candidate, Sweep, around, grid
from lrlab.schedules import Constant
from lrlab.ui.explore import state
from lrlab.ui.shell import address
from lrlab.ui.train import race_setup
from lrlab.ui.train.race_setup import Entry

STEP, SWEEP, TESTS = "choose.step", "choose.sweep", "choose.tests"
FIND, SEARCH, CONFIRM = "find", "sweep", "confirm"
STEPS = {FIND: "Find a rate", SEARCH: "Sweep", CONFIRM: "Confirm"}
TEST_OPTIMIZER, TEST_UPDATES, TEST_SEEDS = "choose.test_optimizer", "choose.updates", "choose.test_seeds"
OVERLAY = "choose.overlay"
LENGTH, SEEDS, POINTS = "choose.epochs", "choose.seeds", "choose.points"
CURVES, CHOSEN_OPTIMIZERS = "choose.schedules", "choose.optimizers"
MEASURE, VIEW = "choose.measure", "choose.view"
FILE, FILE_PROBLEM, LINK_PROBLEMS = "choose.file", "choose.file_problem", "choose.problems"
RECORDED = "recorded"
WRITTEN = "choose.written"  # into the address, newest last
MEASURES = {"val_loss": "Validation loss", "val_accuracy": "Validation accuracy", "loss": "Training loss"}
VIEWS = ("Sensitivity", "Map")
MOST_WRITTEN = 20
MOST_TESTS = 4  # at the same time
COUNT_OF_TESTS = Parameter("", "How many seeds the test is repeated from.", 1, 5, (1, 5), integer=True)
COUNT_OF_SEEDS = Parameter(
    "", "How many seeds each run is repeated from, counted up from the first.", 1, 10, (1, 10), integer=True
)
COUNT_OF_PEAKS = Parameter("", "How many peak rates each schedule is tried at.", 1, 25, (1, 25), integer=True)
RATE = Parameter("", "A peak rate: the highest of a schedule.", 1e-7, MOST_RATE, (1e-5, 10), log=True)


def from_key(kind: str) -> str:
    """The key of the lowest peak rate with that kind of optimizer."""
    return f"choose.from.{kind}"


def to_key(kind: str) -> str:
    """The key of the highest peak rate with that kind of optimizer."""
    return f"choose.to.{kind}"


def _usual() -> dict[str, Any]:
    grids: dict[str, float] = {}
    for cls in OPTIMIZERS:
        low, high = around(cls.usual_lr * (10 if cls.kind == SGD.kind else 1))
        grids |= {from_key(cls.kind): low, to_key(cls.kind): high}
    return {
        STEP: FIND,
        TEST_OPTIMIZER: SGD.kind,
        TEST_UPDATES: None,  # as many as an epoch has
        TEST_SEEDS: 3,
        LENGTH: 15,
        SEEDS: 3,
        POINTS: 9,
        CURVES: ["constant", "polynomial", "exponential", "step"],
        CHOSEN_OPTIMIZERS: [SGD.kind],
        MEASURE: "val_loss",
        VIEW: VIEWS[0],
        **grids,
    }


def _kinds() -> dict[str, Kind]:
    kinds = tuple(cls.kind for cls in OPTIMIZERS)
    return {
        STEP: Choice(tuple(STEPS), ""),
        TEST_OPTIMIZER: Choice(kinds, ""),
        TEST_UPDATES: UPDATES,
        TEST_SEEDS: COUNT_OF_TESTS,
        LENGTH: EPOCHS,
        SEEDS: COUNT_OF_SEEDS,
        POINTS: COUNT_OF_PEAKS,
        CURVES: Choice(tuple(state.names()), ""),
        CHOSEN_OPTIMIZERS: Choice(kinds, ""),
        MEASURE: Choice(tuple(MEASURES), ""),
        VIEW: Choice(VIEWS, ""),
        **{key(kind): RATE for kind in kinds for key in (from_key, to_key)},
    }


def fill() -> None:
    """Set every value from the page's link if one was followed, or at first, and else to the usual value."""
    values = st.session_state
    if STEP in values and not _is_followed():
        return
    found = Reading()
    query = found.value(Query(), address.query, instead="The usual values are shown.")
    usual = _usual()
    usual[CURVES] = [id for id in usual[CURVES] if id in state.names()]
    values.update(link.from_query(query, usual, _kinds(), found))
    values[OVERLAY], values[FILE], values[FILE_PROBLEM] = False, None, ""
    values[SWEEP] = found.value(None, _sweep_of, query, instead="No sweep is shown.")
    values[TESTS] = found.value(None, _tests_of, query, instead="No range test is shown.")
    values[LINK_PROBLEMS] = found.problems
    values[WRITTEN] = [str(address.now())]


def _is_followed():
    """Whether the address names something of this page that this page has not written itself."""
    asked = address.now()
    names = {*_usual(), "sweep", "test"}
    return str(asked) not in st.session_state[WRITTEN] and any(name in names for name, _ in asked.pairs)


def _sweep_of(query: Query) -> int | str | None:
    asked = query.one("sweep")
    if asked in (None, RECORDED):
        return asked
    number = whole(asked)
    if number is None:
        raise UserError(f"The link asks for sweep {asked!r:.40}, which is not a number.")
    return number


def _tests_of(query: Query) -> list[int] | None:
    asked = query.one("test")
    if asked is None:
        return None  # the newest
    numbers = [whole(text) for text in asked.split(".") if text]
    if None in numbers:
        raise UserError(f"The link asks for range test {asked!r:.40}, which is not a number.")
    return [number for number in numbers if number is not None]


def keep_in_link() -> None:
    """Write the settings, the range tests and the sweep that are shown into the page's address."""
    values, usual = st.session_state, _usual()
    own = link.to_query({key: values[key] for key in usual}, usual).pairs
    shown = []
    if values[SWEEP] is not None:
        shown.append(("sweep", str(values[SWEEP])))
    if values[TESTS]:
        shown.append(("test", ".".join(map(str, values[TESTS]))))
    query = Query((*race_setup.form_pairs(), *own, *shown))
    # Of several changes that follow each other fast, the browser can report one before the last.
    values[WRITTEN] = [*values[WRITTEN], str(query)][-MOST_WRITTEN:]
    address.replace(query)


def go_to(step: str) -> None:
    """Show that step from the next run of the script on."""
    st.session_state[STEP] = step


def show_sweep(sweep: int | str | None) -> None:
    """Show that sweep; None shows the form of a new one."""
    st.session_state[SWEEP] = sweep
    go_to(SEARCH)


def _base(entry):
    return race_setup.spec_of(entry, st.session_state[LENGTH])


def base() -> RunSpec:
    """A run of a sweep, of which only what all runs share matters."""
    return _base(Entry("", Constant(), "epoch", SGD()))


def usual_updates() -> int:
    """How many updates a range test has if nothing else is set."""
    return max(base().steps_per_epoch, LEAST_UPDATES)


def optimizer(kind: str) -> Optimizer:
    """The optimizer of that kind, with the parameters that are set."""
    return race_setup.made(type(optimizer_of_kind(kind)))


def test_groups() -> list[list[tuple[str, RunSpec]]]:
    """The range test that the controls describe: a run a seed, which train together.

    Raises UserError if it cannot be trained.
    """
    values = st.session_state
    chosen = optimizer(values[TEST_OPTIMIZER])
    spec = range_test_spec(_base(Entry("", Constant(), "epoch", chosen)), values[TEST_UPDATES])
    name = f"Range test, {chosen.title}"
    return [[(name, spec.with_seed(seed)) for seed in _seeds(spec.seed, values[TEST_SEEDS])]]


def sweep() -> Sweep:
    """The sweep that the form or the file describes; raises UserError if there is none."""
    values = st.session_state
    if values[FILE]:
        return values[FILE]
    chosen = [optimizer(kind) for kind in values[CHOSEN_OPTIMIZERS]]
    if not chosen:
        raise UserError("There is no optimizer. Choose at least one.")
    candidates = [
        Candidate(entry.name, _base(entry), _peaks(entry.optimizer.kind))
        for id in values[CURVES]
        for entry in race_setup.entries_of(state.curve_as_set(id), chosen)
    ]
    if not candidates:
        raise UserError("There is no schedule. Choose at least one.")
    return Sweep(tuple(candidates), _seeds(values[race_setup.SEED], values[SEEDS]))


def _peaks(kind):
    low, high = (st.session_state[key(kind)] for key in (from_key, to_key))
    points = st.session_state[POINTS]
    if points == 1:
        return (low,)
    if not low < high:
        title = optimizer(kind).title
        raise UserError(f"The peak rates of {title} must go up, but they go from {low:g} to {high:g}.")
    return grid(low, high, points)


def _seeds(first, count):
    if first + count - 1 > MAX_SEED:
        raise UserError(f"The last seed would be above {MAX_SEED:,}. Use a smaller first seed.")
    return tuple(range(first, first + count))


def use(rate: float, kind: str) -> None:
    """Take a rate that a range test suggests for that kind of optimizer: on Explore, and amid the sweep's."""
    st.session_state[state.ONE_RATE], st.session_state[state.SHARED_RATE] = True, float(f"{rate:.2g}")
    low, high = around(rate)
    st.session_state[from_key(kind)], st.session_state[to_key(kind)] = low, high
    if kind not in st.session_state[CHOSEN_OPTIMIZERS]:
        st.session_state[CHOSEN_OPTIMIZERS] = [kind]


def take_file(read: Callable[[], Sweep]) -> None:
    """Show the sweep that `read` returns in place of the form, or keep what is wrong with it for the page."""
    try:
        st.session_state[FILE], st.session_state[FILE_PROBLEM] = read(), ""
    except UserError as error:
        st.session_state[FILE_PROBLEM] = str(error)
    else:
        show_sweep(None)


def forget_file() -> None:
    """Have the form again in place of a file."""
    st.session_state[FILE] = None


def colors(specs: Sequence[tuple[str, RunSpec]]) -> dict[str, int]:
    """The numbers of the colours of a sweep's schedules, by name.

    A schedule has the colour of the curve on Explore with its name, whatever its peak is.
    """
    names = state.names()
    known = {names[curve]: color for curve, color in state.colors().items()}
    wanted = [
        color_of(spec.schedule, spec.clock, spec.optimizer, known.get(name.partition(" · ")[0]))
        for name, spec in specs
    ]
    return dict(zip([name for name, _ in specs], apart(wanted), strict=True))
