"""Linear regression on a table, next to the closed form on the same rows."""

from collections.abc import Mapping

import torch
from torch import Tensor

from deepdive.algorithms.regression import (
    ConvergenceError,
    LinearFit,
    SingularMatrixError,
    descent_limit,
    least_squares,
    most_likely_std,
)
from deepdive.data.progress import Report
from deepdive.data.tables import NumericTarget
from deepdive.recipes.experiments import TrainingResult
from deepdive.recipes.linear.linear_regression import LinearRegressionSettings
from deepdive.recipes.tabular.experiment import TableExperiment
from deepdive.recipes.tabular.metrics import error_name
from deepdive.recipes.tabular.rows import Prepared
from deepdive.training import Run, RunError
from deepdive.training.report import Section, join, table, text

_SHOWN = 30
"""Weights that the report shows, the largest ones."""


class TableRegression(TableExperiment[LinearRegressionSettings]):
    """``closed_form_gap`` is the largest distance of a learnt weight, or of the bias, from the closed form.

    Features and target are standardised by the training rows, so every weight is in standard deviations of the target
    per standard deviation of its feature. With folds, all this is about the first.
    """

    learns_classes = False

    def load(self, report: Report) -> None:
        """Read the table and fit it in closed form.

        Raises:
            ValueError: the target holds classes, or as for any table.
        """
        super().load(report)
        fitted = self.data.fitted[0]
        if not isinstance(fitted, NumericTarget):
            raise ValueError(
                f"target {self.target!r} holds classes; linear regression predicts numbers (see the recipe table)"
            )
        self._numbers = fitted
        self._rows = self._part(self.folds[0].train)
        self.closed_form, note = _closed_form(*self._rows)
        self.told = (*self.told, *note)

    def combine(self, run: Run, results: Mapping[str, TrainingResult], *, resume: bool) -> dict[str, float]:
        """What any table has, and the closed form on the same rows: ``closed_form_rmse`` beside ``test_rmse``."""
        member = self.member(run, 0, Prepared.of(self.data))
        if member is None:
            raise RunError(f"{run.folder} has no trained network; {run.go_on}")
        weight, self.bias = (parameter.detach().double().cpu() for parameter in member.network.parameters())
        self.weight, closed = weight[0], self.closed_form
        gap = torch.cat([self.weight - closed.weight, self.bias - closed.bias]).abs().max()
        metrics = super().combine(run, results, resume=resume) | {"closed_form_gap": float(gap)}
        if len(self.folds[0].test):
            x, y = self._part(self.folds[0].test)
            error = float(most_likely_std(y - closed.predict(x)))
            metrics[f"closed_form_{error_name(self._numbers)}"] = error * self._numbers.scale
        return metrics

    def sections(self, run: Run) -> list[Section]:
        """What any table has, after the weights."""
        closed, names = self.closed_form, self.data.preprocessor.feature_names
        largest = closed.weight.abs().argsort(descending=True, stable=True)[:_SHOWN].tolist()
        rows: list[dict[str, object]] = [
            {"feature": names[j], closed.method: float(closed.weight[j]), "learnt": float(self.weight[j])}
            for j in largest
        ]
        rows.append({"feature": "(bias)", closed.method: float(closed.bias), "learnt": float(self.bias)})
        lines = [
            "Standard deviations of the target per standard deviation of the feature, the largest ones first."
            + (f" {len(names) - _SHOWN:,} more are not shown." if len(names) > _SHOWN else ""),
            _arrival(closed, *self._rows),
            *([f"These are the weights of the first of {len(self.folds)} networks."] if len(self.folds) > 1 else []),
        ]
        return [Section("Weights", join([table(rows), text(*lines)])), *super().sections(run)]

    def _part(self, rows: Tensor) -> tuple[Tensor, Tensor]:
        x, y = self.data.fields
        return x[rows].double(), y[rows, 0].double()


def _closed_form(x: Tensor, y: Tensor) -> tuple[LinearFit, list[str]]:
    """The solution of the normal equation, or where it is singular that of minimum norm, and a note about it."""
    try:
        return least_squares(x, y, method="normal"), []
    except SingularMatrixError as error:
        reason = str(error).partition(";")[0]
        note = f"{reason}; the closed form is that of minimum norm, and descent may end at other weights as good"
        return least_squares(x, y, method="minimum-norm"), [note]


def _arrival(closed: LinearFit, x: Tensor, y: Tensor) -> str:
    """How far the limit of gradient descent on all rows is from the closed form."""
    try:
        limit = descent_limit(x, y)
    except ConvergenceError as error:
        return f"With batches of all rows, {error}."
    gap = float((limit.predict(x) - closed.predict(x)).abs().max())
    return (
        f"With batches of all rows and the best constant rate, gradient descent arrives in {limit.steps:,} steps, "
        f"where no prediction is further than {gap:.2g} standard deviations from the closed form."
    )
