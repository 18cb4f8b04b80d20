"""Sweeps with known ends, for the tests of what is drawn and written of them."""

import math
from xml.etree import ElementTree

from lrlab.figures.svg import Picture
from lrlab.runs.swept import CONFIRM, SEARCH, SweptRun

HOSTILE = "<script>alert('x')</script> & \"quoted\" \x00\ud800 " + "long " * 40
PEAKS = (0.01, 0.03, 0.1, 0.2, 0.3, 0.5, 1.0)


def run(name, peak, seed, loss, role=SEARCH, status="completed", number=0):
    """A run with that final validation loss; None if it diverged."""
    status = "diverged" if loss is None else status
    accuracy = None if loss is None else 1 - 0.36 * loss
    return SweptRun(number, name, peak, seed, role, status, 15, loss, loss, accuracy)


def search(names, peaks=PEAKS, seeds=3, diverging=1.0):
    """A run for each name, peak and seed; the first name is the best, high rates diverge."""
    return [
        run(
            name,
            peak,
            seed,
            None
            if peak >= diverging
            else (0.33 + 0.02 * at)
            * math.exp(0.17 * math.log10(peak / 0.3) ** 2 + 0.01 * ((seed + peaks.index(peak)) % 3)),
            number=at * 1000 + seed * 100 + peaks.index(peak),
        )
        for at, name in enumerate(names)
        for peak in peaks
        for seed in range(seeds)
    ]


def fresh(names, seeds=5, peak=0.3):
    """Confirming runs: the first two names end nearly alike, each further one is worse."""
    return [
        run(
            name,
            peak,
            seed,
            0.336 + 0.02 * max(at - 1, 0) + 0.002 * (seed % 3) + 0.001 * at * (seed % 2),
            CONFIRM,
            number=50_000 + 100 * at + seed,
        )
        for at, name in enumerate(names)
        for seed in range(100, 100 + seeds)
    ]


def check(picture: Picture) -> str:
    """Both widths are valid XML without infinite places; the text in the wide one."""
    for drawn in (picture.wide, picture.narrow):
        root = ElementTree.fromstring(drawn)
        assert root.tag == "{http://www.w3.org/2000/svg}svg"
        for element in root.iter():
            assert element.tag.partition("}")[2] in ALLOWED, element.tag
            for name, value in element.attrib.items():
                assert "nan" not in value.lower().replace("dominant", ""), (name, value)
                assert "inf" not in value.lower(), (name, value)
            if element.tag.endswith("}text"):
                assert float(element.get("font-size")) >= 12
    assert picture.alt.isprintable()
    assert picture.alt
    return words(picture.wide)


ALLOWED = {"svg", "title", "text", "line", "path", "polygon", "circle", "rect", "g"}


def words(drawn: str) -> str:
    """All texts of a picture that are seen, one a line."""
    found = ElementTree.fromstring(drawn).iter("{http://www.w3.org/2000/svg}text")
    return "\n".join(element.text or "" for element in found)


def tips(drawn: str) -> list[str]:
    """What a pointer says."""
    return [
        element.text for element in ElementTree.fromstring(drawn).iter("{http://www.w3.org/2000/svg}title")
    ]
