"""One's own .npz file: read as it is written, or refused with a sentence, and then nothing is kept."""

import io
import json
import pickle
import struct
import zipfile
from contextlib import suppress
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lrlab.datasets import Dataset, npz
from lrlab.datasets.kept import forget, own_from_file, own_from_path
from lrlab.datasets.own import OwnData, own_from_record, titled
from lrlab.datasets.sources import load, locate
from lrlab.errors import UserError
from tests.datasets.npz import SHAPES, examples, whole
from tests.datasets.npz import npz as packed

N = 240
GREY, LABELS = examples("grey", N)
VECTORS, _ = examples("vectors", N)


def added(content, name="digits.npz"):
    return own_from_file(io.BytesIO(content), name)


def kept(home):
    return [*(home / "own").iterdir()] if (home / "own").exists() else []


def refusal(home, content):
    with pytest.raises(UserError) as caught:
        added(content)
    assert kept(home) == []
    message = str(caught.value)
    assert message.endswith(".")
    assert len(message) < 500
    return message


@pytest.mark.parametrize("kind", SHAPES)
def test_a_file_with_a_test_set_is_read_as_it_is_written(home, kind):
    arrays = whole(kind, test=40)
    data = added(packed(**arrays))
    shape = (*SHAPES[kind], 1) if kind == "grey" else SHAPES[kind]
    dtype = "float32" if kind == "vectors" else "uint8"
    assert data == OwnData(data.digest, "other.npz", shape, 3, N, 40, dtype)
    assert data.title == "digits.npz"
    loaded = load(data)
    assert (loaded.name, loaded.origin) == (f"own:{data.digest}", "your own file digits.npz")
    assert loaded.train_images.dtype == dtype
    np.testing.assert_array_equal(loaded.train_images.ravel(), arrays["x_train"].astype(dtype).ravel())
    np.testing.assert_array_equal(loaded.test_images.ravel(), arrays["x_test"].astype(dtype).ravel())
    np.testing.assert_array_equal(loaded.train_labels, arrays["y_train"])
    np.testing.assert_array_equal(loaded.test_labels, arrays["y_test"])
    assert locate(data).words == "your own file digits.npz"


def test_without_a_test_set_the_last_sixth_of_a_fixed_shuffle_is_one(home):
    numbers = np.arange(N, dtype=np.float64)[:, None]
    data = added(packed(x_train=numbers, y_train=LABELS))
    assert (data.train, data.test) == (200, 40)
    loaded = load(data)
    both = np.concatenate([loaded.train_images, loaded.test_images])[:, 0]
    assert sorted(both) == [*range(N)]
    assert [*both] != [*range(N)]
    np.testing.assert_array_equal(
        np.concatenate([loaded.train_labels, loaded.test_labels]), LABELS[both.astype(int)]
    )
    np.testing.assert_array_equal(load(data).test_images, loaded.test_images)


@pytest.mark.parametrize("dtype", ["float16", "float32", ">f8"])
def test_float_pixels_from_0_to_1_stay_as_they_are(home, dtype):
    pixels = np.random.default_rng(0).uniform(0, 1, (N, 5, 6, 1)).astype(dtype)
    data = added(packed(x_train=pixels, y_train=LABELS[:, None].astype(">i2"), x_test=pixels, y_test=LABELS))
    assert (data.shape, data.dtype) == ((5, 6, 1), "float32")
    np.testing.assert_array_equal(load(data).train_images, pixels.astype(np.float32))
    np.testing.assert_array_equal(load(data).train_labels, LABELS)


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"x_train": None}, "must have the arrays x_train and y_train, but it has y_train."),
        ({"x_train": None, "y_train": None, "images": GREY}, "but it has images."),
        ({"x_test": GREY}, "must have both x_test and y_test or neither, but it has only x_test."),
        ({"y_test": LABELS}, "but it has only y_test. Add the other one, or leave out y_test"),
        ({"x_train": GREY.reshape(N, -1)}, "but these are uint8 of shape (240, 120)."),
        ({"x_train": GREY[..., None].repeat(4, -1)}, "but these are uint8 of shape (240, 12, 10, 4)."),
        ({"x_train": np.zeros((N, 65, 8), np.uint8)}, "with at most 64 x 64 pixels"),
        ({"x_train": np.zeros((N, 3 * 64 * 64 + 1), "f2")}, "with at most 12,288 values"),
        ({"x_train": GREY.astype(int)}, "but these are int64 of shape (240, 12, 10). Change them with"),
        ({"x_train": np.array("text")}, "but these are <U4 of shape ()."),
        ({"x_train": np.zeros((N, 3), [("a", "f4")])}, "Examples must be images"),
        ({"x_train": np.zeros((N, 3), complex)}, "but these are complex128"),
        (
            {"x_train": GREY[:0], "y_train": LABELS[:0]},
            "must have 120 to 1,000,000 examples, but it has 0.",
        ),
        ({"x_train": GREY[:119], "y_train": LABELS[:119]}, "but it has 119. Use more."),
        ({"x_train": np.array([GREY, None], object)}, "it holds Python objects, which LR Lab never loads."),
        (
            {"x_train": np.where(VECTORS < 0.01, np.nan, VECTORS)},
            "are NaN, infinite or too large",
        ),
        ({"x_train": np.full((N, 1), 1e300)}, "but 240 are NaN, infinite or too large for float32."),
        (
            {"x_train": GREY.astype(float)},
            "must be from 0 to 1, because they are float, but",
        ),
        (
            {"y_train": LABELS[1:]},
            "must have the same length, but they have 240 and 239.",
        ),
        (
            {"y_train": LABELS.astype(float)},
            "must be whole numbers of shape (n,), one label for",
        ),
        ({"y_train": np.eye(3, dtype=int)[LABELS]}, "numpy.argmax(y, 1) makes such labels"),
        ({"y_train": np.array(3)}, "but it is int64 of shape ()."),
        ({"y_train": LABELS * 2}, "without gaps, but the 3 different labels are from 0 to 4."),
        ({"y_train": LABELS + 1}, "without gaps, but the 3 different labels are from 1 to 3."),
        ({"y_train": LABELS - 1}, "without gaps, but the 3 different labels are from -1 to 1."),
        ({"y_train": LABELS * 0}, "y_train must have 2 to 100 classes, but it has 1."),
        ({"y_train": np.arange(N) % 101}, "y_train must have 2 to 100 classes, but it has 101."),
        ({"x_test": GREY, "y_test": LABELS + 1}, "y_test must have only labels that y_train has, 0 to 2"),
        ({"x_test": GREY, "y_test": np.full(N, -1)}, "but it has -1 to -1."),
        (
            {"x_test": GREY[:, 1:], "y_test": LABELS},
            "must be like x_train, uint8 of shape (240, 12, 10)",
        ),
        ({"x_test": GREY / 255, "y_test": LABELS}, "but it is float64 of shape (240, 12, 10). Prepare both"),
        (
            {"x_test": GREY[:0], "y_test": LABELS[:0]},
            "x_test must have 1 to 1,000,000 examples",
        ),
        ({"x_test": GREY[:9], "y_test": LABELS[:8]}, "x_test and y_test must have the same length"),
    ],
)
def test_a_bad_file_is_refused_with_a_sentence(home, changes, expected):
    assert expected in refusal(home, packed(**whole(**changes)))


def test_what_is_no_npz_file_is_refused(home):
    assert "it is no zip archive" in refusal(home, b"")
    assert "it is no zip archive" in refusal(home, b"\x89PNG\r\n\x1a\n")
    assert "it is no zip archive" in refusal(home, pickle.dumps(GREY))
    good = packed(**whole())
    assert "it is no zip archive" in refusal(home, good[: len(good) // 2])
    assert "it cannot be read" in refusal(home, good[:500] + bytes(500) + good[1000:])


def archive(**members):
    """A zip file with these bytes in it, by the names of arrays."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as made:
        for name, content in members.items():
            made.writestr(f"{name}.npy", content)
    return file.getvalue()


def array(shape, dtype="|u1", content=b""):
    """The bytes of a .npy file that claims this shape."""
    head = f"{{'descr': {dtype!r}, 'fortran_order': False, 'shape': {shape}}}".ljust(117) + "\n"
    return b"\x93NUMPY\x01\x00" + struct.pack("<H", len(head)) + head.encode() + content


@pytest.mark.slow
def test_what_is_too_large_is_refused_before_it_is_unpacked(home, monkeypatch):
    def unpacked(*_, **__):
        raise AssertionError("values were read")

    monkeypatch.setattr(np.lib.format, "read_array", unpacked)
    bomb = archive(x_train=array((600_000, 900), content=bytes(540_000_000)), y_train=array((600_000,)))
    assert len(bomb) < 10**6
    assert "must have at most 512 MB unpacked, but it has 540 MB." in refusal(home, bomb)
    for shape in ((10**6, 64, 64), (10**30, 8, 8)):
        claims = archive(x_train=array(shape), y_train=array((10**6,)))
        assert "bytes of its shape" in refusal(home, claims)


def test_a_packed_size_that_lies_is_found_out(home):
    """The directory says few bytes, and more come."""
    x = array((N, 8, 8), content=bytes(N * 64))
    bomb = bytearray(archive(x_train=x + bytes(10**6), y_train=array((N,), "<i8", LABELS.tobytes())))
    true, claimed = struct.pack("<I", len(x) + 10**6), struct.pack("<I", len(x))
    assert bomb.count(true) == 2
    assert "it cannot be read" in refusal(home, bytes(bomb.replace(true, claimed)))


def test_a_header_that_is_made_up_is_refused(home):
    y = array((N,), "<i8", LABELS.tobytes())
    for bad in (
        b"",
        b"\x93NUMPY\x09\x00",
        array("(((", content=b""),
        array("(" * 100, content=b""),
        array(f"__import__('os').system('true'), {N}"),
        array((-N, 8, 8)),
        array((True, 8, 8)),
        array((N, 8, 8), "|O"),
        array((N, 8, 8), "nonsense"),
        b"\x93NUMPY\x02\x00" + struct.pack("<I", 2**32 - 1) + b"{",
    ):
        assert refusal(home, archive(x_train=bad, y_train=y))


GOOD = packed(**whole(count=150))


@given(st.integers(0, len(GOOD) - 1), st.binary(min_size=1, max_size=8))
def test_whatever_is_damaged_is_read_or_refused(tmp_path_factory, place, bytes_there):
    file = tmp_path_factory.getbasetemp() / "damaged.npz"
    file.write_bytes(GOOD[:place] + bytes_there + GOOD[place + len(bytes_there) :])
    with suppress(UserError):
        assert npz.described(npz.read(file, "it"), "0" * 64, "it").shape == (12, 10, 1)


def test_a_path_is_read_and_a_bad_one_said(home, tmp_path, monkeypatch):
    file = tmp_path / "my digits.npz"
    file.write_bytes(packed(**whole()))
    data = own_from_path(file)
    assert data.title == "my digits.npz"
    file.unlink()
    assert isinstance(load(data), Dataset)
    with pytest.raises(UserError, match=r"my digits\.npz cannot be read: No such file"):
        own_from_path(file)
    with pytest.raises(UserError, match="cannot be read: Is a directory"):
        own_from_path(tmp_path)


def test_strangers_fill_a_public_server_only_so_far(home, monkeypatch):
    added(packed(**whole()))
    monkeypatch.setattr("lrlab.datasets.kept.MOST_PUBLIC_BYTES", kept(home)[0].stat().st_size)
    monkeypatch.setenv("LRLAB_PUBLIC", "1")
    added(packed(**whole(test=40)))
    with pytest.raises(UserError, match="data sets of all visitors take"):
        added(packed(**whole(test=41)))
    monkeypatch.delenv("LRLAB_PUBLIC")
    added(packed(**whole(test=41)))
    assert len(kept(home)) == 3


def test_on_a_public_server_no_path_is_read(home, tmp_path, monkeypatch):
    file = tmp_path / "digits.npz"
    file.write_bytes(packed(**whole()))
    monkeypatch.setenv("LRLAB_PUBLIC", "1")
    with pytest.raises(UserError, match="A public LR Lab reads no paths"):
        own_from_path(file)
    assert kept(home) == []
    assert added(file.read_bytes()).train == 200


def test_a_file_is_kept_once_by_its_digest_and_forgotten(home):
    one, other = added(packed(**whole())), added(packed(**whole("colour")))
    assert added(packed(**whole()), "again.npz") == one
    assert sorted(file.name for file in kept(home)) == sorted(f"{data.digest}.npz" for data in (one, other))
    forget(one.digest)
    forget(one.digest)
    assert [file.stem for file in kept(home)] == [other.digest]
    with pytest.raises(UserError, match=r"digits\.npz is no longer on this machine.*Add its \.npz"):
        load(one)
    with pytest.raises(UserError, match="A digest must be 64 hexadecimal digits"):
        forget("../../runs.sqlite3")


def test_a_kept_file_that_has_changed_is_not_trained_on(home):
    data = added(packed(**whole()))
    kept(home)[0].write_bytes(packed(**whole("colour")))
    with pytest.raises(UserError, match="has another sha256 than its name"):
        load(data)


def test_a_run_that_describes_its_file_wrongly_is_not_trained(home):
    data = added(packed(**whole()))
    with pytest.raises(UserError, match="otherwise than its file"):
        load(replace(data, train=300))


def test_a_full_disk_is_said(home, monkeypatch):
    class Full(io.BytesIO):
        def read(self, *_):
            raise OSError(28, "No space left on device")

    with pytest.raises(UserError, match=r"digits\.npz could not be kept in .*: No space left on device"):
        own_from_file(Full(), "digits.npz")
    assert kept(home) == []


@given(st.text())
def test_any_file_name_gives_a_title(name):
    data = OwnData("ab" * 32, titled(name), (8, 8, 1), 10, 1000, 300)
    assert own_from_record(json.loads(json.dumps(data.to_dict()))) == data


@pytest.mark.parametrize(
    "change",
    [
        {"digest": "../../x"},
        {"digest": 3},
        {"title": ""},
        {"title": "a\nb"},
        {"title": "x" * 61},
        {"shape": [8, 8]},
        {"shape": [8, 8, 2]},
        {"shape": [65, 8, 1]},
        {"shape": 64},
        {"shape": [True]},
        {"classes": 1},
        {"classes": 2.0},
        {"train": 99},
        {"train": True},
        {"test": 0},
        {"dtype": "float64"},
        {"shape": [64], "dtype": "uint8"},
    ],
)
def test_a_description_from_elsewhere_is_checked(change):
    record = OwnData("ab" * 32, "digits.npz", (8, 8, 1), 10, 1000, 300).to_dict()
    with pytest.raises(UserError, match=r"The \w+ of a data set of one's own cannot be"):
        own_from_record(record | change)


def test_a_description_has_all_its_fields_and_no_other():
    record = OwnData("ab" * 32, "digits.npz", (8, 8, 1), 10, 1000, 300).to_dict()
    for wrong in ({}, record | {"path": "/etc/passwd"}):
        with pytest.raises(UserError, match="A data set of one's own has the fields digest, title, shape"):
            own_from_record(wrong)
