"""Clean up text that people type, so that it can stand in a name or a sentence."""

from unicodedata import category

SOFT_HYPHEN = "\u00ad"
JOINERS = str.maketrans("", "", "\u200c\u200d")  # within emoji, and within Persian words


def tidied(text: str) -> str:
    """The text without soft hyphens, and with an ordinary space for each tab and other kind of space."""
    return "".join(
        " " if letter == "\t" or category(letter) == "Zs" else letter
        for letter in text
        if letter != SOFT_HYPHEN
    )


def is_printable(text: str) -> bool:
    """Whether a tidied text has only visible characters and spaces, and no control characters."""
    return text.translate(JOINERS).isprintable()


def one_line(text: str) -> str:
    """The tidied text as one line, with a space for every character that cannot be printed."""
    return " ".join("".join(c if is_printable(c) else " " for c in tidied(text)).split())
