import itertools
import math

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from deepdive.algorithms.design_spaces import SPACES, AnyNetSpace, DesignSpace, RegNetSpace, regnet_design, space_named


def drawn(space, n=4096, seed=0):
    return space.draw(n, torch.Generator().manual_seed(seed))


def rising(values):
    return bool((values.diff(dim=1) >= 0).all())


def shared(values):
    return bool((values == values[:, :1]).all())


@pytest.mark.parametrize("name", SPACES)
def test_every_draw_is_a_design_of_its_space_and_of_the_larger_ones(name):
    space = space_named(name)
    assert isinstance(space, DesignSpace)
    assert space.name == name
    designs = drawn(space)
    assert designs.list()
    place = SPACES.index(name)
    # a group is never wider than what it is taken from, so that only wide stages share the drawn one
    wide = (designs.widths / designs.bottleneck_ratios >= 32).all(dim=1)
    assert shared(designs.bottleneck_ratios) == (place >= 1)
    assert shared(designs.group_widths[wide]) == (place >= 2)
    assert rising(designs.widths) == (place >= 3)
    assert rising(designs.depths) == (name == "anynet-e")


def test_all_choices_occur_and_nothing_beyond_them():
    designs = drawn(space_named("anynet-a", max_depth=5, max_width=64))
    assert designs.depths.unique().tolist() == [1, 2, 3, 4, 5]
    assert designs.bottleneck_ratios.unique().tolist() == [1, 2, 4]
    wide = designs.widths / designs.bottleneck_ratios >= 32
    assert designs.group_widths[wide].unique().tolist() == [1, 2, 4, 8, 16, 32]
    assert {8, 16, 64} <= set(designs.widths.unique().tolist())
    assert designs.widths.max() <= 64 + 4 * 32  # a group of 32 of a width of 4


def test_depths_are_log_uniform():
    depths = drawn(AnyNetSpace(depths=(1, 4), stages=1), 20_000).depths[:, 0]
    ends = [1, 1.5, 2.5, 3.5, 4]
    expected = [math.log(b / a) / math.log(4) for a, b in itertools.pairwise(ends)]
    found = (depths.bincount(minlength=5)[1:] / 20_000).tolist()
    assert found == pytest.approx(expected, abs=4 * math.sqrt(0.25 / 20_000))


def test_a_constraint_throws_away_and_does_not_sort():
    space = AnyNetSpace(rising_depths=True, depths=(1, 3), stages=2)
    designs = drawn(space, 30_000)
    ends = [1, 1.5, 2.5, 3]
    p = [math.log(b / a) / math.log(3) for a, b in itertools.pairwise(ends)]
    chance = {(a, b): p[a - 1] * p[b - 1] for a, b in itertools.combinations_with_replacement((1, 2, 3), 2)}
    n = len(designs)
    assert n / 30_000 == pytest.approx(sum(chance.values()), abs=0.02)
    for pair, of_all in chance.items():
        found = float((designs.depths == torch.tensor(pair)).all(dim=1).double().mean())
        assert found == pytest.approx(of_all / sum(chance.values()), abs=0.015)


@settings(max_examples=40)
@given(
    st.integers(4, 40), st.integers(1, 30), st.integers(10, 2000), st.integers(1200, 3000), st.sampled_from([1, 2, 4])
)
def test_a_draw_of_the_regnet_space_is_the_regnet_of_its_parameters(depth, eighths, tenths, thousandths, ratio):
    w_0, w_a, w_m = 8 * eighths, tenths / 10, thousandths / 1000
    space = RegNetSpace(
        depths=(depth, depth), w_0=(w_0, w_0), w_a=(w_a, w_a), w_m=(w_m, w_m), ratios=(ratio,), group_widths=(8,)
    )
    expected = regnet_design(depth, w_0, w_a, w_m, 8, ratio)
    found = drawn(space, 3).list()
    assert found == ([expected] * 3 if len(expected.depths) == 4 else [])


def test_equal_seeds_draw_equal_designs():
    for name in SPACES:
        assert drawn(space_named(name), 100, seed=3).list() == drawn(space_named(name), 100, seed=3).list()
    space = space_named("anynet-a")
    assert drawn(space, 100, seed=3).list() != drawn(space, 100, seed=4).list()


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: space_named("anynet-f"), "space must be one of anynet-a, .*, regnet, got 'anynet-f'"),
        (lambda: AnyNetSpace(stages=0), "stages must be at least 1, got 0"),
        (lambda: AnyNetSpace(depths=(3, 2)), r"depths must go from at least 1 up, got \(3, 2\)"),
        (lambda: AnyNetSpace(widths=(4, 64)), r"widths must go from at least 8 up, got \(4, 64\)"),
        (lambda: AnyNetSpace(ratios=()), r"ratios must be above 0 and at most the least width 8, got \(\)"),
        (lambda: AnyNetSpace(ratios=(16,)), r"ratios must be above 0 and at most the least width 8, got \(16,\)"),
        (lambda: AnyNetSpace(group_widths=(0, 1)), r"group_widths must be at least 1, got \(0, 1\)"),
        (lambda: RegNetSpace(depths=(3, 9)), r"depths must go from at least 4 up, got \(3, 9\)"),
        (lambda: RegNetSpace(w_a=(0.0, 9.0)), r"w_a must go from above 0 up, got \(0.0, 9.0\)"),
        (lambda: RegNetSpace(w_m=(1.0, 2.0)), r"w_m must go from above 1 up, got \(1.0, 2.0\)"),
    ],
)
def test_what_is_no_space_is_refused(make, words):
    with pytest.raises(ValueError, match=words):
        make()
