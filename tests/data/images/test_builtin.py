import numpy as np
import pytest
import torch
from sklearn.datasets import load_digits

from deepdive.data.images import builtin
from deepdive.data.images.builtin import read_builtin
from deepdive.data.registry import DATASETS


def test_digits_are_those_of_scikit_learn():
    splits, reference = read_builtin("digits"), load_digits()
    both = torch.cat([splits.train.images, splits.test.images]).flatten(1)
    labels = torch.cat([splits.train.labels, splits.test.labels])
    ours = torch.cat([(both.double() * 16 / 255).round(), labels[:, None].double()], dim=1).numpy()
    theirs = np.column_stack([reference.data, reference.target])
    assert sorted(map(tuple, ours.tolist())) == sorted(map(tuple, theirs.tolist()))
    assert len(splits.test.labels) == 359
    assert splits.test.labels.bincount().min() >= 34


def test_fashion_mnist_is_real(fashion_mnist_files, monkeypatch):
    monkeypatch.setattr(builtin, "fetch", lambda dataset, report: fashion_mnist_files)
    splits = read_builtin("fashion-mnist")
    assert splits.train.images.shape == (60_000, 1, 28, 28)
    assert splits.test.images.shape == (10_000, 1, 28, 28)
    assert splits.train.labels.bincount().tolist() == [6_000] * 10
    assert splits.test.labels.bincount().tolist() == [1_000] * 10
    assert splits.labels[splits.train.labels[0]] == "ankle boot"
    assert [splits.labels[i] for i in (0, 4, 8)] == ["t-shirt", "coat", "bag"]
    # The published mean and standard deviation of the training pictures.
    x = splits.train.images.double() / 255
    assert x.mean().item() == pytest.approx(0.2860, abs=1e-4)
    assert x.std().item() == pytest.approx(0.3530, abs=1e-4)


def test_every_image_set_of_the_registry_has_a_reader():
    assert set(builtin._READERS) <= set(DATASETS)
    with pytest.raises(ValueError, match="no data set is called 'nothing'"):
        read_builtin("nothing")
