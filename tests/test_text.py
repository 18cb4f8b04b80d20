"""What people write is taken as they write it, wherever it is written; what cannot be seen is not."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lrlab.article import CURVES
from lrlab.errors import UserError
from lrlab.exchange import keras_script, read_runs
from lrlab.links import scene
from lrlab.links.lesson import Setup, from_query, to_query
from lrlab.runs.records import Epoch
from lrlab.runs.result import Result
from lrlab.runs.spec import RunSpec
from lrlab.scene import Scene
from lrlab.store import Store
from lrlab.store.library import checked_text
from lrlab.text import is_printable, one_line, tidied
from lrlab.ui.explore import state

# As written, and as shown.
WRITTEN = {
    "French": ("Où est le minimum\u202f?", "Où est le minimum ?"),
    "a no-break space": ("10\u00a0%", "10 %"),
    "an ideographic space": ("学習\u3000率", "学習 率"),
    "a tab": ("a\tb", "a b"),
    "an emoji": ("👩\u200d🔬 measures", "👩\u200d🔬 measures"),
    "Persian": ("می\u200cخواهم", "می\u200cخواهم"),
    "a soft hyphen": ("Lern\u00adrate", "Lernrate"),
}
KEPT = "\u200c\u200d"
UNSEEN = "\x00\x1b\x7f\u200b\u200e\u202e\u2066\u2028\u2029\ufeff\ue000\ud800\u0378"
blanks = st.characters(categories=["Zs"]) | st.just("\t")
unseen = st.characters(
    categories=["Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"], exclude_characters=f"\t\u00ad{KEPT}"
)
anything = st.text(st.characters(exclude_categories=()) | blanks | st.sampled_from(KEPT + "\u00ad"))


def curve(name):
    return Scene((replace(CURVES[0], name=name),))


def renamed(name):
    state.show(Scene())
    state.rename("step", name)
    return state.curve_name("step")


def imported(tmp_path, name):
    store = Store(tmp_path)
    (id,) = store.add_results([Result(name, (Epoch(0, *[0.5] * 7),), tags=(name,))])
    run = store.run(id)
    assert run.tags == (run.name,)
    return run.name


def commented(name):
    code = keras_script(Result(name, (), RunSpec()))
    (line,) = [line for line in code.split("\n") if line.startswith("# Run: ")]
    return line.removeprefix("# Run: ")


# What refuses text that cannot be seen, and what makes blanks of it.
REFUSING = {
    "question": lambda text: from_query(to_query(Setup(question=text)))[0].question,
    "text": lambda text: from_query(to_query(Setup(text=text)))[0].text,
    "option": lambda text: Setup(question="?", options=("A", text)).options[1],
    "name": lambda text: checked_text("name", text, 1, 80),
    "curve": lambda text: scene.from_query(scene.to_query(curve(text)))[0].curves[0].name,
}
BLANKING = {
    "file": lambda text: read_runs(f"{text}.csv", b"epoch,loss\n0,1\n")[0].name,
    "comment": commented,
}


@pytest.mark.parametrize(("written", "shown"), WRITTEN.values(), ids=WRITTEN)
@pytest.mark.parametrize("place", [*REFUSING.values(), *BLANKING.values(), renamed], ids=lambda place: "")
def test_every_place_takes_what_people_write(place, written, shown):
    assert place(written) == shown
    assert place(shown) == shown


@pytest.mark.parametrize(("written", "shown"), WRITTEN.values(), ids=WRITTEN)
def test_a_name_and_a_tag_from_elsewhere_are_taken_too(tmp_path, written, shown):
    assert imported(tmp_path, written) == shown


@pytest.mark.parametrize("letter", UNSEEN, ids=ascii)
def test_what_cannot_be_seen_is_refused_or_a_blank_or_left_out(letter):
    text = f"a{letter}b"
    for place in REFUSING.values():
        if place is REFUSING["name"] and letter.isspace():  # a name is one line
            assert place(text) == "a b"
            continue
        with pytest.raises(UserError, match="print"):
            place(text)
    assert [place(text) for place in BLANKING.values()] == ["a b", "a b"]
    assert renamed(text) == "ab"


@pytest.mark.parametrize("letter", UNSEEN.replace("\ud800", ""), ids=ascii)  # which no file can hold
def test_what_cannot_be_seen_is_a_blank_in_what_is_imported(tmp_path, letter):
    assert imported(tmp_path, f"a{letter}b") == "a b"


def test_the_teachers_text_may_have_lines():
    assert Setup(text="Où\u202f?\r\n\tIci.\nLà\u00a0!").text == "Où ?\n Ici.\nLà !"


@given(anything, blanks)
def test_every_blank_is_a_plain_one(text, blank):
    assert tidied(text + blank) == tidied(text) + " "


@given(anything, unseen)
def test_nothing_else_that_cannot_be_seen_is_taken(text, letter):
    assert letter in tidied(text + letter)
    assert not is_printable(text + letter)


@given(anything)
def test_a_line_is_one_line_that_can_be_printed_and_stays_as_it_is(text):
    line = one_line(text)
    assert is_printable(line)
    assert line == one_line(line) == tidied(line) == line.strip()
    assert "  " not in line


@given(anything)
def test_letters_and_joiners_stay(text):
    def seen(text):
        return [letter for letter in text if letter in KEPT or (letter.isprintable() and letter != " ")]

    assert seen(tidied(text)) == seen(one_line(text)) == seen(text)
