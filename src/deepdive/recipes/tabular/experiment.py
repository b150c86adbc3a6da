"""A network on any table: folds, or training, validation and test rows."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

import polars as pl
from torch import Tensor, nn

from deepdive.data.parts import Part
from deepdive.data.progress import Report
from deepdive.data.tables import TABLES, ClassTarget, NamedTable, TableDataModule, read_named
from deepdive.data.tables.checks import check_columns
from deepdive.data.tables.module import Rows, refuse_parts, usable
from deepdive.data.tables.targets import Kind, Target, class_names
from deepdive.files import write_atomically
from deepdive.names import apart
from deepdive.recipes.experiments import SequentialExperiment, TrainingResult, TrainingRun
from deepdive.recipes.experiments.inputs import fill, read_metadata, trained_weights
from deepdive.recipes.experiments.making import make_network, make_trainer
from deepdive.recipes.experiments.sequential_runs import checkpoints_of, records_of
from deepdive.recipes.given.example import Example
from deepdive.recipes.given.tables import TakesTables
from deepdive.recipes.predictions import TablePrediction, predictions_csv
from deepdive.recipes.reports import Evaluation
from deepdive.recipes.tabular import sections
from deepdive.recipes.tabular.ensemble import Ensemble, Member, as_columns
from deepdive.recipes.tabular.evaluating import table_evaluations
from deepdive.recipes.tabular.metrics import ScaledRootMeanSquaredError, error_name, pooled
from deepdive.recipes.tabular.rows import (
    Answer,
    Prepared,
    check_target,
    columns_of,
    content,
    left_out,
    names_of_rows,
    predict_tables,
    read_source,
    reading,
    roles,
    splits,
    table_example,
    whole,
)
from deepdive.recipes.tabular.settings import TableSettings
from deepdive.training import Classification, Regression, Run, RunError, Task, choose_device, seed_everything
from deepdive.training.report import Section

SettingsT = TypeVar("SettingsT", bound=TableSettings)


@dataclass(frozen=True)
class TableMetadata:
    """How many rows there are, how they are prepared in each fold, and the columns not learnt from."""

    rows: int
    ignore: tuple[str, ...]
    folds: tuple[Prepared, ...]


class TableExperiment(TakesTables, SequentialExperiment[SettingsT]):
    """Fit a network to a table, and predict its target for new rows.

    Numbers are learnt standardised with the squared error, and measured in the target's unit: ``rmse``, or ``log_rmse``
    on the logarithmic scale. Classes are learnt with the cross-entropy and measured by the accuracy.

    With ``folds`` of 2 or more, one network per fold: its metrics ``test_...`` are those of all rows, each predicted by
    the network that was not trained on it, and new rows get the mean of the networks' predictions. Nothing is chosen by
    the rows that are tested on; ``validation`` rows, if any, come out of the training rows.
    """

    data_name = "the rows"
    keeps_networks = True
    learns_classes = True
    """Whether the target may be classes."""

    def load(self, report: Report) -> None:
        """Read and check the table, deal out its rows, and prepare those of the first fold."""
        settings = self.settings
        told: list[str] = []
        table, of_rows = read_source(settings, note=told.append, classes=self.learns_classes, report=report)
        self.target, self.ignore = roles(settings, table.columns)
        check_columns(table, [self.target], "target")
        check_columns(table, self.ignore, "ignore")
        check_columns(table, settings.categorical, "categorical")
        others = [name for name in table.columns if name not in (self.target, *self.ignore)]
        refuse_parts(table[others], left_out)
        known = table[self.target].is_not_null().to_list()
        parts: list[Part] = [part for part, is_known in zip(of_rows, known, strict=False) if is_known]
        self.table, absent = usable(table, [self.target])
        self.kind: Kind
        self.kind, said = check_target(self.table[self.target], settings, classes=self.learns_classes)
        self._suit(self.table.height)
        settings.check_parts(parts, self.left_open)
        self.folds = splits(self.table.height, settings, parts)
        examples = min(len(rows.train) for rows in self.folds)
        self.suit_updates(examples, lambda size: -(-examples // size))
        self.trainer = make_trainer(self.settings)
        self.data = self._data(self.folds[0])
        if settings.log_target and isinstance(self.data.fitted[0], ClassTarget):
            raise ValueError(f"log_target is set, but target {self.target!r} holds classes; unset it: --no-log-target")
        self.told = (*told, *said, *absent, *self.data.notes)

    def _suit(self, rows: int) -> None:
        self.settings = self.settings.suited(rows)  # pyright: ignore[reportAttributeAccessIssue]

    def found_settings(self) -> dict[str, Any]:
        """The target, and how it is learnt."""
        classes = isinstance(self.data.fitted[0], ClassTarget)
        return {"target": self.target, "kind": "classification" if classes else "regression"}

    def notes(self) -> Iterable[str]:
        """Those of reading the table, and of preparing the rows of the first fold."""
        return self.told

    def build(self) -> None:
        """The network and the task of the first fold."""
        self.task = self._task(self.data, 0)

    def metadata(self) -> TableMetadata:
        """What is learnt from the training rows of each fold."""
        others = (Prepared.of(self._data(rows)) for rows in self.folds[1:])
        return TableMetadata(self.table.height, self.ignore, (Prepared.of(self.data), *others))

    def fingerprint(self) -> Iterable[Tensor]:
        """All names and values of the table."""
        return content(self.table)

    def training_runs(self, run: Run) -> list[TrainingRun]:
        """One for each fold."""
        seeds = [(self.settings.seed + i) % 2**32 for i in range(len(self.folds))]
        return [TrainingRun(_name(i), partial(self._parts, i), seed=seed) for i, seed in enumerate(seeds)]

    def combine(self, run: Run, results: Mapping[str, TrainingResult], *, resume: bool) -> dict[str, float]:
        """The metrics of all rows that were tested on."""
        return pooled([each.metrics for each in results.values()], [len(rows.test) for rows in self.folds])

    def network(self, prepared: Prepared) -> nn.Module:
        """The network of the settings, from the features to the target's outputs."""
        features, outputs = len(prepared.preprocessor.feature_names), prepared.targets[0].outputs
        return make_network(self.settings, features, outputs, self.nn)

    def member(self, run: Run, index: int, prepared: Prepared) -> Member | None:
        """The best network of a fold, or its last one while there is no best; ``None`` before its first epoch ends.

        Raises:
            CheckpointError: its weights are damaged.
        """
        checkpoints = checkpoints_of(run, _name(index), alone=self.settings.folds == 1)
        if not (checkpoints.has("best") or checkpoints.has("last")):
            return None
        return Member(fill(self.network(prepared), trained_weights(run, checkpoints), run), prepared)

    def restore(self, run: Run) -> tuple[Ensemble, TableMetadata]:
        """The best networks of all folds that are trained, and the metadata.

        Raises:
            RunError: none is trained, or a file is damaged.
        """
        metadata = read_metadata(run, TableMetadata)
        self._suit(metadata.rows)
        members = [self.member(run, i, prepared) for i, prepared in enumerate(metadata.folds)]
        trained = [member for member in members if member is not None]
        if not trained:
            raise RunError(f"{run.folder} has no trained network; {run.go_on}")
        return Ensemble(trained, len(members), choose_device(self.settings.device)), metadata

    def networks_of(self, *restored: Any) -> Mapping[str, nn.Module]:
        """Those of all folds; each is made for rows as its own fold prepares them."""
        members = restored[0].members
        if restored[0].folds == 1:
            return {"network": members[0].network}
        return {_name(i): member.network for i, member in enumerate(members)}

    def labels_of(self, metadata: TableMetadata) -> tuple[str, ...]:
        """The classes of the target."""
        target = metadata.folds[0].targets[0]
        return target.classes if isinstance(target, ClassTarget) else ()

    def example(self, run: Run) -> Example:
        """Some of the test rows."""
        rows = self.folds[0].test if len(self.folds[0].test) else self.folds[0].train
        folds = read_metadata(run, TableMetadata).folds  # a column that is constant in one may be learnt from in others
        needed = {name for prepared in folds for name in prepared.preprocessor.columns}
        return table_example(run, self.table[rows[:3].numpy()], [name for name in self.table.columns if name in needed])

    def predict(
        self, ensemble: Ensemble, metadata: TableMetadata, files: Sequence[Path | NamedTable]
    ) -> list[TablePrediction]:
        """Predict the target for every row of tables with the columns of the training table.

        Raises:
            ValueError: a file cannot be read, or lacks a column the networks were trained with; names it.
        """
        first = ensemble.members[0]

        def answer(rows: pl.DataFrame) -> Answer:
            names = names_of_rows(rows, metadata.ignore, [first.target.name])
            predicted = [ensemble.answer(rows)]
            columns = names | as_columns(predicted, beside=names)
            return Answer(columns, predicted, columns_of(rows, metadata.ignore), ensemble.describe(rows))

        return predict_tables(files, answer, **reading(self.settings, first.prepared))

    def evaluations(self, run: Run) -> Sequence[Evaluation]:
        """Of every row that some network did not learn from, the prediction of that network."""
        prepared = read_metadata(run, TableMetadata).folds
        found = [
            (rows, self.member(run, i, each)) for i, (rows, each) in enumerate(zip(self.folds, prepared, strict=True))
        ]
        trained = [(rows, member) for rows, member in found if member is not None]
        return table_evaluations(self.table, trained, self.ignore, choose_device(self.settings.device))

    def sections(self, run: Run) -> list[Section]:
        """Folds, test rows against their predictions, predictions of new rows, columns, network."""
        self._write_predictions(run)
        prepared, count = Prepared.of(self.data), len(self.folds)
        sizes = [len(rows.test) for rows in self.folds]
        return [
            *(sections.folds(run, records_of(run, self.results), self.results, sizes) if count > 1 else ()),
            sections.tested(run, self._tested(run), self.ignore, prepared.targets[0]),
            *sections.predictions(run),
            sections.columns(prepared, self.told, count),
            sections.network(self.task.network, count),
        ]

    def _tested(self, run: Run) -> pl.DataFrame | None:
        """Every row that some network did not learn from, with the prediction of that network."""
        names = {name: apart(name, self.ignore) for name in ("row", "true", "predicted")}
        metadata, found = read_metadata(run, TableMetadata), []
        for i, (rows, prepared) in enumerate(zip(self.folds, metadata.folds, strict=True)):
            member = self.member(run, i, prepared)
            if member is None or not len(rows.test):
                continue
            part = self.table[rows.test.numpy()]
            predicted = Ensemble([member], 1, choose_device(self.settings.device)).predict(part)[self.target]
            columns = [pl.Series(names["row"], (rows.test + 1).numpy()), *(whole(part[name]) for name in self.ignore)]
            true = _as_predicted(part[self.target], prepared.targets[0]).alias(names["true"])
            found.append(pl.DataFrame([*columns, true, pl.Series(names["predicted"], predicted)]))
        return pl.concat(found).sort(names["row"]) if found else None

    def _write_predictions(self, run: Run) -> None:
        """``predictions.csv`` for the rows of a named table that come without a target, as a competition wants it."""
        named = TABLES.get(self.settings.data)
        if named is None or named.unlabelled is None:
            return
        table = read_named(self.settings.data, named.unlabelled)
        ensemble, _ = self.restore(run)
        names = names_of_rows(table, self.ignore, [self.target])
        prediction = TablePrediction(Path(named.unlabelled), names | ensemble.predict(table, beside=names))
        write_atomically(run.folder / "predictions.csv", predictions_csv([prediction]))

    def _parts(self, index: int) -> tuple[Task, TableDataModule]:
        data = self.data if index == 0 else self._data(self.folds[index])
        return self._task(data, index), data

    def _task(self, data: TableDataModule, index: int) -> Task:
        seed_everything((self.settings.seed + index) % 2**32)
        prepared = Prepared.of(data)
        network, [target] = self.network(prepared), prepared.targets
        if isinstance(target, ClassTarget):
            return Classification(network, optimizer=self.optimizer, schedule=self.schedule)
        metrics = {error_name(target): ScaledRootMeanSquaredError(target.scale)}
        return Regression(network, optimizer=self.optimizer, schedule=self.schedule, metrics=metrics)

    def _data(self, rows: Rows) -> TableDataModule:
        settings = self.settings
        data = TableDataModule(
            self.table,
            self.target,
            rows=rows,
            batch_size=settings.batch_size,
            seed=settings.seed,
            kinds={self.target: self.kind},
            ignore=self.ignore,
            log=settings.log_features,
            log_target=settings.log_target,
            indicators=settings.indicators,
            max_categories=settings.max_categories,
        )
        data.prepare()
        return data


def _as_predicted(column: pl.Series, target: Target) -> pl.Series:
    """Values as predictions have them: classes by their names."""
    return class_names(column) if isinstance(target, ClassTarget) else column


def _name(index: int) -> str:
    """Of the training run of a fold."""
    return f"fold{index + 1}"
