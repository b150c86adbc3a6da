import pytest
import torch

from deepdive.algorithms.inspection import receptive_field
from deepdive.models import VGG
from deepdive.models.vision import vgg11, vgg13, vgg16, vgg19


@pytest.mark.parametrize(
    ("make", "published", "normalized"),
    [
        (vgg11, 132_863_336, 132_868_840),
        (vgg13, 133_047_848, 133_053_736),
        (vgg16, 138_357_544, 138_365_992),
        (vgg19, 143_667_240, 143_678_248),
    ],
)
def test_it_has_the_published_number_of_parameters(make, published, normalized):
    with torch.device("meta"):
        assert sum(p.numel() for p in make().parameters()) == published
        assert sum(p.numel() for p in make(batch_norm=True).parameters()) == normalized


def test_blocks_have_d2ls_shapes():
    with torch.device("meta"):
        network, x = vgg11(10, 1, widths=(16, 32, 64, 128, 128)), torch.empty(1, 1, 224, 224)
        shapes = [tuple(x.shape[1:]) for layer in network.features if (x := layer(x)) is not None]
    after_pooling = [
        shape for shape, layer in zip(shapes, network.features, strict=True) if hasattr(layer, "ceil_mode")
    ]
    assert after_pooling == [(16, 112, 112), (32, 56, 56), (64, 28, 28), (128, 14, 14), (128, 7, 7)]


def test_a_unit_of_vgg16_sees_212_pixels():
    with torch.device("meta"):
        field = receptive_field(vgg16().features)[-1]
    assert (field.size, field.jump) == ((212, 212), (32, 32))  # Araujo et al., "Computing Receptive Fields of CNNs"


@pytest.mark.parametrize("batch_norm", [False, True])
def test_narrow_ones_take_small_images(batch_norm):
    network = VGG(5, 1, depths=(1, 2), widths=(4, 6), batch_norm=batch_norm, hidden=8, pooled=2)
    assert network.smallest == 4
    for size in ((4, 4), (28, 28), (33, 5)):
        assert network(torch.randn(2, 1, *size)).shape == (2, 5)


def test_weights_start_as_described():
    torch.manual_seed(0)
    network = VGG(10, depths=(1, 2), widths=(32, 64), hidden=100, pooled=3)
    for layer in network.modules():
        if isinstance(layer, torch.nn.Conv2d):
            assert layer.weight.std().item() == pytest.approx((2 / (9 * layer.out_channels)) ** 0.5, rel=0.1)
            assert layer.bias.abs().max() == 0
        elif isinstance(layer, torch.nn.Linear):
            bound = (6 / (layer.in_features + layer.out_features)) ** 0.5
            assert 0.95 * bound < layer.weight.abs().max() <= bound
            assert layer.bias.abs().max() == 0


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"depths": (1, 1)}, r"depths=\(1, 1\) and widths=\(64, .*\) must have the same length"),
        ({"widths": (64, 0, 1, 1, 1)}, "widths must hold positive numbers"),
        ({"hidden": 0}, "hidden must be at least 1, got 0"),
        ({"pooled": -1}, "pooled must be at least 1, got -1"),
    ],
)
def test_impossible_sizes_are_named(arguments, message):
    with torch.device("meta"), pytest.raises(ValueError, match=message):
        VGG(**arguments)


@pytest.mark.parametrize(
    ("shape", "message"),
    [
        ((2, 3, 31, 40), "x has images of 31x40 pixels, the network needs at least 32x32"),
        ((2, 1, 40, 40), "x has 1 channels, but the network was made with in_channels=3"),
    ],
)
def test_images_that_do_not_fit_are_named(shape, message):
    with torch.device("meta"), pytest.raises(ValueError, match=message):
        vgg11()(torch.empty(shape))
