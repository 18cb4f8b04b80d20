"""Results as CSV: pandas reads the same back, and a spreadsheet runs nothing."""

import csv
import io
import math
from dataclasses import fields

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lrlab.exchange.table import CSV_COLUMNS, EPOCH, plain, to_csv
from lrlab.optimizers import Adam
from lrlab.runs.records import Epoch
from lrlab.runs.result import Result
from lrlab.runs.spec import RunSpec
from lrlab.schedules import CosineDecay, Warmup
from tests.exchange.test_record import example, results

TEXTS = ("name", "seed", "optimizer", "schedule", "clock", "data")


def read(text):
    """The table as pandas reads it when it is told what may be missing."""
    return pd.read_csv(
        io.StringIO(text, newline=""),
        dtype=dict.fromkeys(TEXTS, str) | dict.fromkeys(EPOCH[1:], float),
        keep_default_na=False,
        na_values=dict.fromkeys(EPOCH, ""),
    )


def test_the_columns_are_what_a_run_is_and_every_field_of_an_epoch():
    assert CSV_COLUMNS[:7] == ("run", "name", "seed", "optimizer", "schedule", "clock", "data")
    assert CSV_COLUMNS[7:] == tuple(f.name for f in fields(Epoch))


def test_a_row_is_an_epoch():
    spec = RunSpec(Warmup(CosineDecay(), 3), "step", Adam(), epochs=5, seed=7)
    made = example(spec=spec, name="a, b")
    bare = Result("log", (Epoch(0, math.nan, math.nan, math.inf, *[math.nan] * 4),))
    assert to_csv([made, bare]).split("\r\n") == [
        "run,name,seed,optimizer,schedule,clock,data,epoch,lr,lr_end,loss,accuracy,val_loss,val_accuracy,"
        "seconds,grad_norm,update_ratio",
        '1,"a, b",7,adam,warm-up + cosine,step,fashion-mnist,0,0.1,0.1,0.5,0.8,0.6,0.7,1.5,2.0,0.01',
        '1,"a, b",7,adam,warm-up + cosine,step,fashion-mnist,1,0.1,0.1,0.4,0.8,0.6,0.7,1.5,2.0,0.01',
        "2,log,,,,,,0,,,inf,,,,,,",
        "",
    ]


def test_pandas_needs_to_be_told_nothing():
    frame = pd.read_csv(io.StringIO(to_csv([example(), Result("log", example().epochs)])))
    assert frame.groupby("run").loss.min().tolist() == [0.4, 0.4]
    assert frame.seed.isna().tolist() == [False, False, True, True]


def test_no_results_are_a_header():
    assert to_csv([]) == ",".join(CSV_COLUMNS) + "\r\n"


@pytest.mark.slow
@given(st.lists(results(), max_size=3))
def test_pandas_reads_it_back_equal(made):
    frame = read(to_csv(made))
    assert tuple(frame.columns) == CSV_COLUMNS
    rows = [(number, result, epoch) for number, result in enumerate(made, 1) for epoch in result.epochs]
    assert len(frame) == len(rows)
    for row, (number, result, epoch) in zip(frame.itertuples(index=False), rows, strict=True):
        assert (row.run, plain(row.name)) == (number, result.name)
        assert row.seed == (str(result.spec.seed) if result.spec else "")
        assert row.optimizer == (result.spec.optimizer.kind if result.spec else "")
        assert row.data == (result.data or "")
        for name in EPOCH:
            value, back = getattr(epoch, name), getattr(row, name)
            assert back == value or (math.isnan(back) and math.isnan(value))


@pytest.mark.parametrize("sign", ["=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠", "'"])
def test_no_name_is_a_formula(sign):
    name = f"{sign}HYPERLINK(A1)"
    row = list(csv.reader(io.StringIO(to_csv([example(name=name)]), newline="")))[1]
    assert row[1] == f"'{name}"
    assert plain(row[1]) == name


def test_other_names_stay_as_they_are():
    for name in ("Cosine", "a=b", "1-cycle", " =", "it's"):
        assert to_csv([example(name=name)]).split("\r\n")[1].startswith(f"1,{name},")
        assert plain(name) == name
