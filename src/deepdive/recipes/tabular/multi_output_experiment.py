"""A network with several outputs on a table."""

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import polars as pl
import torch
from torch import Tensor, nn

from deepdive.data.progress import Report
from deepdive.data.tables import (
    TABLES,
    ClassTarget,
    NamedTable,
    NumericTarget,
    TableDataModule,
    read_named,
    read_table,
)
from deepdive.data.tables.targets import Target
from deepdive.models.multi_output import MultiOutputMLP
from deepdive.recipes.experiments import SupervisedExperiment
from deepdive.recipes.experiments.network_sections import network_section
from deepdive.recipes.given.example import Example
from deepdive.recipes.given.tables import TakesTables
from deepdive.recipes.predictions import PredictedColumn, TablePrediction
from deepdive.recipes.reports import Evaluation, Fold
from deepdive.recipes.tabular.ensemble import as_columns, predicted_classes
from deepdive.recipes.tabular.evaluating import describer, output_evaluation
from deepdive.recipes.tabular.metrics import ScaledRootMeanSquaredError
from deepdive.recipes.tabular.multi_output import MultiOutputSettings
from deepdive.recipes.tabular.rows import (
    Answer,
    Prepared,
    columns_of,
    content,
    names_of_rows,
    predict_tables,
    table_example,
)
from deepdive.training import MultiOutput, Output, Run, choose_device
from deepdive.training.report import Section, text


class MultiOutputExperiment(TakesTables, SupervisedExperiment[MultiOutputSettings, TableDataModule, Prepared]):
    """Predict several columns of a table at once, from all the others."""

    metadata_type = Prepared
    data_name = "the rows"
    task: MultiOutput  # type: ignore[reportIncompatibleVariableOverride]

    def load_data(self, report: Report) -> TableDataModule:
        """The table, prepared by its training rows."""
        settings = self.settings
        self._told: list[str] = []
        return TableDataModule(
            self._read(report),
            settings.targets,
            batch_size=settings.batch_size,
            test=settings.test,
            validation=settings.validation,
            seed=settings.seed,
            ignore=settings.ignore,
            log=True,
            embed=True,
        )

    def _read(self, report: Report) -> pl.DataFrame:
        settings = self.settings
        if settings.data in TABLES:
            return read_named(settings.data, report=report)
        return read_table(
            settings.data,
            ignore=settings.ignore,
            declare=lambda name: "" if name in settings.targets else "name it in ignore",
            note=self._told.append,
        )

    def notes(self) -> Iterable[str]:
        """Those of reading the table and of preparing it."""
        return (*self._told, *self.data.notes)

    def metadata(self) -> Prepared:
        """How rows are prepared, and what the outputs stand for."""
        return Prepared.of(self.data)

    def fingerprint(self) -> Iterable[Tensor]:
        """All names and values of the table."""
        return content(self.data.table)

    def network(self, metadata: Prepared) -> MultiOutputMLP:
        """Shared layers, and a head for each target."""
        settings, preprocessor = self.settings, metadata.preprocessor
        return MultiOutputMLP(
            len(preprocessor.numeric_names),
            preprocessor.cardinalities,
            {target.name: target.outputs for target in metadata.targets},
            settings.hidden,
            settings.dropout,
            nn=self.nn,
        )

    def make_task(self, network: nn.Module) -> MultiOutput:
        """The weighted sum of the losses, and a metric for each target."""
        weighted = zip(self.data.fitted, self.settings.weights, strict=True)
        return MultiOutput(
            network,
            {target.name: _output(target, weight) for target, weight in weighted},
            learn_weights=self.settings.learn_weights,
            optimizer=self.optimizer,
            schedule=self.schedule,
        )

    def evaluations(self, run: Run) -> Sequence[Evaluation]:
        """That of each output on the test rows, or on the validation rows where there are none."""
        data, part = self.data, "test" if len(self.data.rows.test) else "val"
        held = getattr(data.rows, part)
        if not len(held):
            return ()
        numbers, codes = data.fields[:2]
        outputs = self._outputs(self.task.network, numbers[held], codes[held])
        describe = describer(data.table, held, self.settings.ignore, *self.settings.targets)
        words: dict[str, Any] = {"part": part, "what": "rows"}
        return [
            output_evaluation(
                target, outputs[target.name], fold, data.table[target.name][held.numpy()], describe, words
            )
            for target in data.fitted
            for fold in [self._fold(target, held)]
        ]

    def _fold(self, target: Target, held: Tensor) -> Fold:
        """Of one output: what other models learn from are the features with categories one-hot."""
        table, parts = self.data.table, (self.data.rows.train.numpy(), held.numpy())
        transform = self.data.preprocessor.transform
        learnt, tested = (target.encode(table[target.name][rows]) for rows in parts)
        return Fold(learnt, tested, lambda: (transform(table[parts[0]]).numpy(), transform(table[parts[1]]).numpy()))

    def sections(self, run: Run) -> list[Section]:
        """The weights of the losses, and the network."""
        data, task = self.data, self.task
        numbers, codes = data.fields[:2]
        weights = zip(data.fitted, task.weighted_sum.weights.tolist(), strict=True)
        example = (torch.empty_like(numbers[:1], device="meta"), torch.empty_like(codes[:1], device="meta"))
        return [
            Section("Weights of the losses", text(", ".join(f"{target.name} {w:.3g}" for target, w in weights))),
            network_section(task.network, example),
        ]

    def labels_of(self, metadata: Prepared) -> tuple[str, ...]:
        """Those of the only target with classes; of several, none: see the targets of the metadata."""
        found = [target.classes for target in metadata.targets if isinstance(target, ClassTarget)]
        return found[0] if len(found) == 1 else ()

    def example(self, run: Run) -> Example:
        """Some of the test rows."""
        return table_example(run, self.data.table[self.data.rows.test[:3].numpy()], self.data.preprocessor.columns)

    def predict(
        self, network: nn.Module, metadata: Prepared, files: Sequence[Path | NamedTable]
    ) -> list[TablePrediction]:
        """Predict every target for each row of tables with the columns of the training table.

        Raises:
            ValueError: a file cannot be read or lacks a column; names it.
        """
        targets = metadata.targets
        names = [target.name for target in targets]

        def answer(rows: pl.DataFrame) -> Answer:
            outputs = self._outputs(network, *metadata.preprocessor.transform_codes(rows))
            beside = names_of_rows(rows, self.settings.ignore, names)
            predicted = [_decoded(target, outputs[target.name]) for target in targets]
            columns = beside | as_columns(predicted, beside)
            ignored = columns_of(rows, self.settings.ignore)
            return Answer(columns, predicted, ignored, metadata.preprocessor.describe(rows))

        return predict_tables(files, answer, **metadata.reading())

    def _outputs(self, network: nn.Module, numbers: Tensor, codes: Tensor) -> dict[str, Tensor]:
        device = choose_device(self.settings.device)
        network = network.to(device).eval()
        with torch.inference_mode():
            parts = [
                network(x.to(device), c.to(device)) for x, c in zip(numbers.split(8192), codes.split(8192), strict=True)
            ]
        return {name: torch.cat([part[name].cpu() for part in parts]) for name in parts[0]}


def _output(target: Target, weight: float) -> Output:
    if isinstance(target, ClassTarget):
        return Output("classification", weight)
    return Output("regression", weight, metrics={"rmse": ScaledRootMeanSquaredError(target.scale)})


def _decoded(target: Target, output: Tensor) -> PredictedColumn:
    if isinstance(target, NumericTarget):
        return PredictedColumn(target.name, target.decode(output).to_list())
    return predicted_classes(target, target.decode(output), output.softmax(dim=1))
