"""The sections of a report about a table: folds, held-out rows, predictions, columns, network."""

from typing import TYPE_CHECKING

import polars as pl
import torch

from deepdive.data.tables import ClassTarget, NumericTarget
from deepdive.figures import to_png, to_svg
from deepdive.files import write_atomically
from deepdive.names import apart
from deepdive.recipes.in_turn import records_of
from deepdive.recipes.predictions import to_csv
from deepdive.recipes.tabular.figures import fold_curves, predicted_against_true
from deepdive.recipes.tabular.folding import FoldStore
from deepdive.recipes.tabular.networks import Ensemble, load_member
from deepdive.recipes.tabular.sources import whole
from deepdive.training import Run, RunError, choose_device
from deepdive.training.report import Html, Section, code, join, picture, table, text

if TYPE_CHECKING:
    from deepdive.recipes.tabular.table_experiment import TableExperiment

_SHOWN = 8
"""Rows of a table that a report shows."""


def table_sections(run: Run, experiment: "TableExperiment") -> list[Section]:
    """Everything a report says of a run that has ended; ``held-out.csv`` and the curves of folds are written too.

    Raises:
        RunError: a fold's result is missing or damaged.
    """
    store = FoldStore(run, len(experiment.folds))
    results = [store.result(i) for i in range(len(experiment.folds))]
    finished = {store.name(i): result for i, result in enumerate(results) if result is not None}
    if len(finished) < len(results):
        raise RunError(f"{run.folder} has the results of {len(finished)} folds, not of all {len(results)}")
    sections = [Section("Held-out rows", _held_out(run, experiment, store))]
    if len(finished) > 1:
        figure = fold_curves(list(records_of(run, finished).values()))
        write_atomically(run.folder / "curves.svg", to_svg(figure))
        write_atomically(run.folder / "curves.png", to_png(figure))
        rows = [
            {"fold": i + 1, "rows held out": len(fold.test), "epochs": r.extent.epochs} | r.metrics
            for i, (fold, r) in enumerate(zip(experiment.folds, finished.values(), strict=True))
        ]
        sections.insert(0, Section("Folds", table(rows)))
    if (run.folder / "predictions.csv").is_file():
        sections.append(Section("Predictions", _predictions(run)))
    return [*sections, Section("Columns", _columns(experiment)), Section("Network", _network(experiment))]


def _held_out(run: Run, experiment: "TableExperiment", store: FoldStore) -> Html:
    """Every row that some network did not learn from, with what that network says of it."""
    device = choose_device(experiment.settings.device)
    found: list[pl.DataFrame] = []
    names = {name: apart(name, experiment.ignore) for name in ("row", "true", "predicted")}
    for i, rows in enumerate(experiment.folds):
        member = load_member(store, i, experiment.settings)
        if member is None or not len(rows.test):
            continue
        part = experiment.table[rows.test.numpy()]
        said = Ensemble([member], 1, device).predict(part)
        kept = [whole(part[name]) for name in experiment.ignore]
        true = part[experiment.target].alias(names["true"])
        predicted = pl.Series(names["predicted"], said[experiment.target])
        found.append(pl.DataFrame([pl.Series(names["row"], (rows.test + 1).numpy()), *kept, true, predicted]))
    if not found:
        return text("No rows were held out.")
    frame = pl.concat(found).sort(names["row"])
    write_atomically(run.folder / "held-out.csv", to_csv(frame.iter_rows(named=True), frame.columns))
    [target] = experiment.data.fitted
    if isinstance(target, ClassTarget):
        return join(
            [
                text("Rows per true class (down) and predicted class (across); all rows are in held-out.csv."),
                _confusion(frame[names["true"]], frame[names["predicted"]], target),
            ]
        )
    return _errors(frame, frame[names["true"]], frame[names["predicted"]], target, run)


def _errors(frame: pl.DataFrame, true: pl.Series, predicted: pl.Series, target: NumericTarget, run: Run) -> Html:
    predicted = predicted.cast(pl.Float64)
    drawn = predicted.is_finite()  # the exponential of a wild guess may be infinite
    points = true.filter(drawn).to_list(), predicted.filter(drawn).to_list()
    figure = predicted_against_true(*points, name=target.name, log=target.column.log)
    png = to_png(figure)
    write_atomically(run.folder / "held-out.png", png)
    z = [target.encode(column)[:, 0] for column in (true, predicted)]
    worst = torch.topk((z[0] - z[1]).abs(), min(_SHOWN, frame.height)).indices
    return join(
        [
            picture(f"Each point is one of {frame.height:,} held-out rows; on the line the prediction is right.", png),
            text("The largest errors; all rows are in held-out.csv."),
            table(_readable(frame[worst.numpy()]).to_dicts()),
        ]
    )


def _confusion(true: pl.Series, predicted: pl.Series, target: ClassTarget) -> Html:
    numbers = target.encode(true), target.encode(predicted)
    n, corner = len(target.classes), apart("true", target.classes)
    counts = torch.zeros(n, n, dtype=torch.int64).index_put_(
        numbers, torch.ones(len(true), dtype=torch.int64), accumulate=True
    )
    rows = [
        {corner: name, **dict(zip(target.classes, row, strict=True))}
        for name, row in zip(target.classes, counts.tolist(), strict=True)
    ]
    return table(rows[:50])


def _predictions(run: Run) -> Html:
    rows = pl.read_csv(run.folder / "predictions.csv")
    said = f"The rows that come without a target, {rows.height:,} of them, are predicted in predictions.csv."
    return join([text(said), table(_readable(rows.head(_SHOWN)).to_dicts())])


def _readable(rows: pl.DataFrame) -> pl.DataFrame:
    """Large numbers without their decimals, which a report would write as powers of ten."""
    numbers = {c.name: c.abs().max() for c in rows if c.dtype == pl.Float64}
    large = [name for name, most in numbers.items() if isinstance(most, float) and 1000 <= most < 2**53]
    return rows.with_columns(*(rows[name].round().cast(pl.Int64) for name in large))


def _columns(experiment: "TableExperiment") -> Html:
    preprocessor = experiment.data.preprocessor
    numbers, words = len(preprocessor.numeric), len(preprocessor.categorical)
    logs = [column.name for column in preprocessor.numeric if column.log]
    lines = [
        f"{len(preprocessor.feature_names)} features of {numbers} columns of numbers and {words} of categories predict "
        f"{experiment.target!r}.",
        *([f"On the logarithmic scale: {', '.join(logs)}."] if logs else []),
        *(f"In the first fold: {note}" if len(experiment.folds) > 1 else note for note in experiment.notes),
    ]
    return text(*lines)


def _network(experiment: "TableExperiment") -> Html:
    network = experiment.task.network
    count = sum(parameter.numel() for parameter in network.parameters())
    each = "" if len(experiment.folds) == 1 else f" in each of {len(experiment.folds)} networks"
    return join([text(f"{count:,} parameters{each}"), code(str(network))])
