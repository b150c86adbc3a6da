"""The sections of a report about a table: folds, test rows, predictions, columns, network."""

from collections.abc import Mapping, Sequence

import polars as pl
from torch import nn

from deepdive.data.tables import NumericTarget
from deepdive.data.tables.targets import Target
from deepdive.figures import to_png, to_svg
from deepdive.files import write_atomically
from deepdive.names import apart
from deepdive.recipes.experiments import TrainingResult
from deepdive.recipes.predictions import to_csv
from deepdive.recipes.tabular.figures import fold_curves, predicted_against_true
from deepdive.recipes.tabular.rows import Prepared
from deepdive.training import Run
from deepdive.training.records import Record
from deepdive.training.report import Html, Section, code, folded, join, png_image, table, text

_SHOWN, _LINES = 8, 12
"""Rows of a table, and lines of a network, that a report shows at once."""


def folds(
    run: Run, records: Mapping[str, Sequence[Record]], results: Mapping[str, TrainingResult], sizes: Sequence[int]
) -> list[Section]:
    """The metrics of every fold, by its number of test rows; the curves of all are written to the run folder."""
    figure = fold_curves(list(records.values()))
    write_atomically(run.folder / "curves.svg", to_svg(figure))
    write_atomically(run.folder / "curves.png", to_png(figure))
    rows = [
        {"fold": i, "test rows": size, "epochs": result.extent.epochs} | result.metrics
        for i, (size, result) in enumerate(zip(sizes, results.values(), strict=True), start=1)
    ]
    return [Section("Folds", table(rows))]


def tested(run: Run, frame: pl.DataFrame | None, ignore: Sequence[str], target: Target) -> Section:
    """The test rows with their predictions, which are written to ``test-rows.csv``; of numbers a figure."""
    if frame is None:
        return Section("Test rows", text("There were no test rows."))
    write_atomically(run.folder / "test-rows.csv", to_csv(frame.iter_rows(named=True), frame.columns))
    true, predicted = (frame[apart(name, ignore)] for name in ("true", "predicted"))
    if isinstance(target, NumericTarget):
        return Section("Test rows", _errors(run, frame, true, predicted, target))
    return Section("Test rows", text(f"All {frame.height:,} test rows with their predictions are in test-rows.csv."))


def _errors(run: Run, frame: pl.DataFrame, true: pl.Series, predicted: pl.Series, target: NumericTarget) -> Html:
    predicted = predicted.cast(pl.Float64)
    drawn = predicted.is_finite()  # the exponential of a wild guess may be infinite
    points = true.filter(drawn).to_list(), predicted.filter(drawn).to_list()
    png = to_png(predicted_against_true(*points, name=target.name, log=target.column.log))
    write_atomically(run.folder / "test-rows.png", png)
    caption = f"Each point is one of {frame.height:,} test rows; on the line the prediction is right."
    return join([png_image(caption, png), text("All test rows with their predictions are in test-rows.csv.")])


def predictions(run: Run) -> list[Section]:
    """The first rows of ``predictions.csv``, where there is one."""
    if not (run.folder / "predictions.csv").is_file():
        return []
    rows = pl.read_csv(run.folder / "predictions.csv")
    caption = f"The rows that come without a target, {rows.height:,} of them, are predicted in predictions.csv."
    return [Section("Predictions", join([text(caption), table(_readable(rows.head(_SHOWN)).to_dicts())]))]


def columns(prepared: Prepared, notes: Sequence[str], folds: int) -> Section:
    """What features are made of, and what was noted of the rows."""
    preprocessor, [target] = prepared.preprocessor, prepared.targets
    numbers, words = len(preprocessor.numeric), len(preprocessor.categorical)
    logs = [column.name for column in preprocessor.numeric if column.log]
    lines = [
        f"{len(preprocessor.feature_names)} features of {numbers} columns of numbers and {words} of categories predict "
        f"{target.name!r}.",
        *([f"On the logarithmic scale: {', '.join(logs)}."] if logs else []),
        *(f"In the first fold: {note}" if folds > 1 else note for note in notes),
    ]
    return Section("Columns", text(*lines))


def network(network: nn.Module, folds: int) -> Section:
    """The network, and how many numbers it learns."""
    count = sum(parameter.numel() for parameter in network.parameters())
    each = "" if folds == 1 else f" in each of {folds} networks"
    drawn, lines = code(str(network)), str(network).count("\n") + 1
    told = drawn if lines <= _LINES else folded(f"Its parts, in {lines:,} lines", drawn)
    return Section("Network", join([text(f"{count:,} parameters{each}"), told]))


def _readable(rows: pl.DataFrame) -> pl.DataFrame:
    """Large numbers without their decimals, which a report would write as powers of ten."""
    numbers = {c.name: c.abs().max() for c in rows if c.dtype == pl.Float64}
    large = [name for name, most in numbers.items() if isinstance(most, float) and 1000 <= most < 2**53]
    return rows.with_columns(*(rows[name].round().cast(pl.Int64) for name in large))
