"""GoogLeNet: blocks that look at several scales side by side (Szegedy et al., 2015; D2L section 8.4)."""

from collections.abc import Mapping, Sequence

import torch
from jaxtyping import Float
from torch import Tensor

from deepdive.models.vision._images import (
    Stem,
    check_images,
    check_stages,
    scaled,
    smallest_image,
)
from deepdive.signatures import checked
from deepdive.signatures.bounds import PositiveFloat, PositiveInt, Probability
from deepdive.toolkit import Toolkit

Branches = tuple[int, int, int, int, int, int]
"""Channels of an inception block as in table 1: 1x1; 3x3 reduced, 3x3; 5x5 reduced, 5x5; behind the pooling."""

INCEPTIONS: tuple[tuple[Branches, ...], ...] = (
    ((64, 96, 128, 16, 32, 32), (128, 128, 192, 32, 96, 64)),
    (
        (192, 96, 208, 16, 48, 64),
        (160, 112, 224, 24, 64, 64),
        (128, 128, 256, 24, 64, 64),
        (112, 144, 288, 32, 64, 64),
        (256, 160, 320, 32, 128, 128),
    ),
    ((256, 160, 320, 32, 128, 128), (384, 192, 384, 48, 128, 128)),
)
"""The blocks 3a and 3b, 4a to 4e, 5a and 5b of table 1; a pooling comes between two stages."""


class _Convolution(torch.nn.Module):
    """A convolution that keeps the size, batch normalisation if wanted, a ReLU."""

    def __init__(
        self, in_channels: int, out_channels: int, kernel: int, stride: int = 1, *, batch_norm: bool, nn: Toolkit
    ) -> None:
        super().__init__()
        self.conv = nn.Conv2d(in_channels, out_channels, kernel, stride, kernel // 2, bias=not batch_norm)
        self.bn = nn.BatchNorm2d(out_channels, eps=1e-3) if batch_norm else nn.Identity()
        self.relu = nn.ReLU()

    def forward(self, x: Float[Tensor, "batch in_channels height width"]) -> Float[Tensor, "batch out_channels h w"]:
        return self.relu(self.bn(self.conv(x)))


@checked
class Inception(torch.nn.Module):
    """``y = [f₁(x), f₂(x), f₃(x), f₄(x)]``, one behind the other in the channels (figure 2b of the paper).

    ``f₁`` is a 1x1 convolution; ``f₂`` and ``f₃`` reduce the channels by one, then look at 3x3 and at ``window`` x
    ``window`` places; ``f₄`` is a pooling of 3x3 places, then a 1x1 convolution. Each convolution has a ReLU, and with
    ``batch_norm`` a normalisation before it. Input ``(batch, in_channels, height, width)``, output the same with
    ``b1 + b2 + b3 + b4`` channels for the ``branches`` ``(b1, r2, b2, r3, b3, b4)``.

    Raises:
        ValueError: a number in ``branches`` is less than 1, or ``window`` is not odd.
    """

    def __init__(
        self,
        in_channels: PositiveInt,
        branches: Branches,
        *,
        window: PositiveInt = 3,
        batch_norm: bool = True,
        nn: Toolkit = torch.nn,
    ) -> None:
        super().__init__()
        check_stages(branches=branches)
        if window % 2 == 0 or window < 1:
            raise ValueError(f"window must be odd, so that it has a middle, got {window}")
        b1, r2, b2, r3, b3, b4 = branches

        def convolution(channels: int, out_channels: int, kernel: int) -> _Convolution:
            return _Convolution(channels, out_channels, kernel, batch_norm=batch_norm, nn=nn)

        self.branch1 = convolution(in_channels, b1, 1)
        self.branch2 = nn.Sequential(convolution(in_channels, r2, 1), convolution(r2, b2, 3))
        self.branch3 = nn.Sequential(convolution(in_channels, r3, 1), convolution(r3, b3, window))
        self.branch4 = nn.Sequential(nn.MaxPool2d(3, stride=1, padding=1), convolution(in_channels, b4, 1))
        self.out_channels = b1 + b2 + b3 + b4

    def forward(
        self, x: Float[Tensor, "batch in_channels height width"]
    ) -> Float[Tensor, "batch out_channels height width"]:
        """All branches, joined."""
        return torch.cat((self.branch1(x), self.branch2(x), self.branch3(x), self.branch4(x)), dim=1)


@checked
class GoogLeNet(torch.nn.Module):
    """A stem, nine inception blocks in three stages, the mean over all positions, one linear layer (table 1).

    Input ``(batch, in_channels, height, width)``, output logits ``(batch, num_classes)``. ``width`` multiplies all
    channels, ``stages`` names the blocks of each stage. The ``stem`` of ``"imagenet"`` halves images of 224x224
    three times, that of ``"small"``, with a 3x3 convolution and without its pooling, once.

    By default it is the network of the published weights, with torchvision's names, 6,624,904 parameters, batch
    normalisation and, by an old mistake, a 3x3 ``window`` where the paper has 5x5. The paper's network, which is the
    D2L's, is ``GoogLeNet(batch_norm=False, window=5)``, of 6,998,552; there the last pooling is 3x3, too, not 2x2.
    The auxiliary heads are left out, and ``without_auxiliaries`` takes them off published weights. These were trained
    on images in [-1, 1]: with ``transform_input`` the network takes images normalised by ImageNet's mean and
    standard deviation instead.

    With batch normalisation weights start normal with standard deviation 0.01, without it by Xavier, uniform.

    Raises:
        ValueError: a size is not positive, ``window`` not odd, ``stem`` not known; ``transform_input`` without three
            channels; the input has other channels, or is too small: by default less than 15x15.
    """

    def __init__(
        self,
        num_classes: PositiveInt = 1000,
        in_channels: PositiveInt = 3,
        *,
        width: PositiveFloat = 1.0,
        stages: Sequence[Sequence[Branches]] = INCEPTIONS,
        window: PositiveInt = 3,
        batch_norm: bool = True,
        stem: Stem = "imagenet",
        dropout: Probability = 0.2,
        transform_input: bool = False,
        nn: Toolkit = torch.nn,
    ) -> None:
        super().__init__()
        check_stages(stages=[len(stage) for stage in stages])
        if transform_input and in_channels != 3:
            raise ValueError(f"transform_input is for images of three channels, got in_channels={in_channels}")
        self.in_channels = in_channels
        self.transform_input = transform_input
        if transform_input:
            for name, values in (("mean", (0.485, 0.456, 0.406)), ("deviation", (0.229, 0.224, 0.225))):
                self.register_buffer(name, torch.tensor(values).reshape(3, 1, 1), persistent=False)
        first, second = scaled(64, width), scaled(192, width)
        kernel, stride = (7, 2) if stem == "imagenet" else (3, 1)
        self.conv1 = _Convolution(in_channels, first, kernel, stride, batch_norm=batch_norm, nn=nn)
        self.maxpool1 = nn.MaxPool2d(3, stride=2, ceil_mode=True) if stem == "imagenet" else nn.Identity()
        self.conv2 = _Convolution(first, first, 1, batch_norm=batch_norm, nn=nn)
        self.conv3 = _Convolution(first, second, 3, batch_norm=batch_norm, nn=nn)
        self.trunk = ["conv1", "maxpool1", "conv2", "conv3"]
        channels = second
        for number, stage in enumerate(stages, start=3):
            kernel = 2 if number == 5 else 3  # of the published weights
            self._append(f"maxpool{number - 1}", nn.MaxPool2d(kernel, stride=2, ceil_mode=True))
            for i, branches in enumerate(stage):
                b1, r2, b2, r3, b3, b4 = (scaled(c, width) for c in branches)
                block = Inception(channels, (b1, r2, b2, r3, b3, b4), window=window, batch_norm=batch_norm, nn=nn)
                self._append(f"inception{number}{chr(ord('a') + i)}", block)
                channels = block.out_channels
        self.smallest = smallest_image(self.modules())
        self.avgpool = nn.AdaptiveAvgPool2d(1)
        self.dropout = nn.Dropout(dropout)
        self.fc = nn.Linear(channels, num_classes)
        for parameter in self.parameters():
            if parameter.ndim > 1:
                if batch_norm:
                    nn.init.normal_(parameter, std=0.01)
                else:
                    nn.init.xavier_uniform_(parameter)

    def _append(self, name: str, module: torch.nn.Module) -> None:
        self.add_module(name, module)
        self.trunk.append(name)

    def forward(self, x: Float[Tensor, "batch in_channels height width"]) -> Float[Tensor, "batch classes"]:
        """Logits, one per class."""
        check_images(x, self.in_channels, self.smallest)
        if self.transform_input:
            x = self.get_buffer("deviation") / 0.5 * x + (self.get_buffer("mean") - 0.5) / 0.5
        for name in self.trunk:
            x = getattr(self, name)(x)
        return self.fc(self.dropout(self.avgpool(x).flatten(1)))


def without_auxiliaries(state: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """A published state dict less the two auxiliary heads, ``aux1.*`` and ``aux2.*``, which only trained the rest.

    >>> network.load_state_dict(without_auxiliaries(published))  # doctest: +SKIP
    """
    return {name: value for name, value in state.items() if not name.startswith(("aux1.", "aux2."))}
