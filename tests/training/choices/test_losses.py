"""Losses by name, class, function or module."""

import pytest
import torch
from torch import nn
from torch.nn import functional as F

from deepdive import scratch
from deepdive.training import Classification, Regression, Supervised
from deepdive.training.choices.losses import NAMES, by_element, choose_loss, of_binary_classes, of_classes


@pytest.fixture(scope="module", autouse=True)
def plain(without_shape_checks):
    """Arguments of any kind reach the library, as they do for a user."""


@pytest.mark.parametrize("name", NAMES)
def test_a_name_is_the_module_of_pytorch(name):
    assert type(choose_loss(name)) is NAMES[name]
    assert type(choose_loss(NAMES[name])) is NAMES[name]
    assert type(choose_loss(NAMES[name].__name__)) is NAMES[name]


def test_spellings():
    assert isinstance(choose_loss("CrossEntropyLoss"), nn.CrossEntropyLoss)
    assert isinstance(choose_loss("cross-entropy"), nn.CrossEntropyLoss)
    assert isinstance(choose_loss("MSE"), nn.MSELoss)
    assert choose_loss(F.l1_loss) is F.l1_loss


def test_they_are_what_is_learnt_from():
    x, y = torch.tensor([[1.0], [3.0]]), torch.tensor([[2.0], [7.0]])
    for choice, expected in (
        ("mae", 2.5),
        ("mse", 8.5),
        (F.l1_loss, 2.5),
        (nn.L1Loss, 2.5),
        (lambda o, t: (o - t).sum(), -5.0),
    ):
        net = nn.Linear(1, 1)
        nn.init.ones_(net.weight), nn.init.zeros_(net.bias)
        assert Regression(net, loss=choice).training_step((x, y)).item() == pytest.approx(expected)


def test_what_they_compare():
    for loss in (nn.CrossEntropyLoss(), F.cross_entropy, scratch.CrossEntropyLoss(), nn.NLLLoss()):
        assert (of_classes(loss), by_element(loss)) == (True, False)
    for loss in (nn.MSELoss(), F.mse_loss, scratch.MSELoss(), nn.HuberLoss()):
        assert (of_classes(loss), by_element(loss), of_binary_classes(loss)) == (False, True, False)
    assert of_binary_classes(nn.BCEWithLogitsLoss())
    assert not by_element(max)
    assert not of_classes(max)


@pytest.mark.parametrize(
    ("choice", "error", "message"),
    [
        (
            "cross_entropi",
            ValueError,
            "loss must be the name of one, got 'cross_entropi'; did you mean 'cross_entropy'",
        ),
        (7, TypeError, "loss must be a name, a function of outputs and targets or a module, got 7"),
        (nn.CrossEntropyLoss(reduction="sum"), ValueError, "loss.reduction must be 'mean', got 'sum'"),
    ],
)
def test_what_is_refused(choice, error, message):
    for task in (Classification, Regression, Supervised):
        with pytest.raises(error, match=message):
            task(nn.Linear(1, 1), loss=choice)
