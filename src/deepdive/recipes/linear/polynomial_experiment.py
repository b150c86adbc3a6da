"""Polynomials of several degrees on rows of a cubic one."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from functools import partial

import torch

from deepdive.algorithms.regression import LinearFit, least_squares, most_likely_std, polynomial_features
from deepdive.data.progress import Report
from deepdive.data.rows import RowsDataModule
from deepdive.data.synthetic import SyntheticRegression
from deepdive.models.linear import LinearRegression
from deepdive.recipes.experiments import SequentialExperiment, TrainingResult, TrainingRun
from deepdive.recipes.experiments.drawing import svg_figure
from deepdive.recipes.experiments.inputs import measured
from deepdive.recipes.experiments.sequential_runs import records_of
from deepdive.recipes.linear.cross_validation import CrossValidation, cross_validation
from deepdive.recipes.linear.figures import errors_by_degree, fitted_curves, loss_curves
from deepdive.recipes.linear.polynomial import PolynomialSettings
from deepdive.recipes.reports import Evaluation, Fold, NumberEvaluation
from deepdive.training import Regression, Run, seed_everything
from deepdive.training.report import Section, join, table, text

WEIGHT, BIAS = (1.2, -3.4, 5.6), 5.0
"""``y = 5 + 1.2 x - 3.4 x²/2! + 5.6 x³/3! + ε``, as in D2L 3.6."""


class PolynomialExperiment(SequentialExperiment[PolynomialSettings]):
    """Choose a degree by cross-validation, test it once, and train some degrees by descent.

    ``test_rmse`` is the error of the chosen degree, fitted to all training rows, on rows that nothing else has seen.
    """

    def load(self, report: Report) -> None:
        """Draw the rows."""
        settings = self.settings
        self.data = SyntheticRegression(
            WEIGHT,
            BIAS,
            noise=settings.noise,
            train=settings.rows,
            val=settings.rows,
            test=1000,
            seed=settings.seed,
            inputs=1,
            features=lambda x: polynomial_features(x[:, 0], len(WEIGHT)),
        )
        self.data.prepare()
        # the first power is x itself
        self._train, self._test = ((x[:, 0].double(), y[:, 0].double()) for x, y in (self.data.train, self.data.test))

    def training_runs(self, run: Run) -> list[TrainingRun]:
        """One for each degree that is compared."""
        return [TrainingRun(f"degree-{degree}", partial(self._parts, degree)) for degree in self.settings.compared]

    def _parts(self, degree: int) -> tuple[Regression, RowsDataModule]:
        settings = self.settings
        seed_everything(settings.seed)
        network = LinearRegression(degree, nn=self.nn)
        train, val = ((polynomial_features(x[:, 0], degree), y) for x, y in (self.data.train, self.data.val))
        data = RowsDataModule(train, val, batch_size=settings.batch_size, seed=settings.seed)
        return Regression(network, optimizer=self.optimizer, schedule=self.schedule), data

    def combine(self, run: Run, results: Mapping[str, TrainingResult], *, resume: bool) -> dict[str, float]:
        """The metrics of all degrees; the one that cross-validation chooses, and its test error."""
        settings = self.settings
        words = {"max_degree": settings.max_degree, "folds": settings.folds, "seed": settings.seed}
        validate = partial(cross_validation, *self._train, **words)
        found = measured(run, "cross-validation", lambda: asdict(validate()), resume=resume)
        self.validated = CrossValidation(**found)
        degree = self.validated.chosen
        x, y = self._test
        residuals = y - self._fitted(degree).predict(polynomial_features(x, degree))
        found = {f"{name}_{metric}": value for name, r in results.items() for metric, value in r.metrics.items()}
        return found | {"chosen_degree": float(degree), "test_rmse": float(most_likely_std(residuals))}

    def evaluations(self, run: Run) -> Sequence[Evaluation]:
        """The predictions of the chosen degree for the test rows."""
        (x, y), (x_test, true) = self._train, self._test
        degree = self.validated.chosen
        predicted = self._fitted(degree).predict(polynomial_features(x_test, degree))
        fold = Fold(y, true, lambda: (x[:, None].numpy(), x_test[:, None].numpy()))
        return [NumberEvaluation("y", true, predicted, [fold], what="rows")]

    def sections(self, run: Run) -> list[Section]:
        """Errors by degree, curves fitted, learning curves."""
        settings, validated, chosen = self.settings, self.validated, self.validated.chosen
        x, y = self._train
        grid = torch.linspace(float(x.min()), float(x.max()), 300, dtype=torch.float64)
        truth = polynomial_features(grid, len(WEIGHT)) @ torch.tensor(WEIGHT).double() + BIAS
        fits = {
            f"degree {degree}": self._fitted(degree).predict(polynomial_features(grid, degree))
            for degree in sorted({*settings.compared, chosen})
        }
        weights = [
            {"power": power, "true": WEIGHT[power - 1] if power <= len(WEIGHT) else 0.0, "fitted": value}
            for power, value in enumerate(self._fitted(chosen).weight.tolist(), start=1)
        ]
        choice = (
            f"Chosen: degree {chosen}, the lowest within one standard error of the smallest error, which degree "
            f"{validated.best} has. The truth has degree {len(WEIGHT)}."
        )
        errors = svg_figure(
            errors_by_degree(validated, noise=settings.noise), f"Errors in {settings.folds}-fold cross-validation."
        )
        fitted = svg_figure(fitted_curves(x, y, grid, truth, fits), "In closed form.")
        curves = loss_curves(records_of(run, self.results))
        caption = "Training and validation loss of each training run."
        return [
            Section("Choice of the degree", join([errors, text(choice), table(weights)])),
            Section("Fits", fitted),
            Section("Descent", svg_figure(curves, caption, run.folder / "curves.svg")),
        ]

    def _fitted(self, degree: int) -> LinearFit:
        x, y = self._train
        return least_squares(polynomial_features(x, degree), y, method="minimum-norm")
