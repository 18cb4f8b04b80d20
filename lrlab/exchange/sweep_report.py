"""The answer of a sweep as one HTML file that stands alone: no script, and nothing that is loaded."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape

from lrlab.analysis.best_rate import BestRate
from lrlab.analysis.confirm import Answer
from lrlab.analysis.search import answer_of, best_of, shares_of
from lrlab.analysis.shape_or_rate import Shares
from lrlab.analysis.standing import MEASURES
from lrlab.exchange.report_style import STYLE
from lrlab.figures.axes import listed, plain, said
from lrlab.figures.best_cells import HEADS, best_cells
from lrlab.figures.confirming import Curve, confirming_panels, panels_of
from lrlab.figures.forest import Apart, apart, forest, in_numbers
from lrlab.figures.sensitivity import sensitivity
from lrlab.figures.shares import shares_bar
from lrlab.figures.svg import Picture, clean, color
from lrlab.figures.swept_line import lines_of
from lrlab.runs.swept import SEARCH, SweptRun
from lrlab.text import is_printable

WIDTH = 860  # pixels of the column
SPACE = ' xmlns="http://www.w3.org/2000/svg"'  # HTML knows it


@dataclass(frozen=True)
class Facts:
    """What a report says besides its results.

    `about` is a line on data, network and budget, `spec` the sweep's TOML file, `versions` are those of the
    packages by name, `origin` says where the data are from. `source` is the address of the article, if the
    report is about it.
    """

    title: str
    about: str
    spec: str
    versions: Mapping[str, str]
    origin: str
    date: str
    source: str | None = None


def sweep_report(
    runs: Sequence[SweptRun],
    colors: Mapping[str, int],
    facts: Facts,
    measure: str = "val_loss",
    curves: Mapping[int, Curve] | None = None,
    first_losses: Mapping[int, float] | None = None,
    classes: int | None = None,
    marks: Mapping[float, str] | None = None,
) -> str:
    """The report of a sweep; before its confirming runs it says that fresh seeds have not decided yet.

    `runs` are all of the sweep, `colors` numbers of the palette by the name of the schedule. `curves` are the
    values of each epoch of the confirming runs, by the number of the run; `first_losses` and `classes` are as
    for `best_of` and `answer_of`, `marks` as for `sensitivity`.
    """
    best = best_of(runs, measure, first_losses)
    answer, shares = answer_of(runs, measure, classes), shares_of(runs, measure)
    parts = [_answer(answer, runs, colors, measure) if answer else _not_yet(best, measure)]
    if answer:
        more = f"{MEASURES[measure].capitalize()} on fresh seeds, each schedule at its own best peak rate. "
        more += "" if answer.verdict.winner else "The intervals hold for all pairs of schedules at once."
        parts.append(
            _section("What it beats, and by how much", more, _figure(forest(answer, colors, measure)))
        )
        panels = panels_of(runs, answer, best, colors, curves or {})
        shown = confirming_panels(panels, measure, answer.name, WIDTH)
        what = "None of these seeds was in the search. A best that was picked among many flatters itself."
        parts.append(_section("The confirming runs", what, _figure(shown)))
    parts.append(_shape_or_rate(shares))
    lines = lines_of(runs, colors, measure)
    picture = _figure(sensitivity(lines, measure, marks))
    parts.append(_section("Every schedule at every peak rate", _counted(runs), picture))
    parts.append(_table(best, colors, measure))
    parts.append(_made(facts))
    title = clean(facts.title)
    head = f"<header><h1>{title}</h1><p>{clean(facts.about)}<br>{clean(facts.date)}</p></header>"
    return (
        '<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{title}</title><style>{STYLE}</style></head>\n"
        f"<body><main>{head}\n" + "\n".join(parts) + "\n</main></body></html>\n"
    )


def _section(title: str, more: str, content: str) -> str:
    said_more = f'<p class="more">{clean(more)}</p>' if more else ""
    return f"<section><h2>{clean(title)}</h2>{said_more}{content}</section>"


def _figure(picture: Picture) -> str:
    wide, narrow = (drawn.replace(SPACE, "", 1) for drawn in (picture.wide, picture.narrow))
    label = clean(picture.alt)
    return (
        f'<figure role="img" aria-label="{label}"><div class="wide">{wide}</div>'
        f'<div class="narrow">{narrow}</div></figure>'
    )


def _answer(answer: Answer, runs: Sequence[SweptRun], colors: Mapping[str, int], measure: str) -> str:
    if answer.name is None:
        return _card("", "No answer", ["All confirming runs diverged."], [])
    is_decided = answer.verdict.winner is not None
    label = (
        "The answer, for this network, data and budget"
        if is_decided
        else "Ended best, but not told apart from all others"
    )
    if len(answer.verdict.standings) == 1:
        label = "The only schedule that was confirmed"
    rate = "" if answer.peak is None else f", peak {plain(answer.peak)}"
    name = f'<span style="color:{color(colors[answer.name], name=True)}">{clean(answer.name)}</span>'
    told = []
    if answer.peaks and answer.peaks[0] < answer.peaks[1]:
        low, high = map(plain, answer.peaks)
        told.append(
            f"Any peak from {low} to {high} does as well: the seeds of the search cannot tell them apart."
        )
    elif answer.peaks:
        told.append("No other peak of the search does as well.")
    for each in answer.verdict.standings:
        if each.diverged:
            told.append(f"{each.diverged} of {each.seeds} seeds of {each.name} diverged.")
    first = answer.verdict.standings[0]
    waiting = sum(run.role != SEARCH and not run.has_ended for run in runs)
    if waiting:
        told.append(f"{waiting} confirming run{'s have' if waiting > 1 else ' has'} not ended yet.")
    rows = sorted(apart(answer, measure), key=lambda row: not row.is_worse)
    items = [
        _compared(row, number, answer, measure)
        for row, number in zip(rows, in_numbers(rows, measure), strict=True)
    ]
    ends = (
        f"{first.finished} of {first.seeds} seeds ended" if first.diverged else f"{first.seeds} fresh seeds"
    )
    middle = f"Median {MEASURES[measure]}: {said(first.median, measure)} over {ends}."
    return _card(label, name + rate, [middle, *told], items, color(colors[answer.name]))


def _compared(row: Apart, number: str, answer: Answer, measure: str) -> str:
    """How the best compares with one other schedule, as an item of a list."""
    name = clean(row.name)
    if row.is_worse:
        unit = " percentage points" if measure.endswith("accuracy") else ""
        mean, _, interval = number.partition(" (")
        return f'<li class="beats">Beats <b>{name}</b> by {mean}{unit} (95 % interval {interval}.</li>'
    if row.mean is None:
        return f'<li class="open">Too few seeds to compare with <b>{name}</b>: it takes three each.</li>'
    more = answer.differences[row.name].more_seeds(answer.comparisons)
    hope = "More seeds would hardly decide a difference this small."
    if more:
        hope = f"About {more} more seed{'s' * (more > 1)} each would probably decide it."
    return f'<li class="open">Not distinguishable from <b>{name}</b>: {number} worse. {hope}</li>'


def _not_yet(best: Sequence[BestRate], measure: str) -> str:
    told = ["Each best rate was picked among several, so its value flatters. Only fresh seeds decide."]
    known = [each for each in best if each.peak is not None and each.mean is not None]
    if known:
        first = known[0]
        end = said(first.mean or 0.0, measure)
        told.append(
            f"Best in the search: {first.name} at {plain(first.peak or 0.0)}, {MEASURES[measure]} {end}."
        )
    return _card("No answer yet", "Fresh seeds have not decided yet", told, [])


def _card(
    label: str, headline: str, told: Sequence[str], items: Sequence[str], edge: str = "var(--grey)"
) -> str:
    texts = "".join(f"<p>{clean(each)}</p>" for each in told)
    listed_items = f"<ul>{''.join(items)}</ul>" if items else ""
    return (
        f'<section class="card" style="border-left-color:{edge}"><p class="label">{clean(label)}</p>'
        f'<p class="answer">{headline}</p>{texts}{listed_items}</section>'
    )


def _shape_or_rate(shares: Shares) -> str:
    caveats = "".join(f"<li>{clean(each)}</li>" for each in shares.caveats)
    known = _figure(shares_bar(shares)) if shares.peak is not None or shares.shape is not None else ""
    how = f"Over the {shares.runs} runs that ended." if shares.runs else ""
    return _section("Is it the shape or the rate?", "", f'<p class="said">{clean(shares.sentence)}</p>{known}'
                    f'<p class="more">{how}</p><ul class="more">{caveats}</ul>')  # fmt: skip


def _counted(runs: Sequence[SweptRun]) -> str:
    """How many runs the search has, and what became of them."""
    search = [run for run in runs if run.role == SEARCH]
    lost = sum(run.status == "diverged" for run in search)
    open_ = sum(not run.has_ended for run in search)
    count = f"{len(search)} run{'s' * (len(search) != 1)} in the search"
    parts = [*([f"{lost} diverged"] if lost else []), *([f"{open_} not ended"] if open_ else [])]
    return f"{count}: {listed(parts)}." if parts else f"{count}."


def _table(best: Sequence[BestRate], colors: Mapping[str, int], measure: str) -> str:
    heads = ("Schedule", "Best peak", MEASURES[measure].capitalize(), "Sensitivity", "Width", "Diverged")
    below = ("", "rates as good", "95 % interval", "", "decades", "of its runs")
    head = "".join(
        f'<th scope="col">{one}<small>{other}</small></th>' for one, other in zip(heads, below, strict=True)
    )
    rows = "".join(_row(each, color(colors[each.name]), measure) for each in best)
    notes = [f"{each.name}: {each.edge}" for each in best if each.edge and each.peak is not None]
    notes += [f"{name}: {HEADS[name][0].lower()}{HEADS[name][1:]}" for name in ("Sensitivity", "Width")]
    more = "".join(f'<p class="more">{clean(note)}</p>' for note in notes)
    table = f'<div class="table"><table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table></div>'
    what = "From the search, so each value is too good by chance."
    return _section("Each schedule at its own best", what, table + more)


def _row(each: BestRate, fill: str, measure: str) -> str:
    written = "".join(f"<td>{one}<small>{other}</small></td>" for one, other in best_cells(each, measure))
    dot = f'<i style="background:{fill}"></i>'
    return f'<tr><th scope="row">{dot}{clean(each.name)}</th>{written}</tr>'


def _made(facts: Facts) -> str:
    versions = ", ".join(f"{name} {version}" for name, version in facts.versions.items())
    told = [f"Data: {facts.origin}", f"Versions: {versions}"]
    parts = [f"<p>{clean(each)}</p>" for each in told]
    if facts.source:
        address = clean(facts.source)
        link = f'<a href="{address}">{address}</a>' if address.startswith("https://") else address
        parts.append(f"<p>The article: {link}</p>")
    spec = "".join(letter if is_printable(letter) or letter == "\n" else " " for letter in facts.spec)
    parts.append("<p>The file of this sweep, for <code>lrlab sweep FILE</code>:</p>")
    return _section("How it was made", "", "".join([*parts, f"<pre>{escape(spec.strip())}</pre>"]))
