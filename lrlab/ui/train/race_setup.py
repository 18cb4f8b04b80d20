"""What a visitor has set on Train: the only place that knows these keys of the session state."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import streamlit as st

from lrlab import article, jobs
from lrlab.article import Curve
from lrlab.datasets import DataSet, OwnData, data_set
from lrlab.errors import UserError
from lrlab.links.query import whole
from lrlab.networks import NETWORKS, Dense, network_of_kind
from lrlab.optimizers import OPTIMIZERS, SGD, Adam, Optimizer, optimizer_of_kind
from lrlab.parameters.kinds import Parameter
from lrlab.parameters.record import Parametrised
from lrlab.runs.controllers import CONTROLLERS, EarlyStopping, ReduceOnPlateau
from lrlab.runs.spec import RunSpec
from lrlab.runs.summary import summary
from lrlab.scene import SHARED_RATE
from lrlab.schedules import Constant, Schedule
from lrlab.store import Store
from lrlab.ui.explore import state
from lrlab.ui.shell import address
from lrlab.ui.widgets.markdown import plain

SCHEDULES, CHOSEN_OPTIMIZERS, NETWORK = "schedules", "optimizers", "network"
SEED, SEEDS, TRAIN_IMAGES, SPLIT, DATA_SET = "seed", "seeds", "images", "split", "data"
OWN, OWN_PROBLEM = "own", "own_problem"
SAME_PEAK, PEAK = "same_peak", "peak"
STOP_EARLY, ON_PLATEAU = "stop_early", "on_plateau"
RACE = "run"  # also the name in links, which are older than races
ADAM = Curve("adam", "Adam", Constant(0.001))
ARTICLE_LANES = ("constant", "compounding", "exponential", "step", "polynomial", ADAM.id)
MAX_LANES = 12
SHORT_RACE, SHORT_EPOCHS, SHORT_IMAGES = ("constant", "exponential"), 15, 6_000
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


def fill() -> None:
    """Set every value that is not set yet to the article's value."""
    kinds: tuple[type[Parametrised], ...] = (*OPTIMIZERS, *NETWORKS, *CONTROLLERS)
    values = {
        SCHEDULES: ["exponential"],
        CHOSEN_OPTIMIZERS: [SGD.kind],
        NETWORK: Dense.kind,
        SEED: article.SEED,
        SEEDS: 1,
        TRAIN_IMAGES: article.TRAIN_IMAGES,
        SPLIT: article.VALIDATION_SPLIT,
        DATA_SET: "auto",
        OWN: None,
        OWN_PROBLEM: "",
        SAME_PEAK: False,
        PEAK: 0.1,
        STOP_EARLY: False,
        ON_PLATEAU: False,
    } | {option_key(cls.kind, name): getattr(cls(), name) for cls in kinds for name in cls.parameters()}
    for key, value in values.items():
        st.session_state.setdefault(key, value)


def choose_article() -> None:
    """Set everything, the curves of Explore too, to the article's six runs on one split."""
    state.reset()
    for key in (NETWORK, SEED, SEEDS, TRAIN_IMAGES, SPLIT, DATA_SET, SAME_PEAK, PEAK, STOP_EARLY, ON_PLATEAU):
        st.session_state.pop(key, None)
    st.session_state[SCHEDULES], st.session_state[CHOSEN_OPTIMIZERS] = [*ARTICLE_LANES], [SGD.kind]
    for key in [key for key in st.session_state if str(key).startswith("option.")]:
        del st.session_state[key]
    fill()


def choose_schedules(curves: Sequence[str]) -> None:
    """Choose these curves of Explore to train, and no others."""
    st.session_state[SCHEDULES] = [*curves]


def start_short_race() -> None:
    """Start a race of two of the article's schedules with few epochs and images, and show it."""
    curves = [curve for curve in article.CURVES if curve.id in SHORT_RACE]
    specs = [
        RunSpec(curve.schedule, curve.clock, epochs=SHORT_EPOCHS, train_images=SHORT_IMAGES)
        for curve in curves
    ]
    store = Store()
    choose_race(store.add_race([[(curve.name, spec) for curve, spec in zip(curves, specs, strict=True)]]))
    jobs.ensure_worker(store)


def recipes() -> dict[str, str]:
    """The schedules that can be raced, by id: the curves of Explore, and Adam at its own rate."""
    known = state.names() | {ADAM.id: ADAM.name}
    st.session_state[SCHEDULES] = [id for id in st.session_state[SCHEDULES] if id in known]
    return known


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
            name = ADAM.name if ADAM.name not in state.names().values() else f"{ADAM.name}, constant rate"
            found.append(Entry(name, ADAM.schedule, ADAM.clock, Adam()))
            continue
        curve = state.curve_as_set(id)
        for optimizer in chosen:
            name = f"{curve.name} · {optimizer.title}" if len(chosen) > 1 else curve.name
            found.append(Entry(name, curve.schedule, curve.clock, optimizer))
    if not found:
        raise UserError("There is nothing to train. Choose at least one schedule and one optimizer.")
    if len(found) > MAX_LANES:
        raise UserError(
            f"A race has at most {MAX_LANES} lanes, but you chose {len(found)}: every schedule runs with "
            "every optimizer. Choose fewer schedules or optimizers."
        )
    return found


def seed_groups() -> list[list[tuple[str, RunSpec]]]:
    """The race that the controls describe: for each seed the name and spec of every lane.

    Raises UserError if the race cannot be trained.
    """
    values = st.session_state
    first = values[SEED]
    return [[_run(entry, first + more) for entry in entries()] for more in range(values[SEEDS])]


def _run(entry, seed):
    values = st.session_state
    spec = RunSpec(
        schedule=entry.schedule,
        clock=entry.clock,
        optimizer=entry.optimizer,
        epochs=values[state.EPOCHS],
        batch_size=values[state.BATCH_SIZE],
        batches_per_update=values[state.BATCHES_PER_UPDATE],
        seed=seed,
        train_images=train_images(),
        validation_split=values[SPLIT],
        data=data(),
        network=made(type(network_of_kind(values[NETWORK]))),
        early_stopping=made(EarlyStopping) if values[STOP_EARLY] else None,
        plateau=made(ReduceOnPlateau) if values[ON_PLATEAU] else None,
    )
    return entry.name, with_peak(spec, values[PEAK]) if values[SAME_PEAK] else spec


def with_peak(spec: RunSpec, peak: float) -> RunSpec:
    """The same run with all of its rates scaled so that the highest is `peak`."""
    top = summary(spec.plan).peak
    if not top > 0:
        raise UserError(f"A schedule whose highest rate is {top:g} cannot be scaled to a peak of {peak:g}.")
    return replace(spec, schedule=spec.schedule.scaled(peak / top))


def choose_race(race: int) -> None:
    """Show that race from now on, and in the page's link."""
    st.session_state[RACE] = race
    address.put(RACE, str(race))


def chosen_race(races: list[int], race_of) -> int | None:
    """The race to show out of `races`, newest first: the chosen one, the link's, or else the newest.

    `race_of` gives the race of a run, or None: a link may name any run of a race.
    """
    if st.session_state.get(RACE) not in races:
        race = next(iter(races), None)
        try:
            race = _linked(races, race_of) or race
        except UserError as error:
            st.warning(f"{plain(str(error))} The newest run is shown.")
        st.session_state[RACE] = race
    race = st.session_state[RACE]
    if race is not None:
        address.put(RACE, str(race))
    return race


def _linked(races, race_of):
    asked = address.query().one(RACE)
    if not asked:
        return None
    run = whole(asked)
    race = None if run is None else race_of(run)
    if race not in races:
        raise UserError(f"The link asks for run {asked!r:.40}, which does not exist here.")
    return race
