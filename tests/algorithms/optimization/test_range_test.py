"""When a range test ends, what it suggests, and that its parts agree with closed forms."""

import math

import numpy as np
import pytest

from deepdive.algorithms.optimization import DivergenceWatch, geometric_rates, has_diverged, smoothed, suggest_lr


def test_smoothed_losses_are_weighted_means():
    losses, decay = [3.0, -1.0, 4.0, 1.5, -9.0], 0.6
    for t, mean in enumerate(smoothed(losses, decay), 1):
        weights = decay ** np.arange(t)[::-1]
        assert mean == pytest.approx(np.average(losses[:t], weights=weights))


@pytest.mark.parametrize(
    ("first", "best", "last", "diverged"),
    [
        (10.0, 1.0, 36.9, False),  # 9 were won: 4 times 9 above 1
        (10.0, 1.0, 37.1, True),
        (11.0, 10.0, 39.9, False),  # 1 was won, but 4 times 10 counts
        (11.0, 10.0, 40.1, True),
        (-1.0, -2.0, 3.9, False),
        (-1.0, -2.0, 4.1, True),
    ],
)
def test_a_loss_has_diverged_by_both_measures(first, best, last, diverged):
    assert has_diverged([first] + [best] * 9 + [last], decay=0.0) is diverged
    assert not has_diverged([first] + [best] * 7 + [last], decay=0.0)  # nothing is concluded of nine


def test_a_watch_hears_what_the_whole_list_tells():
    losses = [2.0 - 0.1 * t for t in range(15)] + [3.0 * 1.8**t for t in range(8)] + [math.inf]
    watch = DivergenceWatch()
    heard = [watch.add(loss) for loss in losses]
    assert heard == [has_diverged(losses[: i + 1]) for i in range(len(losses))]
    assert heard.index(True) > 15


@pytest.mark.parametrize("loss", [math.nan, math.inf, -math.inf])
def test_what_is_not_finite_has_diverged_at_once(loss):
    watch = DivergenceWatch()
    assert [watch.add(0.5), watch.add(loss)] == [False, True]
    assert has_diverged([0.5, loss])
    assert not has_diverged([])


def test_a_fifth_of_what_was_won_is_where_it_diverges():
    losses = [11.0] * 5 + [1.0] * 6 + [2.9, 3.1, 2.0]
    rates = geometric_rates(1e-3, 1.0, len(losses))
    found = suggest_lr(rates, losses, decay=0.0)
    assert found.diverges_at == rates[12]
    assert found.suggestion == rates[12] / 10
    assert suggest_lr([*rates, 2.0], [*losses, math.nan], decay=0.0) == found


def test_rates_may_be_as_far_apart_as_numbers_are():
    rates = geometric_rates(1e-320, 10.0, 5)
    assert rates[-1] == pytest.approx(10)
    assert rates == sorted(rates)
