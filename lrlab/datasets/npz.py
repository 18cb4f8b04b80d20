"""Read the `.npz` file of a data set of one's own, and check everything in it.

It has the arrays `x_train` and `y_train`, and optionally `x_test` and `y_test`.

1. `x_...` holds grey images (n, height, width) or (n, height, width, 1), colour images
   (n, height, width, 3), or vectors (n, values). Images have at most 64 x 64 pixels.
2. Pixels are uint8, or float from 0 to 1. The numbers of a vector are float. Training divides uint8 by 255
   and uses float unchanged, as float32.
3. `y_...` holds whole numbers: 0 for the first class, 99 at most. No class may be missing in `y_train`.
4. Without `x_test`, a sixth of the examples is for testing: the last sixth of a fixed shuffle.
"""

import zipfile
import zlib
from lzma import LZMAError
from math import prod
from pathlib import Path
from tokenize import TokenError
from typing import Any, NamedTuple

import numpy as np

from lrlab import article
from lrlab.datasets.built_in import Arrays
from lrlab.datasets.own import (
    LEAST_CLASSES,
    LEAST_EXAMPLES,
    MOST_CLASSES,
    MOST_EXAMPLES,
    MOST_SIDE,
    MOST_VALUES,
    NUMBERS,
    PIXELS,
    OwnData,
    is_shape,
)
from lrlab.errors import UserError
from lrlab.text import one_line

MOST_BYTES = 512 * 10**6  # unpacked
TEST_SHARE = 6  # one example in so many is for testing, if the file does not say which
PAIRS = ("x_train", "y_train"), ("x_test", "y_test")
HOW = "Write it with numpy.savez_compressed(file, x_train=..., y_train=...)."
# What zipfile, its decompressors and NumPy raise for bytes that are damaged or made up.
BROKEN = (
    *(OSError, EOFError, ValueError, RuntimeError, MemoryError, OverflowError),
    *(zipfile.BadZipFile, zlib.error, LZMAError, SyntaxError, TokenError),
)


class Header(NamedTuple):
    """What an array says of itself before its values."""

    shape: tuple[int, ...]
    dtype: np.dtype[Any]

    def __str__(self) -> str:
        return f"{self.dtype} of shape {self.shape}"

    @property
    def length(self) -> int:
        """How many examples or labels it has."""
        return self.shape[0] if self.shape else 0


def read(file: Path, title: str) -> Arrays:
    """The examples, uint8 or float32 of shape (n, *shape), and the labels, uint8: for training, for testing.

    Sizes, shapes and types are checked before values are unpacked, and no Python object is ever loaded.
    Raises UserError with what is wrong in the file, which the message calls by its `title`.
    """
    try:
        with zipfile.ZipFile(file) as packed:
            headers = _headers(packed, title)
            shape = _checked(headers)
            arrays = {name: _array(packed, name) for name in headers}
    except UserError:
        raise
    except BROKEN as error:
        reason = "it is no zip archive"
        if zipfile.is_zipfile(file):
            reason = f"it cannot be read ({one_line(str(error))[:200] or type(error).__name__})"
        raise UserError(f"{title} must be a .npz file of NumPy, but {reason}. {HOW}") from error
    for x, y in PAIRS:
        if x in arrays:
            arrays[x] = _values(x, arrays[x]).reshape(-1, *shape)
            arrays[y] = _labels(y, arrays[y].ravel(), arrays["y_train"])
    if "x_test" in arrays:
        return arrays["x_train"], arrays["y_train"], arrays["x_test"], arrays["y_test"]
    examples, labels = arrays["x_train"], arrays["y_train"]
    order = np.random.default_rng(article.SEED).permutation(len(labels))
    fit, test = np.split(order, [len(labels) - len(labels) // TEST_SHARE])
    return examples[fit], labels[fit], examples[test], labels[test]


def described(arrays: Arrays, digest: str, title: str) -> OwnData:
    """The description of what `read` returned."""
    examples, labels, test, test_labels = arrays
    classes = int(max(labels.max(), test_labels.max())) + 1
    return OwnData(digest, title, examples.shape[1:], classes, len(examples), len(test), examples.dtype.name)


def _headers(packed, title):
    """The Header of each of our arrays that is there."""
    members = {name.removesuffix(".npy"): info for name, info in packed.NameToInfo.items()}
    unpacked = sum(info.file_size for info in packed.infolist())
    if unpacked > MOST_BYTES:
        raise UserError(
            f"{title} must have at most {MOST_BYTES // 10**6} MB unpacked, but it has "
            f"{unpacked / 1e6:,.0f} MB. Use fewer or smaller examples."
        )
    if not members.keys() >= {*PAIRS[0]}:
        there = one_line(", ".join(members))[:100] or "none"
        raise UserError(f"{title} must have the arrays x_train and y_train, but it has {there}. {HOW}")
    if len(members.keys() & {*PAIRS[1]}) == 1:
        (there,) = members.keys() & {*PAIRS[1]}
        raise UserError(
            f"{title} must have both x_test and y_test or neither, but it has only {there}. Add the other "
            f"one, or leave out {there}: then a sixth of the examples is for testing."
        )
    return {name: _header(packed, members[name], name) for name in sum(PAIRS, ()) if name in members}


def _header(packed, info, name):
    with packed.open(info) as member:
        version = np.lib.format.read_magic(member)
        if version == (1, 0):
            shape, _, dtype = np.lib.format.read_array_header_1_0(member)
        else:
            shape, _, dtype = np.lib.format.read_array_header_2_0(member)
        if dtype.hasobject:
            raise UserError(
                f"{name} must hold numbers, but it holds Python objects, which LR Lab never loads. Make one "
                "array of numbers out of them, for example with numpy.stack."
            )
        claimed, there = prod(shape) * dtype.itemsize, info.file_size - member.tell()
    if claimed != there:
        raise UserError(
            f"{name} must have the {claimed:,} bytes of its shape {shape}, but it has {there:,}. {HOW}"
        )
    return Header(shape, dtype)


def _checked(headers):
    """The shape of one example, after all has been checked that the headers tell."""
    train = headers["x_train"]
    shape = _shape(train)
    for x, y in PAIRS:
        if x not in headers:
            continue
        examples, labels = headers[x], headers[y]
        if _shape(examples) != shape or examples.dtype.kind != train.dtype.kind:
            raise UserError(
                f"x_test must be like x_train, {train}, but it is {examples}. Prepare both in the same way."
            )
        if labels.dtype.kind not in "iu" or labels.shape not in ((labels.length,), (labels.length, 1)):
            raise UserError(
                f"{y} must be whole numbers of shape (n,), one label for each example, but it is {labels}. "
                "numpy.argmax(y, 1) makes such labels out of one column per class."
            )
        if examples.length != labels.length:
            raise UserError(
                f"{x} and {y} must have the same length, but they have {examples.length:,} and "
                f"{labels.length:,}. Give each example one label."
            )
        least = 1 if x == "x_test" else LEAST_EXAMPLES
        if len(headers) == 2:
            least = least * TEST_SHARE // (TEST_SHARE - 1)
        if not least <= examples.length <= MOST_EXAMPLES:
            raise UserError(
                f"{x} must have {least:,} to {MOST_EXAMPLES:,} examples, but it has {examples.length:,}. Use "
                f"{'more' if examples.length < least else 'fewer'}."
            )
    return shape


def _shape(header):
    """The shape of one example; raises UserError for what is neither an image nor a vector."""
    shape = (*header.shape[1:], 1) if len(header.shape) == 3 else header.shape[1:]
    is_float = header.dtype.kind == "f"
    if not is_shape(shape) or not (is_float or (header.dtype == PIXELS and len(shape) == 3)):
        raise UserError(
            f"Examples must be images, uint8 or float of shape (n, height, width) or (n, height, width, 3) "
            f"with at most {MOST_SIDE} x {MOST_SIDE} pixels, or vectors, float of shape (n, values) with at "
            f"most {MOST_VALUES:,} values; but these are {header}. Change them with reshape and astype."
        )
    return shape


def _array(packed, name):
    with packed.open(f"{name}.npy" if f"{name}.npy" in packed.NameToInfo else name) as member:
        return np.lib.format.read_array(member, allow_pickle=False)


def _values(name, examples):
    """Examples as uint8 or float32, after their values are checked."""
    if examples.dtype == PIXELS:
        return examples
    with np.errstate(over="ignore"):
        numbers = examples.astype(NUMBERS)
    if bad := np.count_nonzero(~np.isfinite(numbers)):
        raise UserError(
            f"{name} must hold finite numbers, but {bad:,} are NaN, infinite or too large for float32. "
            "Replace them, or leave out these examples."
        )
    low, high = numbers.min(), numbers.max()
    if numbers.ndim > 2 and not 0 <= low <= high <= 1:
        raise UserError(
            f"The pixels of {name} must be from 0 to 1, because they are float, but they are from {low:g} to "
            f"{high:g}. Divide them by the highest, or save them as uint8 from 0 to 255."
        )
    return numbers


def _labels(name, labels, train):
    """Labels as uint8, after they are checked; `train` are the labels that show which classes there are."""
    known, found = np.unique(train), np.unique(labels)
    if known[0] != 0 or known[-1] != len(known) - 1:
        raise UserError(
            "The labels in y_train must be 0, 1, 2 and so on without gaps, but the "
            f"{len(known)} different labels are from {known[0]} to {known[-1]}. "
            "numpy.unique(y, return_inverse=True)[1] numbers the classes like this."
        )
    if not LEAST_CLASSES <= len(known) <= MOST_CLASSES:
        raise UserError(
            f"y_train must have {LEAST_CLASSES} to {MOST_CLASSES} classes, but it has {len(known):,}. Join "
            "classes or add some."
        )
    if found[0] < 0 or found[-1] > known[-1]:
        raise UserError(
            f"{name} must have only labels that y_train has, 0 to {known[-1]}, but it has {found[0]} to "
            f"{found[-1]}. Number the classes in both in the same way."
        )
    return labels.astype(np.uint8)
