"""A small published encoder, fine-tuned on texts, pairs and tagged words that a test makes."""

import json
import random
import re
import shutil

import pytest
import torch
from safetensors.torch import load_file, save_file

from deepdive.data.sentences import LabelledTexts
from deepdive.recipes import load_recipe
from deepdive.recipes.language.bert.fine_tuning import depths
from deepdive.recipes.language.evaluating import text_evaluations
from deepdive.recipes.running import runner
from deepdive.recipes.settings import with_preset
from deepdive.training.runs.checkpoints import CheckpointError

from ..texts import run, tagged
from .published import publish

pytestmark = pytest.mark.usefixtures("without_shape_checks")

GOOD, BAD = ("fine", "great", "lovely"), ("dull", "poor", "awful")
SMALL = {"epochs": 6, "batch_size": 16, "max_length": 32, "dropout": 0.0, "layer_lr_decay": 1.0}
SMALL |= {"optimizer": {"lr": 0.01}}


def reviews(n=200, seed=0):
    draw = random.Random(seed)
    lines = ["text,label"]
    for i in range(n):
        word = draw.choice(GOOD if i % 2 else BAD)
        lines.append(f"the film was {word} and {draw.choice(('long', 'short'))},{'good' if i % 2 else 'bad'}")
    return "\n".join(lines) + "\n"


def related(n=200, seed=0):
    draw = random.Random(seed)
    lines = ["text,second,label,score"]
    for i in range(n):
        one = draw.choice(GOOD)
        other = one if i % 2 else draw.choice(BAD)
        lines.append(f"a {one} day,a {other} day,{'same' if i % 2 else 'other'},{4.5 if i % 2 else 1.5}")
    return "\n".join(lines) + "\n"


@pytest.fixture(scope="module")
def encoder(tmp_path_factory):
    words = (
        " ".join((*GOOD, *BAD)) + " the film was and long short a day Ada Alan Grace Smith left saw London Paris Rome ."
    )
    return publish(tmp_path_factory.mktemp("encoder"), [words] * 3)


@pytest.fixture(scope="module")
def classified(tmp_path_factory, encoder):
    folder = tmp_path_factory.mktemp("classify")
    (folder / "own.csv").write_text(reviews(), encoding="utf-8")
    return run("bert-classify", folder / "own.csv", folder, weights=str(encoder), **SMALL)


@pytest.fixture(scope="module")
def paired(tmp_path_factory, encoder):
    folder = tmp_path_factory.mktemp("pair")
    (folder / "own.csv").write_text(related(), encoding="utf-8")
    return run("bert-pair", folder / "own.csv", folder, weights=str(encoder), score_column="score", **SMALL)


def test_texts_of_ones_own_are_classified(classified):
    assert classified.metrics["test_label_accuracy"] > 0.95
    report = (classified.run.folder / "report.html").read_text(encoding="utf-8")
    assert "<h2>Confusion: label</h2>" in report
    one, other = runner.predict(classified.run.folder, ["the film was lovely", "the film was poor and long"])
    assert (one.answers[0], other.answers[0]) == ("good", "bad")
    assert sum(one.scores) == pytest.approx(1, abs=1e-4)


def test_pairs_have_a_class_and_a_score(paired):
    assert paired.metrics["test_lower_of_both"] > 0.9
    assert paired.metrics["test_lower_of_both"] == min(
        paired.metrics["test_label_accuracy"], paired.metrics["test_score_pearson"]
    )
    one, other = runner.predict(paired.run.folder, ["a fine day|||a fine day", "a fine day\ta dull day"])
    assert (one.answers[0], other.answers[0]) == ("same", "other")
    score = [float(told.notes[0].split()[-1]) for told in (one, other)]
    assert score[0] > 4 > 2 > score[1]


def test_a_pair_that_is_none(paired, classified):
    with pytest.raises(ValueError, match=r"'alone' is no pair of texts; write \|\|\| or a tab between two"):
        runner.predict(paired.run.folder, ["alone"])
    with pytest.raises(ValueError, match="is a pair of texts; this run is about single ones"):
        runner.predict(classified.run.folder, ["one|||two"])


def test_words_of_ones_own_are_tagged(tmp_path, encoder):
    (tmp_path / "all.conll").write_text(tagged(), encoding="utf-8")
    outcome = run("bert-tag", tmp_path / "all.conll", tmp_path, weights=str(encoder), **SMALL)
    assert outcome.metrics["test_f1"] > 0.9
    [told] = runner.predict(outcome.run.folder, ["Ada Smith left London."])
    assert told.answers == ("[Ada Smith PER] left [London LOC] .",)


def test_entities_behind_what_the_encoder_reads_are_missed(tmp_path, encoder):
    """Of each sentence it reads the person alone, one of two entities: F1 is 2 / (1 + 2) at most."""
    (tmp_path / "all.conll").write_text(tagged(), encoding="utf-8")
    outcome = run("bert-tag", tmp_path / "all.conll", tmp_path, weights=str(encoder), **SMALL | {"max_length": 5})
    assert 0.5 < outcome.metrics["test_f1"] <= 2 / 3 + 1e-9


@pytest.mark.parametrize("toolkit", ["torch", "scratch"])
def test_layers_learn_at_rates_of_their_own_and_one_after_the_other(tmp_path, encoder, toolkit):
    (tmp_path / "own.csv").write_text(reviews(40), encoding="utf-8")
    recipe = load_recipe("bert-classify")
    changes = {"data": str(tmp_path / "own.csv"), "weights": str(encoder), "toolkit": toolkit, "unfreeze_every": 1}
    settings = with_preset(recipe.settings_type, SMALL | changes | {"layer_lr_decay": 0.5, "epochs": 2})
    experiment = recipe.build(settings)
    experiment.prepare()
    groups = depths(experiment.model)
    assert [group[0] for group in groups] == ["bert.embedding", "bert.stack.blocks.0", "bert.stack.blocks.1", "heads"]
    rates = experiment.task.parameter_groups(experiment.model)
    assert [group["lr"] for group in rates] == pytest.approx([0.01, 0.005, 0.0025, 0.00125])
    experiment.task.begin_epoch(0)
    learning = {name.split(".")[0] for name, p in experiment.model.named_parameters() if p.requires_grad}
    assert learning == {"heads"}
    experiment.task.begin_epoch(1)
    assert experiment.model.get_parameter("bert.stack.blocks.1.feed_forward.out.weight").requires_grad
    assert not experiment.model.get_parameter("bert.embedding.weight").requires_grad


def settings_of(encoder, tmp_path, **changes):
    (tmp_path / "own.csv").write_text(reviews(40), encoding="utf-8")
    recipe = load_recipe("bert-classify")
    made = with_preset(
        recipe.settings_type, SMALL | {"data": str(tmp_path / "own.csv"), "weights": str(encoder)} | changes
    )
    return recipe.build(made)


def test_more_tokens_than_the_encoder_reads(encoder, tmp_path):
    with pytest.raises(ValueError, match=r"max_length must be from 3 to 64, the most that .* reads, got 65"):
        settings_of(encoder, tmp_path, max_length=65).prepare()


def test_a_tokenizer_of_another_vocabulary(encoder, tmp_path):
    other = publish(tmp_path / "other", ["entirely other words than those before"] * 2)
    sizes = json.loads((other / "config.json").read_text()) | {"vocab_size": 7}
    (other / "config.json").write_text(json.dumps(sizes))
    with pytest.raises(ValueError, match=r"the tokenizer has \d+ tokens, but the weights are for 7"):
        settings_of(other, tmp_path).prepare()


def test_weights_with_a_renamed_tensor(encoder, tmp_path):
    other = publish(tmp_path / "other", ["some words"] * 2)
    state = load_file(other / "model.safetensors")
    state["encoder.layer.0.attention.self.kee.weight"] = state.pop("encoder.layer.0.attention.self.key.weight")
    save_file(state, other / "model.safetensors")
    with pytest.raises(
        CheckpointError, match=r"self.key.weight \(nearest: encoder.layer.0.attention.self.kee.weight\)"
    ):
        settings_of(other, tmp_path).prepare()


def test_folders_and_names_that_hold_no_encoder(tmp_path, encoder):
    with pytest.raises(FileNotFoundError, match="no such folder, and no named text network"):
        settings_of(tmp_path / "none", tmp_path).prepare()
    (tmp_path / "empty").mkdir()
    with pytest.raises(FileNotFoundError, match=r"lacks config.json and model.safetensors"):
        settings_of(tmp_path / "empty", tmp_path).prepare()
    with pytest.raises(ValueError, match="'sst2' holds no text network; these do: minilm-l6, or a folder"):
        settings_of("sst2", tmp_path).prepare()
    with pytest.raises(ValueError, match="data must be sst2 or sick, or a file or folder"):
        settings_of(encoder, tmp_path, data="wikiann-en").prepare()


def test_a_pooler_takes_part_if_asked(encoder, tmp_path):
    experiment = settings_of(encoder, tmp_path, pooling="pooler")
    experiment.prepare()
    experiment.task.training_step(next(iter(experiment.data.train_loader().batches()))).backward()
    assert torch.count_nonzero(experiment.model.get_parameter("bert.pooler.weight").grad) > 0


def test_pairs_need_two_types_of_tokens(tmp_path, encoder):
    """What the encoder cannot tell apart is said before anything is learnt."""
    (tmp_path / "own.csv").write_text(related(40), encoding="utf-8")
    one = tmp_path / "one"
    shutil.copytree(encoder, one)
    sizes = json.loads((one / "config.json").read_text()) | {"type_vocab_size": 1}
    (one / "config.json").write_text(json.dumps(sizes))
    state = load_file(one / "model.safetensors")
    name = "embeddings.token_type_embeddings.weight"
    save_file(state | {name: state[name][:1].clone()}, one / "model.safetensors")
    asked = {"question": "who ?", "answers": [{"text": "Ada", "answer_start": 0}]}
    paragraphs = [{"context": f"Ada left {i}", "qas": [asked | {"id": f"{i}"}]} for i in range(20)]
    (tmp_path / "own.json").write_text(json.dumps({"data": [{"paragraphs": paragraphs}]}))
    for name, file in (("bert-pair", "own.csv"), ("bert-qa", "own.json")):
        recipe = load_recipe(name)
        settings = {"data": str(tmp_path / file), "weights": str(one), **SMALL}
        experiment = recipe.build(with_preset(recipe.settings_type, settings))
        with pytest.raises(ValueError, match=r"type_vocab_size must be at least 2 for pairs of texts, got 1"):
            experiment.prepare()


def test_unknown_keys_of_the_encoder_are_told(tmp_path, encoder, capsys):
    (tmp_path / "own.csv").write_text(reviews(40), encoding="utf-8")
    other = tmp_path / "other"
    shutil.copytree(encoder, other)
    sizes = json.loads((other / "config.json").read_text()) | {"strange_norm": 1}
    (other / "config.json").write_text(json.dumps(sizes))
    recipe = load_recipe("bert-classify")
    settings = {"data": str(tmp_path / "own.csv"), "weights": str(other), **SMALL}
    recipe.build(with_preset(recipe.settings_type, settings)).prepare()
    assert "config.json has keys that are not known here and are passed over: strange_norm" in capsys.readouterr().err


def test_the_worst_scores_come_first():
    held = LabelledTexts(("a", "b", "c"), scores=(1.0, 2.0, 3.0))
    told = {"score": torch.tensor([[1.5], [2.1], [5.0]])}
    [found] = text_evaluations(held, held, (), told, "test")
    largest = found.sections()[1].html
    cells = re.findall(r"<td.*?>(.*?)</td>", largest)
    assert cells[3::4] == ["c", "a", "b"]
    assert cells[:3] == ["3.0000", "5.0000", "2.0000"]
