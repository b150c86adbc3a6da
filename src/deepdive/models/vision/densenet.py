"""DenseNet: every layer sees the outputs of all layers before it (Huang et al., 2017; D2L section 8.7)."""

import re
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from functools import partial

import torch
from jaxtyping import Float
from torch import Tensor

from deepdive.models.vision._images import (
    Stem,
    check_images,
    check_stages,
    smallest_image,
)
from deepdive.signatures import checked
from deepdive.signatures.bounds import NonNegativeInt, PositiveInt, Probability
from deepdive.toolkit import Toolkit


@checked
class DenseLayer(torch.nn.Module):
    """``y = [x, f(x)]``: what came in and, behind it in the channels, ``growth_rate`` new ones (equation 2).

    ``f`` is a 3x3 convolution with batch normalisation and a ReLU before it; a 1x1 convolution of the same kind comes
    first and leaves ``bottleneck * growth_rate`` channels, unless ``bottleneck`` is 0. Input ``(batch, in_channels,
    height, width)``, output ``(batch, in_channels + growth_rate, height, width)``.
    """

    def __init__(
        self,
        in_channels: PositiveInt,
        growth_rate: PositiveInt,
        *,
        bottleneck: NonNegativeInt = 4,
        dropout: Probability = 0.0,
        nn: Toolkit = torch.nn,
    ) -> None:
        super().__init__()
        if bottleneck < 0:
            raise ValueError(f"bottleneck must be 0 or more, got {bottleneck}")
        self.bottleneck = bottleneck
        channels = in_channels
        if bottleneck:
            channels = bottleneck * growth_rate
            self.norm1 = nn.BatchNorm2d(in_channels)
            self.conv1 = nn.Conv2d(in_channels, channels, 1, bias=False)
        self.norm2 = nn.BatchNorm2d(channels)
        self.conv2 = nn.Conv2d(channels, growth_rate, 3, padding=1, bias=False)
        self.relu = nn.ReLU()
        self.dropout = nn.Dropout(dropout) if dropout else nn.Identity()

    def forward(self, x: Float[Tensor, "batch in_channels height width"]) -> Float[Tensor, "batch more height width"]:
        """The input and what is new."""
        y = self.conv1(self.relu(self.norm1(x))) if self.bottleneck else x
        y = self.conv2(self.relu(self.norm2(y)))
        return torch.cat((x, self.dropout(y)), dim=1)


@checked
class DenseNet(torch.nn.Module):
    """A stem, blocks of dense layers with a transition between two, the mean over all positions, one linear layer.

    Input ``(batch, in_channels, height, width)``, output logits ``(batch, num_classes)``. Block ``i`` has ``depths[i]``
    layers that add ``growth_rate`` channels each to the ``width`` of the stem; a transition is a 1x1 convolution that
    leaves ``⌊compression m⌋`` of ``m`` channels, and a pooling that halves height and width. The ``stem`` of
    ``"imagenet"`` is a 7x7 convolution and a pooling, together of stride 4, that of ``"small"`` a 3x3 convolution, as
    for the paper's 32x32 images. D2L's layers have no ``bottleneck``:
    ``DenseNet(10, 1, depths=(4, 4, 4, 4), bottleneck=0)``.

    Names of layers are torchvision's, so that published weights load by name; those of old files become so by
    ``with_present_names``. Convolutions start normal by ``fan_in`` (He et al., 2015), the classifier's biases at 0.

    >>> from deepdive.models.vision import densenet121
    >>> sum(p.numel() for p in densenet121().parameters())
    7978856

    Raises:
        ValueError: ``depths`` is empty or holds less than 1; ``width`` or ``growth_rate`` is less than 1, or
            ``bottleneck`` than 0; ``compression`` is not in (0, 1], or leaves nothing; ``stem`` is unknown; the input
            has other channels, or is too small: by default less than 29x29.
    """

    def __init__(
        self,
        num_classes: PositiveInt = 1000,
        in_channels: PositiveInt = 3,
        *,
        growth_rate: PositiveInt = 32,
        depths: Sequence[int] = (6, 12, 24, 16),
        width: PositiveInt = 64,
        bottleneck: NonNegativeInt = 4,
        compression: float = 0.5,
        stem: Stem = "imagenet",
        dropout: Probability = 0.0,
        nn: Toolkit = torch.nn,
    ) -> None:
        super().__init__()
        check_stages(depths=depths)
        if not 0 < compression <= 1:
            raise ValueError(f"compression must lie in (0, 1], got {compression}")
        self.in_channels = in_channels
        kernel, stride = (7, 2) if stem == "imagenet" else (3, 1)
        parts: dict[str, torch.nn.Module] = {
            "conv0": nn.Conv2d(in_channels, width, kernel, stride, padding=kernel // 2, bias=False),
            "norm0": nn.BatchNorm2d(width),
            "relu0": nn.ReLU(),
        }
        if stem == "imagenet":
            parts["pool0"] = nn.MaxPool2d(3, stride=2, padding=1)
        channels = width
        for number, depth in enumerate(depths, start=1):
            if number > 1:
                parts[f"transition{number - 1}"] = _transition(channels, out := int(compression * channels), nn)
                channels = out
            layers = OrderedDict[str, torch.nn.Module]()
            for i in range(1, depth + 1):
                layers[f"denselayer{i}"] = DenseLayer(
                    channels, growth_rate, bottleneck=bottleneck, dropout=dropout, nn=nn
                )
                channels += growth_rate
            parts[f"denseblock{number}"] = nn.Sequential(layers)
        parts[f"norm{len(depths) + 1}"] = nn.BatchNorm2d(channels)
        self.features = nn.Sequential(OrderedDict(parts))
        self.smallest = smallest_image(self.features.modules())
        self.relu = nn.ReLU()
        self.avgpool = nn.AdaptiveAvgPool2d(1)
        self.classifier = nn.Linear(channels, num_classes)
        for parameter in self.parameters():
            if parameter.ndim == 4:
                nn.init.kaiming_normal_(parameter)
        nn.init.zeros_(self.classifier.get_parameter("bias"))

    def forward(self, x: Float[Tensor, "batch in_channels height width"]) -> Float[Tensor, "batch classes"]:
        """Logits, one per class."""
        check_images(x, self.in_channels, self.smallest)
        x = self.relu(self.features(x))
        return self.classifier(self.avgpool(x).flatten(1))


def _transition(in_channels: int, out_channels: int, nn: Toolkit) -> torch.nn.Sequential:
    if out_channels < 1:
        raise ValueError(f"compression leaves nothing of {in_channels} channels; it must be larger")
    return nn.Sequential(
        OrderedDict(
            norm=nn.BatchNorm2d(in_channels),
            relu=nn.ReLU(),
            conv=nn.Conv2d(in_channels, out_channels, 1, bias=False),
            pool=nn.AvgPool2d(2, stride=2),
        )
    )


_OLD_NAME = re.compile(r"(denselayer\d+\.(?:norm|conv))\.([12]\.)")


def with_present_names(state: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """A state dict of the first published files, whose ``norm.1`` and ``conv.1`` are now ``norm1`` and ``conv1``.

    Others stay as they are.

    >>> network.load_state_dict(with_present_names(published))  # doctest: +SKIP
    """
    return {_OLD_NAME.sub(r"\1\2", name): value for name, value in state.items()}


densenet121 = partial(DenseNet, depths=(6, 12, 24, 16))
"""7,978,856 parameters."""
densenet161 = partial(DenseNet, growth_rate=48, depths=(6, 12, 36, 24), width=96)
"""28,681,000 parameters."""
densenet169 = partial(DenseNet, depths=(6, 12, 32, 32))
"""14,149,480 parameters."""
densenet201 = partial(DenseNet, depths=(6, 12, 48, 32))
"""20,013,928 parameters."""
