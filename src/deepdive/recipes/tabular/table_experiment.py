"""A perceptron on any table, as an experiment: folds or a held-out part, report, predictions."""

from collections.abc import Sequence
from functools import partial
from pathlib import Path

from deepdive.data.tables import TABLES, ClassTarget, TableDataModule, read_named
from deepdive.data.tables.checks import check_columns
from deepdive.data.tables.module import Rows, usable
from deepdive.data.tables.targets import target_to_json
from deepdive.files import write_atomically
from deepdive.names import tell
from deepdive.recipes.experiments.inputs import keep_inputs
from deepdive.recipes.experiments.making import make_optimizer, make_trainer
from deepdive.recipes.experiments.sequential_runs import TrainingRun, fit_sequentially
from deepdive.recipes.predictions import TablePrediction, predictions_csv
from deepdive.recipes.tabular.folding import FoldStore, pooled
from deepdive.recipes.tabular.networks import Ensemble, make_task
from deepdive.recipes.tabular.reporting import table_sections
from deepdive.recipes.tabular.settings import TableSettings
from deepdive.recipes.tabular.sources import fingerprint, names_of_rows, read_like, read_source, roles, splits
from deepdive.training import Run, Task, choose_device
from deepdive.training.records import Listener
from deepdive.training.report import Section


class TableExperiment:
    """Fit a perceptron to a table, and predict its target for new rows.

    With ``folds`` of 2 or more, one network per fold: its metrics ``test_...`` are those of all rows, each predicted by
    the network that was not trained on it, and new rows get the mean of the networks' predictions. Nothing is chosen by
    the rows that are tested on; ``validation`` rows, if any, come out of the training rows.

    Raises:
        ValueError: a setting is out of its range.
    """

    learns_classes = True
    """Whether the target may be classes."""

    def __init__(self, settings: TableSettings) -> None:
        self.settings = settings
        self.trainer = make_trainer(settings)
        self._optimizer = make_optimizer(settings.optimizer, settings.toolkit)
        choose_device(settings.device)

    def prepare(self) -> None:
        """Read and check the table, deal out its rows, and make the data and the task of the first fold."""
        settings = self.settings
        self.target, self.ignore = roles(settings)
        found: list[str] = []
        table = read_source(settings, found.append, classes=self.learns_classes)
        check_columns(table, [self.target], "target")
        check_columns(table, self.ignore, "ignore")
        check_columns(table, settings.categorical, "categorical")
        self.table, notes = usable(table, [self.target])
        self.folds = splits(self.table.height, settings)
        self.data = self._data(self.folds[0])
        if settings.log_target and isinstance(self.data.fitted[0], ClassTarget):
            raise ValueError(f"log_target is set, but target {self.target!r} holds classes; unset it: --no-log-target")
        self.task = self._task(self.data, 0)
        self.notes = (*found, *notes, *self.data.notes)
        for note in self.notes:
            tell(f"note: {note}")

    def fit(self, run: Run, listeners: Sequence[Listener], *, resume: bool) -> dict[str, float]:
        """Train fold after fold in the run folder; a resumed run goes on within the fold it was in.

        Raises:
            RunError: the table is not the one that the run began with.
        """
        inputs = {"target": self.target, "ignore": list(self.ignore), "table": fingerprint(self.table)}
        keep_inputs(run, inputs, what=f"the table {self.settings.data} has", resume=resume)
        store = FoldStore(run, len(self.folds))
        trainings = [
            TrainingRun(store.name(i), partial(self._parts, store, i), seed=(self.trainer.seed + i) % 2**32)
            for i in range(len(self.folds))
        ]
        results = fit_sequentially(trainings, self.trainer, run, listeners, resume=resume)
        return pooled([each.metrics for each in results.values()], [len(rows.test) for rows in self.folds])

    def sections(self, run: Run) -> list[Section]:
        """Folds, held-out rows against their predictions, predictions of new rows, columns, network."""
        self._write_predictions(run)
        return table_sections(run, self)

    def predict(self, run: Run, files: Sequence[Path]) -> list[TablePrediction]:
        """Predict the target for every row of tables with the columns of the training table.

        Raises:
            RunError: nothing is trained yet.
            ValueError: a file cannot be read, or lacks a column the networks were trained with; names it.
        """
        ensemble = Ensemble.load(FoldStore(run, max(1, self.settings.folds)), self.settings)
        _, ignore = roles(self.settings)
        found = []
        for file in files:
            notes: list[str] = []
            table = read_like(file, self.settings, ensemble.preprocessor, notes.append)
            try:
                names = names_of_rows(table, ignore, (ensemble.target.name,))
                columns = {**names, **ensemble.predict(table, beside=names)}
                found.append(TablePrediction(file, columns, (*notes, *ensemble.describe(table))))
            except ValueError as error:
                raise ValueError(f"{file}: {error}") from error
        return found

    def _write_predictions(self, run: Run) -> None:
        """``predictions.csv`` for the rows of a named table that come without a target, as a competition wants it."""
        named = TABLES.get(self.settings.data)
        if named is None or named.unlabelled is None:
            return
        table = read_named(self.settings.data, named.unlabelled)
        ensemble = Ensemble.load(FoldStore(run, len(self.folds)), self.settings)
        names = names_of_rows(table, self.ignore, (self.target,))
        columns = names | ensemble.predict(table, beside=names)
        prediction = TablePrediction(Path(named.unlabelled), columns)
        write_atomically(run.folder / "predictions.csv", predictions_csv([prediction]))

    def _parts(self, store: FoldStore, index: int) -> tuple[Task, TableDataModule]:
        data = self.data if index == 0 else self._data(self.folds[index])
        [target] = data.fitted
        inputs = {"preprocessor": data.preprocessor.to_json(), "target": target_to_json(target)}
        store.write_inputs(index, inputs)
        return self._task(data, index), data

    def _data(self, rows: Rows) -> TableDataModule:
        settings = self.settings
        data = TableDataModule(
            self.table,
            self.target,
            rows=rows,
            batch_size=settings.batch_size,
            seed=settings.seed,
            kinds={self.target: settings.kind},
            ignore=self.ignore,
            log=settings.log_features,
            log_target=settings.log_target,
            indicators=settings.indicators,
            max_categories=settings.max_categories,
        )
        data.prepare()
        return data

    def _task(self, data: TableDataModule, index: int) -> Task:
        return make_task(self.settings, data, self._optimizer, seed=self.settings.seed + index)
