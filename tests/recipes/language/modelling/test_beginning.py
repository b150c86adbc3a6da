"""A small GPT-2 with random weights, published as the real one is, trained on with a text of one's own."""

import json
import shutil

import pytest
import torch
import transformers
from safetensors.torch import save_file

from deepdive.data.subwords import Subwords
from deepdive.recipes import load_recipe
from deepdive.recipes.running import runner
from deepdive.recipes.settings import with_preset
from deepdive.training import load_checkpoint
from deepdive.training.runs.checkpoints import CheckpointError

from ..texts import run, story

pytestmark = pytest.mark.usefixtures("without_shape_checks")
SMALL = {"epochs": 2, "steps": 12, "batch_size": 8, "num_steps": 16, "dropout": 0.0, "prompt": "the time"}


@pytest.fixture(scope="module")
def text(tmp_path_factory):
    path = tmp_path_factory.mktemp("text") / "story.txt"
    path.write_text(story(), encoding="utf-8")
    return path


def reference(pieces, **changes):
    sizes = {"vocab_size": pieces + 7, "n_positions": 24, "n_embd": 24, "n_layer": 2, "n_head": 3} | changes
    return transformers.GPT2LMHeadModel(transformers.GPT2Config(**sizes, bos_token_id=0, eos_token_id=0)).eval()


def publish(folder, network, subwords):
    folder.mkdir()
    (folder / "config.json").write_text(json.dumps(network.config.to_dict()))
    (folder / "tokenizer.json").write_text(subwords.to_json())
    state = {name: value for name, value in network.state_dict().items() if name != "lm_head.weight"}  # it is tied
    save_file(state, folder / "model.safetensors")
    return folder


@pytest.fixture(scope="module")
def subwords():
    return Subwords.byte_pairs([story(seed=1)], 300)


@pytest.fixture(scope="module")
def weights(tmp_path_factory, subwords):
    return publish(tmp_path_factory.mktemp("weights") / "gpt2", reference(len(subwords)), subwords)


def prepared(text, weights, **changes):
    recipe = load_recipe("gpt-pretrain")
    given = {"data": str(text), "weights": str(weights)} | SMALL | changes
    experiment = recipe.build(with_preset(recipe.settings_type, given))
    experiment.prepare()
    return experiment


@pytest.mark.parametrize("toolkit", ["torch", "scratch"])
def test_it_begins_where_the_published_network_is(text, weights, subwords, toolkit):
    experiment = prepared(text, weights, toolkit=toolkit)
    network = transformers.GPT2LMHeadModel.from_pretrained(weights).eval()
    numbers = experiment.data.encoder.encode("the medical man saw")
    assert torch.equal(numbers, subwords.encode(["the medical man saw"], special=False).ids[0])
    with torch.inference_mode():
        ours = experiment.model.eval()(numbers.unsqueeze(0))
        theirs = network(numbers.unsqueeze(0)).logits[..., : len(subwords)]
    assert ours.shape == theirs.shape
    assert torch.allclose(ours, theirs, atol=1e-5)


def test_a_run_knows_all_of_it_without_the_folder(text, weights, tmp_path):
    moved = tmp_path / "weights"
    shutil.copytree(weights, moved)
    outcome = run("gpt-pretrain", text, tmp_path, **SMALL, weights=str(moved), tokens="byte-pair", vocab_size=50)
    assert outcome.metrics["val_word_perplexity"] > outcome.metrics["val_perplexity"] > 1
    shutil.rmtree(moved)
    [told] = runner.predict(outcome.run.folder, ["the time traveller"], length=8)
    assert told.answers[0].startswith("the time traveller")
    kept = load_checkpoint(outcome.run.checkpoints.path("last"))["model"]
    assert kept["tokens.positions.weight"].shape == (24, 24), "the published context, not num_steps"


def test_the_loss_before_the_first_step_is_the_references(text, weights, tmp_path):
    """With a rate of almost nothing the weights stay as they were published."""
    outcome = run(
        "gpt-pretrain", text, tmp_path, **SMALL | {"steps": 1, "optimizer": {"lr": 1e-12}}, weights=str(weights)
    )
    network = transformers.GPT2LMHeadModel.from_pretrained(weights).eval()
    experiment = prepared(text, weights)
    pieces = len(experiment.data.encoder)
    losses, count = 0.0, 0
    with torch.inference_mode():
        for x, y in experiment.data.val_loader().batches():
            logits = network(x).logits[..., :pieces]
            losses += float(torch.nn.functional.cross_entropy(logits.flatten(0, 1), y.flatten(), reduction="sum"))
            count += int((y != -100).sum())
    assert outcome.metrics["val_loss"] == pytest.approx(losses / count, rel=1e-4)


def test_what_does_not_go_together_is_said(text, weights, subwords, tmp_path):
    with pytest.raises(ValueError, match=r"num_steps must be at most 24, as .*gpt2 reads no more, got 32"):
        prepared(text, weights, num_steps=32)
    with pytest.raises(ValueError, match="tokens must be 'auto', as weights come with their own, got 'words'"):
        prepared(text, weights, tokens="words")
    with pytest.raises(FileNotFoundError, match="no such folder, and no named text network"):
        prepared(text, tmp_path / "nothing")
    other = tmp_path / "bert"
    shutil.copytree(weights, other)
    (other / "config.json").write_text(json.dumps({"vocab_size": 400, "hidden_size": 24}))
    with pytest.raises(ValueError, match=r"hidden_size must be None, got 24 in config.json"):
        prepared(text, other)
    small = publish(tmp_path / "small", reference(250), subwords)
    with pytest.raises(ValueError, match="the tokenizer has 300 tokens, but the weights are for 257"):
        prepared(text, small)
    deeper = publish(tmp_path / "deeper", reference(len(subwords)), subwords)
    sizes = json.loads((deeper / "config.json").read_text()) | {"n_layer": 3}
    (deeper / "config.json").write_text(json.dumps(sizes))
    with pytest.raises(CheckpointError, match=r"h\.2\.attn"):
        prepared(text, deeper)
