"""Names out of data, folders and flags stay names: in a shell, in a message, in a file's name."""

import shlex
import subprocess
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deepdive.names import apart, cut, display_width, file_name, label, printable, shell_line, similar, suggestion, tell

WORDS = [
    "a b",
    "it's",
    '"q"',
    "$HOME `id` $(id)",
    "new\nline",
    "a\\n'b",
    "",
    "~",
    "*",
    "#x",
    "ä→",
    "!x",
    "a;b|c&d",
    "-x",
]
UNSHOWN = ["tab\there", "\x1b[31mred", "\udcff'\\x", "é\x07f"]


@pytest.mark.parametrize("word", WORDS)
def test_a_word_that_is_pasted_is_the_same_word(word):
    line = shell_line("printf", "%s|", word)
    assert shlex.split(line) == ["printf", "%s|", word]
    done = subprocess.run(["sh", "-c", line], capture_output=True, check=True)
    assert done.stdout == f"{word}|".encode()


@pytest.mark.parametrize("word", UNSHOWN)
def test_what_a_terminal_would_take_for_itself_is_written_in_other_letters(word):
    line = shell_line("printf", "%s|", word)
    assert line.isprintable()
    done = subprocess.run(["bash", "-c", line], capture_output=True, check=True)
    assert done.stdout == f"{word}|".encode(errors="surrogateescape")


def test_a_path_is_no_option():
    assert shell_line("deepdive", "resume", Path("-x/y z")) == "deepdive resume './-x/y z'"
    assert shell_line("deepdive", "resume", Path("runs/x"), "--quiet") == "deepdive resume runs/x --quiet"


KNOWN = ["Linear", "LSTM", "LSTMCell", "optim.Adam", "optim.AdamW", "init.zeros_", "fine-tune", "NiN"]


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("lstm", ["LSTM", "LSTMCell"]),
        ("Linaer", ["Linear"]),
        ("lin", ["Linear"]),
        ("adam", ["optim.Adam", "optim.AdamW"]),
        ("optim.Adm", ["optim.Adam", "optim.AdamW"]),
        ("fine_tune", ["fine-tune"]),
        ("FINETUNE", ["fine-tune"]),
        ("zeros", ["init.zeros_"]),
        ("qqq", []),
        ("", []),
        ("x" * 100_000, []),
    ],
)
def test_those_are_suggested_that_were_perhaps_meant(name, found):
    assert similar(name, KNOWN) == found


def test_a_suggestion_is_short_however_many_names_there_are():
    many = [f"name{i}" for i in range(90)]
    assert suggestion("qqq", many) == f"; there are {', '.join(many[:12])} and 78 more"
    assert suggestion("name7", many).startswith("; did you mean 'name7' or ")
    assert suggestion("x", []) == "; there are none"
    assert "\x1b" not in suggestion("qqq", ["\x1b[31m"])


def test_what_cannot_be_shown_is_a_question_mark():
    assert printable("a\x1b[1m\n\udcff\u202e") == "a?[1m???"
    assert printable("a\nb\x00", keep="\n") == "a\nb?"


def test_a_label_is_one_short_line_that_a_legend_keeps():
    assert label("_x\n$y$") == " _x?$y$"
    assert label("a" * 100, 10) == "a" * 9 + "…"


def test_a_name_of_ours_steps_aside():
    assert apart("row", []) == "row"
    assert apart("row", {"row", "row_"}) == "row__"


def test_any_text_names_a_file(tmp_path):
    for text in ("a/../b", "c\\d", "\x00\n", "ü" * 300, "a" * 300, "\udcff"):
        name = file_name(text)
        (tmp_path / name).write_text("")
        assert len(name.encode()) <= 200
    assert len(list(tmp_path.iterdir())) == 6
    assert file_name("run+lr-0.5 [x]") == "run+lr-0.5 [x]", "what is no trouble stays"


def test_a_note_is_one_line(capsys):
    tell("note: column 'a\nb\x1b[2J' is left out")
    assert capsys.readouterr().err == "note: column 'a?b?[2J' is left out\n"


@pytest.mark.parametrize("keep", ["start", "end"])
@given(
    text=st.text(alphabet=st.characters(codec="utf-8", categories=["L", "M", "N", "P", "Zs"]), max_size=20),
    limit=st.integers(1, 12),
)
def test_a_text_that_is_cut_fits_and_is_a_part_of_itself(keep, text, limit):
    found = cut(text, limit, keep=keep)
    assert display_width(found) <= limit or found == text
    if found != text:
        part = found.removesuffix("…") if keep == "start" else found.removeprefix("…")
        assert (text.startswith if keep == "start" else text.endswith)(part)
        assert display_width(text) > limit
