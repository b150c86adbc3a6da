"""What a report says under "Use it" works as it stands there: typed in a shell, and as Python."""

import html
import json
import os
import re
import shlex
import subprocess
import sys
from contextlib import redirect_stdout
from io import StringIO
from pathlib import Path

import jsonschema
import pytest

import deepdive
from deepdive import cli
from deepdive.recipes.predictions import schema

from .made import KINDS, SCHEMA_KINDS

pytestmark = pytest.mark.usefixtures("without_shape_checks")
SCHEMA = jsonschema.Draft202012Validator(json.loads(schema()))


def shown_in(folder):
    """The commands and lines of Python in the report of a run."""
    page = (
        (folder / "report.html").read_text(encoding="utf-8").partition("<h2>Use it</h2>")[2].partition("</section>")[0]
    )
    return [html.unescape(each) for each in re.findall(r"<pre>(?:<code>)?(.*?)(?:</code>)?</pre>", page, re.DOTALL)]


def validated(objects):
    """The objects, which are as the schema says."""
    for each in objects:
        SCHEMA.validate(each)
    return objects


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_shown_predicts_the_same_on_the_command_line_and_in_python(run_of, kind, capsys):
    typed, code, *_ = shown_in(run_of(kind))
    program, *words = shlex.split(typed)
    assert program == "deepdive"
    assert cli.main([*words, "--json", "--device", "cpu"]) == 0
    printed = validated([json.loads(line) for line in capsys.readouterr().out.splitlines()])
    assert {each["kind"] for each in printed} == {SCHEMA_KINDS[kind]}

    space, out = {}, StringIO()
    with redirect_stdout(out):
        exec(code, space)
    assert out.getvalue().strip()
    model, argument = space["model"], code.partition("model.predict(")[2][:-2]
    objects = validated(json.loads(json.dumps(model.predict(eval(argument)).to_dicts())))
    assert objects
    for ours, theirs in zip(objects, printed, strict=False):  # there may be one row of the three in a file
        _assert_alike(ours["prediction"], theirs["prediction"])


def _assert_alike(ours, theirs):
    numbers = isinstance(theirs, float) or (isinstance(theirs, list) and isinstance(theirs[0], float))
    assert ours == (pytest.approx(theirs, rel=1e-3) if numbers else theirs)


@pytest.mark.parametrize("kind", ["regression", "images"])
@pytest.mark.slow
def test_a_shell_takes_the_commands_as_they_stand(run_of, kind, tmp_path):
    typed, code, export, *_ = shown_in(run_of(kind))
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    environment = os.environ | {"PATH": path}
    words = {"shell": True, "cwd": tmp_path, "env": environment, "capture_output": True, "text": True, "check": False}
    for line in (typed, export, f"{sys.executable} -c {shlex.quote(code)}"):
        done = subprocess.run(line, **words)
        assert done.returncode == 0, done.stderr
        assert done.stdout.strip()
    [written] = tmp_path.glob("*.safetensors")
    assert written.stem.endswith(run_of(kind).name)
    again = subprocess.run(export, **words)
    assert (again.returncode, again.stderr.count("\n")) == (2, 1)
    assert "must be a new file" in again.stderr


def test_paths_are_absolute_and_the_command_that_began_the_run_is_shown_where_there_was_one(run_of):
    folder = run_of("classes")
    shown = shown_in(folder)
    assert all(repr(str(folder)) in each or shlex.quote(str(folder)) in each for each in shown)
    assert len(shown) == 3, "this run was begun by a program"


def test_a_command_that_began_a_run_is_repeated_with_absolute_paths(tmp_path, monkeypatch, capsys):
    (tmp_path / "a b").mkdir()
    monkeypatch.chdir(tmp_path)
    (tmp_path / "a b" / "t.csv").write_text("x,y\n" + "".join(f"{i % 7},{i % 7 * 2 + 1}\n" for i in range(60)))
    words = ["run", "table", "--data", "a b/t.csv", "--target", "y", "--epochs", "1", "--quiet"]
    monkeypatch.setattr("sys.argv", ["deepdive", *words])
    assert cli.main(words) == 0
    [folder] = tmp_path.glob("runs/table/*")
    *_, again = shown_in(folder)
    assert shlex.split(again) == ["deepdive", *words[:3], str(tmp_path / "a b" / "t.csv"), *words[4:]]


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        ("images", "This run takes image files; folders and archives"),
        ("siamese", "This run takes an even number of image files"),
        ("classes", "This run takes tables with the columns learnt from"),
        ("forecast", "This run takes tables with the column learnt from"),
        ("tags", "a word and its tag per line (CoNLL)"),
        ("translation", "whose first column counts"),
        ("text-pairs", "pairs of texts with ||| in between"),
        ("language-model", "This run takes texts to be continued"),
    ],
)
def test_help_tells_what_a_run_takes(run_of, kind, words, capsys):
    with pytest.raises(SystemExit) as ended:
        cli.main(["predict", str(run_of(kind)), "--help"])
    assert ended.value.code == 0
    assert words in " ".join(capsys.readouterr().out.split())


@pytest.mark.parametrize("kind", ["classes", "images", "tags", "forecast"])
def test_a_folder_is_predicted_as_its_files_are(run_of, tmp_path, kind, capsys):
    typed, *_ = shown_in(run_of(kind))
    *start, given = shlex.split(typed)[1:]
    folder = tmp_path / "it's a <folder>"
    (folder / "class" / "deeper").mkdir(parents=True)
    if Path(given).is_file():
        copy = folder / "class" / "deeper" / Path(given).name
        copy.write_bytes(Path(given).read_bytes())
    else:
        copy = folder / "class" / "text.conll"
        copy.write_text("".join(f"{word}\tO\n" for word in given.split()))
    assert cli.main([*start, str(copy), "--json"]) == 0
    expected = capsys.readouterr().out
    assert cli.main([*start, str(folder), "--json"]) == 0
    assert capsys.readouterr().out == expected != ""


def test_load_is_a_name_of_the_package():
    assert deepdive.load.__module__ == "deepdive.recipes.running.loading"
    assert "load" in dir(deepdive)
