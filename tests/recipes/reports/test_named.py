"""Baselines that an experiment names itself."""

import torch

from deepdive.recipes.reports import Baseline, NamedEvaluation, constant_accuracy


def test_the_most_frequent_of_the_training_targets_is_the_answer_to_all():
    train, test = torch.tensor([2, 2, 0, 1, 2]), torch.tensor([2, 0, 0, 1, 2, 0, 0, 1])
    found = constant_accuracy(train, {"test_accuracy": test, "val_accuracy": test[:0]}, "abc".__getitem__, "images")
    assert found.metrics == {"test_accuracy": 0.25}
    assert found.how == "always 'c', the most frequent of the training images"


def test_what_is_named_is_given_fitted_or_not():
    entry = Baseline("mean", {"test_odd": 3.0})
    evaluation = NamedEvaluation(lambda: (entry,), ("a note",))
    for fitted in (False, True):
        assert evaluation.baselines(fitted=fitted).entries == (entry,)
    assert evaluation.baselines(fitted=True).notes == ("a note",)
    assert evaluation.sections() == []
    assert evaluation.measures() == {}
