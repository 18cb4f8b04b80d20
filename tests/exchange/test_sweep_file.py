"""A sweep as a TOML file: what it says, and what is wrong in it."""

import pytest
from hypothesis import given, reject
from hypothesis import strategies as st

from lrlab.article import name_of
from lrlab.datasets.own import OwnData
from lrlab.errors import UserError
from lrlab.exchange.sweep_file import EXAMPLE, read_sweep, write_sweep
from lrlab.networks import Convolutional, Dense
from lrlab.optimizers import SGD, Adam, Lion, Momentum
from lrlab.runs.controllers import EarlyStopping, ReduceOnPlateau
from lrlab.runs.plan import CLOCKS
from lrlab.runs.spec import RunSpec
from lrlab.runs.sweep import Candidate, Sweep, grid
from lrlab.schedules import (
    SCHEDULES,
    Constant,
    Cooldown,
    CosineDecay,
    StepDecay,
    Warmup,
    WarmupStableDecay,
)
from tests.schedules.test_catalogue import schedules

REST = "\nseeds = [1]\npeaks = [0.1]\n"


def test_the_example_is_a_sweep():
    sweep = read_sweep(EXAMPLE)
    assert {each.peaks for each in sweep.candidates} == {(0.01, 0.0316, 0.1, 0.316, 1.0)}
    assert sweep.seeds == (1, 2, 3)
    assert tuple(each[:2] for each in sweep.candidates) == (
        ("Constant", RunSpec(Constant(), epochs=15)),
        ("Step", RunSpec(StepDecay(drop_rate=0.5, drop_every=5), epochs=15)),
        ("Cosine after a warm-up", RunSpec(Warmup(CosineDecay(), 250), "step", epochs=15)),
    )


def test_kinds_may_be_words_or_tables_and_each_optimizer_makes_a_lane():
    sweep = read_sweep(
        'schedules = ["constant"]\noptimizers = ["sgd", { kind = "momentum", momentum = 0.8 }]\n'
        'network = { kind = "dense", widths = [32] }\ndata = "synthetic"\nclock = "step"' + REST
    )
    assert [name for name, *_ in sweep.candidates] == ["Constant, SGD", f"Constant, {Momentum.title}"]
    assert [spec.optimizer for _, spec, _ in sweep.candidates] == [SGD(), Momentum(0.8)]
    assert {(spec.network, spec.data, spec.clock) for _, spec, _ in sweep.candidates} == {
        (Dense((32,)), "synthetic", "step")
    }


def test_another_optimizer_may_have_peaks_of_its_own():
    sweep = read_sweep(
        'schedules = ["constant", { kind = "step", optimizers = ["momentum"] }]\n'
        'optimizers = ["sgd", { kind = "adam", peaks = { from = 0.001, to = 0.1, points = 3 } }]' + REST
    )
    assert [(name, spec.optimizer, peaks) for name, spec, peaks in sweep.candidates] == [
        ("Constant, SGD", SGD(), (0.1,)),
        ("Constant, Adam", Adam(), (0.001, 0.01, 0.1)),
        ("Step", Momentum(), (0.1,)),
    ]


def test_a_schedule_keeps_a_warm_up_and_a_cool_down_of_its_own():
    tables = '{ kind = "wsd", warmup = 2, cooldown = 3 }, { kind = "cosine", warmup = 2, cooldown = 3 }'
    wsd, cosine = (spec.schedule for _, spec, _ in read_sweep(f"schedules = [{tables}]" + REST).candidates)
    assert wsd == WarmupStableDecay(warmup=2, cooldown=3)
    assert cosine == Warmup(Cooldown(CosineDecay(), 3), 2)


def test_what_a_file_leaves_out_is_as_in_train():
    data = f'digest = "{"0" * 64}", title = "d", shape = [4], classes = 2, train = 500, test = 50'
    sweep = read_sweep(f'data = {{ {data}, dtype = "float32" }}\nschedules = ["constant"]' + REST)
    assert sweep.candidates[0].spec.train_images == 500


NAMES = st.text(st.characters(exclude_categories=["Cs"]), min_size=1).map(str.strip).filter(bool)
OPTIMIZERS_TRIED = st.sampled_from([SGD(), Momentum(0.8), Momentum(), Adam(), Lion()])
SHAPES = st.sampled_from(SCHEDULES).flatmap(schedules) | st.sampled_from(SCHEDULES).map(lambda cls: cls())
PEAKS = st.just(grid(0.001, 1, 7)) | st.lists(st.floats(1e-3, 1), min_size=1, max_size=4, unique=True).map(
    tuple
)
SETTINGS = st.fixed_dictionaries(
    {},
    optional={
        "epochs": st.integers(60, 90),
        "batch_size": st.integers(1, 80),
        "batches_per_update": st.integers(1, 3),
        "validation_split": st.sampled_from([0.1, 0.5]),
        "train_images": st.integers(200, 500),
        "data": st.sampled_from(
            ["mnist", "synthetic", OwnData("ab" * 32, 'my "best"\\.npz', (28, 28, 1), 10, 500, 50)]
        ),
        "network": st.sampled_from([Dense((3,), dropout=0.1), Convolutional()]),
        "early_stopping": st.just(EarlyStopping(patience=3)),
        "plateau": st.sampled_from([ReduceOnPlateau(), ReduceOnPlateau(factor=0.25)]),
    },
)


def slow_warmup(schedule, length):
    return Warmup(schedule, length, shape="cosine")


@st.composite
def shapes(draw):
    shape = draw(SHAPES)
    for wrapper in draw(st.lists(st.sampled_from([Warmup, Cooldown, slow_warmup]), max_size=2)):
        shape = wrapper(shape, draw(st.integers(1, 9)))
    return shape


@st.composite
def sweeps(draw):
    """Sweeps with schedules x optimizers, and with schedules that have an optimizer of their own."""
    settings = draw(SETTINGS)
    optimizers = draw(st.lists(st.tuples(OPTIMIZERS_TRIED, PEAKS), min_size=1, max_size=3))
    candidates = []
    for name in draw(st.lists(NAMES | st.none(), min_size=1, max_size=4)):
        shape, clock = draw(shapes()), draw(st.sampled_from(CLOCKS))
        own = draw(st.just(optimizers) | st.tuples(st.tuples(OPTIMIZERS_TRIED, PEAKS)))
        for optimizer, peaks in own:
            base = name or name_of(type(shape), getattr(shape, "power", None))
            try:
                spec = RunSpec(shape, clock, optimizer, **settings)
            except UserError:
                reject()  # the schedule does not fit into the run
            title = base if len(own) == 1 else f"{base}, {optimizer.title}"
            candidates.append(Candidate(title, spec, peaks))
    try:
        return Sweep(tuple(candidates), draw(st.just((1, 2)) | st.just((2**32 - 1,))))
    except UserError:
        reject()


@given(sweeps())
def test_a_sweep_is_read_as_it_was_written(sweep):
    assert read_sweep(write_sweep(sweep)) == sweep


def test_the_example_is_written_in_its_shortest_form():
    text = write_sweep(read_sweep(EXAMPLE))
    assert text == (
        "epochs = 15\nseeds = [1, 2, 3]\npeaks = { from = 0.01, to = 1.0, points = 5 }\n"
        '\n[[schedules]]\nkind = "constant"\n'
        '\n[[schedules]]\nkind = "step"\ndrop_rate = 0.5\ndrop_every = 5\n'
        '\n[[schedules]]\nname = "Cosine after a warm-up"\nkind = "cosine"\nwarmup = 250\nclock = "step"\n'
    )
    several = 'schedules = ["constant", "step"]\n'
    several = (
        f'seeds = [1]\npeaks = [0.1]\noptimizers = ["sgd", {{ kind = "adam", peaks = [0.01] }}]\n{several}'
    )
    assert write_sweep(read_sweep(several)) == several


def test_a_sweep_with_several_settings_has_no_file():
    each = [Candidate(str(n), RunSpec(epochs=n), (0.1,)) for n in (1, 2)]
    with pytest.raises(UserError, match="same settings for all schedules"):
        write_sweep(Sweep(tuple(each), (1,)))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("epochs", "The sweep is not a TOML file"),
        ("epoch = 3", "A sweep has no key 'epoch'. Its keys are: schedules,"),
        ("schedules = 'step'" + REST, "schedules must be a list, but it is 'step'."),
        ("schedules = [3]" + REST, "Schedule 1 must be a kind or a table with a kind, but it is 3."),
        ("schedules = ['nope']" + REST, "schedule must be one of constant,"),
        (
            "schedules = [{drop_rate = 0.5}]" + REST,
            "Schedule 1 must be a kind or a table with a kind, but it is {",
        ),
        ("schedules = [{kind = 'step', drop = 1}]" + REST, "drop"),
        (
            "schedules = [{kind = 'step', name = 3}]" + REST,
            "The name of a schedule must be a text, but it is 3.",
        ),
        ("schedules = ['step']\noptimizers = ['fast']" + REST, "optimizer must be one of"),
        ("schedules = ['step']\nepochs = 0" + REST, "epochs must be a whole number from 1 to 1,000"),
        (
            "schedules = ['step']\nseeds = [1]\npeaks = [-0.1]",
            "A rate must be a number above 0, but -0.1 is under peaks.",
        ),
        ("schedules = ['step']\nseeds = [1.5]\npeaks = [0.1]", "a seed must be a whole number"),
        (
            "schedules = ['step']\nseeds = [1]\npeaks = {from = 1}",
            "needs from, to, points, but to is missing.",
        ),
        (
            "schedules = ['step']\nseeds = [1]\npeaks = {from = 1, to = 0.1, points = 3}",
            "The peak rates must go up, but they go from 1 to 0.1.",
        ),
        ("seeds = [1]\npeaks = [0.1]", "A sweep needs at least one schedule, but there is none."),
        (
            "schedules = ['step']\nseeds = [1]\npeaks = []",
            "A sweep needs at least one peak rate",
        ),
        ("schedules = ['step']\nseeds = [1]", "A sweep needs at least one peak rate, but there is none."),
        ("schedules = ['step']\noptimizers = []" + REST, "At least one optimizer is needed, but the list"),
        (
            "schedules = ['step']\noptimizers = [{kind = 'adam', peaks = []}]" + REST,
            "A sweep needs at least one peak rate, but there is none.",
        ),
        (
            "schedules = ['step']\noptimizers = [{kind = 'adam', peak = 1}]" + REST,
            "The optimizer adam has no parameter 'peak'.",
        ),
        ("schedules = ['step']\nseeds = [1]\npeaks = [inf]", "A rate must be a number above 0, but inf is"),
        (f"schedules = ['step']\nseeds = [1]\npeaks = [1{'0' * 400}]", "A rate must be a number above 0"),
        (
            "schedules = ['step']\nseeds = [1]\npeaks = {from = 0.1, to = 1, points = 0}",
            "points must be a whole number from 2 to 2,000, but it is 0.",
        ),
        (
            f"schedules = ['step']\npeaks = {{from = 0.001, to = 1, points = 500}}\nseeds = {[*range(5)]}",
            "A sweep has at most 2,000 runs, but 1 schedules with 500 peak rates in all x 5 seeds are 2,500.",
        ),
        (
            "schedules = ['constant']\nseeds = [1]\npeaks = {from = 1e4, to = 1e6, points = 3}",
            "No peak rate of this sweep fits Constant: initial_lr must be a number from 1e-08 to 100",
        ),
        ("x = " + 5000 * "[", "The sweep is not a TOML file"),
        ("x = " + 5000 * "1", "The sweep is not a TOML file"),
    ],
)
def test_what_is_wrong_in_a_file_is_said(text, message):
    with pytest.raises(UserError) as caught:
        read_sweep(text)
    assert message in str(caught.value)
