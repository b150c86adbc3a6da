"""Forecasts of the test set by every method: their errors, and what the report shows of them."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

from torch import Tensor

from deepdive.algorithms.forecasting import (
    error_figure,
    fit_autoregression,
    forecast_figure,
    mase,
    naive,
    rmse,
    seasonal_naive,
    skill,
)
from deepdive.data.series import SeriesDataModule
from deepdive.data.series.module import Origins
from deepdive.recipes.experiments.drawing import svg_figure
from deepdive.recipes.reports import Baseline, Baselines, Evaluation
from deepdive.training.report import Section, join, table, text

_SHOWN = 400
"""Moments that a figure shows."""
_WORTH = 0.02
"""Skill score below which a forecast is called no better than the naive one."""


@dataclass(frozen=True)
class Comparison(Evaluation):
    """The network beside methods that need none, on the same moments of the test set."""

    data: SeriesDataModule
    horizons: tuple[int, ...]
    """Steps ahead, in ascending order."""
    origins: Origins
    forecasts: dict[str, Tensor]
    """By method, ``(origins, k)``."""

    @classmethod
    def of(cls, network: Tensor, data: SeriesDataModule, horizons: tuple[int, ...], period: int | None) -> "Comparison":
        """With the forecasts of the ``network``, as it gives them; ``period`` is that of the seasonal method."""
        steps = horizons[-1]
        origins, series = data.origins(steps), data.series
        learnt = data.scale.encode(data.history).float().double()
        found = {"network": data.scale.decode(network, origins.last)}
        if len(learnt) > 2 * data.tau:
            fitted = fit_autoregression(learnt, data.tau)
            found["autoregression"] = data.scale.decode(fitted.forecast(origins.windows.double(), steps), origins.last)
        found["naive"] = naive(origins.last[:, None], steps)
        if period:
            cycles = series.known_at(series.values, series.carried, period)[origins.place - period + 1]
            found["seasonal"] = seasonal_naive(cycles, steps, period)
        return cls(data, horizons, origins, found)

    @cached_property
    def errors(self) -> dict[str, Tensor]:
        """Root mean squared errors of each method, in the unit of the series."""
        return {name: rmse(values, self.origins.future) for name, values in self.forecasts.items()}

    @cached_property
    def skills(self) -> Tensor:
        """The network's skill score against the naive forecast."""
        return skill(self.errors["network"], self.errors["naive"])

    def metrics(self) -> dict[str, float]:
        """Errors, skill scores and scaled errors, ``test_..._k`` for every ``k`` of ``horizons``."""
        scaled, found = mase(self.forecasts["network"], self.origins.future, self.data.history), {}
        for k in self.horizons:
            for name, error in self.errors.items():
                found[f"test_rmse_{k}" if name == "network" else f"test_{name}_rmse_{k}"] = float(error[k - 1])
            found |= {f"test_skill_{k}": float(self.skills[k - 1]), f"test_mase_{k}": float(scaled[k - 1])}
        return found

    def measures(self) -> dict[str, float]:
        """None beside the metrics."""
        return {}

    def baselines(self, *, fitted: bool) -> Baselines:
        """Errors and skill scores of the other methods."""
        hows = {
            "autoregression": f"the next value from the last {self.data.tau} by least squares, applied recursively",
            "naive": "repeats the last value",
            "seasonal": "the value one period before",
        }
        entries = []
        for name, errors in self.errors.items():
            if name != "network":
                skills = skill(errors, self.errors["naive"])
                metrics = {f"test_rmse_{k}": float(errors[k - 1]) for k in self.horizons}
                metrics |= {f"test_skill_{k}": float(skills[k - 1]) for k in self.horizons}
                entries.append(Baseline(f"{name} forecast", metrics, hows[name]))
        return Baselines(tuple(entries))

    def explained(self) -> tuple[str, ...]:
        """On which scale the loss is."""
        scale, name = self.data.scale, self.data.series.name
        return (
            f"The loss is the squared error of what is learnt ({self.data.learn}) in standard deviations of it in the "
            f"training part, {float(scale.std):.4g}; test_rmse_k is in the unit of {name!r}, k steps ahead.",
        )

    def sections(self) -> list[Section]:
        """None: `shown` needs the notes of the experiment."""
        return []

    def shown(self, notes: Iterable[str]) -> list[Section]:
        """Errors by the step ahead, and the forecasts themselves."""
        moments = f"{len(self.origins.last):,} moments of the test set"
        caption = f"Errors in the unit of {self.data.series.name}, from {moments}."
        errors = svg_figure(error_figure(self.errors, marks=self.horizons), caption)
        lines = [*self._explained(), *notes, *self._warned()]
        return [
            Section("Steps ahead", join([errors, table(self._rows()), text(*lines)])),
            Section("Forecasts", svg_figure(self._drawn(), "The test set, and what was forecast k steps before.")),
        ]

    def _rows(self) -> list[dict[str, object]]:
        rows: list[dict[str, object]] = []
        for name, errors in self.errors.items():
            skills = skill(errors, self.errors["naive"])
            row: dict[str, object] = {"method": name}
            row |= {f"rmse, k = {k}": float(errors[k - 1]) for k in self.horizons}
            rows.append(row | {f"skill, k = {k}": float(skills[k - 1]) for k in self.horizons})
        return rows

    def _explained(self) -> list[str]:
        data, n = self.data, len(self.data.series)
        return [
            f"Learnt from the first {data.val_start:,} of {n:,} values, {data.learn}; chosen by "
            f"the next {data.test_start - data.val_start:,}, tested on the last {n - data.test_start:,}. "
            "Skill is 1 minus the ratio to the error of the naive forecast, by which nothing changes: 0 is as "
            "good as that, 1 perfect."
        ]

    def _warned(self) -> list[str]:
        poor = [k for k in self.horizons if float(self.skills[k - 1]) < _WORTH]
        if not poor:
            return []
        return [
            f"At k = {', '.join(map(str, poor))} the network is hardly better than the naive forecast, or worse. Of "
            "a random walk nothing better can be said, and prices on a market are close to one: what their past "
            "tells has been traded on. Learning changes (--learn differences, or log-differences for prices) at least "
            "begins at the last value."
        ]

    def _drawn(self):
        series, first, longest = self.data.series, self.data.test_start, self.horizons[-1]
        count = min(_SHOWN, len(self.origins.last))
        before = min(first, longest)
        part = slice(first - before, first + count + longest - 1)
        return forecast_figure(
            series.values[part],
            {k: self.forecasts["network"][:count, k - 1] for k in self.horizons},
            first=before,
            times=None if series.times is None else series.times[part],
            name=series.name,
        )
