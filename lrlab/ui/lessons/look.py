"""The look of the lessons beyond Streamlit's own elements: one style sheet in the theme's colours."""

from pathlib import Path

import streamlit as st

SHEET = (Path(__file__).parent / "lessons.css").read_text(encoding="utf-8")
COLORS = {
    "primary": "primaryColor",
    "page": "backgroundColor",
    "soft": "secondaryBackgroundColor",
    "text": "textColor",
    "right": "greenTextColor",
    "wrong": "redTextColor",
    "quiet": "grayTextColor",
}


def styled(*rules: str) -> None:
    """Add the style sheet to the page, and some more rules. They may use the colours as `var(--right)`."""
    theme = f"theme.{st.context.theme.type or 'light'}"
    colors = "".join(f"--{name}: {st.get_option(f'{theme}.{option}')};" for name, option in COLORS.items())
    st.html(f"<style>:root {{{colors}}}\n{SHEET}\n{''.join(rules)}</style>")
