"""State dicts and logits of deepdive's networks against those of torchvision, which ``make.py`` wrote down."""

from functools import partial
from pathlib import Path

import pytest
import torch
from tests.models.vision.published.rule import digest, first_logits, layout

from deepdive.models import vision
from deepdive.models.vision import without_auxiliaries

FOLDER = Path(__file__).parent
DIGESTS = dict(line.split() for line in (FOLDER / "digests.txt").read_text().splitlines())
LISTED = sorted(path.stem for path in FOLDER.glob("*.txt") if path.stem not in ("digests", "logits"))
LOGITS = {name: values for name, *values in map(str.split, (FOLDER / "logits.txt").read_text().splitlines())}
FOR_LOGITS = {
    "alexnet": partial(vision.AlexNet, hidden=16),
    "vgg11": partial(vision.vgg11, hidden=16),
    "vgg11_bn": partial(vision.vgg11, hidden=16, batch_norm=True),
    "googlenet": partial(vision.GoogLeNet, transform_input=True),
    "regnet_x_bottleneck": partial(
        vision.regnet_x, depth=6, w_0=16, w_a=16.0, w_m=2.0, group_width=4, bottleneck_ratio=2
    ),
}


def maker(name):
    if name == "alexnet":
        return vision.AlexNet
    if name == "googlenet":
        return vision.GoogLeNet
    if name.startswith("regnet"):
        return getattr(vision, name)
    if name.endswith("_bn"):
        return partial(getattr(vision, name.removesuffix("_bn")), batch_norm=True)
    return getattr(vision, name)


def on_meta(name):
    with torch.device("meta"):
        return maker(name)()


def published_state(name):
    """Tensors without content, of the published names and shapes."""
    pairs = (line.split() for line in (FOLDER / f"{name}.txt").read_text().splitlines())
    shapes = {key: () if shape == "scalar" else tuple(map(int, shape.split("x"))) for key, shape in pairs}
    return {key: torch.empty(shape, device="meta") for key, shape in shapes.items()}


@pytest.mark.parametrize("name", LISTED)
def test_published_names_and_shapes_are_ours_in_this_order(name):
    network, state = on_meta(name), without_auxiliaries(published_state(name))
    assert [(key, value.shape) for key, value in network.state_dict().items()] == [
        (key, value.shape) for key, value in state.items()
    ]
    network.load_state_dict(state, strict=True, assign=True)


@pytest.mark.parametrize("name", DIGESTS)
def test_other_published_layouts_are_ours(name):
    assert digest(layout(on_meta(name))) == DIGESTS[name]


def test_auxiliary_heads_are_all_that_googlenet_lacks():
    network, state = on_meta("googlenet"), published_state("googlenet")
    with pytest.raises(RuntimeError, match=r'Unexpected key\(s\) in state_dict: "aux1\.conv\.conv\.weight"'):
        network.load_state_dict(state, strict=True, assign=True)
    assert {key.split(".")[0] for key in state if key not in network.state_dict()} == {"aux1", "aux2"}


def test_a_layout_that_differs_is_an_error():
    network, state = on_meta("resnet18"), published_state("resnet18")
    state["layer1.0.shortcut.weight"] = state.pop("layer1.0.conv1.weight")
    state["fc.weight"] = torch.empty(10, 512, device="meta")
    with pytest.raises(RuntimeError, match=r"(?s)Missing.*layer1\.0\.conv1\.weight.*Unexpected.*shortcut.*size mism"):
        network.load_state_dict(state, strict=True, assign=True)


@pytest.mark.parametrize("name", LOGITS)
def test_logits_are_those_of_torchvision(name):
    make = FOR_LOGITS[name] if name in FOR_LOGITS else maker(name)
    found = first_logits(make())
    expected = torch.tensor([float(value) for value in LOGITS[name]], dtype=torch.float64)
    torch.testing.assert_close(found, expected, rtol=1e-6, atol=1e-6 * float(expected.abs().max()))
