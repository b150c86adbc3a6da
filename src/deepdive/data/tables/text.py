"""Delimited text files as frames of words."""

import io

import polars as pl

from deepdive.data.delimited import Delimited


def words_of(text: Delimited) -> pl.DataFrame:
    """The rows of a delimited file, every value a stripped string, an empty one null."""
    names = list(text.columns)
    plain = text.cells.plain
    if plain is None:
        columns = {name: [row[i] for row in text.rows] for i, name in enumerate(names)}
        frame = pl.DataFrame(columns, schema=dict.fromkeys(names, pl.String))
    else:
        # No quote has a meaning and every row is of the right length: polars has nothing to decide.
        frame = pl.read_csv(
            io.BytesIO(plain.data),
            has_header=False,
            new_columns=names,
            separator=plain.mark,
            eol_char=plain.end,
            quote_char=None,
            infer_schema=False,
        )
    return frame.with_columns(pl.all().str.strip_chars().replace("", None))
