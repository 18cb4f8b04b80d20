"""Results as JSON: they come back the same, and whatever else comes in is said to be wrong."""

import json
import math
from copy import deepcopy

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lrlab.datasets.catalogue import choices
from lrlab.errors import UserError
from lrlab.exchange.record import ENDED, EPOCH_FIELDS, from_json, is_record, to_json
from lrlab.optimizers import OPTIMIZERS
from lrlab.runs.controllers import EarlyStopping
from lrlab.runs.plan import CLOCKS
from lrlab.runs.records import Epoch
from lrlab.runs.result import Result
from lrlab.runs.spec import RunSpec
from lrlab.schedules import Cooldown, CosineDecay, ExponentialDecay, StepDecay, Warmup
from tests.datasets.npz import described

texts = st.text(st.characters(codec="utf-8"), max_size=60)
names = st.text(st.characters(codec="utf-8"), min_size=1, max_size=60).filter(str.strip)
floats = st.floats()
shares = st.floats(0, 1) | st.just(math.nan)
scores = st.none() | st.floats(allow_nan=False)
specs = st.builds(
    RunSpec,
    schedule=st.sampled_from((CosineDecay(), ExponentialDecay(0.5, 0.2), Warmup(Cooldown(StepDecay()), 3))),
    clock=st.sampled_from(CLOCKS),
    optimizer=st.sampled_from(OPTIMIZERS).map(lambda cls: cls()),
    seed=st.integers(0, 2**32 - 1),
    early_stopping=st.none() | st.just(EarlyStopping()),
    data=st.sampled_from((*choices(), described())),
)


@st.composite
def results(draw, numbers=floats):
    """Results with any numbers, infinite and NaN ones too, with a spec and without."""
    row = {name: shares if name.endswith("accuracy") else numbers for name in EPOCH_FIELDS[1:]}
    rows = draw(st.lists(st.fixed_dictionaries(row), max_size=4))
    spec = draw(st.none() | specs)
    return Result(
        name=draw(names),
        epochs=tuple(Epoch(number, **row) for number, row in enumerate(rows)),
        spec=spec,
        status=draw(st.sampled_from(ENDED)),
        data=draw(st.none() | st.sampled_from([*choices(), *([spec.data_name] if spec else [])])),
        origin=draw(texts),
        message=draw(texts),
        test_loss=draw(scores),
        test_accuracy=draw(st.none() | st.floats(0, 1)),
        created=draw(st.none() | st.floats(0, 3e10)),
        tags=tuple(draw(st.lists(texts.map(lambda tag: tag[:40]), max_size=3))),
        note=draw(texts),
        versions=draw(st.dictionaries(texts, texts, max_size=2)),
        has_manual_rate=draw(st.booleans()),
    )


def example(**changes):
    """A run of two epochs with everything known."""
    epochs = tuple(Epoch(n, 0.1, 0.1, 0.5 - n / 10, 0.8, 0.6, 0.7, 1.5, 2.0, 0.01) for n in range(2))
    known = {
        "name": "Cosine",
        "epochs": epochs,
        "spec": RunSpec(CosineDecay(), epochs=2),
        "data": "fashion-mnist",
        "test_loss": 0.4,
        "created": 1.7e9,
        "tags": ("a",),
        "versions": {"keras": "3"},
    }
    return Result(**known | changes)


GOOD = json.loads(to_json([example()]))


def refused(**changes):
    """What from_json says to the example with other values in its record."""
    whole = deepcopy(GOOD)
    whole["runs"][0].update(changes)
    with pytest.raises(UserError) as caught:
        from_json(json.dumps(whole))
    return str(caught.value)


@pytest.mark.slow
@given(st.lists(results(), max_size=3))
def test_results_come_back_the_same(made):
    text = to_json(made)
    assert is_record(text)
    json.loads(text, parse_constant=pytest.fail)
    assert repr(from_json(text)) == repr(made)  # equal by its text, since NaN equals nothing


@given(results(st.floats(width=32)))
def test_rounded_results_can_be_read(made):
    (back,) = from_json(to_json([made], 5))
    for epoch, rounded in zip(made.epochs, back.epochs, strict=True):
        assert rounded.loss == pytest.approx(epoch.loss, rel=1e-4, abs=1e-320, nan_ok=True)


def test_a_test_score_that_is_nan_was_not_measured():
    assert from_json(to_json([example(test_loss=math.nan)]))[0].test_loss is None


@pytest.mark.parametrize("missing", [("grad_norm",), ("update_ratio",), ("grad_norm", "update_ratio")])
def test_what_older_runs_lack_is_nan_and_moves_nothing_else(missing):
    whole = deepcopy(GOOD)
    for name in missing:
        del whole["runs"][0]["epochs"][name]
    epoch = from_json(json.dumps(whole))[0].epochs[0]
    assert all(math.isnan(getattr(epoch, name)) for name in missing)
    kept = {"grad_norm": 2.0, "update_ratio": 0.01}
    assert all(getattr(epoch, name) == value for name, value in kept.items() if name not in missing)


def test_a_record_is_known_by_its_beginning_however_it_is_indented():
    assert is_record(json.dumps(GOOD, indent=4))
    assert from_json(json.dumps(GOOD, indent=4)) == [example()]
    assert not is_record('{"loss": [1]}')
    assert not is_record("")


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"name": 3}, "Run 1 of the file must have a text of at most 200 characters as name, but it is 3."),
        ({"name": " "}, "must have a name, but it is ' '"),
        ({"name": "a" * 201}, "at most 200 characters"),
        ({"name": "\ud800"}, "cannot be read"),
        ({"tags": ["\udfff"]}, "cannot be read"),
        ({"note": None}, "at most 20000 characters as note"),
        ({"tags": "a"}, "a list of at most 50 short texts as tags"),
        ({"tags": ["a" * 41]}, "a list of at most 50 short texts as tags"),
        ({"tags": ["a"] * 51}, "a list of at most 50 short texts as tags"),
        ({"versions": {"keras": "3" * 41}}, "an object of at most 20 short texts as versions"),
        ({"versions": {str(at): "3" for at in range(21)}}, "an object of at most 20 short texts as versions"),
        ({"spec": {"optimizer": "a" * 50_000}}, "at most 50,000 characters as spec"),
        ({"versions": {"keras": 3}}, "an object of at most 20 short texts as versions"),
        ({"driven": 1}, "true or false as driven"),
        ({"status": "running"}, "one of completed, stopped, diverged, failed as status"),
        ({"status": "paused"}, "one of completed, stopped, diverged, failed as status, but it is 'paused'"),
        ({"status": []}, "as status, but it is []"),
        ({"data": {}}, "one of auto, fashion-mnist, synthetic, mnist or the spec's own as data"),
        ({"created": "inf"}, "the seconds since 1970 as created, but it is inf"),
        ({"created": -1}, "the seconds since 1970 as created"),
        ({"created": 1e15}, "the seconds since 1970 as created"),
        ({"test_loss": True}, "a number as test_loss, but it is True"),
        ({"test_loss": "nan"}, "a number as test_loss, but it is 'nan'"),
        ({"test_loss": 10**400}, "a number as test_loss, but it is 1000"),
        (
            {"test_accuracy": 84.5},
            "from 0 to 1 as test_accuracy (divide a percentage by 100), but it is 84.5",
        ),
        (
            {"test_accuracy": "inf"},
            "from 0 to 1 as test_accuracy (divide a percentage by 100), but it is 'inf'",
        ),
        ({"spec": []}, "Run 1 of the file cannot be trained. A run must be a JSON object"),
        ({"spec": {"epochs": 1}}, "the epochs of the run from 0 on"),
        ({"spec": {"epochs": 10**9}}, "epochs must be a whole number from 1 to 1,000"),
        ({"colour": 1, "size": 2}, "has unknown fields: colour, size"),
    ],
)
def test_what_is_wrong_with_a_run_is_said(changes, message):
    assert message in refused(**changes)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"epoch": [False, True]}, "from 0 on, one after another, as"),
        ({"epoch": [0.0, 1.0]}, "from 0 on, one after another"),
        ({"epoch": [1, 2]}, "from 0 on, one after another"),
        ({"epoch": [0, 0]}, "from 0 on, one after another"),
        ({"epoch": [0, None]}, "from 0 on, one after another"),
        ({"loss": [1]}, "columns of equal length, at most 1000"),
        ({"loss": [1, "high"]}, "a number as loss, but it is 'high'"),
        ({"loss": [1, [2]]}, "a number as loss, but it is [2]"),
        ({"loss": [1, False]}, "a number as loss, but it is False"),
        ({"accuracy": [0, 65]}, "a share from 0 to 1 as accuracy (divide a percentage by 100), but it is 65"),
        ({"val_accuracy": [-0.1, 1]}, "a share from 0 to 1 as val_accuracy (divide a percentage by 100)"),
        ({"val_accuracy": [1, "-inf"]}, "a share from 0 to 1 as val_accuracy (divide a percentage by 100)"),
        ({"loss": {"0": 1}}, "an object of lists as epochs"),
        ({"f1": [1, 2]}, "the columns epoch, lr, lr_end, loss"),
    ],
)
def test_what_is_wrong_with_the_epochs_is_said(changes, message):
    assert message.removesuffix(" as") in refused(epochs=GOOD["runs"][0]["epochs"] | changes)


def test_missing_columns_and_too_many_epochs_and_runs_are_refused():
    columns = GOOD["runs"][0]["epochs"]
    assert "the columns epoch, lr" in refused(epochs={n: c for n, c in columns.items() if n != "loss"})
    assert "the columns epoch, lr" in refused(epochs={})
    long = {name: list(range(1001)) for name in columns}
    assert "at most 1000, as epochs, but it is 1001" in refused(epochs=long)
    with pytest.raises(UserError, match="at most 500 runs, but this one has 501"):
        from_json(json.dumps(GOOD | {"runs": GOOD["runs"] * 501}))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "cannot be read"),
        ("{", "cannot be read"),
        ("[" * 100_000, "cannot be read"),
        ('{"format": "lrlab.runs", "version": 1, "runs": [' + '{"a":' * 100_000, "cannot be read"),
        ("[]", 'a JSON object with only "format": "lrlab.runs"'),
        (json.dumps(GOOD | {"format": "other"}), 'a JSON object with only "format": "lrlab.runs"'),
        (json.dumps(GOOD | {"runs": {}}), 'a list "runs"'),
        (json.dumps(GOOD | {"more": 1}), 'a list "runs"'),
        (json.dumps(GOOD | {"runs": [1]}), "Run 1 of the file must have an object of its own, but it is 1"),
        (json.dumps(GOOD | {"version": 2}), "written in version 2 of the format, but this LR Lab reads"),
        (json.dumps(GOOD | {"version": True}), "written in version True"),
        (json.dumps({"format": "lrlab.runs", "runs": []}), "written in version None"),
    ],
)
def test_what_is_no_record_is_refused(text, message):
    with pytest.raises(UserError, match=message):
        from_json(text)


@pytest.mark.parametrize("depth", [50, 200, 300, 400, 600, 900, 990])
@pytest.mark.parametrize("name", ["spec", "epochs", "tags", "name"])
def test_deep_nesting_is_refused(depth, name):
    deep = "[" * depth + "]" * depth
    whole = deepcopy(GOOD)
    whole["runs"][0][name] = "here"
    for value in (deep, f'{{"schedule": {deep}}}', '{"schedule":' * depth + "0" + "}" * depth):
        with pytest.raises(UserError):
            from_json(json.dumps(whole).replace('"here"', value))


def places(value, path=()):
    """The path of everything inside a JSON value."""
    yield path
    if isinstance(value, (dict, list)):
        for key, inner in value.items() if isinstance(value, dict) else enumerate(value):
            yield from places(inner, (*path, key))


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8) | st.just(10**400),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)


@given(st.sampled_from(list(places(GOOD))), anything, st.booleans())
def test_a_changed_record_is_refused_or_means_what_it_says(path, value, add):
    whole = deepcopy(GOOD)
    if not path:
        whole = value
    else:
        inner = whole
        for key in path[:-1]:
            inner = inner[key]
        if add and isinstance(inner, dict):
            inner["new"] = value
        else:
            inner[path[-1]] = value
    try:
        back = from_json(json.dumps(whole))
    except UserError as error:
        refusal = str(error)
    else:
        refusal = ""
        assert repr(from_json(to_json(back))) == repr(back)
    assert len(refusal) < 600


WRONG = {"text": [None, 1, True, [], {}], "list": [None, 1, True, "a", {}, [1]], "object": [1, "a", [], True]}
FIELDS = {
    **dict.fromkeys(("name", "origin", "message", "note", "status"), "text"),
    "tags": "list",
    **dict.fromkeys(("epochs", "spec", "versions"), "object"),
}


@pytest.mark.parametrize("name", GOOD["runs"][0])
def test_every_wrong_type_is_refused(name):
    for value in WRONG[FIELDS[name]] if name in FIELDS else ([], {}, "a"):
        assert refused(**{name: value})


def test_every_wrong_type_in_a_column_is_refused():
    columns = GOOD["runs"][0]["epochs"]
    for name in columns:
        for value in ("a", True, [], {}, 10**400):
            assert refused(epochs=columns | {name: [columns[name][0], value]})


def test_accuracies_may_be_missing_none_or_all():
    columns = GOOD["runs"][0]["epochs"] | {"accuracy": [0, 1], "val_accuracy": [None, 1.0]}
    whole = deepcopy(GOOD)
    whole["runs"][0]["epochs"] = columns
    one, two = from_json(json.dumps(whole))[0].epochs
    assert (one.accuracy, two.accuracy, two.val_accuracy) == (0, 1, 1)
    assert math.isnan(one.val_accuracy)


@pytest.mark.parametrize("status", ["queued", "running", "paused"])
def test_a_run_that_has_not_ended_can_be_imported_elsewhere(status):
    (result,) = from_json(to_json([Result("A", (), status=status)]))
    assert (result.status, result.message) == ("stopped", "It had not ended when it was exported.")
