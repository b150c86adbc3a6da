"""VGG: blocks of 3x3 convolutions, each followed by pooling (Simonyan and Zisserman, 2015; D2L section 8.2)."""

from collections.abc import Sequence
from functools import partial

import torch
from jaxtyping import Float
from torch import Tensor

from deepdive.models.vision._images import check_images, check_stages, smallest_image
from deepdive.signatures import checked
from deepdive.signatures.bounds import PositiveInt, Probability
from deepdive.toolkit import Toolkit


@checked
class VGG(torch.nn.Module):
    """Blocks of convolutions that keep the size and double the channels, then three linear layers (table 1).

    Input ``(batch, in_channels, height, width)``, output logits ``(batch, num_classes)``. Block ``i`` has ``depths[i]``
    convolutions of ``widths[i]`` channels, each with a ReLU, and with ``batch_norm`` before it; a pooling then halves
    height and width. Whatever is left is averaged into ``pooled`` x ``pooled`` places, and two hidden layers of
    ``hidden`` units see them all. Names of layers are torchvision's, so that published weights load by name.

    Convolutions start normal by ``fan_out`` (He et al., 2015), linear layers by Xavier, which at the paper's widths is
    about its standard deviation of 0.01; biases start at 0.

    >>> from deepdive.models.vision import VGG, vgg11
    >>> sum(p.numel() for p in vgg11().parameters())
    132863336
    >>> d2l = vgg11(10, 1, widths=(16, 32, 64, 128, 128))

    Raises:
        ValueError: ``depths`` and ``widths`` differ in length, are empty or hold less than 1; ``hidden`` or ``pooled``
            is less than 1; the input has other channels, or less than ``2 ** len(depths)`` pixels a side.
    """

    def __init__(
        self,
        num_classes: PositiveInt = 1000,
        in_channels: PositiveInt = 3,
        *,
        depths: Sequence[int] = (1, 1, 2, 2, 2),
        widths: Sequence[int] = (64, 128, 256, 512, 512),
        batch_norm: bool = False,
        hidden: PositiveInt = 4096,
        pooled: PositiveInt = 7,
        dropout: Probability = 0.5,
        nn: Toolkit = torch.nn,
    ) -> None:
        super().__init__()
        check_stages(depths=depths, widths=widths)
        self.in_channels = in_channels
        layers, channels = [], in_channels
        for depth, width in zip(depths, widths, strict=True):
            for _ in range(depth):
                layers.append(nn.Conv2d(channels, width, 3, padding=1))
                layers += [nn.BatchNorm2d(width), nn.ReLU()] if batch_norm else [nn.ReLU()]
                channels = width
            layers.append(nn.MaxPool2d(2, stride=2))
        self.features = nn.Sequential(*layers)
        self.smallest = smallest_image(self.features)
        self.avgpool = nn.AdaptiveAvgPool2d(pooled)
        self.classifier = nn.Sequential(
            nn.Linear(channels * pooled**2, hidden),
            nn.ReLU(),
            nn.Dropout(dropout),
            nn.Linear(hidden, hidden),
            nn.ReLU(),
            nn.Dropout(dropout),
            nn.Linear(hidden, num_classes),
        )
        for name, parameter in self.named_parameters():
            if parameter.ndim == 4:
                nn.init.kaiming_normal_(parameter, mode="fan_out")
            elif parameter.ndim == 2:
                nn.init.xavier_uniform_(parameter)
            elif name.endswith("bias"):
                nn.init.zeros_(parameter)

    def forward(self, x: Float[Tensor, "batch in_channels height width"]) -> Float[Tensor, "batch classes"]:
        """Logits, one per class."""
        check_images(x, self.in_channels, self.smallest)
        x = self.avgpool(self.features(x))  # (batch, channels, pooled, pooled)
        return self.classifier(x.flatten(1))


vgg11 = partial(VGG, depths=(1, 1, 2, 2, 2))
"""132,863,336 parameters, with ``batch_norm`` 132,868,840."""
vgg13 = partial(VGG, depths=(2, 2, 2, 2, 2))
"""133,047,848 parameters, with ``batch_norm`` 133,053,736."""
vgg16 = partial(VGG, depths=(2, 2, 3, 3, 3))
"""138,357,544 parameters, with ``batch_norm`` 138,365,992."""
vgg19 = partial(VGG, depths=(2, 2, 4, 4, 4))
"""143,667,240 parameters, with ``batch_norm`` 143,678,248."""
