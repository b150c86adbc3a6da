"""Polynomials of several degrees on rows of a cubic one."""

from collections.abc import Sequence
from dataclasses import asdict
from functools import partial
from pathlib import Path

import torch

from deepdive.algorithms.regression import LinearFit, least_squares, most_likely_deviation, polynomial_features
from deepdive.data.rows import RowsDataModule
from deepdive.data.synthetic import SyntheticRegression
from deepdive.figures import to_svg
from deepdive.files import write_atomically
from deepdive.models.linear import LinearRegression
from deepdive.recipes.experiments.inputs import measured
from deepdive.recipes.experiments.making import make_optimizer, make_schedule, make_toolkit, make_trainer
from deepdive.recipes.experiments.sequential_runs import TrainingRun, fit_sequentially, records_of
from deepdive.recipes.linear.cross_validation import CrossValidation, cross_validation
from deepdive.recipes.linear.figures import errors_by_degree, fitted_curves, loss_curves
from deepdive.recipes.linear.polynomial import PolynomialSettings
from deepdive.recipes.predictions import TablePrediction
from deepdive.training import Regression, Run, choose_device, seed_everything
from deepdive.training.records import Listener
from deepdive.training.report import Section, figure, join, table, text

WEIGHT, BIAS = (1.2, -3.4, 5.6), 5.0
"""``y = 5 + 1.2 x - 3.4 x²/2! + 5.6 x³/3! + ε``, as in the textbook."""


class PolynomialExperiment:
    """Choose a degree by cross-validation, test it once, and train some degrees by descent.

    ``test_rmse`` is the error of the chosen degree, fitted to all training rows, on rows that nothing else has seen.

    Raises:
        ValueError: a setting is out of its range.
    """

    def __init__(self, settings: PolynomialSettings) -> None:
        self.settings = settings
        self.trainer = make_trainer(settings)
        self._optimizer = make_optimizer(settings.optimizer, settings.toolkit)
        choose_device(settings.device)

    def prepare(self) -> None:
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

    def fit(self, run: Run, listeners: Sequence[Listener], *, resume: bool) -> dict[str, float]:
        """Cross-validate, then train the compared degrees in turn."""
        settings = self.settings
        x, y = self._train
        words = {"max_degree": settings.max_degree, "folds": settings.folds, "seed": settings.seed}
        found = measured(run, "cross-validation", lambda: asdict(cross_validation(x, y, **words)), resume=resume)
        self.validated = CrossValidation(**found)
        trainings = [TrainingRun(f"degree-{degree}", partial(self._parts, degree)) for degree in settings.compared]
        self.results = fit_sequentially(trainings, self.trainer, run, listeners, resume=resume)
        degree = self.validated.chosen
        x, y = self._test
        residuals = y - self._fitted(degree).predict(polynomial_features(x, degree))
        found = {f"{name}_{metric}": value for name, r in self.results.items() for metric, value in r.metrics.items()}
        return found | {"chosen_degree": float(degree), "test_rmse": float(most_likely_deviation(residuals))}

    def sections(self, run: Run) -> list[Section]:
        """Errors by degree, curves fitted, learning curves."""
        settings, validated, chosen = self.settings, self.validated, self.validated.chosen
        errors = errors_by_degree(validated, noise=settings.noise)
        x, y = self._train
        grid = torch.linspace(float(x.min()), float(x.max()), 300, dtype=torch.float64)
        truth = polynomial_features(grid, len(WEIGHT)) @ torch.tensor(WEIGHT).double() + BIAS
        fits = {
            f"degree {degree}": self._fitted(degree).predict(polynomial_features(grid, degree))
            for degree in sorted({*settings.compared, chosen})
        }
        svg = to_svg(loss_curves(records_of(run, self.results)))
        write_atomically(run.folder / "curves.svg", svg)
        fitted = self._fitted(chosen)
        weights = [
            {"power": power, "true": WEIGHT[power - 1] if power <= len(WEIGHT) else 0.0, "fitted": value}
            for power, value in enumerate(fitted.weight.tolist(), start=1)
        ]
        return [
            Section(
                "Choice of the degree",
                join(
                    [
                        figure(to_svg(errors).decode(), caption=f"Errors in {settings.folds}-fold cross-validation."),
                        text(
                            f"Chosen: degree {chosen}, the lowest within one standard error of the smallest error, "
                            f"which degree {validated.best} has. The truth has degree {len(WEIGHT)}."
                        ),
                        table(weights),
                    ]
                ),
            ),
            Section("Fits", figure(to_svg(fitted_curves(x, y, grid, truth, fits)).decode(), caption="In closed form.")),
            Section("Descent", figure(svg.decode(), caption="Training and validation loss of each training.")),
        ]

    def predict(self, run: Run, files: Sequence[Path]) -> list[TablePrediction]:
        """Refuse: the data has no meaning outside of this experiment.

        Raises:
            ValueError: always.
        """
        raise ValueError("the recipe polynomial learns from made-up rows; there is nothing to predict in files")

    def _fitted(self, degree: int) -> LinearFit:
        x, y = self._train
        return least_squares(polynomial_features(x, degree), y, method="minimum-norm")

    def _parts(self, degree: int) -> tuple[Regression, RowsDataModule]:
        settings = self.settings
        seed_everything(settings.seed)
        network = LinearRegression(degree, nn=make_toolkit(settings.toolkit))
        train, val = (
            (polynomial_features(part[0][:, 0], degree), part[1]) for part in (self.data.train, self.data.val)
        )
        data = RowsDataModule(train, val, batch_size=settings.batch_size, seed=settings.seed)
        return Regression(network, optimizer=self._optimizer, schedule=make_schedule(settings)), data
