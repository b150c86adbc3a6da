"""Linear regression on data with a known truth, as an experiment."""

from collections.abc import Sequence
from pathlib import Path

import torch
from torch import Tensor

from deepdive.algorithms.regression import LinearFit, least_squares, most_likely_deviation
from deepdive.data.synthetic import SyntheticRegression
from deepdive.models.linear import LinearRegression
from deepdive.recipes.experiments.making import make_optimizer, make_schedule, make_toolkit, make_trainer
from deepdive.recipes.experiments.weights import trained_weights
from deepdive.recipes.linear.linear_regression import LinearRegressionSettings
from deepdive.recipes.predictions import TablePrediction
from deepdive.training import Regression, Run, choose_device, seed_everything
from deepdive.training.records import Listener
from deepdive.training.report import Section, join, table, text


class SyntheticExperiment:
    """Fit one linear layer by descent, and compare it with the truth and with the closed form."""

    def __init__(self, settings: LinearRegressionSettings) -> None:
        self.settings = settings
        self.trainer = make_trainer(settings)
        self._optimizer = make_optimizer(settings.optimizer, settings.toolkit)
        choose_device(settings.device)
        rows = settings.rows
        self.data = SyntheticRegression(
            noise=settings.noise, train=rows, val=rows, test=rows, batch_size=settings.batch_size, seed=settings.seed
        )

    def prepare(self) -> None:
        """Draw the rows and make the task."""
        self.data.prepare()
        seed_everything(self.settings.seed)
        self.task = Regression(self._network(), optimizer=self._optimizer, schedule=make_schedule(self.settings))

    def fit(self, run: Run, listeners: Sequence[Listener], *, resume: bool) -> dict[str, float]:
        """Train; ``weight_error`` and ``closed_form_gap`` are the largest distances of a weight or the bias."""
        metrics = self.trainer.fit(
            self.task, self.data, checkpoints=run.checkpoints, listeners=listeners, resume=resume
        )
        learnt = self._learnt()
        return metrics | {
            "weight_error": _apart(learnt, self._truth()),
            "closed_form_gap": _apart(learnt, _joined(self._closed_form())),
        }

    def sections(self, run: Run) -> list[Section]:
        """Every weight: true, in closed form, learnt; and the noise as the residuals show it."""
        names = [f"w{i + 1}" for i in range(len(self.data.weight))] + ["b"]
        closed = self._closed_form()
        columns = zip(names, self._truth().tolist(), _joined(closed).tolist(), self._learnt().tolist(), strict=True)
        rows = [{"": name, "true": true, closed.method: form, "learnt": own} for name, true, form, own in columns]
        x, y = self.data.train
        noise = most_likely_deviation(y[:, 0] - closed.predict(x))
        said = f"Noise: {self.settings.noise:g}; as the residuals of the closed form show it: {float(noise):.4g}."
        return [Section("Weights", join([table(rows), text(said)]))]

    def predict(self, run: Run, files: Sequence[Path]) -> list[TablePrediction]:
        """Predict ``y`` for tables with the columns ``x1`` and ``x2``.

        Raises:
            ValueError: a file cannot be read or lacks a column; names it.
        """
        from deepdive.data.tables import read_table
        from deepdive.data.tables.checks import check_columns, check_kind

        network = self._network()
        network.load_state_dict(trained_weights(run))
        names = [f"x{i + 1}" for i in range(len(self.data.weight))]
        found = []
        for file in files:
            notes: list[str] = []
            rows = read_table(file, only=names, declare=lambda _: "", note=notes.append)
            try:
                check_columns(rows, names)
                if any(check_kind(rows[name], "numbers").null_count() for name in names):
                    raise ValueError(f"a value is missing in {', '.join(names)}; every row needs all of them")
            except ValueError as error:
                raise ValueError(f"{file}: {error}") from error
            with torch.inference_mode():
                y = network(torch.from_numpy(rows.select(names).to_numpy(writable=True)).float())[:, 0]
            found.append(TablePrediction(file, {"y": y.tolist()}, tuple(notes)))
        return found

    def _network(self) -> LinearRegression:
        return LinearRegression(len(self.data.weight), nn=make_toolkit(self.settings.toolkit))

    def _closed_form(self) -> LinearFit:
        x, y = self.data.train
        return least_squares(x, y[:, 0])

    def _truth(self) -> Tensor:
        return torch.cat([self.data.weight, self.data.bias[None]])

    def _learnt(self) -> Tensor:
        return torch.cat([p.detach().cpu().reshape(-1) for p in self.task.network.parameters()])


def _joined(fit: LinearFit) -> Tensor:
    """Weights and bias in one."""
    return torch.cat([fit.weight, fit.bias[None]])


def _apart(a: Tensor, b: Tensor) -> float:
    return float((a - b).abs().max())
