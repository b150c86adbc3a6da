"""The predictions for the test rows of a table, fold by fold, beside simpler models of the same rows."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import polars as pl
import torch
from torch import Tensor

from deepdive.data.parts import Part
from deepdive.data.tables import ClassTarget, NumericTarget
from deepdive.data.tables.module import Rows
from deepdive.data.tables.targets import Target
from deepdive.names import apart
from deepdive.recipes.reports import ClassEvaluation, Evaluation, Fold, NumberEvaluation
from deepdive.recipes.reports.examples import row_table
from deepdive.recipes.tabular.ensemble import Member
from deepdive.recipes.tabular.rows import whole

_COLUMNS = 6
"""Columns of a row that a report shows, the first ones."""


def table_evaluations(
    table: pl.DataFrame, members: Sequence[tuple[Rows, Member]], ignore: Sequence[str], device: torch.device
) -> list[Evaluation]:
    """That of the test rows, or of the validation rows where there are none, each predicted by the network of its fold.

    ``members`` are the networks with the rows that each learnt from and is tested on.
    """
    part: Part = "test" if any(len(rows.test) for rows, _ in members) else "val"
    held = [(rows.train, getattr(rows, part), member) for rows, member in members if len(getattr(rows, part))]
    if not held:
        return []
    name = held[0][2].target.name
    outputs = [member.outputs(table[rows.numpy()], device) for _, rows, member in held]
    describe = describer(table, torch.cat([rows for _, rows, _ in held]), ignore, name)
    folds = [_fold(table, train, rows, member) for train, rows, member in held]
    target = held[0][2].target
    if isinstance(target, ClassTarget):
        true = torch.cat([fold.test for fold in folds])
        show = row_table(describe)
        return [ClassEvaluation(target.classes, true, torch.cat(outputs), folds, part=part, what="rows", show=show)]
    return [_numbers(table, held, outputs, folds, part, describe)]


def _numbers(
    table: pl.DataFrame,
    held: Sequence[tuple[Tensor, Tensor, Member]],
    outputs: Sequence[Tensor],
    folds: Sequence[Fold],
    part: Part,
    describe: Callable[[int], dict[str, object]],
) -> NumberEvaluation:
    targets = [_numeric(member.target) for _, _, member in held]
    first = targets[0]
    decode = [_decoder(target) for target in targets]
    # what networks give is on the scale of f(y)
    standard = [(out - target.column.mean) / target.column.std for out, target in zip(outputs, targets, strict=True)]
    predicted = torch.cat([back(z.flatten()) for back, z in zip(decode, standard, strict=True)])
    true = torch.cat([numbers(table[first.name][rows.numpy()]) for _, rows, _ in held])
    scale = first.scale if len(held) == 1 else None
    return NumberEvaluation(
        first.name,
        true,
        predicted,
        folds,
        decode=decode,
        part=part,
        what="rows",
        scale=scale,
        log=first.column.log,
        describe=describe,
    )


def _fold(table: pl.DataFrame, train: Tensor, test: Tensor, member: Member) -> Fold:
    column, prepared = table[member.target.name], member.prepared

    def inputs() -> tuple[Any, Any]:
        learnt, tested = (prepared.preprocessor.transform(table[rows.numpy()]).numpy() for rows in (train, test))
        return learnt, tested

    learnt, tested = (member.target.encode(column[rows.numpy()]) for rows in (train, test))
    return Fold(learnt, tested, inputs)


def _decoder(target: NumericTarget) -> Callable[[Tensor], Tensor]:
    return lambda z: numbers(target.decode(z.double()[:, None]))


def _numeric(target: Target) -> NumericTarget:
    if not isinstance(target, NumericTarget):
        raise ValueError(f"target {target.name!r} must hold numbers in every fold")
    return target


def numbers(column: pl.Series) -> Tensor:
    """A column as numbers in double precision."""
    return torch.from_numpy(column.cast(pl.Float64).to_numpy(writable=True))


def output_evaluation(
    target: Target,
    output: Tensor,
    fold: Fold,
    true: pl.Series,
    describe: Callable[[int], dict[str, object]],
    words: dict[str, Any],
) -> Evaluation:
    """That of one output of several, as the network gives it; ``words`` say which part it is of."""
    if isinstance(target, ClassTarget):
        p, show = output.double().softmax(dim=1), row_table(describe)
        return ClassEvaluation(target.classes, fold.test, p, [fold], output=target.name, show=show, **words)
    decode, words = _decoder(target), words | {"scale": target.scale, "log": target.column.log}
    predicted = decode(output.flatten())
    found = NumberEvaluation(target.name, numbers(true), predicted, [fold], [decode], output=target.name, **words)
    return replace(found, describe=describe)


def describer(
    table: pl.DataFrame, rows: Tensor, ignore: Sequence[str], *targets: str
) -> Callable[[int], dict[str, object]]:
    """What tells a row: its number in the table, the columns not learnt from, and the first of the others."""
    others = [name for name in table.columns if name not in (*targets, *ignore)]
    shown = [*ignore, *others[:_COLUMNS]]
    columns = {name: whole(table[name]) for name in shown}

    def describe(i: int) -> dict[str, object]:
        row = int(rows[i])
        return {apart("row", shown): row + 1, **{name: column[row] for name, column in columns.items()}}

    return describe
