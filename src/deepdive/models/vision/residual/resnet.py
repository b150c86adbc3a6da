"""ResNet: blocks that learn what to add to their input (He et al., 2016; D2L section 8.6), and its kin.

ResNeXt splits the middle of a block into groups (Xie et al., 2017), a wide ResNet widens it (Zagoruyko and Komodakis,
2016). Names of layers are those of torchvision, so that published weights load by name.
"""

from collections.abc import Sequence
from functools import partial

import torch
from jaxtyping import Float
from torch import Tensor

from deepdive.models.vision._images import Stem, check_images, check_stages
from deepdive.signatures import checked
from deepdive.signatures.bounds import PositiveInt
from deepdive.toolkit import Toolkit


@checked
class BasicBlock(torch.nn.Module):
    """``y = relu(x + f(x))`` with two 3x3 convolutions in ``f``, each with batch normalisation (figure 2 of the paper).

    Input ``(batch, in_channels, height, width)``, output ``(batch, channels, ⌈height / stride⌉, ⌈width / stride⌉)``;
    where these shapes differ, ``x`` goes through a 1x1 convolution of that stride.

    Raises:
        ValueError: ``groups`` is not 1 or ``width_per_group`` not 64: this block has no middle to split or widen.
    """

    expansion = 1

    def __init__(
        self,
        in_channels: PositiveInt,
        channels: PositiveInt,
        stride: PositiveInt = 1,
        *,
        groups: PositiveInt = 1,
        width_per_group: PositiveInt = 64,
        nn: Toolkit = torch.nn,
    ) -> None:
        super().__init__()
        if (groups, width_per_group) != (1, 64):
            raise ValueError(
                f"groups={groups} and width_per_group={width_per_group} need block=Bottleneck; BasicBlock has 1 and 64"
            )
        self.conv1 = nn.Conv2d(in_channels, channels, 3, stride, padding=1, bias=False)
        self.bn1 = nn.BatchNorm2d(channels)
        self.conv2 = nn.Conv2d(channels, channels, 3, padding=1, bias=False)
        self.bn2 = nn.BatchNorm2d(channels)
        self.downsample = _shortcut(in_channels, channels, stride, nn)
        self.relu = nn.ReLU()

    def forward(self, x: Float[Tensor, "batch in_channels height width"]) -> Float[Tensor, "batch channels h w"]:
        """The block's output."""
        y = self.relu(self.bn1(self.conv1(x)))
        y = self.bn2(self.conv2(y))
        return self.relu(y + self.downsample(x))


@checked
class Bottleneck(torch.nn.Module):
    """``y = relu(x + f(x))``, ``f`` a 1x1, a 3x3 and a 1x1 convolution (figure 5 of the paper).

    The middle has ``⌊channels width_per_group / 64⌋ groups`` channels in so many ``groups``, the output four times
    ``channels``. The stride is that of the 3x3 convolution, as in the published weights; the paper's is that of the
    first. Shapes are as in ``BasicBlock``.

    Raises:
        ValueError: ``groups`` is less than 1, or the middle has no channels.
    """

    expansion = 4

    def __init__(
        self,
        in_channels: PositiveInt,
        channels: PositiveInt,
        stride: PositiveInt = 1,
        *,
        groups: PositiveInt = 1,
        width_per_group: PositiveInt = 64,
        nn: Toolkit = torch.nn,
    ) -> None:
        super().__init__()
        width = channels * width_per_group // 64 * groups
        if groups < 1 or width < 1:
            raise ValueError(
                f"groups must be at least 1, each of channels * width_per_group / 64 channels, at least 1; got "
                f"groups={groups}, width_per_group={width_per_group} with {channels} channels"
            )
        self.conv1 = nn.Conv2d(in_channels, width, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(width)
        self.conv2 = nn.Conv2d(width, width, 3, stride, padding=1, groups=groups, bias=False)
        self.bn2 = nn.BatchNorm2d(width)
        self.conv3 = nn.Conv2d(width, self.expansion * channels, 1, bias=False)
        self.bn3 = nn.BatchNorm2d(self.expansion * channels)
        self.downsample = _shortcut(in_channels, self.expansion * channels, stride, nn)
        self.relu = nn.ReLU()

    def forward(self, x: Float[Tensor, "batch in_channels height width"]) -> Float[Tensor, "batch out_channels h w"]:
        """The block's output."""
        y = self.relu(self.bn1(self.conv1(x)))
        y = self.relu(self.bn2(self.conv2(y)))
        y = self.bn3(self.conv3(y))
        return self.relu(y + self.downsample(x))


def _shortcut(in_channels: int, out_channels: int, stride: int, nn: Toolkit) -> torch.nn.Module:
    if stride == 1 and in_channels == out_channels:
        return nn.Identity()
    return nn.Sequential(
        nn.Conv2d(in_channels, out_channels, 1, stride, bias=False),
        nn.BatchNorm2d(out_channels),
    )


@checked
class ResNet(torch.nn.Module):
    """A stem, stages of residual blocks, the mean over all positions, one linear layer (table 1 of the paper).

    Input ``(batch, in_channels, height, width)`` of any size, output logits ``(batch, num_classes)``. Stage ``i`` has
    ``depths[i]`` blocks of ``widths[i]`` channels, and each but the first halves height and width. The ``stem`` of
    ``"imagenet"`` is a 7x7 convolution and a pooling, together of stride 4, that of ``"small"`` a 3x3 convolution for
    images such as 28x28 or 32x32. Convolutions start normal by ``fan_out`` (He et al., 2015); with
    ``zero_init_residual`` the last normalisation of a block starts at 0, so that the block starts as the identity
    (Goyal et al., 2017).

    >>> from deepdive.models.vision import ResNet, resnet18
    >>> sum(p.numel() for p in resnet18().parameters())
    11689512
    >>> narrow = ResNet(10, 1, depths=(1, 1, 1), widths=(16, 32, 64), stem="small")

    Raises:
        ValueError: ``depths`` and ``widths`` differ in length, are empty or hold less than 1; ``stem`` is unknown;
            ``groups`` or ``width_per_group`` do not fit the block; the input has other channels.
    """

    def __init__(
        self,
        num_classes: PositiveInt = 1000,
        in_channels: PositiveInt = 3,
        *,
        block: type[BasicBlock] | type[Bottleneck] = BasicBlock,
        depths: Sequence[int] = (2, 2, 2, 2),
        widths: Sequence[int] = (64, 128, 256, 512),
        groups: PositiveInt = 1,
        width_per_group: PositiveInt = 64,
        stem: Stem = "imagenet",
        zero_init_residual: bool = False,
        nn: Toolkit = torch.nn,
    ) -> None:
        super().__init__()
        check_stages(depths=depths, widths=widths)
        self.in_channels = in_channels
        kernel, stride = (7, 2) if stem == "imagenet" else (3, 1)
        self.conv1 = nn.Conv2d(in_channels, widths[0], kernel, stride, padding=kernel // 2, bias=False)
        self.bn1 = nn.BatchNorm2d(widths[0])
        self.relu = nn.ReLU()
        self.maxpool = nn.MaxPool2d(3, stride=2, padding=1) if stem == "imagenet" else nn.Identity()
        self.stages: list[str] = []
        channels = widths[0]
        for number, (depth, width) in enumerate(zip(depths, widths, strict=True), start=1):
            blocks = []
            for i in range(depth):
                stride = 2 if number > 1 and i == 0 else 1
                blocks.append(block(channels, width, stride, groups=groups, width_per_group=width_per_group, nn=nn))
                channels = width * block.expansion
            self.stages.append(f"layer{number}")
            self.add_module(self.stages[-1], nn.Sequential(*blocks))
        self.avgpool = nn.AdaptiveAvgPool2d(1)
        self.fc = nn.Linear(channels, num_classes)
        self._initialize(zero_init_residual, nn)

    def _initialize(self, zero_init_residual: bool, nn: Toolkit) -> None:
        for parameter in self.parameters():
            if parameter.ndim == 4:
                nn.init.kaiming_normal_(parameter, mode="fan_out")
        if zero_init_residual:
            for module in self.modules():
                if isinstance(module, BasicBlock | Bottleneck):
                    last = module.bn2 if isinstance(module, BasicBlock) else module.bn3
                    nn.init.zeros_(last.get_parameter("weight"))

    def forward(self, x: Float[Tensor, "batch in_channels height width"]) -> Float[Tensor, "batch classes"]:
        """Logits, one per class."""
        check_images(x, self.in_channels)
        x = self.maxpool(self.relu(self.bn1(self.conv1(x))))
        for stage in self.stages:
            x = getattr(self, stage)(x)
        return self.fc(self.avgpool(x).flatten(1))


resnet18 = partial(ResNet, depths=(2, 2, 2, 2))
"""11,689,512 parameters."""
resnet34 = partial(ResNet, depths=(3, 4, 6, 3))
"""21,797,672 parameters."""
resnet50 = partial(ResNet, block=Bottleneck, depths=(3, 4, 6, 3))
"""25,557,032 parameters."""
resnet101 = partial(ResNet, block=Bottleneck, depths=(3, 4, 23, 3))
"""44,549,160 parameters."""
resnet152 = partial(ResNet, block=Bottleneck, depths=(3, 8, 36, 3))
"""60,192,808 parameters."""
resnext50_32x4d = partial(resnet50, groups=32, width_per_group=4)
"""25,028,904 parameters."""
resnext101_32x8d = partial(resnet101, groups=32, width_per_group=8)
"""88,791,336 parameters."""
resnext101_64x4d = partial(resnet101, groups=64, width_per_group=4)
"""83,455,272 parameters."""
wide_resnet50_2 = partial(resnet50, width_per_group=128)
"""68,883,240 parameters."""
wide_resnet101_2 = partial(resnet101, width_per_group=128)
"""126,886,696 parameters."""
