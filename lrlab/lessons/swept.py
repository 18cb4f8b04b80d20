"""What the recorded sweep says of its schedules, each at the article's rate and at its own best."""

from collections.abc import Sequence

from lrlab.analysis import answer_of, in_words
from lrlab.analysis.tuned import Tuned, tuned
from lrlab.lessons.evidence import CLASSES, Comparison, end_text, writer
from lrlab.lessons.recipes import RECIPES
from lrlab.lessons.recorded_sweep import RecordedSweep
from lrlab.optimizers import SGD
from lrlab.runs.summary import summary
from lrlab.runs.sweep import Candidate
from lrlab.runs.swept import SweptRun
from lrlab.schedules import Constant


def schedules(sweep: RecordedSweep) -> list[str]:
    """The names of the schedules of SGD."""
    return [each.name for each in sweep.sweep.candidates if each.spec.optimizer == SGD()]


def of(sweep: RecordedSweep, names: Sequence[str]) -> list[SweptRun]:
    """The runs of the schedules with these names."""
    return [run for run in sweep.runs if run.name in names]


def article_rate(candidate: Candidate) -> float:
    """The article's highest rate: Keras's default if the rate is constant, and else that of its decays."""
    spec = candidate.spec
    if isinstance(spec.schedule, Constant):
        return spec.optimizer.usual_lr
    return summary(RECIPES["exponential"][1].plan).peak


def tried_and_best(sweep: RecordedSweep) -> list[Tuned]:
    """Every schedule, and Adam, at the article's rate and at its own best, the best first."""
    return tuned(sweep.runs, {each.name: article_rate(each) for each in sweep.sweep.candidates})


def leads(sweep: RecordedSweep, name: str, measure: str) -> Comparison:
    """Whether a schedule ends ahead of all others of SGD, each at its own best rate, on the fresh seeds.

    The sign is -1 if the schedule that ends best is ahead of it beyond chance.
    """
    found = answer_of(of(sweep, schedules(sweep)), measure, CLASSES)
    if found is None or found.name is None:
        return Comparison(0, "No confirming run has ended.")
    sentence = found.verdict.sentence
    if name in found.differences and name not in sentence:
        (lane,) = (lane for lane in found.verdict.standings if lane.name == name)
        sentence += f" {name} has {end_text(lane, writer(measure, [lane.low, lane.high]))}"
        amount, interval = in_words(found.differences[name], measure)
        what = f"{found.name} is {amount}"
        if name not in found.beaten:
            what = "with so many comparisons, this difference may be chance"
        sentence += f": {what} (95 % interval: {interval})."
    return Comparison(1 if found.verdict.winner == name else -(name in found.beaten), sentence)
