"""Which columns of a table hold numbers and which hold words, and what is neither."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass

import polars as pl
from polars.selectors import by_name

MISSING = ("", "NA", "N/A", "n/a", "NaN", "nan", "null", "NULL", "<NA>", "#N/A", "?")
"""How tables write that a value is missing. ``None`` is not among them: many a table means a category by it."""
_EXACT = 2.0**53
"""From here on, not every whole number is a double."""
_GROUPED = r"[1-9]\d{0,2}(?:[.,'’_ \u00a0\u202f\u2009]\d{3})+(?:[.,]\d+)?|\d+,\d+"
_MONEY = r"[$€£¥₹%‰]"
_PLAIN = rf"(?:{_GROUPED}|\d+(?:\.\d+)?)"
_FOR_READERS = rf"^(?:[+\-−]?{_MONEY}?\s?[+\-−]?{_PLAIN}\s?{_MONEY}?|\({_PLAIN}\))$"
"""Numbers as people write them: 1.234,5 and 1,234.5, 1 234, 12 %, $5, (5) and a true minus sign."""
_WITH_UNIT = r"^[+\-−]?\d+(?:[.,]\d+)*\s?[^\W\d_]{1,8}(?:[/.][^\W\d_]*)?[²³]?$"
"""5 kg, 12km/h."""
_THOUSANDS = r"^[+-]?[1-9]\d{0,2}\.\d{3}$"
"""1.007, which may be a thousand and seven where a comma is the point."""
_CODE = r"^[+-]?0\d+$"
"""A number that begins with a zero, as codes do."""
_MANY = 0.5
"""The part of a column's words that must look like numbers for it to be meant as one of numbers."""


@dataclass(frozen=True)
class ColumnKinds:
    """Makes columns of ``Float64`` or ``String``, missing values null."""

    where: Callable[[int], str]
    """The place of a row, counted from 0, as errors call it."""
    note: Callable[[str], object]
    semicolons: bool = False
    """Whether these separate the cells, as where a comma is the decimal point."""
    declare: Callable[[str], str] = lambda name: f"name {name!r} in text"
    """How to say of a column that its numbers are codes or names, as a command; empty where that cannot be said."""
    leave_out: Callable[[str], str] = lambda name: "leave the column out"
    """How to say of a column that nobody learns from it, as a command."""

    def frame(self, frame: pl.DataFrame, *, text: Collection[str] = (), spared: Collection[str] = ()) -> pl.DataFrame:
        """All columns of a table, see `of`: those of plain numbers at once, as calls for each take far longer."""
        words = [each.name for each in frame if each.dtype == pl.String and each.name not in text]
        found = {}
        if words and not self.semicolons:
            written = _written(words)
            numbers = written.cast(pl.Float64, strict=False)
            plain = (numbers.abs() < _EXACT) & ~written.str.contains(_CODE) | written.is_null()
            sure = frame.select(plain.fill_null(False).all() & written.is_not_null().any()).row(0)
            if names := [name for name, each in zip(words, sure, strict=True) if each]:
                found = {column.name: column for column in frame.select(_written(names).cast(pl.Float64))}
        return pl.DataFrame(
            [
                found[each.name]
                if each.name in found
                else self.of(each, text=each.name in text, ignored=each.name in spared)
                for each in frame
            ]
        )

    def of(self, column: pl.Series, *, text: bool = False, ignored: bool = False) -> pl.Series:
        """The column: words if ``text`` says so or they are no numbers; of an ``ignored`` one nothing is demanded.

        Raises:
            ValueError: see `read_table`.

        """
        kind = column.dtype
        if kind.is_numeric():
            if text:
                return _as_words(column)
            numbers = column.cast(pl.Float64).fill_nan(None)
            return self._spared(numbers, column) if ignored else self._checked(numbers, column)
        if kind == pl.Null or kind == pl.Boolean or isinstance(kind, pl.Categorical | pl.Enum):
            return column.cast(pl.String)
        if ignored and kind.is_temporal():
            return column.cast(pl.String)
        if ignored and kind != pl.String:
            return pl.Series(column.name, [None if value is None else str(value) for value in column], dtype=pl.String)
        if kind != pl.String:
            raise ValueError(
                f"{self.where(0)}: column {column.name!r} holds {kind}; only numbers and words can be used: "
                f"{self.leave_out(column.name)} or convert it, e.g. a date to days"
            )
        words = column.str.strip_chars().replace(MISSING, None)
        if text or words.null_count() == len(words):
            return words
        numbers = words.cast(pl.Float64, strict=False)
        bad = words.is_not_null() & numbers.is_null()
        numbers = numbers.fill_nan(None)  # NAN and -nan are no words that a table lists as missing, but mean it
        if ignored:
            return words if bad.any() else self._spared(numbers, words)
        if not bad.any():
            self._note_codes(words)
            return self._checked(numbers, words)
        return self._words(words, bad)

    def _words(self, words: pl.Series, bad: pl.Series) -> pl.Series:
        """A column in which not all are numbers: of words, unless most are numbers or look like them."""
        known = len(words) - words.null_count()
        numeric = known - int(bad.sum())
        row = int(bad.arg_max() or 0)
        place = f"{self.where(row)}: column {words.name!r}"
        if numeric > bad.sum():
            raise ValueError(
                f"{place} mixes numbers and words: {_shown(repr(words[row]))}, but {numeric} of {known} values are "
                f"numbers; {self._or('correct it', 'write NA for a missing value', *self._declared(words.name))}"
            )
        others = words.filter(bad)
        if numeric + int(others.str.contains(_FOR_READERS).sum()) > _MANY * known:
            raise ValueError(
                f"{place} must hold numbers as 1234.5, got {_shown(repr(words[row]))}; "
                + self._or(
                    "take off separators of thousands, signs of currency and percent",
                    "write a point for a decimal comma",
                    *self._declared(words.name),
                )
            )
        if numeric + int(others.str.contains(_WITH_UNIT).sum()) > _MANY * known:
            self.note(
                f"column {words.name!r} is taken for words, though most begin with a number: {_shown(repr(words[row]))}"
            )
        return words

    def _note_codes(self, words: pl.Series) -> None:
        zeros = words.str.contains(_CODE).fill_null(False)
        if zeros.any():
            row = int(zeros.arg_max() or 0)
            declare = self.declare(words.name)
            self.note(
                f"column {words.name!r} is taken for numbers: {words[row]} is {float(words[row]):g}"
                + (f"; {declare} if these are codes" if declare else "")
            )
        known = words.drop_nulls()
        if self.semicolons and known.str.contains(_THOUSANDS).all():
            self.note(
                f"column {words.name!r} is read as numbers with three decimals: {known[0]} is {float(known[0]):g}; if "
                "the point separates thousands, take it off"
            )

    def _checked(self, numbers: pl.Series, written: pl.Series) -> pl.Series:
        infinite = numbers.is_infinite().fill_null(False)
        if infinite.any():
            row = int(infinite.arg_max() or 0)
            raise ValueError(
                f"{self.where(row)}: column {numbers.name!r} must hold finite numbers, got {_shown(written[row])} "
                "(infinite, or too large for a double)"
            )
        huge = numbers.abs().fill_null(0) >= _EXACT
        if not huge.any():
            return numbers
        if written.dtype == pl.String:  # 2^53 + 1 is 2^53 as a double
            whole = written.fill_null("").str.contains(r"^[+-]?\d+(?:\.0*)?$")
            huge = huge & whole & ~written.fill_null("").str.contains(rf"^[+-]?0*{int(_EXACT)}(?:\.0*)?$")
        elif written.dtype.is_integer():
            huge = ((written > int(_EXACT)) | (written < -int(_EXACT))).fill_null(False)
        else:
            return numbers
        if huge.any():
            row = int(huge.arg_max() or 0)
            declare = self.declare(numbers.name)
            raise ValueError(
                f"{self.where(row)}: column {numbers.name!r} must hold whole numbers up to 2^53, beyond which a double "
                f"does not hold every one, got {_shown(written[row])}; "
                f"{self._or(self.leave_out(numbers.name), f'{declare} if it is a code' if declare else '')}"
            )
        return numbers

    def _spared(self, numbers: pl.Series, written: pl.Series) -> pl.Series:
        """Numbers where a double holds every one of them and is written as it is, else words."""
        if written.dtype == pl.String and written.str.contains(_CODE).any():
            return written
        try:
            return self._checked(numbers, written)
        except ValueError:
            return _as_words(written)

    def _declared(self, name: str) -> tuple[str, str]:
        return self.leave_out(name), self.declare(name)

    @staticmethod
    def _or(*ways: str) -> str:
        *some, last = (way for way in ways if way)
        return f"{', '.join(some)}{',' if len(some) > 1 else ''} or {last}" if some else last


def _shown(value: object, most: int = 60) -> str:
    """A value as errors have it: it may be a whole text."""
    text = str(value)
    return text if len(text) <= most else f"{text[:most]}..."


def _as_words(column: pl.Series) -> pl.Series:
    """Numbers as words: ``20`` for ``20.0``; words as they are."""
    if column.dtype.is_float():
        column = column.fill_nan(None)
        whole = column.drop_nulls()
        if (whole == whole.round()).all() and (whole.abs() <= _EXACT).all():
            column = column.cast(pl.Int64)
    return column.cast(pl.String)


def _written(names: Sequence[str]) -> pl.Expr:
    """The words of columns, without what stands for a missing one; to ``pl.col`` a name such as * is a pattern."""
    return by_name(names).str.strip_chars().replace(MISSING, None)
