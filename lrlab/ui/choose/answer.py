"""Step 3: the answer of the confirming runs, and what to do with it."""

import time
from functools import partial
from html import escape

import streamlit as st

from lrlab.analysis import Answer, answer_of
from lrlab.errors import UserError
from lrlab.exchange.sweep_file import write_sweep
from lrlab.exchange.sweep_report import Facts, sweep_report
from lrlab.export import TARGETS, source
from lrlab.figures.confirming import confirming_panels, panels_of
from lrlab.figures.forest import forest
from lrlab.runs.swept import CONFIRM
from lrlab.store import Store
from lrlab.ui.choose import setup
from lrlab.ui.choose.head import in_a_line
from lrlab.ui.choose.live import live
from lrlab.ui.choose.seen import Seen, spec_of
from lrlab.ui.choose.sweep import ARTICLE_RATES, best, colors, confirm
from lrlab.ui.compare.choice import MOST_COMPARED
from lrlab.ui.shell import address
from lrlab.ui.widgets.acting import acting
from lrlab.ui.widgets.markdown import hexadecimal, plain
from lrlab.ui.widgets.picture import picture

MEASURE = "val_loss"


def said_of(seen: Seen | None) -> tuple[str, bool]:
    """The answer in a few words, and whether it is there."""
    if seen is None or not (runs := seen.of(CONFIRM)):
        return "The best of each, on fresh seeds", False
    if not seen.is_over(CONFIRM):
        return f"{sum(run.has_ended for run in runs)} of {len(runs)} runs done", False
    return f"Done: the best of each, {len({run.seed for run in runs})} fresh seeds", True


def told_by(seen: Seen) -> Answer | None:
    """What the confirming runs say so far."""
    classes = seen.spec.data_set.class_count
    return seen.once("answer", lambda: answer_of(seen.runs, MEASURE, classes))


def answer(store: Store, seen: Seen | None) -> None:
    """Show the answer; while the confirming runs train, it is refreshed each second."""
    if seen is None or not seen.of(CONFIRM):
        what = (
            "Sweep first: the best of each schedule is then"
            if seen is None
            else ("The button below the sweep has the best of each schedule")
        )
        st.info(f"{what} trained again on fresh seeds.")
        st.button("To the sweep", type="primary", on_click=setup.go_to, args=(setup.SEARCH,))
        return
    live(store, seen, CONFIRM, _body)


def _body(store, seen):
    told = told_by(seen)
    if not seen.is_over(CONFIRM):
        if told is None:
            st.caption("The answer comes when the fresh runs have ended.")
            return
        st.markdown(f"**So far.** {plain(told.verdict.sentence)}")
    elif told is None or told.name is None:
        st.warning("No confirming run has ended, so nothing is decided.")
        return
    else:
        _card(store, seen, told)
    _panels(store, seen, told)


def _card(store, seen, told):
    names = colors(seen)
    color = hexadecimal(names[told.name])
    st.html(f"<style>.st-key-choose_answer {{ --answer: {color} }}</style>")
    with st.container(border=True, key="choose_answer"):
        left, right = st.columns(2, gap="large")
        with left:
            st.caption("Answer, for this network, data and budget")
            st.html(
                f'<div class="choose-name"><span style="color:{color}">{escape(told.name)}</span>, '
                f"peak {told.peak:.3g}</div>"
            )
            if told.peaks and told.peaks[0] < told.peaks[1]:
                low, high = told.peaks
                st.markdown(
                    f"Any peak from **{low:.3g} to {high:.3g}** is as good: the seeds cannot tell them apart."
                )
            for line in lines(told):
                st.markdown(line)
            _buttons(store, seen, told)
        with right:
            st.markdown("**What it beats, and by how much**")
            several = f", corrected for {told.comparisons} comparisons" if told.comparisons > 1 else ""
            st.caption(f"Final validation loss, paired by seed{several}. No seed was in the search.")
            picture(seen.once("forest", lambda: forest(told, names, MEASURE)), "choose.forest")


def lines(told: Answer) -> list[str]:
    """What the answer beats and what is undecided, in Markdown."""
    said = []
    for name in told.beaten:
        beaten = told.differences[name]
        low, high = sorted(abs(each) for each in beaten.interval)
        said.append(
            f":green[:material/check:] Beats **{plain(name)}** by **{abs(beaten.mean):.3f}** "
            f"(95 % {low:.3f} to {high:.3f}) over {beaten.seeds} fresh seeds."
        )
    undecided: dict[str, list[str]] = {}
    for name in told.undecided:
        apart = told.differences.get(name)
        more = apart.more_seeds(told.comparisons) if apart else None
        cost = (
            f"About {more} more seeds would decide it" if more else "More than 20 more seeds would be needed"
        )
        cost = cost if apart else "Too few of its seeds have ended"
        how = f" ({abs(apart.mean):.3f} {'higher' if apart.mean < 0 else 'lower'})" if apart else ""
        undecided.setdefault(cost, []).append(f"**{plain(name)}**{how}")
    said += [f"**≈** Not distinguishable from {', '.join(each)}. {cost}." for cost, each in undecided.items()]
    if not said:
        said.append(plain(told.verdict.sentence))
    return said


def _buttons(store, seen, told):
    with st.container(horizontal=True):
        menu = st.popover(
            "Export this",
            icon=":material/ios_share:",
            key="choose_export",
            type="primary",
            on_change="rerun",
        )
        if menu.open:
            with menu:
                _export(store, seen, told)
        if not seen.recorded:
            with st.container(key="choose_see", width="content"):
                st.page_link(
                    "pages/lab/compare.py",
                    label="See the runs",
                    icon=":material/table_rows:",
                    query_params={"runs": ".".join(str(run.id) for run in seen.of(CONFIRM)[:MOST_COMPARED])},
                )
        st.download_button(
            "Report (HTML)",
            partial(report, store, seen),
            "schedule.html",
            mime="text/html",
            icon=":material/description:",
            on_click="ignore",
        )
        with st.popover("Link", icon=":material/link:"):
            st.code(
                f"{address.without_query()}?choose.step=confirm&sweep={st.session_state[setup.SWEEP]}",
                language=None,
            )
        if told.undecided and seen.is_own:
            more = [
                told.differences[name].more_seeds(told.comparisons)
                for name in told.undecided
                if name in told.differences
            ]
            count = min((each for each in more if each), default=None)
            if count:
                st.button(
                    f"Add {count} seeds" if count > 1 else "Add 1 seed",
                    icon=":material/add:",
                    key="choose.more",
                    on_click=acting(confirm),
                    args=(store, seen, count),
                )


def _export(store, seen, told):
    run = next(run for run in seen.of(CONFIRM) if (run.name, run.peak) == (told.name, told.peak))
    spec = spec_of(store, seen, run)
    form = st.segmented_control(
        "Format",
        [*TARGETS],
        format_func=lambda name: TARGETS[name].title,
        default="keras",
        required=True,
        key="choose.format",
    )
    optimizer = spec.trained_optimizer if TARGETS[form].has_optimizer else None
    try:
        text = source(spec.plan, form, told.name, optimizer)
    except UserError as error:
        st.error(plain(str(error)))
        return
    st.code(text, language="python", height=360)
    st.download_button(
        "Download schedule.py", text, "schedule.py", icon=":material/download:", on_click="ignore"
    )


def _curves(store, seen):
    """The validation losses of the confirming runs, epoch by epoch, by run."""
    runs = [run.id for run in seen.of(CONFIRM)]
    epochs = seen.recorded.epochs if seen.recorded else store.epochs_of(runs)
    return {run: tuple(epoch.val_loss for epoch in each) for run, each in epochs.items()}


def _panels(store, seen, told):
    """The epochs of the confirming runs, a panel a schedule."""
    st.markdown("**The confirming runs.** Validation loss, each at its own best peak, on fresh seeds")
    panels = panels_of(seen.runs, told, best(seen, MEASURE), colors(seen), _curves(store, seen))
    picture(confirming_panels(panels, MEASURE, told.name), "choose.panels")
    if all(panel.end > panel.searched for panel in panels if panel.end and panel.searched):
        st.caption(
            "Every fresh loss is above what the sweep had said: a best that was picked among many flatters."
        )


def report(store: Store, seen: Seen) -> str:
    """The sweep and its answer as one HTML file that stands alone."""
    origin, versions = _about(store, seen)
    facts = Facts(
        title="Which learning-rate schedule?",
        about=in_a_line(seen.spec),
        spec=write_sweep(seen.sweep()),
        versions=versions,
        origin=origin,
        date=time.strftime("%Y-%m-%d"),
    )
    return sweep_report(
        seen.runs,
        colors(seen),
        facts,
        MEASURE,
        _curves(store, seen),
        seen.first_losses,
        seen.spec.data_set.class_count,
        ARTICLE_RATES,
    )


def _about(store, seen):
    """Where the data came from, and the versions of the packages that trained the runs."""
    run = seen.recorded or store.run(seen.of(CONFIRM)[0].id)
    return (run.origin, run.versions) if run else ("", {})
