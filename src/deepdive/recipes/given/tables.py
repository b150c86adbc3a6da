"""Tables to be predicted for: files, folders, rows, data frames."""

from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from deepdive.data.delimited import SUFFIXES, suffix_of
from deepdive.recipes.given.files import files_below, one_by_one, path_of

if TYPE_CHECKING:
    from deepdive.data.tables.memory import NamedTable

_KINDS = "tables: files, rows (a mapping for each), columns by name, or data frames"


class TakesTables:
    """An experiment that predicts for the rows of tables."""

    takes: ClassVar[str] = (
        "tables with the columns learnt from (no others count, nor does the target): CSV, TSV, white-space separated "
        "text, also .gz, .bz2, .xz, .zip, or Parquet; a folder stands for all tables below it"
    )

    def given(self, inputs: Any) -> "list[Path | NamedTable]":
        """Files by their paths, and tables in memory; see `deepdive.data.tables.memory.table_in`."""
        from deepdive.data.tables.memory import is_table_value, table_in

        if is_table_value(inputs):
            return [table_in(inputs)]
        found: list[Path | NamedTable] = []
        for number, each in enumerate(one_by_one(inputs), start=1):
            if is_table_value(each):
                found.append(table_in(each, f"table {number}"))
            else:
                found += table_files(path_of(each, _KINDS))
        return found


def table_files(path: Path) -> list[Path]:
    """The file; of a folder all tables below it.

    Raises:
        ValueError: a folder holds none.
    """
    if not path.is_dir():
        return [path]
    known = {*SUFFIXES, ".parquet"}
    return files_below(path, lambda name: suffix_of(name) in known, f"table ({', '.join(sorted(known))})")
