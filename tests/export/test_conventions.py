"""Every variant against the framework that it names, where that is installed, and against read values."""

import importlib
import json
from pathlib import Path

import numpy as np
import pytest

from lrlab.export.conventions import BASE, CONVENTIONS, FLAT, SLOW, STEPS

GOLDEN = json.loads((Path(__file__).parents[1] / "schedules" / "golden.json").read_text())
BY_ID = {convention.id: convention for convention in CONVENTIONS}
VARIANTS = [(convention.id, variant) for convention in CONVENTIONS for variant in convention.variants]
TWO = "Keras, optax"  # the variant that names two calls

# timm cannot be imported without torchvision, which has no build for the PyTorch that the tests install:
# timm's rates are compared with values that were read from it.
live = pytest.mark.parametrize(
    "variant",
    [pytest.param(v, id=f"{id}-{v.name}") for id, v in VARIANTS if not v.who.startswith("timm.")],
)


def rates(id, name):
    (found,) = [variant for variant in BY_ID[id].variants if variant.name == name]
    return np.array(found.rates)


def library(call):
    return call.split(".")[0]


def calls(variant):
    """The calls that a variant names: one, or two for two frameworks that agree."""
    if variant.name != TWO:
        return [variant.who]
    keras_call, optax_call = variant.who.split(", optax.")
    return [keras_call, "optax." + optax_call]


def from_schedule(call, count):
    """The rates of a schedule that is a function of the step."""
    module = importlib.import_module(library(call))
    schedule = eval(call, {library(call): module})
    return [float(schedule(step)) for step in range(count)]


def from_scheduler(call, count):
    """The rates of a scheduler that sets an optimizer's rate: PyTorch's and transformers'."""
    torch = pytest.importorskip("torch")
    module = pytest.importorskip(library(call))
    optimizer = torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=BASE)
    scheduler, seen = eval(call, {library(call): module, "optimizer": optimizer}), []
    for step in range(count):
        seen.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
        if step + 1 < count:
            scheduler.step()
    return seen


def from_accumulation(call, count):
    """The rate of each batch, if four make an update; gradients are 1."""
    if library(call) == "keras":
        keras = importlib.import_module("keras")
        optimizer, weight, seen = eval(call, {"keras": keras}), keras.Variable([0.0]), []
        for _ in range(count):
            seen.append(float(optimizer.learning_rate))
            optimizer.apply([keras.ops.ones(1)], [weight])
        return seen
    if library(call) == "optax":
        optimizer, weight, seen = eval(call, {"optax": importlib.import_module("optax")}), np.zeros(1), []
        state = optimizer.init(weight)
        for batch in range(count):
            change, state = optimizer.update(np.ones(1), state, weight)
            assert bool(change[0]) == (batch % 4 == 3)
            seen += [-float(change[0])] * 4 if batch % 4 == 3 else []
        return seen
    return np.repeat(from_scheduler(call, count // 4), 4)


def from_plateau(call, losses):
    """The rate of each epoch, if it ends with these losses."""
    if library(call) == "keras":
        keras = importlib.import_module("keras")
        callback = eval(call.replace("factor", "'loss', factor"), {"keras": keras})
        model = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1)])
        model.compile(keras.optimizers.SGD(BASE), "mse")
        callback.set_model(model)
        callback.on_train_begin()
        return [float(model.optimizer.learning_rate) for at in _told(callback, losses)]
    torch = pytest.importorskip("torch")
    optimizer = torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=BASE)
    scheduler, seen = eval(call, {"torch": torch, "optimizer": optimizer}), []
    for loss in losses:
        seen.append(optimizer.param_groups[0]["lr"])
        scheduler.step(float(loss))
    return seen


def _told(callback, losses):
    for epoch, loss in enumerate(losses):
        yield epoch
        callback.on_epoch_end(epoch, {"loss": float(loss)})


@pytest.mark.training
@live
def test_a_variant_has_the_rates_of_the_call_it_names(variant):
    for call in calls(variant):
        read, count = from_schedule, len(variant.rates)
        if "Plateau" in call:
            (id,) = [id for id, each in VARIANTS if each is variant]
            read, count = from_plateau, FLAT if id == "plateau-patience" else SLOW
        elif variant in BY_ID["gradient-accumulation"].variants:
            read = from_accumulation
        elif library(call) not in ("keras", "optax"):
            read = from_scheduler
        np.testing.assert_allclose(variant.rates, read(call, count), rtol=1e-5, atol=1e-7, err_msg=call)


SAME_AS_READ = {
    ("warmup-length", "optax"): "optax.warmup_cosine(0,.1,5,20)",
    ("after-the-end", "PyTorch"): "torch.CosineAnnealingLR(20,.001)",
    ("one-cycle-last-step", "PyTorch, linear"): "torch.OneCycleLR(.1,20,linear,3phase)",
    ("one-cycle-last-step", "optax, linear"): "optax.linear_onecycle(20,.1)",
}


@pytest.mark.parametrize("place", SAME_AS_READ, ids="-".join)
def test_a_variant_has_the_rates_that_were_read(place):
    read = GOLDEN[SAME_AS_READ[place]]
    count = min(len(rates(*place)), len(read))
    np.testing.assert_allclose(rates(*place)[:count], read[:count], rtol=1e-5, atol=1e-8)


def test_what_was_read_with_other_numbers_says_the_same():
    count = len(GOLDEN["timm.cosine(20)"])
    t = np.arange(count)

    # A piecewise constant that drops at 5, before it drops at 10.
    read = GOLDEN["optax.piecewise_constant(.1,{5:.1,10:.1})"][:10]
    np.testing.assert_allclose(rates("boundary", "optax")[:10], read, rtol=1e-6)

    # timm's cosine has 0 as its floor, and its warm-up before 15 steps starts at 0.001.
    floored = 0.001 + 0.99 * np.array(GOLDEN["timm.cosine(20)"])
    np.testing.assert_allclose(rates("after-the-end", "timm")[:count], floored)
    prefixed = np.array(GOLDEN["timm.cosine(15,w5,prefixT)"])
    assert prefixed[20] == 0
    assert prefixed[19] > 0
    np.testing.assert_allclose(rates("first-warmup-value", "timm")[:6], prefixed[:6])

    # transformers' cosine with a floor of 0.01 behind a warm-up of 5 ends at 20 and rises again.
    floored = GOLDEN["hf.cosine_with_min_lr(w5,T20,min_lr_rate.1)"]
    ours = rates("warmup-length", "transformers")[:count]
    np.testing.assert_allclose(np.where(t < 5, ours, 0.01 + 0.9 * ours), floored)
    np.testing.assert_allclose(rates("first-warmup-value", "transformers")[:6], floored[:6])

    # transformers' restarts stay at 0 from the end on.
    stopped = GOLDEN["hf.cosine_with_restarts(w5,T20,c2)"][20:]
    assert set(stopped) == set(rates("after-the-end", "transformers, restarts")[20:]) == {0.0}


def first(rates, test):
    return int(np.flatnonzero(test(rates))[0])


def test_a_boundary_of_5_bites_at_three_different_steps():
    bites = {v.name: first(np.array(v.rates), lambda r: r < 0.05) for v in BY_ID["boundary"].variants}
    assert bites == {"Keras": 6, "PyTorch": 5, "optax": 5, "timm": 4}


def test_a_warm_up_inside_the_total_ends_5_steps_before_one_outside():
    floor = {
        name: first(rates("warmup-length", name), lambda r: (r < 1e-9) & (np.arange(STEPS) > 0))
        for name in ("optax", "transformers", "Keras", "timm, prefix", "timm")
    }
    assert floor == {"optax": 20, "transformers": 20, "Keras": 25, "timm, prefix": 25, "timm": 20}
    assert max(rates("warmup-length", "timm")) < 0.09


def test_the_first_rates_are_all_different_and_the_peak_is_reached_together():
    variants = BY_ID["first-warmup-value"].variants
    assert [v.rates[0] for v in variants] == pytest.approx([0, 0.005, 0.001, 0.01, 0.02, 0.1 / 3])
    assert {v.rates[5] for v in variants} == {BASE}


def test_past_the_end_some_rise_some_stay_and_one_jumps():
    ends = {v.name: np.array(v.rates)[20:] for v in BY_ID["after-the-end"].variants}
    for name in ("PyTorch", "transformers"):
        assert (np.diff(ends[name]) > 0).all()
    for name, floor in {"transformers, restarts": 0, "Keras, optax": 0.001, "timm": 0.001}.items():
        np.testing.assert_allclose(ends[name], floor)
    assert ends["Keras, cycle"][:2] == pytest.approx([0.001, 0.001 + 0.099 * 19 / 40])


def test_the_smallest_rate_of_one_cycle_is_at_19_in_pytorch_and_at_20_in_optax():
    smallest = {v.name: int(np.argmin(v.rates)) for v in BY_ID["one-cycle-last-step"].variants}
    assert smallest == {"PyTorch": 19, "optax": 20, "PyTorch, linear": 19, "optax, linear": 20}
    peaks = {v.name: int(np.argmax(v.rates)) for v in BY_ID["one-cycle-last-step"].variants}
    assert peaks == {"PyTorch": 5, "optax": 6, "PyTorch, linear": 5, "optax, linear": 6}


@pytest.mark.training
def test_one_step_less_makes_optax_reach_pytorchs_one_cycle():
    import optax

    shorter = optax.cosine_onecycle_schedule(19, BASE)
    np.testing.assert_allclose([shorter(t) for t in range(20)], rates("one-cycle-last-step", "PyTorch"), 1e-4)


@pytest.mark.training
def test_an_integer_first_rate_of_a_keras_warm_up_is_an_error():
    import keras

    warm = keras.optimizers.schedules.CosineDecay(0, 20, warmup_target=0.1, warmup_steps=5)
    with pytest.raises(Exception, match="int32"):
        warm(1)


@pytest.mark.parametrize("convention", CONVENTIONS, ids=lambda convention: convention.id)
def test_a_convention_is_complete(convention):
    assert convention.question.endswith("?")
    assert convention.lesson.endswith(".")
    assert len({variant.name for variant in convention.variants}) == len(convention.variants)
    for variant in convention.variants:
        assert variant.note.endswith(".")
        assert np.isfinite(variant.rates).all()
        assert len(variant.rates) in (20, STEPS)


def test_they_are_all_there():
    assert list(BY_ID) == [
        "boundary",
        "warmup-length",
        "first-warmup-value",
        "after-the-end",
        "one-cycle-last-step",
        "gradient-accumulation",
        "plateau-patience",
        "plateau-threshold",
    ]


def test_a_patience_of_2_reduces_the_rate_at_3_in_keras_and_at_4_in_pytorch():
    reduced = {
        v.name: first(np.array(v.rates), lambda r: r < BASE) for v in BY_ID["plateau-patience"].variants
    }
    assert reduced == {"Keras": 3, "PyTorch": 4}
    never = {v.name: min(v.rates) == BASE for v in BY_ID["plateau-threshold"].variants}
    assert never == {"Keras": False, "PyTorch": True, "PyTorch, absolute": False}
