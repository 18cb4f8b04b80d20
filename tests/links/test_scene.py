"""Links: what goes in comes out, and whatever else comes in is said to be wrong and does nothing."""

import json
import random
import time
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lrlab.article import Curve
from lrlab.errors import UserError
from lrlab.links.query import read
from lrlab.links.scene import from_query, to_query
from lrlab.palette import CHOICES
from lrlab.runs.plan import CLOCKS, Plan
from lrlab.scene import AXES, MAX_CURVES, Scene
from lrlab.schedules import (
    SCHEDULES,
    Constant,
    Cooldown,
    CosineDecay,
    ExponentialDecay,
    PiecewiseConstant,
    Warmup,
)
from lrlab.text import one_line
from tests.fixtures.write import COMMITS, some_rates
from tests.schedules.test_catalogue import schedules

RENAMED = {"steps_per_epoch": "batches_per_epoch"}  # of a scene, by older versions


def written(scene):
    """The query of the link to a scene, as text."""
    return str(to_query(scene))


def opened(query):
    """The scene that a query opens, given as text, if nothing in it is wrong."""
    scene, problems = from_query(read(query))
    assert problems == ()
    return scene


names = st.text(max_size=40).map(one_line).filter(bool)


@st.composite
def curves(draw):
    """Curves of any kind and look, with a warm-up and a cool-down or without."""
    schedule = draw(schedules(draw(st.sampled_from(SCHEDULES))))
    if draw(st.booleans()):
        schedule = Cooldown(schedule, draw(st.integers(1, 99)), draw(st.floats(0, 10)), "1-sqrt")
    if draw(st.booleans()):
        shape = draw(st.sampled_from(("linear", "exponential")))
        schedule = Warmup(schedule, draw(st.integers(1, 99)), draw(st.floats(1e-9, 10)), shape)
    clock = draw(st.sampled_from(CLOCKS))
    return Curve(
        "", draw(names), schedule, clock, draw(st.none() | st.integers(0, CHOICES - 1)), draw(st.booleans())
    )


scenes = st.builds(
    Scene,
    curves=st.lists(curves(), max_size=6, unique_by=lambda curve: curve.name).map(tuple),
    epochs=st.integers(1, 1000),
    batches_per_epoch=st.integers(1, 60_000),
    batches_per_update=st.integers(1, 10_000),
    batch_size=st.integers(1, 60_000),
    axis=st.sampled_from(AXES),
    log=st.booleans(),
    shared_lr=st.none() | st.floats(1e-8, 10),
    at_epochs=st.lists(st.integers(0, 1000), max_size=20).map(tuple),
)


@given(scenes)
def test_a_scene_comes_back_the_same(scene):
    back = opened(written(scene))
    assert back == scene
    assert len({curve.id for curve in back.curves}) == len(back.curves)


def test_curves_without_a_name_are_called_by_their_schedules():
    scene = opened("?c=polynomial&c=polynomial~~2&c=linear&c=time-based-compounding&c=step~_nLinear+(2)")
    names = ["Linear", "Polynomial, power 2", "Linear (2)", "Time-based as coded", "Linear (2) (2)"]
    assert [curve.name for curve in scene.curves] == names
    assert [curve.color for curve in scene.curves] == [None] * 5


def test_the_longest_scene_comes_back_the_same():
    rates, boundaries = [10 / 3 - n / 30 for n in range(20)], [100 / 3 + n / 30 for n in range(19)]
    schedule = Warmup(Cooldown(PiecewiseConstant(tuple(rates), tuple(boundaries)), 90, 1 / 3), 90, 1 / 3)
    emoji = "\N{GRINNING FACE}" * 38
    all_curves = tuple(Curve("", f"{emoji}{n:02}", schedule, "smooth", 20 - n, False) for n in range(20))
    scene = Scene(all_curves, 999, 5_999, 59_999, "image", True, 1 / 3, tuple(range(980, 1000)))
    assert opened(written(scene)) == scene


def test_the_articles_scene_needs_no_query():
    assert written(Scene()) == ""
    assert opened("") == opened("?run=3&embed=true") == Scene()


def test_links_are_short_and_can_be_read():
    scene = Scene(
        (
            Curve("", "Cosine decay", Warmup(CosineDecay(0.2), 5), "smooth"),
            Curve("", "mine", ExponentialDecay(0.5, 0.2), color=3, shown=False),
        ),
        epochs=30,
    )
    assert written(scene) == "?e=30&c=cosine~0.2~_w~_csmooth&c=exponential~~0.2~_k3~_h~_nmine"
    assert len(written(replace(Scene(), epochs=7, log=True))) < 12
    steeper = replace(Scene().curves[5], schedule=ExponentialDecay(0.5, 0.2))
    moved = replace(Scene(), curves=(*Scene().curves[:5], steeper, Scene().curves[6]))
    assert written(moved) == (
        "?c=constant&c=keras-decay&c=polynomial&c=time-based&c=compounding&c=exponential~~0.2&c=step"
    )


def test_a_scene_without_curves_has_a_link():
    assert opened(written(Scene(()))) == Scene(())


WRONG = [
    ("e=0", "epochs must be a whole number from 1 to 1,000, but it is 0. Instead, 100 is used."),
    ("e=1e3", "the link says '1e3'"),
    ("e=5&e=6", "more than once"),
    ("x=parsec", "the time axis must be one of epoch, step, image"),
    ("l=yes", "axis must be 0 or 1, but the link says 'yes'. Instead, off is used."),
    ("r=nan", "must be a number from 1e-08 to 100, but it is nan. Instead, none is used."),
    ("t=5_x", "each of the epochs in numbers must be a whole number, but the link says 'x'"),
    ("c=cosinus", "Curve 2: schedule must be one of constant, polynomial"),
    ("c=warm-up", "wraps another schedule"),
    ("c=step~0.5~20", "drop rate must be a number from 1e-06 to 10, but it is 20.0. Instead, 0.8 is used."),
    ("c=step~a", "initial lr must be a number, but it is 'a'. Instead, 0.5 is used."),
    ("c=step~1~1~1~1", "step has 3 parameters, but the link gives 4. The others are left out."),
    ("c=step~_zap", "'_zap', but there is no such mark. It is left out."),
    ("c=step~_cnoon", "clock must be one of epoch, step, smooth, but it is 'noon'"),
    ("c=step~_k99", "color must be a whole number from 0 to 29"),
    (
        "c=step~_w-5",
        "warmup must be a whole number from 1 to 10,000,000, but it is -5.0. Instead, 5 is used.",
    ),
    ("c=step~_n" + "a" * 41, "1 to 40 printable characters"),
    ("c=step~_na%e2%80%ae", "1 to 40 printable characters"),
    ("c=step~_n%c2%ad", "1 to 40 printable characters"),
    ("c=step~_n%c2%a0a", "no spaces around it, but it is ' a'. Instead, Step is used."),
    ("c=piecewise~0.1_0.2~3_4", "one rate more than boundaries, but it has 2 rates and 2 boundaries."),
]


@pytest.mark.parametrize(("part", "wrong"), WRONG)
def test_what_is_wrong_is_said_and_the_rest_is_used(part, wrong):
    scene, problems = from_query(read(f"?c=cosine~0.3~_nmine&s=777&{part}"))
    assert len(problems) == 1
    assert wrong in problems[0]
    assert scene.batches_per_epoch == 777
    assert scene.curves[0] == Curve("", "mine", CosineDecay(0.3))


def test_every_wrong_value_is_named():
    scene, problems = from_query(read("?e=0&c=step~0.3~20~_cnoon~_n%c2%ad&c=cosinus&c=step~0.2~_zap"))
    assert [problem.partition(" must")[0] for problem in problems[:5]] == [
        *("epochs", "Curve 1: drop rate", "Curve 1: clock", "Curve 1: A curve's name", "Curve 2: schedule")
    ]
    assert len(problems) == 6
    assert [(curve.name, curve.schedule.initial_lr) for curve in scene.curves] == [
        ("Step", 0.3),
        ("Step (2)", 0.2),
    ]


def test_a_link_without_a_curve_that_can_be_read_shows_the_articles():
    scene, problems = from_query(read("?c=cosinus&e=30"))
    assert scene == Scene(epochs=30)
    assert problems[1] == "No curve in this link can be read. The article's curves are shown."


def test_curves_of_one_name_are_numbered():
    scene = opened("?c=step&c=step~_na%c2%a0b&c=step~_na+b&c=step")
    assert [curve.name for curve in scene.curves] == ["Step", "a b", "a b (2)", "Step (2)"]


def test_a_link_has_a_limited_number_of_curves():
    scene, problems = from_query(read("?" + "&".join(["c=step"] * (MAX_CURVES + 1))))
    assert len(scene.curves) == MAX_CURVES
    assert problems == ("A link can have at most 20 curves, but this one has 21. The others are left out.",)


@pytest.mark.parametrize(
    ("query", "wrong"),
    [("?e=" + "9" * 41_000, "at most 40,000 characters"), ("?c=%ff%fe", "cannot be read")],
)
def test_what_cannot_be_read_at_all_is_refused(query, wrong):
    with pytest.raises(UserError, match=wrong):
        read(query)


HOSTILE = [
    *(
        f"?{name}={value}"
        for name in "esbxlrtc"
        for value in (
            "",
            "-1",
            "0x10",
            "1e999",
            "nan",
            "-inf",
            "None",
            "[]",
            "{}",
            "__import__('os').system('id')",
            "%00",
            "<script>alert(1)</script>",
            "../../etc/passwd",
            "' OR 1=1 --",
            "٣",
            "²",
            "𝟙",
            "1" * 39_000,
            "~" * 39_000,
            "_" * 39_000,
            "step~" * 7_800,
        )
    ),
    *(
        f"?c={kind}~{'~'.join([value] * count)}"
        for kind in ("step", "piecewise", "formula")
        for value in ("nan", "1e400", "__class__", "_w_w", "_n", "%f0%9f%98%80")
        for count in (1, 2, 9)
    ),
]


def outcome(query):
    """The scene, or None where the link was refused; and the seconds of the processor that it took."""
    began = time.thread_time()
    try:
        scene, _ = from_query(read(query))
    except UserError:
        scene = None
    return scene, time.thread_time() - began


@pytest.mark.slow
def test_hostile_links_mean_something_and_never_hang():
    assert len(HOSTILE) >= 200
    chance = random.Random(9125)
    pieces = (
        *("?", "&", "=", "~", "_", "c=", "e=", "%", "_w", "_d", "_n", "_k", "1", "0.5", "-", "step"),
        *("cosine", "formula", "wsd", "linear", "é", "\x00", "\ud800", " ", "+", "t", "(", ")", "**", "9"),
    )
    good = written(Scene((Curve("", "a", Warmup(Cooldown(Constant()), 3), "step"),), 30, log=True))

    def any_link():
        if chance.random() < 0.5:
            return "?" + "".join(chance.choices(pieces, k=chance.randrange(60)))
        at = chance.randrange(len(good))
        return good[:at] + chance.choice(pieces) + good[at + chance.randrange(3) :]

    opened(good)
    for query in [*HOSTILE, *(any_link() for _ in range(10_000))]:
        scene, seconds = outcome(query)
        if seconds > 0.05:  # once more, in case garbage was collected
            scene, seconds = outcome(query)
        assert seconds < 0.05, query
        assert scene is None or opened(written(scene)) == scene, query


OWN_NAMES = {curve.name for curve in Scene().curves} | {schedule.title for schedule in SCHEDULES}


@pytest.mark.parametrize("version", COMMITS)
def test_links_of_older_versions_open_the_same_scene(version):
    file = Path(__file__).parents[1] / "fixtures" / f"version_{version}" / "links.json"
    links = json.loads(file.read_text(encoding="utf-8"))
    assert len(links) > len(SCHEDULES)
    for link in links:
        query, curves = link.pop("query"), link.pop("curves")
        scene = opened(query)
        for name, value in link.items():
            found = getattr(scene, RENAMED.get(name, name))
            assert (list(found) if isinstance(found, tuple) else found) == value, name
        assert len(scene.curves) == len(curves)
        texts = read(query).texts("c") or [""] * len(curves)
        for curve, old, text in zip(scene.curves, curves, texts if texts != ("",) else (), strict=True):
            assert (curve.clock, curve.shown) == (old["clock"], old["shown"])
            # Where the link gives no name and no colour, the schedule now has its own.
            assert curve.name == old["name"] if "~_n" in text else curve.name in OWN_NAMES
            assert curve.color == (old["color"] if "~_k" in text else None)
            assert json.loads(json.dumps(curve.schedule.to_dict())) == old["schedule"]
            plan = Plan(curve.schedule, scene.epochs, scene.batches_per_epoch, curve.clock)
            assert some_rates(plan) == pytest.approx(old["rates"], rel=1e-12, abs=0)
