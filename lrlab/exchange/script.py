"""A run as a Python script that repeats it with plain `keras.Model.fit`, without LR Lab."""

import json
import textwrap
from collections.abc import Iterable, Iterator, Mapping

from lrlab import article
from lrlab.datasets import OwnData, data_set
from lrlab.datasets.built_in import BuiltIn
from lrlab.datasets.catalogue import DataSet
from lrlab.datasets.npz import TEST_SHARE
from lrlab.datasets.own import PIXELS
from lrlab.errors import UserError
from lrlab.export.base import Export
from lrlab.export.formula import rate_source
from lrlab.export.in_keras import cycled
from lrlab.export.source import EVERY
from lrlab.networks.layers import Dropout, Layer, Weighted
from lrlab.runs.controllers import EarlyStopping, ReduceOnPlateau
from lrlab.runs.result import Result
from lrlab.runs.spec import RunSpec
from lrlab.schedules import Constant
from lrlab.text import one_line

LONG = 95
FROM_KERAS = "(x_train, y_train), (x_test, y_test) = keras.datasets.{module}.load_data()\n"
FROM_LRLAB = """\
data = load("{name}")
x_train, y_train = data.train_images, data.train_labels
x_test, y_test = data.test_images, data.test_labels
"""
FROM_FILE = """\
if len(sys.argv) < 2:
    sys.exit("Write the path of the data set's .npz file after the name of this script.")
with np.load(sys.argv[1]) as file:
    arrays = dict(file)
if "x_test" not in arrays:  # the last part of a shuffle is for testing
    shuffled = np.random.default_rng({seed}).permutation(len(arrays["x_train"]))
    parts = np.split(shuffled, [len(shuffled) - len(shuffled) // {share}])
    for kind in "xy":
        both = arrays[f"{{kind}}_train"]
        arrays |= {{f"{{kind}}_train": both[parts[0]], f"{{kind}}_test": both[parts[1]]}}
x_train, y_train = arrays["x_train"], arrays["y_train"].ravel()
x_test, y_test = arrays["x_test"], arrays["y_test"].ravel()
"""
LOAD_DATA = """

def inputs(images):
    \"\"\"The images as the network takes them.\"\"\"
    return images.reshape(-1, {shape}).astype("float32"){scaled}


# The images that LR Lab chooses: the first FIT_IMAGES are for training, the rest for validation.
{load}chosen = random.Random({drawn}).sample(range(len(x_train)), {images})
x, y = inputs(x_train[chosen]), y_train[chosen]
validation = x[FIT_IMAGES:], y[FIT_IMAGES:]


class Batches(keras.utils.PyDataset):
    \"\"\"The training images in LR Lab's order, which is different in every epoch.\"\"\"

    order = np.arange(FIT_IMAGES)

    def begin(self, epoch, logs=None):  # not on_epoch_end, which Keras calls before the first epoch too
        self.order = np.random.default_rng([SEED, epoch]).permutation(FIT_IMAGES)

    def __len__(self):
        return -(-FIT_IMAGES // BATCH_SIZE)

    def __getitem__(self, number):
        chosen = self.order[number * BATCH_SIZE : (number + 1) * BATCH_SIZE]
        return x[chosen], y[chosen]


batches = Batches()
"""
MODEL = """
model = keras.Sequential(
    [
        keras.Input({shape}),
{layers}    ]
)
for number, weight in enumerate(model.weights):
    if len(weight.shape) > 1:  # biases begin at 0
        weight.assign(keras.initializers.GlorotUniform(seed=SEED + number)(weight.shape))
model.compile(
{optimizer}    "sparse_categorical_crossentropy",
    metrics=["accuracy"{entropy}],
)
"""
AS_IT_IS = (
    "# Does not change the rate, but logs it.\nkeras.callbacks.LearningRateScheduler(lambda epoch, lr: lr)"
)
TABLE = """
rates = rate({times}).reshape(EPOCHS, -1)  # one row per epoch
"""
TIMES = {
    "epoch": "np.repeat(np.arange(EPOCHS), len(batches))",
    "step": "np.arange(EPOCHS * len(batches))",
    "smooth": "np.arange(EPOCHS * len(batches)) / len(batches)",
}
EVERY_UPDATE = """

class Rates(keras.callbacks.Callback):
    \"\"\"Sets the rate of every update, and logs the first and the last of each epoch.\"\"\"

    def on_epoch_begin(self, epoch, logs=None):
        self.rates = rates[epoch]

    def on_train_batch_begin(self, batch, logs=None):
        self.model.optimizer.learning_rate = self.rates[batch]

    def on_epoch_end(self, epoch, logs=None):
        logs["learning_rate"], logs["lr_end"] = map(float, self.rates[[0, -1]])
"""
ON_PLATEAU = """

class Rates(keras.callbacks.ReduceLROnPlateau):
    \"\"\"Sets the rate of every update; on a plateau, it lowers all later rates of the schedule.\"\"\"

    scale = 1.0

    def on_epoch_begin(self, epoch, logs=None):
        self.rates = np.minimum(rates[epoch], np.maximum(self.scale * rates[epoch], self.min_lr))

    def on_train_batch_begin(self, batch, logs=None):
        self.model.optimizer.learning_rate = self.rates[batch]

    def on_epoch_end(self, epoch, logs=None):
        optimizer = self.model.optimizer
        optimizer.learning_rate = self.rates[0]
        super().on_epoch_end(epoch, logs)  # logs this rate, and lowers it if there is a plateau
        logs["lr_end"] = float(self.rates[-1])
        if float(optimizer.learning_rate) < np.float32(self.rates[0]):
            self.scale *= self.factor
"""
FIT = """
model.fit(
    batches,
    epochs=EPOCHS,
    shuffle=False,
    validation_data=validation,
    verbose=2,
    callbacks=[
{callbacks}    ],
)
scores = model.evaluate(inputs(x_test), y_test, verbose=0, return_dict=True)
print("On the test images:", ", ".join(f"{{name}} {{score:.4f}}" for name, score in scores.items()))
"""


def keras_script(result: Result) -> str:
    """Python source that repeats the run, except for float32 rounding, and logs it as CSV next to itself.

    It needs keras, tensorflow and numpy; only for a set that Keras does not load it also needs LR Lab. For a
    set of one's own, its first argument is the path of the file. Its first comment says what it does not
    repeat. Raises UserError for a result without a spec.

    >>> from lrlab.runs.spec import RunSpec
    >>> print(keras_script(Result("Article", (), RunSpec())).splitlines()[3])
    # Run: Article
    """
    spec = result.spec
    if spec is None:
        raise UserError(
            f"The run {one_line(result.name)[:60]!r} has only curves: it is unknown how it was trained. "
            "A Keras script needs a run that LR Lab has trained."
        )
    is_own = isinstance(spec.data, OwnData)
    data = spec.data_set if is_own or result.data is None else data_set(result.data)
    needs_lrlab = isinstance(data, BuiltIn) and not data.keras_module
    epochs_at = 2 if is_own else 1
    layers = spec.network.layers(data.shape, data.class_count)
    dropout = any(isinstance(layer, Dropout) for layer in layers)
    l2 = any(isinstance(layer, Weighted) and layer.l2 for layer in layers)
    rates, rate, callback = _rates(spec, l2)
    momentum = _momentum(spec)
    return (
        _head(result, data, needs_lrlab, dropout, l2, bool(momentum))
        + "\nimport random\nimport sys\nfrom pathlib import Path\n\nimport keras\nimport numpy as np\n"
        + ("\nfrom lrlab.datasets.sources import load  # needs LR Lab beside it\n" if needs_lrlab else "")
        + f"\nEPOCHS = int(sys.argv[{epochs_at}]) if len(sys.argv) > {epochs_at} else {spec.epochs}\n"
        + f"SEED = {spec.seed}\nFIT_IMAGES = {spec.fit_images}\nBATCH_SIZE = {spec.batch_size}\n"
        + LOAD_DATA.format(
            shape=", ".join(map(str, data.shape)),
            scaled=" / 255" if data.dtype == PIXELS else "",
            load=_load(data),
            drawn=article.SEED,
            images=spec.train_images,
        )
        + rates
        + momentum
        + ("\nkeras.utils.set_random_seed(SEED)  # of the dropout masks" if dropout else "")
        + MODEL.format(
            shape=data.shape,
            layers=_indented(map(_layer, layers), 8),
            optimizer=_indented([_optimizer(spec, rate, bool(momentum))], 4),
            entropy=', keras.metrics.SparseCategoricalCrossentropy(name="entropy")' if l2 else "",
        )
        + FIT.format(callbacks=_indented(_callbacks(spec, callback, l2), 8))
    )


def _load(data: DataSet) -> str:
    """Source of the images and labels of a data set."""
    if isinstance(data, OwnData):
        return FROM_FILE.format(seed=article.SEED, share=TEST_SHARE)
    if data.keras_module:
        return FROM_KERAS.format(module=data.keras_module)
    return FROM_LRLAB.format(name=data.name)


def _head(
    result: Result, data: DataSet, needs_lrlab: bool, dropout: bool, l2: bool, has_momentum: bool
) -> str:
    """A comment that describes the run, and what the script does not repeat."""
    which = "second" if isinstance(data, OwnData) else "first"
    # The first two lines contain no name: Python would obey a "coding: ..." in it.
    lines = [
        "This repeats a run of LR Lab with numpy and keras on tensorflow. It trains all its epochs, or",
        f"as many as the {which} argument says, and logs them as CSV next to this file.",
        "",
        f"Run: {result.name}",
        f"Data: {data.title}{', which needs LR Lab, too' if needs_lrlab else ''}",
    ]
    if isinstance(data, OwnData):
        lines.append(f"The first argument is the path of this file, whose sha256 is {data.digest}.")
    if result.versions:
        lines.append("Trained with " + ", ".join(f"{name} {v}" for name, v in result.versions.items()))
    if result.epochs:
        last = result.epochs[-1]
        lines.append(
            f"Measured in epoch {last.epoch + 1}: loss {last.loss:.4f}, accuracy {last.accuracy:.4f}, "
            f"val_loss {last.val_loss:.4f}, val_accuracy {last.val_accuracy:.4f}"
        )
    lines += [
        "",
        "Sums are rounded in another order than in LR Lab. At first they differ by one part in a million",
        "or less. The difference grows with every update. At large rates the results can differ strongly.",
    ]
    if dropout:
        lines.append("The dropout masks are not repeated, because LR Lab draws them in its own way.")
    if result.spec and result.spec.plan.left_over:
        lines.append(
            "The last update of an epoch is not repeated, because it has fewer batches than the others: "
            "Keras carries these batches to the next epoch."
        )
    if result.spec and result.spec.plan.momentum and not has_momentum:
        lines.append(
            "The cycled momentum is not repeated: Keras compiles the momentum into its training step, so the "
            "optimizer keeps its first value."
        )
    if result.spec and result.spec.range_test:
        lines.append("The range test does not end by its loss: here all of its updates are trained.")
    if result.has_manual_rate:
        lines.append("The rate that was set by hand is not repeated: here the whole run uses the schedule.")
    if l2:
        lines.append(
            "The losses include the L2 penalty. LR Lab's losses are called entropy and val_entropy here."
        )
    # With one_line, no text of a user can end the comment.
    wrapped = [line for text in lines for line in textwrap.wrap(one_line(text), LONG) or [""]]
    return "".join(f"# {line}".rstrip() + "\n" for line in wrapped)


def _rates(spec: RunSpec, l2: bool) -> tuple[str, str, str]:
    """Source of the rates, of the initial rate, and of the callback that sets the rates."""
    plan, plateau = spec.plan, spec.plateau
    given = _monitoring(plateau, l2) if plateau else {}
    if isinstance(plan.resolved, Constant):
        callback = _call("keras.callbacks.ReduceLROnPlateau", *_named(given)) if plateau else AS_IT_IS
        return "", repr(plan.resolved.initial_lr), callback
    code = f"\n# {plan.schedule.title}: the learning rate {EVERY[plan.clock]}.\n{rate_source(plan)}\n"
    if plan.clock == "epoch" and not plateau:
        callback = "keras.callbacks.LearningRateScheduler(lambda epoch, lr: float(rate(epoch)))"
    else:
        setting = TABLE.format(times=TIMES[plan.clock]) + (ON_PLATEAU if plateau else EVERY_UPDATE) + "\n"
        if (together := plan.batches_per_update) > 1:
            setting = setting.replace("rates[batch]", f"rates[batch // {together}]")
            setting = setting.replace("len(batches)", "STEPS")
            code += f"\nSTEPS = -(-len(batches) // {together})  # updates per epoch"
        code += setting
        callback = _call("Rates", *_named(given))
    return code, "float(rate(0))", callback


def _layer(layer: Layer) -> str:
    """Source of a layer."""
    given = _named(layer.keras_arguments())
    if isinstance(layer, Weighted) and layer.l2:
        given.append(f"kernel_regularizer=keras.regularizers.L2({layer.l2!r})")
    return _call(f"keras.layers.{layer.keras_class}", *given)


def _momentum(spec: RunSpec) -> str:
    """Source of the cycled momentum, and of the optimizer's class with it; empty if Keras has none."""
    try:
        parts = cycled(Export(spec.plan, spec.optimizer))
    except UserError:  # the first comment says so
        return ""
    return "".join(f"\n\n{part}" for part in parts) + "\n" * bool(parts)


def _optimizer(spec: RunSpec, rate: str, has_momentum: bool) -> str:
    """Source of the optimizer; `rate` is the source of its initial rate."""
    optimizer = Export(spec.plan, spec.optimizer).built
    given: dict[str, object] = dict(optimizer.keras_arguments())
    if spec.batches_per_update > 1:
        given["gradient_accumulation_steps"] = spec.batches_per_update
    name = f"{'Cycled' if has_momentum else 'keras.optimizers.'}{optimizer.keras_class}"
    return _call(name, rate, *_named(given))


def _callbacks(spec: RunSpec, rates: str, l2: bool) -> Iterator[str]:
    """Source of each callback; the values that one logs are available to the callbacks after it."""
    yield "keras.callbacks.LambdaCallback(on_epoch_begin=batches.begin)"
    yield rates
    if stopping := spec.early_stopping:
        given = _monitoring(stopping, l2)
        given["restore_best_weights"] = given.pop("restore_best")
        yield _call("keras.callbacks.EarlyStopping", *_named(given))
    yield "keras.callbacks.TerminateOnNaN()"
    yield 'keras.callbacks.CSVLogger(Path(__file__).with_suffix(".csv"))'


def _monitoring(controller: EarlyStopping | ReduceOnPlateau, l2: bool) -> dict[str, object]:
    """A controller's parameters for Keras, whose loss includes the L2 penalty."""
    given = {name: getattr(controller, name) for name in controller.parameters()}
    if l2:
        given["monitor"] = controller.monitor.replace("loss", "entropy")
    return given


def _named(arguments: Mapping[str, object]) -> list[str]:
    """Source of each argument by name."""
    return [f"{key}={json.dumps(v) if isinstance(v, str) else repr(v)}" for key, v in arguments.items()]


def _call(name: str, *given: str) -> str:
    """Source of a call with the source of its arguments, on one line if it is short."""
    line = f"{name}({', '.join(given)})"
    return line if len(line) <= LONG else f"{name}(\n{_indented(given, 4)})"


def _indented(items: Iterable[str], width: int) -> str:
    return "".join(textwrap.indent(f"{item},\n", " " * width) for item in items)
