"""The report of a sweep stands alone and says what the analysis says."""

import math
import re
from dataclasses import replace
from html.parser import HTMLParser

import pytest

from lrlab import article
from lrlab.analysis.search import answer_of, best_of, shares_of
from lrlab.exchange.sweep_report import Facts, sweep_report
from lrlab.figures.axes import plain, said
from lrlab.figures.forest import apart, in_numbers
from lrlab.runs.swept import CONFIRM
from tests.figures.sweeps import HOSTILE, PEAKS, fresh, run, search

NAMES = {"Cosine": 7, "Linear": 2, "Step": 6, "Exponential": 5, "Constant": 0}
SPEC = 'epochs = 15\n\n[peaks]\n  from = 0.01  # "low" & high <b>\n'
FACTS = Facts(
    "Which schedule for Fashion-MNIST?",
    "Fashion-MNIST, 16,000 + 4,000 images, 15 epochs",
    SPEC,
    {"lrlab": "1.2", "keras": "3.15"},
    "the four files of Fashion-MNIST",
    "1 May 2026",
)
VOID = {"meta", "br", "link", "img", "input", "hr"}
SHAPES = {"circle", "rect", "line", "path", "polygon", "text", "polyline"}


class Reader(HTMLParser):
    """Checks that elements are closed in order, and collects what there is."""

    def __init__(self):
        super().__init__()
        self.open, self.tags, self.attributes, self.texts = [], [], [], []

    def handle_starttag(self, tag, attributes):
        self.tags.append(tag)
        self.attributes += attributes
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attributes):
        self.tags.append(tag)
        self.attributes += attributes

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        if self.open and self.open[-1] != "style":
            self.texts.append(data)


def read(report):
    """A checked report; (its reader, its text)."""
    reader = Reader()
    reader.feed(report)
    reader.close()
    assert not reader.open
    return reader, " ".join(" ".join(reader.texts).split())


def report(names=NAMES, seeds=5, measure="val_loss", facts=FACTS, more=(), **given):
    runs = [*search([*names]), *(fresh([*names], seeds) if seeds else ()), *more]
    curves = {
        each.id: (0.9, 0.5, getattr(each, measure) or math.nan) for each in runs if each.role == CONFIRM
    }
    return runs, sweep_report(runs, names, facts, measure, curves, **given)


@pytest.mark.parametrize("seeds", [0, 2, 5])
def test_it_stands_alone(seeds):
    _, found = report(seeds=seeds)
    reader, _ = read(found)
    assert {"html", "head", "body", "h1", "table", "svg"} <= {*reader.tags}
    assert not {"script", "link", "img", "iframe", "object", "use", "image"} & {*reader.tags}
    assert not [
        name for name, _ in reader.attributes if name in ("src", "href", "srcset") or name[:2] == "on"
    ]
    assert "http" not in found
    assert "@import" not in found
    assert "url(" not in found


def test_its_only_link_is_the_article():
    source = re.search(r"https://\S+", article.__doc__)[0]
    reader, _ = read(report(facts=replace(FACTS, source=source))[1])
    assert [value for name, value in reader.attributes if name == "href"] == [source]
    reader, words = read(report(facts=replace(FACTS, source="javascript:alert(1)"))[1])
    assert "href" not in dict(reader.attributes)
    assert "javascript:alert(1)" in words


@pytest.mark.parametrize("measure", ["val_loss", "val_accuracy"])
def test_its_numbers_are_those_of_the_analysis(measure):
    runs, found = report(measure=measure)
    _, words = read(found)
    answer, best = answer_of(runs, measure), best_of(runs, measure)
    assert f"{answer.name} , peak {plain(answer.peak)}" in words
    assert shares_of(runs, measure).sentence in words
    assert said(answer.verdict.standings[0].median, measure) in words
    rows = apart(answer, measure)
    for row, number in zip(rows, in_numbers(rows, measure), strict=True):
        assert number in words
        if row.is_worse:
            assert f"Beats {row.name} by {number.partition(' (')[0]}" in words
        else:
            assert f"Not distinguishable from {row.name} : {number} worse." in words
    for each in best:
        low, high = each.interval
        cells = [each.name, plain(each.peak), f"{plain(each.peaks[0])} to {plain(each.peaks[1])}"]
        cells += [said(each.mean, measure), f"{said(low, measure)} to {said(high, measure)}"]
        assert " ".join(cells) in words


def test_it_says_how_it_was_made():
    _, found = report()
    _, words = read(found)
    assert all(text in words for text in ("1 May 2026", "keras 3.15", "the four files of Fashion-MNIST"))
    assert '[peaks]\n  from = 0.01  # "low" & high <b>' in "".join(read(found)[0].texts)


def test_before_confirming_it_says_that_fresh_seeds_have_not_decided():
    runs, found = report(seeds=0)
    _, words = read(found)
    assert "Fresh seeds have not decided yet" in words
    first = best_of(runs)[0]
    assert f"Best in the search: {first.name} at {plain(first.peak)}" in words
    assert "The confirming runs" not in words


def test_an_answer_that_is_not_decided_names_no_winner():
    runs, found = report(seeds=2)
    assert answer_of(runs).verdict.winner is None
    _, words = read(found)
    assert "Ended best, but not told apart from all others" in words
    assert "Too few seeds to compare with Constant : it takes three each." in words


def test_seeds_that_diverged_are_said():
    lost = run("Step", 0.3, 990, None, CONFIRM)
    assert "1 of 6 seeds of Step diverged." in read(report(more=[lost])[1])[1]


def test_more_runs_that_wait_are_said():
    waiting = [run("Cosine", 0.3, 900 + at, None, CONFIRM, "queued") for at in range(3)]
    waiting = [replace(each, status="queued") for each in waiting]
    assert "3 confirming runs have not ended yet." in read(report(more=waiting)[1])[1]


@pytest.mark.parametrize(
    "runs",
    [
        [],
        [run("Cosine", 0.3, 1, None)],
        [run("Cosine", 0.3, 1, 0.4)],
        [run("Cosine", 0.3, 1, 0.4), run("Cosine", 0.3, 9, None, CONFIRM)],
        [run("Cosine", 0.3, 1, 0.4), run("Cosine", 0.3, 9, 0.41, CONFIRM)],
    ],
    ids=["nothing", "diverged", "one", "confirming diverged", "one confirmed"],
)
def test_little_is_reported_too(runs):
    read(sweep_report(runs, {"Cosine": 7}, FACTS))


def test_hostile_names_stay_texts():
    names = {HOSTILE: 1, "B" + HOSTILE: 2, "</style><b>C</b>": 3}
    facts = Facts(*[HOSTILE] * 3, {HOSTILE: HOSTILE}, HOSTILE, HOSTILE, 'https://example.org/"><script>')
    reader, words = read(report(names, facts=facts)[1])
    assert "script" not in reader.tags
    assert reader.tags.count("b") == len(names) - 1, "the names of the others in the answer"
    assert reader.tags.count("style") == 1
    assert "<script>alert('x')</script>" in words


def test_a_large_sweep_stays_small():
    names = {f"Schedule number {at}": at for at in range(12)}
    peaks = (*PEAKS, 3.0, 10.0)
    runs = [*search([*names], peaks), *fresh([*names])]
    curves = {each.id: tuple(0.3 + 1 / at for at in range(1, 1001)) for each in runs if each.role == CONFIRM}
    assert len(sweep_report(runs, names, FACTS, curves=curves).encode()) < 2_000_000
