import inspect

import pytest
import torch

from deepdive.models import ResNet
from deepdive.models.vision import (
    BasicBlock,
    Bottleneck,
    resnet18,
    resnet34,
    resnet50,
    resnet101,
    resnet152,
    resnext50_32x4d,
    resnext101_32x8d,
    resnext101_64x4d,
    wide_resnet50_2,
    wide_resnet101_2,
)


@pytest.mark.parametrize(
    ("make", "published"),
    [
        (resnet18, 11_689_512),
        (resnet34, 21_797_672),
        (resnet50, 25_557_032),
        (resnet101, 44_549_160),
        (resnet152, 60_192_808),
        (resnext50_32x4d, 25_028_904),
        (resnext101_32x8d, 88_791_336),
        (resnext101_64x4d, 83_455_272),
        (wide_resnet50_2, 68_883_240),
        (wide_resnet101_2, 126_886_696),
    ],
)
def test_it_has_the_published_number_of_parameters(make, published):
    with torch.device("meta"):
        assert sum(p.numel() for p in make().parameters()) == published


def test_named_networks_keep_the_whole_signature():
    assert set(inspect.signature(resnext50_32x4d).parameters) == set(inspect.signature(ResNet).parameters)
    network = resnet18(7, 1, stem="small", widths=(4, 4, 8, 8))
    assert network(torch.randn(2, 1, 28, 28)).shape == (2, 7)


def test_stages_have_the_papers_sizes():
    with torch.device("meta"):
        network, x = resnet50(), torch.empty(1, 3, 224, 224)
        x = network.maxpool(network.relu(network.bn1(network.conv1(x))))
        shapes = [tuple(x.shape[1:])] + [tuple((x := getattr(network, stage)(x)).shape[1:]) for stage in network.stages]
    assert shapes == [(64, 56, 56), (256, 56, 56), (512, 28, 28), (1024, 14, 14), (2048, 7, 7)]  # table 1


def test_a_small_stem_keeps_every_pixel():
    network = ResNet(10, 1, depths=(1, 1, 1), widths=(4, 8, 12), stem="small")
    x = network.maxpool(network.conv1(torch.randn(1, 1, 28, 28)))
    assert x.shape == (1, 4, 28, 28)
    assert network.stages == ["layer1", "layer2", "layer3"]
    assert network.layer3(network.layer2(network.layer1(x))).shape == (1, 12, 7, 7)


@pytest.mark.parametrize(("in_channels", "channels", "stride"), [(6, 6, 1), (6, 6, 2), (5, 6, 1)])
def test_a_basic_block_adds_its_input_to_what_it_computes(in_channels, channels, stride):
    block = BasicBlock(in_channels, channels, stride).double().eval()
    x = torch.randn(2, in_channels, 9, 7, dtype=torch.float64)
    shortcut = x
    if (in_channels, stride) != (channels, 1):
        kernel = block.downsample[0].weight[:, :, 0, 0]
        shortcut = torch.einsum("oc,bchw->bohw", kernel, x[:, :, ::stride, ::stride]) / (1 + 1e-5) ** 0.5
    inner = torch.conv2d(x, block.conv1.weight, stride=stride, padding=1).relu() / (1 + 1e-5) ** 0.5
    inner = torch.conv2d(inner, block.conv2.weight, padding=1) / (1 + 1e-5) ** 0.5
    torch.testing.assert_close(block(x), (shortcut + inner).relu())


def test_groups_do_not_see_each_other():
    block = Bottleneck(8, 16, groups=4, width_per_group=8)
    assert block.conv2.weight.shape == (8, 2, 3, 3)
    assert block.conv3.out_channels == 64


@pytest.mark.parametrize("block", [BasicBlock, Bottleneck])
def test_it_may_start_as_the_identity(block):
    torch.manual_seed(0)
    network = ResNet(3, block=block, depths=(2, 1), widths=(8, 8), stem="small", zero_init_residual=True)
    x = torch.randn(2, 8 * block.expansion, 5, 5).relu()
    torch.testing.assert_close(network.layer1[1](x), x)
    plain = ResNet(3, block=block, depths=(2, 1), widths=(8, 8), stem="small")
    assert not torch.allclose(plain.layer1[1](x), x)


def test_convolutions_start_normal_by_fan_out():
    torch.manual_seed(0)
    network = ResNet(10, widths=(32, 64, 64, 64), depths=(1, 1, 1, 1))
    for layer in network.modules():
        if isinstance(layer, torch.nn.Conv2d):
            fan_out = layer.out_channels * layer.kernel_size[0] ** 2
            assert layer.weight.std().item() == pytest.approx((2 / fan_out) ** 0.5, rel=0.1)
            assert layer.weight.abs().max() > 2.5 * (2 / fan_out) ** 0.5  # a uniform one would end at 1.7


@pytest.mark.parametrize("size", [1, 28, 33, (40, 17)])
@pytest.mark.parametrize("stem", ["imagenet", "small"])
def test_any_size_will_do(size, stem):
    height, width = (size, size) if isinstance(size, int) else size
    network = ResNet(4, 2, depths=(1, 1), widths=(4, 8), stem=stem).eval()
    assert network(torch.randn(3, 2, height, width)).shape == (3, 4)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"depths": (2, 2)}, r"depths=\(2, 2\) and widths=\(64, 128, 256, 512\) must have the same length"),
        ({"depths": (), "widths": ()}, r"depths must hold positive numbers, one per stage, got \(\)"),
        ({"depths": (2, 0, 2, 2)}, r"depths must hold positive numbers, one per stage, got \(2, 0, 2, 2\)"),
        ({"widths": (64, 128, -1, 512)}, r"widths must hold positive numbers, one per stage, got \(64, 128, -1, 512\)"),
        ({"groups": 32}, "groups=32 and width_per_group=64 need block=Bottleneck; BasicBlock has 1 and 64"),
        ({"width_per_group": 4}, "groups=1 and width_per_group=4 need block=Bottleneck"),
        ({"block": Bottleneck, "groups": 0}, "groups must be at least 1, got 0"),
        (
            {"block": Bottleneck, "widths": (8, 8, 8, 8), "width_per_group": 4},
            "each of .* at least 1; got groups=1, width_per_group=4 with 8 channels",
        ),
    ],
)
def test_impossible_sizes_are_named(arguments, message):
    with torch.device("meta"), pytest.raises(ValueError, match=message):
        ResNet(**arguments)


@pytest.mark.usefixtures("without_shape_checks")
@pytest.mark.parametrize(
    ("arguments", "shape", "message"),
    [
        ({}, (2, 1, 32, 32), "x has 1 channels, but the network was made with in_channels=3"),
        ({}, (3, 32, 32), r"x must have the shape \(batch, channels, height, width\), got \(3, 32, 32\)"),
        ({"stem": "tiny"}, (2, 3, 32, 32), "stem must be 'imagenet' or 'small', got 'tiny'"),
    ],
)
def test_inputs_that_do_not_fit_are_named(arguments, shape, message):
    with torch.device("meta"), pytest.raises(ValueError, match=message):
        ResNet(**arguments)(torch.empty(shape))
