"""Old names stay gone: what the field has a word for is called by that word."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[1]
FILES = [
    *ROOT.glob("*.*"),
    *(file for part in ("lrlab", "pages", "tests") for file in (ROOT / part).rglob("*")),
]
OLD = "heats?|Wish|wishes|wheel|Drive|drives|driven|pace|lasting|laid|to_an_end|moments"
WORD = re.compile(rf"(?<![A-Za-z])(?:{OLD})(?![A-Za-z])|\.but\(")
# The store's old files and old code have old names in them, and the files of exported runs a key.
ALLOWED = {
    "lrlab/store/schema.py": {"heat", "wheel", "drives", "pace"},
    "tests/fixtures/write.py": {"heat", "wheel", "Drive", "drives", "driven"},
    "lrlab/exchange/record.py": {"driven"},
    "tests/exchange/test_record.py": {"driven"},
    "tests/test_package.py": {"wheel"},  # pip's own word
}


def old_words(name, text):
    """Where an old name is, each as "file:line: word"."""
    return [
        f"{name}:{number}: {word}"
        for number, line in enumerate(text.splitlines(), 1)
        for word in WORD.findall(line)
        if word not in ALLOWED.get(name, ())
    ]


def test_no_old_name_comes_back():
    texts = {
        file.relative_to(ROOT).as_posix(): file.read_text(encoding="utf-8")
        for file in FILES
        if file.suffix in (".py", ".js", ".md") and file != Path(__file__)
    }
    assert len(texts) > 200
    assert not [found for name, text in texts.items() for found in old_words(name, text)]


def test_whole_words_are_found_in_names_too():
    text = "heating the wheelhouse\ndef test_a_heat_is_claimed(Drive):\n    schedule.but(1) or but(1)"
    assert old_words("a.py", text) == ["a.py:2: heat", "a.py:2: Drive", "a.py:3: .but("]
