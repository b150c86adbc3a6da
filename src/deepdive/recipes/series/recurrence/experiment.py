"""How far gradients reach, and networks with and without a cure on the adding problem."""

from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

import torch

from deepdive.algorithms.recurrence import jacobian_figure
from deepdive.data.series import AddingProblem
from deepdive.figures import to_svg
from deepdive.files import write_atomically
from deepdive.recipes.experiments.making import make_optimizer, make_schedule, make_toolkit, make_trainer
from deepdive.recipes.experiments.sequential_runs import TrainingRun, fit_sequentially, records_of
from deepdive.recipes.linear.figures import loss_curves
from deepdive.recipes.predictions import TablePrediction
from deepdive.recipes.series.recurrence.bptt import BPTTSettings
from deepdive.recipes.series.recurrence.measures import gradient_norms, reach, truncation_rows
from deepdive.recipes.series.recurrence.networks import CURES, cured
from deepdive.training import MeanSquaredError, Regression, Run, choose_device, seed_everything
from deepdive.training.records import Listener
from deepdive.training.report import Section, figure, join, table, text

_KNOWN_NOTHING = 1 / 6
"""Mean squared error of the mean, the variance of the sum of two uniform numbers."""


class BPTTExperiment:
    """Multiply Jacobians, clip and cut gradients, then train the same network with each cure.

    ``test_<network>_mse`` is the error on the adding problem (1/6 without any memory) and ``test_<network>_ratio`` that
    by the error of the plain ``tanh`` network.

    Raises:
        ValueError: a setting is out of its range.
    """

    def __init__(self, settings: BPTTSettings) -> None:
        self.settings = settings
        self.trainer = make_trainer(settings)
        self._optimizer = make_optimizer(settings.optimizer, settings.toolkit)
        choose_device(settings.device)
        self.data = AddingProblem(
            settings.length, train=settings.rows, batch_size=settings.batch_size, seed=settings.seed
        )

    def prepare(self) -> None:
        """Draw the sequences."""
        self.data.prepare()

    def fit(self, run: Run, listeners: Sequence[Listener], *, resume: bool) -> dict[str, float]:
        """Measure, then train the networks in turn."""
        settings = self.settings
        unclipped = replace(self.trainer, clip_norm=None)
        trainings = [
            TrainingRun(name, partial(self._parts, name), trainer=None if CURES[name].clipped else unclipped)
            for name in settings.networks
        ]
        self.results = fit_sequentially(trainings, self.trainer, run, listeners, resume=resume)
        errors = {name: result.metrics["test_mse"] for name, result in self.results.items()}
        self.reach = reach(settings.length, seed=settings.seed)
        found = {f"test_{name.replace('-', '_')}_mse": error for name, error in errors.items()}
        found |= {f"test_{name.replace('-', '_')}_ratio": error / errors["tanh"] for name, error in errors.items()}
        return found

    def sections(self, run: Run) -> list[Section]:
        """The reach of gradients, truncation, and the networks: gradients, learning curves, errors."""
        settings, trained = self.settings, records_of(run, self.results)
        write_atomically(run.folder / "curves.svg", to_svg(loss_curves(trained)))
        most = settings.clip_norm or 1.0
        x, y = self.data.train[0][: 10 * settings.batch_size], self.data.train[1][: 10 * settings.batch_size]
        rows = []
        for name, result in self.results.items():
            norms = gradient_norms(self._network(name), x, y, batch_size=settings.batch_size, most=most)
            rows.append(
                {
                    "network": name,
                    "mean squared error": result.metrics["test_mse"],
                    "norm of the first gradients, median": norms["median"],
                    "largest": norms["largest"],
                    f"largest, clipped at {most:g}": norms["clipped"],
                    "trained with clipping": bool(settings.clip_norm) and CURES[name].clipped,
                }
            )
        drawn = jacobian_figure(self.reach)
        caption = "Norm of the product of the Jacobians of k steps, for networks with random weights."
        return [
            Section("Reach", join([figure(to_svg(drawn).decode(), caption=caption), text(*_SAID)])),
            Section(
                "Cures",
                join(
                    [
                        table(rows),
                        text(
                            f"Add two marked numbers of {settings.length} steps. Without any memory the error is "
                            f"{_KNOWN_NOTHING:.3f}. The networks see the same batches and differ in their cure alone."
                        ),
                    ]
                ),
            ),
            Section("Truncation", join([table(truncation_rows(x[:20], hidden=16)), text(_TRUNCATION)])),
        ]

    def predict(self, run: Run, files: Sequence[Path]) -> list[TablePrediction]:
        """Refuse: the data has no meaning outside of this experiment.

        Raises:
            ValueError: always.
        """
        raise ValueError("the recipe bptt learns from made-up sequences; there is nothing to predict in files")

    def _parts(self, name: str) -> tuple[Regression, AddingProblem]:
        task = Regression(
            self._network(name),
            metrics={"mse": MeanSquaredError()},
            optimizer=self._optimizer,
            schedule=make_schedule(self.settings),
        )
        return task, self.data

    def _network(self, name: str) -> torch.nn.Module:
        settings = self.settings
        seed_everything(settings.seed)
        return cured(name, hidden=settings.hidden, forget=settings.forget, nn=make_toolkit(settings.toolkit))


_SAID = (
    "A gradient that goes k steps back is multiplied by k Jacobians. Each step stretches or shrinks it by about the "
    "same factor, so that it explodes or vanishes exponentially: at one size of the weights only does it last, and a "
    "nonlinearity that saturates, such as tanh, shrinks it on top.",
    "What helps: orthogonal weights stretch no direction and shrink none; a ReLU with the identity passes a gradient "
    "on as it is; a connection around the nonlinearity adds the identity to every Jacobian; a gate that is open does "
    "so where it has learnt to. Clipping bounds the step where a gradient explodes all the same.",
)
_TRUNCATION = (
    "Gradients of the recurrent weights, for a loss of the last step. Cut at regular places a gradient is wrong in the "
    "same direction every time; cut at random, with what is left scaled up, it is right on average and noisy."
)
