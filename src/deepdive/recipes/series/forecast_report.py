"""The report of a forecast: errors by the step ahead, method by method, and the forecasts themselves."""

from typing import TYPE_CHECKING

import torch

from deepdive.algorithms.forecasting import error_figure, forecast_figure, skill
from deepdive.figures import to_svg
from deepdive.recipes.experiments.network_sections import network_section
from deepdive.training.report import Html, Section, figure, join, table, text

if TYPE_CHECKING:
    from deepdive.recipes.series.forecast_experiment import ForecastExperiment

_SHOWN = 400
"""Moments that a figure shows."""
_WORTH = 0.02
"""Skill below which a forecast is called no better than the naive one."""


def forecast_sections(experiment: "ForecastExperiment") -> list[Section]:
    """Everything a report says of forecasts."""
    return [
        Section("Steps ahead", join([_errors(experiment), _table(experiment), text(*_said(experiment))])),
        Section("Forecasts", _forecasts(experiment)),
        network_section(experiment.task.network, torch.empty(1, experiment.settings.tau, device="meta")),
    ]


def _errors(experiment: "ForecastExperiment") -> Html:
    drawn = error_figure(experiment.errors, marks=experiment.horizons)
    count = len(experiment.origins.last)
    caption = f"Errors in the unit of {experiment.series.name}, from {count:,} moments of the test part."
    return figure(to_svg(drawn).decode(), caption=caption)


def _table(experiment: "ForecastExperiment") -> Html:
    naive = experiment.errors["naive"]
    rows = []
    for name, errors in experiment.errors.items():
        row: dict[str, object] = {"method": name}
        row |= {f"rmse, k = {k}": float(errors[k - 1]) for k in experiment.horizons}
        row |= {f"skill, k = {k}": float(skill(errors, naive)[k - 1]) for k in experiment.horizons}
        rows.append(row)
    return table(rows)


def _said(experiment: "ForecastExperiment") -> list[str]:
    settings, data = experiment.settings, experiment.data
    n, skills = len(experiment.series), skill(experiment.errors["network"], experiment.errors["naive"])
    poor = [k for k in experiment.horizons if float(skills[k - 1]) < _WORTH]
    lines = [
        f"Learnt from the first {data.val_start:,} of {n:,} values, {settings.learn}; chosen by "
        f"the next {data.test_start - data.val_start:,}, tested on the last {n - data.test_start:,}. "
        "Skill is 1 minus the ratio to the error of the naive forecast, which says that nothing changes: 0 is as "
        "good as that, 1 perfect.",
        *experiment.notes,
    ]
    if poor:
        lines.append(
            f"At k = {', '.join(map(str, poor))} the network is hardly better than the naive forecast, or worse. Of "
            "a random walk nothing better can be said, and prices on a market are close to one: what their past "
            "tells has been traded on. Learning changes (--learn differences, or log-differences for prices) at least "
            "begins at the last value."
        )
    return lines


def _forecasts(experiment: "ForecastExperiment") -> Html:
    series, data, origins = experiment.series, experiment.data, experiment.origins
    count = min(_SHOWN, len(origins.last))
    longest = max(experiment.horizons)
    before = min(data.test_start, longest)
    begin = data.test_start - before
    end = data.test_start + count + longest - 1
    said = experiment.forecasts["network"]
    drawn = forecast_figure(
        series.values[begin:end],
        {k: said[:count, k - 1] for k in experiment.horizons},
        first=before,
        times=None if series.times is None else series.times[begin:end],
        name=series.name,
    )
    caption = "The test part of the series, and what the network said of each moment k steps before."
    return figure(to_svg(drawn).decode(), caption=caption)
