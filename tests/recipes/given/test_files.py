"""Files and folders as a user names them."""

from pathlib import Path

import pytest

from deepdive.recipes.given.example import Example
from deepdive.recipes.given.files import files_below, one_by_one
from deepdive.recipes.given.series import NamedSeries, TakesSeries
from deepdive.recipes.given.tables import table_files
from deepdive.recipes.given.texts import texts_in


def test_a_folder_stands_for_all_files_of_its_kind(tmp_path, capsys):
    for name in ("b.csv", "a.TSV", "deep/er/c.parquet", "d.csv.gz", "notes.md", ".hidden.csv", "__MACOSX/x.csv"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("x")
    found = [str(path.relative_to(tmp_path)) for path in table_files(tmp_path)]
    assert found == ["a.TSV", "b.csv", "d.csv.gz", "deep/er/c.parquet"]
    assert capsys.readouterr().err == f"note: 1 other files in {tmp_path} are left aside\n"
    assert table_files(tmp_path / "b.csv") == [tmp_path / "b.csv"]
    (tmp_path / "empty").mkdir()
    with pytest.raises(ValueError, match=r"empty holds no table \(.*\.csv"):
        table_files(tmp_path / "empty")


def test_a_file_stands_for_its_lines(tmp_path):
    (tmp_path / "some.txt").write_text("one\n\ntwo\n", encoding="utf-8")
    assert texts_in([tmp_path / "some.txt", "three"]) == ["one", "two", "three"]
    assert texts_in(["x" * 5000, "a\0b"]) == ["x" * 5000, "a\0b"]
    assert texts_in([tmp_path / "some.txt", "three"], lambda path: [path.name]) == ["some.txt", "three"]
    with pytest.raises(ValueError, match="a text is empty"):
        texts_in([" "])


def test_texts_of_a_folder_come_file_by_file(tmp_path, capsys):
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "b.txt").write_text("three\n")
    (tmp_path / "a.txt").write_text("one\n\ntwo\n")
    assert texts_in([tmp_path, "four"]) == ["one", "two", "three", "four"]
    assert capsys.readouterr().err == f"note: {tmp_path} is a folder: 3 texts in 2 files\n"
    (tmp_path / "in" / "c.txt").write_bytes(b"\x00\xff\xfe\x00")
    with pytest.raises(ValueError, match=r"c\.txt"):
        texts_in([tmp_path])
    (tmp_path / "empty").mkdir()
    with pytest.raises(ValueError, match="empty holds no files"):
        texts_in([tmp_path / "empty"])


def test_an_only_input_needs_no_list():
    assert one_by_one("ab") == ["ab"]
    assert one_by_one(Path("ab")) == [Path("ab")]
    assert one_by_one({"a": 1}) == [{"a": 1}]
    assert one_by_one(3) == [3]
    assert one_by_one(each for each in "ab") == ["a", "b"]


def test_a_link_that_leads_in_a_circle_is_not_followed(tmp_path):
    (tmp_path / "a.csv").write_text("x")
    (tmp_path / "loop").symlink_to(tmp_path)
    assert files_below(tmp_path, lambda name: name.endswith(".csv"), "table") == [tmp_path / "a.csv"]


def test_numbers_are_a_series_and_others_are_not():
    [one] = TakesSeries().given([1, 2.5, float("nan"), None])
    assert isinstance(one, NamedSeries)
    assert one.values == (1.0, 2.5, None, None)
    two = TakesSeries().given([[1, 2], "a.csv", (3, 4)])
    assert [getattr(each, "values", each) for each in two] == [(1.0, 2.0), Path("a.csv"), (3.0, 4.0)]
    with pytest.raises(TypeError, match=r"inputs must be series: .*, got bool"):
        TakesSeries().given([True, False])


def test_an_example_is_typed_and_written(tmp_path):
    text = Example.of_text("-x  'a'\n\"b\"")
    assert text.words == (" -x 'a' \"b\"",), "a flag begins with a dash"
    assert eval(text.code) == ["-x 'a' \"b\""]
    pair = Example.of_text("a", "b")
    assert (pair.words, eval(pair.code)) == (("a|||b",), [("a", "b")])
    files = Example.written(tmp_path, "it's.png", b"1", b"2")
    assert [path.read_bytes() for path in files.words] == [b"1", b"2"]
    assert eval(files.code) == [str(tmp_path / "it's-1.png"), str(tmp_path / "it's-2.png")]


def test_dead_links_in_a_folder_are_left_aside_and_said(tmp_path, capsys):
    (tmp_path / "a.csv").write_text("x")
    (tmp_path / "b.csv").symlink_to(tmp_path / "nowhere.csv")
    (tmp_path / "c.csv").symlink_to(tmp_path / "a.csv")
    assert table_files(tmp_path) == [tmp_path / "a.csv", tmp_path / "c.csv"]
    said = f"note: left aside: {tmp_path / 'b.csv'}, which is a link that leads nowhere\n"
    assert capsys.readouterr().err == said
    for name in ("a.csv", "c.csv"):
        (tmp_path / name).unlink()
    with pytest.raises(ValueError, match="holds no table"):
        table_files(tmp_path)
