import math

import pytest

from deepdive.training.records import Plan, Record


@pytest.fixture
def plan() -> Plan:
    return Plan(total_steps=20, steps_per_epoch=10)


@pytest.fixture
def records() -> list[Record]:
    """Two epochs of ten steps, a record every five, and the test."""
    made = []
    for step in range(5, 21, 5):
        epoch = math.ceil(step / 10)
        made.append(Record("train", epoch, step, {"train_loss": 2 / step, "learning_rate": 0.1}))
        if step % 10 == 0:
            values = {"train_loss": 3 / step, "val_loss": 4 / step, "val_accuracy": 1 - 1 / step}
            made.append(Record("epoch", epoch, step, values))
    return [*made, Record("test", 2, 20, {"test_loss": 0.25, "test_accuracy": 0.875})]
