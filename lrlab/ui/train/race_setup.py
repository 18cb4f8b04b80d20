"""What a visitor has set on Train: the only place that knows these keys of the session state."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import streamlit as st

from lrlab import article, jobs
from lrlab.article import Curve
from lrlab.datasets import DataSet, OwnData, data_set
from lrlab.datasets.catalogue import choices
from lrlab.errors import UserError
from lrlab.links import race as link
from lrlab.links.query import Query, Reading, read, whole
from lrlab.networks import NETWORKS, Dense, network_of_kind
from lrlab.optimizers import OPTIMIZERS, SGD, Adam, Optimizer, optimizer_of_kind
from lrlab.palette import INK, color_of_kind
from lrlab.parameters.kinds import Choice, Kind, Parameter, Switch
from lrlab.parameters.record import Parametrised
from lrlab.runs.controllers import CONTROLLERS, EarlyStopping, ReduceOnPlateau
from lrlab.runs.plan import BATCHES_PER_UPDATE, EPOCHS
from lrlab.runs.spec import BATCH_SIZE, TRAIN_SIZE, VALIDATION_SPLIT, RunSpec
from lrlab.runs.spec import SEED as FIRST_SEED
from lrlab.scene import SHARED_RATE
from lrlab.schedules import Constant, Schedule
from lrlab.store import Store
from lrlab.ui.explore import state
from lrlab.ui.shell import address, visitor
from lrlab.ui.widgets.controls import drop_unknown
from lrlab.ui.widgets.markdown import plain

SOURCE, OTHER_SOURCES, LINK_PROBLEMS = "source", "other_sources", "race_link_problems"
SCHEDULES, CHOSEN_OPTIMIZERS, NETWORK = "schedules", "optimizers", "network"
SEED, SEEDS, TRAIN_IMAGES, SPLIT, DATA_SET = "seed", "seeds", "images", "split", "data"
OWN, OWN_PROBLEM = "own", "own_problem"
SAME_PEAK, PEAK = "same_peak", "peak"
STOP_EARLY, ON_PLATEAU = "stop_early", "on_plateau"
FORM = "form_open"
RACE = "run"  # also the name in links, which are older than races
NEXT_RACE = "next_race"
ADAM = Curve("adam", "Adam", Constant(0.001))
EXPLORE, ARTICLE, TRIAL = "explore", "article", "trial"
SOURCES = {EXPLORE: "Curves on Explore", ARTICLE: "The article's six runs", TRIAL: "Two, to try it"}
CHOSEN = {
    EXPLORE: ["exponential"],
    ARTICLE: ["constant", "compounding", "exponential", "step", "polynomial", ADAM.id],
    TRIAL: ["constant", "exponential"],
}
SHORT_EPOCHS, SHORT_IMAGES = 15, 6_000
ARTICLE_CURVES = {curve.id: curve for curve in article.CURVES}
# Numbers of Explore that a race of its curves shares; another race has its own, under another key.
SHARED: dict[str, tuple[Parameter, int]] = {
    state.EPOCHS: (EPOCHS, article.EPOCHS),
    state.BATCH_SIZE: (BATCH_SIZE, article.BATCH_SIZE),
    state.BATCHES_PER_UPDATE: (BATCHES_PER_UPDATE, 1),
}
MAX_LANES = 12
SEED_COUNT = Parameter(
    "",
    "How many seeds, counted up from the first seed. One seed alone decides nothing.",
    1,
    10,
    (1, 10),
    integer=True,
)
PEAK_RATE = replace(SHARED_RATE, help="The highest rate of every schedule.")


@dataclass(frozen=True)
class Entry:
    """A lane to train: a schedule with its clock, and an optimizer."""

    name: str
    schedule: Schedule
    clock: str
    optimizer: Optimizer


def option_key(kind: str, name: str) -> str:
    """The key under which a parameter of that kind of optimizer, network or controller is kept."""
    return f"option.{kind}.{name}"


def number_key(key: str) -> str:
    """The key of a number that a race shares with Explore if its curves come from there."""
    return key if st.session_state[SOURCE] == EXPLORE else _own_key(key)


def _own_key(key):
    return f"race.{key}"


def _options() -> dict[str, tuple[type[Parametrised], str]]:
    """The parameters of everything listed, each by its key."""
    listed: tuple[type[Parametrised], ...] = (*OPTIMIZERS, *NETWORKS, *CONTROLLERS)
    return {option_key(cls.kind, name): (cls, name) for cls in listed for name in cls.parameters()}


def _usual(source: str) -> dict[str, Any]:
    """Every value of the form with curves from that source, at first: the article's values."""
    own = {_own_key(key): number for key, (_, number) in SHARED.items()}
    short = {_own_key(state.EPOCHS): SHORT_EPOCHS, TRAIN_IMAGES: SHORT_IMAGES} if source == TRIAL else {}
    return {
        SCHEDULES: [*CHOSEN[source]],
        CHOSEN_OPTIMIZERS: [SGD.kind],
        NETWORK: Dense.kind,
        SEED: article.SEED,
        SEEDS: 1,
        TRAIN_IMAGES: article.TRAIN_IMAGES,
        SPLIT: article.VALIDATION_SPLIT,
        DATA_SET: "auto",
        SAME_PEAK: False,
        PEAK: 0.1,
        STOP_EARLY: False,
        ON_PLATEAU: False,
        **own,
        **{key: getattr(cls(), name) for key, (cls, name) in _options().items()},
        **short,
    }


def _kinds() -> dict[str, Kind]:
    """How each value of the form is checked."""
    return {
        SCHEDULES: Choice(tuple(known()), ""),
        CHOSEN_OPTIMIZERS: Choice(tuple(cls.kind for cls in OPTIMIZERS), ""),
        NETWORK: Choice(tuple(cls.kind for cls in NETWORKS), ""),
        SEED: FIRST_SEED,
        SEEDS: SEED_COUNT,
        TRAIN_IMAGES: TRAIN_SIZE,
        SPLIT: VALIDATION_SPLIT,
        DATA_SET: Choice(choices(), ""),
        PEAK: PEAK_RATE,
        **{key: Switch("") for key in (SAME_PEAK, STOP_EARLY, ON_PLATEAU)},
        **{_own_key(key): kind for key, (kind, _) in SHARED.items()},
        **{key: cls.parameters()[name] for key, (cls, name) in _options().items()},
    }


def fill() -> None:
    """Set every value that is not set yet: from the page's link, or else to the usual value."""
    values = st.session_state
    values.setdefault(OWN, None)
    values.setdefault(OWN_PROBLEM, "")
    values.setdefault(OTHER_SOURCES, {})
    if SOURCE in values:
        return
    found = Reading()
    query = found.value(Query(), address.query, instead="The usual values are shown.")
    values[SOURCE] = found.value(EXPLORE, _source, query)
    values.update(link.from_query(query, _usual(values[SOURCE]), _kinds(), found))
    values[LINK_PROBLEMS] = found.problems


def _source(query):
    asked = query.one(SOURCE)
    return EXPLORE if asked is None else Choice(tuple(SOURCES), "").check(SOURCE, asked)


def choose_source(source: str) -> None:
    """Race the curves of that source from now on, with the values that the form had for it last."""
    values, usual = st.session_state, _usual(source)
    if source == values[SOURCE]:
        return
    others = values[OTHER_SOURCES] | {values[SOURCE]: {key: values[key] for key in usual}}
    values.update({OTHER_SOURCES: others, SOURCE: source} | usual | others.get(source, {}))


def choose_schedules(curves: Sequence[str]) -> None:
    """Choose these curves of Explore to train, and no others."""
    fill()
    choose_source(EXPLORE)
    st.session_state[SCHEDULES] = [*curves]
    show_form()


def start_short_race() -> None:
    """Start a race of two of the article's schedules with few epochs and images, and show it."""
    curves = [ARTICLE_CURVES[id] for id in CHOSEN[TRIAL]]
    specs = [
        RunSpec(curve.schedule, curve.clock, epochs=SHORT_EPOCHS, train_images=SHORT_IMAGES)
        for curve in curves
    ]
    begin(visitor.store(), [[(curve.name, spec) for curve, spec in zip(curves, specs, strict=True)]])


def begin(store: Store, seed_groups: Sequence[Sequence[tuple[str, RunSpec]]]) -> None:
    """Queue a race, see that it is trained, and show it from the next run of the script on."""
    choose_race(store.add_race(seed_groups))
    jobs.ensure_worker(store)


def add_schedule(curve: str) -> None:
    """Choose that curve of Explore too, or instead of the curves of another source."""
    choose_source(EXPLORE)
    st.session_state[SCHEDULES] = [*st.session_state[SCHEDULES], curve]


def keep_in_link() -> None:
    """Write the form, the curves of Explore and the race that is shown into the page's address.

    A reload starts a new session, which has nothing else. One's own data set is not in a link.
    """
    values = st.session_state
    race = None if values[FORM] else values.get(RACE)  # a link with a race folds the form
    shown = ((RACE, str(race)),) if race is not None else ()
    address.replace(Query((*form_pairs(), *shown)))


def form_pairs() -> tuple[tuple[str, str], ...]:
    """The form, and the curves of Explore, as pairs of a query."""
    values = st.session_state
    usual = _usual(values[SOURCE])
    if values[DATA_SET] == OWN:
        usual[DATA_SET] = OWN
    form = link.to_query(
        {SOURCE: values[SOURCE]} | {key: values[key] for key in usual}, {SOURCE: EXPLORE} | usual
    )
    return (*read(state.link() or "").pairs, *form.pairs)


def known() -> dict[str, str]:
    """The names of the schedules of the chosen source, and of Adam at its own rate, by id."""
    own = st.session_state.get(SOURCE, EXPLORE) != EXPLORE
    names = {id: curve.name for id, curve in ARTICLE_CURVES.items()} if own else state.names()
    return names | {ADAM.id: ADAM.name}


def recipes() -> dict[str, tuple[str, int]]:
    """The schedules that can be raced, by id: name, and number of the colour."""
    names = known()
    drop_unknown(SCHEDULES, names)
    colors = state.colors() if st.session_state[SOURCE] == EXPLORE else {}
    for id, curve in ARTICLE_CURVES.items():
        colors.setdefault(id, color_of_kind(curve.schedule.kind, curve.clock))
    return {id: (name, INK if id == ADAM.id else colors[id]) for id, name in names.items()}


def _curve(id):
    return state.curve_as_set(id) if st.session_state[SOURCE] == EXPLORE else ARTICLE_CURVES[id]


def data() -> str | OwnData:
    """The chosen data set; raises UserError if it is one's own and none was added yet."""
    chosen = st.session_state[DATA_SET]
    if chosen != OWN:
        return chosen
    if st.session_state[OWN] is None:
        raise UserError("There is no data set of your own yet. Add a .npz file, or choose another data set.")
    return st.session_state[OWN]


def known_data() -> DataSet:
    """What is known of the chosen data set; of the article's, while there is none of one's own."""
    chosen = st.session_state[DATA_SET]
    return data_set(chosen) if chosen != OWN else st.session_state[OWN] or data_set("auto")


def train_images() -> int:
    """How many images to train on: the number that was set, or all of a data set that has fewer."""
    return min(st.session_state[TRAIN_IMAGES], known_data().train)


def add_own(read: Callable[[], OwnData]) -> None:
    """Choose the set of one's own that `read` returns, or keep what is wrong with it for the page."""
    try:
        st.session_state[OWN], st.session_state[OWN_PROBLEM] = read(), ""
    except UserError as error:
        st.session_state[OWN_PROBLEM] = str(error)


def made(cls):
    """A network, an optimizer or a controller of that class, with its current parameters."""
    return cls(**{name: st.session_state[option_key(cls.kind, name)] for name in cls.parameters()})


def optimizers() -> list[Optimizer]:
    """The chosen optimizers, with their current parameters."""
    return [made(type(optimizer_of_kind(kind))) for kind in st.session_state[CHOSEN_OPTIMIZERS]]


def entries() -> list[Entry]:
    """The lanes: every schedule with every optimizer. Adam at its own rate is one lane by itself.

    Raises UserError if there are no lanes or too many, or if a curve's values do not fit together.
    """
    found, chosen = [], optimizers()
    for id in st.session_state[SCHEDULES]:
        if id == ADAM.id:
            name = ADAM.name if [*known().values()].count(ADAM.name) == 1 else f"{ADAM.name}, constant rate"
            found.append(Entry(name, ADAM.schedule, ADAM.clock, Adam()))
            continue
        found += entries_of(_curve(id), chosen)
    if not found:
        raise UserError("There is nothing to train. Choose at least one schedule and one optimizer.")
    if len(found) > MAX_LANES:
        raise UserError(
            f"A race has at most {MAX_LANES} lanes, but you chose {len(found)}: every schedule runs with "
            "every optimizer. Choose fewer schedules or optimizers."
        )
    return found


def entries_of(curve: Curve, chosen: Sequence[Optimizer]) -> list[Entry]:
    """A curve with each of these optimizers."""
    several = len(chosen) > 1
    return [
        Entry(f"{curve.name} · {each.title}" if several else curve.name, curve.schedule, curve.clock, each)
        for each in chosen
    ]


def seed_groups() -> list[list[tuple[str, RunSpec]]]:
    """The race that the controls describe: for each seed the name and spec of every lane.

    Raises UserError if the race cannot be trained.
    """
    values = st.session_state
    first = values[SEED]
    return [[_run(entry, first + more) for entry in entries()] for more in range(values[SEEDS])]


def _run(entry, seed):
    values = st.session_state
    spec = replace(
        spec_of(entry, values[number_key(state.EPOCHS)]),
        seed=seed,
        early_stopping=made(EarlyStopping) if values[STOP_EARLY] else None,
        plateau=made(ReduceOnPlateau) if values[ON_PLATEAU] else None,
    )
    return entry.name, spec.with_peak(values[PEAK]) if values[SAME_PEAK] else spec


def spec_of(entry: Entry, epochs: int) -> RunSpec:
    """The first run of a lane on the chosen network and images, without early stopping or plateau."""
    values = st.session_state
    return RunSpec(
        schedule=entry.schedule,
        clock=entry.clock,
        optimizer=entry.optimizer,
        epochs=epochs,
        batch_size=values[number_key(state.BATCH_SIZE)],
        batches_per_update=values[number_key(state.BATCHES_PER_UPDATE)],
        seed=values[SEED],
        train_images=train_images(),
        validation_split=values[SPLIT],
        data=data(),
        network=made(type(network_of_kind(values[NETWORK]))),
    )


def choose_race(race: int) -> None:
    """Show that race from the next run of the script on; it has the screen for itself."""
    st.session_state[NEXT_RACE] = race  # the list of races may be on the page already
    st.session_state[FORM] = False


def form_is_open(busy: bool) -> bool:
    """Whether the form is shown. At first it is not if a link names a race, or if the race is `busy`."""
    values = st.session_state
    if FORM not in values:
        values[FORM] = not (busy or address.query().texts(RACE))
    return values[FORM]


def show_form(shown: bool = True) -> None:
    """Show the form, or fold it."""
    st.session_state[FORM] = shown


def chosen_race(races: list[int], race_of) -> int | None:
    """The race to show: the chosen one, the link's, or else the newest of one's own `races`, newest first.

    `race_of` gives the race of a run, or None: a link may name any run of a race, also of another visitor's.
    """
    if NEXT_RACE in st.session_state:
        st.session_state[RACE] = st.session_state.pop(NEXT_RACE)
    shown = st.session_state.get(RACE)
    if shown not in races and (shown is None or race_of(shown) != shown):
        race = next(iter(races), None)
        try:
            race = _linked(race_of) or race
        except UserError as error:
            said = plain(str(error))
            st.warning(f"{said} The newest run is shown." if races else said)
        st.session_state[RACE] = race
    return st.session_state[RACE]


def _linked(race_of):
    asked = address.query().one(RACE)
    if not asked:
        return None
    run = whole(asked)
    race = None if run is None else race_of(run)
    if race is None:
        raise UserError(f"The link asks for run {asked!r:.40}, which does not exist here.")
    return race
