"""One image of each class of the data set, with its name."""

import numpy as np
import streamlit as st

from lrlab.datasets import AUTO, OwnData
from lrlab.datasets.catalogue import DataSet
from lrlab.datasets.sources import load, locate
from lrlab.datasets.synthetic import few
from lrlab.ui.train import race_setup
from lrlab.ui.widgets.in_words import data_in_words

SIDE, MOST = 64, 10


def samples() -> None:
    """Show what is learned: the true images if they are on this machine, else those of the synthetic set."""
    known = race_setup.known_data()
    if len(known.shape) == 1 or known.class_count > MOST:
        return
    here = isinstance(known, OwnData) or known.files is None or locate(known.name).folder
    if not here and known != AUTO[0]:
        return
    source: DataSet = known if here else AUTO[1]
    st.markdown(f"**What is learned: {known.class_count} kinds of images.** {data_in_words(known)}.")
    with st.container(horizontal=True, gap="small"):
        for name, image in zip(known.class_names, _one_of_each(source.name, source), strict=True):
            st.image(image, caption=name, width=SIDE, alt=f"A sample of the class {name}")
    if not here:
        st.caption(f"{known.title} is not on this machine yet. These images are from {source.title}.")


@st.cache_data(max_entries=4, show_spinner="Reading the images")
def _one_of_each(name: str, _source: DataSet) -> list[np.ndarray]:
    """The first training image of each class, uint8, of shape (height, width) or (height, width, 3)."""
    if name == AUTO[1].name:
        found, labels = few()
    else:
        whole = load(_source if isinstance(_source, OwnData) else name, keep=False)
        found, labels = whole.train_images, whole.train_labels
    images = [found[np.argmax(labels == each)].copy() for each in range(_source.class_count)]
    return [image[..., 0] if image.ndim == 3 and image.shape[2] == 1 else image for image in images]
