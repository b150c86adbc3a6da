"""Text files with one row per line: comma, tab or white space between the values, as a frame of words."""

import csv
import io
import re
from collections.abc import Sequence
from pathlib import Path

import polars as pl

WHITESPACE = "whitespace"
"""The name of the delimiter that is any run of spaces and tabs."""
DELIMITERS = {".csv": ",", ".tsv": "\t", ".tab": "\t", ".dat": WHITESPACE, ".txt": WHITESPACE}
_NAMED = {"comma": ",", "semicolon": ";", "tab": "\t", "space": " ", "bar": "|", "whitespace": WHITESPACE}
_WORDS = {character: name for name, character in _NAMED.items()}


def read_text(path: Path, *, delimiter: str | None = None, columns: Sequence[str] | None = None) -> pl.DataFrame:
    """The table of a text file, every value a stripped string, an empty one null; blank lines are passed over.

    Args:
        path: the file.
        delimiter: one character, or its name (comma, semicolon, tab, space, bar, whitespace); by the suffix if not
            given.
        columns: the names of the columns of a file that has no header.

    Raises:
        FileNotFoundError: there is no such file.
        ValueError: it is empty or not UTF-8, has another delimiter, no rows, rows of different lengths, a quote that
            is not closed, or names that are empty or double.

    """
    text = _decoded(path)
    mark = _delimiter(path, delimiter)
    if mark == WHITESPACE:
        # Quotes are letters like any other here, and whatever separates becomes one tab.
        lines = [re.sub(r"[ \t]+", "\t", line.strip()) for line in text.splitlines()]
        text, mark, quote = "\n".join(lines), "\t", None
    else:
        quote = '"'
    names, blank = _checked(path, text, mark, quote, columns)
    try:
        frame = pl.read_csv(
            io.BytesIO(text.encode()),
            has_header=columns is None,
            new_columns=names,
            separator=mark,
            quote_char=quote,
            infer_schema=False,
        )
    except pl.exceptions.PolarsError as error:
        raise ValueError(f"{path} cannot be read as a table: {str(error).splitlines()[0]}") from error
    if blank:
        frame = frame.filter(~pl.int_range(pl.len()).is_in(blank))
    return frame.with_columns(pl.all().str.strip_chars().replace("", None))


def _decoded(path: Path) -> str:
    data = path.read_bytes()
    if not data.strip():
        raise ValueError(f"{path} is empty; it must hold a header and at least one row")
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise ValueError(f"{path} is UTF-16 (as spreadsheets write 'Unicode text'); save it as UTF-8")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        byte, line = error.object[error.start], error.object[: error.start].count(b"\n") + 1
        raise ValueError(
            f"{path} is not UTF-8: byte 0x{byte:02x} in line {line}; save it as UTF-8 (it may be Latin-1, or no text "
            "file at all but a spreadsheet or an archive)"
        ) from error


def _delimiter(path: Path, given: str | None) -> str:
    if given is None:
        if path.suffix.lower() not in DELIMITERS:
            known = ", ".join([*DELIMITERS, ".parquet"])
            raise ValueError(f"{path} has the suffix {path.suffix!r}; tables are {known}, or their delimiter is given")
        return DELIMITERS[path.suffix.lower()]
    mark = _NAMED.get(given, given)
    if mark != WHITESPACE and (len(mark) != 1 or not mark.isascii() or mark in '"\r\n'):
        raise ValueError(f"delimiter is {given!r}; it must be one ASCII character or one of {', '.join(_NAMED)}")
    return mark


def _checked(
    path: Path, text: str, mark: str, quote: str | None, columns: Sequence[str] | None
) -> tuple[list[str], list[int]]:
    """The columns' names, and which rows are blank lines; polars would fill up short rows without a word."""
    quoting = csv.QUOTE_NONE if quote is None else csv.QUOTE_MINIMAL
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=mark, quotechar=quote, quoting=quoting, strict=True)
    names, blank, rows = list(columns or ()), [], 0
    try:
        if columns is None:
            names = [name.strip() for name in next(reader)]
            _check_names(path, names, mark)
        for row in reader:
            if not row:
                blank.append(rows)
            elif len(row) != len(names):
                expected = "the header names" if columns is None else "columns names"
                raise ValueError(
                    f"{path}, line {reader.line_num}: {len(row)} values, but {expected} {len(names)} columns"
                    + _guess(text.partition("\n")[0], mark)
                )
            rows += 1
    except csv.Error as error:
        raise ValueError(f"{path}, line {reader.line_num}: {error}; is a quote not closed?") from error
    if rows == len(blank):
        raise ValueError(f"{path} has a header, but no rows")
    return names, blank


def _check_names(path: Path, names: list[str], mark: str) -> None:
    if len(names) == 1 and (guess := _guess(names[0], mark)):
        raise ValueError(f"{path} has one column, {names[0][:60]!r}{guess}")
    if "" in names:
        raise ValueError(
            f"{path}: column {names.index('') + 1} has no name; give it one in the first line (an index that a program "
            "wrote without a name is best left out)"
        )
    if double := next((name for name in names if names.count(name) > 1), None):
        raise ValueError(f"{path} has {names.count(double)} columns called {double!r}; names must be unique")


def _guess(line: str, mark: str) -> str:
    """What the delimiter may be, if not ``mark``."""
    other = next((character for character in ";\t,|" if character != mark and character in line), None)
    if other is None or mark in line:
        return ""
    return f"; it seems to be separated by {_WORDS[other]}, not {_WORDS.get(mark, mark)}: set delimiter {_WORDS[other]}"
