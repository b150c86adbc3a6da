import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import classification_report, precision_recall_fscore_support

from deepdive.algorithms.evaluation import class_scores, confusion_matrix

CLASSES = 5


@given(st.lists(st.tuples(st.integers(0, 4), st.integers(0, 3)), min_size=1, max_size=60))
def test_they_are_those_of_scikit_learns_report(pairs):
    """Class 4 is never predicted, and often one is missing from the truth."""
    true, predicted = (torch.tensor(side) for side in zip(*pairs, strict=True))
    found = class_scores(confusion_matrix(predicted, true, CLASSES))
    labels = range(CLASSES)
    theirs = classification_report(true, predicted, labels=labels, output_dict=True, zero_division=0)
    for k in labels:
        ours = [float(each[k]) for each in found[:4]]
        names = ("precision", "recall", "f1-score", "support")
        np.testing.assert_allclose(ours, [theirs[str(k)][name] for name in names], atol=1e-12)
    assert found.predicted.tolist() == torch.bincount(predicted, minlength=CLASSES).tolist()
    for average in ("macro", "weighted", "micro"):  # of the classes that occur, as scikit-learn has it by default
        *expected, _ = precision_recall_fscore_support(true, predicted, average=average, zero_division=0)
        np.testing.assert_allclose(getattr(found, average), expected, atol=1e-12)
    np.testing.assert_allclose(found.of(1), [theirs["1"][name] for name in ("precision", "recall", "f1-score")])


def test_a_matrix_that_is_not_symmetric_tells_rows_from_columns():
    found = class_scores(torch.tensor([[8, 2], [0, 10]]))
    assert found.precision.tolist() == pytest.approx([1.0, 10 / 12])
    assert found.recall.tolist() == pytest.approx([0.8, 1.0])
    assert found.support.tolist() == [10, 10]


def test_of_nothing_the_means_are_unknown():
    found = class_scores(torch.zeros(3, 3, dtype=torch.int64))
    assert np.isnan([*found.macro, *found.weighted, *found.micro]).all()


def test_many_counts_in_few_bits_do_not_wrap():
    found = class_scores(torch.tensor([[200, 100], [0, 250]], dtype=torch.uint8))
    assert found.support.tolist() == [300, 250]
