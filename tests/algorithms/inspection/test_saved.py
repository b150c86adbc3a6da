import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import nn

from deepdive.algorithms.inspection import saved_bytes


@given(
    rows=st.integers(1, 5), inputs=st.integers(1, 5), outputs=st.integers(1, 5), device=st.sampled_from(["cpu", "meta"])
)
def test_a_linear_layer_keeps_its_input(rows, inputs, outputs, device):
    layer = nn.Linear(inputs, outputs, device=device)
    assert saved_bytes(layer, torch.empty(rows, inputs, device=device)) == 4 * rows * inputs


def test_what_two_layers_share_counts_once():
    """The first layer keeps its input, and the second one the sigmoid's output, which the sigmoid keeps, too."""
    network = nn.Sequential(nn.Linear(6, 10), nn.Sigmoid(), nn.Linear(10, 3))
    assert saved_bytes(network, torch.empty(5, 6)) == 4 * 5 * (6 + 10)
    double = network.double()
    assert saved_bytes(double, torch.empty(5, 6, dtype=torch.float64)) == 8 * 5 * (6 + 10)


def test_views_keep_the_whole_of_what_they_look_at():
    class Half(nn.Module):
        def __init__(self):
            super().__init__()
            self.weight = nn.Parameter(torch.ones(3, 2))

        def forward(self, x):
            return x[:, :3] @ self.weight

    assert saved_bytes(Half(), torch.empty(4, 6)) == 4 * 4 * 6


def test_what_does_not_learn_keeps_nothing():
    layer = nn.Linear(4, 4).requires_grad_(False)
    with torch.no_grad():
        assert saved_bytes(layer, torch.empty(2, 4)) == 0


@pytest.mark.parametrize("mode", [True, False])
def test_dropout_keeps_what_it_kept(mode):
    """In training a mask for each element, in evaluation nothing."""
    layer = nn.Sequential(nn.Linear(4, 8), nn.Dropout(0.5)).train(mode)
    mask = 8 * 3 * (torch.bool.itemsize if mode else 0)
    assert saved_bytes(layer, torch.empty(3, 4)) in (4 * 3 * 4 + mask, 4 * 3 * 4 + 4 * mask)
