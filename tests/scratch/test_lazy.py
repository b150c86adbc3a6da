import pytest
import torch
from torch import nn

from deepdive import scratch


def lazy_network():
    return nn.Sequential(
        scratch.LazyConv2d(4, 3), scratch.ReLU(), scratch.Flatten(), scratch.LazyLinear(8), scratch.LazyLinear(2)
    )


def test_a_network_without_input_sizes_learns():
    torch.manual_seed(0)
    network, loss = lazy_network(), scratch.MSELoss()
    x = torch.randn(8, 3, 6, 6)
    target = torch.stack([x.mean((1, 2, 3)), x.amax((1, 2, 3))], 1)
    network(x)
    optimizer = scratch.optim.Adam(network.parameters(), lr=0.01)
    losses = []
    for _ in range(60):
        losses.append(loss(network(x), target))
        optimizer.zero_grad()
        losses[-1].backward()
        optimizer.step()
    assert losses[-1] < losses[0] / 10


def test_after_the_first_batch_it_is_an_ordinary_layer():
    network = lazy_network()
    assert repr(network[0]) == "LazyConv2d(0, 4, kernel_size=(3, 3), stride=(1, 1))"
    network(torch.randn(2, 3, 6, 6))
    assert [type(network[i]) for i in (0, 3, 4)] == [scratch.Conv2d, scratch.Linear, scratch.Linear]
    assert (network[0].in_channels, network[3].in_features) == (3, 64)


@pytest.mark.parametrize("layer", [scratch.LazyLinear(2), scratch.LazyConv2d(2, 3)], ids=["linear", "convolution"])
def test_parameters_cannot_be_used_before_the_first_batch(layer):
    with pytest.raises(ValueError, match="uninitialized parameter"):
        layer.weight * 2
    with pytest.raises(ValueError, match="uninitialized parameter"):
        scratch.init.zeros_(layer.weight)


def test_sizes_are_also_read_off_a_saved_state():
    trained, fresh = lazy_network(), lazy_network()
    x = torch.randn(2, 3, 6, 6)
    expected = trained(x)
    fresh.load_state_dict(trained.state_dict(), strict=True)
    torch.testing.assert_close(fresh(x), expected)
    assert (fresh[0].in_channels, fresh[3].in_features) == (3, 64)


def test_groups_that_do_not_divide_the_channels_are_refused():
    with pytest.raises(ValueError, match="groups must divide the 3 channels of input, got 2"):
        scratch.LazyConv2d(4, 3, groups=2)(torch.randn(1, 3, 5, 5))
