"""Linear regression by descent, next to the closed form on the same rows (D2L 3.4 and 3.5)."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor

from deepdive.algorithms.regression import LinearFit, least_squares, most_likely_std
from deepdive.data.progress import Report
from deepdive.data.synthetic import SyntheticRegression
from deepdive.models.linear import LinearRegression
from deepdive.recipes.experiments import Experiment, SupervisedExperiment
from deepdive.recipes.given.example import Example
from deepdive.recipes.given.tables import TakesTables
from deepdive.recipes.linear.linear_regression import LinearRegressionSettings
from deepdive.recipes.predictions import PredictedColumn, TablePrediction, to_csv
from deepdive.recipes.reports import Evaluation, Fold, NumberEvaluation
from deepdive.recipes.reports.regression import flat
from deepdive.training import Regression, Run
from deepdive.training.report import Section, join, table, text

if TYPE_CHECKING:
    from polars import DataFrame


def linear_regression(settings: LinearRegressionSettings) -> Experiment[LinearRegressionSettings]:
    """The experiment on made-up rows, or on a table, which alone needs polars."""
    if settings.data == "synthetic":
        return SyntheticExperiment(settings)
    from deepdive.recipes.linear.table_regression import TableRegression

    return TableRegression(settings)


@dataclass(frozen=True)
class Columns:
    """The inputs of a network, by name."""

    names: tuple[str, ...]


class SyntheticExperiment(TakesTables, SupervisedExperiment[LinearRegressionSettings, SyntheticRegression, Columns]):
    """Fit one linear layer to made-up rows, and compare it with the truth and with the closed form.

    ``weight_error`` and ``closed_form_gap`` are the largest distances of a weight, or of the bias, from these two.
    """

    metadata_type = Columns

    def load_data(self, report: Report) -> SyntheticRegression:
        """Training, validation and test rows, as many of each."""
        settings, rows = self.settings, self.settings.rows
        return SyntheticRegression(
            noise=settings.noise, train=rows, val=rows, test=rows, batch_size=settings.batch_size, seed=settings.seed
        )

    def metadata(self) -> Columns:
        """``x1`` and ``x2``."""
        return Columns(tuple(f"x{i + 1}" for i in range(len(self.data.weight))))

    def network(self, metadata: Columns) -> LinearRegression:
        """One linear layer."""
        return LinearRegression(len(metadata.names), nn=self.nn)

    def make_task(self, network: torch.nn.Module) -> Regression:
        """The squared loss."""
        return Regression(network, optimizer=self.optimizer, schedule=self.schedule)

    def measure(self, run: Run, metrics: dict[str, float]) -> dict[str, float]:
        """The distances from the truth and from the closed form."""
        return {
            "weight_error": _apart(self._learnt(), self._truth()),
            "closed_form_gap": _apart(self._learnt(), _joined(self._closed_form())),
        }

    def evaluations(self, run: Run) -> Sequence[Evaluation]:
        """The predictions for the test rows."""
        (x, y), (features, targets) = self.data.train, self.data.test
        with torch.inference_mode():
            predicted = self.model.cpu()(features)
        fold = Fold(flat(y), flat(targets), lambda: (x.numpy(), features.numpy()))
        return [NumberEvaluation("y", flat(targets), flat(predicted), [fold], what="rows")]

    def sections(self, run: Run) -> list[Section]:
        """Every weight: true, in closed form, learnt; and the noise as the residuals show it."""
        closed = self._closed_form()
        names = [*(f"w{i + 1}" for i in range(len(self.data.weight))), "b"]
        columns = zip(names, self._truth().tolist(), _joined(closed).tolist(), self._learnt().tolist(), strict=True)
        rows = [{"": name, "true": true, closed.method: form, "learnt": own} for name, true, form, own in columns]
        x, y = self.data.train
        noise = most_likely_std(y[:, 0] - closed.predict(x))
        told = f"Noise: {self.settings.noise:g}; as the residuals of the closed form show it: {float(noise):.4g}."
        return [Section("Weights", join([table(rows), text(told)]))]

    def example(self, run: Run) -> Example:
        """A row of numbers."""
        row = {name: float(i) for i, name in enumerate(self.metadata().names, start=1)}
        written = Example.written(run.folder, "example.csv", to_csv([row], list(row)))
        return Example(written.words, repr([row]))

    def predict(self, network: torch.nn.Module, metadata: Columns, files: Sequence[Any]) -> list[TablePrediction]:
        """Predict ``y`` for tables with the columns ``x1`` and ``x2``.

        Raises:
            ValueError: a file cannot be read or lacks a column; names it.
        """
        from deepdive.data.tables.checks import check_columns, check_kind
        from deepdive.recipes.tabular.rows import Answer, predict_tables

        names = metadata.names

        def answer(rows: "DataFrame") -> Answer:
            check_columns(rows, names)
            if any(check_kind(rows[name], "numbers").null_count() for name in names):
                raise ValueError(f"a value is missing in {', '.join(names)}; every row needs all of them")
            x, device = torch.from_numpy(rows.select(names).to_numpy(writable=True)), next(network.parameters()).device
            with torch.inference_mode():
                y = network(x.float().to(device))[:, 0].cpu()
            return Answer({"y": y.tolist()}, [PredictedColumn("y", y.tolist())])

        return predict_tables(files, answer, only=names)

    def _closed_form(self) -> LinearFit:
        x, y = self.data.train
        return least_squares(x, y[:, 0])

    def _truth(self) -> Tensor:
        return torch.cat([self.data.weight, self.data.bias[None]])

    def _learnt(self) -> Tensor:
        return torch.cat([p.detach().cpu().reshape(-1) for p in self.model.parameters()])


def _joined(fit: LinearFit) -> Tensor:
    """Weights and bias in one."""
    return torch.cat([fit.weight, fit.bias[None]])


def _apart(a: Tensor, b: Tensor) -> float:
    return float((a - b).abs().max())
