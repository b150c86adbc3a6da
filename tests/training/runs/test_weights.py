import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from safetensors.torch import load_file, save_file
from torch import nn

from deepdive import scratch
from deepdive.training import CheckpointError, fit_state_dict, load_weights, save_checkpoint, save_weights


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
    save_weights(str(place), saved)
    load_weights(str(place), fresh)
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
        (
            nn.ModuleDict({"a": nn.Linear(3, 4, bias=False)}),
            r"it lacks a\.weight \(nearest: \d\.weight\); the network has no 0\.weight",
        ),
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


def pretrained(classes=5, seed=0):
    torch.manual_seed(seed)
    net = nn.Sequential()
    net.add_module("features", network(seed))
    net.add_module("classifier", nn.Sequential(nn.Linear(2, 6), nn.ReLU(), nn.Linear(6, classes)))
    return net


def test_everything_is_loaded_and_nothing_is_kept():
    net, state = pretrained(seed=1), pretrained().state_dict()
    assert fit_state_dict(net, state) == []
    assert all(torch.equal(value, state[name]) for name, value in net.state_dict().items())


def test_the_head_keeps_its_own_values_and_the_rest_is_loaded():
    net, state = pretrained(classes=2, seed=1), pretrained().state_dict()
    before = {name: value.clone() for name, value in net.state_dict().items()}
    head = ["classifier.2.weight", "classifier.2.bias"]
    assert fit_state_dict(net, state, allow=("classifier.",)) == head
    for name, value in net.state_dict().items():
        assert torch.equal(value, before[name] if name in head else state[name])


def test_a_head_that_the_file_lacks_or_names_otherwise_is_passed_over():
    net, state = pretrained(), pretrained(seed=1).state_dict()
    body = {name: value for name, value in state.items() if name.startswith("features.")}
    assert len(fit_state_dict(net, body, allow=("classifier.",))) == 4
    assert len(fit_state_dict(net, body | {"fc.weight": torch.ones(1000, 9)}, allow=("classifier.", "fc."))) == 4
    with pytest.raises(CheckpointError, match=r"net\.pth does not fit Sequential: the network has no fc\.weight$"):
        fit_state_dict(net, body | {"fc.weight": torch.ones(1000, 9)}, allow=("classifier.",), source="net.pth")


def test_another_number_of_classes_is_met_with_what_to_give():
    words = (
        r"the state dict does not fit Sequential: the checkpoint is for 5 classes, the network has 2: give "
        r"allow=\('classifier\.2\.',\) to replace the head; classifier\.2\.weight has shape \(5, 6\), not \(2, 6\); "
    )
    net = pretrained(classes=2, seed=1)
    before = {name: value.clone() for name, value in net.state_dict().items()}
    with pytest.raises(CheckpointError, match=words):
        fit_state_dict(net, pretrained().state_dict())
    assert all(torch.equal(value, before[name]) for name, value in net.state_dict().items())
    assert fit_state_dict(net, pretrained().state_dict(), allow=("classifier.2.",))


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda state: {f"network.{name}": value for name, value in state.items()},
         r"it lacks features\.0\.weight \(nearest: network\.features\.0\.weight\), .* and 2 more; the network has no "
         r"network\.features\.0\.weight \(nearest: features\.0\.weight\), .* and 3 more$"),
        (lambda state: state | {f"z{i}": torch.ones(1) for i in range(12)},
         r"the network has no z0, .*, z9 and 2 more$"),
        (lambda state: {name: value[..., None] for name, value in state.items()},
         r"features\.0\.weight has shape \(4, 3, 1\), not \(4, 3\); (.*;){9} and 3 more$"),
        (lambda state: state | {"features.1.weight": torch.tensor([1, 2, 3, float("nan")])},
         r"has NaN or infinite values in features\.1\.weight$"),
        (lambda state: state | {"features.1.weight": torch.ones(4, dtype=torch.complex64)},
         r"features\.1\.weight holds torch\.complex64"),
        (lambda state: {}, r"it lacks features\.0\.weight, .* and 2 more$"),
    ],
    ids=["prefix", "extra", "shapes", "nan", "dtype", "empty"],
)  # fmt: skip
def test_what_does_not_fit_is_listed_ten_of_a_kind(change, words):
    net, state = pretrained(seed=1), change(pretrained().state_dict())
    before = {name: value.clone() for name, value in net.state_dict().items()}
    with pytest.raises(CheckpointError, match=words):
        fit_state_dict(net, state)
    assert all(torch.equal(value, before[name]) for name, value in net.state_dict().items())


def test_old_files_have_no_counters_and_half_precision_becomes_wider():
    net, state = pretrained(seed=1), pretrained().state_dict()
    old = {name: value.half() for name, value in state.items() if not name.endswith("num_batches_tracked")}
    assert fit_state_dict(net, old) == ["features.1.num_batches_tracked"]
    assert torch.equal(net.classifier[0].weight, state["classifier.0.weight"].half().float())


@pytest.mark.parametrize("prefix", ["", "clasifier."])
def test_a_prefix_that_nothing_begins_with_is_refused(prefix):
    with pytest.raises(ValueError, match=f"allow has '{prefix}', but no name of Sequential begins with it"):
        fit_state_dict(pretrained(), pretrained().state_dict(), allow=(prefix,))


@pytest.mark.parametrize("wrapper", ["module.", "_orig_mod.", "module._orig_mod."])
def test_names_of_wrapped_networks(wrapper):
    net, state = pretrained(), pretrained().state_dict()
    assert fit_state_dict(net, {wrapper + name: value for name, value in state.items()}) == []
    assert all(torch.equal(value, state[name]) for name, value in net.state_dict().items())


@pytest.mark.parametrize("dtype", [torch.int8, torch.uint8, torch.bool, torch.int64, torch.float8_e4m3fn])
def test_quantised_weights_are_no_weights(dtype):
    state = pretrained().state_dict()
    name = next(iter(state))
    state[name] = torch.ones(state[name].shape).to(dtype)
    with pytest.raises(CheckpointError, match=f"{name} holds {dtype}, which is no torch.float32: quantised"):
        fit_state_dict(pretrained(), state)


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16])
def test_half_precision_becomes_single_exactly(dtype):
    net, state = pretrained(), {name: value.to(dtype) for name, value in pretrained().state_dict().items()}
    fit_state_dict(net, {name: value for name, value in state.items() if "num_batches" not in name})
    for name, value in net.state_dict().items():
        if value.is_floating_point():
            assert value.dtype == torch.float32
            assert torch.equal(value, state[name].float())


@pytest.mark.usefixtures("without_shape_checks")
def test_a_whole_checkpoint_is_no_state_dict():
    whole = {"epoch": 3, "state_dict": pretrained().state_dict()}
    with pytest.raises(
        CheckpointError, match=r"net.pth must give a tensor for each name, but does not for epoch, state"
    ):
        fit_state_dict(pretrained(), whole, source="net.pth")


def test_a_head_without_a_bias_is_one_too():
    def network(classes):
        return nn.Sequential(nn.Linear(3, 4), nn.Linear(4, classes, bias=False))

    with pytest.raises(CheckpointError, match=r"for 5 classes, the network has 2: give allow=\('1\.',\) to replace"):
        fit_state_dict(network(2), network(5).state_dict())
