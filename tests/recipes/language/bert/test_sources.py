import zipfile

import pytest

from deepdive.recipes.language.bert.recipes import BertClassifySettings
from deepdive.recipes.language.bert.sources import split_pairs, texts_in_file

TABLE = 'id,text,other,label\n1,"a, ""fine"" day\nindeed",dull,pos\n2,b,c,neg\n'


@pytest.fixture
def written(tmp_path):
    def write(content, name):
        path = tmp_path / name
        path.write_text(content, encoding="utf-8")
        return path

    return write


def test_a_table_is_asked_about_by_its_columns(written):
    own = BertClassifySettings(data="mine.csv")
    assert texts_in_file(written(TABLE, "a.CSV"), own) == ['a, "fine" day indeed', "b"]
    assert texts_in_file(written("text\nfine\n", "a.tsv"), own) == ["fine"]
    pairs = texts_in_file(written(TABLE, "a.csv"), BertClassifySettings(data="mine.csv", second_column="other"))
    assert split_pairs(pairs) == (['a, "fine" day indeed', "b"], ["dull", "c"])
    with pytest.raises(ValueError, match=r"a.csv has no column 'text' for the text; did you mean 'txt'\?"):
        texts_in_file(written("txt\nfine\n", "a.csv"), own)
    with pytest.raises(ValueError, match=r"a.csv:2: row must have 2 fields as the header, got 3"):
        texts_in_file(written("text,label\nhello, world,pos\n", "a.csv"), own)


def test_other_files_have_one_text_per_line_unless_their_first_line_or_what_was_learnt_from_says_else(
    written, tmp_path
):
    table, lines = written("text\tlabel\nfine, really\tpos\n", "a.txt"), written("text\nfine, really\n", "b.txt")
    for data in ("mine.csv", "sst2", str(tmp_path), "mine.zip", "mine.txt"):
        if data == str(tmp_path):
            written("text,label\na,pos\n", "train.csv")
        assert texts_in_file(table, BertClassifySettings(data=data)) == ["fine, really"]
        if data != "mine.txt":
            assert texts_in_file(lines, BertClassifySettings(data=data)) == ["text", "fine, really"]
    with pytest.raises(ValueError, match=r"b.txt:1: .*|b.txt has no column"):
        texts_in_file(written("words\nfine\n", "b.txt"), BertClassifySettings(data="mine.txt"))


def test_files_of_a_named_set_are_as_that_is(written):
    sst2 = BertClassifySettings(data="sst2")
    assert texts_in_file(written('"fine" film\t1\nbad\t0\n', "dev.tsv"), sst2) == ['"fine" film', "bad"]
    assert texts_in_file(written("text,x\nfine,1\n", "a.csv"), sst2) == ["fine"]
    header = "pair_ID\tsentence_A\tsentence_B\trelatedness_score\tentailment_judgment\n"
    sick = written(f"{header}1\ta dog\ta cat\t3.5\tNEUTRAL\n", "SICK_test_annotated.txt")
    assert texts_in_file(sick, BertClassifySettings(data="sick")) == ["a dog\ta cat"]


def test_a_compressed_table_is_one(written, tmp_path):
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("a.csv", TABLE)
    assert texts_in_file(path, BertClassifySettings(data=str(path))) == ['a, "fine" day indeed', "b"]
