"""The panels under the chart of Explore: numbers, export, applied rates, conventions."""

import csv
import io
import json
from collections.abc import Callable
from typing import NamedTuple

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from lrlab.errors import UserError
from lrlab.export import TARGETS, source
from lrlab.export.applied import applied
from lrlab.export.conventions import CONVENTIONS
from lrlab.figures.rates import lines_figure
from lrlab.optimizers import OPTIMIZERS, Optimizer, optimizer_of_kind
from lrlab.runs.plan import Plan
from lrlab.ui.chart import chart
from lrlab.ui.explore import state
from lrlab.ui.explore.in_numbers import in_numbers
from lrlab.ui.widgets.controls import option
from lrlab.ui.widgets.into_view import bring_into_view
from lrlab.ui.widgets.markdown import plain

APPLIED = ":material/rule: Stated and applied rates"
EXPORT = ":material/download: Export"
OTHERS = {"json": "JSON", "csv": "CSV"}
MOST_DRAWN = 3000
SHOWN_ROWS = 400
MOST_ROWS = 250_000


class Panel(NamedTuple):
    """The open panel: its place, and what draws it for the plans of the curves that are shown."""

    place: DeltaGenerator
    draw: Callable[[dict[str, Plan]], None]


def panels() -> Panel | None:
    """The tabs of the panels; returns the open one, still empty: only this one is computed."""
    drawn = {
        ":material/table: In numbers": in_numbers,
        EXPORT: _export,
        APPLIED: _stated_and_applied,
        ":material/compare_arrows: Conventions": _conventions,
    }
    tabs = st.tabs(list(drawn), on_change="rerun", key=state.PANEL)
    if st.session_state.pop(state.EXPORTED, False):
        bring_into_view(".st-key-explore-panels", 300, "start")
    return next((Panel(tab, draw) for tab, draw in zip(tabs, drawn.values(), strict=True) if tab.open), None)


def fill_panel(panel: Panel | None, plans: dict[str, Plan]) -> None:
    """Draw the open panel, if there is one."""
    if panel is None:
        return
    with panel.place:
        if plans or panel.draw is _conventions:
            panel.draw(plans)
        else:
            st.caption("Show a schedule first.")


def _chosen(plans, key, **kwargs):
    names = {curve: state.curve_name(curve) for curve in plans}
    curve = st.selectbox("Schedule", list(plans), format_func=names.get, key=key, **kwargs)
    return curve, plans[curve]


def _export(plans):
    with st.container(horizontal=True, vertical_alignment="bottom"):
        curve, plan = _chosen(plans, "home.curve", width=260)
        form = st.segmented_control(
            "Format",
            [*TARGETS, *OTHERS],
            format_func=({name: target.title for name, target in TARGETS.items()} | OTHERS).get,
            default="keras",
            required=True,
            key="home.form",
        )
        has_optimizer = form in TARGETS and TARGETS[form].has_optimizer
        optimizer = _optimizer() if has_optimizer else None
        first = 0
        if form != "json":
            first = st.number_input(
                "From epoch",
                0,
                plan.epochs - 1,
                width=132,
                key=f"home.first.{plan.epochs}",
                help="Go on from the beginning of this epoch, for example from a checkpoint. 0 is the start.",
            )
    name = state.curve_name(curve)
    try:
        text, language = written(plan, form, name, SHOWN_ROWS, optimizer, first)
    except UserError as error:
        st.error(plain(str(error)))
        return
    file = f"{curve}.{'py' if form in TARGETS else form}"
    st.code(text, language=language, height=360 if form == "csv" else "content")
    with st.container(horizontal=True):
        st.download_button(
            f"Download {file}",
            lambda: written(plan, form, name, None, optimizer, first)[0],
            file,
            on_click="ignore",
            icon=":material/download:",
            key="home.file",
        )
    if form == "csv" and plan.clock != "epoch" and (steps := plan.steps - plan.first_step(first)) > MOST_ROWS:
        st.caption(f"The run has {steps:,} steps. The file has {MOST_ROWS:,} of them at most, evenly spread.")
    if form == "pytorch":
        st.caption("The code starts from your own `model`.")
    st.caption(
        "To copy the code, use the button in its box. To save a picture, use the buttons above the chart: "
        "PNG or SVG. To share your settings, copy the address of this page: it contains them all."
    )


def _optimizer():
    """The optimizer of the exported code, with its parameters."""
    titles = {cls.kind: cls.title for cls in OPTIMIZERS}
    kind = st.selectbox("Optimizer", list(titles), format_func=titles.get, width=230, key="home.optimizer")
    default = optimizer_of_kind(kind)
    if not default.parameters():
        return default
    values = {}
    with st.popover("Parameters"):
        for name, parameter in default.parameters().items():
            key = f"home.{kind}.{name}"
            st.session_state.setdefault(key, getattr(default, name))
            option(key, name, parameter)
            values[name] = st.session_state[key]
    return optimizer_of_kind(kind, **values)


def written(
    plan: Plan,
    form: str,
    name: str,
    rows: int | None = None,
    optimizer: Optimizer | None = None,
    first: int = 0,
) -> tuple[str, str | None]:
    """A plan in an export format from epoch `first` on, and its language for highlighting.

    A table has at most `rows` rows, and never more than MOST_ROWS: of more steps it has every second or third
    one, and so on. Raises UserError if the framework lacks the optimizer.
    """
    if form in TARGETS:
        return source(plan, form, name, optimizer, first), "python"
    if form == "json":
        record = {
            "name": name,
            "schedule": plan.schedule.to_dict(),
            "clock": plan.clock,
            "epochs": plan.epochs,
            "steps_per_epoch": plan.steps_per_epoch,
        }
        if plan.batches_per_update > 1:
            record |= {name: getattr(plan, name) for name in ("batches_per_epoch", "batches_per_update")}
        return json.dumps(record, indent=2, ensure_ascii=False) + "\n", "json"
    by_epoch, size = plan.clock == "epoch", plan.steps_per_epoch
    begin = plan.first_step(first)
    every = size if by_epoch else -(-(plan.steps - begin) // MOST_ROWS)
    steps = range(begin, plan.steps, every)
    text = io.StringIO()
    table = csv.writer(text, lineterminator="\n")
    table.writerow(("epoch", "lr") if by_epoch else ("step", "epoch", "lr"))
    for part, rates in plan.chunks(steps[:rows]):
        for step, rate in zip(part, map(repr, rates.tolist()), strict=True):
            table.writerow((step // size, rate) if by_epoch else (step, step // size, rate))
    if rows is not None and rows < len(steps):
        text.write("… The file contains all rows.\n")
    return text.getvalue(), None


def _stated_and_applied(plans):
    curve, plan = _chosen(plans, "runs.curve", width=320)
    cases = {case.id: case for case in applied(plan)}
    case = cases[
        st.pills(
            "Code",
            list(cases),
            format_func=lambda id: cases[id].title,
            default=next(iter(cases)),
            required=True,
            key=f"runs.case.{curve}",
        )
    ]
    st.code(case.code, language="python")
    every = -(-len(case.steps) // MOST_DRAWN)
    lines = {"Stated": case.stated[::every], "Applied": case.rates[::every]}
    figure = lines_figure(lines, case.steps[::every], unit=case.unit)
    chart(figure, "runs", f"Stated and applied rate of {state.curve_name(curve)}: {case.title}")
    st.markdown(case.sentence)


def _conventions(plans):
    by_id = {convention.id: convention for convention in CONVENTIONS}
    chosen = st.pills(
        "Where frameworks disagree",
        list(by_id),
        format_func=lambda id: by_id[id].title,
        default=CONVENTIONS[0].id,
        required=True,
        key="convention",
    )
    convention = by_id[chosen]
    st.markdown(convention.question)
    chart(
        lines_figure({variant.name: variant.rates for variant in convention.variants}),
        "conventions",
        f"{convention.title}: {', '.join(variant.name for variant in convention.variants)}",
    )
    st.markdown("\n".join(f"- **{v.name}**: `{v.who}`. {v.note}" for v in convention.variants))
    st.markdown(convention.lesson)
