"""What a loss of one's own is a mean over: told by what it wraps or holds, else by -100, as in the library."""

import functools
from functools import partial

import pytest
import torch
from torch import nn
from torch.nn import functional as F

from deepdive.training import Supervised, Trainer
from deepdive.training.losses import MeanLoss

from .kinds_of_loss import SGD
from .test_losses import Rows

WEIGHTS = torch.tensor([0.5, 4.0, 1.0])
X = torch.randn(6, 3, generator=torch.Generator().manual_seed(0))


@functools.wraps(F.cross_entropy)
def sharper(outputs, targets, **words):
    return F.cross_entropy(2 * outputs, targets, **words)


class Holding(nn.Module):
    """A loss that hands on to others, as people write it."""

    def __init__(self, *held, ignored=-100):
        super().__init__()
        self.held = nn.ModuleList(held)
        self.ignored = ignored

    def forward(self, outputs, targets):
        return sum(each(2 * outputs, targets) for each in self.held)


class Plain(nn.Module):
    """The mean over what is not ignored, without another word: its gradient is NaN where that is nothing."""

    ignore_index = -1

    def forward(self, outputs, targets):
        kept = targets != -1
        each = F.cross_entropy(outputs, targets.where(kept, 0), reduction="none")
        return (each * kept).sum() / kept.sum()


LOSSES = {
    "lambda": (lambda o, y: F.cross_entropy(2 * o, y), -100, 4.0),
    "wrapped": (sharper, -100, 4.0),
    "wrapped in part": (partial(sharper, ignore_index=-1, weight=WEIGHTS), -1, 4.0 + 4.0 + 0.5 + 1.0),
    "held": (Holding(nn.CrossEntropyLoss(WEIGHTS, ignore_index=-1)), -1, 4.0 + 4.0 + 0.5 + 1.0),
    "held twice": (Holding(nn.CrossEntropyLoss(), nn.CrossEntropyLoss(label_smoothing=0.3)), -100, 4.0),
    "without a word": (Plain(), -1, 4.0),
}


@pytest.mark.parametrize("name", LOSSES)
def test_steps_over_unequal_parts_are_that_of_one_batch(name):
    """Also where a part has nothing to learn from."""
    loss, ignored, weight = LOSSES[name]
    y = torch.tensor([1, 1, 0, 2, ignored, ignored])
    assert float(MeanLoss(loss).weight(y)) == weight
    steps = []
    for sizes in (6, 3, 2):
        torch.manual_seed(1)
        network = nn.Linear(3, 3)
        before = network.weight.detach().clone()
        task = Supervised(network, loss=loss, optimizer=SGD)
        Trainer(accumulate=6 // sizes, device="cpu").fit(task, Rows((X, y), sizes))
        steps.append(before - network.weight.detach())
    torch.manual_seed(1)
    network = nn.Linear(3, 3)
    loss(network(X[:4]), y[:4]).backward()
    for step in steps:
        torch.testing.assert_close(step, network.weight.grad)


def test_numbers_may_be_minus_one_hundred():
    """In degrees, say: only whole numbers stand for classes, and only a loss that says nothing is taken for one."""
    y = torch.tensor([-100, 3])
    assert MeanLoss(lambda o, y: (o - y).abs().mean()).weight(y.float()) == 2
    assert MeanLoss(nn.MSELoss()).weight(y) == 2
    assert MeanLoss(nn.MSELoss()).weight(y.short()) == 2


@pytest.mark.parametrize("loss", [nn.CrossEntropyLoss(), lambda o, y: F.cross_entropy(o, y)], ids=["library", "own"])
def test_a_class_of_bytes_is_no_ignored_one(loss):
    """156 is what -100 would be in unsigned bytes."""
    assert MeanLoss(loss).weight(torch.tensor([156, 3], dtype=torch.uint8)) == 2


def test_one_that_is_held_need_not_reduce():
    """Its mean is then taken by whoever holds it, over all that are not -100."""
    loss = Holding(nn.CrossEntropyLoss(WEIGHTS, reduction="none", ignore_index=2))
    assert MeanLoss(loss).weight(torch.tensor([0, 1, 2, -100])) == 3
