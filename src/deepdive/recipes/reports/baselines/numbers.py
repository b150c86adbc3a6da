"""Baselines of a regression: the mean, a linear model, and trees where scikit-learn is installed."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import torch
from torch import Tensor

from deepdive.algorithms.regression import ridge
from deepdive.recipes.reports.baselines import models
from deepdive.recipes.reports.evaluation import Baseline, Baselines
from deepdive.recipes.reports.folds import Fold

Scored = Callable[[Tensor], dict[str, float]]
"""Metrics of the predictions for the test examples of all folds, one after the other."""
_PENALTY = 1.0
"""As scikit-learn's ridge regression has it: with columns that say the same, the weights stay small."""
Decoded = Sequence[Callable[[Tensor], Tensor]]


def number_baselines(folds: Sequence[Fold], decode: Decoded, score: Scored, *, what: str, fitted: bool) -> Baselines:
    """Each learns from the training examples of a fold and predicts its test examples; ``score`` sees those of all.

    The targets of a fold may be standardised or on a logarithmic scale: ``decode[i]`` brings what was predicted in fold
    ``i`` back to the target's unit. ``what`` examples are called; with ``fitted`` also trees, where they can be had.
    """
    found: dict[str, list[Tensor]] = {}
    ways: dict[str, str] = {}
    for fold, back in zip(folds, decode, strict=True):
        for name, predicted, way in _predicted(fold, what, fitted=fitted and models.available()):
            found.setdefault(name, []).append(back(predicted))
            ways.setdefault(name, way if len(folds) == 1 else f"{way} of the first of {len(folds)} folds")
    entries = tuple(
        Baseline(name, score(torch.cat(parts)), ways[name]) for name, parts in found.items() if len(parts) == len(folds)
    )
    if all(fold.inputs is None for fold in folds):
        return Baselines(entries)
    if not fitted:
        return Baselines(entries, (models.NOT_FITTED,))
    return Baselines(entries, () if models.available() else (models.MISSING,))


def _predicted(fold: Fold, what: str, *, fitted: bool) -> list[tuple[str, Tensor, str]]:
    y = fold.train.double().flatten()
    constant = y.mean().expand(len(fold.test))
    found = [("mean", constant, f"always the mean of {models.counted(len(y), len(y), what)}")]
    if fold.inputs is None:
        return found
    train, test = fold.inputs()
    if not isinstance(train, np.ndarray) or not isinstance(test, np.ndarray):
        return found + (_of_words(train, test, y, what) if fitted else [])
    rows = models.chosen_rows(len(train), models.linear_rows(train))
    x = torch.from_numpy(train[rows]).double()
    fit = ridge(x, y[torch.from_numpy(rows)], _PENALTY)
    linear = fit.predict(torch.from_numpy(test).double())
    told = f"{models.fitted_on(len(rows), len(train), what)}, with a ridge penalty of {_PENALTY:g}"
    found.append(("linear regression", linear, told))
    if fitted:
        rows = models.tree_rows(len(train))
        trees = models.predicting_trees(train[rows], y.numpy()[rows])(test)
        told = models.fitted_on(len(rows), len(train), what)
        found.append(("gradient-boosted trees", torch.from_numpy(np.asarray(trees)).double(), told))
    return found


def _of_words(train: Any, test: Any, y: Tensor, what: str) -> list[tuple[str, Tensor, str]]:
    """Ridge regression on what a linear model sees of texts or images."""
    from sklearn.linear_model import Ridge

    rows = models.chosen_rows(len(train), models.linear_rows(train))
    x, z = models.as_features(models.taken(train, rows), test)
    with models.quietly():
        predicted = Ridge(alpha=1.0, solver="lsqr").fit(x, y.numpy()[rows]).predict(z)
    told = models.fitted_on(len(rows), len(train), what)
    more = ", by the TF-IDF weights of words and pairs of words" if models.texts(train) else ""
    return [("ridge regression", torch.from_numpy(np.asarray(predicted)).double(), told + more)]
