"""Values estimated from others by attention pooling, as an experiment: widths, errors, weights."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import torch

from deepdive.algorithms.attention import KERNELS, SMOOTH, WidthPath, learn_width, width_errors
from deepdive.data.series import Gaps, Order, read_series
from deepdive.figures import to_png, to_svg
from deepdive.files import write_atomically
from deepdive.names import tell
from deepdive.recipes.attention.figures import WidthFit, fits_figure, weights_figure, widths_figure
from deepdive.recipes.attention.kernel_regression import KernelSettings
from deepdive.recipes.attention.values import estimate, textbook_values, values_for
from deepdive.recipes.experiment import TablePrediction
from deepdive.recipes.inputs import checksum, keep_inputs
from deepdive.training import Plan, Record, Run, RunError
from deepdive.training.records import Listener
from deepdive.training.report import Html, Section, figure, join, picture, table, text

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_MOST = 5000
"""Known values; every pair of them is compared."""


class KernelExperiment:
    """Learn the width of each kernel from the known values, and estimate those held out.

    ``test_rmse`` is the error of the chosen kernel in the unit of the values, ``test_skill`` 1 minus its ratio to that
    of linear interpolation. Beside them: the error of each kernel, ``test_gaussian_rmse`` and so on, and of the mean,
    the nearest value and linear interpolation: ``test_mean_rmse``, ``test_nearest_rmse``, ``test_linear_rmse``.

    Raises:
        ValueError: a setting is out of its range.
    """

    def __init__(self, settings: KernelSettings) -> None:
        self.settings = settings

    def prepare(self) -> None:
        """Read and split the values.

        Raises:
            ValueError: the file is no series, there is too little to learn from, or too much to compare all pairs.
        """
        self.values = values_for(self.settings)
        if len(self.values.x) > _MOST:
            raise ValueError(
                f"{len(self.values.x):,} values are known, and every pair of them is compared; with more than "
                f"{_MOST:,}, set rows to use the last ones only, or hold out more"
            )
        for note in self.values.notes:
            tell(f"note: {note}")

    def fit(self, run: Run, listeners: Sequence[Listener], *, resume: bool) -> dict[str, float]:
        """Find the widths, and estimate what is held out; what is interrupted begins again.

        Raises:
            RunError: the values are not those that the run began with.
        """
        settings, values = self.settings, self.values
        inputs = {"column": values.name, "values": checksum([values.x, values.y, values.truth])}
        keep_inputs(run, inputs, what=f"the values of {settings.data} have", resume=resume)
        self.fits = self._fits(run, resume=resume)
        estimates = {
            kernel: estimate(values.asked, values.x, values.y, kernel, fit.width) for kernel, fit in self.fits.items()
        }
        self.errors = {
            name: float((said - values.truth).square().mean().sqrt())
            for name, said in (estimates | values.baselines()).items()
        }
        metrics = {f"test_{name}_rmse": error for name, error in self.errors.items()}
        metrics["test_rmse"] = self.errors[settings.kernel]
        metrics["test_skill"] = 1 - metrics["test_rmse"] / self.errors["linear"]
        chosen = self.fits[settings.kernel]
        metrics["width"] = chosen.width
        self._record(chosen, metrics, listeners)
        run.write_json("model.json", {"kernel": settings.kernel, "width": chosen.width})
        return metrics

    def sections(self, run: Run) -> list[Section]:
        """Errors, curves, weights, and how the widths were found."""
        values, fits = self.values, self.fits
        rows: list[dict[str, object]] = []
        for name, error in self.errors.items():
            row: dict[str, object] = {"estimate": name, "error": error, "skill": 1 - error / self.errors["linear"]}
            if name in fits:
                row |= {
                    "width": None if name == "constant" else fits[name].width,
                    "error, one left out": fits[name].error ** 0.5,
                }
            rows.append(row)
        said = (
            f"{values.name}: {len(values.x):,} values are known, {len(values.asked):,} are estimated from them. Errors "
            "are root mean squares; skill is 1 minus the ratio to the error of linear interpolation. A width that is "
            "learnt has the smallest error on the known values, each of them estimated from all the others; the "
            "constant kernel has none, and its estimate is the mean."
        )
        widths = {kernel: fit.width for kernel, fit in fits.items()}
        heat = to_png(weights_figure(values, widths))
        write_atomically(run.folder / "weights.png", heat)
        parts = [
            Section("Errors", join([table(rows), text(said, *values.notes)])),
            Section("Curves", self._drawn(run, "fits", fits_figure(values, widths), "Some of the values.")),
            Section("Weights", picture("Each row holds weights of one estimate; over all keys they sum to 1.", heat)),
        ]
        if all(fit.tried is not None for fit in fits.values()):
            caption = "Errors on the known values, one left out; the cross is the width taken, the line the way there."
            parts.append(Section("Widths", self._drawn(run, "widths", widths_figure(fits), caption)))
        example, ones = textbook_values(self.settings.seed), dict.fromkeys(KERNELS, 1.0)
        drawn = figure(to_svg(fits_figure(example, ones)).decode(), caption="Noisy values of 2 sin(x) + x.")
        heat = picture("How much each of them counts.", to_png(weights_figure(example, ones)))
        return [*parts, Section("The textbook's example", join([drawn, heat]))]

    def predict(
        self,
        run: Run,
        files: Sequence[Path],
        *,
        time: str | None = None,
        gaps: Gaps | None = None,
        order: Order | None = None,
    ) -> list[TablePrediction]:
        """Smooth the same column of other files: at each row the estimate from all rows, with the run's kernel.

        Of ``time``, ``gaps`` and ``order`` the run's settings count where they are not given.

        Raises:
            RunError: a file of the run is missing or damaged.
            ValueError: a file is no series or lacks the column; names it.
        """
        settings = self.settings
        try:
            column, model = run.read_json("inputs.json")["column"], run.read_json("model.json")
            kernel, width = str(model["kernel"]), float(model["width"])
        except (KeyError, TypeError, ValueError) as error:
            raise RunError(f"{run.folder} is damaged: {error}") from error
        found = []
        for file in files:
            series = read_series(
                file,
                column,
                time=settings.time if time is None else time,
                gaps=settings.gaps if gaps is None else gaps,
                order=settings.order if order is None else order,
                delimiter=settings.delimiter,
            )
            x = torch.arange(len(series), dtype=torch.double)
            smooth = estimate(x, x, series.values, kernel, width)
            times = {} if series.times is None else {"time": series.times}
            columns = times | {column: series.values.tolist(), "estimate": smooth.tolist()}
            found.append(TablePrediction(file, columns, series.notes))
        return found

    def _fits(self, run: Run, *, resume: bool) -> dict[str, WidthFit]:
        """How each kernel got its width; in a run that has ended, as it did then."""
        if not (resume and run.checkpoints.has("widths")):
            found = {kernel: self._fitted(kernel) for kernel in KERNELS}
            plain = {kernel: vars(fit) | {"path": fit.path and vars(fit.path)} for kernel, fit in found.items()}
            run.checkpoints.save("widths", plain)
            return found
        return {
            kernel: WidthFit(**kept | {"path": kept["path"] and WidthPath(**kept["path"])})
            for kernel, kept in run.checkpoints.load("widths").items()
        }

    def _fitted(self, kernel: str) -> WidthFit:
        settings, x, y = self.settings, self.values.x, self.values.y - self.values.y.mean()
        if settings.width is not None:
            [error] = width_errors(x, y, kernel, torch.tensor([settings.width], dtype=torch.double))
            return WidthFit(settings.width, float(error))
        # from so narrow that most see no other value to so wide that all are nearly alike
        least, most = x.diff().min().log10(), (x[-1] - x[0]).log10()
        tried = torch.logspace(float(least), float(most), settings.widths, dtype=torch.double)
        errors = width_errors(x, y, kernel, tried)
        best = int(errors.argmin())
        if kernel not in SMOOTH:
            return WidthFit(float(tried[best]), float(errors[best]), tried, errors)
        path = learn_width(x, y, kernel, start=float(tried[best]), steps=settings.steps)
        return WidthFit(path.best, float(path.errors.min()), tried, errors, path)

    def _record(self, chosen: WidthFit, metrics: dict[str, float], listeners: Sequence[Listener]) -> None:
        """Each step of the descent as an epoch, if there was one, and the errors at its end."""
        path = chosen.path or WidthPath(torch.tensor([chosen.width]).double(), torch.tensor([chosen.error]).double())
        for listener in listeners:
            listener.start(Plan(total_steps=len(path.widths), steps_per_epoch=1))
        try:
            steps = zip(path.widths.tolist(), path.errors.sqrt().tolist(), strict=True)
            records = [
                Record("epoch", i, i, {"left_out_rmse": error, "width": width})
                for i, (width, error) in enumerate(steps, start=1)
            ]
            last = len(records)
            tested = {name: value for name, value in metrics.items() if name.startswith("test_")}
            for record in [*records, Record("test", last, last, tested)]:
                for listener in listeners:
                    listener.record(record)
        finally:
            for listener in listeners:
                listener.finish()

    @staticmethod
    def _drawn(run: Run, name: str, drawn: "Figure", caption: str) -> Html:
        """A figure for the report, also as a file of the run."""
        svg = to_svg(drawn)
        write_atomically(run.folder / f"{name}.svg", svg)
        return figure(svg.decode(), caption=caption)
