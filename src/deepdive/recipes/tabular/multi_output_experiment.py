"""A network with several outputs on a table, as an experiment."""

from collections.abc import Sequence
from pathlib import Path

import polars as pl
import torch
from torch import Tensor

from deepdive.data.progress import progress_bars
from deepdive.data.tables import (
    TABLES,
    ClassTarget,
    NumericTarget,
    TableDataModule,
    TablePreprocessor,
    read_named,
    read_table,
)
from deepdive.data.tables.targets import Target, target_from_json, target_to_json
from deepdive.models.multi_output import MultiOutputMLP
from deepdive.names import apart, tell
from deepdive.recipes.experiments.inputs import read_inputs
from deepdive.recipes.experiments.making import make_optimizer, make_schedule, make_toolkit, make_trainer
from deepdive.recipes.experiments.network_sections import network_section
from deepdive.recipes.experiments.weights import trained_weights
from deepdive.recipes.predictions import TablePrediction, Value
from deepdive.recipes.tabular.metrics import ScaledRootMeanSquaredError
from deepdive.recipes.tabular.multi_output import MultiOutputSettings
from deepdive.recipes.tabular.sources import fingerprint, names_of_rows
from deepdive.training import MultiOutput, Output, Run, RunError, choose_device, seed_everything
from deepdive.training.records import Listener
from deepdive.training.report import Section, table, text


class MultiOutputExperiment:
    """Predict several columns of a table at once, from all the others.

    Raises:
        ValueError: a setting is out of its range.
    """

    def __init__(self, settings: MultiOutputSettings) -> None:
        self.settings = settings
        self.trainer = make_trainer(settings)
        self._optimizer = make_optimizer(settings.optimizer, settings.toolkit)
        choose_device(settings.device)

    def prepare(self) -> None:
        """Obtain the table, fit what prepares it to the training rows, and make the task."""
        settings = self.settings
        self.data = TableDataModule(
            self._read(),
            settings.targets,
            batch_size=settings.batch_size,
            test=settings.test,
            validation=settings.validation,
            seed=settings.seed,
            ignore=settings.ignore,
            log=True,
            embed=True,
        )
        self.data.prepare()
        for note in self.data.notes:
            tell(f"note: {note}")
        seed_everything(settings.seed)
        self.task = MultiOutput(
            self._network(self.data.preprocessor, self.data.fitted),
            {
                target.name: _output(target, weight)
                for target, weight in zip(self.data.fitted, settings.weights, strict=True)
            },
            learn_weights=settings.learn_weights,
            optimizer=self._optimizer,
            schedule=make_schedule(settings),
        )

    def fit(self, run: Run, listeners: Sequence[Listener], *, resume: bool) -> dict[str, float]:
        """Train in the run folder, which then also knows how rows are prepared.

        Raises:
            RunError: the table is not the one that the run began with.
        """
        inputs = {
            "table": fingerprint(self.data.table),
            "preprocessor": self.data.preprocessor.to_json(),
            "targets": [target_to_json(target) for target in self.data.fitted],
        }
        if not (resume and (run.folder / "inputs.json").exists()):
            run.write_json("inputs.json", inputs)
        elif read_inputs(run, lambda kept: kept["table"]) != inputs["table"]:
            raise RunError(f"the table {self.settings.data} has changed since {run.folder} began; start a new run")
        return self.trainer.fit(self.task, self.data, checkpoints=run.checkpoints, listeners=listeners, resume=resume)

    def sections(self, run: Run) -> list[Section]:
        """Every output beside what one would say without looking at the row, and the network."""
        numbers, codes = (field[self.data.rows.test] for field in self.data.fields[:2])
        outputs = self._outputs(self.task.network, numbers, codes)
        rows = [
            _compared(
                target, outputs[target.name], self.data.table[target.name], self.data.rows.train, self.data.rows.test
            )
            for target in self.data.fitted
        ]
        weights = ", ".join(
            f"{target.name} {weight:.3g}"
            for target, weight in zip(self.data.fitted, self.task.weighted_sum.weights.tolist(), strict=True)
        )
        example = (torch.empty_like(numbers[:1], device="meta"), torch.empty_like(codes[:1], device="meta"))
        return [
            Section("Outputs", table(rows)),
            Section("Weights of the losses", text(weights)),
            network_section(self.task.network, example),
        ]

    def predict(self, run: Run, files: Sequence[Path]) -> list[TablePrediction]:
        """Predict every target for each row of tables with the columns of the training table.

        Raises:
            ValueError: a file cannot be read or lacks a column; names it.
        """
        preprocessor, targets = read_inputs(
            run,
            lambda inputs: (
                TablePreprocessor.from_json(inputs["preprocessor"]),
                tuple(target_from_json(content) for content in inputs["targets"]),
            ),
        )
        network = self._network(preprocessor, targets)
        network.load_state_dict(trained_weights(run))
        found = []
        for file in files:
            notes: list[str] = []
            rows = read_table(
                file,
                text=[column.name for column in preprocessor.categorical],
                only=preprocessor.columns,
                declare=lambda _: "",
                note=notes.append,
            )
            try:
                outputs = self._outputs(network, *preprocessor.transform_codes(rows))
                names = [target.name for target in targets]
                columns = names_of_rows(rows, self.settings.ignore, names)
                for target in targets:
                    columns |= _decoded(target, outputs[target.name], (*columns, *names))
                found.append(TablePrediction(file, columns, (*notes, *preprocessor.describe(rows))))
            except ValueError as error:
                raise ValueError(f"{file}: {error}") from error
        return found

    def _read(self) -> pl.DataFrame:
        settings = self.settings
        if settings.data in TABLES:
            with progress_bars() as report:
                return read_named(settings.data, report=report)
        return read_table(
            settings.data,
            ignore=settings.ignore,
            declare=lambda name: "" if name in settings.targets else "name it in ignore",
            note=lambda note: tell(f"note: {note}"),
        )

    def _network(self, preprocessor: TablePreprocessor, targets: Sequence[Target]) -> MultiOutputMLP:
        settings = self.settings
        return MultiOutputMLP(
            len(preprocessor.numeric_names),
            preprocessor.cardinalities,
            {target.name: target.outputs for target in targets},
            settings.hidden,
            settings.dropout,
            nn=make_toolkit(settings.toolkit),
        )

    def _outputs(self, network: torch.nn.Module, numbers: Tensor, codes: Tensor) -> dict[str, Tensor]:
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


def _decoded(target: Target, output: Tensor, taken: Sequence[str]) -> dict[str, list[Value]]:
    if isinstance(target, NumericTarget):
        return {target.name: target.decode(output).to_list()}
    chances = output.softmax(dim=1).max(dim=1).values.tolist()
    shown = apart(f"{target.name} probability", taken)
    return {target.name: target.decode(output).to_list(), shown: [round(p, 6) for p in chances]}


def _compared(target: Target, output: Tensor, column: pl.Series, train: Tensor, test: Tensor) -> dict[str, object]:
    """The error of an output, and that of the mean or the most frequent class of the training rows."""
    true, learnt = column[test.numpy()], column[train.numpy()]
    if isinstance(target, NumericTarget):
        errors = (target.decode(output) - true, true - learnt.mean())
        network, constant = (float((error**2).mean() or 0.0) ** 0.5 for error in errors)  # type: ignore[operator, arg-type]
        return {"output": target.name, "measure": "rmse", "network": network, "without looking": constant}
    found, numbers = target.encode(true), target.encode(learnt)
    network = float((output.argmax(dim=1) == found).double().mean())
    constant = float((found == numbers.mode().values).double().mean())
    return {"output": target.name, "measure": "accuracy", "network": network, "without looking": constant}
