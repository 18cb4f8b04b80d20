"""The common parts of pictures in SVG: lines, texts, and colours that follow the page's theme.

A picture has no colours of its own, and no ids, as several stand on one page. The page around it defines
`--hue0` to `--hue9` (the theme's hues), `--ink` (text), `--paper` (background), `--grey` (quiet text),
`--faint` (grid), `--primary` and `--bad`. `css_variables` makes them from a theme.
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from html import escape

from lrlab.figures.axes import SIZE
from lrlab.palette import DEPTH, HUES, LOOKS, NAME
from lrlab.text import one_line

DASH = ("", "8 5", "2 4", "8 4 2 4")  # as DASHES of the palette

Point = tuple[float, float]


@dataclass(frozen=True)
class Picture:
    """One picture in two widths, each an `<svg>` element, and what it says in words."""

    wide: str
    narrow: str
    alt: str

    def __post_init__(self) -> None:
        object.__setattr__(self, "alt", one_line(self.alt))  # it has names of anyone


@dataclass(frozen=True)
class Box:
    """A part of a picture, in pixels from its upper left corner."""

    left: float
    top: float
    right: float
    bottom: float

    @property
    def width(self) -> float:
        return self.right - self.left

    @property
    def height(self) -> float:
        return self.bottom - self.top


def clean(text: str) -> str:
    """A text of anyone as one line that can stand between tags or in an attribute."""
    return escape(one_line(text))


def color(number: int, name: bool = False) -> str:
    """The CSS colour of a number of the palette; a `name` is a little darker, so that it can be read."""
    look = LOOKS[number]
    if look.hue >= HUES:
        return "var(--ink)"
    share = max(DEPTH * look.deep, NAME * name)
    hue = f"var(--hue{look.hue})"
    return f"color-mix(in srgb, {hue} {100 - 100 * share:.0f}%, var(--ink))" if share else hue


def dash(number: int) -> str:
    """The dash array of a number of the palette."""
    return DASH[LOOKS[number].dash]


def css_variables(hues: Sequence[str], **others: str) -> str:
    """The declarations of the variables that the pictures use."""
    named = {f"hue{at}": hue for at, hue in enumerate(hues)} | others
    return "".join(f"--{name}:{value};" for name, value in named.items())


def px(value: float) -> str:
    """A number of pixels. Raises ValueError if it is not finite: such a point has no place in a picture."""
    if not math.isfinite(value):
        raise ValueError(f"A place in a picture must be finite, but is {value}.")
    return f"{round(value, 1) + 0.0:.10g}"  # no "-0"


def element(tag: str, content: str = "", style: Mapping[str, str] | None = None, **given: object) -> str:
    """An element; numbers are pixels, and `_` in a name stands for `-`. `content` is markup."""
    written = {
        name.replace("_", "-"): px(value) if isinstance(value, int | float) else escape(str(value))
        for name, value in given.items()
        if value not in (None, "")
    }
    if style:
        written["style"] = escape(";".join(f"{name}:{value}" for name, value in style.items() if value))
    attributes = "".join(f' {name}="{value}"' for name, value in written.items())
    return f"<{tag}{attributes}>{content}</{tag}>" if content else f"<{tag}{attributes}/>"


def titled(words: str) -> str:
    """What a pointer says over the element that it is put into."""
    return f"<title>{clean(words)}</title>"


def text(
    x: float,
    y: float,
    words: str,
    anchor: str = "start",
    size: float = SIZE,
    fill: str = "var(--grey)",
    bold: bool = False,
    halo: bool = False,
    title: str = "",
) -> str:
    """A line of text on the baseline `y`; a `halo` keeps it readable over lines."""
    style = {"fill": fill}
    if halo:
        style |= {"stroke": "var(--paper)", "stroke-width": "4px", "paint-order": "stroke"}
        style |= {"stroke-linejoin": "round"}
    return element(
        "text",
        clean(words) + (titled(title) if title else ""),
        style,
        x=x,
        y=y,
        font_size=size,
        font_weight="600" if bold else "",
        text_anchor=anchor if anchor != "start" else "",
    )


def line(
    start: Point,
    end: Point,
    stroke: str = "var(--faint)",
    width: float = 1,
    dashes: str = "",
    opacity: float | None = None,
) -> str:
    """A straight line."""
    (x1, y1), (x2, y2) = start, end
    style = {"stroke": stroke}
    return element(
        "line",
        "",
        style,
        x1=x1,
        y1=y1,
        x2=x2,
        y2=y2,
        stroke_width=width,
        stroke_dasharray=dashes,
        stroke_opacity="" if opacity is None else f"{opacity:g}",
    )


def rect(
    box: Box, fill: str = "none", stroke: str = "none", radius: float = 0, opacity: float = 1, title: str = ""
) -> str:
    """A rectangle."""
    return element(
        "rect",
        titled(title) if title else "",
        {"fill": fill, "stroke": stroke},
        x=box.left,
        y=box.top,
        width=box.width,
        height=box.height,
        rx=radius or None,
        fill_opacity="" if opacity == 1 else f"{opacity:g}",
    )


def circle(
    at: Point,
    radius: float,
    fill: str,
    stroke: str = "none",
    width: float = 1,
    dashes: str = "",
    title: str = "",
) -> str:
    """A dot, or a ring."""
    return element(
        "circle",
        titled(title) if title else "",
        {"fill": fill, "stroke": stroke},
        cx=at[0],
        cy=at[1],
        r=radius,
        stroke_width=width,
        stroke_dasharray=dashes,
    )


def target(at: Point, radius: float, title: str) -> str:
    """An invisible dot, larger than what is seen, over which a pointer says the title."""
    return element(
        "circle",
        titled(title),
        {"fill": "transparent"},
        cx=at[0],
        cy=at[1],
        r=radius,
    )


def path(
    points: Iterable[Point],
    stroke: str,
    width: float = 2,
    dashes: str = "",
    opacity: float = 1,
    cap: str = "round",
) -> str:
    """A line through points, with a gap at each that is not finite; empty without two neighbours."""
    way, is_open, drawn = [], False, False
    for x, y in points:
        if not (math.isfinite(x) and math.isfinite(y)):
            is_open = False
            continue
        way.append(f"{'L' if is_open else 'M'}{px(x)},{px(y)}")
        drawn |= is_open
        is_open = True
    if not drawn:
        return ""
    return element(
        "path",
        "",
        {"stroke": stroke, "fill": "none"},
        d="".join(way),
        stroke_width=width,
        stroke_dasharray=dashes,
        stroke_linejoin="round",
        stroke_linecap=cap if not dashes else "",
        stroke_opacity="" if opacity == 1 else f"{opacity:g}",
    )


def area(upper: Sequence[Point], lower: Sequence[Point], fill: str, opacity: float) -> str:
    """What lies between two lines over the same finite places."""
    around = [*upper, *reversed(lower)]
    if len(upper) < 2:
        return ""
    points = " ".join(f"{px(x)},{px(y)}" for x, y in around)
    return element("polygon", "", {"fill": fill}, points=points, fill_opacity=f"{opacity:g}")


def polygon(
    points: Iterable[Point], fill: str, stroke: str = "none", width: float = 1, title: str = ""
) -> str:
    """A closed shape."""
    return element(
        "polygon",
        titled(title) if title else "",
        {"fill": fill, "stroke": stroke},
        points=" ".join(f"{px(x)},{px(y)}" for x, y in points),
        stroke_width=width,
        stroke_linejoin="round",
    )


def hatched(box: Box) -> str:
    """A box with oblique lines."""
    parts = [rect(box, "var(--faint)", opacity=0.45)]
    x = box.left
    while x + box.height <= box.right:
        parts.append(line((x, box.bottom), (x + box.height, box.top), "var(--grey)", opacity=0.22))
        x += 8
    return "".join(parts)


def clipped(box: Box, content: str) -> str:
    """What of the content lies inside the box; the coordinates stay."""
    size = f"{px(box.left)} {px(box.top)} {px(box.width)} {px(box.height)}"
    return element(
        "svg",
        content,
        x=box.left,
        y=box.top,
        width=box.width,
        height=box.height,
        viewBox=size,
        overflow="hidden",
    )


def svg(width: float, height: float, content: str) -> str:
    """A whole picture of that size, which may be scaled."""
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {px(width)} {px(height)}" '
        f'width="{px(width)}" height="{px(height)}" font-size="{px(SIZE)}">{content}</svg>'
    )
