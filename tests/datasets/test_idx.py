"""The IDX files: read whole and checked, or refused with the file, what was expected and what was found."""

import gzip
import shutil
import struct

import numpy as np
import pytest

from lrlab.datasets.idx import MD5, SHAPES, read_folder
from lrlab.errors import UserError

IMAGES, LABELS = "train-images-idx3-ubyte.gz", "train-labels-idx1-ubyte.gz"


def idx(shape, missing=0):
    """An IDX file of zeros of that shape, before it is zipped, `missing` bytes short."""
    return struct.pack(f">HBB{len(shape)}I", 0, 8, len(shape), *shape) + bytes(int(np.prod(shape)) - missing)


def refusal(folder):
    with pytest.raises(UserError) as caught:
        read_folder(folder)
    message = str(caught.value)
    assert "Put the original file there. To use another source, delete the file" in message
    return message


def test_a_missing_file_is_named(tmp_path):
    message = refusal(tmp_path)
    assert str(tmp_path / IMAGES) in message
    assert "expected a file of Fashion-MNIST, found No such file" in message


def test_a_folder_in_the_place_of_a_file_is_named(tmp_path):
    (tmp_path / IMAGES).mkdir()
    assert str(tmp_path / IMAGES) in refusal(tmp_path)


@pytest.mark.parametrize(
    ("content", "found"),
    [
        (b"", "found a header of no bytes"),
        (b"<html>Not found</html>", "found 22 bytes that gzip cannot read"),
        (gzip.compress(idx((60_000, 28, 28)))[:-100], "that gzip cannot read"),
        (gzip.compress(idx((60_000, 28, 28)))[:5], "found 5 bytes that gzip cannot read"),
        (gzip.compress(b""), "found a header of no bytes"),
        (gzip.compress(b"\0\0\x08\x03"), "found a header of 00 00 08 03"),
        (gzip.compress(idx((2, 28, 28))), "found a header of 00 00 08 03 00 00 00 02"),
        (gzip.compress(idx((60_000, 28 * 28))), "found a header of 00 00 08 02"),
        (
            gzip.compress(idx((60_000, 28, 28), missing=1)),
            "47,040,016 bytes unpacked, found 47,040,015 bytes",
        ),
        (gzip.compress(idx((60_000, 28, 28)) + b"\0"), "found 47,040,017 bytes"),
        (gzip.compress(idx((60_000, 28, 28))), f"expected md5 {MD5[IMAGES]}, found md5 "),
    ],
    ids=[
        "empty",
        "not-gzip",
        "half-a-gzip",
        "a-gzip-header",
        "empty-gzip",
        "half-an-idx-header",
        "too-few-images",
        "another-rank",
        "half-a-payload",
        "too-long",
        "another-md5",
    ],
)
def test_a_bad_file_is_refused(tmp_path, content, found):
    (tmp_path / IMAGES).write_bytes(content)
    message = refusal(tmp_path)
    assert f"{tmp_path / IMAGES} is not usable: expected " in message
    assert found in message
    if "md5" not in found:
        assert "expected a gzipped IDX file of bytes of shape 60000 x 28 x 28" in message


@pytest.mark.real_data
def test_the_original_files_are_read(real_data):
    arrays = read_folder(real_data)
    assert {name: array.shape for name, array in arrays.items()} == SHAPES
    assert all(array.dtype == np.uint8 for array in arrays.values())
    # Known of Fashion-MNIST: as many of every class, and the first image is an ankle boot.
    assert np.bincount(arrays[LABELS]).tolist() == [6000] * 10
    assert arrays[LABELS][0] == 9
    assert arrays[IMAGES].mean() == pytest.approx(0.2860 * 255, abs=0.05)


@pytest.mark.real_data
def test_one_bad_file_among_good_ones_is_the_one_that_is_named(real_data, tmp_path):
    for name in MD5:
        shutil.copyfile(real_data / name, tmp_path / name)
    last = tmp_path / "t10k-labels-idx1-ubyte.gz"
    last.write_bytes(last.read_bytes()[:-1])
    assert str(last) in refusal(tmp_path)
