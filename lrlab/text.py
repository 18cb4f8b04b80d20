"""Text that people write: which of it may stand in a name or a sentence, and as what."""

from unicodedata import category

SOFT_HYPHEN = "\u00ad"
JOINERS = str.maketrans("", "", "\u200c\u200d")  # within emoji, and within Persian words


def tidied(text: str) -> str:
    """The text without soft hyphens, and with a plain blank for each tab and each other kind of space."""
    return "".join(
        " " if letter == "\t" or category(letter) == "Zs" else letter
        for letter in text
        if letter != SOFT_HYPHEN
    )


def is_printable(text: str) -> bool:
    """Whether a tidied text holds nothing that cannot be seen, such as control characters."""
    return text.translate(JOINERS).isprintable()


def one_line(text: str) -> str:
    """The tidied text as one line, with a blank for all that cannot be printed."""
    return " ".join("".join(c if is_printable(c) else " " for c in tidied(text)).split())
