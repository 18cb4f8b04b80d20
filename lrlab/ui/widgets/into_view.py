"""Scroll the page so that a result is seen."""

import time

import streamlit as st

# Elements come one after the other: wait until this one has its height.
SCRIPT = """<script>
// {moment}
(function bring(times) {{
  const element = document.querySelector("{selector}");
  if (element?.offsetHeight > {least}) element.scrollIntoView({{ block: "{block}", behavior: "smooth" }});
  else if (times) setTimeout(bring, 100, times - 1);
}})(100);
</script>"""


def bring_into_view(selector: str, least: int = 0, block: str = "nearest") -> None:
    """Scroll to the first element of a CSS selector, once it is more than `least` pixels high.

    `block` is where it then stands, as in the browser's `scrollIntoView`.
    """
    moment = time.monotonic_ns()  # Streamlit runs a script again only if it is another one
    text = SCRIPT.format(moment=moment, selector=selector, least=least, block=block)
    st.html(text, unsafe_allow_javascript=True)
