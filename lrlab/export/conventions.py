"""Where frameworks disagree about the same few terms: their curves, and what to do about it."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from lrlab.schedules import (
    Constant,
    CosineDecay,
    CosineRestarts,
    OneCycle,
    PiecewiseConstant,
    PolynomialDecay,
    Schedule,
    Warmup,
)

STEPS = 28
BASE, FLOOR = 0.1, 0.001
TIME = np.arange(STEPS, dtype=float)
KERAS = "keras.optimizers.schedules."
TORCH = "torch.optim.lr_scheduler."
TIMM = "timm.scheduler."


@dataclass(frozen=True)
class Variant:
    """One framework's answer: the call, and its rate at every step, beginning with step 0.

    `rates` ends early if the framework raises an error after its last step. The base rate is 0.1, no unit.
    """

    name: str
    who: str
    rates: tuple[float, ...]
    note: str


@dataclass(frozen=True)
class Convention:
    """A question that frameworks answer differently, their answers, and what to do about it."""

    id: str
    title: str
    question: str
    variants: tuple[Variant, ...]
    lesson: str


def _variant(name: str, who: str, rates: Schedule | np.ndarray, note: str) -> Variant:
    """A Variant whose rates are given as an array, or as a schedule that counts steps."""
    return Variant(name, who, tuple((rates(TIME) if isinstance(rates, Schedule) else rates).tolist()), note)


def _drop(boundary: float) -> Schedule:
    return PiecewiseConstant((BASE, BASE / 10), (boundary,))


def _warm(duration: float) -> Schedule:
    return Warmup(CosineDecay(BASE, duration=duration), 5)


def _hold(start: float) -> Schedule:
    return Warmup(Constant(BASE), 5, start)


def _unbounded_cosine(floor: float) -> np.ndarray:
    """The cosine of a decay over 20 steps that continues after its end."""
    return floor + (BASE - floor) * 0.5 * (1 + np.cos(np.pi * TIME / 20))


def _optax_one_cycle(times: tuple[float, ...], shape: Callable[[np.ndarray], np.ndarray]) -> np.ndarray:
    """The one cycle of optax: from 1/25 of the peak to 1/250,000, which it reaches at the last moment."""
    values = BASE * np.array([1 / 25, 1, 1 / 25, 1 / 25e4])[[0, 1, 2, 3] if len(times) == 4 else [0, 1, 3]]
    phase = np.clip(np.searchsorted(times, TIME, "right") - 1, 0, len(times) - 2)
    before, length = np.take(times, phase), np.diff(times)[phase]
    way = shape(np.clip((TIME - before) / length, 0, 1))
    rates: np.ndarray = values[phase] + (values[phase + 1] - values[phase]) * way
    return rates


BOUNDARY = Convention(
    "boundary",
    "A boundary of 5",
    "Which is the first step that has the new rate when the boundary is 5?",
    (
        _variant(
            "Keras",
            KERAS + "PiecewiseConstantDecay([5], [0.1, 0.01])",
            _drop(6),
            "Step 6: a boundary is the last step of the old rate.",
        ),
        _variant(
            "PyTorch",
            TORCH + "MultiStepLR(optimizer, milestones=[5], gamma=0.1)",
            _drop(5),
            "Step 5: a milestone is the first step of the new rate.",
        ),
        _variant(
            "optax",
            "optax.piecewise_constant_schedule(0.1, {5: 0.1})",
            _drop(5),
            "Step 5, as in PyTorch.",
        ),
        _variant(
            "timm",
            TIMM + "MultiStepLRScheduler(optimizer, decay_t=[5], decay_rate=0.1)",
            _drop(4),
            "Step 4: it looks one step ahead, to stay compatible with old recipes.",
        ),
    ),
    "Steps are counted from 0, and one step hardly matters. But the schedulers of timm and PyTorch usually "
    "count epochs, and then their drops are a whole epoch apart.",
)

WARMUP_LENGTH = Convention(
    "warmup-length",
    "20 steps with a warm-up of 5",
    "Is the warm-up part of the 20 steps, or is it added to them?",
    (
        _variant(
            "optax",
            "optax.warmup_cosine_decay_schedule(0.0, 0.1, warmup_steps=5, decay_steps=20)",
            _warm(15),
            "Part of them: the cosine takes the remaining 15 steps, and ends at step 20.",
        ),
        _variant(
            "transformers",
            "transformers.get_cosine_schedule_with_warmup(optimizer, num_warmup_steps=5, "
            "num_training_steps=20)",
            np.where(TIME < 5, BASE * TIME / 5, BASE * 0.5 * (1 + np.cos(np.pi * (TIME - 5) / 15))),
            "Part of them; after step 20 the rate would rise again.",
        ),
        _variant(
            "Keras",
            KERAS + "CosineDecay(0.0, decay_steps=20, warmup_target=0.1, warmup_steps=5)",
            _warm(20),
            "Added: the cosine takes 20 steps after the warm-up, and ends at step 25.",
        ),
        _variant(
            "timm, prefix",
            TIMM + "CosineLRScheduler(optimizer, t_initial=20, warmup_t=5, warmup_prefix=True)",
            _warm(20),
            "Added, as in Keras.",
        ),
        _variant(
            "timm",
            TIMM + "CosineLRScheduler(optimizer, t_initial=20, warmup_t=5)",
            np.where(TIME < 5, BASE * TIME / 5, CosineDecay(BASE, duration=20)(TIME)),
            "Part of them, but it replaces the start of the cosine: the rate never reaches its full value.",
        ),
    ),
    "Look at the rate of the last step. If it is not near the final rate, the run is too short by the "
    "length of the warm-up. In Keras, set decay_steps = steps - warmup_steps.",
)

FIRST_VALUE = Convention(
    "first-warmup-value",
    "The first step of a warm-up",
    "What is the rate of the very first update when the warm-up takes 5 steps?",
    (
        _variant(
            "transformers",
            "transformers.get_constant_schedule_with_warmup(optimizer, num_warmup_steps=5)",
            _hold(0.0),
            "0, as in most of its schedules: the first update changes nothing.",
        ),
        _variant(
            "transformers, WSD",
            "transformers.get_wsd_schedule(optimizer, num_warmup_steps=5, num_decay_steps=0, "
            "num_training_steps=1000, min_lr_ratio=0.05)",
            _hold(0.005),
            "The final rate, here 0.005: min_lr_ratio counts in the warm-up too. Its default is 0.",
        ),
        _variant(
            "timm",
            TIMM + "StepLRScheduler(optimizer, decay_t=1000, warmup_t=5, warmup_lr_init=0.001)",
            _hold(0.001),
            "warmup_lr_init, here 0.001; its default is 0.",
        ),
        _variant(
            "Keras",
            KERAS + "CosineDecay(0.01, decay_steps=1000, alpha=1.0, warmup_target=0.1, warmup_steps=5)",
            _hold(0.01),
            "initial_learning_rate, here 0.01; the peak is warmup_target. Write zero as 0.0: 0 is an error.",
        ),
        _variant(
            "optax",
            "optax.warmup_constant_schedule(init_value=0.02, peak_value=0.1, warmup_steps=5)",
            _hold(0.02),
            "init_value, here 0.02; it has no default.",
        ),
        _variant(
            "PyTorch",
            TORCH + "LinearLR(optimizer, start_factor=1 / 3, total_iters=5)",
            _hold(BASE / 3),
            "A third of the full rate, which is the default of start_factor.",
        ),
    ),
    "Set the first rate yourself. The peak divided by the length of the warm-up, here 0.02, is a good "
    "choice: no update is wasted, and the first rate is still small.",
)

AFTER_THE_END = Convention(
    "after-the-end",
    "After the end",
    "What is the rate when training continues after the 20 steps of the schedule?",
    (
        _variant(
            "PyTorch",
            TORCH + "CosineAnnealingLR(optimizer, T_max=20, eta_min=0.001)",
            _unbounded_cosine(FLOOR),
            "It rises again, along the second half of the cosine.",
        ),
        _variant(
            "transformers",
            "transformers.get_cosine_schedule_with_warmup(optimizer, num_warmup_steps=0, "
            "num_training_steps=20)",
            _unbounded_cosine(0.0),
            "It rises again, from 0. Its cosine with a minimum (cosine_with_min_lr) rises too.",
        ),
        _variant(
            "transformers, restarts",
            "transformers.get_cosine_with_hard_restarts_schedule_with_warmup(optimizer, "
            "num_warmup_steps=0, num_training_steps=20, num_cycles=2)",
            np.where(TIME < 20, CosineRestarts(BASE, 10, 1.0)(TIME), 0.0),
            "It stays at 0, as in the linear schedule: the network learns nothing more.",
        ),
        _variant(
            "Keras, optax",
            KERAS + "CosineDecay(0.1, decay_steps=20, alpha=0.01), "
            "optax.cosine_decay_schedule(0.1, decay_steps=20, alpha=0.01)",
            CosineDecay(BASE, FLOOR, 20),
            "It stays at its final rate.",
        ),
        _variant(
            "Keras, cycle",
            KERAS + "PolynomialDecay(0.1, decay_steps=20, end_learning_rate=0.001, cycle=True)",
            PolynomialDecay(BASE, 1.0, FLOOR, True, 20),
            "At step 21 it jumps to about half of the initial rate, then falls again until step 40.",
        ),
        _variant(
            "timm",
            TIMM + "CosineLRScheduler(optimizer, t_initial=20, lr_min=0.001)",
            CosineDecay(BASE, FLOOR, 20),
            "It stays at lr_min after its last cycle (cycle_limit, by default 1).",
        ),
    ),
    "Set the schedule's length to the number of steps that you train. Make a new schedule when you "
    "continue training.",
)

LAST_STEP = Convention(
    "one-cycle-last-step",
    "The last step of one cycle",
    "Is the smallest rate reached at the last step of 20, or only after it?",
    (
        _variant(
            "PyTorch",
            TORCH + "OneCycleLR(optimizer, max_lr=0.1, total_steps=20)",
            OneCycle(BASE, duration=20)(TIME[:20]),
            "At step 19, the last of the 20; the peak is at step 5.",
        ),
        _variant(
            "optax",
            "optax.cosine_onecycle_schedule(20, 0.1)",
            _optax_one_cycle((0, 6, 20), lambda z: 0.5 * (1 - np.cos(np.pi * z))),
            "At step 20, but a run of 20 steps ends with step 19; the peak is at step 6.",
        ),
        _variant(
            "PyTorch, linear",
            TORCH + "OneCycleLR(optimizer, max_lr=0.1, total_steps=20, anneal_strategy='linear', "
            "three_phase=True)",
            OneCycle(BASE, three_phases=True, curve="linear", duration=20)(TIME[:20]),
            "At step 19; it is back at its first rate at step 10, after twice the time of the rise.",
        ),
        _variant(
            "optax, linear",
            "optax.linear_onecycle_schedule(20, 0.1)",
            _optax_one_cycle((0, 6, 17, 20), lambda z: z),
            "At step 20; it is back at its first rate at step 17, after 85 % of the steps.",
        ),
    ),
    "In optax, pass one step less than you train: cosine_onecycle_schedule(19, 0.1) is PyTorch's curve over "
    "20 steps. In PyTorch, call scheduler.step() once per batch; far beyond total_steps it raises an error.",
)


def _on_plateau(
    losses: np.ndarray, waits: int, is_better: Callable[[float, float], bool], floor: float = FLOOR
) -> np.ndarray:
    """The rate of each epoch, halved after `waits` epochs without a better loss, down to `floor`."""
    rates, best, bad, rate = [], np.inf, 0, BASE
    for loss in losses.tolist():
        rates.append(rate)
        if is_better(loss, best):
            best, bad = loss, 0
        else:
            bad += 1
        if bad >= waits:
            rate, bad = max(rate / 2, floor), 0
    return np.array(rates)


def _better_by(margin: float, relative: bool = False) -> Callable[[float, float], bool]:
    return lambda loss, best: loss < (best * (1 - margin) if relative else best - margin)


FLAT = np.ones(STEPS)
SLOW = 0.1 - 0.00003 * TIME
KERAS_PLATEAU = "keras.callbacks.ReduceLROnPlateau(factor=0.5, patience=2, min_lr=0.001)"
TORCH_PLATEAU = TORCH + "ReduceLROnPlateau(optimizer, factor=0.5, patience=2, min_lr=0.001"

PATIENCE = Convention(
    "plateau-patience",
    "A patience of 2",
    "The loss stays at 1. (Each step of the chart is an epoch.) Which is the first epoch with a reduced rate "
    "when the patience is 2?",
    (
        _variant(
            "Keras",
            KERAS_PLATEAU,
            _on_plateau(FLAT, 2, _better_by(1e-4)),
            "After 2: epoch 3 is the first with half the rate.",
        ),
        _variant(
            "PyTorch",
            TORCH_PLATEAU + ")",
            _on_plateau(FLAT, 3, _better_by(1e-4, relative=True)),
            "After 3, because 2 are allowed: epoch 4 is the first with half the rate.",
        ),
    ),
    "For the same epochs, give PyTorch a patience that is smaller by one. LR Lab's plateau is Keras's.",
)

THRESHOLD = Convention(
    "plateau-threshold",
    "A loss that hardly falls",
    "A loss falls from 0.1 by 0.00003 in each epoch. (Each step of the chart is an epoch.) Is that better, "
    "if the threshold is 0.0001, the default of both frameworks?",
    (
        _variant(
            "Keras",
            KERAS_PLATEAU,
            _on_plateau(SLOW, 2, _better_by(1e-4)),
            "No: min_delta is a difference, and 0.00003 is less. The rate is reduced again and again.",
        ),
        _variant(
            "PyTorch",
            TORCH_PLATEAU + ")",
            _on_plateau(SLOW, 3, _better_by(1e-4, relative=True)),
            "Yes: the threshold is a share of the best loss, here 0.00001. The rate is never reduced.",
        ),
        _variant(
            "PyTorch, absolute",
            TORCH_PLATEAU + ", threshold_mode='abs')",
            _on_plateau(SLOW, 3, _better_by(1e-4)),
            "No, as in Keras, but one epoch later.",
        ),
    ),
    "The smaller your losses are, the more the two differ. Set threshold_mode='abs' in PyTorch, or choose "
    "min_delta in Keras by the size of your loss.",
)

COSINE = CosineDecay(BASE, duration=20)
UPDATES = TIME // 4

ACCUMULATION = Convention(
    "gradient-accumulation",
    "A step with accumulated gradients",
    "Each update of the weights uses the gradients of 4 batches. (Each step of the chart is a batch.) After "
    "how many batches does a cosine of 20 steps end?",
    (
        _variant(
            "Keras",
            f"keras.optimizers.SGD({KERAS}CosineDecay(0.1, 20), gradient_accumulation_steps=4)",
            COSINE,
            "After 20: a schedule object counts batches, so only 5 updates have a rate above 0.",
        ),
        _variant(
            "PyTorch",
            TORCH + "CosineAnnealingLR(optimizer, 20)",
            COSINE(UPDATES),
            "After 80, if scheduler.step() comes after each optimizer.step(), as in transformers' Trainer.",
        ),
        _variant(
            "optax",
            "optax.MultiSteps(optax.sgd(optax.cosine_decay_schedule(0.1, 20)), 4)",
            COSINE(UPDATES),
            "After 80: the optimizer inside counts its own updates.",
        ),
    ),
    "In LR Lab a step is an update; the code that it exports to Keras counts updates too. Batches that are "
    "left over at the end of an epoch make one more update in transformers' Trainer and in LR Lab. Keras and "
    "optax carry them to the next epoch.",
)

CONVENTIONS: tuple[Convention, ...] = (
    *(BOUNDARY, WARMUP_LENGTH, FIRST_VALUE, AFTER_THE_END, LAST_STEP, ACCUMULATION, PATIENCE, THRESHOLD),
)
