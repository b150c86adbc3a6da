import math

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from deepdive.training.loop.progress import DivergedError, LossBuffer, Progress, RunningMean
from deepdive.training.losses import Loss

batches = st.lists(st.tuples(st.floats(-1e6, 1e6, width=32), st.integers(1, 100)), min_size=1, max_size=20)


@given(batches, st.integers(0, 20))
def test_the_mean_is_over_examples_and_does_not_depend_on_when_it_is_read(pairs, cut):
    means = []
    for cuts in ((), (cut,)):
        buffer, mean = LossBuffer(), RunningMean()
        for i, (value, count) in enumerate(pairs):
            if i in cuts:
                buffer.flush_into(mean)
            buffer.add(Loss(torch.tensor(value), count), i)
        buffer.flush_into(mean)
        means.append(mean.value)
    assert means[0] == means[1]
    total = math.fsum(value * count for value, count in pairs)
    scale = math.fsum(abs(value) * count for value, count in pairs)
    assert means[0] * sum(count for _, count in pairs) == pytest.approx(total, abs=1e-12 * scale + 1e-300)


def test_a_mean_of_nothing_is_nan():
    mean = RunningMean()
    LossBuffer().flush_into(mean)
    assert math.isnan(mean.value)


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
def test_the_first_bad_step_is_named(value):
    buffer = LossBuffer()
    for step, loss in enumerate([1.0, value, value], start=7):
        buffer.add(Loss(torch.tensor(loss), 1), step)
    with pytest.raises(DivergedError, match=f"the loss became {value} in step 8") as caught:
        buffer.flush_into(RunningMean())
    assert caught.value.step == 8


def test_the_state_comes_back():
    progress = Progress(
        epoch=2, batch=3, step=4, records=5, stopped=True, interval=RunningMean([1.5, 0.25], [2.0, 3.0])
    )
    other = Progress()
    other.load_state_dict(progress.state_dict())
    assert other == progress
