"""The session state and the browser each know a value; an answer and a report can cross on their way."""

import pytest
from streamlit.testing.v1 import AppTest

from lrlab.ui.widgets import controls


def page():
    import streamlit as st

    from lrlab.parameters.kinds import Parameter
    from lrlab.ui.widgets.controls import number

    st.session_state.setdefault("rate", 0.5)
    number("rate", "Rate", Parameter("r", "The rate.", 0, 1, (0.0, 1.0)))


@pytest.fixture
def app():
    """A browser that reports 0.5 in the field, and was just told 0.351."""
    app = AppTest.from_function(page).run()
    app.session_state["rate"] = 0.351
    return app.run()


def told(app):
    """What the field has now, and whether the browser is told so."""
    field = app.number_input(key="rate.field")
    return app.session_state["rate"], field.value, field.proto.set_value


def test_a_field_is_told_once_what_the_session_state_has(app):
    assert told(app) == (0.351, 0.351, True)
    assert told(app.run()) == (0.351, 0.351, False)


def test_a_report_from_before_the_browser_was_told_changes_nothing(app):
    app.number_input(key="rate.field").set_value(0.5)
    assert told(app.run()) == (0.351, 0.351, True)


def test_a_value_that_goes_back_at_once_is_told_again(app):
    app.number_input(key="rate.field").set_value(0.5)  # as it was, with what sets the value back
    app.session_state["rate"] = 0.5
    assert told(app.run()) == (0.5, 0.5, True)
    assert told(app.run()) == (0.5, 0.5, False)


def test_the_slider_that_was_moved_wins_over_a_report_of_the_field(app):
    app.number_input(key="rate.field").set_value(0.5)
    app.select_slider(key="rate.slider").set_value(0.3)
    assert told(app.run()) == (0.3, 0.3, True)


@pytest.mark.parametrize("value", [0.5, 0.7])
def test_later_what_was_before_is_set_like_any_other_value(app, value, monkeypatch):
    if value == 0.5:
        monkeypatch.setattr(controls, "ON_ITS_WAY", 0)
    app.number_input(key="rate.field").set_value(value)
    assert told(app.run())[:2] == (value, value)
