"""Networks, each from layers of either toolkit."""

from collections.abc import Callable
from functools import partial
from typing import Any

import torch
from torch import nn

from deepdive import scratch
from deepdive.models import (
    MLP,
    VGG,
    AlexNet,
    AnyNet,
    DenseNet,
    GoogLeNet,
    LeNet,
    NiN,
    ResNet,
    ResNet9,
    SoftmaxRegression,
    VisionTransformer,
)
from deepdive.models.attention import AdditiveAttention, DotProductAttention
from deepdive.models.recurrent_regressor import CELLS, RecurrentRegressor
from deepdive.models.vision import INCEPTIONS, Bottleneck
from deepdive.toolkit import Toolkit
from deepdive.twins._rows import case
from deepdive.twins.kinds import Case, Given, LayerTwin

_GRAY = (case((128, 1, 28, 28)), case((2, 1, 28, 28)))
"""The first case is timed, the second one shows what is the same for any input."""

_SMALL = (case((16, 2, 32, 32)), case((3, 2, 28, 20)))
"""For networks that are deep, and narrow here so that they are quickly compared."""


def network(make: Callable[..., nn.Module], *cases: Case, **more: Any) -> LayerTwin:
    """A network out of our layers, and out of the library's."""
    return LayerTwin(partial(make, nn=scratch), make, cases, **more)


def vision_transformer(*, nn: Toolkit = torch.nn) -> VisionTransformer:
    """A small one, whose classifier does not start at 0: else nothing could differ."""
    made = VisionTransformer(
        5, 2, image_size=32, patch_size=8, hidden_size=24, num_layers=2, num_heads=3, ffn_size=32, nn=nn
    )
    nn.init.xavier_uniform_(made.heads.get_parameter("head.weight"))
    return made


NETWORKS: dict[str, LayerTwin] = {
    "SoftmaxRegression": network(partial(SoftmaxRegression, 784, 10), *_GRAY),
    "MLP": network(partial(MLP, 784, 10), *_GRAY),
    **{
        f"RecurrentRegressor(cell={cell!r})": network(
            partial(RecurrentRegressor, cell, 2, 16), case((32, 20, 2)), case((3, 7, 2)), compiled=False
        )
        for cell in CELLS
    },
    "LeNet": network(LeNet, *_GRAY),
    "LeNet(modern=True)": network(partial(LeNet, modern=True), *_GRAY),
    "LeNet(batch_norm=True)": network(
        partial(LeNet, batch_norm=True),
        *(case((128, 1, 28, 28)), case((8, 1, 28, 28))),
        stateful=True,
        compiled=False,
    ),
    "AlexNet": network(
        partial(AlexNet, 5, 2, channels=(8, 12, 16, 16, 12), first=(3, 1, 1), hidden=24, pooled=2),
        *_SMALL,
        random=True,
        compiled=False,
    ),
    "VGG": network(
        partial(VGG, 5, 2, depths=(1, 2), widths=(8, 12), hidden=24, pooled=3), *_SMALL, random=True, compiled=False
    ),
    "VGG(batch_norm=True)": network(
        partial(VGG, 5, 2, depths=(1, 2), widths=(8, 12), batch_norm=True, hidden=24, pooled=3),
        *_SMALL,
        random=True,
        compiled=False,
    ),
    "NiN": network(partial(NiN, 5, 2, channels=(8, 12, 16), first=(5, 1, 2)), *_SMALL, random=True, compiled=False),
    "GoogLeNet": network(
        partial(GoogLeNet, 5, 2, width=0.25, stages=(INCEPTIONS[0][:1], INCEPTIONS[1][:1]), stem="small"),
        *_SMALL,
        random=True,
        compiled=False,
    ),
    "ResNet": network(partial(ResNet, 5, 2, depths=(1, 1), widths=(8, 12), stem="small"), *_SMALL, stateful=True),
    "ResNet(block=Bottleneck)": network(
        partial(ResNet, 5, 2, block=Bottleneck, depths=(2,), widths=(8,), groups=4, width_per_group=16),
        *_SMALL,
        compiled=False,
    ),
    "DenseNet": network(
        partial(DenseNet, 5, 2, growth_rate=6, depths=(2, 1), width=8, stem="small"), *_SMALL, compiled=False
    ),
    "AnyNet": network(
        partial(AnyNet, 5, 2, depths=(1, 2), widths=(8, 16), group_widths=4, bottleneck_ratios=2, stem_width=8),
        *_SMALL,
        compiled=False,
    ),
    "DotProductAttention": network(
        DotProductAttention,
        case((16, 64, 32), (16, 64, 32), (16, 64, 32), Given(tuple(range(1, 65, 4)))),
        case((2, 3, 8), (2, 5, 8), (2, 5, 4), Given((4, 2))),
    ),
    "DotProductAttention(scaled=False)": network(
        partial(DotProductAttention, False),
        case((2, 3, 8), (2, 5, 8), (2, 5, 4)),
        case((1, 2, 4, 8), *[(1, 2, 3, 8)] * 2),
    ),
    "AdditiveAttention": network(
        partial(AdditiveAttention, 32, 32, 32),
        case((16, 24, 32), (16, 24, 32), (16, 24, 32), Given(tuple(range(1, 17)))),
        case((2, 3, 32), (2, 5, 32), (2, 5, 4), Given((4, 2))),
    ),
    "ResNet9": network(
        partial(ResNet9, 5, 2, widths=(8, 12), residuals=(False, True)), *_SMALL, stateful=True, compiled=False
    ),
    "VisionTransformer": network(vision_transformer, case((16, 2, 32, 32)), case((3, 2, 32, 32)), compiled=False),
}
