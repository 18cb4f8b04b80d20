"""All runs of a sweep together: best rates, shares, fresh seeds, and the answer of the confirming runs."""

from itertools import count

from lrlab.analysis import answer_of, best_of, fresh_seeds, shares_of
from lrlab.runs.swept import CONFIRM, SEARCH, SweptRun

ids = count(1)


def run(name, peak, seed, loss, role=SEARCH, status="completed"):
    return SweptRun(next(ids), name, peak, seed, role, status, 15, loss, loss, 1 - loss if loss else None)


def searched():
    """Cosine is best at 0.3, Constant at 0.1; the runs at 1.0 diverged."""
    losses = {"Cosine": {0.1: 0.40, 0.3: 0.34}, "Constant": {0.1: 0.38, 0.3: 0.42}}
    return [
        *(
            run(name, peak, seed, loss + 0.002 * seed)
            for name, rates in losses.items()
            for peak, loss in rates.items()
            for seed in (1, 2, 3)
        ),
        *(run(name, 1.0, seed, None, status="diverged") for name in losses for seed in (1, 2, 3)),
    ]


def test_each_schedule_is_found_at_its_own_best_with_its_sensitivity():
    best = best_of(searched(), "val_loss", {1: 2.3, 2: 2.3, 3: 2.3})
    assert [(each.name, each.peak) for each in best] == [("Cosine", 0.3), ("Constant", 0.1)]
    assert round(best[0].sensitivity, 3) == round((0.06 + 0 + 2.3 - 0.344) / 3, 3)
    assert best_of(searched())[0].sensitivity is None  # without a loss before training


def test_runs_that_have_not_ended_do_not_count():
    early = [run("Cosine", 0.1, 4, 0.01, status="running"), run("Cosine", 0.1, 5, 0.01, status="stopped")]
    assert best_of([*searched(), *early]) == best_of(searched())


def test_schedules_with_other_peak_rates_have_no_share():
    adam = [run("Constant, Adam", peak, seed, 0.30) for peak in (0.001, 0.01) for seed in (1, 2, 3)]
    assert shares_of([*searched(), *adam]) == shares_of(searched())
    assert shares_of([]).sentence == "There is nothing to compare yet."


def test_fresh_seeds_are_none_of_the_search_nor_of_what_was_confirmed():
    runs = [*searched(), run("Cosine", 0.3, 4, 0.34, CONFIRM)]
    assert fresh_seeds(runs, 3) == [5, 6, 7]
    assert fresh_seeds([run("Cosine", 0.3, 2**32 - 1, 0.34), run("Cosine", 0.3, 1, 0.34)], 2) == [0, 2]


def test_a_seed_with_which_the_search_went_on_is_not_fresh():
    fresh = [run("Cosine", 0.3, seed, 0.34, CONFIRM) for seed in (3, 4)]
    assert answer_of([*searched(), *fresh]).verdict.standings[0].seeds == 1
    assert answer_of([*searched(), fresh[0]]) is None


def test_only_the_fresh_seeds_decide():
    assert answer_of(searched()) is None
    fresh = [run("Cosine", 0.3, seed, 0.40 + 0.002 * seed, CONFIRM) for seed in (4, 5, 6)]
    fresh += [run("Constant", 0.1, seed, 0.36 + 0.002 * seed, CONFIRM) for seed in (4, 5, 6)]
    answer = answer_of([*searched(), *fresh])
    assert (answer.name, answer.peak, answer.beaten) == ("Constant", 0.1, ("Cosine",))


def test_a_schedule_that_was_confirmed_twice_is_judged_at_the_rate_with_the_most_seeds():
    fresh = [run("Cosine", 0.1, seed, 0.40, CONFIRM) for seed in (4, 5, 6)]
    fresh += [run("Cosine", 0.3, 7, 0.01, CONFIRM)]
    assert answer_of([*searched(), *fresh]).peak == 0.1
