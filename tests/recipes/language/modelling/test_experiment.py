"""Language models on a text of one's own: train, sample, continue, resume, and what is refused."""

import json
import shutil

import pytest

from deepdive.recipes.running import runner
from deepdive.training import RunError

from ..texts import assert_same, interrupted, run, story

pytestmark = pytest.mark.usefixtures("without_shape_checks")
SMALL = {"epochs": 2, "batch_size": 16, "hidden_size": 32, "num_steps": 16}


@pytest.fixture(scope="module")
def text(tmp_path_factory):
    path = tmp_path_factory.mktemp("text") / "story.txt"
    path.write_text(story(), encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def trained(text, tmp_path_factory):
    return run("gru-lm", text, tmp_path_factory.mktemp("lm"), **SMALL | {"epochs": 12, "prompt": "the "})


def test_it_learns_and_reports(trained):
    assert trained.metrics["test_perplexity"] < 4, "of some thirty characters"
    folder = trained.run.folder
    report = (folder / "report.html").read_text(encoding="utf-8")
    assert "temperature 0.5" in report
    assert "RecurrentLanguageModel" in report
    assert (folder / "samples.txt").read_text(encoding="utf-8").startswith("--- temperature 0.5\nthe ")


def test_a_text_is_continued_the_same_way_from_the_same_seed(trained):
    def say(**options):
        [told] = runner.predict(trained.run.folder, ["the time tra"], **options)
        return told.answers

    assert say(length=20, seed=3) == say(length=20, seed=3)
    assert say(length=40, seed=3, temperature=2.0) != say(length=40, seed=4, temperature=2.0)
    [greedy] = say(length=7, top_k=1)
    assert greedy.startswith("the time traveller ")
    assert len(say(length=5, samples=3)) == 3
    assert say(length=12, top_p=1e-6) == say(length=12, temperature=1e-4)


def test_texts_may_come_in_a_file_one_per_line(trained, tmp_path):
    (tmp_path / "prompts.txt").write_text("the time\n\nweena\n", encoding="utf-8")
    told = runner.predict(trained.run.folder, [tmp_path / "prompts.txt", "a morlock"], length=3)
    assert [each.given for each in told] == ["the time", "weena", "a morlock"]


def test_characters_never_seen_are_told_and_a_text_of_nothing_else_is_refused(trained):
    [told] = runner.predict(trained.run.folder, ["the ώ"], length=3)
    assert told.notes == ("'the ώ': never seen in training, read as unknown: 'ώ'",)
    assert "<unk>" not in told.answers[0].replace("the <unk>", "")
    with pytest.raises(ValueError, match="the text 'ώώ' holds no token that the network has learnt"):
        runner.predict(trained.run.folder, ["ώώ"])


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"length": 0}, "length must be from 1 to 100000, got 0"),
        ({"samples": 0}, "samples must be from 1 to 10000, got 0"),
        ({"temperature": 0.0}, "temperature must be"),
        ({"top_k": 0}, "top_k must be from 1 to 100000000 or None, got 0"),
        ({"top_p": 1.5}, "top_p must be"),
        ({"seed": -1}, "seed must be from 0 to 2147483647, got -1"),
        ({"invert": "yes"}, "invert is 'yes', but the recipe gru-lm has no such option; there are length, temperature"),
    ],
)
def test_options_out_of_range_are_refused(trained, options, message):
    with pytest.raises(ValueError, match=message):
        runner.predict(trained.run.folder, ["the"], **options)


def test_an_empty_text_is_refused(trained):
    with pytest.raises(ValueError, match="a text is empty"):
        runner.predict(trained.run.folder, [" "])


@pytest.mark.parametrize("partition", ["random", "sequential"])
@pytest.mark.parametrize("name", ["rnn-lm", "lstm-lm"])
@pytest.mark.slow
def test_a_run_that_stops_within_an_epoch_goes_on_bit_for_bit(text, name, partition, tmp_path):
    changes = SMALL | {"partition": partition, "batch_size": 8, "checkpoint_every": 3, "num_layers": 2}
    whole = run(name, text, tmp_path / "whole", **changes)
    begun = interrupted(name, text, tmp_path, **changes)
    assert_same(runner.resume(begun.folder, console=False), whole)


def test_a_changed_text_is_noticed_on_a_resume(tmp_path):
    path = tmp_path / "story.txt"
    path.write_text(story(), encoding="utf-8")
    outcome = run("rnn-lm", path, tmp_path, **SMALL)
    (outcome.run.folder / "result.json").unlink()
    path.write_text(story(seed=1), encoding="utf-8")
    with pytest.raises(RunError, match=r"the tokens of .*story.txt have changed since"):
        runner.resume(outcome.run.folder, console=False)


def test_damaged_inputs_are_told(trained, tmp_path):
    folder = tmp_path / "copy"
    shutil.copytree(trained.run.folder, folder)
    (folder / "inputs.json").write_text(json.dumps({"metadata": {"encoder": "{"}}))
    with pytest.raises(RunError, match=r"inputs.json is damaged"):
        runner.predict(folder, ["the"])


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "is empty"),
        (b"a", "token"),
        (b"abc\0def", "NUL byte"),
        (b"abc\xff\xfedef" * 200, "is not UTF-8"),
    ],
)
def test_bad_texts_are_refused_before_there_is_a_run(content, message, tmp_path):
    path = tmp_path / "bad.txt"
    path.write_bytes(content)
    with pytest.raises(ValueError, match=message):
        run("gru-lm", path, tmp_path, **SMALL)
    assert not (tmp_path / "runs").exists()


@pytest.mark.parametrize("tokens", ["letters", "words", "byte-pair"])
def test_other_tokens(text, tokens, tmp_path):
    outcome = run("gru-lm", text, tmp_path, **SMALL, tokens=tokens, vocab_size=300 if tokens == "byte-pair" else None)
    [told] = runner.predict(outcome.run.folder, ["the time traveller"], length=4)
    assert told.answers[0].startswith("the time traveller")


def test_both_toolkits_take_the_same_steps(text, tmp_path):
    """From the same weights, which both draw from the same seed."""
    found = {}
    for toolkit in ("torch", "scratch"):
        outcome = run("lstm-lm", text, tmp_path / toolkit, **SMALL, toolkit=toolkit, dropout=0.0, steps=12)
        found[toolkit] = outcome.metrics["val_perplexity"]
    assert found["torch"] == pytest.approx(found["scratch"], rel=1e-4)
