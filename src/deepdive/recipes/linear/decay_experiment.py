"""The same linear layer trained without decay, with a penalty, and with the optimiser's decay."""

from collections.abc import Iterable, Mapping, Sequence
from functools import partial

import torch
from torch import Tensor, nn

from deepdive.algorithms.regression import l2_penalty
from deepdive.data.progress import Report
from deepdive.data.synthetic import SyntheticRegression
from deepdive.models.linear import LinearRegression
from deepdive.recipes.experiments import SequentialExperiment, TrainingResult, TrainingRun
from deepdive.recipes.experiments.drawing import svg_figure
from deepdive.recipes.experiments.sequential_runs import checkpoints_of, records_of
from deepdive.recipes.linear.figures import error_curves
from deepdive.recipes.linear.weight_decay import WeightDecaySettings
from deepdive.recipes.reports import Baseline, Evaluation, NamedEvaluation
from deepdive.training import Regression, Run, seed_everything
from deepdive.training.records import Record
from deepdive.training.report import Section, join, table, text

FORMS = ("none", "penalty", "optimizer")
_WEIGHT, _BIAS, _VALIDATION = 0.01, 0.05, 100


class DecayExperiment(SequentialExperiment[WeightDecaySettings]):
    """``loss + λ/2 ||w||²`` against the decay ``λ`` of SGD, and against neither.

    ``val_ratio`` is the validation error with decay by that without; ``forms_apart`` is the largest difference of a
    weight between the two forms after the last step, rounding alone.
    """

    def load(self, report: Report) -> None:
        """Draw the rows."""
        settings = self.settings
        self.data = SyntheticRegression(
            [_WEIGHT] * settings.dimensions,
            _BIAS,
            noise=settings.noise,
            train=settings.rows,
            val=_VALIDATION,
            batch_size=settings.batch_size,
            seed=settings.seed,
        )
        self.data.prepare()

    def training_runs(self, run: Run) -> list[TrainingRun]:
        """One of each form."""
        return [TrainingRun(form, partial(self._parts, form)) for form in FORMS]

    def _parts(self, form: str) -> tuple[Regression, SyntheticRegression]:
        settings = self.settings
        seed_everything(settings.seed)
        network = LinearRegression(settings.dimensions, nn=self.nn)

        def optimizer(parameters: Iterable[nn.Parameter]) -> torch.optim.Optimizer:
            weight, bias = parameters
            decay = settings.decay if form == "optimizer" else 0.0
            return self.optimizer([{"params": [weight], "weight_decay": decay}, {"params": [bias]}])  # type: ignore[arg-type]

        penalty = partial(_penalty, weight_decay=settings.decay) if form == "penalty" else None
        return Regression(network, optimizer=optimizer, schedule=self.schedule, penalty=penalty), self.data

    def combine(self, run: Run, results: Mapping[str, TrainingResult], *, resume: bool) -> dict[str, float]:
        """The metrics of all, and two that compare them, all after the last step and not of the best epoch."""
        self.weights = {form: checkpoints_of(run, form).load("last")["model"] for form in FORMS}
        pairs = zip(self.weights["penalty"].values(), self.weights["optimizer"].values(), strict=True)
        self.last = {form: _last_epoch(records) for form, records in records_of(run, results).items()}
        found = {f"{form}_{name}": value for form, each in self.last.items() for name, value in each.items()}
        return found | {
            "val_ratio": found["optimizer_val_rmse"] / found["none_val_rmse"],
            "forms_apart": max(float((a - b).abs().max()) for a, b in pairs),
        }

    def evaluations(self, run: Run) -> Sequence[Evaluation]:
        """The errors with decay beside those without, and beside the mean of the training rows."""
        return [NamedEvaluation(self._baselines)]

    def _baselines(self) -> tuple[Baseline, ...]:
        without = self.last["none"]["val_rmse"]
        (_, train), (_, val) = self.data.train, self.data.val
        mean = float((val.double() - train.double().mean()).square().mean().sqrt())
        hows = {
            "no weight decay": (without, "the same network"),
            "mean": (mean, "always the mean of the training rows"),
        }
        return tuple(
            Baseline(name, {"val_ratio": error / without, "optimizer_val_rmse": error, "penalty_val_rmse": error}, how)
            for name, (error, how) in hows.items()
        )

    def sections(self, run: Run) -> list[Section]:
        """Losses epoch by epoch, and what the weights came to."""
        curves = error_curves(records_of(run, self.results))
        drawn = svg_figure(curves, "Errors without the penalty, epoch by epoch.", run.folder / "curves.svg")
        rows = [
            {
                "decay": form,
                "rmse of training rows": metrics["train_rmse"],
                "rmse of validation rows": metrics["val_rmse"],
                "norm of w": float(self.weights[form]["net.weight"].norm()),
            }
            for form, metrics in self.last.items()
        ]
        truth = f"True norm of w: {_WEIGHT * self.settings.dimensions**0.5:.4g}."
        return [Section("Decay", join([drawn, table(rows), text(truth)]))]


def _last_epoch(records: Sequence[Record]) -> dict[str, float]:
    return [record.metrics for record in records if record.kind == "epoch"][-1]


def _penalty(network: nn.Module, weight_decay: float) -> Tensor:
    return l2_penalty([p for name, p in network.named_parameters() if name.endswith("weight")], weight_decay)
