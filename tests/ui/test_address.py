"""The page's address: what it says is read by the rules of links, and what is written stays in it."""

from streamlit.testing.v1 import AppTest

from lrlab.links.query import Query


def page(code, query):
    """A page that runs some code with that query in its address."""
    app = AppTest.from_string(
        f"from lrlab.links.query import Query\nfrom lrlab.ui.shell import address\n{code}", default_timeout=30
    )
    app.query_params.update(query)
    return app.run()


def test_the_query_is_read_in_order_with_every_text():
    app = page(
        "import streamlit as st\nst.session_state.query = address.query()", {"c": ["b", "a"], "e": "30"}
    )
    assert app.session_state.query == Query((("c", "b"), ("c", "a"), ("e", "30")))


def test_a_query_that_is_too_long_is_said():
    code = "import streamlit as st\nfrom lrlab.errors import UserError\n"
    code += "try:\n    address.query()\nexcept UserError as error:\n    st.error(str(error))"
    assert page(code, {"c": "x" * 50_000}).error[0].value.startswith("A link can have at most 40,000")


def test_a_written_query_replaces_the_one_before():
    code = 'address.write(Query((("lesson", "step"), ("option", "A"), ("option", "B"))))'
    app = page(code, {"e": "30", "option": "B"})
    assert app.query_params == {"lesson": "step", "option": ["A", "B"]}
