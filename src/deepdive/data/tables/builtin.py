"""Reading the tables of the registry."""

from dataclasses import dataclass

import polars as pl

from deepdive.data.fetching import fetch
from deepdive.data.progress import Report
from deepdive.data.tables.reading import read_table


@dataclass(frozen=True, slots=True)
class NamedTable:
    """How a table of the registry is read, and what it is for."""

    file: str
    """The file that has the target."""
    targets: tuple[str, ...]
    """What is usually predicted."""
    columns: tuple[str, ...] | None = None
    """Names for a file without a header."""
    text: tuple[str, ...] = ()
    """Numbers that are codes of categories."""
    ignore: tuple[str, ...] = ()
    """What must not be learnt from, such as the number of a row."""
    unlabelled: str | None = None
    """Another file with the same columns but the target, to be predicted."""


TABLES = {
    "airfoil": NamedTable(
        "airfoil_self_noise.dat",
        targets=("sound pressure level",),
        columns=(
            "frequency",
            "angle of attack",
            "chord length",
            "free-stream velocity",
            "displacement thickness",
            "sound pressure level",
        ),
    ),
    "kaggle-house": NamedTable(
        "kaggle_house_pred_train.csv",
        targets=("SalePrice",),
        text=("MSSubClass",),
        ignore=("Id",),
        unlabelled="kaggle_house_pred_test.csv",
    ),
    "california": NamedTable("california_housing.parquet.brotli", targets=("MedHouseVal",)),
    "adult": NamedTable("adult.parquet.brotli", targets=("income",)),
}
"""Every table of the registry by its name."""


def read_named(name: str, file: str | None = None, *, report: Report | None = None) -> pl.DataFrame:
    """A table of the registry, obtained first if need be; ``file`` is another one of its files.

    Raises:
        ValueError: no table has that name.
        DataUnavailableError: no source has it; the message lists each.

    """
    if name not in TABLES:
        raise ValueError(f"{name!r} is no table of the registry; these are: {', '.join(TABLES)}")
    table = TABLES[name]
    return read_table(fetch(name, report=report)[file or table.file], columns=table.columns, text=table.text)
