"""The same linear layer trained without decay, with a penalty, and with the optimiser's decay."""

from collections.abc import Iterable, Sequence
from functools import partial
from pathlib import Path

import torch
from torch import Tensor, nn

from deepdive.algorithms.regression import l2_penalty
from deepdive.data.synthetic import SyntheticRegression
from deepdive.figures import to_svg
from deepdive.files import write_atomically
from deepdive.models.linear import LinearRegression
from deepdive.recipes.experiments.making import make_optimizer, make_schedule, make_toolkit, make_trainer
from deepdive.recipes.experiments.sequential_runs import (
    TrainingResult,
    TrainingRun,
    checkpoints_of,
    fit_sequentially,
    records_of,
)
from deepdive.recipes.linear.figures import error_curves
from deepdive.recipes.linear.weight_decay import WeightDecaySettings
from deepdive.recipes.predictions import TablePrediction
from deepdive.training import Regression, Run, choose_device, seed_everything
from deepdive.training.records import Listener
from deepdive.training.report import Section, figure, join, table, text

FORMS = ("none", "penalty", "optimizer")


class DecayExperiment:
    """``loss + λ/2 ||w||²`` against the decay ``λ`` of SGD, and against neither.

    ``val_ratio`` is the validation error with decay by that without; ``forms_apart`` is the largest difference of a
    weight between the two forms after the last step, rounding alone.

    Raises:
        ValueError: a setting is out of its range.
    """

    def __init__(self, settings: WeightDecaySettings) -> None:
        self.settings = settings
        self.trainer = make_trainer(settings)
        self._optimizer = make_optimizer(settings.optimizer, settings.toolkit)
        choose_device(settings.device)

    def prepare(self) -> None:
        """Draw the rows."""
        settings = self.settings
        self.data = SyntheticRegression(
            [0.01] * settings.dimensions,
            0.05,
            noise=settings.noise,
            train=settings.rows,
            val=100,
            batch_size=settings.batch_size,
            seed=settings.seed,
        )
        self.data.prepare()

    def fit(self, run: Run, listeners: Sequence[Listener], *, resume: bool) -> dict[str, float]:
        """Train the three in turn."""
        trainings = [TrainingRun(form, partial(self._parts, form)) for form in FORMS]
        self.results = fit_sequentially(trainings, self.trainer, run, listeners, resume=resume)
        self.weights = {form: self._last_weights(run, form) for form in FORMS}
        found = {f"{form}_{name}": value for form, r in self.results.items() for name, value in r.metrics.items()}
        apart = max(
            float((a - b).abs().max())
            for a, b in zip(self.weights["penalty"].values(), self.weights["optimizer"].values(), strict=True)
        )
        return found | {
            "val_ratio": self._error(self.results["optimizer"]) / self._error(self.results["none"]),
            "forms_apart": apart,
        }

    def sections(self, run: Run) -> list[Section]:
        """Losses epoch by epoch, and what the weights came to."""
        svg = to_svg(error_curves(records_of(run, self.results)))
        write_atomically(run.folder / "curves.svg", svg)
        rows = [
            {
                "decay": form,
                "rmse of rows trained on": self.results[form].metrics["train_rmse"],
                "rmse of rows held out": self._error(self.results[form]),
                "norm of w": float(self.weights[form]["net.weight"].norm()),
            }
            for form in FORMS
        ]
        said = "True norm of w: " + f"{0.01 * self.settings.dimensions**0.5:.4g}."
        return [
            Section(
                "Decay",
                join(
                    [
                        figure(svg.decode(), caption="Errors without the penalty, epoch by epoch."),
                        table(rows),
                        text(said),
                    ]
                ),
            )
        ]

    def predict(self, run: Run, files: Sequence[Path]) -> list[TablePrediction]:
        """Refuse: the data has no meaning outside of this experiment.

        Raises:
            ValueError: always.
        """
        raise ValueError("the recipe weight-decay learns from made-up rows; there is nothing to predict in files")

    def _parts(self, form: str) -> tuple[Regression, SyntheticRegression]:
        settings = self.settings
        seed_everything(settings.seed)
        network = LinearRegression(settings.dimensions, nn=make_toolkit(settings.toolkit))

        def optimizer(parameters: Iterable[nn.Parameter]) -> torch.optim.Optimizer:
            weight, bias = parameters
            decay = settings.decay if form == "optimizer" else 0.0
            return self._optimizer([{"params": [weight], "weight_decay": decay}, {"params": [bias]}])  # type: ignore[arg-type]

        penalty = partial(_penalty, weight_decay=settings.decay) if form == "penalty" else None
        schedule = make_schedule(settings)
        return Regression(network, optimizer=optimizer, schedule=schedule, penalty=penalty), self.data

    def _last_weights(self, run: Run, form: str) -> dict[str, Tensor]:
        """After the last step, not those of the best epoch: the forms are compared at the same moment."""
        return checkpoints_of(run, form).load("last")["model"]

    @staticmethod
    def _error(result: TrainingResult) -> float:
        return result.metrics["val_rmse"]


def _penalty(network: nn.Module, weight_decay: float) -> Tensor:
    return l2_penalty([p for name, p in network.named_parameters() if name.endswith("weight")], weight_decay)
