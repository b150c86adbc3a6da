"""Linear regression on a table, next to the closed form on the same rows."""

from collections.abc import Sequence

import torch
from torch import Tensor

from deepdive.algorithms.regression import (
    ConvergenceError,
    LinearFit,
    SingularMatrixError,
    descent_limit,
    least_squares,
    most_likely_deviation,
)
from deepdive.data.tables import NumericTarget
from deepdive.names import tell
from deepdive.recipes.linear.linear_regression import LinearRegressionSettings
from deepdive.recipes.tabular.folding import FoldStore
from deepdive.recipes.tabular.networks import error_name, load_member
from deepdive.recipes.tabular.table_experiment import TableExperiment
from deepdive.training import Run, RunError
from deepdive.training.records import Listener
from deepdive.training.report import Html, Section, join, table, text

_SHOWN = 30
"""Weights that the report shows, the largest ones."""


class TableRegression(TableExperiment):
    """``closed_form_gap`` is the largest distance of a learnt weight, or of the bias, from the closed form.

    Features and target are standardised by the training rows, so every weight is in deviations of the target per
    deviation of its feature. With folds, all this is said of the first.

    Raises:
        ValueError: a setting is out of its range.
    """

    settings: LinearRegressionSettings
    learns_classes = False

    def prepare(self) -> None:
        """Read the table and fit it in closed form.

        Raises:
            ValueError: the target holds classes, or as for any table.
        """
        super().prepare()
        fitted = self.data.fitted[0]
        if not isinstance(fitted, NumericTarget):
            raise ValueError(
                f"target {self.target!r} holds classes; linear regression predicts numbers (see the recipe california)"
            )
        self._numbers = fitted
        self._rows = self._part(self.folds[0].train)
        self.closed_form, found = _closed_form(*self._rows)
        self.notes = (*self.notes, *found)
        for note in found:
            tell(f"note: {note}")

    def fit(self, run: Run, listeners: Sequence[Listener], *, resume: bool) -> dict[str, float]:
        """Train, and measure the closed form on the same rows: ``closed_form_rmse`` beside ``test_rmse``."""
        metrics = super().fit(run, listeners, resume=resume)
        weight, bias = self._learnt(run)
        gap = torch.cat([weight - self.closed_form.weight, bias - self.closed_form.bias]).abs().max()
        found = {"closed_form_gap": float(gap)}
        if len(self.folds[0].test):
            x, y = self._part(self.folds[0].test)
            error = most_likely_deviation(y - self.closed_form.predict(x))
            found[f"closed_form_{error_name(self._numbers)}"] = float(error) * self._numbers.scale
        return metrics | found

    def sections(self, run: Run) -> list[Section]:
        """What any table has, after the weights."""
        return [Section("Weights", self._weights(run)), *super().sections(run)]

    def _weights(self, run: Run) -> Html:
        weight, bias = self._learnt(run)
        closed, names = self.closed_form, self.data.preprocessor.feature_names
        largest = closed.weight.abs().argsort(descending=True, stable=True)[:_SHOWN].tolist()
        x, y = self._rows
        rows: list[dict[str, object]] = [
            {"feature": names[j], closed.method: float(closed.weight[j]), "learnt": float(weight[j])} for j in largest
        ]
        rows.append({"feature": "(bias)", closed.method: float(closed.bias), "learnt": float(bias)})
        said = [
            "Deviations of the target per deviation of the feature, the largest ones first."
            + (f" {len(names) - _SHOWN:,} more are not shown." if len(names) > _SHOWN else ""),
            _arrival(closed, x, y),
            *([f"These are the weights of the first of {len(self.folds)} networks."] if len(self.folds) > 1 else []),
        ]
        return join([table(rows), text(*said)])

    def _learnt(self, run: Run) -> tuple[Tensor, Tensor]:
        """Weights and bias of the first fold's network, as saved."""
        member = load_member(FoldStore(run, len(self.folds)), 0, self.settings)
        if member is None:
            raise RunError(f"{run.folder} has no trained network; {run.go_on}")
        weight, bias = (parameter.detach().double().cpu() for parameter in member.network.parameters())
        return weight[0], bias

    def _part(self, rows: Tensor) -> tuple[Tensor, Tensor]:
        x, y = self.data.fields
        return x[rows].double(), y[rows, 0].double()


def _closed_form(x: Tensor, y: Tensor) -> tuple[LinearFit, list[str]]:
    """The solution of the normal equation, or where it is singular that of minimum norm, and a note that says so."""
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
        f"where no prediction is further than {gap:.2g} deviations from the closed form."
    )
