import pytest
import torch

from deepdive.models import DenseNet
from deepdive.models.vision import (
    DenseLayer,
    densenet121,
    densenet161,
    densenet169,
    densenet201,
    with_present_names,
)


@pytest.mark.parametrize(
    ("make", "published"),
    [(densenet121, 7_978_856), (densenet161, 28_681_000), (densenet169, 14_149_480), (densenet201, 20_013_928)],
)
def test_it_has_the_published_number_of_parameters(make, published):
    with torch.device("meta"):
        assert sum(p.numel() for p in make().parameters()) == published


def test_shapes_are_those_of_table_1():
    with torch.device("meta"):
        x, shapes = torch.empty(1, 3, 224, 224), {}
        for name, layer in densenet121().features.named_children():
            shapes[name] = tuple((x := layer(x)).shape[1:])
    assert [shapes[f"denseblock{i}"] for i in range(1, 5)] == [
        (256, 56, 56), (512, 28, 28), (1024, 14, 14), (1024, 7, 7),
    ]  # fmt: skip
    assert [shapes[f"transition{i}"] for i in range(1, 4)] == [(128, 28, 28), (256, 14, 14), (512, 7, 7)]


def test_d2ls_network_is_a_matter_of_arguments():
    with torch.device("meta"):
        network = DenseNet(10, 1, depths=(4, 4, 4, 4), bottleneck=0)
        x, shapes = torch.empty(1, 1, 96, 96), []
        for name, layer in network.features.named_children():
            x = layer(x)
            if name.startswith(("denseblock", "transition")):
                shapes.append(tuple(x.shape[1:]))
    assert shapes == [
        (192, 24, 24), (96, 12, 12), (224, 12, 12), (112, 6, 6), (240, 6, 6), (120, 3, 3), (248, 3, 3),
    ]  # fmt: skip


@pytest.mark.parametrize("bottleneck", [0, 2])
def test_a_layer_passes_its_input_on_and_adds_to_it(bottleneck):
    layer = DenseLayer(5, 3, bottleneck=bottleneck).double().eval()
    x = torch.randn(2, 5, 6, 7, dtype=torch.float64)
    y = layer(x)
    assert y.shape == (2, 8, 6, 7)
    torch.testing.assert_close(y[:, :5], x, atol=0, rtol=0)
    unit = (1 + 1e-5) ** -0.5  # what a normalisation multiplies with before it has seen anything
    inner = (unit * x).relu()
    if bottleneck:
        inner = (unit * torch.einsum("oc,bchw->bohw", layer.conv1.weight[:, :, 0, 0], inner)).relu()
    torch.testing.assert_close(y[:, 5:], torch.conv2d(inner, layer.conv2.weight, padding=1))


def test_dropout_leaves_the_input_as_it_is():
    layer = DenseLayer(5, 400, dropout=0.5)
    x = torch.randn(1, 5, 4, 4)
    y = layer(x)
    torch.testing.assert_close(y[:, :5], x, atol=0, rtol=0)
    assert (y[:, 5:] == 0).float().mean().item() == pytest.approx(0.5, abs=0.05)


@pytest.mark.parametrize("size", [(2, 2), (28, 28), (33, 17)])
def test_narrow_ones_take_small_images(size):
    network = DenseNet(5, 1, growth_rate=4, depths=(2, 1), width=6, stem="small").eval()
    assert network.smallest == 2
    assert network(torch.randn(2, 1, *size)).shape == (2, 5)


def test_compression_is_of_the_channels_before():
    network = DenseNet(5, 1, growth_rate=4, depths=(2, 1), width=6, compression=0.75)
    assert network.features.transition1.conv.weight.shape == (10, 14, 1, 1)
    assert network.classifier.in_features == 14


def test_names_of_the_first_files_become_the_present_ones():
    network = DenseNet(5, 1, growth_rate=4, depths=(2, 1), width=6)
    state = network.state_dict()
    old = {
        name.replace(".norm1.", ".norm.1.")
        .replace(".norm2.", ".norm.2.")
        .replace(".conv1.", ".conv.1.")
        .replace(".conv2.", ".conv.2."): value
        for name, value in state.items()
        if not name.endswith("num_batches_tracked")  # which these files do not have
    }
    assert "features.denseblock1.denselayer2.norm.1.running_mean" in old
    other = DenseNet(5, 1, growth_rate=4, depths=(2, 1), width=6)
    with pytest.raises(RuntimeError, match="Missing key"):
        other.load_state_dict(old)
    other.load_state_dict(with_present_names(old), strict=True)
    torch.testing.assert_close(other.state_dict(), state)
    assert list(with_present_names(state)) == list(state)


def test_weights_start_as_described():
    torch.manual_seed(0)
    network = DenseNet(10, growth_rate=32, depths=(2, 2))
    for layer in network.modules():
        if isinstance(layer, torch.nn.Conv2d):
            fan_in = layer.weight[0].numel()
            assert layer.weight.std().item() == pytest.approx((2 / fan_in) ** 0.5, rel=0.1)
    assert network.classifier.bias.abs().max() == 0


@pytest.mark.usefixtures("without_shape_checks")
@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"depths": ()}, r"depths must hold positive numbers, one per stage, got \(\)"),
        ({"depths": (6, -1)}, r"depths must hold positive numbers, one per stage, got \(6, -1\)"),
        ({"width": 0}, "width must be at least 1, got 0"),
        ({"growth_rate": 0}, "growth_rate must be at least 1, got 0"),
        ({"bottleneck": -1}, "bottleneck must be at least 0, got -1"),
        ({"compression": 0.0}, r"compression must lie in \(0, 1\], got 0\.0"),
        ({"compression": 1.5}, r"compression must lie in \(0, 1\], got 1\.5"),
        ({"compression": 1e-3}, "compression leaves nothing of 256 channels; it must be larger"),
        ({"stem": "large"}, "stem must be 'imagenet' or 'small', got 'large'"),
    ],
)
def test_impossible_arguments_are_named(arguments, message):
    with torch.device("meta"), pytest.raises(ValueError, match=message):
        DenseNet(**arguments)


@pytest.mark.parametrize(
    ("shape", "message"),
    [
        ((2, 3, 28, 224), "x has images of 28x224 pixels, the network needs at least 29x29"),
        ((2, 1, 224, 224), "x has 1 channels, but the network was made with in_channels=3"),
    ],
)
def test_images_that_do_not_fit_are_named(shape, message):
    with torch.device("meta"), pytest.raises(ValueError, match=message):
        densenet121()(torch.empty(shape))
