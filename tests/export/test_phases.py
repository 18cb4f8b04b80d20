"""Whether float32 finds the whole numbers of step / size: asked of a few steps, against every step."""

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from lrlab.export.phases import rounds_well
from lrlab.runs.plan import MAX_STEPS


def in_full(size, settings):
    steps = np.arange(settings + 1)
    rounded = steps.astype(np.float32) * (np.float32(1) / np.float32(size))
    return all((rounder(rounded) == rounder(steps / size)).all() for rounder in (np.floor, np.ceil))


@given(st.integers(1, 3000) | st.floats(1, 3000).filter(lambda size: size > 10), st.integers(1, 200_000))
@example(41, 1000)
@example(15.474001370009516, 189_443)
def test_the_steps_beside_the_multiples_decide(size, settings):
    assert rounds_well(size, settings) == in_full(size, settings)


@pytest.mark.parametrize("size", [*range(1, 20), 41, 47, 83, 2500, 2501])
def test_in_the_longest_run_too(size):
    assert rounds_well(size, MAX_STEPS) == in_full(size, MAX_STEPS)
