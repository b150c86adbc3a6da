"""Settings of the recipes that read a series, and how they read it. Free of torch."""

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from deepdive.recipes.ranges import Checked
from deepdive.recipes.settings import make_paths_absolute


@dataclass(frozen=True)
class SeriesSettings(Checked):
    """Which series, and what becomes of rows that are not as they should be."""

    group = "data"

    data: str
    """A named series (deepdive data list), or a file with a column of numbers: CSV, TSV, white space, Parquet."""
    column: str | None = None
    """The column to read; that of the named series, or the only one with numbers, if not given."""
    time: str | None = None
    """The column that tells the time of a row; found by its name, or by what it holds, if not given."""
    delimiter: str | None = None
    """Delimiter of a text file: one character, or comma, semicolon, tab, space, bar, whitespace; found in its header if
    not given."""
    gaps: Literal["refuse", "interpolate"] = "refuse"
    """What happens to rows without a value: an error, or a value between its neighbours."""
    order: Literal["refuse", "sort", "keep"] = "refuse"
    """What happens to rows that are not in the order of time: an error, sorted by their times, or kept as they are."""

    def _settle(self) -> None:
        super()._settle()
        make_paths_absolute(self, "data", where=Path.is_file)
