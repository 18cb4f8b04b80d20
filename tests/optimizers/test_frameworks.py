"""An optimizer makes the same update in Keras, PyTorch and optax, or says in what it differs."""

import keras
import numpy as np
import pytest

from lrlab.errors import UserError
from lrlab.optimizers import OPTIMIZERS, Adagrad, Adam, AdamW, Lion, Momentum, Nadam, Nesterov, RMSprop
from lrlab.training.epoch import keras_optimizer

pytestmark = pytest.mark.training
START, RATE = np.array([1.0, -0.4], np.float32), 0.01
# In Keras, Adam's epsilon is a little larger, by 1 / sqrt(1 - beta_2 ** t).
CLOSE = {"rtol": 1e-4, "atol": 1e-7}
GRADIENTS = [np.array(each, np.float32) for each in ([0.5, -0.3], [-0.2, 0.1], [0.3, 0.4])]
VALUES = [
    *(cls() for cls in OPTIMIZERS),
    *(Momentum(0.5), Momentum(0.0), Nesterov(0.5), Nesterov(0.0), Adam(0.8, 0.95, 1e-7)),
    *(
        AdamW(0.8, 0.95, 1e-7, 0.1),
        RMSprop(0.8, 0.5, 1e-3),
        Adagrad(0.0, 1e-3),
        Nadam(0.8, 0.95),
        Lion(0.8, 0.95),
    ),
]
each_optimizer = pytest.mark.parametrize("optimizer", VALUES, ids=str)


def updates_of_keras(optimizer):
    made = keras_optimizer(optimizer)
    made.learning_rate = RATE
    weight = keras.Variable(START)
    for gradient in GRADIENTS:
        made.apply([keras.ops.convert_to_tensor(gradient)], [weight])
        yield weight.numpy() - START


def updates_of_pytorch(optimizer):
    torch = pytest.importorskip("torch")
    call = optimizer.pytorch()
    weight = torch.nn.Parameter(torch.tensor(START))
    made = getattr(torch.optim, call.name)([weight], lr=RATE, **call.arguments)
    for gradient in GRADIENTS:
        weight.grad = torch.tensor(gradient)
        made.step()
        yield weight.detach().numpy() - START


def updates_of_optax(optimizer):
    import optax

    call = optimizer.optax()
    made = getattr(optax, call.name)(RATE, **call.arguments)
    weight = START
    state = made.init(weight)
    for gradient in GRADIENTS:
        update, state = made.update(gradient, state, weight)
        weight = weight + np.asarray(update)
        yield weight - START


@each_optimizer
@pytest.mark.parametrize("framework", ["pytorch", "optax"])
def test_an_update_is_kerass_or_its_difference_is_noted(optimizer, framework):
    try:
        note = getattr(optimizer, framework)().note
    except UserError:
        assert (optimizer.kind, framework) == ("lion", "pytorch")
        return
    theirs = {"pytorch": updates_of_pytorch, "optax": updates_of_optax}[framework](optimizer)
    pairs = list(zip(updates_of_keras(optimizer), theirs, strict=True))
    if "epsilon" in note:
        assert np.allclose(*pairs[0], rtol=1e-4) != (optimizer.epsilon > 1e-6)
        for ours, other in pairs:
            np.testing.assert_allclose(other, ours, rtol=0.1)
    elif "momentum of Nadam" in note:
        assert not np.allclose(*pairs[0], rtol=0.01)
    else:
        for ours, other in pairs:
            np.testing.assert_allclose(other, ours, **CLOSE)


def test_what_a_framework_lacks_is_refused_by_name():
    with pytest.raises(UserError, match="PyTorch has no optimizer Lion"):
        Lion().pytorch()
    with pytest.raises(UserError, match=r"below 1 as beta_1 and beta_2, but they are 1 and 0\.9"):
        Adam(1.0, 0.9).pytorch()
    torch = pytest.importorskip("torch")
    assert not hasattr(torch.optim, "Lion")
    with pytest.raises(ValueError, match="beta"):
        torch.optim.Adam([torch.zeros(1)], betas=(1.0, 0.9))


def test_a_new_rate_multiplies_the_whole_momentum_outside_of_keras():
    import optax

    made, ours = keras.optimizers.SGD(0.1, momentum=0.5), keras.Variable(START)
    theirs = optax.inject_hyperparams(optax.sgd)(0.1, momentum=0.5)
    state, weight = theirs.init(START), START
    for rate in (0.1, 0.0):
        made.learning_rate = state.hyperparams["learning_rate"] = rate
        made.apply([keras.ops.ones(2)], [ours])
        update, state = theirs.update(np.ones(2, np.float32), state)
        weight = weight + np.asarray(update)
    np.testing.assert_allclose(ours.numpy(), START - 0.1 - 0.05, rtol=1e-6)
    np.testing.assert_allclose(weight, START - 0.1, rtol=1e-6)
    assert "whole momentum" in Momentum(0.5).optax().note
    assert "whole momentum" in Momentum(0.5).pytorch().note
