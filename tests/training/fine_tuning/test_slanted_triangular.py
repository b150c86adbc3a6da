"""The schedule against the closed form of its paper."""

import math

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from deepdive import scratch
from deepdive.training import SlantedTriangularLR


def optimizer(*rates, package=torch.optim):
    return package.SGD([{"params": [torch.nn.Parameter(torch.zeros(1))], "lr": lr} for lr in rates], lr=0.0)


def rates_of(moved, schedule, steps):
    found = []
    for _ in range(steps):
        found.append([group["lr"] for group in moved.param_groups])
        moved.step()
        schedule.step()
    return found


@pytest.mark.parametrize("package", [torch.optim, scratch.optim], ids=["torch", "scratch"])
@pytest.mark.parametrize(("steps", "cut_frac", "ratio"), [(100, 0.1, 32), (30, 0.1, 32), (100, 0.29, 8), (8, 0.5, 2)])
def test_it_is_the_papers_formula(package, steps, cut_frac, ratio):
    moved = optimizer(0.1, 0.01, package=package)
    schedule = SlantedTriangularLR(moved, steps, cut_frac, ratio)
    cut = round(steps * cut_frac)
    for t, found in enumerate(rates_of(moved, schedule, steps + 1)):
        p = t / cut if t < cut else 1 - (t - cut) / (cut * (1 / cut_frac - 1))
        expected = (1 + p * (ratio - 1)) / ratio
        assert found == pytest.approx([0.1 * expected, 0.01 * expected])


@given(steps=st.integers(1, 60), cut_frac=st.floats(0, 0.99), ratio=st.floats(1.1, 100))
def test_it_rises_to_the_top_and_falls_back_however_few_the_steps(steps, cut_frac, ratio):
    moved = optimizer(1.0)
    schedule = SlantedTriangularLR(moved, steps, cut_frac, ratio)
    found = [rate for [rate] in rates_of(moved, schedule, steps + 3)]
    top = found.index(max(found))
    assert max(found) == pytest.approx(1.0)
    assert top == math.floor(steps * cut_frac + 1e-9)
    assert found[: top + 1] == sorted(found[: top + 1])
    assert found[top:] == sorted(found[top:], reverse=True)
    assert found[steps:] == pytest.approx([1 / ratio] * 3)


def test_a_saved_state_goes_on():
    one, other = optimizer(0.1), optimizer(0.1)
    first, second = SlantedTriangularLR(one, 20), SlantedTriangularLR(other, 20)
    whole = rates_of(one, first, 20)
    begun = rates_of(other, second, 7)
    again = optimizer(0.1)
    third = SlantedTriangularLR(again, 20)
    third.load_state_dict(second.state_dict())
    again.load_state_dict(other.state_dict())
    assert begun + rates_of(again, third, 13) == whole


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ({"total_steps": 0}, "total_steps is 0; it must be at least 1"),
        ({"cut_frac": 1.0}, r"cut_frac is 1\.0; it must be from 0 to below 1"),
        ({"cut_frac": -0.1}, r"cut_frac is -0\.1"),
        ({"ratio": 0.5}, r"ratio is 0\.5; it must be at least 1, and finite"),
        ({"ratio": math.nan}, "ratio is nan"),
    ],
)
def test_an_argument_out_of_range_is_named(words, message):
    with pytest.raises(ValueError, match=message):
        SlantedTriangularLR(optimizer(0.1), **{"total_steps": 10} | words)
