"""What a row of the table "each schedule at its own best" says, on the page and in the report."""

from lrlab.analysis.best_rate import BestRate
from lrlab.figures.axes import plain, said
from lrlab.figures.shares import percent

HEADS = {
    "Best peak": "The rate with the best mean, and the rates that the seeds cannot tell from it.",
    "Final": "The mean over the seeds at the best peak rate, and its 95 % interval.",
    "Sensitivity": "The mean over the peak rates of the final loss, at most that before training, minus the "
    "best: how much a wrong rate costs (Wortsman et al., 2023).",
    "Width": "How many decades of the rate the value stays within 5 % of the best; ≥ where the grid ends "
    "before.",
    "Diverged": "The share of its runs that diverged.",
}
UNKNOWN = "–"


def best_cells(each: BestRate, measure: str, between: str = " to ") -> list[tuple[str, str]]:
    """The cells below HEADS as plain text: a value, and a line below it, which may be empty.

    `between` stands between the ends of an interval.

    >>> best_cells(BestRate("Cosine", 0.3, 3, 0.34, (0.33, 0.35), (0.1, 0.3), width=0.5), "val_loss")
    [('0.3', '0.1 to 0.3'), ('0.340', '0.330 to 0.350'), ('–', ''), ('0.50', ''), ('–', '')]
    """
    lost = percent(each.diverged) if each.diverged else UNKNOWN
    if each.peak is None or each.mean is None:
        return [("all diverged", ""), *[(UNKNOWN, "")] * 3, (lost, "")]
    alike = between.join(map(plain, each.peaks)) if each.peaks and each.peaks[0] < each.peaks[1] else ""
    ends = between.join(said(end, measure) for end in each.interval) if each.interval else ""
    minds = UNKNOWN if each.sensitivity is None else f"{each.sensitivity:.2f}"
    width = UNKNOWN if each.width is None else f"{'≥ ' if each.is_cut else ''}{each.width:.2f}"
    return [(plain(each.peak), alike), (said(each.mean, measure), ends), (minds, ""), (width, ""), (lost, "")]
