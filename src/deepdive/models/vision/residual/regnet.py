"""RegNetX: AnyNets whose widths grow along a quantised line (Radosavovic et al., 2020; D2L section 8.8).

The published variants are named after the multiplications with an add that one image of 224x224 takes. The paper's
4.0GF is not among them: torchvision's rule for widths would make another network of it; see ``compatible``.
"""

from functools import partial

import torch

from deepdive.algorithms.design_spaces import regnet_design
from deepdive.models.vision._images import Stem
from deepdive.models.vision.residual.anynet import AnyNet
from deepdive.toolkit import Toolkit


def regnet_x(
    num_classes: int = 1000,
    in_channels: int = 3,
    *,
    depth: int,
    w_0: int,
    w_a: float,
    w_m: float,
    group_width: int,
    bottleneck_ratio: int | float = 1,
    stem: Stem = "imagenet",
    stem_width: int = 32,
    nn: Toolkit = torch.nn,
) -> AnyNet:
    """The AnyNet of these parameters; see ``deepdive.algorithms.design_spaces.regnet_design`` for what they mean.

    >>> from deepdive.models.vision import regnet_x, regnet_x_400mf
    >>> sum(p.numel() for p in regnet_x_400mf().parameters())
    5495976
    >>> small = regnet_x(10, 1, depth=6, w_0=16, w_a=16.0, w_m=2.0, group_width=8, stem="small")

    Raises:
        ValueError: a number is out of its range, or there is no such stem.
    """
    design = regnet_design(depth, w_0, w_a, w_m, group_width, bottleneck_ratio)
    return AnyNet(num_classes, in_channels, **vars(design), stem=stem, stem_width=stem_width, nn=nn)


regnet_x_200mf = partial(regnet_x, depth=13, w_0=24, w_a=36.44, w_m=2.49, group_width=8)
"""2,684,792 parameters."""
regnet_x_400mf = partial(regnet_x, depth=22, w_0=24, w_a=24.48, w_m=2.54, group_width=16)
"""5,495,976 parameters."""
regnet_x_600mf = partial(regnet_x, depth=16, w_0=48, w_a=36.97, w_m=2.24, group_width=24)
"""6,196,040 parameters."""
regnet_x_800mf = partial(regnet_x, depth=16, w_0=56, w_a=35.73, w_m=2.28, group_width=16)
"""7,259,656 parameters."""
regnet_x_1_6gf = partial(regnet_x, depth=18, w_0=80, w_a=34.01, w_m=2.25, group_width=24)
"""9,190,136 parameters."""
regnet_x_3_2gf = partial(regnet_x, depth=25, w_0=88, w_a=26.31, w_m=2.25, group_width=48)
"""15,296,552 parameters."""
regnet_x_6_4gf = partial(regnet_x, depth=17, w_0=184, w_a=60.83, w_m=2.07, group_width=56)
"""26,209,256 parameters."""
regnet_x_8gf = partial(regnet_x, depth=23, w_0=80, w_a=49.56, w_m=2.88, group_width=120)
"""39,572,648 parameters."""
regnet_x_12gf = partial(regnet_x, depth=19, w_0=168, w_a=73.36, w_m=2.37, group_width=112)
"""46,106,056 parameters."""
regnet_x_16gf = partial(regnet_x, depth=22, w_0=216, w_a=55.59, w_m=2.1, group_width=128)
"""54,278,536 parameters."""
regnet_x_32gf = partial(regnet_x, depth=23, w_0=320, w_a=69.86, w_m=2.0, group_width=168)
"""107,811,560 parameters."""
