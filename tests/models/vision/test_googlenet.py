import pytest
import torch

from deepdive.models import GoogLeNet
from deepdive.models.vision import INCEPTIONS, Inception, without_auxiliaries

TINY = (((4, 2, 6, 2, 4, 2),), ((4, 2, 6, 2, 4, 2), (2, 2, 2, 2, 2, 2)))


@pytest.mark.parametrize(
    ("arguments", "published"),
    [({}, 6_624_904), ({"batch_norm": False, "window": 5}, 6_998_552)],  # torchvision's; Caffe's bvlc_googlenet
)
def test_it_has_the_published_number_of_parameters(arguments, published):
    with torch.device("meta"):
        assert sum(p.numel() for p in GoogLeNet(**arguments).parameters()) == published


def test_shapes_are_those_of_table_1():
    with torch.device("meta"):
        network, x, shapes = GoogLeNet(), torch.empty(1, 3, 224, 224), {}
        for name in network.trunk:
            shapes[name] = tuple((x := getattr(network, name)(x)).shape[1:])
    assert shapes["maxpool1"] == (64, 56, 56)
    assert shapes["maxpool2"] == (192, 28, 28)
    assert [shapes[f"inception{name}"] for name in ("3a", "3b", "4a", "4b", "4c", "4d", "4e", "5a", "5b")] == [
        (256, 28, 28), (480, 28, 28), (512, 14, 14), (512, 14, 14), (512, 14, 14), (528, 14, 14), (832, 14, 14),
        (832, 7, 7), (1024, 7, 7),
    ]  # fmt: skip


@pytest.mark.parametrize("window", [3, 5])
def test_a_block_joins_four_views_of_its_input(window):
    block = Inception(3, (2, 3, 4, 2, 5, 1), window=window, batch_norm=False).double()
    x = torch.randn(2, 3, 6, 7, dtype=torch.float64)
    y = block(x)
    assert y.shape == (2, 2 + 4 + 5 + 1, 6, 7)
    torch.testing.assert_close(y[:, :2], block.branch1(x))
    pooled = torch.nn.functional.max_pool2d(x, 3, stride=1, padding=1)
    kernel, bias = block.branch4[1].conv.weight[:, :, 0, 0], block.branch4[1].conv.bias
    expected = (torch.einsum("oc,bchw->bohw", kernel, pooled) + bias[:, None, None]).relu()
    torch.testing.assert_close(y[:, 11:], expected)
    far = x.clone()
    far[:, :, 0, 0] += 1
    seen = (block(far) - y).abs().amax((0, 1)) > 0  # positions that see the corner
    assert seen[: window // 2 + 1, : window // 2 + 1].any()
    assert not seen[window // 2 + 1 :].any()
    assert not seen[:, window // 2 + 1 :].any()


@pytest.mark.parametrize("batch_norm", [False, True])
@pytest.mark.parametrize("size", [(4, 4), (28, 28), (33, 17)])
def test_narrow_ones_take_small_images(batch_norm, size):
    network = GoogLeNet(5, 1, width=0.5, stages=TINY, batch_norm=batch_norm, stem="small").eval()
    assert [name for name in network.trunk if name.startswith("incep")] == ["inception3a", "inception4a", "inception4b"]
    assert network.smallest == 4
    assert network(torch.randn(2, 1, *size)).shape == (2, 5)


def test_width_multiplies_all_channels():
    with torch.device("meta"):
        network = GoogLeNet(width=0.25)
    assert network.fc.in_features == 256
    assert network.inception3a.branch2[0].conv.weight.shape == (24, 48, 1, 1)


@pytest.mark.parametrize("toolkit", [torch.nn])
def test_input_may_be_turned_into_what_published_weights_saw(toolkit):
    network = GoogLeNet(5, stages=TINY, transform_input=True, nn=toolkit).double().eval()
    plain = GoogLeNet(5, stages=TINY, nn=toolkit).double().eval()
    plain.load_state_dict(network.state_dict(), strict=True)
    images = torch.rand(2, 3, 32, 32, dtype=torch.float64)
    mean, deviation = (
        torch.tensor(v, dtype=torch.float64)[:, None, None] for v in ((0.485, 0.456, 0.406), (0.229, 0.224, 0.225))
    )
    torch.testing.assert_close(network((images - mean) / deviation), plain(2 * images - 1), atol=1e-6, rtol=1e-5)


def test_auxiliary_heads_are_taken_off():
    network = GoogLeNet(5, stages=TINY)
    state = network.state_dict()
    auxiliaries = {f"aux{i}.{name}": torch.zeros(3) for i in (1, 2) for name in ("conv.conv.weight", "fc2.bias")}
    with pytest.raises(RuntimeError, match=r"Unexpected key.*aux1.conv.conv.weight"):
        network.load_state_dict({**state, **auxiliaries})
    assert list(without_auxiliaries({**state, **auxiliaries})) == list(state)


def test_weights_start_as_described():
    torch.manual_seed(0)
    normal = GoogLeNet(10, width=0.5).inception4e.branch2[1].conv.weight
    assert normal.std().item() == pytest.approx(0.01, rel=0.05)
    uniform = GoogLeNet(10, width=0.5, batch_norm=False).inception4e.branch2[1].conv.weight
    bound = (6 / (9 * (uniform.shape[0] + uniform.shape[1]))) ** 0.5
    assert 0.95 * bound < uniform.abs().max() <= bound


@pytest.mark.usefixtures("without_shape_checks")
@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"width": 0.0}, r"width must be above 0, got 0\.0"),
        ({"stages": ()}, r"stages must hold positive numbers, one per stage, got \(\)"),
        ({"stages": ((),)}, r"stages must hold positive numbers, one per stage, got \(0,\)"),
        ({"window": 4}, "window must be odd, so that it has a middle, got 4"),
        ({"stem": "large"}, "stem must be 'imagenet' or 'small', got 'large'"),
        ({"in_channels": 1, "transform_input": True}, "transform_input is for images of three channels, got .*=1"),
    ],
)
def test_impossible_arguments_are_named(arguments, message):
    with torch.device("meta"), pytest.raises(ValueError, match=message):
        GoogLeNet(**arguments)


def test_branches_without_channels_are_named():
    with pytest.raises(ValueError, match="branches must hold positive numbers"):
        Inception(3, (1, 1, 0, 1, 1, 1))
    assert all(len(branches) == 6 for stage in INCEPTIONS for branches in stage)


@pytest.mark.parametrize(
    ("shape", "message"),
    [
        ((2, 3, 14, 224), "x has images of 14x224 pixels, the network needs at least 15x15"),
        ((2, 1, 224, 224), "x has 1 channels, but the network was made with in_channels=3"),
    ],
)
def test_images_that_do_not_fit_are_named(shape, message):
    with torch.device("meta"), pytest.raises(ValueError, match=message):
        GoogLeNet()(torch.empty(shape))
