"""Write runs as CSV, JSON, TensorBoard files or a Keras script; read LR Lab's files and Keras's logs."""

from lrlab.exchange.events import to_event_files
from lrlab.exchange.history import read_runs
from lrlab.exchange.record import MOST_RUNS, to_json
from lrlab.exchange.script import keras_script
from lrlab.exchange.table import to_csv

__all__ = ["MOST_RUNS", "keras_script", "read_runs", "to_csv", "to_event_files", "to_json"]
