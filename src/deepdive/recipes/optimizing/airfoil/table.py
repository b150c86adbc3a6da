"""The columns of numbers of a table, standardised."""

from pathlib import Path

import polars as pl
import torch
from jaxtyping import Float
from torch import Tensor

from deepdive.data.progress import Report
from deepdive.data.tables.builtin import TABLES, read_named
from deepdive.data.tables.checks import check_columns, check_kind
from deepdive.data.tables.reading import read_table

_BOOK = 1500
"""Rows of the airfoil table that the book learns from: the first ones."""


def standardised(
    data: str, target: str | None, report: Report
) -> tuple[Float[Tensor, "n features"], Float[Tensor, " n"], list[str]]:
    """Features and target, each column of mean 0 and variance 1 over all rows, and what was left out.

    Raises:
        ValueError: the target holds no numbers, nothing else does, or there are fewer than two whole rows.
    """
    notes: list[str] = []
    named = TABLES.get(data)
    rows = read_named(data, report=report) if named else read_table(Path(data), note=notes.append)
    if target is None and named:
        target = named.targets[0]
    if target is not None:
        check_columns(rows, [target], "target")
        check_kind(rows[target], "numbers")
    numbers = rows.select(pl.col(pl.Float64))
    target = numbers.columns[-1] if target is None and numbers.columns else target
    whole = numbers.drop_nulls()
    if whole.height < 2:
        raise ValueError(f"{data} must have 2 or more rows without missing numbers, got {whole.height}")
    values = torch.from_numpy(whole.to_numpy(writable=True))
    deviation = values.std(0, correction=0)
    constant = [name for name, spread in zip(whole.columns, deviation.tolist(), strict=True) if not spread > 0]
    if target in constant:
        raise ValueError(f"target {target!r} must have different values, got the same in every row")
    features = [name for name in whole.columns if name not in (target, *constant)]
    if not features:
        raise ValueError(f"{data} must have a column of numbers besides {target!r}, got none")
    words = [name for name in rows.columns if name not in whole.columns]
    for what, left in (("of words", words), ("with the same number in every row", constant)):
        if left:
            notes.append(f"{data}: columns {what} are left out: {', '.join(left)}")
    if whole.height < rows.height:
        notes.append(f"{data}: {rows.height - whole.height} rows with missing numbers are left out")
    values = ((values - values.mean(0)) / deviation).float()[: _BOOK if data == "airfoil" else None]
    at = {name: i for i, name in enumerate(whole.columns)}
    return values[:, [at[name] for name in features]], values[:, at[str(target)]].contiguous(), notes
