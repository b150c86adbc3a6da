"""``python -m tests.models.vision.published.make`` writes the lists and logits beside it, with torchvision installed.

Not a test: the files that are here come from torchvision 0.29.1.
"""

from pathlib import Path

import torch
from tests.models.vision.published.rule import digest, first_logits, layout
from torchvision import models
from torchvision.models.regnet import BlockParams, RegNet

LISTED = (
    ["alexnet", "googlenet", "densenet121", "regnet_x_400mf", "resnext50_32x4d", "wide_resnet50_2"]
    + [f"vgg{depth}{end}" for depth in (11, 13, 16, 19) for end in ("", "_bn")]
    + [f"resnet{depth}" for depth in (18, 34, 50, 101, 152)]
)
DIGESTED = ["densenet161", "densenet169", "densenet201"]
DIGESTED += ["resnext101_32x8d", "resnext101_64x4d", "wide_resnet101_2"]
DIGESTED += [f"regnet_x_{cost}" for cost in ("800mf", "1_6gf", "3_2gf", "8gf", "16gf", "32gf")]


def narrow_head(network, features):
    """The three linear layers of AlexNet and VGG are most of their weights; the test has hidden layers of 16 units."""
    first, second, last = (i for i, layer in enumerate(network.classifier) if isinstance(layer, torch.nn.Linear))
    network.classifier[first] = torch.nn.Linear(features, 16)
    network.classifier[second] = torch.nn.Linear(16, 16)
    network.classifier[last] = torch.nn.Linear(16, 1000)
    return network


def networks_for_logits():
    """What ``test_published`` makes of deepdive's networks."""
    yield "alexnet", narrow_head(models.alexnet(), 256 * 36)
    yield "vgg11", narrow_head(models.vgg11(init_weights=False), 512 * 49)
    yield "vgg11_bn", narrow_head(models.vgg11_bn(init_weights=False), 512 * 49)
    yield "googlenet", models.googlenet(init_weights=False, aux_logits=False, transform_input=True)
    yield "resnet18", models.resnet18()
    yield "resnet50", models.resnet50()
    yield "resnext50_32x4d", models.resnext50_32x4d()
    yield "densenet121", models.densenet121()
    yield "regnet_x_400mf", models.regnet_x_400mf()
    ratio = BlockParams.from_init_params(depth=6, w_0=16, w_a=16.0, w_m=2.0, group_width=4, bottleneck_multiplier=0.5)
    yield "regnet_x_bottleneck", RegNet(ratio)


def main():
    folder = Path(__file__).parent
    layouts = {}
    for name in LISTED + DIGESTED:
        keywords = {"init_weights": False} if name.startswith(("vgg", "googlenet")) else {}
        layouts[name] = layout(getattr(models, name)(**keywords))
    for name in LISTED:
        (folder / f"{name}.txt").write_text("\n".join(layouts[name]) + "\n")
    (folder / "digests.txt").write_text("".join(f"{name} {digest(layouts[name])}\n" for name in DIGESTED))
    lines = [
        " ".join([name, *(f"{logit:.7g}" for logit in first_logits(network).tolist())])
        for name, network in networks_for_logits()
    ]
    (folder / "logits.txt").write_text("\n".join(lines) + "\n")


if __name__ == "__main__":
    main()
