"""Who visits a public server, as a page sees it: by the link's key, a teacher's secret, a class code."""

import pytest
from streamlit.testing.v1 import AppTest

from lrlab.ui.shell.visitor import owner_of
from tests.pages import TIMEOUT, as_read

KEY, SECRET = "0123456789abcdef" * 2, "a teacher's secret"


def page():
    import streamlit as st

    from lrlab.errors import UserError
    from lrlab.ui.shell import visitor

    try:
        visitor.arrive()
        store = visitor.store()
        st.json([store.owner, store.sees_all, store.class_code, store.limits is not None])
    except UserError as error:
        st.error(str(error))


@pytest.fixture
def opened(home, monkeypatch):
    monkeypatch.setenv("LRLAB_PUBLIC", "1")

    def opened(secret=None, **query):
        app = AppTest.from_function(page, default_timeout=TIMEOUT)
        app.query_params.update(query)
        if secret is not None:
            app.secrets["LRLAB_TEACHER"] = secret
        app.run()
        assert not app.exception
        return app

    return opened


def seen(app):
    import json

    return json.loads(app.json[0].value)


def test_a_key_in_the_link_opens_its_workspace(opened):
    assert seen(opened(key=KEY)) == [owner_of(KEY), False, "", True]


def test_who_has_no_key_gets_a_workspace_of_their_own_and_keeps_it(opened):
    app, other = opened(), opened()
    assert seen(app) != seen(other)
    before = seen(app)
    assert seen(app.run()) == before


@pytest.mark.parametrize("key", ["", "guess", KEY[:-1], KEY.upper(), f"{KEY} ", SECRET])
def test_another_key_opens_none(opened, key):
    app = opened(key=key)
    assert seen(app)[0] not in {owner_of(KEY), owner_of(key)}
    said = "".join(as_read(warning.value) for warning in app.warning)
    assert ("The key in the link opens no workspace here." in said) == bool(key)


def test_the_secret_is_the_teachers_key_in_the_environment_or_in_streamlits_secrets(opened, monkeypatch):
    assert seen(opened(SECRET, key=SECRET)) == [owner_of(SECRET), True, "", True]
    monkeypatch.setenv("LRLAB_TEACHER", SECRET)
    assert seen(opened(key=SECRET))[1] is True
    assert seen(opened(key=KEY))[1] is False


def test_a_secret_that_can_be_guessed_is_refused(opened):
    app = opened("fifteen letters", key="fifteen letters")
    assert "must have at least 16 characters" in app.error[0].value


def test_a_class_code_comes_with_the_link(opened):
    assert seen(opened(**{"class": "7b"}))[2] == "7b"
    app = opened(**{"class": "x" * 25})
    assert seen(app)[2] == ""
    assert "You are in no class." in as_read(app.warning[0].value)


def test_without_public_mode_there_is_one_workspace(opened, monkeypatch):
    monkeypatch.delenv("LRLAB_PUBLIC")
    assert seen(opened(SECRET, key=SECRET, **{"class": "7b"})) == ["", False, "", False]
