import pytest

from deepdive.data.sentences import LabelledTexts, read_columns, read_sick, read_sst2


def write(path, text):
    path.write_text(text, encoding="utf-8")
    return path


def test_sst2_lines_are_sentences_with_0_or_1(tmp_path):
    found = read_sst2(write(tmp_path / "train.tsv", "a fine film\t1\ndull , very dull\t0\n\n"))
    assert found == LabelledTexts(["a fine film", "dull , very dull"], labels=["positive", "negative"])


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("no tab 1", "row must have 2 fields as the first row, got 1"),
        ("a\tb\t1", "row must have 2 fields as the first row, got 3"),
        ("three\t2", "a line must be a sentence, a tab and 0 or 1, got .'three', '2'"),
        ("\t1", "a line must be a sentence, a tab and 0 or 1, got .'', '1'"),
    ],
)
def test_lines_of_another_form(tmp_path, line, words):
    path = write(tmp_path / "dev.tsv", f"fine\t1\n{line}\n")
    with pytest.raises(ValueError, match=f"dev.tsv:2: {words}"):
        read_sst2(path)


@pytest.mark.parametrize("beside", ["\x1c", "\x1f", " ", "\x85"])
def test_white_space_beside_a_class_is_none_of_it(tmp_path, beside):
    found = read_sst2(write(tmp_path / "dev.tsv", f"fine\t1{beside}\ndull\t0{beside}\n"))
    assert found == LabelledTexts(["fine", "dull"], labels=["positive", "negative"])


def test_sick_is_pairs_with_a_class_and_a_number(tmp_path):
    header = "pair_ID\tsentence_A\tsentence_B\trelatedness_score\tentailment_judgment\n"
    rows = '1\tA "big" dog\tAn animal\t4.5\tENTAILMENT\n2\tA cat\tA car\t1\tNEUTRAL\n'
    found = read_sick(write(tmp_path / "SICK.txt", header + rows))
    assert found == LabelledTexts(
        ['A "big" dog', "A cat"], ["An animal", "A car"], ["ENTAILMENT", "NEUTRAL"], [4.5, 1.0]
    )


def test_commas_and_quotation_marks_of_a_csv_file(tmp_path):
    path = write(tmp_path / "own.csv", 'id,text,kind\n1,"well, ""yes""",good\n\n2,no,bad\n')
    found = read_columns(path, label="kind")
    assert found == LabelledTexts(['well, "yes"', "no"], labels=["good", "bad"])
    assert len(found) == 2
    assert found.rows([1]) == LabelledTexts(["no"], labels=["bad"])


@pytest.mark.parametrize(
    ("text", "arguments", "words"),
    [
        ("id,txt,label\n1,a,b\n", {}, r"no column 'text' for the text; did you mean 'txt'\?"),
        ("text,label\n", {}, "own.csv:1: rows must follow the header, got none"),
        ("text,label\na,b\nc\n", {}, "own.csv:3: row must have 2 fields as the header, got 1"),
        ("text,label\n\na,\n", {}, "own.csv:3: column 'label' must not be empty"),
        ("text,label\nhello, world,pos\n", {}, "own.csv:2: row must have 2 fields as the header, got 3"),
        ("text,label\n ,b\n", {}, "own.csv:2: column 'text' must not be empty"),
        (
            "text,s\na,nan\n",
            {"label": None, "score": "s"},
            "own.csv:2: the score must be a finite number as 1234.5, got 'nan'",
        ),
        ("text,s\na,1\nb,much\n", {"label": None, "score": "s"}, "own.csv:3: the score must be .*, got 'much'"),
        ("text;s\na;1,5\n", {"label": None, "score": "s"}, "own.csv:2: the score must be .*, got '1,5'"),
        ("text,s\na,1_000\n", {"label": None, "score": "s"}, "own.csv:2: the score must be .*, got '1_000'"),
        ("text,label\na,b\n", {"second": "other"}, "no column 'other' for the second"),
        ("\n", {}, "is empty"),
    ],
)
def test_tables_that_are_not_as_they_must_be(tmp_path, text, arguments, words):
    with pytest.raises(ValueError, match=words):
        read_columns(write(tmp_path / "own.csv", text), **arguments)


def test_a_file_that_is_not_there(tmp_path):
    with pytest.raises(FileNotFoundError, match="no such file"):
        read_columns(tmp_path / "none.csv")


def test_a_column_may_tell_the_part_of_each_text(tmp_path):
    path = tmp_path / "own.csv"
    path.write_text("text,split,label\na,TRAIN,x\nb,dev,y\nc,train,y\n")
    found = read_columns(path)
    assert found.parts == ["train", "val", "train"]
    assert found.rows([1, 2]).parts == ["val", "train"]
    path.write_text("text,split,label\na,train,x\nb,tran,y\n")
    with pytest.raises(
        ValueError, match=r"own\.csv: column 'split' tells the part of a row, but row 2 has 'tran' there"
    ):
        read_columns(path)
