import math
from functools import partial

import pytest
import torch

from deepdive.recipes.experiments import make_optimizer, make_schedule
from deepdive.recipes.reports.rates import learning_rates
from deepdive.recipes.settings import LoopSettings, OptimizerSettings
from deepdive.training import Plan
from deepdive.training.listeners import curve_figure
from deepdive.training.records import Record


@pytest.mark.parametrize("toolkit", ["torch", "scratch"])
def test_a_cosine_is_followed_step_by_step(toolkit):
    settings = LoopSettings(toolkit=toolkit, schedule="cosine", optimizer=OptimizerSettings("adam", lr=0.2))
    optimizer = make_optimizer(settings.optimizer, toolkit)
    found = learning_rates(optimizer, make_schedule(settings), Plan(40, 10))
    assert found == pytest.approx([0.1 * (1 + math.cos(math.pi * t / 40)) for t in range(40)])


def test_without_a_schedule_it_is_constant_and_a_very_long_one_is_left():
    optimizer = partial(torch.optim.SGD, lr=0.3)
    assert learning_rates(optimizer, None, Plan(3, 3)) == [0.3] * 3
    assert learning_rates(optimizer, None, Plan(10**6, 3)) is None


def records(rates, steps, factor=1.0):
    return [Record("train", 1, step, {"train_loss": 1.0, "learning_rate": factor * rates[step - 1]}) for step in steps]


@pytest.mark.parametrize("factor", [1.0, 0.25])
def test_every_step_is_drawn_up_to_the_last_record(factor):
    rates = [0.1 * t for t in range(1, 31)]
    axes = curve_figure(records(rates, (10, 20), factor), rates=rates).axes[-1]
    [line] = axes.lines
    assert list(line.get_xdata()) == list(range(1, 21))
    assert list(line.get_ydata()) == pytest.approx([factor * rate for rate in rates[:20]])


def test_the_last_steps_are_drawn_too_though_no_record_tells_their_rate():
    rates = [0.1 * t for t in range(1, 31)]
    made = [*records(rates, (10, 20)), Record("epoch", 1, 30, {"train_loss": 1.0}), Record("test", 1, 15, {})]
    [line] = curve_figure(made, rates=rates).axes[-1].lines
    assert list(line.get_xdata()) == pytest.approx([step / 30 for step in range(1, 31)])  # in epochs
    assert list(line.get_ydata()) == pytest.approx(rates)


def test_rates_that_the_records_do_not_bear_out_are_not_drawn():
    rates = [0.1 * t for t in range(1, 31)]
    made = records(rates, (10, 20))
    made[1].metrics["learning_rate"] = 5.0
    for wrong in (rates, rates[:12]):
        [line] = curve_figure(made, rates=wrong).axes[-1].lines
        assert list(line.get_ydata()) == pytest.approx([1.0, 5.0])
