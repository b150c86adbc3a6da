"""Targets that a network draws itself, for an optimiser that divides by the curvature."""

import pytest
import torch
from tests.training.examples import Blobs, network
from torch import nn

from deepdive.models.language import RecurrentLanguageModel
from deepdive.training import Classification, Regression, Trainer
from deepdive.training.drawing import drawn_classes, drawn_loss
from deepdive.training.sequences import LanguageModelling


def test_classes_are_drawn_by_their_probabilities_and_ignored_targets_stay():
    torch.manual_seed(0)
    logits = torch.tensor([0.5, 0.3, 0.2]).log().expand(40_000, 3)
    targets = torch.zeros(40_000, dtype=torch.long)
    targets[::4] = -100
    drawn = drawn_classes(logits, targets, nn.CrossEntropyLoss())
    assert torch.equal(drawn == -100, targets == -100)
    frequencies = torch.bincount(drawn[drawn >= 0]) / 30_000
    torch.testing.assert_close(frequencies, torch.tensor([0.5, 0.3, 0.2]), rtol=0, atol=0.01)
    assert drawn_classes(torch.zeros(2, 3, 5), torch.zeros(2, 5), nn.CrossEntropyLoss()).shape == (2, 5)


def test_the_estimate_is_the_diagonal_of_the_gauss_newton_matrix():
    """Of a layer ``z = W x``: ``E x_j² p_i (1 - p_i)``."""
    torch.manual_seed(1)
    net = nn.Linear(4, 3, bias=False)
    data = Blobs(64)
    task, batch = Classification(net), (data.x[:64], data.y[:64])
    square, draws = torch.zeros(3, 4), 400
    for _ in range(draws):
        [g] = torch.autograd.grad(drawn_loss(task, batch), [net.weight])
        square += len(batch[0]) * g.square() / draws
    p = net(batch[0]).softmax(1).detach()
    expected = torch.einsum("ni,nj->ij", p * (1 - p), batch[0].square()) / len(p)
    torch.testing.assert_close(square, expected, rtol=0.25, atol=0.02)
    assert float(task.metrics["accuracy"].compute()) != float(task.metrics["accuracy"].compute())  # it has seen nothing


def test_an_estimate_is_made_in_every_tenth_step(monkeypatch):
    from deepdive.scratch.optim import SophiaG

    steps, sizes = [], []
    step, estimate = SophiaG.step, SophiaG.update_hessian
    monkeypatch.setattr(SophiaG, "step", lambda self, closure=None: (steps.append(0), step(self, closure))[1])
    monkeypatch.setattr(
        SophiaG, "update_hessian", lambda self, size: (sizes.append((len(steps), size)), estimate(self, size))[1]
    )
    metrics = Trainer(epochs=4).fit(Classification(network(), optimizer="sophia-g", lr=0.02), Blobs(90))
    assert sizes == [(0, 16), (10, 16), (20, 16)]
    assert metrics["train_loss"] < 0.9


def test_a_loss_whose_targets_cannot_be_drawn_is_named():
    x = torch.randn(8, 2)
    with pytest.raises(ValueError, match=r"loss must be cross-entropy for .* \(sophia-g\), got MSELoss"):
        Trainer().fit(Regression(nn.Linear(2, 1), optimizer="sophia-g"), (x, x[:, :1]))


def test_streams_are_read_on_from_where_they_were():
    torch.manual_seed(0)
    task = LanguageModelling(RecurrentLanguageModel(7, 4, 6, nn=nn), streams=2, optimizer="sophia-g", lr=0.01)
    x, y = torch.randint(7, (2, 2, 5))
    batch = x, y, torch.zeros(2, dtype=torch.bool)
    task.training_step(batch)
    before = {name: value.clone() for name, value in task.own_state().items()}
    seen = task.metrics["perplexity"].compute()
    loss = drawn_loss(task, batch)
    assert loss.requires_grad
    assert all(torch.equal(before[name], value) for name, value in task.own_state().items())
    assert any(value.any() for value in before.values())
    assert task.metrics["perplexity"].compute() == seen
