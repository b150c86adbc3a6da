"""Values estimated from others by attention pooling: bandwidths, errors, weights."""

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from deepdive.algorithms.attention import KERNELS, SMOOTH, bandwidth_errors, learn_bandwidth
from deepdive.data.progress import Report
from deepdive.data.series import Gaps, Order, Series
from deepdive.data.tables import NamedTable
from deepdive.figures import to_png
from deepdive.files import write_atomically
from deepdive.names import apart
from deepdive.recipes.attention.figures import Fit, bandwidths_figure, fits_figure, weights_figure
from deepdive.recipes.attention.kernel_regression import KernelSettings
from deepdive.recipes.attention.values import d2l_values, estimate, values_for
from deepdive.recipes.experiments import RecordsExperiment
from deepdive.recipes.experiments.drawing import svg_figure
from deepdive.recipes.experiments.inputs import measured, read_metadata
from deepdive.recipes.given.example import Example
from deepdive.recipes.given.series import NamedSeries, TakesSeries
from deepdive.recipes.predictions import SeriesPrediction
from deepdive.recipes.series.reading import path_of, series_example, series_like
from deepdive.training import Plan, Record, Run, RunError
from deepdive.training.report import Section, join, png_image, table, text

_MOST = 5000
"""Known values; every pair of them is compared."""


@dataclass(frozen=True)
class KernelMetadata:
    """The column that is estimated."""

    column: str


class KernelExperiment(TakesSeries, RecordsExperiment[KernelSettings]):
    """Learn the bandwidth of each kernel from the known values, and estimate those of the test set.

    ``test_rmse`` is the error of the chosen kernel in the unit of the values, ``test_skill`` 1 minus its ratio to that
    of linear interpolation. Beside them: the error of each kernel, ``test_gaussian_rmse`` and so on, and of the mean,
    the nearest value and linear interpolation: ``test_mean_rmse``, ``test_nearest_rmse``, ``test_linear_rmse``.
    """

    data_name = "the values"

    def load(self, report: Report) -> None:
        """Read and split the values.

        Raises:
            ValueError: the file is no series, there is too little to learn from, or too much to compare all pairs.
        """
        self.values = values_for(self.settings, report)
        if len(self.values.x) > _MOST:
            raise ValueError(
                f"{len(self.values.x):,} values are known, and every pair of them is compared; with more than "
                f"{_MOST:,}, set rows to use the last ones only, or a larger test set"
            )

    def found_settings(self) -> dict[str, Any]:
        """The column that was read."""
        return {"column": self.values.name}

    def notes(self) -> Iterable[str]:
        """Those of the series."""
        return self.values.notes

    def metadata(self) -> KernelMetadata:
        """The column."""
        return KernelMetadata(self.values.name)

    def fingerprint(self) -> Iterable[Tensor]:
        """All values, and which of them are known."""
        return (self.values.x, self.values.y, self.values.truth)

    def plan(self) -> Plan:
        """A step for each bandwidth of the descent, if there is one."""
        descends = self.settings.bandwidth is None and self.settings.kernel in SMOOTH
        return Plan(total_steps=self.settings.steps + 1 if descends else 1, steps_per_epoch=1)

    def records(self, run: Run) -> Iterator[Record]:
        """Each step of the chosen kernel's descent as an epoch, and the errors at its end."""
        found = measured(run, "bandwidths", lambda: {k: asdict(self._fitted(k)) for k in KERNELS}, resume=True)
        self.fits = {kernel: Fit(**fit) for kernel, fit in found.items()}
        chosen = self.fits[self.settings.kernel]
        steps = zip(chosen.path or [chosen.bandwidth], chosen.path_errors or [chosen.error], strict=True)
        for i, (bandwidth, error) in enumerate(steps, start=1):
            yield Record("epoch", i, i, {"left_out_rmse": math.sqrt(error), "bandwidth": bandwidth})
        tested = {name: value for name, value in self.metrics(run).items() if name.startswith("test_")}
        yield Record("test", max(1, len(chosen.path)), max(1, len(chosen.path)), tested)

    def metrics(self, run: Run) -> dict[str, float]:
        """The errors on the test set, and the bandwidth."""
        values, chosen = self.values, self.settings.kernel
        estimates = {k: estimate(values.asked, values.x, values.y, k, fit.bandwidth) for k, fit in self.fits.items()}
        self.errors = {
            name: float((guess - values.truth).square().mean().sqrt())
            for name, guess in (estimates | values.baselines()).items()
        }
        return {f"test_{name}_rmse": error for name, error in self.errors.items()} | {
            "test_rmse": self.errors[chosen],
            "test_skill": 1 - self.errors[chosen] / self.errors["linear"],
            "bandwidth": self.fits[chosen].bandwidth,
        }

    def sections(self, run: Run) -> list[Section]:
        """Errors, curves, weights, and how the bandwidths were found."""
        values, fits = self.values, self.fits
        rows: list[dict[str, object]] = []
        for name, error in self.errors.items():
            row: dict[str, object] = {"estimate": name, "error": error, "skill": 1 - error / self.errors["linear"]}
            if name in fits:
                row["bandwidth"] = None if name == "constant" else fits[name].bandwidth
                row["error, one left out"] = fits[name].error ** 0.5
            rows.append(row)
        explained = (
            f"{values.name}: {len(values.x):,} values are known, {len(values.asked):,} are estimated from them. Errors "
            "are root mean squares; skill is 1 minus the ratio to the error of linear interpolation. A bandwidth that "
            "is learnt has the smallest error on the known values, each of them estimated from all the others; the "
            "constant kernel has none, and its estimate is the mean."
        )
        bandwidths = {kernel: fit.bandwidth for kernel, fit in fits.items()}
        heat = to_png(weights_figure(values, bandwidths))
        write_atomically(run.folder / "weights.png", heat)
        curves = svg_figure(fits_figure(values, bandwidths), "Some of the values.", run.folder / "fits.svg")
        parts = [
            Section("Errors", join([table(rows), text(explained, *values.notes)])),
            Section("Curves", curves),
            Section("Weights", png_image("Each row holds weights of one estimate; over all keys they sum to 1.", heat)),
        ]
        if all(fit.tried for fit in fits.values()):
            caption = "Errors on the known values, one left out; the cross is what is taken, the line the way there."
            drawn = svg_figure(bandwidths_figure(fits), caption, run.folder / "bandwidths.svg")
            parts.append(Section("Bandwidths", drawn))
        example, ones = d2l_values(self.settings.seed), dict.fromkeys(KERNELS, 1.0)
        drawn = svg_figure(fits_figure(example, ones), "Noisy values of 2 sin(x) + x.")
        heat = png_image("How much each of them counts.", to_png(weights_figure(example, ones)))
        return [*parts, Section("The example of D2L", join([drawn, heat]))]

    def restore(self, run: Run) -> tuple[float, KernelMetadata]:
        """The bandwidth of the chosen kernel, and the metadata.

        Raises:
            RunError: a file of the run is missing or damaged.
        """
        metadata, fits = read_metadata(run, KernelMetadata), run.read_json("measured/bandwidths.json")
        try:
            return float(fits[self.settings.kernel]["bandwidth"]), metadata
        except (KeyError, TypeError, ValueError) as error:
            raise RunError(f"{run.folder} is damaged: {error}") from error

    def example(self, run: Run) -> Example:
        """Some of the known values, in order."""
        series = Series(self.values.name, self.values.y)
        return series_example(run, replace(self.settings, time=None), series, 12)

    def predict(
        self,
        bandwidth: float,
        metadata: KernelMetadata,
        files: Sequence[Path | NamedTable | NamedSeries],
        *,
        time: str | None = None,
        gaps: Gaps | None = None,
        order: Order | None = None,
    ) -> list[SeriesPrediction]:
        """Smooth the same column of other files: at each row the estimate from all rows, with the run's kernel.

        Args:
            bandwidth: of the kernel.
            metadata: the column.
            files: with this column.
            time: The column that tells the time of a row; as in the run if not given.
            gaps: What happens to rows without a value; as in the run if not given.
            order: What happens to rows that are not in the order of time; as in the run if not given.

        Raises:
            ValueError: a file is no series or lacks the column; names it.
        """
        found = []
        for file in files:
            series = series_like(self.settings, file, metadata.column, time, gaps, order)
            x = torch.arange(len(series), dtype=torch.double)
            smooth = estimate(x, x, series.values, self.settings.kernel, bandwidth)
            column, values = metadata.column, smooth.tolist()
            columns = {} if series.times is None else {apart("time", [column]): series.times}
            columns |= {column: series.values.tolist(), apart("estimate", [column, *columns]): values}
            found.append(SeriesPrediction(path_of(file), columns, series.notes, target=column, values=values))
        return found

    def _fitted(self, kernel: str) -> Fit:
        settings, x, y = self.settings, self.values.x, self.values.y - self.values.y.mean()
        errors_at = partial(bandwidth_errors, x, y, kernel)
        if settings.bandwidth is not None:
            return Fit(settings.bandwidth, float(errors_at(torch.tensor([settings.bandwidth], dtype=torch.double))))
        # from so narrow that most see no other value to so wide that all are nearly alike
        least, most = x.diff().min().log10(), (x[-1] - x[0]).log10()
        tried = torch.logspace(float(least), float(most), settings.bandwidths, dtype=torch.double)
        errors = errors_at(tried)
        best = float(tried[errors.argmin()])
        if kernel not in SMOOTH:
            return Fit(best, float(errors.min()), tried.tolist(), errors.tolist())
        path = learn_bandwidth(x, y, kernel, start=best, steps=settings.steps)
        descent = path.bandwidths.tolist(), path.errors.tolist()
        return Fit(path.best, float(path.errors.min()), tried.tolist(), errors.tolist(), *descent)
