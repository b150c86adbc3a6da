import csv
import io

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from deepdive.data.delimited import read_delimited
from deepdive.data.delimited.cells import Shape
from deepdive.data.delimited.quoted import _by_letters, _enclosing

# Letters that matter are frequent among others; NUL and half of a surrogate pair are not in text files.
cells = st.text(
    st.one_of(
        st.sampled_from('"",;\t|\n\r ab1\u2028\x0c\x85\xa0'),
        st.characters(codec="utf-8", exclude_characters="\0\ufeff"),
    ),
    max_size=6,
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=150)
@given(
    data=st.data(),
    width=st.integers(1, 4),
    mark=st.sampled_from([",", ";", "\t", "|"]),
    quoting=st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]),
    end=st.sampled_from(["\r\n", "\n", "\r"]),
    suffix=st.sampled_from(["csv", "tsv", "txt"]),
)
def test_what_the_csv_module_writes_is_read_back(written, data, width, mark, quoting, end, suffix):
    rows = data.draw(st.lists(st.lists(cells, min_size=width, max_size=width), min_size=1, max_size=5))
    if width == 1:  # a blank line is no row, and a header of one column does not show the delimiter
        assume(all(row[0].strip() for row in rows))
        mark = "\t" if suffix == "tsv" else ","
    if quoting == csv.QUOTE_MINIMAL:  # writers before Python 3.13 quote those line ends only that they write
        end = "\r\n"
    buffer = io.StringIO()
    writer = csv.writer(buffer, delimiter=mark, quoting=quoting, lineterminator=end)
    writer.writerows([[f"c{i}" for i in range(width)], *rows])
    try:
        read = read_delimited(written(buffer.getvalue(), f"f.{suffix}"))
    except ValueError as error:
        assume("both can be meant" not in str(error))  # between tabs
        raise
    assert read.rows == rows
    assert [read.where(i) for i in range(len(rows))] == [
        f"{read.name}:{line}" for line in lines_of(buffer.getvalue(), mark)
    ]


def lines_of(text, mark):
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=mark)
    begun = []
    line = 0
    for _ in reader:
        begun.append(line + 1)
        line = reader.line_num
    return begun[1:]


@settings(deadline=None, max_examples=100)
@given(
    text=st.lists(st.sampled_from(['"', '"', ",", ",", "a", "é", " ", "\n", "\r\n", "\r", '""', '"\n"', "\x1f"])).map(
        "".join
    ),
    width=st.sampled_from([None, 2, 3]),
    header=st.booleans(),
)
def test_with_and_without_a_loop_over_letters_the_rows_are_the_same(text, width, header):
    """The csv module is the reference, wherever all rows are found at once."""
    shape = Shape("f", header and width is None, width)
    found = _enclosing(text, ",", shape)
    if found is None:
        return
    wanted = _by_letters(text, ",", shape)
    assert (found.first, found.begins, found.lines) == (wanted.first, wanted.begins, wanted.lines)
    assert (found.rows, found.notes) == (wanted.rows, wanted.notes)


def test_quotes_that_all_enclose_cells_need_no_loop_over_letters(written):
    """Tables as spreadsheets write them are read as fast as others; a quote within a bare cell is looked at."""
    content = 'id,label\r\n"a","b, ""c"""\r\n\r\n"","d\r\ne"\r\n'
    read = read_delimited(written(content))
    assert read.cells.plain is not None
    assert read.rows == [["a", 'b, "c"'], ["", "d\r\ne"]]
    assert list(read.cells.lines) == [2, 4]
    assert read_delimited(written(content + '5" disk,1')).rows == [*read.rows, ['5" disk', "1"]]


def test_the_limit_of_the_csv_module_stays_as_it_was(written):
    before = csv.field_size_limit()
    read_delimited(written('a,b\n"' + "x" * 200_000 + '",1\n'))
    with pytest.raises(ValueError, match="never closed"):
        read_delimited(written('a,b\n"1'))
    assert csv.field_size_limit() == before


def test_notes_tell_what_was_taken(written):
    assert read_delimited(written("a,b\n1,2\n")).notes == ()
    (note,) = read_delimited(written("a;b\n1;2\n")).notes
    assert note.endswith("f.csv is read as separated by semicolon, as its header has it")
    (note,) = read_delimited(written("a,b\n1,2\n", "f.TSV")).notes
    assert note.endswith("f.TSV is read as separated by comma, as its header has it")
    (note,) = read_delimited(written("a b\n1 2\n", "f.txt")).notes
    assert note.endswith("f.txt is read as one column, as its header has it")
    assert read_delimited(written('"a;b",c\n1,2\n')).columns == ("a;b", "c")


def test_quotes_between_tabs_are_what_the_whole_file_shows(written):
    letters = read_delimited(written('a\tb\n"Hello" he said\tx\n"y\t"z"\n', "f.tsv"))
    assert letters.rows == [['"Hello" he said', "x"], ['"y', '"z"']]
    assert "quotes in" in letters.notes[0]
    assert read_delimited(written('a\tb\n"Hello"\t"x ""y"""\n', "f.tsv")).rows == [["Hello", 'x "y"']]
    assert read_delimited(written('a\tb\n"He\tllo"\tx\n', "f.tsv")).rows == [["He\tllo", "x"]]
    both = written('a\tb\n"foo\tpos\nbar"\tneg\n', "f.tsv")
    with pytest.raises(ValueError, match=r"f.tsv:2: quotes must either all be letters or all enclose cells"):
        read_delimited(both)
    assert read_delimited(both, quotes=False).rows == [['"foo', "pos"], ['bar"', "neg"]]
    assert read_delimited(both, quotes=True).rows == [["foo\tpos\nbar", "neg"]]
    with pytest.raises(
        ValueError, match=r"f.tsv:2: a quote opens .*; if quotes are letters, .*f.tsv:3: row must have 2"
    ):
        read_delimited(written('a\tb\n"Hello" x\ty\nz\n', "f.tsv"))


def test_white_space_separates_where_it_is_known_of(written):
    path = written("  a   b\n1 \t 2\r\n\n3   4  \n", "f.dat")
    assert read_delimited(path).rows == [["1", "2"], ["3", "4"]]
    assert read_delimited(written("a b\n1 2\n", "f.txt"), whitespace=True).columns == ("a", "b")
    assert read_delimited(written('"a" "b"\n1 "x"\n', "f.dat")).rows == [["1", "x"]]
    with pytest.raises(ValueError, match=r"f.dat:3: row must have 2 fields as the header, got 3"):
        read_delimited(written('a b\n1 2\n1 "x y"\n', "f.dat"))
    with pytest.raises(ValueError, match=r"f.dat:2: a quote between white space must enclose a cell"):
        read_delimited(written('a b\n"x y"\n', "f.dat"))


def test_columns_and_delimiters_that_are_given(written):
    path = written("1,2\n3,4\n")
    assert read_delimited(path, columns=("x", "y")).rows == [["1", "2"], ["3", "4"]]
    assert read_delimited(path, header=False).columns == ()
    with pytest.raises(ValueError, match=r"f.csv:1: row must have 3 fields as names in columns, got 2"):
        read_delimited(path, columns=("x", "y", "z"))
    with pytest.raises(ValueError, match=r"f.csv:1: the header must hold the delimiter semicolon, got comma in '1,2'"):
        read_delimited(path, delimiter="semicolon")


def test_wide_rows(written):
    names = ",".join(f"c{i}" for i in range(50_000))
    assert len(read_delimited(written(f"{names}\n{names}\n")).rows[0]) == 50_000
    with pytest.raises(ValueError, match="got 50001"):
        read_delimited(written(f"{names}\n{names},1\n"))


@pytest.mark.parametrize("blank", ['""', '" "', '"\n"'])
def test_an_empty_cell_in_quotes_is_a_row_and_no_blank_line(written, blank):
    with pytest.raises(ValueError, match=r"f.csv:4: row must have 2 fields as the header, got 1"):
        read_delimited(written(f"a,b\n1,2\n\n{blank}\n3,4\n"))
    assert read_delimited(written(f"a\n1\n\n{blank}\n3\n")).rows == [["1"], [blank.strip('"')], ["3"]]
    assert read_delimited(written('a,b\n"1",2\n \n\n3,4\n')).rows == [["1", "2"], ["3", "4"]]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16-le"])
def test_byte_order_marks_at_the_beginning_are_no_letters(written, encoding):
    assert read_delimited(written("\ufeff\ufeffa,b\n1,2\n".encode(encoding))).columns == ("a", "b")
