"""What a network is to be asked in its report: refused before any data is read, or shown as the text that it is."""

import html
import os
import re

import pytest

from deepdive import cli
from deepdive.recipes import load_recipe, recipes
from deepdive.recipes.ranges import SettingError, checked_from
from deepdive.recipes.ranges.checked import fields_of
from deepdive.recipes.ranges.types import Prompt
from deepdive.recipes.running import runner
from deepdive.recipes.settings import with_preset

from .texts import story

pytestmark = pytest.mark.usefixtures("without_shape_checks")
ASKED = [
    name for name in recipes() if any(field.name == "prompt" for field in fields_of(load_recipe(name).settings_type))
]
HOSTILE = "the $_$ <script>alert(1)</script> &amp; ]]> \x1b[31mred\x07 \u202e\ufffe\r\n😀 <!--"
GAPS = {"t5-pretrain": " <extra_id_0>", "bert-pretrain": " [MASK]"}
SMALL = {
    "ngram-lm": {"max_order": 2},
    "gpt-pretrain": {"num_steps": 24, "hidden_size": 16, "num_heads": 2},
    "next-word": {"num_steps": 8, "embedding_dim": 8, "hidden_size": 8},
    "t5-pretrain": {"vocab_size": 400, "hidden_size": 16, "head_dim": 8, "window": 100},
    "bert-pretrain": {"vocab_size": 200, "hidden_size": 16, "max_length": 200},
}


def test_these_recipes_have_one():
    assert {"gpt-pretrain", "next-word", "ngram-lm", "t5-pretrain", "bert-pretrain", "rnn-lm"} < {*ASKED}


@pytest.mark.parametrize("recipe", ASKED)
def test_what_is_no_prompt_is_refused(recipe):
    settings_type = load_recipe(recipe).settings_type
    assert dict(field[:2] for field in fields_of(settings_type))["prompt"] == Prompt
    rule = "prompt must be a text of at most 10000 characters, not all of them spaces, none NUL or half of one, got "
    for value, told in {"": "''", " \n": r"' \n'", "a\0": r"'a\x00'", "a\udcff": r"'a\udcff'"}.items():
        with pytest.raises(SettingError, match=f"^{re.escape(rule + told)}$"):
            checked_from(settings_type, {"prompt": value})
    with pytest.raises(SettingError, match=f"^{rule}'xxxxx.*x\\.\\.\\.$"):
        checked_from(settings_type, {"prompt": "x" * 9_993 + " [MASK]" + "<extra_id_0>"})
    assert checked_from(settings_type, {"prompt": HOSTILE + "".join(GAPS.values())})


@pytest.mark.parametrize(
    ("recipe", "prompt", "rule"),
    [
        ("t5-pretrain", "no gap", "a text with gaps <extra_id_0>, <extra_id_1>, ... in this order, got 'no gap'"),
        ("t5-pretrain", "a <extra_id_1>", "a text with gaps <extra_id_0>, <extra_id_1>, ... in this order, got 'a <"),
        ("bert-pretrain", "no [mask]", r"a text with a gap, \[MASK\], got 'no \[mask\]'"),
    ],
)
def test_nothing_to_fill_in_is_refused(recipe, prompt, rule):
    with pytest.raises(SettingError, match=f"^prompt must be {rule}"):
        checked_from(load_recipe(recipe).settings_type, {"prompt": prompt})


@pytest.mark.parametrize("recipe", ASKED)
def test_the_command_refuses_it_in_one_line_before_it_looks_for_data(recipe, tmp_path, capsys):
    words = ["run", recipe, "--runs", str(tmp_path), "--data", "nowhere.txt", "--prompt"]
    assert cli.main([*words, os.fsdecode(b"time\xff\x1b[31m")]) == 2
    [line] = capsys.readouterr().err.splitlines()
    assert re.match(r"deepdive: --prompt must be a text of .*, got 'time\\udcff\\x1b\[31m'$", line)


@pytest.fixture(scope="module")
def text(tmp_path_factory):
    path = tmp_path_factory.mktemp("text") / "own.txt"
    lines = [*story(60).splitlines(), *[HOSTILE] * 30, *["the sun is hot . we like it ."] * 60]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def begin(recipe, text, folder, prompt):
    found = load_recipe(recipe)
    known = {field.name for field in fields_of(found.settings_type)}
    assert SMALL.get(recipe, {}).keys() <= known
    changes = {"data": str(text), "epochs": 1, "steps": 1, "batch_size": 8, "prompt": prompt} | SMALL.get(recipe, {})
    settings = with_preset(found.settings_type, {name: value for name, value in changes.items() if name in known})
    return runner.start(found, settings, preset="quick", root=folder, console=False)


@pytest.mark.parametrize("recipe", [*SMALL, "rnn-lm"])
def test_a_report_shows_it_as_text(recipe, text, tmp_path, capsys):
    prompt = HOSTILE + GAPS.get(recipe, "")
    outcome = begin(recipe, text, tmp_path, prompt)
    assert outcome.problem == ""
    error = capsys.readouterr().err
    assert "\x1b" not in error
    assert "shows nothing of the prompt" not in error
    report = (outcome.run.folder / "report.html").read_bytes().decode()
    assert html.escape(prompt) in report
    assert "<script" not in report
    assert "<!--" not in report


def test_what_the_text_has_no_token_of_is_said_before_the_training(text, tmp_path, capsys):
    for recipe in ("rnn-lm", "ngram-lm"):
        outcome = begin(recipe, text, tmp_path, "語")
        note = "note: the report shows nothing of the prompt: the text '語' holds no token that the network has learnt"
        assert capsys.readouterr().err.count(note) == 1
        assert "None: the text &#x27;語&#x27; holds no token" in (outcome.run.folder / "report.html").read_text()
