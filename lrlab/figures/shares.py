"""The bar of how much comes from the peak rate, from the shape, from both together and from the seed."""

from lrlab.analysis.shape_or_rate import Shares
from lrlab.figures.axes import text_width
from lrlab.figures.svg import Box, Picture, rect, svg, text

WIDE, NARROW = 460, 350
BAR = 14
GAP = 2


def shares_bar(shares: Shares) -> Picture:
    """The four shares as one bar with their names; none of its colours is a schedule's."""
    parts = [
        ("Peak rate", shares.peak, "var(--ink)"),
        ("Both together", shares.both, "var(--grey)"),
        ("Shape", shares.shape, "var(--hue9)"),
        ("Seed", shares.seed, "color-mix(in srgb, var(--grey) 35%, var(--paper))"),
    ]
    words = [f"{name} {'–' if share is None else percent(share)}" for name, share, _ in parts]
    names = [f"{name} {percent(share)}" for name, share, _ in parts]
    told = ", ".join(names) if any(share is not None for _, share, _ in parts) else shares.sentence
    wide, narrow = (_drawn(parts, words, width) for width in (WIDE, NARROW))
    return Picture(wide, narrow, f"Where the differences come from: {told}.".replace("..", "."))


def percent(share: float | None) -> str:
    """A share as whole per cent; "not known" for None.

    >>> percent(0.834), percent(0.0002), percent(None)
    ('83 %', '<1 %', 'not known')
    """
    if share is None:
        return "not known"
    if round(100 * share) == 0 < share:
        return "<1 %"
    return f"{100 * share:.0f} %"


def _drawn(parts: list[tuple[str, float | None, str]], words: list[str], width: float) -> str:
    known = [(name, share, fill) for name, share, fill in parts if share]
    found = []
    if not known:
        found.append(rect(Box(0, 2, width, 2 + BAR), "var(--faint)", radius=4))
    x, room = 0.0, width - GAP * (len(known) - 1)
    for name, share, fill in known:
        end = x + room * (share or 0) / sum(each or 0 for _, each, _ in known)
        box = Box(x, 2, max(end, x + 0.5), 2 + BAR)
        found.append(rect(box, fill, radius=min(3, box.width / 2), title=f"{name}: {percent(share)}"))
        x = end + GAP
    columns = 4 if width > 400 else 2
    sizes = [text_width(each) + 17 for each in words]
    gap = (width - sum(sizes)) / 3
    for number, (each, (_, _, fill)) in enumerate(zip(words, parts, strict=True)):
        row, column = divmod(number, columns)
        left = sum(sizes[:number]) + gap * number if columns == 4 else column * width / 2
        y = 2 + BAR + 24 + 22 * row
        found.append(rect(Box(left, y - 10, left + 11, y + 1), fill, radius=2.5))
        found.append(text(left + 17, y, each))
    return svg(width, 2 + BAR + 32 + (22 if columns == 2 else 0), "".join(found))
