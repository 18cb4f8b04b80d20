"""A card for each line of the charts: the findings in its curves, and a menu to edit its runs."""

from collections.abc import Sequence

import streamlit as st

from lrlab.analysis import Group, findings
from lrlab.errors import UserError
from lrlab.store import Listed, Store
from lrlab.store.library import MAX_NAME, MAX_NOTE, MAX_TAG
from lrlab.ui.compare import choice
from lrlab.ui.race.standings import measured_on
from lrlab.ui.widgets.acting import acting, refused
from lrlab.ui.widgets.in_words import recipe_in_words
from lrlab.ui.widgets.markdown import hexadecimal, plain, swatch

STATUS_COLORS = {"completed": "green", "diverged": "orange", "failed": "red", "running": "blue"}


def cards(store: Store, groups: Sequence[Group], colors: Sequence[int], listed: dict[int, Listed]) -> None:
    """One card per group, in the colours of the charts."""
    edges = [
        f".st-key-compare-card-{group.ids[0]} {{ border-left-color: {hexadecimal(color)}; }}"
        for color, group in zip(colors, groups, strict=True)
    ]
    st.html(f"<style>{' '.join(edges)}</style>")
    for color, group in zip(colors, groups, strict=True):
        with st.container(border=True, key=f"compare-card-{group.ids[0]}"):
            with st.container(horizontal=True, vertical_alignment="center"):
                pin = ":material/keep: " if any(listed[id].run.pinned for id in group.ids) else ""
                st.markdown(f"{swatch(color)} {pin}**{plain(group.name)}**", width="stretch")
                if all(listed[id].run.is_own for id in group.ids):
                    _menu(store, group, listed)
            st.markdown(_badges(group))
            if group.results[0].spec:
                st.caption(recipe_in_words(group.results[0].spec))
            for result in group.seeds:
                which = f"Seed {result.spec.seed}: " if len(group.seeds) > 1 and result.spec else ""
                seen = findings(result.epochs, result.status)
                st.markdown(f"{which}{plain(seen.text)}{_gap(seen.measured)}")
            for result in group.results:
                if result.note:
                    which = f"Seed {result.spec.seed}: " if len(group.results) > 1 and result.spec else ""
                    st.caption(f"{which}{plain(result.note)}")


def _gap(measured):
    """The gap between validation and training when validation was last measured, on a separate line."""
    parts = []
    if measured.loss_gap is not None:
        parts.append(f"loss {measured.loss_gap:+.3f}")
    if measured.accuracy_gap is not None:
        parts.append(f"accuracy {-100 * measured.accuracy_gap:+.1f} percentage points")
    if not parts:  # nothing was validated
        return ""
    when = f" in epoch {measured.val_epoch + 1}" if measured.is_late else ""
    return f"  \n:small[:gray[Validation minus training{when}: {', '.join(parts)}.]]"


def _badges(group):
    counts = {}
    for result in group.results:
        counts[result.status] = counts.get(result.status, 0) + 1
    several = len(group.results) > 1
    badges = [
        f":{STATUS_COLORS.get(status, 'gray')}-badge[{f'{count} × ' if several else ''}{status}]"
        for status, count in counts.items()
    ]
    badges.append(f":gray-badge[{measured_on(group.results[0])}]")
    badges += [
        f":violet-badge[{plain(tag)}]"
        for tag in dict.fromkeys(tag for result in group.results for tag in result.tags)
    ]
    return " ".join(badges)


def _menu(store, group, listed):
    menu = st.popover(
        ":material/more_vert:",
        type="tertiary",
        help="Edit the name, tags or note. Pin or delete the run.",
        on_change="rerun",
        key=f"compare.menu.{group.ids[0]}",
    )
    if not menu.open:
        return
    with menu:
        ids = list(group.ids)
        id = ids[0]
        if len(ids) > 1:
            known = dict(zip(ids, group.results, strict=True))
            id = st.selectbox(
                "Run",
                ids,
                format_func=lambda id: f"{known[id].name}, seed {known[id].spec.seed}",
                key=f"compare.run_of.{ids[0]}",
            )
        _edit(store, listed[id].run)


def _edit(store, run):
    keys = {what: f"compare.{what}.{run.id}" for what in ("name", "tags", "note", "pin")}
    for what, value in {"name": run.name, "tags": [*run.tags], "note": run.note, "pin": run.pinned}.items():
        st.session_state.setdefault(keys[what], value)

    def change(act, what):
        try:
            act(run.id, st.session_state[keys[what]])
        except UserError as error:
            refused(error)
            del st.session_state[keys[what]]

    st.text_input(
        "Name",
        key=keys["name"],
        max_chars=MAX_NAME,
        on_change=change,
        args=(store.rename, "name"),
    )
    st.multiselect(
        "Tags",
        list(dict.fromkeys([*run.tags, *st.session_state[keys["tags"]]])),
        key=keys["tags"],
        accept_new_options=True,
        placeholder=f"Up to {MAX_TAG} characters each",
        on_change=change,
        args=(store.tag, "tags"),
    )
    st.text_area(
        "Note",
        key=keys["note"],
        max_chars=MAX_NOTE,
        on_change=change,
        args=(store.write_note, "note"),
    )
    st.toggle("Pinned", key=keys["pin"], on_change=change, args=(store.pin, "pin"))
    st.button(
        "Delete",
        icon=":material/delete:",
        key=f"compare.delete.{run.id}",
        disabled=run.active,
        help="This run is queued or running. Stop it on Train first." if run.active else None,
        on_click=acting(choice.delete),
        args=(store, [run.id]),
    )
