"""What a visitor has chosen on Compare. Only this module uses these keys of the session state."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import streamlit as st

from lrlab.article import name_of
from lrlab.errors import UserError
from lrlab.home import is_public
from lrlab.links.query import Query, whole
from lrlab.runs.result import data_title
from lrlab.store import Listed, Store, StoredRun, spec_of
from lrlab.ui.shell import address
from lrlab.ui.widgets.acting import acting
from lrlab.ui.widgets.markdown import plain

CHOSEN, DELETED, MESSAGES = "compare.chosen", "compare.deleted", "compare.messages"
LINKED, ASKED = "compare.linked", "compare.asked"
TICKED, LIFTED = "compare.ticked", "compare.lifted"
BY_TIMER = "compare.by_timer"
SEARCH, ONLY_PINNED = "compare.search", "compare.only_pinned"
FIRST, BASELINE, JOIN_SEEDS = "compare.first", "compare.baseline", "compare.join_seeds"
SMOOTHING, LOG_RATE = "compare.smoothing", "compare.log_rate"
PANEL, START = "compare.panel", "compare.start"
PANELS = {"Validation loss": "val_loss", "Accuracy": "val_accuracy", "Training loss": "loss"}
ALL_PANELS = "All"
RUNS = "runs"  # in links
FIRST_EPOCHS = 60  # the article shows these in detail
MOST_COMPARED = 60
NONE_KNOWN, NO_BASELINE = "not known", ""


@dataclass(frozen=True)
class Filter:
    """One filter for runs: its name, and a function that gives a run's values for it."""

    name: str
    of: Callable[[StoredRun], tuple[str, ...]]

    @property
    def key(self) -> str:
        """The session-state key of its chosen values."""
        return f"compare.filter.{self.name}"


BY_TAG = Filter("Tag", lambda run: run.tags)
FILTERS = (
    Filter("Status", lambda run: (run.status,)),
    Filter("Data", lambda run: (data_title(run.data, spec_of(run)) or NONE_KNOWN,)),
    Filter("Schedule", lambda run: (schedule_title(run),)),
    Filter("Optimizer", lambda run: (optimizer_title(run) or NONE_KNOWN,)),
    BY_TAG,
)


def optimizer_title(run: StoredRun) -> str | None:
    """The title of a run's optimizer; None if it is not known."""
    spec = spec_of(run)
    return spec.optimizer.title if spec else None


def schedule_title(run: StoredRun) -> str:
    """The name of a run's schedule, without a warm-up or cool-down around it."""
    spec = spec_of(run)
    if spec is None:
        return NONE_KNOWN
    core = spec.schedule.core
    return name_of(type(core), getattr(core, "power", None))


def runs_of_link() -> list[int]:
    """The runs that the page's link names, whoever's they are; what is wrong with it, `fill` says."""
    asked = address.get(RUNS) or ""
    return [run for part in asked.split(".")[:MOST_COMPARED] if (run := whole(part)) is not None]


def choose_class(code: str) -> None:
    """Show the runs of this class at first; a filter, so that all others can be shown too."""
    if code:
        st.session_state.setdefault(BY_TAG.key, [code])


def fill(listed: Sequence[Listed]) -> None:
    """Set every missing key to its first value, and choose the runs of a link that was followed.

    Without a link, the first choice is the newest race that passes the filters.
    """
    state = st.session_state
    for key, value in {
        SEARCH: "",
        ONLY_PINNED: False,
        FIRST: FIRST_EPOCHS,
        BASELINE: NO_BASELINE,
        JOIN_SEEDS: True,
        SMOOTHING: 0.0,
        LOG_RATE: False,
        PANEL: next(iter(PANELS)),
        START: False,
        DELETED: [],
        MESSAGES: (0, [], False),
    }.items():
        state.setdefault(key, value)
    known = [entry.run.id for entry in listed]
    asked = address.get(RUNS)  # still that of the last run, if a button has changed the choice
    if CHOSEN not in state or asked not in (None, state.get(LINKED), state.get(ASKED)):
        state[CHOSEN] = _linked(known) or state.get(CHOSEN) or _newest_race(shown(listed))
    state[ASKED] = asked
    choose([id for id in state[CHOSEN] if id in known])


def choose(runs: Sequence[int]) -> None:
    """Choose these runs to compare."""
    st.session_state[CHOSEN] = [*runs]
    st.session_state[LINKED] = ".".join(map(str, runs))


def keep_in_link() -> None:
    """Write the chosen runs into the page's address."""
    others = [pair for pair in address.now().pairs if pair[0] != RUNS]
    linked = st.session_state[LINKED]
    address.replace(Query((*others, (RUNS, linked)) if linked else tuple(others)))


def add(runs: Sequence[int]) -> None:
    """Choose these runs too, in front of the others: only the first `MOST_COMPARED` are drawn."""
    choose(list(dict.fromkeys([*runs, *chosen()])))


def tick(runs: Sequence[int]) -> None:
    """Choose these runs in the table. Its rows stay where they are until the next other choice."""
    choose(runs)
    st.session_state[TICKED] = [*runs]


def lifted(entries: Sequence[Listed]) -> list[Listed]:
    """The entries with the chosen runs first, in the order in which they were chosen."""
    state = st.session_state
    if LIFTED not in state or chosen() != state.get(TICKED):
        state[LIFTED] = {id: place for place, id in enumerate(chosen())}
    return sorted(entries, key=lambda entry: state[LIFTED].get(entry.run.id, len(state[LIFTED])))


def delete(store: Store, runs: Sequence[int]) -> None:
    """Delete runs that have ended, and remember them for `undo`."""
    gone = store.delete(*runs)
    st.session_state[DELETED] = [*st.session_state[DELETED], *gone]
    if left := len(runs) - len(gone):
        others = " Another visitor's runs are not yours to delete." if is_public() else ""
        say(0, [f"{left} of {len(runs)} not deleted: stop queued and running runs on Train first.{others}"])
    choose([id for id in chosen() if id not in gone])


def undo(store: Store) -> None:
    """Say how many runs were deleted, and offer to restore them."""
    if gone := st.session_state[DELETED]:
        with st.container(horizontal=True, vertical_alignment="center"):
            st.markdown(
                f"{len(gone)} {'run was' if len(gone) == 1 else 'runs were'} deleted.", width="content"
            )
            st.button(
                "Undo", icon=":material/undo:", on_click=acting(_restore), args=(store,), type="tertiary"
            )


def _restore(store):
    gone = st.session_state[DELETED]
    store.restore(*gone)
    st.session_state[DELETED] = []
    add(gone)


def say(imported: int, problems: Sequence[str]) -> None:
    """Store for `show_messages` how many runs were imported, and the problems in Markdown."""
    st.session_state[MESSAGES] = imported, [*problems], True


def show_messages() -> None:
    """Show the result of the last import or deletion, until the visitor does something else."""
    imported, problems, is_new = st.session_state[MESSAGES]
    if not (st.session_state.pop(BY_TIMER, False) or is_new):
        imported, problems = 0, []
    if imported:
        st.success(f"{imported:d} {'run was' if imported == 1 else 'runs were'} imported and chosen.")
    for problem in problems:
        st.error(plain(problem), icon=":material/error:")
    st.session_state[MESSAGES] = imported, problems, False


def chosen() -> list[int]:
    """The runs to compare, in the order in which they were chosen."""
    return st.session_state[CHOSEN]


def shown(listed: Sequence[Listed]) -> list[Listed]:
    """The runs that pass every filter and contain every word of the search in their texts."""
    state = st.session_state
    words = state[SEARCH].lower().split()
    wanted = {filter: {*state[filter.key]} for filter in FILTERS if state.get(filter.key)}
    return [
        entry
        for entry in listed
        if (entry.run.pinned or not state[ONLY_PINNED])
        and all(values.intersection(filter.of(entry.run)) for filter, values in wanted.items())
        and all(word in _texts(entry.run) for word in words)
    ]


def picture(run: StoredRun) -> list[float] | None:
    """The shape of a run's rate for a small picture: 40 values, the highest is 1; None if unknown."""
    spec = spec_of(run)
    return _shape(spec.plan) if spec else None


@lru_cache(maxsize=4096)
def _shape(plan):
    rates = plan.epoch_rates()
    if not 0 < rates.max() < np.inf:
        return None
    places = [at * (len(rates) - 1) // 39 for at in range(40)]
    return (rates[places] / rates.max()).clip(0).round(3).tolist()


def _texts(run):
    texts = (
        run.name,
        run.note,
        run.status,
        data_title(run.data, spec_of(run)) or "",
        run.origin,
        *run.tags,
        schedule_title(run),
    )
    spec = spec_of(run)
    settings = f"{spec.optimizer.title} {spec.seed}" if spec else ""
    return f"{' '.join(texts)} {settings} {run.id}".lower()


def _linked(known):
    try:
        asked = [part for part in (address.query().one(RUNS) or "").split(".") if part]
    except UserError as error:
        st.warning(f"{plain(str(error))} The newest race is shown.")
        return []
    runs = [whole(part) for part in asked]
    if not {*runs} <= {*known}:
        gone = plain(", ".join(text for text, run in zip(asked, runs, strict=True) if run not in known)[:80])
        st.warning(f"The link names runs that do not exist here: {gone}. They are left out.")
    return [id for id in dict.fromkeys(runs) if id in known][:MOST_COMPARED]


def _newest_race(listed):
    newest = max((entry.run.race for entry in listed if entry.epochs), default=None)
    of_it = [entry.run.id for entry in listed if entry.run.race == newest and entry.epochs]
    return sorted(of_it)[:MOST_COMPARED]
