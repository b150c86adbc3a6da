"""T5 on a text of one's own: train, report, fill gaps, resume; and what is wrong with texts."""

import json
import random
import re

import pytest

from deepdive.recipes import load_recipe
from deepdive.recipes.language.pretraining import t5_experiment
from deepdive.recipes.running import runner
from deepdive.recipes.settings import with_preset
from deepdive.training import RunError, load_checkpoint

from ..texts import assert_same, interrupted, run

pytestmark = pytest.mark.usefixtures("without_shape_checks")

CHANGES = {
    "window": 20, "noise_density": 0.25, "mean_noise_span_length": 2.0, "vocab_size": 300, "hidden_size": 64,
    "num_layers": 1, "head_dim": 16, "ffn_size": 64, "epochs": 60, "batch_size": 32,
    "optimizer": {"lr": 0.005}, "prompt": "the sun <extra_id_0> .",
}  # fmt: skip


def paragraphs(n=400):
    draw = random.Random(0)
    told = ("the sun is hot .", "a moon was cold !", "we like warm days ,", "they saw no ships ?")
    return "".join(f"{draw.choice(told)}\n" for _ in range(n))


@pytest.fixture(scope="module")
def text(tmp_path_factory):
    path = tmp_path_factory.mktemp("text") / "own.txt"
    path.write_text(paragraphs(), encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def trained(text, tmp_path_factory):
    return run("t5-pretrain", text, tmp_path_factory.mktemp("t5"), **CHANGES)


def test_what_is_missing_is_learnt(trained):
    assert trained.metrics["test_perplexity"] < 4, "of some three hundred tokens"
    assert trained.metrics["test_masked_token_accuracy"] > 0.45, "the most frequent token is right of a sixth"
    report = (trained.run.folder / "report.html").read_text(encoding="utf-8")
    for part in (
        "Gaps of a sentence",
        "Gaps in texts of the test set",
        "&lt;extra_id_0&gt;",
        "&lt;extra_id_1&gt;",
        "T5",
    ):
        assert part in report
    for part in ("train", "val", "test"):
        assert re.search(rf"{part} windows</t[dh]>\s*<td[^>]*>\d+<", report)
    [share] = re.findall(r"accuracy of the most frequent token</t[dh]>\s*<td[^>]*>([\d.]+)%", report)
    assert 12 < float(share) < 20


def test_texts_of_several_lengths_are_filled_together(trained):
    texts = ["the sun <extra_id_0> .", "the sun is hot .\na moon <extra_id_0> !", "they <extra_id_0> ? <extra_id_1>"]
    answers = [told.answers[0] for told in runner.predict(trained.run.folder, texts)]
    for answer, text in zip(answers, texts, strict=True):
        outside = [" ".join(part.split()) for part in re.split("<.*?>", text)]
        assert answer.startswith(outside[0])
        assert answer.endswith(outside[-1])
        assert len(answer) > len(" ".join(outside))
        assert "extra_id" not in answer
    assert [runner.predict(trained.run.folder, [text])[0].answers[0] for text in texts] == answers


@pytest.mark.parametrize(
    ("told", "words"),
    [
        ("the sun is hot .", "'the sun is hot .' has no <extra_id_0>, so that there is nothing to fill in"),
        ("the <extra_id_０> is hot .", "has no <extra_id_0>, so that there is nothing to fill in"),
        ("the <extra_id_00> is hot .", "has gaps 00; they must be numbered"),
        ("the <extra_id_" + "9" * 5000 + "> is hot .", "has gaps 999999999999; they must be numbered"),
        ("the <extra_id_1> is hot .", "has gaps 1; they must be numbered 0, 1, 2, ... in this order"),
        ("<extra_id_1> is <extra_id_0> .", "has gaps 1, 0; they must be numbered"),
        ("<extra_id_0> is <extra_id_0> .", "has gaps 0, 0; they must be numbered"),
        (
            "<extra_id_0> is <extra_id_1> .",
            "has 3 gaps with the one behind its end, but the network has learnt 2 at most",
        ),
        ("<extra_id_0> is hot" + " ." * 20, "tokens, but the network has learnt to read 17 at most"),
    ],
)
def test_a_text_that_cannot_be_filled_is_told(trained, told, words):
    with pytest.raises(ValueError, match=re.escape(words)):
        runner.predict(trained.run.folder, ["the sun <extra_id_0> .", told])


def test_a_gap_for_which_nothing_is_said_is_noted(trained, monkeypatch):
    monkeypatch.setattr(t5_experiment, "write_missing", lambda *given: [[]])
    [told] = runner.predict(trained.run.folder, ["the sun <extra_id_0> ."])
    assert told.answers == ("the sun .",)
    assert told.notes == ("nothing was predicted for <extra_id_0>",)


def test_a_prompt_that_is_too_long_leaves_the_report_whole(text, tmp_path, capsys):
    outcome = run("t5-pretrain", text, tmp_path, **CHANGES | {"steps": 2, "prompt": "the sun <extra_id_0>" + " ." * 20})
    [note] = [line for line in capsys.readouterr().err.splitlines() if "prompt" in line]
    assert note.startswith("note: the report shows nothing of the prompt: 'the sun <extra_id_0> . .")
    assert note.endswith("tokens, but the network has learnt to read 17 at most")
    report = (outcome.run.folder / "report.html").read_text(encoding="utf-8")
    assert "Gaps in texts of the test set" in report
    assert "Gaps of a sentence" not in report


SHORT = CHANGES | {"epochs": 2, "checkpoint_every": 3, "log_every": 5, "dropout": 0.1}


def test_a_run_that_stops_within_an_epoch_goes_on_bit_for_bit(text, tmp_path):
    whole = run("t5-pretrain", text, tmp_path / "whole", **SHORT)
    begun = interrupted("t5-pretrain", text, tmp_path, record=2, **SHORT)
    assert_same(runner.resume(begun.folder, console=False), whole)


def test_another_text_is_refused_on_a_resume(tmp_path):
    path = tmp_path / "own.txt"
    path.write_text(paragraphs(), encoding="utf-8")
    begun = interrupted("t5-pretrain", path, tmp_path, record=2, **SHORT)
    path.write_text(paragraphs().replace("sun", "sea"), encoding="utf-8")
    with pytest.raises(RunError, match=r"changed since .* began; start a new run"):
        runner.resume(begun.folder, console=False)


def test_both_toolkits_take_the_same_steps(text, tmp_path):
    found = {}
    for toolkit in ("torch", "scratch"):
        outcome = run("t5-pretrain", text, tmp_path / toolkit, **CHANGES | {"toolkit": toolkit, "steps": 8})
        found[toolkit] = outcome.metrics["val_perplexity"]
    assert found["torch"] == pytest.approx(found["scratch"], rel=1e-4)


def test_the_first_version_can_be_chosen(text, tmp_path):
    outcome = run("t5-pretrain", text, tmp_path, **CHANGES | {"steps": 2, "tie_embeddings": True, "gated": False})
    names = set(load_checkpoint(outcome.run.checkpoints.path("last"))["model"])
    assert not any("gate" in name for name in names)
    assert runner.predict(outcome.run.folder, ["the sun <extra_id_0> ."])


def test_a_damaged_run_is_told(text, tmp_path):
    outcome = run("t5-pretrain", text, tmp_path, **CHANGES | {"steps": 2})
    (outcome.run.folder / "inputs.json").write_text(json.dumps({"metadata": "none"}), encoding="utf-8")
    with pytest.raises(RunError, match="is damaged: this is no tokenizer"):
        runner.predict(outcome.run.folder, ["the sun <extra_id_0> ."])


@pytest.mark.parametrize(
    ("data", "changes", "error", "words"),
    [
        ("sick", {}, ValueError, "data is 'sick', which is no text; these are: time-machine"),
        ("none.txt", {}, FileNotFoundError, "there is no text, file or folder of that name"),
        ("own", {"max_characters": 0}, ValueError, "max_characters must be from 1 to 100000000 or None, got 0"),
        ("own", {"window": 1}, ValueError, "window must be from 2 to 100000, got 1"),
        ("own", {"noise_density": 1.0}, ValueError, "noise_density must be above 0 and below 1, got 1.0"),
        ("own", {"vocab_size": 200}, ValueError, "vocab_size must be above 258"),
        ("own", {"window": 5000}, ValueError, "part has .* tokens, fewer than window, which is 5000"),
    ],
)
def test_what_is_missing_or_wrong_is_told(text, data, changes, error, words):
    recipe = load_recipe("t5-pretrain")
    source = str(text) if data == "own" else data
    with pytest.raises(error, match=words):
        recipe.build(with_preset(recipe.settings_type, CHANGES | {"data": source} | changes)).prepare()
