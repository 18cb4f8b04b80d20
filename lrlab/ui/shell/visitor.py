"""Who visits. On a public server each browser has a workspace: runs that it alone lists and changes.

A workspace is opened by its key, 128 random bits. The browser keeps the key in a cookie, and a private link
carries it to another browser. The store knows only a digest of it. The teacher's key is `LRLAB_TEACHER`, in
the environment or in Streamlit's secrets. A class code comes with a link too, and tags what is queued.
"""

import hmac
import json
import os
import re
import secrets
from hashlib import sha256
from pathlib import Path
from urllib.parse import quote, unquote

import streamlit as st
from streamlit.errors import StreamlitSecretNotFoundError

from lrlab.errors import UserError
from lrlab.home import checked_secret, is_public
from lrlab.store import Store
from lrlab.store.library import MAX_TAG, checked_text
from lrlab.ui.shell import address
from lrlab.ui.widgets.markdown import plain

TEACHER = "LRLAB_TEACHER"
KEY, CLASS_CODE, IS_NEW = "visitor.key", "visitor.class", "visitor.is_new"
COOKIES = {KEY: "lrlab_key", CLASS_CODE: "lrlab_class"}
KEEPING = (Path(__file__).parent / "visitor.js").read_text(encoding="utf-8")


def arrive() -> None:
    """Find out who visits, and have the browser remember it; say if the link's key or class is none."""
    if not is_public():
        return
    problems = _recognise() if KEY not in st.session_state else []
    address.show_problems(problems)
    state = st.session_state
    known = {name: state[key] for key, name in COOKIES.items() if state[key]}
    if any(_cookie(name) != value for name, value in known.items()) or address.get(address.KEY):
        values = json.dumps({"cookies": {n: quote(v) for n, v in known.items()}, "isNew": state[IS_NEW]})
        script = KEEPING.replace("VISITOR", values.replace("<", "\\u003c"))
        st.html(f"<script>{script}</script>", unsafe_allow_javascript=True)


def store() -> Store:
    """The store as the visitor may use it."""
    if not is_public():
        return Store()
    return Store(owner=owner_of(_key()), sees_all=is_teacher(), class_code=class_code())


def is_teacher() -> bool:
    """Whether the visitor may see and stop the runs of all visitors."""
    return is_public() and _is_secret(_key())


def class_code() -> str:
    """The code of the class that the visitor came with, or an empty text."""
    return st.session_state.get(CLASS_CODE, "") if is_public() else ""


def say_class() -> None:
    """Tell a student of a class who will see the runs."""
    if class_code() and not is_teacher():
        st.caption(f":material/school: Class {plain(class_code())}: your teacher sees what you train.")


def private_link() -> str:
    """The address of this page with the visitor's key."""
    return f"{address.without_query()}?{address.KEY}={quote(_key(), safe='')}"


def owner_of(key: str) -> str:
    """The name of a workspace in the store, from which nobody finds its key."""
    return sha256(key.encode()).hexdigest()[:32]


def _key():
    if KEY not in st.session_state:
        _recognise()
    return st.session_state[KEY]


def _recognise():
    """Take the link's key and class code, or else the browser's; returns what is wrong with the link's."""
    state, problems = st.session_state, []
    asked, kept = address.get(address.KEY), _cookie(COOKIES[KEY])
    if asked and not _is_key(asked):
        problems.append("The key in the link opens no workspace here. You are in your own workspace.")
    key = next((text for text in (asked, kept) if text and _is_key(text)), None)
    state[KEY], state[IS_NEW] = key or secrets.token_hex(16), key is None
    code = address.get(address.CLASS_CODE) or _cookie(COOKIES[CLASS_CODE])
    try:
        state[CLASS_CODE] = checked_text("class code", code, 1, MAX_TAG) if code else ""
    except UserError as error:
        state[CLASS_CODE] = ""
        problems.append(f"{error} You are in no class.")
    return problems


def _is_key(text):
    return bool(re.fullmatch("[0-9a-f]{32}", text)) or _is_secret(text)


def _is_secret(text):
    secret = _secret()
    return bool(secret) and hmac.compare_digest(text.encode(), secret.encode())


def _secret():
    secret = os.environ.get(TEACHER)
    if secret is None:
        try:
            secret = st.secrets.get(TEACHER)
        except StreamlitSecretNotFoundError:  # there are none, so there is no teacher
            return None
    return checked_secret(str(secret)) if secret else None


def _cookie(name):
    value = st.context.cookies.get(name)
    return unquote(value) if isinstance(value, str) else None  # AppTest has something else
