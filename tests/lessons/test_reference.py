"""The recorded results: all of them are there, and training them again gives them again."""

from pathlib import Path

import pytest

from lrlab.__main__ import main
from lrlab.exchange.record import from_json
from lrlab.lessons.recipes import RECIPES, seeds
from lrlab.lessons.reference import FILE, planned, recorded


def test_every_recipe_is_recorded_from_each_of_its_seeds_on_the_real_images():
    found = {}
    for result in recorded():
        found.setdefault(result.spec.recipe, []).append(result.spec.seed)
        assert result.data == result.spec.data == "fashion-mnist"
        assert result.status in ("completed", "diverged")
        assert len(result.epochs) == result.spec.epochs or result.status == "diverged"
    expected = {spec.recipe: [*seeds(recipe)] for recipe, (_, spec) in RECIPES.items()}
    assert found == expected


def test_what_is_recorded_says_what_it_was_trained_with():
    assert all(
        {"python", "tensorflow", "keras", "numpy", "lrlab"} <= {*result.versions} for result in recorded()
    )


def test_what_is_recorded_has_the_rates_of_its_plans():
    for result in recorded():
        plan = result.spec.plan.epoch_rates()
        assert [epoch.lr for epoch in result.epochs] == pytest.approx(plan[: len(result.epochs)], rel=1e-4)


def test_the_file_is_small():
    assert FILE.stat().st_size < 600_000


def test_each_seed_group_has_one_seed_and_one_length():
    for seed_group in planned():
        assert len({(spec.seed, spec.epochs) for _, spec in seed_group}) == 1
    assert sum(map(len, planned())) == len(recorded())


@pytest.mark.proof
@pytest.mark.real_data
def test_training_again_gives_the_recorded_results_within_the_noise_of_the_seeds(real_data, tmp_path, capsys):
    file = tmp_path / "again.json"
    assert main(["reference", str(file), "good", "too-small"]) == 0
    for recipe in ("good", "too-small"):
        again, before = (
            [result for result in results if result.spec.recipe == RECIPES[recipe][1].recipe]
            for results in (from_json(file.read_text()), recorded())
        )
        assert [result.spec for result in again] == [result.spec for result in before]
        for measure in ("val_loss", "val_accuracy"):
            ends = [getattr(result.epochs[-1], measure) for result in before]
            noise = max(ends) - min(ends)
            for result in again:
                end = getattr(result.epochs[-1], measure)
                assert min(ends) - noise <= end <= max(ends) + noise


def test_what_cannot_be_recorded_is_said(home, tmp_path, capsys):
    assert main(["reference", str(tmp_path / "x.json"), "nonsense"]) == 2
    assert "There is no recipe 'nonsense'" in capsys.readouterr().err
    assert not Path(tmp_path / "x.json").exists()
