"""A series forecast one and many steps ahead: training, and forecasts after the end of new files."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from deepdive.algorithms.forecasting import forecast
from deepdive.data.progress import Report
from deepdive.data.series import SERIES, Gaps, Order, SeriesDataModule, SeriesScale
from deepdive.data.tables import NamedTable
from deepdive.models.linear import LinearRegression
from deepdive.models.perceptrons import MLP
from deepdive.models.recurrent_regressor import RecurrentRegressor
from deepdive.names import apart
from deepdive.recipes.experiments import SupervisedExperiment
from deepdive.recipes.experiments.network_sections import network_section
from deepdive.recipes.given.example import Example
from deepdive.recipes.given.series import NamedSeries, TakesSeries
from deepdive.recipes.predictions import SeriesPrediction
from deepdive.recipes.ranges.types import Length
from deepdive.recipes.reports import Evaluation
from deepdive.recipes.series.comparison import Comparison
from deepdive.recipes.series.forecast import ForecastSettings
from deepdive.recipes.series.reading import path_of, series_example, series_like, series_of
from deepdive.recipes.tabular.metrics import ScaledRootMeanSquaredError
from deepdive.training import Regression, Run, choose_device
from deepdive.training.report import Section

_WINDOWS = 4
"""Of a series of one's own the window is at most this part of it, unless one is typed."""


@dataclass(frozen=True)
class SeriesMetadata:
    """The column that is forecast, and the scale on which it is learnt."""

    column: str
    scale: SeriesScale


class ForecastExperiment(TakesSeries, SupervisedExperiment[ForecastSettings, SeriesDataModule, SeriesMetadata]):
    """Learn to forecast one step, forecast many by taking each forecast for the truth, measure against baselines.

    For every ``k`` of ``horizons``, on the same moments of the test set: ``test_rmse_k`` of the network, in the unit
    of the series, ``test_skill_k``, which is 1 minus its ratio to the error of the naive forecast, and
    ``test_mase_k``, its mean absolute error by that of the naive forecast of one step on the training part, whatever
    ``k`` and even where a period is known (`mase` with ``period=1``); and the errors of the others,
    ``test_naive_rmse_k``, ``test_autoregression_rmse_k`` and, where there is a period, ``test_seasonal_rmse_k``.
    """

    metadata_type = SeriesMetadata
    data_name = "the values"

    def load_data(self, report: Report) -> SeriesDataModule:
        """The series, split and cut.

        Raises:
            ValueError: the file is no series, or too short.
        """
        series = series_of(self.settings, report)
        self.suit(f"{len(series):,} values", tau=max(1, min(self.settings.tau, len(series) // _WINDOWS)))
        settings = self.settings
        data = SeriesDataModule(
            series,
            settings.tau,
            learn=settings.learn,
            batch_size=settings.batch_size,
            test=settings.test,
            validation=settings.validation,
            seed=settings.seed,
        )
        data.prepare()
        tested = len(data.series) - data.test_start
        self.horizons = tuple(k for k in sorted(set(settings.horizons)) if k <= max(1, tested // 2))
        if not self.horizons:
            raise ValueError(
                f"horizons is {settings.horizons}, but the test set has {tested} values; one must be "
                "at most half of that"
            )
        left = ", ".join(map(str, sorted(set(settings.horizons) - set(self.horizons))))
        self._left = (f"k = {left} left out: more than half of the {tested} test values",) if left else ()
        return data

    def found_settings(self) -> dict[str, Any]:
        """The column that was read, and the length of a cycle."""
        return {"column": self.data.series.name, "period": self.period}

    def notes(self) -> Iterable[str]:
        """Those of the series, and which horizons are left out."""
        return (*self.data.series.notes, *self._left)

    def metadata(self) -> SeriesMetadata:
        """Column and scale."""
        return SeriesMetadata(self.data.series.name, self.data.scale)

    def fingerprint(self) -> Iterable[Tensor]:
        """The values."""
        return (self.data.series.values,)

    def network(self, metadata: SeriesMetadata) -> nn.Module:
        """A network from the last ``tau`` values to the next one."""
        settings = self.settings
        if settings.network == "linear":
            return LinearRegression(settings.tau, nn=self.nn)
        if settings.network == "mlp":
            return MLP(settings.tau, 1, (settings.hidden,), nn=self.nn)
        return RecurrentRegressor("gru", 1, settings.hidden, nn=self.nn)

    def make_task(self, network: nn.Module) -> Regression:
        """The squared loss, and the error in the unit of the series."""
        metrics = {"rmse": ScaledRootMeanSquaredError(self.data.scale.std)}
        return Regression(network, metrics=metrics, optimizer=self.optimizer, schedule=self.schedule)

    def measure(self, run: Run, metrics: dict[str, float]) -> dict[str, float]:
        """Forecast from every moment of the test set in every way."""
        steps = self.horizons[-1]
        network = self._iterated(self.task.network, self.data.origins(steps).windows, steps)
        self.comparison = Comparison.of(network, self.data, self.horizons, self.period)
        return self.comparison.metrics()

    @property
    def period(self) -> int | None:
        """Steps of a cycle, ``None`` where none is known or the part before the test set is shorter."""
        named = SERIES.get(self.settings.data)
        period = self.settings.period or (named.period if named else None)
        return period if period and period <= self.data.test_start else None

    def evaluations(self, run: Run) -> Sequence[Evaluation]:
        """The network beside methods that need none."""
        return [self.comparison]

    def sections(self, run: Run) -> list[Section]:
        """Errors against the steps ahead, forecasts against the series, the network."""
        example = torch.empty(1, self.settings.tau, device="meta")
        return [*self.comparison.shown(self.notes()), network_section(self.task.network, example)]

    def example(self, run: Run) -> Example:
        """The last values of the series, which the first forecast after its end needs."""
        series, needed = self.data.series, self.settings.tau + self.data.scale.lost
        return series_example(run, self.settings, series, max(needed, 12))

    def predict(
        self,
        network: nn.Module,
        metadata: SeriesMetadata,
        files: Sequence[Path | NamedTable | NamedSeries],
        *,
        length: Length | None = None,
        time: str | None = None,
        gaps: Gaps | None = None,
        order: Order | None = None,
    ) -> list[SeriesPrediction]:
        """The next values after the end of the same column of other files.

        Args:
            network: the trained network.
            metadata: column and scale.
            files: with the column that was learnt from.
            length: How many values to forecast; as many as the run's setting ahead says if not given.
            time: The column that tells the time of a row; as in the run if not given.
            gaps: What happens to rows without a value; as in the run if not given.
            order: What happens to rows that are not in the order of time; as in the run if not given.

        Raises:
            ValueError: a file is no series, lacks the column or is shorter than a window; names it.
        """
        column, scale = metadata.column, metadata.scale
        ahead, needed = length or self.settings.ahead, self.settings.tau + scale.lost
        found = []
        for given in files:
            file, series = path_of(given), series_like(self.settings, given, column, time, gaps, order)
            if len(series) < needed:
                raise ValueError(
                    f"{file}: column {column!r} has {len(series)} values; a forecast needs the last {needed}"
                )
            try:
                window = scale.encode(series.values[-needed:]).float()[None]
            except ValueError as error:
                raise ValueError(f"{file}: {error}") from error
            values = scale.decode(self._iterated(network, window, ahead), series.values[-1:])[0]
            after = () if series.times is None else (f"step 1 comes after {series.times[-1]}",)
            step = apart("step", [column])
            columns = {step: list(range(1, ahead + 1)), column: values.tolist()}
            told = (*series.notes, *after)
            found.append(SeriesPrediction(file, columns, told, target=column, values=values.tolist()))
        return found

    def _iterated(self, network: nn.Module, windows: Tensor, steps: int) -> Tensor:
        device = choose_device(self.settings.device)
        return forecast(network.to(device).eval(), windows.to(device), steps).cpu()
