"""The summary of networks: counts by hand, and that the network is left as it was."""

import copy
import random

import pytest
import torch
from torch import nn

from deepdive import scratch
from deepdive.algorithms.inspection import summary
from deepdive.models import LeNet

pytestmark = pytest.mark.usefixtures("without_shape_checks")  # the checks draw from Python's generator
TOOLKITS = pytest.mark.parametrize("toolkit", [nn, scratch], ids=["torch", "scratch"])


def by_name(found):
    return {layer.name: layer for layer in found.layers if not layer.repeated}


@TOOLKITS
def test_lenet_is_counted_by_hand(toolkit):
    found = summary(LeNet(nn=toolkit), torch.empty(2, 1, 28, 28))
    lines = by_name(found)
    assert lines["net.0"].parameters == 6 * 25 + 6
    assert lines["net.0"].flops == 2 * 2 * 28 * 28 * 6 * 25
    assert lines["net.0"].output_shapes == ((2, 6, 28, 28),)
    assert lines["net.7"].flops == 2 * 2 * 400 * 120
    assert lines[""].output_shapes == ((2, 10),)
    assert (found.parameters, found.trainable) == (61_706, 61_706)
    assert found.bytes["parameters"] == 4 * 61_706
    assert lines["net.1"].output_bytes == 4 * 2 * 6 * 28 * 28
    assert found.bytes["outputs"] == 4 * 2 * (2 * 4704 + 1176 + 2 * 1600 + 2 * 400 + 2 * 120 + 2 * 84 + 10)


@TOOLKITS
def test_shared_layers_and_tied_weights_count_once(toolkit):
    class Twice(nn.Module):
        def __init__(self):
            super().__init__()
            self.branch = toolkit.Linear(4, 3)
            self.tied = toolkit.Linear(4, 3)
            self.tied.weight = self.branch.weight
            self.spare = nn.Parameter(torch.zeros(5), requires_grad=False)

        def forward(self, a, b):
            return {"left": self.branch(a), "both": (self.branch(b), self.tied(b))}

    network = Twice()
    found = summary(network, (torch.empty(2, 4), torch.empty(7, 4)))
    calls = [(layer.name, layer.output_shapes, layer.parameters, layer.flops) for layer in found.layers]
    assert calls == [
        ("", ((2, 3), (7, 3), (7, 3)), 5, 0),
        ("branch", ((2, 3),), 15, 48),
        ("branch", ((7, 3),), 0, 168),
        ("tied", ((7, 3),), 3, 168),
    ]
    assert found.parameters == sum(p.numel() for p in network.parameters())
    assert found.parameters - found.trainable == 5
    assert "(5 of them fixed)" in str(found)
    assert found.rows()[2]["type"] == "Linear (again)"
    by_keyword = summary(network, {"a": torch.empty(2, 4), "b": torch.empty(7, 4)})
    assert by_keyword == found


def test_a_layers_own_operations_do_not_count_twice():
    class Outer(nn.Module):
        def __init__(self):
            super().__init__()
            self.inner = nn.Linear(4, 4, bias=False)

        def forward(self, x):
            return self.inner(x) @ self.inner.weight

    lines = by_name(summary(Outer(), torch.empty(3, 4)))
    assert lines[""].flops == lines["inner"].flops == 2 * 3 * 4 * 4


def test_parameters_of_modules_without_a_call_have_a_line():
    network = nn.MultiheadAttention(8, 2, batch_first=True)
    x = torch.empty(1, 5, 8)
    found = summary(network, (x, x, x))
    assert by_name(found)["out_proj"].output_shapes == ()
    assert found.parameters == sum(p.numel() for p in network.parameters())
    assert "not called" in str(found)


@pytest.mark.parametrize("device", ["meta", "cpu"])
@TOOLKITS
def test_lazy_networks_are_sized_without_being_touched(toolkit, device):
    network = nn.Sequential(toolkit.LazyConv2d(4, 3), toolkit.ReLU(), toolkit.Flatten(), toolkit.LazyLinear(2))
    x = torch.empty(2, 3, 6, 6)
    before = summary(network, x, device=device)
    assert network[0].has_uninitialized_params()
    network(x)
    after = summary(network, x, device=device)
    assert before == after
    assert after.parameters == 4 * 27 + 4 + 2 * 64 + 2


class Rich(nn.Module):
    """Everything that a careless look could change."""

    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(1, 2, 3).double()
        self.norm = nn.BatchNorm2d(2).double()
        self.drop = nn.Dropout(0.5)
        self.plain = torch.ones(2, 1, 1, dtype=torch.float64)
        self.calls = 0

    def forward(self, x):
        self.calls += 1
        return self.drop(self.norm(self.conv(x)) + self.plain)


def state_of(network):
    return {
        "weights": {name: value.clone() for name, value in network.state_dict().items()},
        "modes": [module.training for module in network.modules()],
        "hooks": [len(m._forward_hooks) + len(m._forward_pre_hooks) for m in network.modules()],
        "gradients": [p.grad if p.grad is None else p.grad.clone() for p in network.parameters()],
        "flags": [p.requires_grad for p in network.parameters()],
        "places": [p.data_ptr() for p in network.parameters()],
        "random": (torch.get_rng_state(), random.getstate()),
        "calls": network.calls,
    }


@pytest.mark.parametrize("shape", [(3, 1, 5, 5), (3, 2, 5, 5)], ids=["well", "error"])
@pytest.mark.parametrize("device", ["meta", "cpu"])
def test_the_network_is_left_as_it_was(device, shape):
    network, seen = Rich(), []
    network.conv.register_forward_hook(lambda *call: seen.append(call))
    network.norm.eval()
    network.conv.bias.requires_grad_(False)
    network.conv.weight.grad = torch.ones_like(network.conv.weight)
    before = copy.deepcopy(state_of(network))
    x = torch.zeros(shape, dtype=torch.float64, requires_grad=True)
    if shape[1] == 1:
        found = summary(network, x, device=device)
        assert found.bytes["buffers"] == 2 * 2 * 8 + 8
        assert found.parameters == 24
        assert found.trainable == 22
    else:
        with pytest.raises(ValueError, match=r"network Rich does not run on these inputs: (.|\n)*[Cc]hannel"):
            summary(network, x, device=device)
    after = state_of(network)
    for name in before:
        torch.testing.assert_close(after[name], before[name], rtol=0, atol=0)
    assert not seen
    assert x.grad is None


def test_a_network_larger_than_any_memory_costs_nothing():
    with torch.device("meta"):
        network = nn.Sequential(nn.Linear(1 << 20, 1 << 20), nn.ReLU(), nn.Linear(1 << 20, 1 << 20))
    found = summary(network, torch.empty(1 << 16, 1 << 20, device="meta"))
    assert found.parameters == 2 * ((1 << 40) + (1 << 20))
    assert found.flops == 4 << 56
    assert "8.0 TiB of weights" in str(found)


def test_a_path_that_depends_on_values_needs_a_real_device():
    class Choosy(nn.Linear):
        def forward(self, input):
            return super().forward(input) if input.sum() > 0 else input

    with pytest.raises(ValueError, match=r"network Choosy does not run .*; if it needs values .* give device='cpu'"):
        summary(Choosy(2, 2), torch.ones(1, 2))
    assert summary(Choosy(2, 2), torch.ones(1, 2), device="cpu").flops == 8


def test_it_works_where_gradients_are_off_and_in_inference():
    with torch.inference_mode():
        assert summary(nn.Linear(2, 3), torch.ones(1, 2)).flops == 12


def test_the_table_can_be_read():
    text = str(summary(LeNet(), torch.empty(1, 1, 28, 28)))
    lines = text.splitlines()
    assert lines[0] == "LeNet"
    assert lines[1].split() == ["layer", "type", "output", "parameters", "FLOPs"]
    assert lines[5].split() == ["net.0", "Conv2d", "1×6×28×28", "156", "235,200"]
    assert lines[-3:] == [
        "parameters: 61,706",
        "operations: 833,040 FLOPs forward",
        "memory: 241.0 KiB of weights, 58.6 KiB of layer outputs",
    ]
