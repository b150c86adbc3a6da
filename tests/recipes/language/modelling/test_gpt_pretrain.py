"""GPT on a text of one's own: train, report, continue, resume, count per word."""

import math

import pytest

from deepdive.data.text import BytePairTokenizer, TextDataModule
from deepdive.models.language import RecurrentLanguageModel
from deepdive.recipes import load_recipe
from deepdive.recipes.language.modelling.attention_maps import attention_sections
from deepdive.recipes.language.modelling.measures import tokens_per_second, word_perplexities, words_in
from deepdive.recipes.running import runner
from deepdive.recipes.settings import from_plain, to_plain, with_preset
from deepdive.training import Run

from ..texts import assert_same, interrupted, run, story

pytestmark = pytest.mark.usefixtures("without_shape_checks")
SMALL = {"epochs": 2, "batch_size": 16, "hidden_size": 32, "num_layers": 2, "num_steps": 16, "dropout": 0.1}


@pytest.fixture(scope="module")
def text(tmp_path_factory):
    path = tmp_path_factory.mktemp("text") / "story.txt"
    path.write_text(story(), encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def trained(text, tmp_path_factory):
    changes = {"epochs": 8, "num_steps": 32, "optimizer": {"lr": 0.01}, "prompt": "the time"}
    return run("gpt-pretrain", text, tmp_path_factory.mktemp("gpt"), **SMALL | changes)


def test_it_learns_and_reports(trained):
    assert trained.metrics["test_perplexity"] < 4, "of some thirty characters"
    assert "test_word_perplexity" not in trained.metrics
    folder = trained.run.folder
    report = (folder / "report.html").read_text(encoding="utf-8")
    for part in ("temperature 0.5", "Each row is a token that attends", "tokens per second", "GPT"):
        assert part in report
    assert (folder / "samples.txt").read_text(encoding="utf-8").startswith("--- temperature 0.5\nthe time")


def test_a_text_longer_than_the_context_is_continued_the_same_way_from_the_same_seed(trained):
    def say(prompt, **options):
        [told] = runner.predict(trained.run.folder, [prompt], **options)
        return told.answers

    [greedy] = say("the time tra", length=7, top_k=1)
    assert greedy.startswith("the time traveller ")
    long = "the time traveller saw the machine.\n" * 3
    assert say(long, length=50, seed=3) == say(long, length=50, seed=3)
    assert say(long, length=50, seed=3, temperature=2.0) != say(long, length=50, seed=4, temperature=2.0)
    assert len(say("t", length=5, samples=3, top_p=0.9)) == 3


@pytest.mark.slow
def test_a_run_that_stops_within_an_epoch_goes_on_bit_for_bit(text, tmp_path):
    changes = SMALL | {"checkpoint_every": 3}
    whole = run("gpt-pretrain", text, tmp_path / "whole", **changes)
    begun = interrupted("gpt-pretrain", text, tmp_path, **changes)
    assert_same(runner.resume(begun.folder, console=False), whole)


@pytest.mark.slow
def test_both_toolkits_take_the_same_steps(text, tmp_path):
    found = {}
    for toolkit in ("torch", "scratch"):
        changes = SMALL | {"toolkit": toolkit, "dropout": 0.0, "steps": 8, "positions": "learnt"}
        found[toolkit] = run("gpt-pretrain", text, tmp_path / toolkit, **changes).metrics["val_perplexity"]
    assert found["torch"] == pytest.approx(found["scratch"], rel=1e-4)


def test_byte_pairs_are_counted_per_word(text, tmp_path):
    outcome = run("gpt-pretrain", text, tmp_path, **SMALL, tokens="byte-pair", vocab_size=300)
    metrics = outcome.metrics
    assert metrics["val_word_perplexity"] > metrics["val_perplexity"] > 1, "a word has several pieces"
    assert metrics["test_word_perplexity"] > metrics["test_perplexity"]
    [told] = runner.predict(outcome.run.folder, ["the time traveller"], length=4)
    assert told.answers[0].startswith("the time traveller")


def test_words_are_counted_as_is_usual_for_wikitext():
    assert words_in(" \n = Robert <unk> = \n \n he did . \n") == 11
    assert words_in("") == 0


def test_perplexity_per_word_is_what_all_pieces_together_say():
    """A model that is equally sure of every piece: ``p`` of a word is that of its pieces, multiplied."""
    words = "ab abc b a " * 40
    data = TextDataModule(words, BytePairTokenizer.learn(words, tokens=258), num_steps=4, validation=0.25)
    data.prepare()
    pieces = len(data.corpora["val"]) - 1
    count = words_in(data.encoder.decode(data.corpora["val"]))
    assert count < pieces
    found = word_perplexities({"val_perplexity": 3.0, "test_perplexity": 2.0}, data)
    assert found == {"val_word_perplexity": pytest.approx((3.0**pieces) ** (1 / count))}
    assert math.log(found["val_word_perplexity"]) > math.log(3.0)


def test_the_pace_is_that_of_training_alone(tmp_path):
    made = Run.create("gpt-pretrain", {}, preset="quick", root=tmp_path)
    assert tokens_per_second(made, 100) is None
    lines = ['{"kind": "train", "steps_per_second": 2.0}', '{"kind": "epoch", "seconds": 9.0}']
    (made.folder / "timing.jsonl").write_text("\n".join([*lines, lines[0].replace("2.0", "4.0")]))
    assert tokens_per_second(made, 100) == 300


def test_nothing_is_drawn_where_there_is_nothing_to_see(trained):
    recipe = load_recipe("gpt-pretrain")
    experiment = recipe.build(from_plain(recipe.settings_type, trained.run.settings))
    network, metadata = experiment.restore(trained.run)
    encoder = metadata.encoder
    assert len(attention_sections(network, encoder, "the time", 32)) == 1
    assert attention_sections(RecurrentLanguageModel(len(encoder)), encoder, "the time", 32) == []
    with pytest.raises(ValueError, match="the text 'ώ' holds no token that the network has learnt"):
        attention_sections(network, encoder, "ώ", 32)


@pytest.mark.parametrize("num_steps", [2, 8])
def test_a_window_shorter_than_the_prompt_has_a_report(text, tmp_path, num_steps):
    changes = SMALL | {"num_steps": num_steps, "steps": 1, "prompt": "the time traveller saw the machine"}
    outcome = run("gpt-pretrain", text, tmp_path, **changes)
    assert outcome.problem == ""
    assert "Each row is a token that attends" in (outcome.run.folder / "report.html").read_text(encoding="utf-8")


def test_a_state_that_is_carried_is_refused():
    with pytest.raises(ValueError, match="partition"):
        from_plain(load_recipe("gpt-pretrain").settings_type, {"partition": "sequential"})


def test_a_preset_for_other_data_has_its_own_target():
    info, kind = load_recipe("gpt-pretrain"), load_recipe("gpt-pretrain").settings_type
    settings = to_plain(with_preset(kind, info.presets["wikitext2"]))
    assert info.target("wikitext2", settings).metric == "val_word_perplexity"
    assert info.target("wikitext2").metric == "val_word_perplexity"
    assert info.target("wikitext2", settings | {"data": "time-machine"}) is None
    assert info.target("quick", settings) is None
