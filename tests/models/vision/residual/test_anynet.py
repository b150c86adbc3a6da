import math

import pytest
import torch
from torch.nn.functional import batch_norm, conv2d, linear, relu

from deepdive.algorithms.inspection import summary
from deepdive.models.vision.residual.anynet import AnyNet, XBlock

SMALL = {"depths": (1, 2), "widths": (16, 24), "group_widths": (8, 4), "bottleneck_ratios": (1, 2), "stem_width": 8}


def small(**changes):
    return AnyNet(10, 1, **SMALL | changes)


def test_d2ls_network():
    with torch.device("meta"):
        network = AnyNet(10, 1, depths=(4, 6), widths=(32, 80), group_widths=16)
        x = torch.empty(1, 1, 96, 96)
        shapes = [tuple((x := part(x)).shape[1:]) for part in (network.stem, *network.trunk_output, network.avgpool)]
    assert shapes == [(32, 48, 48), (32, 24, 24), (80, 12, 12), (80, 1, 1)]
    assert network(torch.empty(2, 1, 96, 96, device="meta")).shape == (2, 10)


def test_the_small_stem_keeps_the_size():
    network = small(stem="small")
    assert network.stem(torch.zeros(2, 1, 28, 28)).shape == (2, 8, 28, 28)
    assert network(torch.zeros(2, 1, 28, 33)).shape == (2, 10)


def by_name(state, x):
    """The logits by the names of the weights alone, with the means and variances of the batch."""

    def convolved(x, name, stride=1):
        weight, norm = state[f"{name}.0.weight"], f"{name}.1"
        y = conv2d(x, weight, stride=stride, padding=weight.shape[2] // 2, groups=x.shape[1] // weight.shape[1])
        return batch_norm(y, None, None, state[f"{norm}.weight"], state[f"{norm}.bias"], training=True)

    x = relu(convolved(x, "stem", 2))
    for i, depth in enumerate((1, 2), start=1):
        for j in range(depth):
            block, stride = f"trunk_output.block{i}.block{i}-{j}", 1 if j else 2
            inner = relu(convolved(relu(convolved(x, f"{block}.f.a")), f"{block}.f.b", stride))
            past = x if j else convolved(x, f"{block}.proj", stride)
            x = relu(past + convolved(inner, f"{block}.f.c"))
    return linear(x.mean(dim=(2, 3)), state["fc.weight"], state["fc.bias"])


def test_it_computes_what_its_names_say():
    network = small().double()
    x = torch.randn(4, 1, 21, 30, dtype=torch.float64)
    torch.testing.assert_close(network(x), by_name(network.state_dict(), x))


def test_a_block_that_keeps_the_shape_has_nothing_on_the_way_past():
    assert XBlock(16, 16, inner_channels=8, group_width=4).proj is None
    assert XBlock(16, 24, inner_channels=8, group_width=4).proj is not None
    block = XBlock(16, 16, inner_channels=8, group_width=4, stride=2)
    assert block(torch.zeros(2, 16, 5, 8)).shape == (2, 16, 3, 4)


def test_weights_start_as_published():
    torch.manual_seed(0)
    network = AnyNet(1000, 3, depths=(1, 1), widths=(64, 128), group_widths=32)
    for name, value in network.state_dict().items():
        if value.ndim == 4:
            assert float(value.std()) == pytest.approx(math.sqrt(2 / (value.shape[0] * value.shape[2] ** 2)), rel=0.06)
            assert abs(float(value.mean())) < 4 * float(value.std()) / math.sqrt(value.numel())
        elif name == "fc.weight":
            assert float(value.std()) == pytest.approx(0.01, rel=0.02)
        else:
            assert bool((value == (1.0 if name.endswith(("1.weight", "running_var")) else 0.0)).all()), name


def test_the_summary_counts_every_convolution():
    found = summary(small(), torch.empty(1, 1, 28, 28))
    stem = 14 * 14 * 8 * 9
    first = 14 * 14 * 8 * 16 + 7 * 7 * (16 * 8 * 9 + 16 * 16 + 8 * 16)
    second = 7 * 7 * 16 * 12 + 4 * 4 * (12 * 4 * 9 + 12 * 24 + 16 * 24)
    third = 4 * 4 * (24 * 12 + 12 * 4 * 9 + 12 * 24)
    assert found.flops == 2 * (stem + first + second + third + 24 * 10)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"stem": "cifar"}, "stem must be 'imagenet' or 'small', got 'cifar'"),
        ({"depths": (1,)}, "every stage has one number of each kind"),
        ({"widths": (16, 20)}, "a stage of width 20 with bottleneck ratio 2 has 10 channels .* groups of 4"),
        ({"group_widths": 0}, r"group_widths must be at least 1, got \(0, 0\)"),
    ],
)
def test_what_is_no_network_is_refused(changes, words, without_shape_checks):
    with pytest.raises(ValueError, match=words):
        small(**changes)


def test_one_number_is_for_all_stages():
    one, each = small(group_widths=4, bottleneck_ratios=2), small(group_widths=(4, 4), bottleneck_ratios=(2, 2))
    assert one.load_state_dict(each.state_dict(), strict=True)


def test_images_of_other_channels_are_refused():
    with pytest.raises(ValueError, match="x has 3 channels, but the network was made with in_channels=1"):
        small()(torch.zeros(2, 3, 28, 28))
