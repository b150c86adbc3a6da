import math
from functools import partial

import pytest
import torch
from tests.training.examples import Blobs, Heard, task
from torch import nn

from deepdive.data.loaders import TensorLoader
from deepdive.data.types import DataModule
from deepdive.training import EarlyStopping, Regression, Trainer
from deepdive.training.loop.early_stopping import Best
from deepdive.training.runs.checkpoints import MemoryCheckpoints


class TwoRows(DataModule):
    """One batch to learn from, and nothing else."""

    fields = torch.tensor([[1.0, 2.0], [-1.0, 1.0]]).double(), torch.tensor([[3.0], [1.0]]).double()

    def prepare(self):
        pass

    def train_loader(self):
        return TensorLoader(self.fields, 2)


def test_best_follows_the_lowest_value():
    best = Best("val_loss")
    assert [best.update({"val_loss": value}) for value in (3.0, 2.0, 2.5, 2.0, 1.0)] == [True, True, False, False, True]
    assert best.value == 1.0


def test_best_follows_the_highest_value_by_more_than_min_delta():
    best = Best("val_accuracy", higher_is_better=True, min_delta=0.1)
    assert [best.update({"val_accuracy": value}) for value in (0.5, 0.55, 0.7)] == [True, False, True]


def test_nan_is_never_best():
    best = Best("val_loss")
    assert not best.update({"val_loss": math.nan})
    assert best.update({"val_loss": 9.0})
    assert not best.update({"val_loss": math.nan})


def test_an_absent_metric_is_named():
    with pytest.raises(ValueError, match="monitor is 'val_loss', but the metrics are train_accuracy, train_loss"):
        Best("val_loss").update({"train_loss": 1.0, "train_accuracy": 0.1})


def test_a_run_ends_after_so_many_epochs_without_a_gain():
    data, heard = Blobs(val=30), Heard()
    Trainer(epochs=50, early_stopping=EarlyStopping(patience=2, min_delta=10.0)).fit(task(), data, listeners=[heard])
    assert sum(record.kind == "epoch" for record in heard.records) == 3  # the first is best by definition


def test_patience_must_be_positive():
    with pytest.raises(ValueError, match="patience is 0; it must be at least 1 epoch"):
        EarlyStopping(0)
    with pytest.raises(ValueError, match=r"min_delta is -1\.0; it must not be negative"):
        EarlyStopping(1, -1.0)


def kept(learning_rate, epochs=4):
    """The losses of the epochs of a run without a validation split, and the best epoch's number and weights."""
    checkpoints, heard = MemoryCheckpoints(), Heard()
    one = Regression(nn.Linear(2, 1).double(), optimizer=partial(torch.optim.SGD, lr=learning_rate))
    Trainer(epochs=epochs, device="cpu").fit(one, TwoRows(), checkpoints=checkpoints, listeners=[heard])
    losses = [record.metrics["train_loss"] for record in heard.records if record.kind == "epoch"]
    best = checkpoints.load("best")
    return losses, best["progress"]["epoch"], one.network


def test_of_equal_epochs_the_earliest_is_best():
    losses, best, _ = kept(learning_rate=0.0)
    assert len(set(losses)) == 1
    assert best == 1


def test_without_a_validation_split_the_best_epoch_goes_by_the_loss_before_its_updates():
    """Each update makes it worse: the first epoch has the lowest loss, and its weights that of the second one."""
    losses, best, network = kept(learning_rate=1.5)
    assert losses == sorted(losses)
    assert best == 1
    x, y = TwoRows.fields
    assert (network(x) - y).square().mean().item() == pytest.approx(losses[1], rel=1e-12)
