"""One colour a schedule, on every page and whatever else is shown with it.

A colour is a number. It stands for a look: one of the theme's hues, a dash, and a depth. The numbers are in
links, so a number never changes its look.
"""

from collections.abc import Mapping, Sequence
from itertools import chain
from typing import NamedTuple

from lrlab.article import CURVES
from lrlab.optimizers import SGD, Adam, Optimizer
from lrlab.schedules import SCHEDULES, Constant, Schedule, TimeBasedDecay

HUES = 10  # of the theme; the next one is the colour of its text
DASHES = ("solid", "dash", "dot", "dashdot")


class Look(NamedTuple):
    """The index of a hue, the index of a dash, and whether the hue is mixed with the colour of the text."""

    hue: int
    dash: int = 0
    deep: bool = False


def _rows(hues, dashes):
    return [Look(hue, dash) for dash in dashes for hue in hues]


_FREE = range(7, HUES)  # the article's schedules have the hues before these
_PLAIN = [*_rows(range(7), range(3)), *_rows(_FREE, range(3)), *_rows(range(HUES), [3])]
INK = len(_PLAIN)
LOOKS = (*_PLAIN, *_rows([HUES], range(4)), *(look._replace(deep=True) for look in _PLAIN))
NUMBERS = {look: number for number, look in enumerate(LOOKS)}
DEPTH = 0.5  # the share of the text's colour in a deep one
NAME = 0.15  # its share in a name beside a line, so that it can be read
CHOICES = 30  # the first ones, which a visitor can choose: every hue in three dashes

_ARTICLE = {
    **{"constant": 0, "polynomial": 2, "linear": 2, "time-based": 3, "time-based-compounding": 4},
    **{"exponential": 5, "step": 6},
}
_KERAS_DECAY = 1
_OTHERS = [schedule.kind for schedule in SCHEDULES if schedule.kind not in _ARTICLE]
COLORS = _ARTICLE | dict(zip(_OTHERS, (n for n, look in enumerate(LOOKS) if look.hue in _FREE), strict=False))


def shade(number: int, hues: Sequence[str], text: str) -> str:
    """A colour as #rrggbb, from a theme's hues and the colour of its text in the same form."""
    look = LOOKS[number]
    hue = hues[look.hue] if look.hue < HUES else text
    return mixed(hue, text, DEPTH) if look.deep else hue


def mixed(color: str, other: str, share: float) -> str:
    """A colour with a share of another; all are written as #rrggbb."""
    parts = zip(bytes.fromhex(color[1:]), bytes.fromhex(other[1:]), strict=True)
    return "#" + "".join(f"{int(a * (1 - share) + b * share + 0.5):02x}" for a, b in parts)


def color_of_kind(kind: str, clock: str) -> int:
    """The number of the colour of schedules of that kind; a time-based decay in steps is Keras's built-in."""
    return _KERAS_DECAY if kind == TimeBasedDecay.kind and clock == "step" else COLORS.get(kind, _FREE[0])


def color_of(schedule: Schedule, clock: str, optimizer: Optimizer, chosen: int | None = None) -> int:
    """The number of the colour of a run; with another optimizer than SGD it has another dash.

    `chosen` takes the place of the schedule's own colour. Adam with its usual constant rate has the colour
    of the text.

    >>> color_of(Constant(0.01), "epoch", SGD()), color_of(Constant(0.001), "epoch", Adam())
    (0, 40)
    """
    if optimizer.kind == Adam.kind and schedule == Constant(Adam.usual_lr):
        return INK
    number = color_of_kind(schedule.core.kind, clock) if chosen is None else chosen
    return number if optimizer.kind == SGD.kind else _dashed(number, 1)


def colors_of(
    runs: Sequence[tuple[Schedule, str, Optimizer] | None],
    known: Mapping[tuple[Schedule, str], int] | None = None,
) -> list[int]:
    """The numbers of the colours of runs on one chart, given by schedule, clock and optimizer.

    None is a run whose schedule is not known. `known` gives colours of schedules with their clocks. These and
    the article's schedules keep their colour if there are others of the same kind.
    """
    known = known or {}
    first = {*known, *((curve.schedule, curve.clock) for curve in CURVES)}
    order = sorted(range(len(runs)), key=lambda at: (run := runs[at]) is None or run[:2] not in first)
    wanted = [color_of(*run, known.get(run[:2])) if (run := runs[at]) else None for at in order]
    found = dict(zip(order, apart(wanted), strict=True))
    return [found[at] for at in range(len(runs))]


def apart(wanted: Sequence[int | None]) -> list[int]:
    """The numbers of lines on one chart, all different as long as there are looks of the same hue.

    The first line with a number keeps it. The others get another depth or dash. A line without a number,
    None, gets a look whose hue no other line has, if there is one.

    >>> apart([5, 5, 5])
    [5, 49, 12]
    """
    asked, found = {*wanted}, list[int]()
    for number in wanted:
        free = [
            other
            for other in (_variants(number) if number is not None else _unused(wanted, found))
            if other not in found and (other == number or other not in asked)
        ]
        found.append(free[0] if free else number or 0)
    return found


def _variants(number):
    """The number, and all others of its hue, from the most similar on."""
    look = LOOKS[number]
    dashes = [_dashed(number, by) for by in range(len(DASHES))]
    if look.hue == HUES:
        return dashes
    return chain.from_iterable(zip(dashes, map(_deepened, dashes), strict=True))


def _unused(wanted, found):
    used = {LOOKS[number].hue for number in (*wanted, *found) if number is not None}
    return sorted(range(INK), key=lambda number: (LOOKS[number].hue in used, LOOKS[number].dash))


def _dashed(number, by):
    look = LOOKS[number]
    return NUMBERS[look._replace(dash=(look.dash + by) % len(DASHES))]


def _deepened(number):
    look = LOOKS[number]
    return NUMBERS[look._replace(deep=not look.deep)]
