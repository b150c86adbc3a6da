"""From a table to tensors and back, by what the training rows alone say (D2L section 2.2)."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

import msgspec
import polars as pl
import torch
from jaxtyping import Float, Int64
from torch import Tensor

from deepdive.data.tables.checks import check_columns, check_kind, numbered
from deepdive.data.tables.columns import SKEWED, CategoricalColumn, NumericColumn, mean_and_std


class TablePreprocessor:
    """Standardised numbers and one-hot categories, fitted on the training rows and applied to any others.

    Numbers become ``(x - mean) / std`` and 0 where missing (see `NumericColumn`), words one feature per category, with
    missing as one of them (see `CategoricalColumn`); a category never seen in training has zeros everywhere. Columns
    that tell nothing (all missing, constant, a different word in every row) are left out and named in ``notes``.

    Source: D2L section 2.2 and 5.7.2.
    """

    def __init__(
        self,
        numeric: Sequence[NumericColumn],
        categorical: Sequence[CategoricalColumn],
        notes: Sequence[str] = (),
    ) -> None:
        self.numeric = tuple(numeric)
        self.categorical = tuple(categorical)
        self.notes = tuple(notes)
        """What was left out in fitting, and why."""

    @classmethod
    def fit(
        cls,
        train: pl.DataFrame,
        *,
        log: bool | Sequence[str] = False,
        indicators: bool = False,
        max_categories: int = 100,
    ) -> "TablePreprocessor":
        """Learn from the training rows: a table of ``Float64`` and ``String`` columns as `read_table` gives.

        Args:
            train: the rows to learn from, without the target.
            log: the columns to take the symmetric logarithm of; ``True``: those whose skewness exceeds 1.
            indicators: whether a column with missing numbers gets a second feature that tells where.
            max_categories: how many categories of a column are told apart, the most frequent ones.

        Raises:
            ValueError: there are no rows, no column that tells something, ``log`` names a column that is not there or
                holds words, or ``max_categories`` is less than 1.

        """
        if max_categories < 1:
            raise ValueError(f"max_categories is {max_categories}; it must be at least 1")
        if not train.height:
            raise ValueError("train has no rows; there is nothing to learn from")
        if not isinstance(log, bool):
            check_columns(train, log, "log")
            for name in log:
                check_kind(train[name], "numbers")
        numeric: list[NumericColumn] = []
        categorical: list[CategoricalColumn] = []
        notes: list[str] = []
        for column in train:
            if reason := _useless(column):
                notes.append(f"column {column.name!r} is left out: {reason}")
            elif column.dtype == pl.Float64:
                logarithmic = log and _skewed(column) if isinstance(log, bool) else column.name in log
                if mean_and_std(column, log=logarithmic)[1] == 0:
                    notes.append(
                        f"column {column.name!r} is left out: its values differ by less than a double can tell"
                    )
                else:
                    numeric.append(NumericColumn.fit(column, log=logarithmic, indicator=indicators))
            else:
                check_kind(column, "words")
                categorical.append(CategoricalColumn.fit(column, limit=max_categories))
                if (distinct := column.drop_nulls().n_unique()) > max_categories:
                    rest = distinct - max_categories
                    notes.append(f"column {column.name!r}: the {rest} rarest of {distinct} categories count as unknown")
        if not numeric and not categorical:
            raise ValueError(f"no column can be learnt from; {'; '.join(notes) or 'there are none'}")
        return cls(numeric, categorical, notes)

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns that a table must have."""
        return tuple(column.name for column in (*self.numeric, *self.categorical))

    @property
    def numeric_names(self) -> tuple[str, ...]:
        """The names of the numeric features: ``area``, and ``area missing`` behind it where it has an indicator."""
        return tuple(
            name
            for column in self.numeric
            for name in (column.name, *([f"{column.name} missing"] if column.indicator else []))
        )

    @property
    def feature_names(self) -> tuple[str, ...]:
        """The names of the features in the order of ``transform``'s columns: numbers, then ``column=category``."""
        levels = (f"{c.name}={'missing' if v is None else v}" for c in self.categorical for v in c.levels)
        return (*self.numeric_names, *levels)

    @property
    def cardinalities(self) -> tuple[int, ...]:
        """The number of codes of each categorical column, the unknown one included: the sizes of embeddings."""
        return tuple(len(column.levels) + 1 for column in self.categorical)

    def transform(self, table: pl.DataFrame) -> Float[Tensor, "rows features"]:
        """All features of every row in single precision; ``table`` may have other columns too.

        Raises:
            ValueError: a column is missing or holds words in place of numbers; names it.

        """
        numbers, codes = self.transform_codes(table)
        hot = [
            torch.nn.functional.one_hot(codes[:, i], size)[:, 1:]  # unknown, code 0, is no feature
            for i, size in enumerate(self.cardinalities)
        ]
        return torch.cat([numbers, *(block.float() for block in hot)], dim=1)

    def transform_codes(
        self, table: pl.DataFrame
    ) -> tuple[Float[Tensor, "rows numeric"], Int64[Tensor, "rows categorical"]]:
        """Numeric features, and categories as codes for embeddings: 0 is unknown, below ``cardinalities``.

        Raises:
            ValueError: as `transform`.

        """
        check_columns(table, self.columns)
        numbers: list[pl.Series] = []
        for column in self.numeric:
            values = check_kind(table[column.name], "numbers")
            numbers.append(column.encode(values))
            if column.indicator:
                numbers.append(values.is_null().cast(pl.Float64))
        codes = [column.encode(check_kind(table[column.name], "words")) for column in self.categorical]
        return (
            _stacked(numbers, table.height, torch.float32),
            _stacked(codes, table.height, torch.int64),
        )

    def inverse_transform(self, features: Float[Tensor, "rows features"]) -> pl.DataFrame:
        """The table of features: columns in the order of ``columns``, without those that were left out.

        A missing number comes back as missing where it has an indicator, else as the mean; a category as the largest of
        its features, null if none is positive.

        Raises:
            ValueError: the number of features is not that of ``feature_names``.

        """
        if features.shape[1] != len(self.feature_names):
            raise ValueError(f"features has {features.shape[1]} columns; there must be {len(self.feature_names)}")
        values, at = features.detach().cpu(), 0
        found: list[pl.Series] = []
        for column in self.numeric:
            numbers = column.decode(pl.Series(values[:, at].numpy()))
            at += 1
            if column.indicator:
                numbers = numbers.zip_with(
                    pl.Series((values[:, at] < 0.5).numpy()), pl.Series([None], dtype=pl.Float64)
                )
                at += 1
            found.append(numbers.alias(column.name))
        for column, size in zip(self.categorical, self.cardinalities, strict=True):
            block = values[:, at : at + size - 1]
            best, where = block.max(dim=1)
            found.append(column.decode(pl.Series(torch.where(best > 0, where + 1, 0).numpy())))
            at += size - 1
        return pl.DataFrame(found)

    def describe(self, table: pl.DataFrame) -> tuple[str, ...]:
        """What of a new table the network has never seen, with the number of rows."""
        check_columns(table, self.columns)
        notes: list[str] = []
        for column in self.categorical:
            values = check_kind(table[column.name], "words")
            unknown = values.filter((column.encode(values) == 0) & values.is_not_null())
            if len(unknown):
                words = ", ".join(map(repr, unknown.unique(maintain_order=True).head(3)))
                notes.append(
                    f"{column.name}: {numbered(len(unknown), 'row')} of categories unknown in training: {words}"
                )
            if (absent := values.null_count()) and not column.missing:
                notes.append(f"{column.name}: missing in {numbered(absent, 'row')}, in training never")
        gaps = {c.name: absent for c in self.numeric if (absent := table[c.name].null_count())}
        if gaps:
            places = ", ".join(f"{name} in {numbered(absent, 'row')}" for name, absent in gaps.items())
            notes.append(f"missing numbers taken as the mean: {places}")
        return tuple(notes)

    def to_json(self) -> dict[str, Any]:
        """Plain data that `from_json` reads."""
        return {
            "numeric": [asdict(column) for column in self.numeric],
            "categorical": [asdict(column) for column in self.categorical],
            "notes": list(self.notes),
        }

    @classmethod
    def from_json(cls, content: Mapping[str, Any]) -> "TablePreprocessor":
        """The preprocessor of plain data.

        Raises:
            ValueError: something is missing or of another type; names it.

        """
        try:
            return cls(
                msgspec.convert(content["numeric"], list[NumericColumn]),
                msgspec.convert(content["categorical"], list[CategoricalColumn]),
                msgspec.convert(content["notes"], list[str]),
            )
        except (KeyError, TypeError, msgspec.ValidationError) as error:
            raise ValueError(f"not a table preprocessor: {error}") from error


def _stacked(columns: Sequence[pl.Series], rows: int, dtype: torch.dtype) -> Tensor:
    if not columns:
        return torch.empty(rows, 0, dtype=dtype)
    return torch.stack([torch.from_numpy(column.to_numpy(writable=True)) for column in columns], dim=1).to(dtype)


def _useless(column: pl.Series) -> str:
    """Why a column tells nothing; empty if it may."""
    present = column.drop_nulls()
    if not len(present):
        return "all its values are missing"
    distinct = present.n_unique()
    if distinct == 1 and (column.dtype == pl.Float64 or len(present) == len(column)):
        return f"all its values are {present[0]!r}"
    if column.dtype == pl.String and distinct == len(column) > 2:
        return "every value is different"
    return ""


def _skewed(column: pl.Series) -> bool:
    skewness = column.skew()
    return skewness is not None and math.isfinite(skewness) and skewness > SKEWED
