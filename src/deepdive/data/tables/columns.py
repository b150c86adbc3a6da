"""What is known of one column of a table once it has been seen in training: how it becomes numbers, and back."""

import math
from dataclasses import dataclass

import polars as pl

SKEWED = 1.0
"""Skewness from which a column counts as skewed."""
_WORDS = "words"
"""What a column is called while it is looked at: a name such as * is a pattern where columns are asked for by name."""


@dataclass(frozen=True, slots=True)
class NumericColumn:
    """A column of numbers: ``z = (f(x) - mean) / std``, and 0, the mean, where ``x`` is missing.

    ``f`` is the identity, or with ``log`` the symmetric logarithm ``sign(x) log(1 + |x|)``, which every number has.
    With ``indicator`` a second feature is 1 where ``x`` is missing, else 0.
    """

    name: str
    mean: float
    """Of ``f(x)`` over the training rows that have a value."""
    std: float
    """Its standard deviation there (of the population)."""
    log: bool = False
    indicator: bool = False

    @classmethod
    def fit(cls, column: pl.Series, *, log: bool = False, indicator: bool = False) -> "NumericColumn":
        """Learn mean and standard deviation from a training column of at least two different values.

        Raises:
            ValueError: the values are all equal to a double's precision, or so large that their standard deviation is
                infinite.
        """
        mean, std = mean_and_std(column, log=log)
        if not math.isfinite(std) or std == 0:
            raise ValueError(
                f"column {column.name!r} has mean {mean} and standard deviation {std}; it cannot be standardised"
            )
        return cls(column.name, mean, std, log, indicator and column.null_count() > 0)

    def encode(self, column: pl.Series) -> pl.Series:
        """``z``, without nulls."""
        values = _symmetric_log(column) if self.log else column
        return ((values - self.mean) / self.std).fill_null(0.0)

    def decode(self, z: pl.Series) -> pl.Series:
        """``x`` of ``z``."""
        values = z.cast(pl.Float64) * self.std + self.mean
        return (values.sign() * (values.abs().exp() - 1) if self.log else values).alias(self.name)


@dataclass(frozen=True, slots=True)
class CategoricalColumn:
    """A column of words: code 0 for one never seen in training, then 1, 2, ... for ``levels``.

    A missing value is a level of its own, the last one, where training has any; else it is unknown.
    """

    name: str
    categories: tuple[str, ...]
    missing: bool
    """Whether training has missing values."""

    @classmethod
    def fit(cls, column: pl.Series, *, limit: int) -> "CategoricalColumn":
        """Learn the ``limit`` most frequent words of a training column; the others count as unknown."""
        counts = column.alias(_WORDS).drop_nulls().value_counts(name="count")
        kept = counts.sort(["count", _WORDS], descending=[True, False])[_WORDS].head(limit).sort()
        return cls(column.name, tuple(kept.to_list()), column.null_count() > 0)

    @property
    def levels(self) -> tuple[str | None, ...]:
        """Categories in alphabetical order, and ``None`` for missing."""
        return (*self.categories, *([None] if self.missing else []))

    def encode(self, column: pl.Series) -> pl.Series:
        """Codes, 0 to ``len(levels)``."""
        absent = len(self.levels) if self.missing else 0
        numbers = range(1, len(self.categories) + 1)
        words = pl.col(_WORDS)
        known = words.replace_strict(self.categories, numbers, default=0, return_dtype=pl.Int64)
        codes = pl.when(words.is_null()).then(absent).otherwise(known)
        return pl.DataFrame({_WORDS: column}).select(codes).to_series().alias(column.name)

    def decode(self, codes: pl.Series) -> pl.Series:
        """Words of codes; null for unknown."""
        words = pl.Series([None, *self.levels], dtype=pl.String)
        return words.gather(codes).alias(self.name)


def mean_and_std(column: pl.Series, *, log: bool = False) -> tuple[float, float]:
    """Mean and standard deviation (of the population) of what is not missing, NaN where everything is."""
    values = _symmetric_log(column) if log else column
    mean, std = values.mean(), values.std(ddof=0)
    return (mean, std) if isinstance(mean, float) and isinstance(std, float) else (math.nan, math.nan)


def _symmetric_log(values: pl.Series) -> pl.Series:
    """``sign(x) log(1 + |x|)``."""
    return values.sign() * (values.abs() + 1).log()
