"""The obvious page to compare with: `st.slider` and `st.plotly_chart`, six exponential decays."""

import numpy as np
import plotly.graph_objects as go
import streamlit as st

times = np.arange(101)
decay = st.slider("Decay", 0.0, 0.3, 0.1, 0.001)
figure = go.Figure(layout={"height": 520})
for number in range(6):
    figure.add_scatter(x=times, y=0.5 * np.exp(-decay * (1 + number / 5) * times), line_shape="hv")
st.plotly_chart(figure, key="chart")
