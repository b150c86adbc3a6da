"""A series forecast one and many steps ahead, as an experiment: training, baselines, report, predictions."""

from collections.abc import Sequence
from pathlib import Path

from torch import Tensor, nn

from deepdive.algorithms.forecasting import (
    fit_autoregression,
    forecast,
    mase,
    naive,
    rmse,
    seasonal_naive,
    skill,
)
from deepdive.data.progress import progress_bars
from deepdive.data.series import SERIES, Gaps, Order, SeriesDataModule, SeriesScale, load_series, read_series
from deepdive.models.linear import LinearRegression
from deepdive.models.perceptrons import MLP
from deepdive.models.recurrent_regressor import RecurrentRegressor
from deepdive.names import tell
from deepdive.recipes.experiment import TablePrediction
from deepdive.recipes.inputs import checksum, keep_inputs, read_inputs
from deepdive.recipes.runner import trained_weights
from deepdive.recipes.series.forecast import ForecastSettings
from deepdive.recipes.series.forecast_report import forecast_sections
from deepdive.recipes.tabular.metrics import ScaledRootMeanSquaredError
from deepdive.recipes.training import optimizer_for, schedule_for, toolkit_named, trainer_for
from deepdive.training import Regression, Run, choose_device, seed_everything
from deepdive.training.records import Listener
from deepdive.training.report import Section


class ForecastExperiment:
    """Learn to forecast one step, forecast many by taking each forecast for the truth, measure against baselines.

    For every ``k`` of ``horizons``, on the same moments of the test part: ``test_rmse_k`` of the network, in the unit
    of the series, ``test_skill_k``, which is 1 minus its ratio to the error of the naive forecast, and
    ``test_mase_k``, its mean absolute error by that of the naive forecast of one step on the training part, whatever
    ``k`` and even where a period is known (`mase` with ``period=1``);
    and the errors of the others, ``test_naive_rmse_k``, ``test_autoregression_rmse_k`` and, where there is a period,
    ``test_seasonal_rmse_k``.

    Raises:
        ValueError: a setting is out of its range.
    """

    def __init__(self, settings: ForecastSettings) -> None:
        self.settings = settings
        self.trainer = trainer_for(settings)
        self._optimizer = optimizer_for(settings.optimizer, settings.toolkit)
        choose_device(settings.device)

    def prepare(self) -> None:
        """Read, split and cut the series, and make the network.

        Raises:
            ValueError: the file is no series, or too short.
        """
        settings = self.settings
        with progress_bars() as report:
            self.series = load_series(
                settings.data,
                settings.column,
                time=settings.time,
                gaps=settings.gaps,
                order=settings.order,
                delimiter=settings.delimiter,
                report=report,
            )
        self.data = SeriesDataModule(
            self.series,
            settings.tau,
            learn=settings.learn,
            batch_size=settings.batch_size,
            test=settings.test,
            validation=settings.validation,
            seed=settings.seed,
        )
        self.data.prepare()
        tested = len(self.series) - self.data.test_start
        self.horizons = tuple(k for k in sorted(set(settings.horizons)) if k <= max(1, tested // 2))
        if not self.horizons:
            raise ValueError(
                f"horizons is {settings.horizons}, but the test part has {tested} values; one must be "
                "at most half of that"
            )
        self.notes = self.series.notes
        if left := sorted(set(settings.horizons) - set(self.horizons)):
            self.notes += (f"k = {', '.join(map(str, left))} left out: more than half of the {tested} test values",)
        for note in self.notes:
            tell(f"note: {note}")
        self.task = Regression(
            self._network(),
            metrics={"rmse": ScaledRootMeanSquaredError(self.data.scale.std)},
            optimizer=self._optimizer,
            schedule=schedule_for(settings),
        )

    def fit(self, run: Run, listeners: Sequence[Listener], *, resume: bool) -> dict[str, float]:
        """Train in the run folder, then forecast from every moment of the test part in every way.

        Raises:
            RunError: the series is not the one that the run began with.
        """
        inputs = {
            "column": self.series.name,
            "series": checksum([self.series.values]),
            "scale": self.data.scale.to_json(),
        }
        keep_inputs(run, inputs, what=f"the series {self.settings.data} has", resume=resume)
        metrics = self.trainer.fit(
            self.task, self.data, checkpoints=run.checkpoints, listeners=listeners, resume=resume
        )
        self.origins = self.data.origins(max(self.horizons))
        self.forecasts = self._forecasts()
        self.errors = {name: rmse(said, self.origins.future) for name, said in self.forecasts.items()}
        skills = skill(self.errors["network"], self.errors["naive"])
        scaled = mase(self.forecasts["network"], self.origins.future, self.data.history)
        for k in self.horizons:
            metrics |= {f"test_{name}_rmse_{k}": float(error[k - 1]) for name, error in self.errors.items()}
            metrics[f"test_rmse_{k}"] = metrics.pop(f"test_network_rmse_{k}")
            metrics |= {f"test_skill_{k}": float(skills[k - 1]), f"test_mase_{k}": float(scaled[k - 1])}
        return metrics

    def sections(self, run: Run) -> list[Section]:
        """Errors against the steps ahead, forecasts against the series, the network."""
        return forecast_sections(self)

    def predict(
        self,
        run: Run,
        files: Sequence[Path],
        *,
        length: int | None = None,
        time: str | None = None,
        gaps: Gaps | None = None,
        order: Order | None = None,
    ) -> list[TablePrediction]:
        """The next values after the end of the same column of other files, ``ahead`` of them unless told otherwise.

        Of ``time``, ``gaps`` and ``order`` the run's settings count where they are not given.

        Raises:
            RunError: ``inputs.json`` is missing or damaged.
            ValueError: ``length`` is less than 1, or a file is no series, lacks the column or is shorter than a window;
                names it.
        """
        settings = self.settings
        ahead = settings.ahead if length is None else length
        if ahead < 1:
            raise ValueError(f"length is {length}; it must be at least 1")
        scale, name = read_inputs(run, lambda kept: (SeriesScale.from_json(kept["scale"]), str(kept["column"])))
        network = self._network()
        network.load_state_dict(trained_weights(run))
        found = []
        for file in files:
            series = read_series(
                file,
                name,
                time=settings.time if time is None else time,
                gaps=settings.gaps if gaps is None else gaps,
                order=settings.order if order is None else order,
                delimiter=settings.delimiter,
            )
            needed = settings.tau + scale.lost
            if len(series) < needed:
                raise ValueError(
                    f"{file}: column {name!r} has {len(series)} values; a forecast needs the last {needed}"
                )
            try:
                window = scale.encode(series.values[-needed:]).float()[None]
            except ValueError as error:
                raise ValueError(f"{file}: {error}") from error
            values = scale.decode(self._iterated(network, window, ahead), series.values[-1:])[0]
            after = () if series.times is None else (f"step 1 comes after {series.times[-1]}",)
            columns = {"step": list(range(1, ahead + 1)), name: values.tolist()}
            found.append(TablePrediction(file, columns, (*series.notes, *after)))
        return found

    @property
    def period(self) -> int | None:
        """Steps of a cycle, ``None`` where none is known or the part before the test is shorter."""
        named = SERIES.get(self.settings.data)
        period = self.settings.period or (named.period if named else None)
        return period if period and period <= self.data.test_start else None

    def _forecasts(self) -> dict[str, Tensor]:
        """What every method says of the next values at every moment, ``(origins, k)``."""
        data, origins, steps = self.data, self.origins, max(self.horizons)
        learnt = data.scale.encode(data.history).float().double()
        found = {"network": data.scale.decode(self._iterated(self.task.network, origins.windows, steps), origins.last)}
        if len(learnt) > 2 * data.tau:
            fitted = fit_autoregression(learnt, data.tau)
            found["autoregression"] = data.scale.decode(fitted.forecast(origins.windows.double(), steps), origins.last)
        found["naive"] = naive(origins.last[:, None], steps)
        if self.period:
            cycles = self.series.known_at(self.series.values, self.series.carried, self.period)
            cycles = cycles[origins.place - self.period + 1]
            found["seasonal"] = seasonal_naive(cycles, steps, self.period)
        return found

    def _iterated(self, network: nn.Module, windows: Tensor, steps: int) -> Tensor:
        device = choose_device(self.settings.device)
        return forecast(network.to(device).eval(), windows.to(device), steps).cpu()

    def _network(self) -> nn.Module:
        settings = self.settings
        toolkit = toolkit_named(settings.toolkit)
        seed_everything(settings.seed)
        if settings.network == "linear":
            return LinearRegression(settings.tau, nn=toolkit)
        if settings.network == "mlp":
            return MLP(settings.tau, 1, (settings.hidden,), nn=toolkit)
        return RecurrentRegressor("gru", 1, settings.hidden, nn=toolkit)
