"""Tables: reading, checking and preparing rows of numbers and words for a network."""

try:
    import polars as _polars  # noqa: F401
except ImportError as error:
    raise ImportError('tables need polars; install it with: pip install "deepdive[tables]"') from error

from deepdive.data.tables.builtin import TABLES as TABLES
from deepdive.data.tables.builtin import read_named as read_named
from deepdive.data.tables.columns import CategoricalColumn as CategoricalColumn
from deepdive.data.tables.columns import NumericColumn as NumericColumn
from deepdive.data.tables.kinds import MISSING as MISSING
from deepdive.data.tables.memory import NamedTable as NamedTable
from deepdive.data.tables.module import TableDataModule as TableDataModule
from deepdive.data.tables.preprocessing import TablePreprocessor as TablePreprocessor
from deepdive.data.tables.reading import read_table as read_table
from deepdive.data.tables.targets import ClassTarget as ClassTarget
from deepdive.data.tables.targets import NumericTarget as NumericTarget
from deepdive.data.tables.targets import fit_target as fit_target
from deepdive.data.tables.targets import infer_kind as infer_kind
