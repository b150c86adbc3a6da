import pytest
import torch

from deepdive.algorithms.inspection import receptive_field
from deepdive.models import AlexNet


def test_it_has_the_published_number_of_parameters():
    with torch.device("meta"):
        assert sum(p.numel() for p in AlexNet().parameters()) == 61_100_840


def test_d2ls_network_is_a_matter_of_arguments():
    with torch.device("meta"):
        network = AlexNet(10, 1, channels=(96, 256, 384, 384, 256), first=(11, 4, 1), pooled=5)
        x = torch.empty(1, 1, 224, 224)
        shapes = [tuple((x := layer(x)).shape[1:]) for layer in network.features]
    assert [shapes[i] for i in (0, 2, 3, 5, 6, 8, 10, 12)] == [
        (96, 54, 54), (96, 26, 26), (256, 26, 26), (256, 12, 12), (384, 12, 12), (384, 12, 12), (256, 12, 12),
        (256, 5, 5),
    ]  # fmt: skip
    assert network.classifier[1].in_features == 6400


def test_a_unit_sees_195_pixels():
    with torch.device("meta"):
        field = receptive_field(AlexNet().features)[-1]
    assert (field.size, field.jump) == ((195, 195), (32, 32))  # Araujo et al., "Computing Receptive Fields of CNNs"


@pytest.mark.parametrize("size", [(15, 15), (28, 28), (32, 64)])
def test_narrow_ones_take_small_images(size):
    network = AlexNet(5, 2, channels=(4, 6, 8, 8, 6), first=(3, 1, 1), hidden=16, pooled=2)
    assert network.smallest == 15
    assert network(torch.randn(3, 2, *size)).shape == (3, 5)


def test_weights_start_by_xavier():
    torch.manual_seed(0)
    for parameter in AlexNet(10, channels=(16, 16, 16, 16, 16), hidden=64).parameters():
        if parameter.ndim > 1:
            kernel = parameter[0, 0].numel()
            bound = (6 / (kernel * (parameter.shape[0] + parameter.shape[1]))) ** 0.5
            assert 0.95 * bound < parameter.abs().max() <= bound


@pytest.mark.usefixtures("without_shape_checks")
@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"channels": (64, 192)}, r"channels must be a sequence of 5 integers, got 2"),
        ({"channels": (64, 0, 8, 8, 8)}, "channels must hold positive numbers"),
        ({"hidden": 0}, "hidden must be at least 1, got 0"),
        ({"pooled": 0}, "pooled must be at least 1, got 0"),
    ],
)
def test_impossible_sizes_are_named(arguments, message):
    with torch.device("meta"), pytest.raises(ValueError, match=message):
        AlexNet(**arguments)


@pytest.mark.parametrize(
    ("shape", "message"),
    [
        ((2, 3, 62, 224), "x has images of 62x224 pixels, the network needs at least 63x63"),
        ((2, 1, 224, 224), "x has 1 channels, but the network was made with in_channels=3"),
    ],
)
def test_images_that_do_not_fit_are_named(shape, message):
    with torch.device("meta"), pytest.raises(ValueError, match=message):
        AlexNet()(torch.empty(shape))
