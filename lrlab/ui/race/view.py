"""How a visitor looks at a race: the only place that knows these keys of the session state."""

import streamlit as st

VIEW, SMOOTHING, TRAINING_CURVES, LOG_RATE = "view", "smoothing", "training_curves", "log_run_rate"
MANUAL_RATE_LANE = "manual_rate_lane"
WHOLE, FIRST_EPOCH = "whole_race", "first_epoch"
VIEWS = ("Loss", "Accuracy", "Updates", "Gradients")


def manual_rate_key(run: int) -> str:
    """The key of the slider that sets the rate of a run."""
    return f"manual_rate.{run}"


def fill() -> None:
    """Set every value that is not set yet."""
    values = {
        VIEW: VIEWS[0],
        SMOOTHING: 0.0,
        TRAINING_CURVES: False,
        LOG_RATE: False,
        WHOLE: False,
        FIRST_EPOCH: False,
    }
    for key, value in values.items():
        st.session_state.setdefault(key, value)
