"""Series to be predicted for: files with a column, folders, numbers."""

from collections.abc import Sequence
from dataclasses import dataclass
from numbers import Real
from pathlib import Path
from typing import Any, ClassVar

import polars as pl

from deepdive.data.tables.memory import NamedTable, is_table_value, table_in
from deepdive.recipes.given.files import one_by_one, path_of
from deepdive.recipes.given.tables import table_files

_KINDS = "series: files, numbers from old to new, or tables"


@dataclass(frozen=True)
class NamedSeries:
    """Numbers in memory, from old to new, and what they are called where a file has its path."""

    path: Path
    values: tuple[float | None, ...]

    def table(self, column: str) -> NamedTable:
        """The numbers as the only column of a table."""
        return NamedTable(self.path, pl.DataFrame({column: pl.Series(self.values, dtype=pl.Float64)}))


class TakesSeries:
    """An experiment that predicts for series."""

    takes: ClassVar[str] = (
        "tables with the column learnt from, a series each: CSV, TSV, white-space separated text, also .gz, .bz2, .xz, "
        ".zip, or Parquet; a folder stands for all tables below it"
    )

    def given(self, inputs: Any) -> list[Path | NamedTable | NamedSeries]:
        """Files by their paths; numbers and tables in memory."""
        if is_table_value(inputs):
            return [table_in(inputs)]
        if (values := _numbers(inputs)) is not None:
            return [NamedSeries(Path("series 1"), values)]
        found: list[Path | NamedTable | NamedSeries] = []
        for number, each in enumerate(one_by_one(inputs), start=1):
            if is_table_value(each):
                found.append(table_in(each, f"table {number}"))
            elif (values := _numbers(each)) is not None:
                found.append(NamedSeries(Path(f"series {number}"), values))
            else:
                found += table_files(path_of(each, _KINDS))
        return found


def _numbers(value: Any) -> tuple[float | None, ...] | None:
    """The numbers of a list, an array, a tensor or a series, missing ones as ``None``; ``None`` for anything else."""
    plain = value.tolist() if hasattr(value, "tolist") else value.to_list() if hasattr(value, "to_list") else value
    if not isinstance(plain, Sequence) or isinstance(plain, str) or not plain:
        return None
    if not all(each is None or (isinstance(each, Real) and not isinstance(each, bool)) for each in plain):
        return None
    numbers = [None if each is None else float(each) for each in plain]
    return tuple(None if each is None or each != each else each for each in numbers)
