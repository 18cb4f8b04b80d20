"""Training with TensorFlow: the network, the compiled epoch, the engine and the worker process."""
