"""The findings are as seldom wrong, and as often right, as the README says."""

import re
from pathlib import Path

import pytest

from tests.simulation import HEADER, Situation, situations

README = (Path(__file__).parents[2] / "README.md").read_text(encoding="utf-8")
SITUATIONS = [*situations()]


@pytest.mark.proof
@pytest.mark.parametrize("situation", SITUATIONS, ids=[f"{s.statement}: {s.situation}" for s in SITUATIONS])
def test_a_share_is_within_its_limit_and_as_the_readme_says(situation):
    row = situation.row()
    assert row.holds(), str(row)
    (quoted,) = [
        line for line in README.splitlines() if line.startswith(f"| {row.statement} | {row.situation} |")
    ]
    share, limit = re.findall(r"([\d.]+)%", quoted.removeprefix(f"| {row.statement} | {row.situation} |"))[:2]
    assert float(share) == pytest.approx(100 * row.share, abs=0.3)
    assert float(limit) == pytest.approx(100 * row.limit)


def test_a_share_beyond_its_limit_is_noticed():
    often = Situation("Overfitting", "always", False, {"here": lambda _: 0.03, "there": lambda _: 0.01}, 0.02)
    assert (often.row().share, often.row().case) == (0.03, "here")
    assert not often.row().holds()
    assert often._replace(limit=0.025).row().holds()
    seldom = Situation("Overfitting", "never", True, {"here": lambda _: 0.93, "there": lambda _: 1.0}, 0.95)
    assert (seldom.row().share, seldom.row().holds()) == (0.93, False)


def test_the_readme_has_the_rows_of_the_simulation_and_no_others():
    rows = README.split(HEADER)[1].split("\n\n")[0].strip().splitlines()
    assert [tuple(row.split(" | ")[:2]) for row in rows] == [
        (f"| {situation.statement}", situation.situation) for situation in SITUATIONS
    ]
