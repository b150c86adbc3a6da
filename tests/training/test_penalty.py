"""A penalty counts once per step, whatever the batches and the targets in them."""

import pytest
import torch
from torch import nn
from torch.nn import functional as F

from deepdive.training import Classification, MultiOutput, Output, Trainer

from .kinds_of_loss import ROWS, numbers, rows_network, seeded
from .small_networks import Several
from .test_losses import SGD, Rows

NOTHING = torch.full((4,), -100)
AGES = numbers(4, 1, seed=6)


def penalty(network):
    return 0.1 * sum(p.square().sum() for p in network.parameters())


def learnt(task, fields, batch_size):
    """What one step takes off each parameter."""
    before = [p.detach().clone() for p in task.network.parameters()]
    Trainer(accumulate=-(-4 // batch_size), device="cpu").fit(task, Rows(fields, batch_size))
    return [b - p.detach() for b, p in zip(before, task.network.parameters(), strict=True)]


def assert_gradient(steps, network, loss):
    """By the closed form: the gradient of the penalty is a fifth of each parameter."""
    gradients = torch.autograd.grad(loss, list(network.parameters()), allow_unused=True)
    for step, gradient, p in zip(steps, gradients, network.parameters(), strict=True):
        expected = 0.2 * p.detach() + (0 if gradient is None else gradient)
        torch.testing.assert_close(step, expected, rtol=1e-10, atol=1e-13)


@pytest.mark.parametrize("batch_size", [1, 2, 3, 4])
@pytest.mark.parametrize("y", [NOTHING, torch.tensor([1, -100, -100, 4]), torch.tensor([-100, -100, -100, 2])], ids=str)
@pytest.mark.parametrize("weight", [None, torch.tensor([0.3, 2.0, 1.0, 0.0, 5.0]).double()], ids=["plain", "weighted"])
def test_it_is_learnt_from_where_there_are_few_targets_or_none(batch_size, y, weight):
    task = Classification(rows_network(), loss=nn.CrossEntropyLoss(weight), optimizer=SGD, penalty=penalty)
    steps, network = learnt(task, (ROWS, y), batch_size), rows_network()
    kept = y != -100
    loss = F.cross_entropy(network(ROWS[kept]), y[kept], weight) if kept.any() else 0 * network(ROWS).sum()
    assert_gradient(steps, network, loss)


@pytest.mark.parametrize("batch_size", [1, 2, 3, 4])
@pytest.mark.parametrize("kinds", [NOTHING, torch.tensor([1, -100, -100, 3]), torch.tensor([2, 1, 0, 3])], ids=str)
def test_beside_several_terms_it_counts_once(batch_size, kinds):
    outputs = {"age": Output("regression", 0.25), "kind": Output("classification", 3.0)}
    task = MultiOutput(seeded(Several), outputs, optimizer=SGD, penalty=penalty).double()
    network = seeded(Several)
    said, kept = network(ROWS), kinds != -100
    loss = 0.25 * (said["age"] - AGES).square().mean()
    if kept.any():
        loss = loss + 3 * F.cross_entropy(said["kind"][kept], kinds[kept])
    assert_gradient(learnt(task, (ROWS, AGES, kinds), batch_size), network, loss)
