"""Runs as files: CSV, JSON, TensorBoard, a Keras script; and read again, also what Keras itself wrote."""
