"""Every reader of delimited files refuses the same bad files, with file and line, and reads the same odd ones."""

import bz2
import gzip
import io
import lzma
import zipfile

import pytest

from deepdive.data.delimited import read_delimited
from deepdive.data.images.folders.labelled import read_labels
from deepdive.data.sentences import read_columns
from deepdive.data.series import read_series
from deepdive.data.sources import packed
from deepdive.data.tables import read_table
from deepdive.data.translation import read_pairs


def labels(path):
    return list(map(list, read_labels(path).labels.items()))


def sentences(path):
    found = read_columns(path, text="id", label="label")
    return [list(pair) for pair in zip(found.texts, found.labels, strict=True)]


READERS = {
    "delimited": lambda path: read_delimited(path).rows,
    "table": lambda path: list(map(list, read_table(path, text=("id", "label")).rows())),
    "labels": labels,
    "sentences": sentences,
}

BAD = {
    "open quote": ('id,label\na,1\n"b,2\n' + "c,3\n" * 50, "f.csv:3: a quote opens a cell here and is never closed"),
    "open quote after lines": ('id,label\n"a\nb",1\nc,"2\nd,3\n', "f.csv:4: a quote opens a cell here and is never"),
    "quote closed too late": ('id,label\n"b,2\nc,3\n"d",4\n', "f.csv:2: a quote opens .* in line 4, with 'd\"'"),
    "letters behind a quote": ('id,label\n"a" b,1\n', "f.csv:2: a quote opens .* in line 2, with ' b'"),
    "backslash": ('id,label\n"a \\"b\\"",1\n', "f.csv:2: a quote opens a cell here that goes on .* must be doubled"),
    "blank before a quote": ('id,label\na, "1"\n', "f.csv:2: a quote that opens a cell must be its first character"),
    "too many": ("id,label\nhello, world,pos\n", "f.csv:2: row must have 2 fields as the header, got 3"),
    "too many behind lines": ('id,label\n"a\n\nb",1\r\nc,2,3\r\n', "f.csv:5: row must have 2 fields .*, got 3"),
    "another mark": (
        "id,label,n\na,1,2\nb;1;2\n",
        "got 1 .separated by comma.; it looks separated by semicolon, but all rows of a file must have one delimiter",
    ),
    "too few": ("id,label\na,1\n\nb\n", "f.csv:4: row must have 2 fields as the header, got 1"),
    "swallowed": ('id,label\n"a,1\nb,2\nc",3,4\n', "f.csv:2: row must .* got 3 .* ends in line 4: is a quote not"),
    "delimiter at the end": ("id,label\na,1,\n", "f.csv:2: .* got 3 .* take off the comma at its end"),
    "delimiter at every end": ("id,label,\na,1,\n", "f.csv:1: every column must have a name .* got none for column 3"),
    "no name": ("id,,label\na,x,1\n", "f.csv:1: every column must have a name in the header, got none for column 2"),
    "double name": ("\nid,label,id\na,1,2\n", "f.csv:2: names of columns must be unique, got 2 called 'id'"),
    "double but for blanks": ("id,label, id\na,1,2\n", "f.csv:1: names of columns must be unique, got 2 called 'id'"),
    "header only": ("id,label\n\n  \n", "f.csv:1: rows must follow the header, got none"),
    "empty": ("", "f.csv is empty"),
    "only a mark": ("\ufeff", "f.csv is empty"),
    "only a UTF-16 mark": (b"\xff\xfe", "f.csv is empty"),
    "only blanks": ("\r\n \n\t", "f.csv is empty"),
    "Latin-1": (b"id,label\r\na,1\rb,\xe9\n", "f.csv is not UTF-8: 0xe9, byte 16 in line 3; save it as UTF-8"),
    "NUL": ("id,label\na,\0\n", "f.csv holds a NUL byte, byte 11 in line 2"),
    "UTF-16 without a mark": ("id,label\na,1\n".encode("utf-16-le"), "f.csv holds a NUL byte"),
    "UTF-32": ("id,label\na,1\n".encode("utf-32"), "f.csv holds a NUL character in line 1"),
    "half a UTF-16": ("id,label\na,1\n".encode("utf-16")[:-1], "f.csv begins as UTF-16, but is damaged: .* in line 2"),
    "comma and semicolon": (
        "id, x;label\n1,5;3\n",
        "f.csv:1: the header must show which delimiter is meant, got comma",
    ),
    "semicolon with commas": ("id, x;label\n1;3\n", "f.csv:2: row must have 2 .* got 1 .*every row fits semicolon"),
    "spreadsheet": (b"PK\3\4...", "f.csv is a .zip archive or a spreadsheet"),
    "compressed": (gzip.compress(b"id,label\na,1\n"), "f.csv is compressed; its name must end in .gz"),
}
BAD_NAMES = {
    "f.csv.gz": "cannot be read, it is damaged or no .gz file",
    "f.tsv.xz": "cannot be read, it is damaged or no .xz file",
    "f.csv.bz2": "cannot be read, it is damaged or no .bz2 file",
    "f.csv.zip": "cannot be read: f.csv.zip is damaged",
    "f.xlsx": "has the suffix '.xlsx'; a delimited text file must have one of",
}
LONG = "x" * 300_000
ODD = "a\u2028b\x0cc\x85d\xa0e\x1cf\u3000g"
ONE, TWO = ["a", "1"], ["b", "2"]
GOOD = {
    "Mac": ("id,label\ra,1\rb,2\r", [ONE, TWO]),
    "all line ends": ("\n \r\nid,label\r\n\r\na,1\r\rb,2", [ONE, TWO]),
    "marked": ("\ufeffid,label\na,1\n", [ONE]),
    "UTF-16": ("id,label\na,\xe9\u20ac\n".encode("utf-16"), [["a", "\xe9\u20ac"]]),
    "UTF-16, big end": ("\ufeffid,label\na,1\n".encode("utf-16-be"), [ONE]),
    "long cells": (f'id,label\n{LONG},1\n"{LONG}""",2\n', [[LONG, "1"], [LONG + '"', "2"]]),
    "odd characters": (f"id,label\n{ODD},1\n", [[ODD, "1"]]),
    "odd characters, quoted": (f'id,label\n"{ODD}",1\n', [[ODD, "1"]]),
    "stray quotes": ('id,label\n2,15" screen\n3,"5"" ""disk"\n', [["2", '15" screen'], ["3", '5" "disk']]),
    "quoted": ('"id","label"\n"a, b\n; c","1"\n', [["a, b\n; c", "1"]]),
    "semicolons": ("id;label\na;1,5\n", [["a", "1,5"]]),
    "tabs": ("id\tlabel\na\t1\n", [ONE]),
    "bars": ("id|label\na|1\n", [ONE]),
}


@pytest.mark.parametrize("reader", READERS)
@pytest.mark.parametrize("case", BAD)
def test_what_is_wrong_is_refused_with_file_and_line(written, reader, case):
    content, message = BAD[case]
    with pytest.raises(ValueError, match=message) as caught:
        READERS[reader](written(content))
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("reader", READERS)
@pytest.mark.parametrize("name", BAD_NAMES)
def test_what_a_name_promises_must_be_there(written, reader, name):
    with pytest.raises(ValueError, match=BAD_NAMES[name]):
        READERS[reader](written("id,label\na,1\n", name))


@pytest.mark.parametrize("reader", READERS)
@pytest.mark.parametrize("case", GOOD)
def test_what_is_odd_but_right_is_read(written, reader, case):
    content, rows = GOOD[case]
    assert READERS[reader](written(content)) == rows


@pytest.mark.parametrize("reader", READERS)
def test_suffixes_in_any_case_and_compressed(written, reader):
    text = "id\tlabel\na, x\t1\n"
    for name, content in {
        "f.TSV": text.encode(),
        "f.Tab": text.encode(),
        "f.TSV.GZ": gzip.compress(text.encode()),
        "f.tsv.xz": lzma.compress(text.encode()),
        "f.tsv.bz2": bz2.compress(text.encode()),
    }.items():
        assert READERS[reader](written(content, name)) == [["a, x", "1"]]


@pytest.mark.parametrize("case", [name for name in BAD if name not in ("comma and semicolon", "semicolon with commas")])
def test_series_are_read_as_strictly(written, case):
    content, message = BAD[case]
    with pytest.raises(ValueError, match=message):
        read_series(written(content), "label")


@pytest.mark.parametrize(
    "case", ["empty", "only a mark", "Latin-1", "NUL", "half a UTF-16", "spreadsheet", "compressed"]
)
def test_pairs_are_read_as_strictly(written, case):
    content, message = BAD[case]
    with pytest.raises(ValueError, match=message):
        read_pairs(written(content))


def test_pairs_of_mac_and_of_utf_16_files(written):
    assert read_pairs(written("a\tb\rc\td\r")) == read_pairs(written("a\tb\nc\td".encode("utf-16")))
    with pytest.raises(ValueError, match=r"f.csv:3: row must have 2 fields as the first row, got 3"):
        read_pairs(written("a\tb\n\nc\td\te\n"))


@pytest.mark.parametrize("name", ["f.csv.gz", "f.csv.xz", "f.csv.bz2", "f.zip"])
def test_what_unpacks_to_far_more_than_it_is_is_refused_before_it_fills_the_memory(written, monkeypatch, name):
    pack = {"f.csv.gz": gzip.compress, "f.csv.xz": lzma.compress, "f.csv.bz2": bz2.compress, "f.zip": zipped}[name]
    dense = ("id,label\n" + "".join(f"{i * 7919 % 10007},{i * 31 % 97}\n" for i in range(20_000))).encode()
    monkeypatch.setattr(packed, "SMALL", 1 << 16)
    assert len(read_delimited(written(pack(dense), name))) == 20_000  # 160 KB, but not made for that
    bomb = written(pack(b"id,label\n" + b"1,2\n" * 300_000), name)
    with pytest.raises(ValueError, match=r"must hold at most .* MiB .*a decompression bomb.* name the file in it"):
        read_delimited(bomb)
    monkeypatch.setattr(packed, "SMALL", 64 << 20)
    assert len(read_delimited(bomb)) == 300_000


def zipped(data):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("f.csv", data)
    return buffer.getvalue()


def test_a_long_run_of_what_may_precede_a_quote_is_looked_at_once(written):
    """A time limit would say it worse: with a square of it, this takes an hour."""
    run = "\t" * 300_000
    with pytest.raises(ValueError, match=r"f.tsv:2: row must have 2 fields"):
        read_delimited(written(f'a\tb\n{run}x"\n', "f.tsv"))
    with pytest.raises(ValueError, match=r"f.csv:2: row must have 2 fields"):
        read_delimited(written(f'"a" b\n{run.replace(chr(9), " ")}x"\n'), delimiter="space")


def test_blank_lines_before_quoted_rows_without_header_are_no_rows(written):
    for text in ('\n\n"1",2\n', '\n\n1,2" x\n'):
        read = read_delimited(written(text), header=False)
        assert [len(read.rows), read.where(0)] == [1, f"{read.name}:3"]
