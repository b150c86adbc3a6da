"""The predictions of a regression: errors in the target's unit, residuals, the largest errors."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property

import torch
from jaxtyping import Float
from torch import Tensor

from deepdive.algorithms.evaluation import RegressionScores, regression_scores
from deepdive.data.parts import Part
from deepdive.figures import to_svg
from deepdive.recipes.reports.baselines import number_baselines
from deepdive.recipes.reports.classification import SETS
from deepdive.recipes.reports.evaluation import Baselines, Evaluation
from deepdive.recipes.reports.figures import residual_figure
from deepdive.recipes.reports.folds import Fold
from deepdive.training.report import Section, figure, join, table, text

_WORST = 10


def _same(z: Tensor) -> Tensor:
    return z


@dataclass(frozen=True)
class NumberEvaluation(Evaluation):
    """Predicted numbers of examples of one part, beside the true ones; both in the unit of the target."""

    name: str
    """Of the target."""
    true: Float[Tensor, " n"]
    predicted: Float[Tensor, " n"]
    folds: Sequence[Fold]
    """What baselines learn from, on the scale that the network learns on."""
    decode: Sequence[Callable[[Tensor], Tensor]] = ()
    """By fold, from that scale to the target's unit; empty where they are the same."""
    part: Part = "test"
    output: str = ""
    """The name of the output, where a network has several."""
    what: str = "examples"
    scale: float | None = None
    """The standard deviation that targets were divided by before they were learnt."""
    log: bool = False
    """Whether the symmetric logarithm ``sign(y) log(1 + |y|)`` is learnt."""
    describe: Callable[[int], dict[str, object]] | None = None
    """What there is to know of an example."""

    @cached_property
    def scores(self) -> RegressionScores:
        """MAE, RMSE and R² in the unit of the target."""
        return regression_scores(self.predicted.double(), self.true.double())

    def measures(self) -> dict[str, float]:
        """MAE and R²; the RMSE, too, where it is that of logarithms that is a metric."""
        return self._scored(self.predicted.double()) if len(self.true) else {}

    def baselines(self, *, fitted: bool) -> Baselines:
        """The mean, a linear model, trees."""
        if not any(len(fold.test) for fold in self.folds):
            return Baselines()
        decode = self.decode or [_same] * len(self.folds)
        return number_baselines(self.folds, decode, self._scored, what=self.what, fitted=fitted)

    def explained(self) -> tuple[str, ...]:
        """On which scale losses are, and how they belong to the error in the target's unit."""
        error = f"{'log_' * self.log}rmse"
        metric = f"{self.output}_{error}" if self.output else error
        lines = []
        if self.scale is not None:
            unit = f"the logarithm of {self.name!r}" if self.log else f"{self.name!r}"
            lines.append(
                "The loss is the mean squared error of the standardised target: an error of 1 is one standard "
                f"deviation of {unit} in the training part, {self.scale:.4g}. The metric {metric} is in the unit of "
                f"{unit}: it is {self.scale:.4g} times the root of that loss."
            )
        if self.log:
            lines.append(
                f"An error of 0.1 in {metric} is one of about 10 % of {self.name!r}; MAE, RMSE and R² are in its own "
                "unit."
            )
        return tuple(lines)

    def sections(self) -> list[Section]:
        """Errors in the unit of the target, residuals, the largest errors."""
        if not len(self.true):
            return [Section(self._title("Errors"), text(f"The {SETS[self.part]} has no {self.what}."))]
        scores, lost = self.scores, int((~self.predicted.isfinite()).sum())
        values = {"MAE": scores.mae, "RMSE": scores.rmse, "R²": scores.r2}
        rows = [{"error": name, SETS[self.part]: value} for name, value in values.items()]
        words = [
            f"Of {len(self.true):,} {self.what}. MAE (mean absolute error) and RMSE (root mean squared error) are in "
            f"the unit of {self.name!r}, whose standard deviation here is {_spread(self.true):.4g}; R² is the fraction "
            "of its variance that is explained: 1 is perfect, 0 no better than the mean.",
            *([f"{lost:,} predictions are not finite; they are left out of the figure."] if lost else []),
        ]
        caption = "Each point is one of them; a residual above 0 is a prediction that is too high."
        drawn = figure(to_svg(residual_figure(self.predicted, self.true, self.name)).decode(), caption=caption)
        return [
            Section(self._title("Errors"), join([table(rows), text(*words), drawn])),
            Section(self._title("Largest errors"), table(self._largest())),
        ]

    def _scored(self, predicted: Tensor) -> dict[str, float]:
        found = regression_scores(predicted, self.true.double())
        named = {"mae": found.mae, "rmse": found.rmse, "r2": found.r2}
        if self.log:
            logs = regression_scores(_logarithm(predicted), _logarithm(self.true.double()))
            named = {"log_rmse": logs.rmse} | named
        output = f"{self.output}_" if self.output else ""
        return {f"{self.part}_{output}{name}": value for name, value in named.items()}

    def _title(self, words: str) -> str:
        return f"{words}: {self.output}" if self.output else words

    def _largest(self) -> list[dict[str, object]]:
        size = (self.predicted - self.true).double().abs().nan_to_num(float("inf"), float("inf"))
        rows: list[dict[str, object]] = []
        for i in size.argsort(descending=True, stable=True)[:_WORST].tolist():
            true, predicted = float(self.true[i]), float(self.predicted[i])
            told = self.describe(i) if self.describe is not None else {}
            rows.append({"true": true, "predicted": predicted, "residual": predicted - true} | told)
        return rows


def _logarithm(y: Tensor) -> Tensor:
    return y.sign() * y.abs().log1p()


def _spread(y: Tensor) -> float:
    return float(y.double().std(correction=0))


def flat(column: Tensor) -> Tensor:
    """Targets ``(n, 1)`` or ``(n,)`` as ``(n,)`` in double precision."""
    return torch.as_tensor(column).double().reshape(-1)
