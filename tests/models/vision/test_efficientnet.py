"""EfficientNet-Lite: published sizes and layout, the reference network's numbers, photographs it must know."""

import pytest
import torch

from deepdive import scratch
from deepdive.data import find_pretrained, read_pretrained
from deepdive.data.fetching import DataUnavailableError
from deepdive.data.images import ImageSpec
from deepdive.models.vision import EFFICIENTNET_LITE, EfficientNetLite, InvertedResidual
from deepdive.training import CheckpointError, fit_state_dict

SMALL = {"width": 0.25, "depth": 0.4}


@pytest.fixture(scope="module")
def pretrained():
    """The real weights, from this machine's cache or wherever they can be had."""
    try:
        return read_pretrained("efficientnet-lite0")
    except DataUnavailableError as error:
        pytest.skip(f"the weights of EfficientNet-Lite0 are out of reach: {error}")


@pytest.fixture(scope="module")
def knowing(pretrained):
    network = EfficientNetLite()
    network.load_state_dict(pretrained, strict=True)
    return network.eval()


@pytest.mark.parametrize(
    ("variant", "published"),
    list(zip(EFFICIENTNET_LITE, [4_652_008, 5_416_680, 6_092_072, 8_197_096, 13_006_568], strict=True)),
)
def test_it_has_the_published_number_of_parameters(variant, published):
    width, depth, _, _ = variant
    with torch.device("meta"):
        assert sum(p.numel() for p in EfficientNetLite(width=width, depth=depth).parameters()) == published


def test_scratch_is_the_same_network():
    """In double precision: in single, a rounding error now and then falls on the other side of a kink of ReLU6."""
    torch.manual_seed(0)
    library, own = (
        EfficientNetLite(5, 2, dropout=0.0, **SMALL),
        EfficientNetLite(5, 2, dropout=0.0, nn=scratch, **SMALL),
    )
    own.load_state_dict(library.state_dict())
    x = torch.randn(3, 2, 36, 29, dtype=torch.float64)
    for network in (library.double(), own.double()):
        network.train()(x).square().sum().backward()
    for (name, theirs), ours in zip(library.named_parameters(), own.parameters(), strict=True):
        torch.testing.assert_close(ours.grad, theirs.grad, rtol=1e-7, atol=1e-9, msg=name)
    torch.testing.assert_close(own.eval()(x), library.eval()(x), rtol=1e-9, atol=1e-9)


def test_the_groups_hold_every_parameter_once_and_in_order():
    network = EfficientNetLite(5, **SMALL)
    names = [name for name, _ in network.named_parameters()]
    found = [[n for n in names for prefix in group if n.startswith(f"{prefix}.")] for group in network.groups]
    assert [name for group in found for name in group] == names
    assert len(network.groups) == 10


def test_what_lies_between_two_groups_is_the_network_cut_there():
    torch.manual_seed(0)
    network, x = EfficientNetLite(5, **SMALL).eval(), torch.randn(2, 3, 33, 40)
    whole = network(x)
    for cut in range(11):
        torch.testing.assert_close(network.between(network.between(x, 0, cut), cut, 10), whole)
    assert network.between(x, 0, 9).shape == (2, 1280)


def test_a_block_adds_its_input_only_where_shapes_are_equal():
    torch.manual_seed(0)
    x = torch.randn(2, 8, 6, 6)
    same, other, strided = InvertedResidual(8, 8), InvertedResidual(8, 16), InvertedResidual(8, 8, stride=2)
    for block in (same, other, strided):
        torch.nn.init.zeros_(block._project_conv.weight)
        block.eval()
    torch.testing.assert_close(same(x), x)
    assert other(x).abs().max() == 0
    assert strided(x).abs().max() == 0
    assert strided(torch.randn(1, 8, 7, 5)).shape == (1, 8, 4, 3)


@pytest.mark.usefixtures("without_shape_checks")
@pytest.mark.parametrize(
    ("arguments", "shape", "message"),
    [
        ({"width": 0}, (1, 3, 8, 8), "width must be above 0, got 0"),
        ({"depth": -1.0}, (1, 3, 8, 8), r"depth must be above 0, got -1\.0"),
        ({"num_classes": 0}, (1, 3, 8, 8), "num_classes must be at least 1, got 0"),
        ({}, (1, 1, 8, 8), "x has 1 channels, but the network was made with in_channels=3"),
        ({}, (3, 8, 8), r"x must have the shape \(batch, channels, height, width\), got \(3, 8, 8\)"),
    ],
)
def test_what_does_not_fit_is_named(arguments, shape, message):
    with torch.device("meta"), pytest.raises(ValueError, match=message):
        EfficientNetLite(**(SMALL | arguments))(torch.empty(shape))


def test_names_that_differ_are_listed_with_the_nearest_ones():
    state = EfficientNetLite(7, **SMALL).state_dict()
    state["_conv_stems.weight"] = state.pop("_conv_stem.weight")
    state["something.else"] = torch.zeros(1)
    message = (
        r"weights\.pth does not fit EfficientNetLite: it lacks _conv_stem\.weight \(nearest: _conv_stems\.weight\); "
        r"the network has no _conv_stems\.weight \(nearest: _conv_stem\.weight\), something\.else$"
    )
    with pytest.raises(CheckpointError, match=message):
        fit_state_dict(EfficientNetLite(7, **SMALL), state, source="weights.pth")


def test_weights_for_another_number_of_classes_tell_what_to_do():
    state, network = EfficientNetLite(7, **SMALL).state_dict(), EfficientNetLite(2, **SMALL)
    message = r"is for 7 classes, the network has 2: give allow=\('_fc\.',\) to replace the head"
    with pytest.raises(CheckpointError, match=message):
        fit_state_dict(network, state)
    assert fit_state_dict(network, state, allow=("_fc.",)) == ["_fc.weight", "_fc.bias"]
    torch.testing.assert_close(network._conv_head.weight, state["_conv_head.weight"])


def test_the_published_weights_give_the_published_networks_numbers(knowing):
    """Logits of a wave, computed once with efficientnet_lite_pytorch 0.1.0, the code that the weights were made for."""
    wave = torch.sin(torch.arange(3 * 224 * 224).float().reshape(1, 3, 224, 224) * 0.01)
    with torch.inference_mode():
        logits = knowing(wave)[0]
    reference = [-1.4542, -0.4806, -1.1929, -2.5485, -1.5043, -1.1256, -0.3944, 0.5783]
    torch.testing.assert_close(logits[::125], torch.tensor(reference), rtol=0, atol=2e-3)
    assert logits.topk(3).indices.tolist() == [905, 753, 549]


def test_it_knows_what_is_on_photographs(knowing):
    """A palace (698 in ImageNet's order) and a daisy (985); flowers are told only with the right standardisation."""
    datasets = pytest.importorskip("sklearn.datasets", reason="scikit-learn, which has the photographs, is missing")
    weights = find_pretrained("efficientnet-lite0")
    size = weights.image_size
    spec = ImageSpec(3, size, size, ("",) * 1000, weights.mean, weights.std)
    for name, known in (("china.jpg", 698), ("flower.jpg", 985)):
        photograph = torch.from_numpy(datasets.load_sample_image(name).copy()).permute(2, 0, 1)[None]
        middle = photograph[..., 107:-107] if photograph.shape[-1] == 640 else photograph
        with torch.inference_mode():
            chances = knowing(spec.to_float(middle)).softmax(1)[0]
        assert int(chances.argmax()) == known
        assert chances.max() > 0.2
