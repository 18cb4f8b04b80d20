"""The built-in data set: ten classes of drawn garments, used if Fashion-MNIST is not available.

The classes are those of Fashion-MNIST. Some are as similar as there: T-shirt, pullover, coat and shirt
differ only in sleeves, collar and opening. Cut, size, position, cloth and light vary, noise is added,
and some labels are wrong, so that a network can overfit as it does on the photographs.
"""

from concurrent.futures import ThreadPoolExecutor
from functools import cache

import numpy as np

from lrlab.datasets.built_in import Arrays, BuiltIn
from lrlab.datasets.dataset import Dataset, together
from lrlab.datasets.fashion_mnist import CLASS_NAMES

SEED = 20_250_101
TRAIN, TEST = 60_000, 10_000
BLOCK = 2_000
WRONG_LABELS = 0.07
NOISE = 22.0


def synthetic() -> Dataset:
    """The set with its images; scripts that LR Lab has exported call this."""
    return Dataset(SYNTHETIC.name, SYNTHETIC.title, *draw())


@cache
def draw() -> Arrays:
    """60,000 training and 10,000 test images, the same in every process; the first call takes seconds."""
    with ThreadPoolExecutor(2) as threads:
        blocks = list(threads.map(_block, range((TRAIN + TEST) // BLOCK)))
    images = np.concatenate([images for images, _ in blocks])
    labels = np.concatenate([labels for _, labels in blocks])
    return together(images[:TRAIN], labels[:TRAIN], images[TRAIN:], labels[TRAIN:])


@cache
def few() -> tuple[np.ndarray, np.ndarray]:
    """The first 2,000 training images and their labels: enough to show, and quickly drawn."""
    return _block(0)


def _block(number):
    rng = np.random.default_rng([SEED, number])
    drawn = rng.integers(0, 10, BLOCK)
    images = np.empty((BLOCK, 28, 28), np.uint8)
    for label in range(10):
        of_class = np.flatnonzero(drawn == label)
        images[of_class] = _photograph(GARMENTS[label], len(of_class), rng)
    given = np.where(rng.random(BLOCK) < WRONG_LABELS, rng.integers(0, 10, BLOCK), drawn)
    return images, given.astype(np.uint8)


def _photograph(garment, count, rng):
    """`count` pictures of one class, each with its own cut, position, cloth, light and noise."""

    def vary(low, high):
        return rng.uniform(low, high, (count, 1, 1)).astype(np.float32)

    y, x = np.mgrid[-1:1:28j, -1:1:28j].astype(np.float32)
    turn, size = vary(-0.12, 0.12), vary(0.82, 1.12)
    x, y = (x - vary(-0.1, 0.1) + turn * y) / size, (y - vary(-0.1, 0.1) - turn * x) / size
    cloth = 1 + vary(0, 0.25) * np.sin(vary(3, 22) * (x * vary(-1, 1) + y * vary(-1, 1)) + vary(0, 6))
    light = vary(70, 230) * cloth * np.clip(garment(x, y, vary), 0, 1)
    light += rng.normal(0, NOISE, light.shape).astype(np.float32) * (0.25 + 0.75 * (light > 12))
    return np.clip(light, 0, 255).astype(np.uint8)


def _soft(distance):
    """1 inside (distance below 0), 0 outside, with an edge of about a pixel."""
    return np.clip(0.5 - 12 * distance, 0, 1)


def _box(x, y, left, right, top, bottom):
    return _soft(np.maximum(np.maximum(left - x, x - right), np.maximum(top - y, y - bottom)))


def _torso(x, y, vary, sleeve, hem=(0.6, 0.85)):
    """A body and two sleeves, which end between the heights `sleeve` (low, high)."""
    half, shoulder = vary(0.34, 0.5), vary(-0.75, -0.6)
    body = _box(np.abs(x), y, -1, half, shoulder, vary(*hem))
    slant = np.abs(x) - vary(0.1, 0.3) * (y - shoulder)
    sleeves = _box(slant, y, half - 0.05, half + vary(0.16, 0.28), shoulder, vary(*sleeve))
    neck = _soft(np.hypot(x, y - shoulder) - vary(0.1, 0.22))
    return np.maximum(body, sleeves) * (1 - neck)


def _tshirt(x, y, vary):
    return _torso(x, y, vary, sleeve=(-0.35, 0.1))


def _trouser(x, y, vary):
    legs = _box(np.abs(x), y, -1, vary(0.26, 0.45), vary(-0.9, -0.75), vary(0.75, 0.92))
    gap = _soft(np.abs(x) - vary(0.03, 0.13) * (y + vary(0.1, 0.4)))
    return legs * (1 - gap)


def _pullover(x, y, vary):
    return _torso(x, y, vary, sleeve=(0.35, 0.75))


def _dress(x, y, vary):
    top, bottom = vary(-0.9, -0.75), vary(0.7, 0.92)
    half = vary(0.14, 0.26) + vary(0.08, 0.3) * (y - top)
    waist = vary(0, 0.08) * np.exp(-((y + 0.1) ** 2) / 0.03)
    return _box(np.abs(x), y, -1, half - waist, top, bottom)


def _coat(x, y, vary):
    opening = 0.5 * _soft(np.abs(x - vary(-0.06, 0.06)) - 0.03)
    return _torso(x, y, vary, sleeve=(0.45, 0.8), hem=(0.78, 0.95)) * (1 - opening)


def _shirt(x, y, vary):
    buttons = 0.45 * _soft(np.abs(x) - 0.03) * (np.sin(vary(14, 22) * y) > 0)
    collar = 0.35 * _soft(np.abs(np.abs(x) - vary(0.08, 0.2) + 0.5 * (y + 0.7)) - 0.04) * (y < -0.4)
    return _torso(x, y, vary, sleeve=(-0.2, 0.75)) * (1 - buttons - collar)


def _sole(x, y, vary, heel):
    bottom = vary(0.42, 0.56)
    return _box(x, y, -0.9, 0.85, bottom - 0.1, bottom + heel * (x > 0.4)), bottom


def _sandal(x, y, vary):
    sole, bottom = _sole(x, y, vary, vary(0, 0.25))
    lean = vary(0.3, 1.2)
    straps = _soft(np.abs(np.sin(vary(4, 7) * (x + lean * y) + vary(0, 3))) - 0.28)
    foot = _box(x, y, -0.8, 0.8, bottom - vary(0.25, 0.5) - 0.25 * x, bottom)
    return np.maximum(sole, straps * foot)


def _sneaker(x, y, vary):
    sole, bottom = _sole(x, y, vary, 0.02)
    height = vary(0.24, 0.36) + vary(0.12, 0.26) * x
    laces = 0.4 * (np.sin(vary(16, 24) * (x + y)) > 0.3) * (np.abs(x + 0.1) < 0.25)
    upper = _box(x, y, -0.9, 0.82, bottom - height - 0.08, bottom)
    return np.maximum(0.8 * sole, upper * (1 - laces))


def _bag(x, y, vary):
    half, top = vary(0.5, 0.85), vary(-0.25, 0.1)
    body = _box(np.abs(x), y, -1, half, top, vary(0.55, 0.85))
    handle = _soft(np.abs(np.hypot(x / vary(0.6, 1.1), y - top) - vary(0.3, 0.55)) - 0.05) * (y < top)
    flap = 0.3 * _soft(np.abs(y - top - vary(0.15, 0.35)) - 0.03)
    return np.maximum(body * (1 - flap), handle)


def _ankle_boot(x, y, vary):
    sole, bottom = _sole(x, y, vary, vary(0.02, 0.25))
    shaft = _box(x, y, vary(0.0, 0.2), vary(0.65, 0.82), vary(-0.85, -0.3), bottom)
    foot = _box(x, y, -0.85, 0.8, bottom - vary(0.25, 0.42) - 0.2 * (x + 0.4), bottom)
    return np.maximum(sole, np.maximum(shaft, foot))


GARMENTS = (
    _tshirt,
    _trouser,
    _pullover,
    _dress,
    _coat,
    _sandal,
    _shirt,
    _sneaker,
    _bag,
    _ankle_boot,
)

SYNTHETIC = BuiltIn(
    name="synthetic",
    title="the built-in synthetic set",
    shape=(28, 28, 1),
    class_names=CLASS_NAMES,
    train=TRAIN,
    test=TEST,
    licence="part of LR Lab",
    arrays=draw,
)
