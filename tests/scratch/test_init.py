import math

import pytest
import torch
from torch import nn

from deepdive import scratch
from deepdive.scratch import init

DRAWING = ["uniform_", "normal_", "xavier_uniform_", "xavier_normal_", "kaiming_uniform_", "kaiming_normal_"]


@pytest.mark.parametrize("name", DRAWING)
def test_a_generator_alone_decides_the_numbers(name):
    ours, theirs = (
        getattr(side, name)(torch.empty(4, 5), generator=torch.Generator().manual_seed(3)) for side in (init, nn.init)
    )
    assert torch.equal(ours, theirs)


@pytest.mark.parametrize("name", [*DRAWING, "zeros_", "ones_"])
def test_the_tensor_itself_is_filled_and_records_no_history(name):
    weight = nn.Parameter(torch.empty(3, 4))
    assert getattr(init, name)(weight) is weight
    assert weight.is_leaf
    assert weight.isfinite().all()


@pytest.mark.parametrize(
    ("fill", "variance"),
    [
        (lambda w: init.xavier_uniform_(w), 2 / (300 + 200)),
        (lambda w: init.xavier_normal_(w, gain=3.0), 9 * 2 / (300 + 200)),
        (lambda w: init.kaiming_uniform_(w, nonlinearity="relu"), 2 / 300),
        (lambda w: init.kaiming_normal_(w, mode="fan_out", nonlinearity="linear"), 1 / 200),
    ],
    ids=["xavier-uniform", "xavier-normal", "kaiming-uniform", "kaiming-normal"],
)
def test_variances_are_the_published_ones(fill, variance):
    torch.manual_seed(0)
    assert fill(torch.empty(200, 300)).var().item() == pytest.approx(variance, rel=0.03)


def test_kaiming_keeps_the_signal_through_fifty_relu_layers():
    torch.manual_seed(0)
    x = torch.randn(64, 256)
    size = x.pow(2).mean()
    for _ in range(50):
        x = scratch.ReLU()(x @ init.kaiming_normal_(torch.empty(256, 256), nonlinearity="relu").T)
    assert 0.2 < (x.pow(2).mean() / size).item() < 5


@pytest.mark.parametrize("name", [n for n in DRAWING if "_" in n[:-1]])
def test_one_dimension_has_no_fans(name):
    with pytest.raises(ValueError, match=r"two or more dimensions, .*got shape \(3,\)"):
        getattr(init, name)(torch.empty(3))


@pytest.mark.usefixtures("without_shape_checks")
def test_unknown_words_are_refused():
    with pytest.raises(ValueError, match=r"nonlinearity must be one of linear, .*leaky_relu, got 'swish'"):
        init.calculate_gain("swish")
    with pytest.raises(ValueError, match="mode must be 'fan_in' or 'fan_out', got 'fan'"):
        init.kaiming_normal_(torch.empty(2, 2), mode="fan")
    with pytest.raises(ValueError, match="param must be a number, the slope of leaky_relu, got True"):
        init.calculate_gain("leaky_relu", True)


def test_the_gain_of_leaky_relu():
    assert init.calculate_gain("leaky_relu", 1.0) == 1.0
    assert init.calculate_gain("leaky_relu") == pytest.approx(math.sqrt(2 / 1.0001))


@pytest.mark.parametrize("shape", [(4, 4), (3, 7), (7, 3), (6, 2, 2, 2)])
def test_orthogonal_matrices_keep_lengths(shape):
    q = init.orthogonal_(torch.empty(shape, dtype=torch.float64), gain=2.0).flatten(1)
    small = q @ q.T if q.shape[0] <= q.shape[1] else q.T @ q
    torch.testing.assert_close(small, 4 * torch.eye(len(small), dtype=torch.float64))


def test_identities_pass_the_input_on():
    x = torch.randn(2, 4, 5, 5)
    layer = scratch.Conv2d(4, 4, 3, padding=1, groups=2, bias=False)
    init.dirac_(layer.weight, groups=2)
    assert torch.equal(layer(x), x)
    linear = scratch.Linear(4, 3, bias=False)
    init.eye_(linear.weight)
    assert torch.equal(linear(x[..., :4]), x[..., :3])


def test_shapes_that_have_no_identity_are_refused():
    with pytest.raises(ValueError, match=r"tensor must have two dimensions, got shape \(2, 2, 2\)"):
        init.eye_(torch.empty(2, 2, 2))
    with pytest.raises(ValueError, match=r"tensor must have 3, 4 or 5 dimensions, got shape \(2, 2\)"):
        init.dirac_(torch.empty(2, 2))
    with pytest.raises(ValueError, match="groups must be positive and divide the 4 outputs, got 3"):
        init.dirac_(torch.empty(4, 2, 3), groups=3)
