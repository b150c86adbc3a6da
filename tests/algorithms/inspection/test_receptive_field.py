import pytest
import torch
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from torch import nn

from deepdive import scratch
from deepdive.algorithms.inspection import receptive_field
from deepdive.models import LeNet

TOOLKITS = pytest.mark.parametrize("toolkit", [nn, scratch], ids=["torch", "scratch"])


@TOOLKITS
def test_lenet_by_hand(toolkit):
    fields = receptive_field(LeNet(nn=toolkit))
    found = [(field.layer, field.size[0], field.jump[0], field.start[0]) for field in fields]
    assert found == [
        ("", 1, 1, 0),
        ("net.0", 5, 1, -2),
        ("net.1", 5, 1, -2),
        ("net.2", 6, 2, -2),
        ("net.3", 14, 2, -2),
        ("net.4", 14, 2, -2),
        ("net.5", 16, 4, -2),
    ]
    assert fields[-1].rows(1) == range(2, 18)


def test_two_small_kernels_see_what_a_large_one_sees():
    small = receptive_field(nn.Sequential(nn.Conv2d(1, 1, 3), nn.Conv2d(1, 1, 3)))[-1]
    large = receptive_field(nn.Conv2d(1, 1, 5))[-1]
    assert (small.size, small.jump, small.start) == (large.size, large.jump, large.start)


LAYERS = st.lists(
    st.fixed_dictionaries(
        {
            "kind": st.sampled_from(["Conv2d", "AvgPool2d", "MaxPool2d", "Tanh"]),
            "kernel_size": st.integers(1, 3) | st.tuples(st.integers(1, 3), st.integers(1, 3)),
            "stride": st.integers(1, 2) | st.tuples(st.integers(1, 2), st.integers(1, 2)),
            "padding": st.integers(0, 1) | st.just("same"),
            "dilation": st.integers(1, 2),
        }
    ),
    min_size=1,
    max_size=4,
)


def made(words):
    """A layer, and one that passes on a gradient from everything it sees (a maximum does so from one input only)."""
    words = dict(words)
    kind = words.pop("kind")
    if kind == "Tanh":
        return nn.Tanh(), nn.Tanh()
    kernels = words["kernel_size"] if isinstance(words["kernel_size"], tuple) else (words["kernel_size"],)
    if words["padding"] == "same" and kind == "Conv2d":
        words["stride"] = 1
    elif words["padding"] == "same" or kind != "Conv2d":
        words["padding"] = min(kernels) // 2
    if kind == "AvgPool2d":
        words["dilation"] = 1
    convolution = nn.Conv2d(1, 1, **words, bias=False)
    for parameter in convolution.parameters():
        nn.init.uniform_(parameter, 0.5, 1.0)
    if kind == "Conv2d":
        return convolution, convolution
    if kind == "AvgPool2d":
        del words["dilation"]
    return getattr(nn, kind)(**words), convolution


@pytest.mark.filterwarnings("ignore:Using padding=.same. with even kernel lengths:UserWarning")
@given(words=LAYERS, data=st.data())
@settings(max_examples=100, deadline=None)
def test_it_is_what_the_gradient_reaches(words, data):
    layers = [made(each) for each in words]
    network = nn.Sequential(*(layer for layer, _ in layers)).double()
    transparent = nn.Sequential(*(other for _, other in layers)).double()
    field = receptive_field(network)[-1]
    x = torch.rand(1, 1, 90, 90, dtype=torch.float64).mul_(0.01).requires_grad_()
    y = transparent(x)[0, 0]
    assert y.shape == network(x).shape[2:]
    i, j = (n // 2 + data.draw(st.integers(-1, 1)) for n in y.shape)
    (gradient,) = torch.autograd.grad(y[i, j], x)
    touched = gradient[0, 0] != 0
    seen = (1, field.rows(i)), (0, field.columns(j))
    assume(all(0 <= each[0] and each[-1] < 90 for _, each in seen))  # at the border, padding is seen
    for dim, expected in seen:
        lines = touched.any(dim).nonzero().flatten()
        assert (int(lines[0]), int(lines[-1])) == (expected[0], expected[-1])


@pytest.mark.parametrize(
    ("network", "words"),
    [
        (nn.Sequential(nn.Conv2d(1, 1, 3), nn.ConvTranspose2d(1, 1, 3)), "layer '1' is a ConvTranspose2d, and which"),
        (nn.ModuleDict({"a": nn.ReLU(), "b": nn.ReLU()}), "the network is a ModuleDict with 2 children"),
    ],
    ids=["transposed", "unordered"],
)
def test_what_is_no_chain_of_windows_is_refused(network, words):
    with pytest.raises(ValueError, match=words):
        receptive_field(network)
