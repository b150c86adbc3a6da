import csv
import io
import math

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from deepdive.data.tables import MISSING, read_table


def test_numbers_and_words_are_told_apart(written):
    table = read_table(written('a,b,c\n1,x,2.5\n 2 ,"y, z",-1e3\n'))
    assert table.schema == {"a": pl.Float64, "b": pl.String, "c": pl.Float64}
    assert table.rows() == [(1.0, "x", 2.5), (2.0, "y, z", -1000.0)]


@pytest.mark.parametrize("word", MISSING)
def test_missing_values_are_null_in_numbers_and_in_words(written, word):
    table = read_table(written(f"a,b\n1,x\n{word},{word}\n3,y\n"))
    assert table.rows() == [(1.0, "x"), (None, None), (3.0, "y")]


def test_none_is_a_word(written):
    assert read_table(written("a\nNone\nNA\nBrick\n"))["a"].to_list() == ["None", None, "Brick"]


def test_other_separators(written):
    rows = [(1.0, "x"), (2.0, "y z")]
    assert read_table(written("a\tb\n1\tx\n2\ty z\n", "t.tsv")).rows() == rows
    assert read_table(written("a;b\n1;x\n2;y z\n"), delimiter="semicolon").rows() == rows
    assert read_table(written("a|b\n1|x\n2|y z\n"), delimiter="|").rows() == rows
    assert read_table(written("  a   b\n1 \t 2\r\n\n3   4  \n", "t.dat")).rows() == [(1.0, 2.0), (3.0, 4.0)]
    assert read_table(written("1 2\n3 4\n", "t.txt"), columns=("a", "b")).rows() == [(1.0, 2.0), (3.0, 4.0)]


def test_a_byte_order_mark_line_ends_and_blank_lines_do_no_harm(written):
    table = read_table(written("\ufeffa,b\r\n1,2\r\n\r\n3,4\r\n"))
    assert table.columns == ["a", "b"]
    assert table.rows() == [(1.0, 2.0), (3.0, 4.0)]
    assert read_table(written("a\n1\n\n3\n"))["a"].to_list() == [1.0, 3.0]


def test_a_quoted_field_may_hold_lines(written):
    assert read_table(written('a,b\n"two\nlines",1\nx,2\n'))["a"].to_list() == ["two\nlines", "x"]


def test_columns_may_be_declared_words(written):
    path = written("zip,code\n00501,1\n10001,A\n10002,2\n")
    assert read_table(path, text=("zip", "code"))["zip"].to_list() == ["00501", "10001", "10002"]


def test_integers_up_to_2_53_are_numbers(written):
    assert read_table(written("a\n9007199254740992\n-9007199254740992\n"))["a"].to_list() == [2.0**53, -(2.0**53)]


@pytest.mark.parametrize("word", ["NAN", "-nan", "Nan"])
def test_what_polars_reads_as_no_number_is_missing(written, word):
    assert read_table(written(f"a\n{word}\n2\n"))["a"].to_list() == [None, 2.0]


def test_an_ignored_column_may_hold_anything(written):
    path = written("id,v\n1,2\nx,3\n4,5\n")
    with pytest.raises(ValueError, match=r"f.csv:3: column 'id' mixes numbers and words"):
        read_table(path)
    spared = [("1", 2.0), ("x", 3.0), ("4", 5.0)]
    assert read_table(path, ignore=("id",)).rows() == read_table(path, only=("v",)).rows() == spared
    for odd, kept in (
        ("inf", "inf"),
        ("12345678901234567890", "12345678901234567890"),
        ("1.234,5", "1.234,5"),
        ("0", 0.0),
    ):
        table = read_table(written(f'id,v\n"{odd}",2\n1,3\n'), ignore=("id",))
        assert table["id"].to_list() == [kept, 1.0 if isinstance(kept, float) else "1"]
    frame = pl.DataFrame({"n": [2**60, 1], "x": [math.inf, 1.0], "v": [2, 3]})
    frame.write_parquet(path.with_name("f.parquet"))
    whole = read_table(path.with_name("f.parquet"), only=("v",))
    assert whole.rows() == [(str(2**60), "inf", 2.0), ("1", "1.0", 3.0)]


@pytest.mark.parametrize("rows", ["1\n2\nx\n", '"1,5"\n"2,5"\n', "12345678901234567890\n"])
def test_what_else_may_be_done_is_for_the_caller_to_say(written, rows):
    path = written(f"a\n{rows}")
    with pytest.raises(ValueError, match="or name 'a' in text"):
        read_table(path)
    with pytest.raises(ValueError, match="or fold 'a'"):
        read_table(path, declare=lambda name: f"fold {name!r}")
    with pytest.raises(ValueError, match=r"(value|comma|out)$") as caught:
        read_table(path, declare=lambda name: "")
    assert "categorical" not in str(caught.value)


def test_a_long_value_is_cut_in_errors(written):
    with pytest.raises(ValueError, match="mixes numbers and words: 'xxx") as caught:
        read_table(written("a\n1\n2\n" + "x" * 100_000 + "\n3\n"))
    assert len(str(caught.value)) < 400


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("a;b\n1;2\n", "is read as separated by semicolon, as its header has it"),
        ("zip\n00501\n10001\n", "column 'zip' is taken for numbers: 00501 is 501; name 'zip' in text if"),
        ("w\n5 kg\n7 kg\n", "column 'w' is taken for words, though most begin with a number: '5 kg'"),
        ('a,b\n"x\ny",1\n2,3\n', "has rows of several lines: 1, the longest from line 2 to 3"),
    ],
)
def test_what_may_surprise_is_noted(written, content, words):
    notes = []
    read_table(written(content), note=notes.append)
    assert any(words in note for note in notes)


def test_parquet_keeps_its_types(tmp_path):
    frame = pl.DataFrame({"i": [1, None], "f": [math.nan, 2.5], "s": ["x", "?"], "b": [True, False]})
    frame = frame.with_columns(pl.col("s").cast(pl.Categorical).alias("c"))
    frame.write_parquet(tmp_path / "t.parquet")
    table = read_table(tmp_path / "t.parquet")
    assert table["i"].to_list() == [1.0, None]
    assert table["f"].to_list() == [None, 2.5]
    assert table["s"].to_list() == ["x", None]
    assert table["b"].to_list() == ["true", "false"]
    assert table["c"].dtype == pl.String
    codes = read_table(tmp_path / "t.parquet", text=("i", "f"))
    assert codes["i"].to_list() == ["1", None]
    assert codes["f"].to_list() == [None, "2.5"]


BAD = {
    "empty": ("", "f.csv is empty; a text must hold more than white space"),
    "blank": (" \n\n", "f.csv is empty"),
    "no rows": ("a,b\n", "f.csv:1: rows must follow the header, got none"),
    "no header, numbers": ("1,2\n3,4\n", "the first line of .*f.csv looks like data, not like a header: 1, 2"),
    "no header, mixed": ("39,Private,5\n20,State,6\n30,Private,7\n", "looks like data"),
    "long row": ("a,b\n1,2\n3,4,5\n", "f.csv:3: row must have 2 fields as the header, got 3"),
    "short row": ("a,b\n1,2\n3\n", "f.csv:3: row must have 2 fields as the header, got 1"),
    "open quote": ('a,b\n"x,2\n3,4\n', "f.csv:2: a quote opens a cell here and is never closed"),
    "double name": ("a,b,a\n1,2,3\n", "f.csv:1: names of columns must be unique, got 2 called 'a'"),
    "no name": (
        ",a\n0,1\n",
        "f.csv:1: every column must have a name in the header, got none for column 1; give it one",
    ),
    "mixed": ("a\n1\n2\nx\n3\n", "f.csv:4: column 'a' mixes numbers and words: 'x', but 3 of 4 values are numbers"),
    "infinite": ("a,b\n1,2\n3,inf\n", "f.csv:3: column 'b' must hold finite numbers, got inf"),
    "overflow": (
        "a,b\n1,1e999\n",
        r"f.csv:2: column 'b' must hold finite numbers, got 1e999 \(infinite, or too large for a double\)",
    ),
    "huge": (
        "a\n1\n12345678901234567890\n",
        r"f.csv:3: column 'a' must hold whole numbers up to 2\^53, .*, got 12345678901234567890",
    ),
    "latin-1": (b"a,b\n1,caf\xe9\n", "f.csv is not UTF-8: 0xe9, byte 9 in line 2; save it as UTF-8"),
    "2^53 + 1": ("a\n1\n9007199254740993\n", "f.csv:3: .* up to 2.53, .*, got 9007199254740993"),
    "decimal comma": ("a;b\n1,5;x\n2,75;y\n", "f.csv:2: column 'a' must hold numbers as 1234.5, got '1,5'"),
    "thousands": (
        'a,b\nNA,x\n"1,234",x\n5,y\n"1,300",x\n',
        "f.csv:3: column 'a' must hold numbers as 1234.5, got '1,234'",
    ),
    "German": ("a;b\n1.234,5;x\n2.750,0;y\n", "f.csv:2: column 'a' must hold numbers .* got '1.234,5'"),
    "percent": ("a\n5%\n7 %\n", "f.csv:2: column 'a' must hold numbers .* got '5%'"),
    "money": ("a\n$5\n$-7.50\n", r"f.csv:2: column 'a' must hold numbers .* got '\$5'"),
    "true minus": ("a\n\u22125\n\u22126\n", "f.csv:2: column 'a' must hold numbers .* got '\u22125'"),
}


@pytest.mark.parametrize("case", BAD)
def test_what_is_wrong_with_a_file_is_said_in_one_line(written, case):
    content, message = BAD[case]
    with pytest.raises(ValueError, match=message) as caught:
        read_table(written(content))
    assert "\n" not in str(caught.value)


def test_what_is_no_table_file(written, tmp_path):
    with pytest.raises(FileNotFoundError, match=r"no such file: .*gone\.csv"):
        read_table(tmp_path / "gone.csv")
    with pytest.raises(ValueError, match="is a folder; a table is a file"):
        read_table(tmp_path)
    with pytest.raises(ValueError, match=r"has the suffix '.xlsx'; a delimited text file must have one of .csv, .tsv"):
        read_table(written("a\n1\n", "t.xlsx"))
    with pytest.raises(ValueError, match="is no whole Parquet file"):
        read_table(written(b"PAR1 and nothing more", "t.parquet"))
    with pytest.raises(ValueError, match=r"delimiter must be one ASCII character or one of comma, .*, got 'ab'"):
        read_table(written("a\n1\n"), delimiter="ab")
    pl.DataFrame({"a": []}).write_parquet(tmp_path / "e.parquet")
    with pytest.raises(ValueError, match=r"e\.parquet has no rows"):
        read_table(tmp_path / "e.parquet")


def test_dates_and_other_kinds_in_parquet_are_named(tmp_path):
    pl.DataFrame({"day": ["2024-01-01"]}).select(pl.col("day").str.to_date()).write_parquet(tmp_path / "t.parquet")
    with pytest.raises(ValueError, match="column 'day' holds Date; only numbers and words can be used"):
        read_table(tmp_path / "t.parquet")


def test_years_as_names_are_a_header_where_other_columns_hold_words(written):
    assert read_table(written("country,1990,1991\nPeru,1,2\nChile,3,4\n")).columns == ["country", "1990", "1991"]


words = st.text(st.characters(codec="utf-8", exclude_categories=("C", "Z")), min_size=1).filter(
    lambda word: word not in MISSING
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=40)
@given(rows=st.lists(st.tuples(st.floats(-1e15, 1e15), words), min_size=1, max_size=8))
def test_what_the_csv_module_writes_is_read_back(written, rows):
    buffer = io.StringIO()
    csv.writer(buffer).writerows([("number", "word"), *rows])
    table = read_table(written(buffer.getvalue()), text=("word",))
    assert table["number"].to_list() == [number for number, _ in rows]
    assert table["word"].to_list() == [word for _, word in rows]


@pytest.mark.parametrize(
    ("content", "noted"),
    [
        ("d;v\na;1.007\nb;NA\nc;-2.393\n", True),
        ("d;v\na;1.007\nb;2.39\n", False),
        ("d;v\na;0.007\nb;0.239\n", False),
        ("d,v\na,1.007\nb,2.393\n", False),
    ],
)
def test_points_that_may_separate_thousands_are_noted(written, content, noted):
    notes = []
    table = read_table(written(content), note=notes.append)
    assert table["v"][0] == float(content.splitlines()[1][2:])
    told = "column 'v' is read as numbers with three decimals: 1.007 is 1.007; if the point separates thousands, take"
    assert any(told in note for note in notes) == noted
