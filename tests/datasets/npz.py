"""Small data sets of one's own, for tests."""

import io

import numpy as np

from lrlab.datasets import OwnData

SHAPES = {"grey": (12, 10), "colour": (9, 8, 3), "vectors": (20,)}


def examples(kind, count, classes=3, seed=0):
    """Examples and labels of one kind, of which the label decides the brightness or the first numbers."""
    rng = np.random.default_rng(seed)
    labels = np.arange(count) % classes
    values = rng.uniform(0, 0.5, (count, *SHAPES[kind])) + labels.reshape(-1, *[1] * len(SHAPES[kind])) / (
        2 * classes
    )
    return (values if kind == "vectors" else (255 * values).astype(np.uint8)), labels


def npz(**arrays):
    """The bytes of a .npz file."""
    file = io.BytesIO()
    np.savez_compressed(file, **arrays)
    return file.getvalue()


def whole(kind="grey", count=240, test=0, **changes):
    """The arrays of a good file, with some changed; None leaves one out."""
    x, y = examples(kind, count)
    arrays = {"x_train": x, "y_train": y}
    if test:
        arrays |= dict(zip(("x_test", "y_test"), examples(kind, test, seed=1), strict=True))
    return {name: array for name, array in (arrays | changes).items() if array is not None}


def described(shape=(8, 8, 1), classes=10, train=60_000, test=10_000):
    """A set of one's own without its file: images of uint8 or vectors of float32."""
    return OwnData(
        "ab" * 32, "own.npz", shape, classes, train, test, "uint8" if len(shape) == 3 else "float32"
    )
