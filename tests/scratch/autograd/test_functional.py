import numpy as np
import pytest
import torch
from tests.scratch.autograd.comparing import arrays, compare
from torch.nn import functional

from deepdive.scratch import autograd

LABELS = np.array([0, 2, 1, 1])


@pytest.mark.parametrize("axis", [0, 1, -1])
def test_softmaxes_are_torchs(axis):
    compare(lambda x: autograd.softmax(x, axis), lambda x: x.softmax(axis), *arrays((3, 4)))
    compare(lambda x: autograd.log_softmax(x, axis), lambda x: x.log_softmax(axis), *arrays((3, 4)))


@pytest.mark.parametrize("scale", [1.0, 1e4])
def test_cross_entropy_is_torchs_for_logits_of_any_size(scale):
    compare(
        lambda x: autograd.cross_entropy(x, LABELS),
        lambda x: functional.cross_entropy(x, torch.tensor(LABELS)),
        arrays((4, 3))[0] * scale,
    )


def test_cross_entropy_takes_labels_as_a_tensor():
    logits = autograd.tensor(arrays((4, 3))[0])
    assert autograd.cross_entropy(logits, autograd.tensor(LABELS)).item() == pytest.approx(
        autograd.cross_entropy(logits, LABELS).item()
    )


@pytest.mark.parametrize(("labels", "wrong"), [([0, 3], 3), ([-1, 0], -1)])
def test_labels_out_of_range_are_named(labels, wrong):
    with pytest.raises(ValueError, match=rf"labels must lie in \[0, 3\), got {wrong}"):
        autograd.cross_entropy(autograd.ones(2, 3), np.array(labels))


def test_no_examples_are_refused():
    with pytest.raises(ValueError, match="cross_entropy of no examples"):
        autograd.cross_entropy(autograd.ones(0, 3), np.zeros(0, int))


def test_mse_is_torchs_and_refuses_to_broadcast():
    compare(autograd.mse, functional.mse_loss, *arrays((4, 2), (4, 2)))
    with pytest.raises(ValueError, match=r"mse: shapes must be equal, got \(2, 1\) and \(2,\)"):
        autograd.mse(autograd.ones(2, 1), autograd.ones(2))
