"""Networks made without input sizes: the trainer reads them off the first batch, others say that they are missing."""

from functools import partial

import pytest
import torch
from tests.training.examples import Blobs, KilledError, assert_same_weights, killed_at, task, weights
from torch import nn

from deepdive import scratch
from deepdive.training import FolderCheckpoints, Plan, Trainer

TOOLKITS = pytest.mark.parametrize("toolkit", [nn, scratch], ids=["torch", "scratch"])
PLAN = Plan(total_steps=10, steps_per_epoch=5)


def lazy(toolkit):
    return nn.Sequential(toolkit.LazyLinear(8), toolkit.Tanh(), toolkit.LazyLinear(3))


def fixed(toolkit):
    return nn.Sequential(toolkit.Linear(4, 8), toolkit.Tanh(), toolkit.Linear(8, 3))


@TOOLKITS
def test_it_trains_as_one_with_sizes_does(toolkit):
    one = task(lazy(toolkit))
    found = Trainer(epochs=5).fit(one, Blobs())
    assert found["test_accuracy"] > 0.9
    torch.manual_seed(0)  # the trainer's seed: the first weights are drawn when the sizes are known
    other = task(fixed(toolkit))
    Trainer(epochs=5).fit(other, Blobs())
    assert_same_weights(weights(one), weights(other))


@TOOLKITS
def test_it_resumes_exactly(toolkit, tmp_path):
    trainer = Trainer(epochs=4, seed=3, log_every=1, checkpoint_every=2)
    whole = task(lazy(toolkit))
    trainer.fit(whole, Blobs())
    kept = FolderCheckpoints(tmp_path)
    with pytest.raises(KilledError):
        trainer.fit(task(lazy(toolkit)), Blobs(), checkpoints=kept, listeners=[killed_at(9)])
    rest = task(lazy(toolkit))
    trainer.fit(rest, Blobs(), checkpoints=kept, resume=True)
    assert_same_weights(weights(rest), weights(whole))


def test_nothing_but_the_sizes_comes_of_the_first_batch():
    net = nn.Sequential(nn.LazyLinear(8), nn.BatchNorm1d(8), nn.Dropout(0.5), nn.LazyLinear(3))
    one = task(net)
    Trainer().session(one, Blobs())
    assert not net[1].running_mean.any()
    assert all(p.grad is None for p in net.parameters())
    assert int(one.metrics["accuracy"].count) == 0
    assert net.training


@TOOLKITS
def test_convolutions_are_sized_too(toolkit):
    class Images(Blobs):
        def __init__(self):
            super().__init__()
            self.x = self.x.view(-1, 1, 2, 2)

    net = nn.Sequential(toolkit.LazyConv2d(4, 2), toolkit.Flatten(), toolkit.LazyLinear(3))
    assert Trainer(epochs=5).fit(task(net), Images())["test_accuracy"] > 0.8


@TOOLKITS
def test_an_optimiser_is_not_made_of_unknown_sizes(toolkit):
    with pytest.raises(ValueError, match=r"sizes of network\.0 \(LazyLinear\), network\.2 \(LazyLinear\) are read off"):
        task(lazy(toolkit)).configure_optimizers(PLAN)


def test_a_layer_that_no_batch_reaches_is_named():
    class Spare(nn.Module):
        def __init__(self):
            super().__init__()
            self.used, self.spare = nn.LazyLinear(3), nn.LazyLinear(3)

        def forward(self, x):
            return self.used(x)

    with pytest.raises(ValueError, match=r"the sizes of network\.spare \(LazyLinear\) are read off the first batch"):
        Trainer().fit(task(Spare(), optimizer=partial(torch.optim.SGD, lr=0.1)), Blobs())
