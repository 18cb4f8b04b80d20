"""Fashion-MNIST: photographs of clothes, by Zalando."""

from pathlib import Path

from lrlab.datasets.built_in import Arrays, BuiltIn, Files
from lrlab.datasets.idx import MD5, SHAPES, read_folder

CLASS_NAMES = (
    "T-shirt/top",
    "Trouser",
    "Pullover",
    "Dress",
    "Coat",
    "Sandal",
    "Shirt",
    "Sneaker",
    "Bag",
    "Ankle boot",
)


def _arrays(folder: Path) -> Arrays:
    images, labels, test_images, test_labels = read_folder(folder).values()
    return images, labels, test_images, test_labels


_TRAIN, _, _TEST, _ = SHAPES.values()
FASHION_MNIST = BuiltIn(
    name="fashion-mnist",
    title="Fashion-MNIST",
    shape=(*_TRAIN[1:], 1),
    class_names=CLASS_NAMES,
    train=_TRAIN[0],
    test=_TEST[0],
    licence="by Zalando SE, under the MIT licence",
    arrays=_arrays,
    files=Files(
        checksums=tuple((name, f"md5:{md5}") for name, md5 in MD5.items()),
        megabytes=31,
        keras_folder="fashion-mnist",
        variable="LRLAB_DATA_DIR",
    ),
    keras_module="fashion_mnist",
)
