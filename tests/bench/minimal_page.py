"""The least page of its kind: three `st.slider`, and one `st.plotly_chart` of one curve."""

import numpy as np
import plotly.graph_objects as go
import streamlit as st

times = np.arange(st.slider("Epochs", 1, 200, 100))
rate = st.slider("Initial learning rate", 0.0, 1.0, 0.5)
decay = st.slider("Decay", 0.0, 0.3, 0.1, 0.001)
st.plotly_chart(go.Figure(go.Scatter(x=times, y=rate * np.exp(-decay * times))))
