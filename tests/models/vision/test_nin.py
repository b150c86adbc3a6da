import pytest
import torch

from deepdive.algorithms.inspection import receptive_field
from deepdive.models import NiN


def parameters_by_hand(in_channels, *blocks):
    """Of blocks (channels, kernel): one convolution, and two of 1x1, with biases."""
    total = 0
    for channels, kernel in blocks:
        total += channels * (in_channels * kernel**2 + 1) + 2 * channels * (channels + 1)
        in_channels = channels
    return total


def test_it_has_as_many_parameters_as_by_hand():
    with torch.device("meta"):
        network = NiN(10, 1)
    expected = parameters_by_hand(1, (96, 11), (256, 5), (384, 3), (10, 3))
    assert sum(p.numel() for p in network.parameters()) == expected == 1_992_166


def test_shapes_are_d2ls():
    with torch.device("meta"):
        network, x = NiN(10, 1), torch.empty(1, 1, 224, 224)
        shapes = [tuple((x := layer(x)).shape[1:]) for layer in network.net]
    assert shapes == [
        (96, 54, 54), (96, 26, 26), (256, 26, 26), (256, 12, 12), (384, 12, 12), (384, 5, 5), (384, 5, 5),
        (10, 5, 5), (10, 1, 1), (10,),
    ]  # fmt: skip


def test_its_logits_are_means_of_maps_of_one_class_each():
    network = NiN(4, 1, channels=(3, 4, 5), first=(3, 1, 1)).double().eval()
    x = torch.randn(2, 1, 28, 28, dtype=torch.float64)
    maps = network.net[:-2](x)
    assert maps.shape == (2, 4, 2, 2)
    torch.testing.assert_close(network(x), maps.mean((2, 3)))
    assert receptive_field(network)[-1].jump == (8, 8)


def test_a_1x1_convolution_is_a_linear_layer_at_every_position():
    block = NiN(4, 1, channels=(3, 4, 5), first=(3, 1, 1)).net[0]
    x = torch.randn(2, 3, 7, 6)
    weight, bias = block[2].weight[:, :, 0, 0], block[2].bias
    torch.testing.assert_close(block[2](x), (x.movedim(1, -1) @ weight.T + bias).movedim(-1, 1))


@pytest.mark.parametrize("size", [(15, 15), (28, 28), (33, 64)])
def test_it_takes_small_images(size):
    network = NiN(5, 2, channels=(4, 6, 8), first=(5, 1, 2))
    assert network.smallest == 15
    assert network(torch.randn(3, 2, *size)).shape == (3, 5)


@pytest.mark.usefixtures("without_shape_checks")
@pytest.mark.parametrize(
    ("channels", "message"),
    [((8, 8), r"channels must be a sequence of 3 integers, got 2"), ((8, 0, 8), "must hold positive")],
)
def test_impossible_channels_are_named(channels, message):
    with torch.device("meta"), pytest.raises(ValueError, match=message):
        NiN(channels=channels)


@pytest.mark.parametrize(
    ("shape", "message"),
    [
        ((2, 3, 66, 224), "x has images of 66x224 pixels, the network needs at least 67x67"),
        ((2, 1, 224, 224), "x has 1 channels, but the network was made with in_channels=3"),
    ],
)
def test_images_that_do_not_fit_are_named(shape, message):
    with torch.device("meta"), pytest.raises(ValueError, match=message):
        NiN()(torch.empty(shape))
