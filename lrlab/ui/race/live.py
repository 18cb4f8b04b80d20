"""The live view of a race: status, time left, standings, and charts that grow while it trains."""

from dataclasses import replace
from functools import partial
from pathlib import Path
from statistics import median

import streamlit as st

from lrlab import jobs
from lrlab.analysis import RANKED, bases, gathered
from lrlab.datasets import AUTO
from lrlab.errors import UserError
from lrlab.home import is_public
from lrlab.store import Run
from lrlab.store.notices import notices
from lrlab.ui.race import view
from lrlab.ui.race.charts import chart_controls, forget_charts, lane_names, lanes_of, race_charts
from lrlab.ui.race.manual_rate import manual_rate, say_rate
from lrlab.ui.race.numbers import BADGES, RECENT, every_run, metrics, status_of, table
from lrlab.ui.race.queue import waiting
from lrlab.ui.race.ranking import ranking
from lrlab.ui.race.seen import glance, read
from lrlab.ui.race.standings import judged, standings
from lrlab.ui.shell import visitor
from lrlab.ui.widgets.acting import acting
from lrlab.ui.widgets.in_words import in_words
from lrlab.ui.widgets.markdown import plain
from lrlab.ui.widgets.refreshed import refreshed

REFRESH_SECONDS = 1.0
STYLE = Path(__file__).parent / "live.css"
SUBSTITUTES = [each.name for each in AUTO[1:]]  # for the first, if it cannot be had
GO_ON = ("paused", "stopped", "failed")


def live_race(runs: list[Run], compare: str | None = None) -> None:
    """Show a race. While a run of it is queued or running, its numbers and curves are refreshed each second.

    Buttons are drawn with the whole page only, which is drawn again when there is something else to press: a
    refresh replaces no button under the pointer. `compare` is the page that compares the runs, if any does.
    """
    view.fill()
    forget_charts()
    race = runs[0].race
    store = visitor.store()
    seen = read(store, race)
    runs, epochs = seen.runs, seen.epochs
    if not runs:  # deleted in another tab
        return
    st.html(STYLE)
    if seen.problem:
        st.error(plain(seen.problem))
    active, begun = _is_active(runs), any(epochs.values())
    is_own = runs[0].is_own
    with st.container(key="race_head"):
        progress = _header(store, runs, epochs, compare)
    _say(store, runs)
    if begun:
        chart_controls(len(lane_names(runs)) > 1)
    buttons, lanes = _buttons_for(store, seen), lanes_of(runs)
    if active:
        body = st.container()
        rate = manual_rate(store, runs, epochs) if is_own else None
        waiting(store, race)
        with body:
            refreshed(partial(_refresh, race, buttons, lanes, progress, rate), REFRESH_SECONDS)
    elif begun:
        with _body(seen, lanes):
            if len(runs) > 1:
                standings(_groups(store, runs), partial(_train, store, race) if is_own else None)
            if is_own:
                manual_rate(store, runs, epochs)
            waiting(store, race)
            table(runs, epochs)
    else:
        waiting(store, race)
    if runs[0].origin and runs[0].data not in SUBSTITUTES:
        st.caption(f"Data: {plain(runs[0].origin)}.")


def _buttons_for(store, seen):
    """Everything that decides which buttons and messages the page has, also of what befell the store."""
    return [
        (
            *(run.id, run.name, run.status, run.message, run.manual_rate, run.has_manual_rate),
            *(run.stop_requested, run.pause_requested, run.origin, bool(seen.epochs[run.id])),
        )
        for run in seen.runs
    ], ([*seen.queue], seen.problem, [*notices(store.folder)])


def _refresh(race, buttons, lanes, progress, rate):
    """Everything that changes each second, in one run: the progress, the rate of a lane, charts and ranking.

    Draws the whole page instead if it needs other buttons than these.
    """
    store = visitor.store()
    try:
        seen = glance(store, race)
    except UserError as error:
        st.error(plain(str(error)))
        return
    if not seen.runs or buttons != _buttons_for(store, seen):
        st.rerun()
    with progress:
        _progress_bar(store, seen)
    if rate:
        with rate:
            say_rate(seen.runs, seen.epochs)
    if any(seen.epochs.values()):
        _body(seen, lanes)


def _body(seen, lanes):
    """The charts, and beside them the ranking; returns the place below the ranking."""
    runs, epochs = seen.runs, seen.epochs
    left, right = st.columns([860, 480], gap="medium")
    with left:
        race_charts(seen, lanes)
    with right:
        if len(runs) == 1:
            metrics(runs, epochs)
        else:
            ranking(seen, lanes)
            whole = st.expander(f"All {len(runs)} runs", on_change="rerun", key=f"every_run.{runs[0].race}")
            if whole.open:
                whole.table(every_run(runs, epochs, lanes), border="horizontal", hide_index=True)
    return right


def _progress_bar(store, seen):
    epochs = seen.epochs
    done = sum(map(len, epochs.values()))
    whole = sum(run.spec.epochs if run.active else len(epochs[run.id]) for run in seen.runs)
    st.progress(done / whole if whole else 0.0, text=_progress(store, seen))


def race_label(runs: list[Run]) -> str:
    """A race in one line; the text does not change while it trains."""
    first, lanes, seeds = runs[0], [*lane_names(runs).values()], len({run.seed_group for run in runs})
    what = first.name if len(lanes) == 1 else f"{len(lanes)} lanes: {', '.join(lanes)}"
    optimizer = f" · {first.spec.optimizer.title}" if len(lanes) == 1 else ""
    seed = f"seed {first.spec.seed}" if seeds == 1 else f"{seeds} seeds from {first.spec.seed}"
    return f"{first.race} · {what}{optimizer} · {first.spec.epochs} epochs, {seed}"


def _is_active(runs):
    return any(run.active for run in runs)


def _header(store, runs, epochs, compare):
    """Name, status and buttons; returns the place of the progress."""
    status = status_of(runs)
    color, icon = BADGES[status]
    lanes = [*lane_names(runs).values()]
    name = plain(lanes[0]) if len(lanes) == 1 else f"Race of {len(lanes)} lanes"
    active = _is_active(runs)
    with st.container(horizontal=True, vertical_alignment="center", gap="medium"):
        st.markdown(f"#### {name} :{color}-badge[{icon} {status}]", width="content")
        place = st.container(width="stretch")
        with place:
            if not active and len(runs) > 1 and any(epochs.values()):
                st.markdown(_outcome(store, runs))
        with st.container(horizontal=True, width="content"):
            is_own = runs[0].is_own
            if not is_own:
                st.markdown(":gray-badge[:material/visibility: Another visitor's]", width="content")
            if active and (is_own or store.sees_all):
                asked = any(run.pause_requested for run in runs if run.active)
                _button("Pause", "pause", store.request_pause, runs, asked)
                asked = any(run.stop_requested for run in runs if run.active)
                _button("Stop", "stop", store.request_stop, runs, asked)
            elif is_own and any(run.status in GO_ON for run in runs):
                _button("Go on", "play_arrow", store.go_on, runs, False)
                if status == "paused":
                    _button("Stop", "stop", store.request_stop, runs, False)
            if compare and not active and any(epochs.values()):
                # A link, because a button's way to another page would be two steps of the browser's history.
                with st.container(key="compare_these"):
                    st.page_link(
                        compare,
                        label="Compare and export",
                        icon=":material/table_rows:",
                        query_params={"runs": ".".join(str(run.id) for run in runs)},
                    )
    return place


def _outcome(store, runs):
    """The winner of the race by the rule of the verdict, or that there is none."""
    found = [*bases(_groups(store, runs)).values()]
    if len(found) == 1:
        result = judged(found[0], RANKED[0])
        if result.winner is not None:
            return f":material/trophy: **{plain(result.winner)} wins.** {plain(result.sentence)}"
    return "**Nothing is decided.**"


def _groups(store, runs):
    lanes = {run.id: run.lane for run in runs}
    results = {
        # Lanes that ended before they loaded their data had requested the same data.
        id: replace(result, data=result.data or result.spec.data_name)
        for id, result in store.results([*lanes]).items()
    }
    return gathered(results, lanes.get)


def _button(label, icon, act, runs, asked):
    st.button(
        label,
        icon=f":material/{icon}:",
        key=f"{label}.{runs[0].race}",
        disabled=asked,
        on_click=acting(act),
        args=[run.id for run in runs],
    )


def _progress(store, seen):
    runs, epochs = seen.runs, seen.epochs
    running = [run for run in runs if run.status == "running"]
    if running and any(epochs[run.id] for run in running):
        seeds = 1 + runs[-1].seed_group
        seed = f"Seed {running[0].seed_group + 1} of {seeds}, epoch" if seeds > 1 else "Epoch"
        at = min(len(epochs[run.id]) for run in running)
        left = in_words(_seconds_left(runs, epochs))
        return f"{seed} {at} of {running[0].spec.epochs}, about {left} left"
    if running:
        return f"{running[0].stage or 'Starting'} …"
    place = min((place for (race, _), place in seen.queue.items() if race == runs[0].race), default=0)
    if place > 1 or (place and store.of_all_owners().runs(("running",), limit=1)):
        return f"Waiting: number {place} in the queue"
    if jobs.worker_state(store) == "starting":
        return "Waiting for the training process: TensorFlow takes some seconds to load"
    return "Waiting for the training process"


def _seconds_left(runs, epochs):
    """Estimated from each run's last epochs; a run without epochs counts as fast as the others."""
    epoch_seconds = {
        run.id: median(epoch.seconds for epoch in epochs[run.id][-RECENT:]) for run in runs if epochs[run.id]
    }
    usual = median(epoch_seconds.values())
    return sum(
        (run.spec.epochs - len(epochs[run.id])) * epoch_seconds.get(run.id, usual)
        for run in runs
        if run.active
    )


def _say(store, runs):
    """Show the messages of each run: why it ended, and which data it uses."""
    for run in runs:
        name = "" if len(runs) == 1 else f"**{plain(run.name)}, seed {run.spec.seed:d}.** "
        if run.status == "failed":
            st.error(f"{name}{plain(run.message)}", icon=":material/error:")
            if run.details and not is_public():  # it names folders of this machine
                with st.expander("The last lines of the training process"):
                    st.code(run.details, language=None)
        elif run.message and len(runs) == 1:
            (st.warning if run.status == "diverged" else st.info)(
                f"{plain(run.message)}{_by_hand(store, run)}"
            )
        elif run.message and run.status in ("diverged", "completed"):
            st.caption(f":material/info: {name}{plain(run.message)}{_by_hand(store, run)}")
        _rewind(store, run, name)
    messages = {run.message for run in runs if run.status in ("paused", "stopped")} - {""}
    if len(runs) > 1 and messages:
        st.info(plain(" ".join(sorted(messages))))
    if runs[0].data in SUBSTITUTES:
        st.info(
            f"Not {plain(AUTO[0].title)}: this trains on {plain(runs[0].origin)}.", icon=":material/info:"
        )


def _by_hand(store, run):
    """The rate with which a run diverged, if it was set by hand."""
    if run.status != "diverged" or not run.has_manual_rate:
        return ""
    rate = store.manual_rates(run.id)[-1].rate
    return "" if rate is None else f" Its rate was set by hand: {rate:.3g}."


def _rewind(store, run, name):
    """A button for a run that diverged at a rate set by hand, if it can go on from before that."""
    step = store.checkpoint_step(run.id) if run.status == "diverged" and run.is_own else None
    if step is not None:
        epoch, of = divmod(step, run.spec.steps_per_epoch)
        where = (
            f"epoch {epoch + 1}, step {of}" if of else f"the end of epoch {epoch}" if step else "the start"
        )
        lane = plain(run.name) + " " if name else ""
        st.button(
            f"Rewind {lane}to {where}, before its rate was set by hand",
            icon=":material/fast_rewind:",
            key=f"rewind.{run.id}",
            on_click=acting(store.rewind),
            args=(run,),
        )


def _train(store, race, seed_groups):
    """Add seed groups to a race, and train them."""
    store.add_race(seed_groups, race=race)
    jobs.ensure_worker(store)
