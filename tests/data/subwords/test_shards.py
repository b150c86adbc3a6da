"""Weights in several files, and what is wrong with such."""

import json

import pytest
import torch
import transformers
from safetensors.torch import save_file

from deepdive.data.subwords import read_published
from deepdive.data.subwords.shards import INDEX, read_weights
from deepdive.models.transformers import GPT
from deepdive.models.transformers.public import GPT2_LAYOUT, gpt2_arguments
from deepdive.training import fit_state_dict

FIRST, SECOND = "model-00001-of-00002.safetensors", "model-00002-of-00002.safetensors"
PARTS = {FIRST: {"a": torch.arange(6.0).view(2, 3)}, SECOND: {"b": torch.arange(4.0), "c": torch.ones(5).half()}}


def write(folder, parts=PARTS, **changes):
    """The parts and their index, as published."""
    for name, tensors in parts.items():
        save_file(tensors, folder / name)
    index = {
        "metadata": {"total_size": sum(t.nbytes for tensors in parts.values() for t in tensors.values())},
        "weight_map": {name: part for part, tensors in parts.items() for name in tensors},
    }
    (folder / INDEX).write_text(json.dumps(index | changes))
    return {path.name: path for path in folder.iterdir()}


def test_parts_are_put_together(tmp_path):
    state = read_weights(write(tmp_path))
    expected = PARTS[FIRST] | PARTS[SECOND]
    assert state.keys() == expected.keys()
    assert all(torch.equal(value, expected[name]) for name, value in state.items())


def test_what_the_reference_writes_in_parts_gives_its_logits(tmp_path, byte_pairs):
    sizes = {"vocab_size": 510, "n_positions": 12, "n_embd": 24, "n_layer": 2, "n_head": 3}
    network = transformers.GPT2LMHeadModel(transformers.GPT2Config(**sizes, bos_token_id=1, eos_token_id=1)).eval()
    network.save_pretrained(tmp_path, max_shard_size="30KB")
    (tmp_path / "tokenizer.json").write_text(byte_pairs.to_json())
    assert len(list(tmp_path.glob("model-*-of-*.safetensors"))) > 2
    published = read_published(str(tmp_path))
    ours = GPT(**gpt2_arguments(published.configuration, published.state)).eval()
    fit_state_dict(ours, published.state, layout=GPT2_LAYOUT)
    tokens = torch.randint(510, (2, 9))
    torch.testing.assert_close(ours(tokens), network(tokens).logits)


def test_a_name_that_no_part_holds_is_left_to_the_network(tmp_path):
    """Converted files list tied tensors twice, and hold them once; their sizes say nothing then."""
    where = {"a": FIRST, "b": SECOND, "c": SECOND, "tied": SECOND}
    assert sorted(read_weights(write(tmp_path, weight_map=where, metadata={"total_size": 1}))) == ["a", "b", "c"]


@pytest.mark.parametrize(
    "name",
    ["../model.safetensors", "/etc/model.safetensors", "sub/model.safetensors", "..", "", "model.bin", 3, None,
     "a\\b.safetensors", "./x.safetensors"],
)  # fmt: skip
def test_a_file_that_is_not_beside_the_index_is_refused(tmp_path, name):
    (tmp_path / "in").mkdir()
    save_file({"a": torch.ones(2)}, tmp_path / "model.safetensors")
    files = write(tmp_path / "in", weight_map={"a": name})
    with pytest.raises(ValueError, match="weight_map must name safetensors files beside it, got "):
        read_weights(files)


@pytest.mark.parametrize("weights", [{}, [], None, "x"])
def test_an_index_without_a_map(tmp_path, weights):
    with pytest.raises(ValueError, match="weight_map must be names of tensors with their files"):
        read_weights(write(tmp_path, weight_map=weights))


def test_a_missing_part_is_named(tmp_path):
    files = write(tmp_path)
    (tmp_path / SECOND).unlink()
    del files[SECOND]
    with pytest.raises(FileNotFoundError, match=f"{INDEX} names {SECOND}, which .* lacks"):
        read_weights(files)


def test_a_tensor_in_two_parts(tmp_path):
    parts = {FIRST: {"a": torch.ones(2), "b": torch.ones(3)}, SECOND: {"b": torch.zeros(3)}}
    with pytest.raises(ValueError, match=f"b must be in {SECOND} alone, got it in {FIRST} too"):
        read_weights(write(tmp_path, parts))


def test_another_size_than_the_index_says(tmp_path):
    with pytest.raises(ValueError, match="total_size must be 50, the bytes of all tensors, got 48"):
        read_weights(write(tmp_path, metadata={"total_size": 48}))


def test_a_part_that_is_cut_off(tmp_path):
    files = write(tmp_path)
    files[SECOND].write_bytes(files[SECOND].read_bytes()[:-3])
    with pytest.raises(ValueError, match=f"{SECOND} is damaged"):
        read_weights(files)


def test_weights_of_another_form_are_named(tmp_path):
    (tmp_path / "config.json").write_text("{}")
    (tmp_path / "pytorch_model.bin").write_bytes(b"")
    with pytest.raises(FileNotFoundError, match=r"lacks model.safetensors \(pytorch_model.bin is not read: save it as"):
        read_published(str(tmp_path))
