"""The recorded results that lessons use without training, made by `python -m lrlab reference`."""

import math
from dataclasses import replace
from functools import cache
from pathlib import Path

from lrlab.exchange.record import from_json, to_json
from lrlab.lessons.recipes import RECIPES, seeds
from lrlab.runs.result import Result
from lrlab.runs.spec import RunSpec

FILE = Path(__file__).parent / "reference.json"
DIGITS = 5


def planned(recipes=tuple(RECIPES)) -> list[list[tuple[str, RunSpec]]]:
    """The seed groups of what is recorded: for each length and seed the (name, spec) of every recipe."""
    lanes = [(seed, *RECIPES[recipe]) for recipe in recipes for seed in seeds(recipe)]
    seed_groups: dict[tuple[int, int], list[tuple[str, RunSpec]]] = {}
    for seed, name, spec in lanes:
        seed_groups.setdefault((spec.epochs, seed), []).append((name, spec.with_seed(seed)))
    return list(seed_groups.values())


def write(results: list[Result], path: Path = FILE) -> None:
    """Write results as the recorded ones: with five significant digits, without values no lesson shows."""
    results = [
        replace(
            result, epochs=tuple(replace(e, grad_norm=math.nan, update_ratio=math.nan) for e in result.epochs)
        )
        for result in results
    ]
    path.write_text(to_json(results, DIGITS), encoding="utf-8")


@cache
def recorded() -> tuple[Result, ...]:
    """The recorded results, all trained on Fashion-MNIST."""
    return tuple(from_json(FILE.read_text(encoding="utf-8")))
