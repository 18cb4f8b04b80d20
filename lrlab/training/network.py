"""The article's network, and weights for it that depend on a seed alone."""

import keras


def build_network() -> keras.Sequential:
    """Flatten 28x28, Dense 512 relu, Dense 200 relu, Dense 10 softmax: 506,530 parameters."""
    return keras.Sequential(
        [
            keras.Input((28, 28)),
            keras.layers.Flatten(),
            keras.layers.Dense(512, activation="relu"),
            keras.layers.Dense(200, activation="relu"),
            keras.layers.Dense(10, activation="softmax"),
        ]
    )


def initial_weights(network: keras.Model, seed: int) -> list:
    """Weights in the order of `network.weights`: Glorot-uniform kernels from `seed`, zero biases."""
    return [
        keras.initializers.GlorotUniform(seed=seed + number)(weight.shape)
        if len(weight.shape) > 1
        else keras.ops.zeros(weight.shape)
        for number, weight in enumerate(network.weights)
    ]
