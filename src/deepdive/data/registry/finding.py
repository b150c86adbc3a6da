"""Every named data set, and how one is found by its name."""

from collections.abc import Mapping
from typing import TypeVar

from deepdive.data.registry.dataset import Dataset, PretrainedWeights
from deepdive.data.registry.images import IMAGES
from deepdive.data.registry.series import SERIES
from deepdive.data.registry.tables import TABLES
from deepdive.data.registry.texts import TEXTS
from deepdive.data.registry.weights import TEXT_NETWORKS as _TEXT_NETWORKS
from deepdive.data.registry.weights import WEIGHTS
from deepdive.names import suggestion

DATASETS: dict[str, Dataset] = {row.name: row for row in (*IMAGES, *TABLES, *SERIES, *TEXTS, *WEIGHTS, *_TEXT_NETWORKS)}
"""Every data set by its name, by kind, and pretrained weights, which are had the same way."""
PRETRAINED: dict[str, PretrainedWeights] = {row.name: row for row in WEIGHTS}
"""Those of them that are weights of a network of images."""
TEXT_NETWORKS: tuple[str, ...] = tuple(row.name for row in _TEXT_NETWORKS)
"""Those that are a network of texts with its tokenizer."""

Row = TypeVar("Row", bound=Dataset)


def find(name: str) -> Dataset:
    """The data set called ``name``.

    Raises:
        ValueError: there is none; suggests similar ones.

    """
    return _row_of(DATASETS, name, "no data set is called")


def find_pretrained(name: str) -> PretrainedWeights:
    """What is known of the weights called ``name``, e.g. which images they were learnt from.

    Raises:
        ValueError: there are none; suggests similar ones.

    """
    return _row_of(PRETRAINED, name, "no pretrained weights are called")


def _row_of(table: Mapping[str, Row], name: str, missing: str) -> Row:
    if name in table:
        return table[name]
    raise ValueError(f"{missing} {name!r}{suggestion(name, table)}")
