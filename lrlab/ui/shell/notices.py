"""What befell the store, said on each page until somebody dismisses it, with the way back to a backup."""

import time
from pathlib import Path

import streamlit as st

from lrlab.home import is_public
from lrlab.store import STORE, backups
from lrlab.store.notices import DAMAGED, GONE, Notice, dismiss, notices
from lrlab.ui.shell.visitor import is_teacher
from lrlab.ui.widgets.acting import acting
from lrlab.ui.widgets.markdown import plain


def show_notices(folder: Path) -> list[Path]:
    """Say what befell the store in this folder, and offer its newest backup; returns the notices' files."""
    found = notices(folder)
    last = next(reversed(found), None)
    for path, notice in found.items():
        with st.container(key=path.stem):
            st.warning(plain(_said(notice)), icon=":material/healing:")
            if may_go_back():
                with st.container(horizontal=True):
                    if path == last and notice.kind in (DAMAGED, GONE):
                        _offer(folder / STORE)
                    st.button("Dismiss", key=f"{path.stem}.dismiss", on_click=acting(dismiss), args=(path,))
    return [*found]


def may_go_back() -> bool:
    """Whether this visitor may change the store of all: on one's own machine, or as the teacher."""
    return not is_public() or is_teacher()


def _said(notice: Notice):
    at = _clock(notice.at)
    if notice.kind == GONE:
        return f"The file with all runs was gone. Since {at} there is a new, empty one."
    if notice.kind == DAMAGED:
        lost = f" Some records of {_runs(notice.incomplete)} are lost." if notice.incomplete else ""
        return (
            f"The file with all runs was damaged. At {at}, {_runs(notice.runs)} that could be read "
            f"{'was' if notice.runs == 1 else 'were'} saved to a new file.{lost} The damaged file is kept as "
            f"{notice.aside}."
        )
    return (
        f"The backup of {_clock(notice.backup)} with {_runs(notice.runs)} is in use since {at}. The file "
        f"that was in use before is kept as {notice.aside}."
    )


def _offer(path):
    backup = backups.newest(path)
    if backup is None:
        st.markdown("There is no backup yet.", width="content")
        return
    st.button(
        f"Go back to the backup of {_clock(backup.at)} with {_runs(backup.runs)}",
        icon=":material/history:",
        key="go-back",
        on_click=acting(backups.go_back),
        args=(path, backup.path),
    )


def _runs(count):
    return "1 run" if count == 1 else f"{count:,} runs"


def _clock(at):
    """A time as a reader of today says it; that of another day has its date."""
    when, today = time.localtime(at), time.localtime()
    return time.strftime("%H:%M" if when[:3] == today[:3] else "%Y-%m-%d %H:%M", when)
