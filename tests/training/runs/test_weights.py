import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from safetensors.torch import load_file, save_file
from torch import nn

from deepdive import scratch
from deepdive.training import CheckpointError, load_weights, save_checkpoint, save_weights


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    return tmp_path_factory.mktemp("weights") / "w.safetensors"


def network(seed=0, width=4, dtype=torch.float32):
    torch.manual_seed(seed)
    return nn.Sequential(nn.Linear(3, width), nn.BatchNorm1d(width), nn.Linear(width, 2)).to(dtype)


@given(bits=st.lists(st.integers(0, 2**32 - 1), min_size=12, max_size=12))
@settings(max_examples=50, deadline=None)
def test_every_bit_comes_back(place, bits):
    saved, fresh = nn.Linear(4, 3, bias=False), nn.Linear(4, 3, bias=False)
    raw = torch.tensor(bits).to(torch.uint32).view(torch.int32).view(3, 4)
    saved.weight.data = raw.view(torch.float32)
    save_weights(place, saved)
    load_weights(place, fresh)
    assert torch.equal(fresh.weight.data.view(torch.int32), raw)


def test_buffers_come_back_and_other_programs_can_read_it(place):
    saved, fresh = network(0), network(1)
    saved(torch.randn(8, 3))
    save_weights(place, saved)
    load_weights(place, fresh)
    x = torch.randn(5, 3)
    assert torch.equal(fresh.eval()(x), saved.eval()(x))
    assert set(load_file(place)) == {f"model.{name}" for name in saved.state_dict()}


def test_lazy_layers_take_the_sizes_of_the_file(place):
    saved = nn.Sequential(scratch.Linear(3, 4), scratch.Linear(4, 2))
    save_weights(place, saved)
    fresh = nn.Sequential(scratch.LazyLinear(4), scratch.LazyLinear(2))
    load_weights(place, fresh)
    x = torch.randn(5, 3)
    assert torch.equal(fresh(x), saved(x))


def test_numbers_may_become_wider_and_not_narrower(place):
    save_weights(place, network(dtype=torch.bfloat16))
    fresh = network(1)
    load_weights(place, fresh)
    assert torch.equal(fresh[0].weight, network(dtype=torch.bfloat16)[0].weight.float())
    save_weights(place, network(dtype=torch.float64))
    with pytest.raises(CheckpointError, match=r"0\.weight holds torch\.float64, which torch\.float32 would round"):
        load_weights(place, network())


@pytest.mark.parametrize(
    ("other", "words"),
    [
        (nn.Sequential(nn.Linear(3, 4)), r"does not fit Sequential: the network has no 1\.weight, 1\.bias, .*2\.bias$"),
        (nn.Sequential(*network(), nn.PReLU()), r"does not fit Sequential: it lacks 3\.weight$"),
        (network(width=5), r"0\.weight has shape \(4, 3\), not \(5, 3\); 0\.bias has shape \(4,\), not \(5,\)"),
        (nn.ModuleDict({"a": nn.Linear(3, 4, bias=False)}), r"it lacks a\.weight; the network has no 0\.weight"),
    ],
    ids=["unexpected", "missing", "shape", "names"],
)
def test_what_does_not_fit_is_named_and_nothing_is_changed(place, other, words):
    save_weights(place, network())
    before = {name: value.clone() for name, value in other.state_dict().items()}
    with pytest.raises(CheckpointError, match=words):
        load_weights(place, other)
    for name, value in other.state_dict().items():
        assert torch.equal(value, before[name])


def test_damaged_foreign_and_missing_files_are_refused(tmp_path):
    path = tmp_path / "w.safetensors"
    with pytest.raises(FileNotFoundError, match=r"there is no checkpoint .*w\.safetensors"):
        load_weights(path, network())
    save_weights(path, network())
    path.write_bytes(path.read_bytes()[:-5])
    with pytest.raises(CheckpointError, match=r"w\.safetensors is damaged"):
        load_weights(path, network())
    save_file(network().state_dict(), path)
    with pytest.raises(
        CheckpointError, match=r"w\.safetensors is a safetensors file, but not a checkpoint of deepdive"
    ):
        load_weights(path, network())
    save_checkpoint(path, {"step": 3})
    with pytest.raises(CheckpointError, match=r"w\.safetensors is a checkpoint, but holds no weights of a network"):
        load_weights(path, network())
