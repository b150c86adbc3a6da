import pytest

from deepdive.data.tagging import read_conll

CONLL_2003 = """-DOCSTART- -X- -X- O

EU NNP B-NP B-ORG
rejects VBZ B-VP O
German JJ B-NP B-MISC
call NN I-NP O

Peter NNP B-NP B-PER
Blackburn NNP I-NP I-PER

-DOCSTART- -X- -X- O

London NNP B-NP B-LOC
"""
WIKIANN = "en:R.H.\tB-ORG\r\nen:de:\tI-ORG\r\nen:New York\tB-LOC\r\n\r\n\r\nen:(\tO"


def written(folder, text):
    path = folder / "train"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def test_the_first_of_four_columns_is_the_word_and_the_last_the_tag(tmp_path):
    assert read_conll(written(tmp_path, CONLL_2003)) == [
        (["EU", "rejects", "German", "call"], ["B-ORG", "O", "B-MISC", "O"]),
        (["Peter", "Blackburn"], ["B-PER", "I-PER"]),
        (["London"], ["B-LOC"]),
    ]


@pytest.mark.parametrize("odd", ["\xa0", "a\u3000b", "\x85", "a\u2028b", "\x0c"])
@pytest.mark.parametrize("mark", [" ", "\t"])
def test_only_spaces_and_tabs_separate(tmp_path, odd, mark):
    assert read_conll(written(tmp_path, f"x{mark}O\n{odd}{mark}B-PER\n")) == [(["x", odd], ["O", "B-PER"])]


def test_the_language_before_every_word_is_taken_off(tmp_path):
    assert read_conll(written(tmp_path, WIKIANN)) == [
        (["R.H.", "de:", "New York"], ["B-ORG", "I-ORG", "B-LOC"]),
        (["("], ["O"]),
    ]


@pytest.mark.parametrize("other", ["x\tO", "en:\tO"])
def test_it_stays_where_a_word_is_without(tmp_path, other):
    found = read_conll(written(tmp_path, f"en:R.H.\tB-ORG\n{other}"))
    assert found == [(["en:R.H.", other.split("\t")[0]], ["B-ORG", "O"])]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("EU B-ORG\n\nrejects\n", "train, line 3: 'rejects' has one column"),
        ("EU\tB-ORG\nrejects O\n", "train, line 2: 'rejects O' has one column"),
        ("EU NNP B-ORG\nrejects O\n", "train, line 2: 'rejects O' has 2 columns, but the first line has 3"),
        ("EU B-ORG\nrejects B O\n", "train, line 2: 'rejects B O' has 3 columns, but the first line has 2"),
        ("EU\tB-ORG\n \tO\n", r"train, line 2: ' \\tO' has no word"),
        ("EU\tB-ORG\ncalls\t\n", r"train, line 2: 'calls\\t' has the tag ''; it must be O, B-type or I-type"),
        ("EU S-ORG\n", "train, line 1: 'EU S-ORG' has the tag 'S-ORG'; it must be O, B-type or I-type"),
        ("EU B-\n", "has the tag 'B-'"),
        ("-DOCSTART- O\n\n", "train holds no sentence"),
        ("\n\n", "train is empty"),
        (b"EU B-ORG\nM\xfcller B-PER\n", "train is not UTF-8: 0xfc, byte 10 in line 2"),
        (b"EU B-ORG\0", "train holds a NUL byte"),
    ],
)
def test_what_cannot_be_read_is_named_with_its_line(tmp_path, text, message):
    with pytest.raises(ValueError, match=message):
        read_conll(written(tmp_path, text))


def test_no_file(tmp_path):
    with pytest.raises(FileNotFoundError, match="no such file"):
        read_conll(tmp_path / "train")


def test_marks_of_joined_files_are_passed_over_and_said(tmp_path):
    told = []
    first, second = "Ada B-PER\nleft O\n", "\ufeffLondon B-LOC\nis O\n"
    assert read_conll(written(tmp_path, f"\ufeff{first}\n{second}"), note=told.append) == [
        (["Ada", "left"], ["B-PER", "O"]),
        (["London", "is"], ["B-LOC", "O"]),
    ]
    assert told == [
        f"{tmp_path / 'train'} has a byte order mark within, the first in line 4, as files have that were joined: "
        "passed over"
    ]
