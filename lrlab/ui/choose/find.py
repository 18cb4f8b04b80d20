"""Step 1: a learning-rate range test, its curve, and the rates that it suggests."""

import time
from dataclasses import dataclass
from functools import cached_property

import streamlit as st

from lrlab import jobs
from lrlab.analysis import DEFAULT_SUGGESTION, SUGGESTIONS, RangeTest, range_test
from lrlab.errors import UserError
from lrlab.figures.range_picture import ShownTest, range_picture
from lrlab.optimizers import OPTIMIZERS
from lrlab.palette import INK, NUMBERS, Look
from lrlab.runs.range_test import UPDATES
from lrlab.runs.records import Steps
from lrlab.runs.swept import RANGE_TEST
from lrlab.store import Run, Store
from lrlab.ui.choose import setup
from lrlab.ui.shell import visitor
from lrlab.ui.widgets.acting import acting, attempt
from lrlab.ui.widgets.controls import field
from lrlab.ui.widgets.markdown import plain
from lrlab.ui.widgets.picture import picture
from lrlab.ui.widgets.refreshed import refreshed

REFRESH_SECONDS = 0.7
LETTERS = "ABCD"
COLORS = (*(NUMBERS[Look(hue)] for hue in (9, 7, 8)), INK)  # no schedule of the article has them
CHOSEN, EARLIER = "choose.suggestion", "choose.earlier"
MOST_LISTED = 20
CANNOT = (
    "Which rate **ends** best: it sees the start of training only.",
    "Which **shape** is best, or how low to decay.",
    "What a **warm-up** allows: it starts with fresh weights.",
)


@dataclass(frozen=True)
class Tested:
    """A range test: its runs, one a seed. Their updates are read when they are asked for, and once."""

    store: Store
    runs: list[Run]

    @property
    def is_active(self) -> bool:
        """Whether a run of it is queued or running."""
        return any(run.active for run in self.runs)

    @cached_property
    def steps(self) -> list[Steps]:
        """The updates of each run that has begun."""
        return [found for found in (self.store.steps(run.id) for run in self.runs) if len(found.losses) > 1]

    @cached_property
    def found(self) -> RangeTest:
        """What the test says so far."""
        return range_test([(each.rates, each.losses) for each in self.steps])


def tests_shown(store: Store) -> dict[int, Tested]:
    """The range tests that are shown, by id, the newest first; the newest of all if none was chosen."""
    if st.session_state[setup.TESTS] is None:
        st.session_state[setup.TESTS] = [*store.races(1, RANGE_TEST)]
    asked = st.session_state[setup.TESTS][: setup.MOST_TESTS]
    tests = {race: Tested(store, store.race(race)) for race in asked}
    shown = {race: test for race, test in tests.items() if test.runs and test.runs[0].role == RANGE_TEST}
    st.session_state[setup.TESTS] = [*shown]
    return shown


def said_of(tests: dict[int, Tested]) -> tuple[str, bool]:
    """The newest test in a few words, and whether it is done."""
    newest = next(iter(tests.values()), None)
    if newest is None:
        return "One epoch while the rate grows", False
    if newest.is_active:
        return "Testing …", False
    rates = {each.name: each.rate for each in newest.found.suggestions}
    valley, stable = rates[DEFAULT_SUGGESTION], rates["stable"]
    if valley is None:
        return "It suggests no rate", True
    said = f"Valley suggests {valley:.2g}"
    return said + (f", stable up to {stable:.2g}" if stable else ""), True


def find(store: Store, tests: dict[int, Tested]) -> None:
    """Test rates, and show what the newest test suggests, with the others over it."""
    active = any(test.is_active for test in tests.values())
    _controls(store, tests, active)
    if not tests:
        st.info(
            "A range test trains for one epoch while the rate grows from 0.00001 to 10, and takes seconds. "
            "It suggests a rate to sweep around.",
            icon=":material/info:",
        )
        _skip()
        return
    left, right = st.columns([900, 460], gap="medium")
    with left.container(border=True):
        if active:
            refreshed(_refresh, REFRESH_SECONDS)
        else:
            _figure(tests)
    with right:
        if active:
            st.markdown("The suggestions come when the test has ended.")
            ids = [run.id for test in tests.values() for run in test.runs]
            st.button("Stop", icon=":material/stop:", on_click=acting(store.request_stop), args=ids)
            return
        _suggestions(next(iter(tests.values())))


def _controls(store, tests, active):
    with st.container(horizontal=True, vertical_alignment="bottom", key="choose_test"):
        titles = {cls.kind: cls.title for cls in OPTIMIZERS}
        st.selectbox(
            "Optimizer",
            [*titles],
            format_func=titles.__getitem__,
            key=setup.TEST_OPTIMIZER,
            persist_state="session",
            width=190,
        )
        st.number_input(
            "Updates",
            min_value=int(UPDATES.low),
            max_value=int(UPDATES.high),
            value=None,
            placeholder=f"{setup.usual_updates()} (one epoch)",
            help="How many updates the test has. Usual: those of an epoch, but at least 100.",
            key=setup.TEST_UPDATES,
            persist_state="session",
            width=170,
        )
        field(setup.TEST_SEEDS, "Seeds", setup.COUNT_OF_TESTS, width=130)
        label = "Test again" if tests else "Test rates"
        problem = ""
        try:
            groups = setup.test_groups()
        except UserError as error:
            groups, problem = [], str(error)
        st.button(
            label,
            icon=":material/play_arrow:",
            type="secondary" if tests else "primary",
            disabled=active or bool(problem),
            key="choose.test",
            on_click=acting(_begin),
            args=(store, groups),
        )
        _earlier(store)
        if tests:
            st.toggle(
                "Lay the next test over it",
                key=setup.OVERLAY,
                persist_state="session",
                help="Compares optimizers, batch sizes or networks.",
            )
    if problem:
        st.error(plain(problem))


def _earlier(store):
    """Which of the newest tests are shown, over each other: the first of them makes the suggestions."""
    known = store.races(MOST_LISTED, RANGE_TEST)
    shown = [race for race in st.session_state[setup.TESTS] if race in known]
    if len(known) < 2:
        return
    menu = st.popover("Earlier tests", icon=":material/history:", on_change="rerun", key="choose_earlier")
    if menu.open:
        labels = {race: _label(race, Tested(store, runs)) for race, runs in known.items()}
        st.session_state[EARLIER] = shown
        menu.multiselect(
            "Tests that are shown",
            [*labels],
            format_func=labels.__getitem__,
            max_selections=setup.MOST_TESTS,
            key=EARLIER,
            on_change=_show,
            help="The suggestions are those of the first.",
            width=420,
        )


def _label(race, test):
    at = time.strftime("%d %b %H:%M", time.localtime(test.runs[0].created))
    seeds = "1 seed" if len(test.runs) == 1 else f"{len(test.runs)} seeds"
    return f"{_named(race, test)}, {seeds}, {at}"


def _show():
    st.session_state[setup.TESTS] = [*st.session_state[EARLIER]]


def _begin(store, groups):
    race = store.add_race(groups, role=RANGE_TEST)
    others = st.session_state[setup.TESTS] if st.session_state[setup.OVERLAY] else []
    st.session_state[setup.TESTS] = [race, *others][: setup.MOST_TESTS]
    jobs.ensure_worker(store)


def _refresh():
    store = visitor.store()
    attempt(jobs.watch, store)
    tests = tests_shown(store)
    if not any(test.is_active for test in tests.values()):
        st.rerun()
    _figure(tests)


def _figure(tests):
    """The curves of all tests so far; of a run that failed, why."""
    runs = [run for test in tests.values() for run in test.runs]
    for run in runs:
        if run.status == "failed":
            st.error(plain(run.message))
    first, last = (float(f"{rate:.3g}") for rate in runs[0].spec.plan.at([0, runs[0].spec.plan.steps - 1]))
    st.markdown(f"**Loss while the learning rate grows from {first:.5f} to {last:g}**")
    if not any(test.steps for test in tests.values()):
        stage = next((run.stage for run in runs if run.stage), "")
        st.caption(f"{plain(stage) or 'Waiting for the training process'} …")
        return
    shown = [
        ShownTest(
            _named(race, test) if len(tests) > 1 else test.runs[0].spec.optimizer.title,
            color,
            test.found,
            tuple((each.rates, each.losses) for each in test.steps),
            tuple((each.rates, each.gradients) for each in test.steps if each.gradients is not None),
        )
        for color, (race, test) in zip(COLORS, tests.items(), strict=False)
    ]
    picture(range_picture(shown, st.session_state.get(CHOSEN, DEFAULT_SUGGESTION), last), "choose.range")


def _named(race, test):
    spec = test.runs[0].spec
    return f"{spec.optimizer.title}, batch {spec.batch_size} ({race})"


def _suggestions(test):
    """The four rates, each with a button, and the way on."""
    found, first = test.found, test.runs[0]
    known = {each.name: each for each in found.suggestions if each.rate is not None}
    chosen = st.session_state.get(CHOSEN, DEFAULT_SUGGESTION)
    chosen = chosen if chosen in known else next(iter(known), None)
    with st.container(border=True, key=f"choose_suggestions_{first.race}"):
        st.markdown("**Four suggestions**")
        for letter, each in zip(LETTERS, found.suggestions, strict=True):
            default = " :blue-badge[default]" if each.name == DEFAULT_SUGGESTION else ""
            words, rate, button = st.columns([290, 60, 90], vertical_alignment="center")
            title = f"**{letter} · {SUGGESTIONS[each.name]}**{default}"
            words.markdown(f"{title}  \n:small[{plain(each.sentence)}]")
            rate.markdown(f"**{each.rate:.2g}**" if each.rate else "none")
            button.button(
                "Use",
                key=f"choose.use.{each.name}",
                disabled=each.rate is None,
                type="secondary",
                icon=":material/check:" if each.name == chosen else None,
                help=f"Sweep around {each.rate:.2g}, and set it on Explore." if each.rate else None,
                on_click=_use,
                args=(each, first.spec.optimizer.kind),
            )
    with st.container(border=True, key="choose_cannot"):
        st.markdown("**What this cannot tell**\n" + "\n".join(f"* {each}" for each in CANNOT))
    if chosen:
        rate = known[chosen].rate
        st.button(
            f"Sweep around {rate:.2g}",
            type="primary",
            icon=":material/arrow_forward:",
            width="stretch",
            key="choose.around",
            on_click=_sweep_around,
            args=(rate, first.spec.optimizer.kind),
        )
        st.caption("Nothing trains before you say so.")
    else:
        _skip()


def _use(suggestion, kind):
    st.session_state[CHOSEN] = suggestion.name
    setup.use(suggestion.rate, kind)


def _sweep_around(rate, kind):
    setup.use(rate, kind)
    setup.show_sweep(None)


def _skip():
    st.button("Sweep without a test", type="tertiary", on_click=setup.go_to, args=(setup.SEARCH,))
