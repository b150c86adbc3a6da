import json
from dataclasses import asdict

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from deepdive.algorithms.design_spaces import Design, Designs, compatible


def one(width, group, ratio):
    """A design of one stage, as rows."""
    return Designs(*(torch.tensor([[value]]) for value in (1, width, group, ratio)))


def test_a_design_knows_its_inner_widths_and_says_what_it_is():
    design = Design((1, 2), (32, 64), (8, 16), (1, 2))
    assert design.inner_widths == (32, 32)
    assert str(design) == "d 1 2; w 32 64; g 8 16; b 1 2"


def test_a_design_survives_json():
    design = Design((1, 2), (32, 64), (8, 16), (1, 0.25))
    assert design.inner_widths == (32, 256)
    assert Design.from_json(json.loads(json.dumps(asdict(design)))) == design


def test_designs_are_rows():
    designs = [Design((1, 2), (32, 64), (8, 16), (1, 2)), Design((3, 4), (8, 8), (1, 2), (4, 4))]
    rows = Designs.of(designs)
    assert len(rows) == 2
    assert rows.list() == designs
    assert rows.rows(torch.tensor([False, True])).list() == designs[1:]
    assert rows.rows(torch.tensor([1, 0])).list() == designs[::-1]


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        (((1, 2), (8,), (8,), (1,)), "got 2 depths, 1 widths, 1 group_widths, 1 bottleneck_ratios"),
        (((), (), (), ()), "every stage has one number of each kind, and there is at least one; got 0 depths"),
        (((0,), (8,), (8,), (1,)), r"depths must be at least 1, got \(0,\)"),
        (((1,), (8,), (0,), (1,)), r"group_widths must be at least 1, got \(0,\)"),
        (((1,), (8,), (8,), (0,)), r"bottleneck_ratios must be above 0, got \(0,\)"),
        (((1,), (8,), (8,), (2,)), "width 8 with bottleneck ratio 2 has 4 channels between its ends.* in groups of 8"),
        (((1,), (9,), (1,), (2,)), "width 9 with bottleneck ratio 2 has 4.5 channels between its ends"),
    ],
)
def test_what_is_no_design_is_refused(fields, words):
    with pytest.raises(ValueError, match=words):
        Design(*fields)


@given(st.integers(4, 2000), st.integers(1, 64), st.sampled_from([1, 2, 4]))
def test_a_compatible_width_is_the_nearest_that_does_not_lose_a_tenth(width, group, ratio):
    [design] = compatible(one(width, group, ratio)).list()
    v, [g], [inner] = width // ratio, design.group_widths, design.inner_widths
    assert g == min(group, v)
    near = [n for n in range(g, 3 * v + g, g) if abs(n - v) == min(abs(m - v) for m in (v // g * g, v // g * g + g))]
    expected = near[-1] if near[-1] >= 0.9 * v else near[-1] + g
    assert inner == expected
    assert design.widths == (inner * ratio,)


@given(st.lists(st.integers(8, 1024), min_size=4, max_size=4), st.integers(1, 64), st.sampled_from([1, 2, 4]))
def test_widths_that_rise_still_rise(widths, group, ratio):
    ones = torch.ones(1, 4, dtype=torch.long)
    found = compatible(Designs(ones, torch.tensor([sorted(widths)]), ones * group, ones * ratio))
    assert bool((found.widths.diff(dim=1) >= 0).all())


def test_a_width_with_nothing_between_its_ends_is_refused():
    with pytest.raises(ValueError, match="widths must be at least the bottleneck_ratios"):
        compatible(one(3, 1, 4))
