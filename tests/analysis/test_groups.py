"""What belongs together: seeds of one recipe, and never runs on other images."""

from dataclasses import replace

from lrlab.analysis import Basis, bases, basis, gathered, groups, unique
from lrlab.runs.result import Result
from lrlab.runs.spec import RunSpec
from lrlab.schedules import Constant


def result(name="A", seed=1, lr=0.1, data="fashion-mnist", **kwargs):
    spec = RunSpec(Constant(lr), seed=seed, data=data, **kwargs)
    return Result(name, (), spec, data=data)


def test_seeds_of_one_recipe_are_one_group():
    results = {1: result(seed=1), 2: result("B", lr=0.2), 3: result(seed=2)}
    assert [(group.name, group.ids) for group in groups(results, True)] == [("A", (1, 3)), ("B", (2,))]
    assert [group.ids for group in groups(results, False)] == [(1,), (2,), (3,)]


def test_other_data_a_manual_rate_and_unknown_recipes_stay_alone():
    results = {
        1: result(),
        2: result(data="synthetic"),
        3: replace(result(seed=2), has_manual_rate=True),
        4: Result("A", ()),
        5: Result("A", ()),
    }
    assert [group.ids for group in groups(results, True)] == [(1,), (2,), (3,), (4,), (5,)]


def test_every_group_has_a_name_of_its_own():
    results = {1: result(seed=1), 2: result(seed=2), 3: Result("A", ()), 4: Result("A", ())}
    names = [group.name for group in groups(results, False)]
    assert names == ["A, seed 1", "A, seed 2", "A", "A (2)"]
    names = [group.name for group in groups({n: result("B", seed=1) for n in range(3)}, False)]
    assert names == ["B, seed 1", "B, seed 1 (2)", "B, seed 1 (3)"]


def test_only_runs_on_the_same_images_can_be_ranked():
    results = {
        1: result(),
        2: result("B", lr=0.2, epochs=3),
        3: result("Split", validation_split=0.3),
        4: result("More", train_images=30_000),
        5: result("Drawn", data="synthetic"),
        6: Result("From elsewhere", ()),
    }
    found = bases(groups(results, True))
    assert [[group.name for group in members] for members in found.values()] == [
        ["A", "B"],
        ["Split"],
        ["More"],
        ["Drawn"],
    ]
    assert basis(results[1]) == Basis("fashion-mnist", 20_000, 0.2)
    assert basis(results[6]) is None


def test_a_seed_that_was_trained_twice_counts_once():
    old, new = replace(result(seed=1), created=1.0), replace(result("Again", seed=1), created=2.0)
    (group,) = groups({1: new, 2: old, 3: result(seed=2)}, True)
    assert group.ids == (1, 2, 3)
    assert [(result.name, result.spec.seed) for result in group.seeds] == [("A", 2), ("Again", 1)]


def test_a_number_behind_a_name_is_free_as_well():
    assert unique(["A (2)", "A", "A"]) == ["A (2)", "A", "A (3)"]
    assert unique(["A", "A", "A (2)"]) == ["A", "A (3)", "A (2)"]


def test_lanes_are_kept_apart_whatever_they_are_called():
    found = gathered({1: result(), 2: result(), 3: result(seed=2)}, {1: 0, 2: 1, 3: 0}.get)
    assert [group.ids for group in found] == [(1, 3), (2,)]
    assert len({group.name for group in found}) == 2
