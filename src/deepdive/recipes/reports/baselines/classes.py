"""Baselines of a classifier: the most frequent class, and models of scikit-learn where it is installed."""

from collections.abc import Callable, Sequence

import numpy as np
import torch
from torch import Tensor

from deepdive.recipes.reports.baselines import models
from deepdive.recipes.reports.evaluation import Baseline, Baselines
from deepdive.recipes.reports.folds import Fold, Inputs

Scored = Callable[[Tensor, Tensor], dict[str, float]]
"""Metrics of predicted and true class numbers."""


def class_baselines(
    folds: Sequence[Fold], labels: Sequence[str], score: Scored, *, what: str, fitted: bool
) -> Baselines:
    """Each learns from the training examples of a fold and predicts its test examples; ``score`` sees those of all.

    ``what`` examples are called; with ``fitted`` also models that must be trained.
    """
    true = torch.cat([fold.test for fold in folds])
    majority = [fold.train.bincount(minlength=len(labels)).argmax().expand(len(fold.test)) for fold in folds]
    named = labels[int(majority[0][0])] if len(folds) == 1 and len(majority[0]) else ""
    how = f"always {named!r}, the most frequent of the training {what}" if named else "the most frequent, fold by fold"
    entries = [Baseline("majority class", score(torch.cat(majority), true), how)]
    fitting = [fold for fold in folds if fold.inputs is not None]
    if len(fitting) < len(folds):
        return Baselines(tuple(entries))
    if not fitted:
        return Baselines(tuple(entries), (models.NOT_FITTED,))
    if not models.available():
        return Baselines(tuple(entries), (models.MISSING,))
    found: dict[str, list[Tensor]] = {}
    ways: dict[str, str] = {}
    for fold in folds:
        for name, predicted, way in _predicted(fold, len(labels), what):
            found.setdefault(name, []).append(predicted)
            ways.setdefault(name, way if len(folds) == 1 else f"{way} of the first of {len(folds)} folds")
    entries += [Baseline(name, score(torch.cat(parts), true), ways[name]) for name, parts in found.items()]
    return Baselines(tuple(entries))


def _predicted(fold: Fold, classes: int, what: str) -> list[tuple[str, Tensor, str]]:
    """Of each model its name, what it predicts of the test examples, and how it was fitted."""
    if fold.inputs is None or not len(fold.test):
        return []
    train, test = fold.inputs()
    rows = models.chosen_rows(len(train), models.linear_rows(train))
    y = fold.train.numpy()
    predicted, chosen = _linear(models.taken(train, rows), test, y[rows])
    found = [("logistic regression", predicted, rows, _shown(train) + chosen)]
    if isinstance(train, np.ndarray):
        rows = models.tree_rows(len(train))
        predict = _unless_constant(y[rows], lambda: models.classifying_trees(train[rows], y[rows], classes))
        found.append(("gradient-boosted trees", predict(test), rows, ""))
    return [
        (name, torch.from_numpy(np.asarray(predicted)).long(), models.fitted_on(len(rows), len(train), what) + more)
        for name, predicted, rows, more in found
    ]


def _linear(train: Inputs, test: Inputs, y: np.ndarray) -> tuple[np.ndarray, str]:
    """What a linear model predicts, and in words how its penalty was chosen."""
    if len(np.unique(y)) == 1:
        return np.full(len(test), y[0]), ""
    x, z = models.as_features(train, test)
    predict, chosen = models.logistic_regression(x, y)
    return predict(z), f", with {chosen}"


def _unless_constant(
    y: np.ndarray, fit: Callable[[], Callable[[Inputs], np.ndarray]]
) -> Callable[[Inputs], np.ndarray]:
    """The fitted model; of one class alone, that class."""
    return fit() if len(np.unique(y)) > 1 else lambda inputs: np.full(len(inputs), y[0])


def _shown(inputs: Inputs) -> str:
    if isinstance(inputs, Tensor):
        return f", as {min(16, inputs.shape[2])} × {min(16, inputs.shape[3])} pixels"
    return ", by the TF-IDF weights of words and pairs of words" if models.texts(inputs) else ""
