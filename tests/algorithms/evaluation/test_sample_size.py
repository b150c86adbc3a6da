import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deepdive.algorithms.evaluation import hoeffding_interval, hoeffding_test_size, normal_test_size, wald_interval


def test_d2ls_numbers():
    assert hoeffding_test_size(0.01, 0.95, two_sided=False) == 14_979
    assert hoeffding_test_size(0.01, 0.95) == 18_445
    one, two = 0.6826894921370859, 0.9544997361036416  # within one and two standard deviations
    assert normal_test_size(0.01, one) == pytest.approx(2_500, abs=1)
    assert normal_test_size(0.01, two) == pytest.approx(10_000, abs=1)


def width(interval, n, confidence):
    """That of an accuracy of 1/2, which only an even number of examples can have: twice as many have 1/√2 of it."""
    return min(1.0, math.sqrt(2) * float(interval(n, 2 * n, confidence).width))


@given(st.floats(0.01, 0.2), st.floats(0.5, 0.99))
def test_it_is_the_smallest_that_is_enough(half_width, confidence):
    for interval, size in ((hoeffding_interval, hoeffding_test_size), (wald_interval, normal_test_size)):
        n = size(half_width, confidence)
        assert width(interval, n, confidence) <= 2 * half_width + 1e-12
        assert n == 1 or width(interval, n - 1, confidence) > min(2 * half_width, 1) - 1e-12


@pytest.mark.parametrize("half_width", [0.0, 1.0, -0.1])
def test_a_width_out_of_range_is_refused(half_width):
    with pytest.raises(ValueError, match=f"half_width must be between 0 and 1, exclusive, got {half_width}"):
        hoeffding_test_size(half_width)
    with pytest.raises(ValueError, match="confidence must be between 0 and 1"):
        normal_test_size(0.1, 0.0)
    with pytest.raises(ValueError, match="accuracy must be between 0 and 1, exclusive, got 1"):
        normal_test_size(0.1, accuracy=1.0)
