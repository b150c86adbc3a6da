from functools import partial

import pytest
import torch
from torch import nn
from torch.nn import functional as F

from deepdive import scratch
from deepdive.data.loaders import TensorLoader
from deepdive.data.types import DataModule
from deepdive.training import Classification, Trainer, WeightedClassification, evaluate

from .examples import Blobs, assert_same_weights, network, weights

SGD = partial(torch.optim.SGD, lr=0.1, momentum=0.9)


def batch(n=6):
    generator = torch.Generator().manual_seed(1)
    return torch.randn(n, 4, generator=generator), torch.rand(n, generator=generator), torch.arange(n) % 3


@pytest.mark.parametrize("toolkit", [nn, scratch], ids=["torch", "scratch"])
def test_it_is_the_weighted_mean_of_the_losses_and_so_is_its_gradient(toolkit):
    net, (x, w, y) = network(), batch()
    task = WeightedClassification(net, loss=toolkit.CrossEntropyLoss(reduction="none"), optimizer=SGD)
    loss = task.training_step((x, w, y))
    expected = sum(w[i] * F.cross_entropy(net(x[i : i + 1]), y[i : i + 1]) for i in range(6)) / 6
    torch.testing.assert_close(loss, expected)
    for a, b in zip(
        torch.autograd.grad(loss, list(net.parameters())),
        torch.autograd.grad(expected, list(net.parameters())),
        strict=True,
    ):
        torch.testing.assert_close(a, b)


def test_a_whole_weight_is_a_repeated_example():
    net, (x, _, y) = network(), batch()
    times = torch.tensor([2, 0, 1, 1, 0, 2])
    weighted = WeightedClassification(net, optimizer=SGD).training_step((x, times.float(), y))
    repeated = F.cross_entropy(net(x.repeat_interleave(times, 0)), y.repeat_interleave(times))
    torch.testing.assert_close(weighted, repeated)


def test_what_is_not_learnt_from_counts_once():
    net, (x, _, y) = network(), batch()
    task = WeightedClassification(net, optimizer=SGD)
    torch.testing.assert_close(task.validation_step((x, y)), F.cross_entropy(net(x), y))
    found = evaluate(task, TensorLoader((x, y), 4), torch.device("cpu"), prefix="test")
    assert found["test_loss"] == pytest.approx(F.cross_entropy(net(x), y).item())
    assert found["test_accuracy"] == pytest.approx((net(x).argmax(1) == y).float().mean().item())


class WeightedBlobs(Blobs):
    def __init__(self, weight, **words):
        super().__init__(**words)
        self.weight = weight

    def train_loader(self):
        fields = (self.x[: self.rows], self.weight[: self.rows], self.y[: self.rows])
        return TensorLoader(fields, self.batch_size, shuffle=True, seed=3)


def trained(task, data: DataModule):
    Trainer(epochs=3, device="cpu").fit(task, data)
    return weights(task)


def test_weights_of_one_are_no_weights():
    plain = trained(Classification(network(), optimizer=SGD), Blobs())
    ones = trained(WeightedClassification(network(), optimizer=SGD), WeightedBlobs(torch.ones(200)))
    assert_same_weights(ones, plain, rtol=0, atol=1e-5)


def test_a_class_of_weight_zero_is_not_learnt():
    data = WeightedBlobs(torch.ones(200))
    data.weight = (data.y != 2).float()
    task = WeightedClassification(network(), optimizer=SGD)
    trained(task, data)
    guesses = task.network(data.x).argmax(1)
    assert (guesses == 2).float().mean() < 0.05
    assert (guesses == data.y)[data.y != 2].float().mean() > 0.8


def test_a_batch_or_a_loss_that_does_not_fit_is_named():
    net, (x, w, y) = network(), batch()
    with pytest.raises(ValueError, match=r"a training batch must be \(x, weights, y\), got 2 fields"):
        WeightedClassification(net, optimizer=SGD).training_step((x, y))
    with pytest.raises(ValueError, match=r"loss.reduction must be 'none', got 'mean'"):
        WeightedClassification(net, loss=nn.CrossEntropyLoss(), optimizer=SGD)
    with pytest.raises(ValueError, match=r"weights have shape \(6,\), but there are losses of shape \(\)"):
        WeightedClassification(net, loss=lambda o, y: F.cross_entropy(o, y), optimizer=SGD).training_step((x, w, y))
