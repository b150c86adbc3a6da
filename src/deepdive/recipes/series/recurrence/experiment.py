"""How far gradients reach, and networks with and without a cure on the adding problem."""

from collections.abc import Mapping
from dataclasses import replace
from functools import partial

from torch import nn

from deepdive.algorithms.recurrence import jacobian_figure
from deepdive.data.progress import Report
from deepdive.data.series import AddingProblem
from deepdive.figures import to_svg
from deepdive.files import write_atomically
from deepdive.recipes.experiments import SequentialExperiment, TrainingResult, TrainingRun
from deepdive.recipes.experiments.drawing import svg_figure
from deepdive.recipes.experiments.sequential_runs import records_of
from deepdive.recipes.linear.figures import loss_curves
from deepdive.recipes.series.recurrence.bptt import BPTTSettings
from deepdive.recipes.series.recurrence.measures import gradient_norms, reach, truncation_rows
from deepdive.recipes.series.recurrence.networks import CURES, cured
from deepdive.training import MeanSquaredError, Regression, Run, seed_everything
from deepdive.training.report import Section, join, table, text

_BY_THE_MEAN = 1 / 6
"""Mean squared error of the mean, the variance of the sum of two uniform numbers."""


class BPTTExperiment(SequentialExperiment[BPTTSettings]):
    """Multiply Jacobians, clip and cut gradients, then train the same network with each cure.

    ``test_<network>_mse`` is the error on the adding problem (1/6 without any memory) and ``test_<network>_ratio`` that
    by the error of the plain ``tanh`` network.
    """

    def load(self, report: Report) -> None:
        """Draw the sequences."""
        settings = self.settings
        self.data = AddingProblem(
            settings.length, train=settings.rows, batch_size=settings.batch_size, seed=settings.seed
        )
        self.data.prepare()

    def training_runs(self, run: Run) -> list[TrainingRun]:
        """One for each network, of which one is not clipped."""
        unclipped = replace(self.trainer, clip_norm=None)
        return [
            TrainingRun(name, partial(self._parts, name), trainer=None if CURES[name].clipped else unclipped)
            for name in self.settings.networks
        ]

    def _parts(self, name: str) -> tuple[Regression, AddingProblem]:
        network, metrics = self._network(name), {"mse": MeanSquaredError()}
        return Regression(network, metrics=metrics, optimizer=self.optimizer, schedule=self.schedule), self.data

    def _network(self, name: str) -> nn.Module:
        settings = self.settings
        seed_everything(settings.seed)
        return cured(name, hidden=settings.hidden, forget_bias=settings.forget_bias, nn=self.nn)

    def combine(self, run: Run, results: Mapping[str, TrainingResult], *, resume: bool) -> dict[str, float]:
        """The errors of all, and their ratios to that of the plain network."""
        errors = {name.replace("-", "_"): result.metrics["test_mse"] for name, result in results.items()}
        found = {f"test_{name}_mse": error for name, error in errors.items()}
        return found | {f"test_{name}_ratio": error / errors["tanh"] for name, error in errors.items()}

    def sections(self, run: Run) -> list[Section]:
        """The reach of gradients, truncation, and the networks: gradients, learning curves, errors."""
        settings = self.settings
        write_atomically(run.folder / "curves.svg", to_svg(loss_curves(records_of(run, self.results))))
        most = settings.clip_norm or 1.0
        x, y = (field[: 10 * settings.batch_size] for field in self.data.train)
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
        drawn = jacobian_figure(reach(settings.length, seed=settings.seed))
        caption = "Norm of the product of the Jacobians of k steps, for networks with random weights."
        problem = (
            f"Add two marked numbers of {settings.length} steps. Without any memory the error is {_BY_THE_MEAN:.3f}. "
            "The networks see the same batches and differ in their cure alone."
        )
        return [
            Section("Reach", join([svg_figure(drawn, caption), text(*_REACH)])),
            Section("Cures", join([table(rows), text(problem)])),
            Section("Truncation", join([table(truncation_rows(x[:20], hidden=16)), text(_TRUNCATION)])),
        ]


_REACH = (
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
