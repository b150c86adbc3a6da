import math

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from deepdive.algorithms.design_spaces import block_widths, regnet_design

# Depths, widths and group widths as the paper's tables and torchvision's networks have them.
PUBLISHED = {
    (13, 24, 36.44, 2.49, 8): ((1, 1, 4, 7), (24, 56, 152, 368), (8, 8, 8, 8)),
    (22, 24, 24.48, 2.54, 16): ((1, 2, 7, 12), (32, 64, 160, 400), (16, 16, 16, 16)),
    (16, 48, 36.97, 2.24, 24): ((1, 3, 5, 7), (48, 96, 240, 528), (24, 24, 24, 24)),
    (16, 56, 35.73, 2.28, 16): ((1, 3, 7, 5), (64, 128, 288, 672), (16, 16, 16, 16)),
    (18, 80, 34.01, 2.25, 24): ((2, 4, 10, 2), (72, 168, 408, 912), (24, 24, 24, 24)),
    (25, 88, 26.31, 2.25, 48): ((2, 6, 15, 2), (96, 192, 432, 1008), (48, 48, 48, 48)),
    (23, 80, 49.56, 2.88, 120): ((2, 5, 15, 1), (80, 240, 720, 1920), (80, 120, 120, 120)),
    (22, 216, 55.59, 2.1, 128): ((2, 6, 13, 1), (256, 512, 896, 2048), (128, 128, 128, 128)),
    (23, 320, 69.86, 2.0, 168): ((2, 7, 13, 1), (336, 672, 1344, 2520), (168, 168, 168, 168)),
}


@pytest.mark.parametrize("parameters", PUBLISHED)
def test_published_stages(parameters):
    design = regnet_design(*parameters)
    assert (design.depths, design.widths, design.group_widths) == PUBLISHED[parameters]
    assert design.bottleneck_ratios == (1, 1, 1, 1)


@settings(max_examples=50)
@given(st.integers(1, 40), st.integers(1, 30), st.floats(0, 250), st.floats(1.2, 3))
def test_widths_are_the_line_rounded_in_the_logarithm(depth, eighths, w_a, w_m):
    numbers = (torch.tensor([value], dtype=torch.float64) for value in (8 * eighths, w_a, w_m))
    for j, width in enumerate(block_widths(depth, *numbers)[0].tolist()):
        line = 8 * eighths + w_a * j
        s = math.log(line / (8 * eighths)) / math.log(w_m)
        if abs(s % 1 - 0.5) > 1e-9:
            assert width == 8 * round(eighths * w_m ** round(s))
        assert width % 8 == 0


def test_without_a_slope_there_is_one_stage():
    assert regnet_design(5, 16, 0.0, 2.0, 8).depths == (5,)


def test_a_bottleneck_keeps_the_widths_about():
    design = regnet_design(22, 24, 24.48, 2.54, 16, bottleneck_ratio=2)
    assert design.inner_widths == (12, 32, 80, 192)
    assert design.group_widths == (12, 16, 16, 16)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"depth": 0}, "depth must be at least 1, got 0"),
        ({"w_0": 20}, "w_0 must be a multiple of 8, got 20"),
        ({"w_0": 0}, "w_0 must be a multiple of 8, got 0"),
        ({"w_a": -1.0}, "w_a must be from 0 up, got -1"),
        ({"w_m": 1.0}, "w_m must be above 1, got 1"),
        ({"group_width": 0}, "group_width must be at least 1, got 0"),
        ({"bottleneck_ratio": 0}, "bottleneck_ratio must be above 0, got 0"),
    ],
)
def test_parameters_out_of_range_are_named(changes, words):
    with pytest.raises(ValueError, match=words):
        regnet_design(**{"depth": 4, "w_0": 8, "w_a": 4.0, "w_m": 2.0, "group_width": 4} | changes)
