import math

import pytest
from tests.training.examples import Blobs, Heard, task

from deepdive.training import EarlyStopping, Trainer
from deepdive.training.loop.early_stopping import Best


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
