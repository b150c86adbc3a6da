"""A schedule by name that is moved after each epoch is as long as the run, as one that is moved after each step."""

import pytest
import torch
from torch import nn

from deepdive.training import Regression, Trainer
from deepdive.training.choices.named_schedules import named_schedule
from deepdive.training.records import Plan

pytestmark = pytest.mark.usefixtures("without_shape_checks")


class Rates:
    """Listens to the learning rate of the last step of each epoch."""

    def __init__(self):
        self.rates = {}

    def start(self, plan):
        pass

    def record(self, record):
        if record.kind == "train":
            self.rates[record.epoch] = record.metrics["learning_rate"]

    def finish(self):
        pass


@pytest.mark.parametrize("name", ["cosine", "linear", "step", "exponential", "one-cycle", "factor", "warm-up-cosine"])
def test_rates_of_epochs_are_those_of_as_many_steps(name):
    heard = Rates()
    task = Regression(nn.Linear(3, 1), optimizer="sgd", lr=0.1, schedule=name, interval="epoch")
    Trainer(epochs=10, log_every=1, device="cpu").fit(
        task, (torch.randn(50, 3), torch.randn(50, 1)), batch_size=10, listeners=[heard], progress=False
    )
    optimizer = torch.optim.SGD([nn.Parameter(torch.zeros(1))], lr=0.1)
    schedule = named_schedule(name)(optimizer, Plan(total_steps=10, steps_per_epoch=1))
    expected = []
    for _ in range(10):
        expected.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
        schedule.step()
    assert list(heard.rates.values()) == pytest.approx(expected)
    assert min(expected) < 0.05
