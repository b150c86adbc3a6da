"""The front door: overview, unknown words, errors as one line."""

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from deepdive import __version__, cli
from deepdive.commands.terminal.saying import message_of
from deepdive.recipes import recipes

from .support import command, deepdive


def said(capsys, *words):
    status = cli.main(words)
    out, err = capsys.readouterr()
    return status, out, err


def test_the_overview_names_every_command(capsys):
    for words in ((), ("--help",), ("help",)):
        status, out, _ = said(capsys, *words)
        assert status == 0
        assert all(f"  {name} " in out for name in cli.COMMANDS)


def test_the_version(capsys):
    assert said(capsys, "--version") == (0, f"deepdive {__version__}\n", "")


def test_an_unknown_command_is_met_with_a_suggestion(capsys):
    status, _, err = said(capsys, "lst")
    assert status == 2
    assert err == "deepdive: there is no command 'lst'; did you mean 'list'?; see deepdive --help\n"


def test_list_shows_every_recipe_and_the_last_result(capsys, tmp_path, monkeypatch):
    monkeypatch.setenv("COLUMNS", "200")
    (tmp_path / "lenet" / "20260101-000000-aaaa").mkdir(parents=True)
    result = '{"metrics": {"test_accuracy": 0.8765}, "target": {"metric": "test_accuracy"}, "passed": true}'
    (tmp_path / "lenet" / "20260101-000000-aaaa" / "result.json").write_text(result)
    (tmp_path / "mlp" / "20260101-000000-aaaa").mkdir(parents=True)
    (tmp_path / "mlp" / "20260101-000000-aaaa" / "result.json").write_text("{")
    status, out, _ = said(capsys, "list", "--runs", str(tmp_path))
    assert status == 0
    assert all(name in out for name in recipes())
    assert re.search(r"lenet .* pass$", out, flags=re.MULTILINE)
    assert "damaged" in out
    assert re.search(r"resnet .* -$", out, flags=re.MULTILINE)
    assert "none" not in out.split(), "every recipe has a target for its preset quick"


def test_list_shows_metric_and_direction_in_80_columns(capsys, tmp_path):
    names = ["a\x1b[31mb", "c\u202ed"]
    for recipe, name in zip(("lenet", "rnn-lm"), names, strict=True):
        (tmp_path / recipe / name).mkdir(parents=True)
        result = {"metrics": {}, "target": None, "passed": True}
        (tmp_path / recipe / name / "result.json").write_text(json.dumps(result))
    _, out, _ = said(capsys, "list", "--runs", str(tmp_path))
    assert max(map(len, out.splitlines())) <= 80
    lines = {line.split()[1]: line for line in out.splitlines() if re.match(r" *\d+\.\d", line)}
    assert lines["lenet"].endswith(" accuracy ≥ 0.85 ended")
    assert lines["rnn-lm"].endswith("… val_perplexity ≤ 7.1 ended")
    assert lines["forecast"].endswith("… skill_16 ≥ 0.25 -")
    assert lines["t5-pretrain"].endswith(" …token_accuracy ≥ 0.09 -")
    _, out, _ = said(capsys, "list", "--json", "--runs", str(tmp_path))
    assert all(line.isprintable() for line in out.splitlines())
    folders = [json.loads(line)["last"].get("folder") for line in out.splitlines()]
    assert {Path(folder).name for folder in folders if folder} == {*names}


def test_data_list_shows_licence_and_size(capsys, monkeypatch):
    monkeypatch.setenv("COLUMNS", "200")
    status, out, _ = said(capsys, "data", "list")
    assert status == 0
    assert "fashion-mnist" in out
    assert "MIT" in out
    assert "55.0 MB" in out


def test_data_get_prints_where_the_files_are(capsys, tmp_path, monkeypatch):
    monkeypatch.setenv("DEEPDIVE_CACHE", str(tmp_path))
    status, out, _ = said(capsys, "data", "get", "digits")
    assert status == 0
    assert str(tmp_path) in out
    assert "digits.csv.gz" in out


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("run", "lennet"), "there is no recipe 'lennet'; did you mean 'lenet' "),
        (("run", "lenet", "--preset", "fast"), "recipe 'lenet' has no preset 'fast'; there are smoke, quick, book"),
        (("run", "mlp", "--device", "cdua"), "did you mean 'cuda'?"),
        (("run", "mlp", "--epochs", "0"), "--epochs must be from 1 to 1000000, got 0"),
        (("run", "mlp", "--batch-size", "0", "--data", "digits"), "--batch-size must be from 1 to 1000000, got 0"),
        (("run", "mlp", "--data", "digitz"), "digits"),
        (
            ("run", "mlp", "--data", "digits", "--optimizer.lr", "-1"),
            "--optimizer.lr must be above 0 and at most 1000, got -1",
        ),
        (("run", "mlp", "--data", "digits", "--hidden", "0"), "--hidden must be integers from 1 to 65536, got (0,)"),
        (("run", "lenet", "--data", "digits"), "8"),
        (("run", "mlp", "--toolkit", "scratch", "--optimizer.fused"), "only the torch toolkit has fused optimisers"),
        (("data", "get", "fashion-mnits"), "did you mean 'fashion-mnist'?"),
        (("resume", "nowhere"), "there is no run folder nowhere"),
        (("predict", "nowhere", "x.png"), "there is no run folder nowhere"),
        (("prove", "Conv2"), "Conv2d"),
    ],
)
def test_a_mistake_is_one_clear_line_and_status_2(tmp_path, words, message):
    done = deepdive(*words, cwd=tmp_path)
    assert done.returncode == 2, done.stderr
    assert message in done.stderr
    assert "Traceback" not in done.stderr
    assert not list(tmp_path.iterdir()), "a mistake must leave no run folder"


@pytest.mark.parametrize(
    "words", [("run", "lenet", "--modren"), ("run", "lenet", "--optimizer.rl", "1"), ("list", "--run")]
)
def test_an_unknown_flag_is_named_with_a_suggestion(tmp_path, words):
    done = deepdive(*words, cwd=tmp_path)
    assert done.returncode == 2
    assert words[-1 if words[-1].startswith("-") else -2] in done.stderr
    assert {"--modren": "--modern", "--optimizer.rl": "--optimizer.lr", "--run": "--runs"}[
        next(word for word in words if word.startswith("-"))
    ] in done.stderr


def test_a_traceback_can_be_had(tmp_path):
    done = deepdive("run", "lennet", cwd=tmp_path, DEEPDIVE_TRACEBACK="1")
    assert "Traceback" in done.stderr
    assert "ValueError" in done.stderr


def test_a_reader_who_leaves_early_is_no_error(tmp_path):
    pipe = subprocess.run(
        ["bash", "-o", "pipefail", "-c", f"{' '.join(command('list'))} | true"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
    )
    assert pipe.stderr == ""


def test_the_module_is_the_command(tmp_path):
    done = subprocess.run(
        [sys.executable, "-m", "deepdive.cli", "--version"], capture_output=True, text=True, check=True
    )
    assert done.stdout == f"deepdive {__version__}\n"


@pytest.mark.parametrize("words", [("--help",), ("list",), ("data", "list"), ("run",), ("--version",), ("doctor",)])
def test_closed_output_is_no_error(tmp_path, words):
    line = " ".join(command(*words))
    closed = subprocess.run(["bash", "-c", f"{line} >&-"], cwd=tmp_path, capture_output=True, text=True)
    assert "Traceback" not in closed.stderr
    gone = subprocess.run(["bash", "-c", f"{line} | true"], cwd=tmp_path, capture_output=True, text=True)
    assert "Traceback" not in gone.stderr


def test_a_terminal_that_knows_only_ascii_shows_the_rest_as_question_marks(tmp_path):
    done = deepdive("list", cwd=tmp_path, PYTHONIOENCODING="ascii", COLUMNS="200")
    assert done.returncode == 0, done.stderr
    assert "? 0.85" in done.stdout


@pytest.mark.slow
def test_the_last_of_several_presets_counts(tmp_path):
    words = ("--preset", "quick", "--data", "digits", "--preset", "smoke")
    assert deepdive("run", "mlp", *words, "--quiet", cwd=tmp_path).returncode == 0
    [folder] = (tmp_path / "runs" / "mlp").iterdir()
    run = json.loads((folder / "run.json").read_text())
    assert run["preset"] == "smoke"
    assert run["settings"]["steps"] == 100


def test_garbage_is_collected_rarely_and_not_at_the_end():
    code = (
        "import gc\nfrom deepdive.cli import few_collections\nbefore = gc.get_threshold()\nwith few_collections():\n"
        "    print(gc.isenabled(), gc.get_threshold()[1:] > before[1:])\nprint(gc.get_freeze_count() > 1000)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["True", "True", "True"]


def test_a_message_does_not_move_the_cursor_and_keeps_its_end():
    told = message_of(ValueError(f"t.csv: must be a time, got x\x1b[2J\u2028\r{'9' * 300_000}; write ISO dates"))
    assert told.startswith("t.csv: must be a time, got x\\x1b[2J\\u2028\\r999")
    assert told.endswith("; write ISO dates")
    assert len(told) < 2100
    assert message_of(ValueError("two\n\nlines, größer")) == "two\n\nlines, größer"


@pytest.mark.slow
def test_the_last_preset_counts(tmp_path):
    words = ("run", "edge-kernel", "--preset", "nonsense", "--preset=smoke", "--quiet", "--runs", tmp_path)
    assert deepdive(*words, cwd=tmp_path).returncode in (0, 1)
    [run] = (tmp_path / "edge-kernel").iterdir()
    assert json.loads((run / "run.json").read_text())["preset"] == "smoke"
    done = deepdive("resume", run, "--device", "nonsense", cwd=tmp_path)
    assert done.returncode == 2
