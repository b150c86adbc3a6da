"""Models of scikit-learn as baselines: which ones, of how many examples, and whether they can be had."""

import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from typing import Any

import numpy as np
import torch
from torch import Tensor
from torch.nn.functional import adaptive_avg_pool2d

from deepdive.recipes.reports.folds import Inputs

MISSING = (
    "scikit-learn is not installed, so no linear model and no trees stand beside the network; "
    "pip install scikit-learn, and the next run has them."
)
NOT_FITTED = "The preset smoke fits no other model beside the network; quick does."
_SIDE = 16
"""Images are brought to so many pixels a side."""
_NUMBERS = 4_000_000
"""Rows times features that a linear model learns from, which takes it a second or two."""
_TREE_ROWS = 20_000
_CHARACTERS = 4_000_000
_ITERATIONS, _TREES = 100, 100
_INVERSE_PENALTIES = (0.01, 0.1, 1.0, 10.0, 100.0)
_CHOOSING = 1_000_000
"""Rows times features that one of these is tried on."""
_FOLDS, _LEAST, _FEW = 5, 20, 2000
"""Of cross-validation; rows from which on there is some, and up to which all its folds are cheap."""
_LEAVES = 300
"""Trees of all classes together."""


def available() -> bool:
    """Whether scikit-learn can be had; it is an extra of this library."""
    return find_spec("sklearn") is not None


@contextmanager
def quietly() -> Iterator[None]:
    """On one thread, and without the warnings of a fit that ends early: as a baseline it is good enough.

    Threads that wait for each other come to a crawl on a machine that is busy, and may add up in another order.
    """
    from threadpoolctl import threadpool_limits  # scikit-learn's own

    with warnings.catch_warnings(), threadpool_limits(1):
        warnings.simplefilter("ignore")
        yield


def chosen_rows(count: int, most: int) -> np.ndarray:
    """Numbers of at most so many of ``count`` examples, drawn at random, the same each time, in their order."""
    if count <= most:
        return np.arange(count)
    drawn = torch.randperm(count, generator=torch.Generator().manual_seed(0))[: max(1, most)]
    return drawn.sort().values.numpy()


def fitted_on(rows: int, count: int, what: str) -> str:
    """In words: on which of the training examples."""
    return "fitted on " + counted(rows, count, what)


def counted(rows: int, count: int, what: str) -> str:
    """In words: how many of the training examples."""
    return f"{rows:,} of {count:,} training {what}" if rows < count else f"all {count:,} training {what}"


def few_pixels(images: Tensor) -> np.ndarray:
    """Images as rows of at most 16 × 16 pixels per channel, from 0 to 1."""
    parts = []
    for some in images.split(2048):
        x = some.float() / 255 if some.dtype == torch.uint8 else some.float()
        side = min(_SIDE, x.shape[2]), min(_SIDE, x.shape[3])
        parts.append(adaptive_avg_pool2d(x, side).flatten(1))
    return torch.cat(parts).numpy()


def linear_rows(inputs: Inputs) -> int:
    """How many examples a linear model learns from: as many as take it a second or two."""
    if isinstance(inputs, Tensor):
        features = inputs.shape[1] * min(_SIDE, inputs.shape[2]) * min(_SIDE, inputs.shape[3])
    elif isinstance(inputs, np.ndarray):
        features = inputs.shape[1]
    else:
        mean = sum(map(len, inputs)) / max(1, len(inputs))
        return max(200, int(_CHARACTERS / max(1.0, mean)))
    return max(200, _NUMBERS // max(1, features))


def as_features(train: Inputs, test: Inputs) -> tuple[Any, Any]:
    """Numbers for a linear model: pixels, TF-IDF weights of words and pairs of words, or the features as they are."""
    if isinstance(train, Tensor) and isinstance(test, Tensor):
        return few_pixels(train), few_pixels(test)
    if isinstance(train, np.ndarray):
        return train, test
    from sklearn.feature_extraction.text import TfidfVectorizer

    vectorizer = TfidfVectorizer(
        sublinear_tf=True, ngram_range=(1, 2), max_features=50_000, token_pattern=r"(?u)\b\w+\b"
    )
    try:
        return vectorizer.fit_transform(train), vectorizer.transform(test)
    except ValueError:  # texts without a single word
        return np.zeros((len(train), 1)), np.zeros((len(test), 1))


def taken(inputs: Inputs, rows: np.ndarray) -> Inputs:
    """Some of the examples."""
    if isinstance(inputs, Tensor):
        return inputs[torch.from_numpy(rows)]
    if isinstance(inputs, np.ndarray):
        return inputs[rows]
    return [inputs[i] for i in rows.tolist()]


def logistic_regression(x: Any, y: np.ndarray) -> tuple[Callable[[Any], np.ndarray], str]:
    """Fitted on these rows: class numbers of others; and in words the ``C`` that was chosen, the inverse L2 penalty.

    It is the smallest of those with most rows right in 5-fold cross-validation, of many rows in one of the folds.
    """
    c, how = _chosen_inverse_penalty(x, y)
    return _fitted(_logistic(c), x, y), f"C = {c:g}{how}"


def _logistic(c: float) -> Any:
    from sklearn.linear_model import LogisticRegression

    return LogisticRegression(C=c, max_iter=_ITERATIONS)


def _chosen_inverse_penalty(x: Any, y: np.ndarray) -> tuple[float, str]:
    order = torch.randperm(len(y), generator=torch.Generator().manual_seed(0)).numpy()
    parts = np.array_split(order, _FOLDS)
    most = max(200, _CHOOSING // x.shape[1]) if isinstance(x, np.ndarray) else len(y)
    right = dict.fromkeys(_INVERSE_PENALTIES, 0)
    for held in parts if len(y) <= _FEW else parts[:1]:
        rest = np.setdiff1d(order, held)
        rest = rest[chosen_rows(len(rest), most)]
        if len(y) < _LEAST or len(np.unique(y[rest])) < 2:
            return 1.0, ""
        for c in right:
            right[c] += int((_fitted(_logistic(c), x[rest], y[rest])(x[held]) == y[held]).sum())
    how = "by 5-fold cross-validation" if len(y) <= _FEW else "by a fifth of them"
    return max(right, key=lambda c: right[c]), f", chosen {how}"  # of equal ones the first


def classifying_trees(x: np.ndarray, y: np.ndarray, classes: int) -> Callable[[Any], np.ndarray]:
    """Gradient-boosted trees, fewer for many classes, as each has its own."""
    from sklearn.ensemble import HistGradientBoostingClassifier

    rounds: int = max(10, min(_TREES, _LEAVES // max(1, classes if classes > 2 else 1)))
    how: dict[str, Any] = {"max_iter": rounds, "early_stopping": False, "random_state": 0}
    return _fitted(HistGradientBoostingClassifier(**how), x, y)


def predicting_trees(x: np.ndarray, y: np.ndarray) -> Callable[[Any], np.ndarray]:
    """Gradient-boosted trees for numbers."""
    from sklearn.ensemble import HistGradientBoostingRegressor

    how: dict[str, Any] = {"max_iter": _TREES, "early_stopping": False, "random_state": 0}
    return _fitted(HistGradientBoostingRegressor(**how), x, y)


def tree_rows(count: int) -> np.ndarray:
    """The rows that trees learn from."""
    return chosen_rows(count, _TREE_ROWS)


def _fitted(model: Any, x: Any, y: np.ndarray) -> Callable[[Any], np.ndarray]:
    with quietly():
        model.fit(x, y)

    def predict(rows: Any) -> np.ndarray:
        with quietly():
            return model.predict(rows)

    return predict


def texts(inputs: Inputs) -> bool:
    """Whether the inputs are texts."""
    return isinstance(inputs, list)
