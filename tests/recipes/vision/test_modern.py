"""The recipes of chapter 8: each trains its own network, and its book preset is that of D2L.

That the networks are the same in both toolkits is proven in `test_twins`.
"""

import pytest
import torch

from deepdive.data.images import ImageSpec
from deepdive.recipes import load_recipe
from deepdive.recipes.running import runner
from deepdive.recipes.settings import with_preset

pytestmark = pytest.mark.usefixtures("without_shape_checks")
# Parameters of D2L's networks for ten classes of grey images, added up layer by layer, by hand for LeNet:
# 156 + 2416 + 48120 + 10164 + 850, and two per channel of 6 + 16 + 120 + 84 for batch normalisation.
BOOK_PARAMETERS = {
    "lenet-batchnorm": 61_706 + 2 * (6 + 16 + 120 + 84),
    "alexnet": 46_764_746,
    "nin": 1_992_166,
    "resnet": 11_175_370,
}
NAMES = ["alexnet", "vgg", "nin", "googlenet", "lenet-batchnorm", "resnet", "densenet", "regnet"]


def settings_of(name, changes):
    return with_preset(load_recipe(name).settings_type, changes)


def network_of(name, settings):
    spec = ImageSpec(
        channels=1,
        height=settings.image_size or 28,
        width=settings.image_size or 28,
        mean=(0.0,),
        std=(1.0,),
        labels=tuple("abcdefghij"),
    )
    return load_recipe(name).build(settings).network(spec)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.slow
def test_steps_are_taken_tested_and_reported(name, tmp_path):
    changes = load_recipe(name).presets["smoke"] | {"data": "digits", "image_size": 32}
    settings = settings_of(name, changes | {"steps": 2, "batch_size": 16, "log_every": 1})
    outcome = runner.start(load_recipe(name), settings, preset="smoke", root=tmp_path, console=False)
    assert 0 <= outcome.metrics["test_accuracy"] <= 1
    assert (outcome.run.folder / "report.html").stat().st_size > 10_000


@pytest.mark.parametrize("name", NAMES)
def test_d2ls_network_takes_d2ls_images(name):
    settings = settings_of(name, load_recipe(name).presets["book"])
    with torch.device("meta"):
        network = network_of(name, settings).eval()
        side = settings.image_size or 28
        assert network(torch.empty(2, 1, side, side)).shape == (2, 10)
    if name in BOOK_PARAMETERS:
        assert sum(p.numel() for p in network.parameters()) == BOOK_PARAMETERS[name]


@pytest.mark.parametrize(
    ("name", "changes", "message"),
    [
        ("nin", {"channels": (1, 2, 0)}, "channels"),
        ("resnet", {"depths": (1, 1)}, "depths"),
        ("vgg", {"widths": (8, 8)}, "widths"),
        ("alexnet", {"dropout": 1.5}, "dropout must be from 0 up and below 1, got 1.5"),
        ("densenet", {"growth_rate": 0}, "growth_rate"),
        ("regnet", {"group_widths": 7}, "group"),
        ("googlenet", {"width": -1.0}, "width"),
    ],
)
def test_a_network_that_cannot_be_is_refused(name, changes, message):
    with pytest.raises(ValueError, match=message):
        network_of(name, settings_of(name, changes))


@pytest.mark.parametrize("name", [*NAMES, "lenet", "mlp", "mlp-dropout", "softmax-regression", "cifar10"])
def test_every_layer_is_one_of_the_toolkit(name):
    small = {"image_size": 96} if name in ("alexnet", "vgg", "nin", "googlenet") else {}
    network = network_of(name, settings_of(name, {"toolkit": "scratch", **small}))
    leaves = [layer for layer in network.modules() if not [*layer.children()] and [*layer.parameters()]]
    assert leaves
    assert {type(layer).__module__.split(".")[0] for layer in leaves} == {"deepdive"}
