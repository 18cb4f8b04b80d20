"""Whether the shape of a schedule decides its result, or its rate."""

from lrlab.analysis import answer_of, shares_of
from lrlab.analysis.search import CONFIRMING_SEEDS
from lrlab.lessons.evidence import CLASSES, GUESSING
from lrlab.lessons.lesson import Answer, Lesson, Question, concluding, rate_after
from lrlab.lessons.recorded_sweep import ADAM, EPOCHS, SEEDS, SGD_PEAKS
from lrlab.lessons.swept import of, schedules, tried_and_best
from lrlab.runs.swept import SEARCH

HALF = 0.5
NOTHING = "There is no sweep."


def _shares(found):
    if found.sweep is None:
        return Answer(None, NOTHING)
    shares = shares_of(found.sweep.runs)
    parts = (shares.peak, shares.shape, shares.both, shares.seed)
    if None in parts:
        return Answer(None, shares.sentence)
    peak, shape, both, seed = parts
    return Answer(
        0 if peak > HALF else 1 if shape > HALF else 2,
        f"{shares.sentence} Their combination adds {_percent(both)}, because some shapes need another rate "
        f"than others, and the seeds make {_percent(seed)}.",
    )


def _percent(share):
    return "less than 1 %" if 0 < share < 0.005 else f"{100 * share:.0f} %"


def _rates(found):
    """How far apart the schedules end at the article's rates, and each at its own best."""
    if found.sweep is None:
        return NOTHING
    rows = [row for row in tried_and_best(found.sweep) if row.name in schedules(found.sweep)]
    first, best = ([loss for row in rows if (loss := getattr(row, of))] for of in ("loss", "best_loss"))
    if min(len(first), len(best)) < 2:
        return ""
    return (
        "At the swept rates that are nearest to the article's, the schedules end with validation losses from "
        f"{_range(first)} apart. Each at its own best rate, they end from {_range(best)} apart."
    )


def _range(losses):
    return f"{min(losses):.3f} to {max(losses):.3f}, {max(losses) - min(losses):.3f}"


def _decided(title, names):
    """What the fresh seeds say of the schedules with these names; of all those of SGD if there is none."""

    def part(found):
        if found.sweep is None:
            return ""
        answer = answer_of(of(found.sweep, names or schedules(found.sweep)), classes=CLASSES)
        return f"**{title}.** {answer.verdict.sentence}" if answer else ""

    return part


def _caveats(found):
    if found.sweep is None:
        return ""
    runs = [run for run in found.sweep.runs if run.role == SEARCH]
    learned = [run for run in runs if run.value("val_accuracy") is None or run.val_accuracy > 2 * GUESSING]
    caveats = [*shares_of(runs).caveats]
    if lost := len(runs) - len(learned):
        without = shares_of(learned).sentence.removeprefix("Here ")
        caveats.append(f"{lost} runs did not diverge, but only guess. Without them: {without}")
    return " ".join(caveats)


SHAPE_OR_RATE = Lesson(
    "shape-or-rate",
    "Is it the shape or the rate?",
    f"""
The article trains each schedule at one rate: {rate_after("constant", 0)} if it is constant, and
{rate_after("exponential", 0)} for the decays. If a schedule ends badly there, does it have a bad *shape*, or
only the wrong *rate*?

A sweep can tell. It scales each shape so that its highest rate, the *peak*, is the same, and tries
{len(SGD_PEAKS)} peaks from {SGD_PEAKS[0]:g} to {SGD_PEAKS[-1]:g}, with {len(SEEDS)} seeds for {EPOCHS} epochs
each. An analysis of variance then divides the differences in validation loss: so much comes from the peak, so
much from the shape, and so much from their combination.

The best of {len(SGD_PEAKS)} results is too good by chance. So each schedule is trained again at its best
peak, from {CONFIRMING_SEEDS} fresh seeds, and only these decide which is better. Adam has a sweep with rates
of its own. Move the peak, and see what stays the same in each shape.
""",
    (),
    Question(
        "Where do the differences in final validation loss come from?",
        (
            "More than half of them from the peak rate",
            "More than half of them from the shape",
            "Neither makes half of them: shape and rate must fit together",
        ),
        _shares,
    ),
    concluding(
        _rates,
        _decided("Each at its own best rate, on fresh seeds", ()),
        _decided("Adam and SGD, both constant, each at its own best rate", ("Constant", ADAM)),
        _caveats,
    ),
)
