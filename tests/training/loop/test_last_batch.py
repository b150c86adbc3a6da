"""A last batch of one example and networks that normalise batches."""

import copy
from functools import partial

import pytest
import torch
from tests.training.examples import Blobs, Heard, KilledError, assert_same_weights, killed_at, network, task, weights
from torch import nn
from torch.nn import functional as F
from torch.utils.data import DataLoader, IterableDataset

from deepdive import scratch
from deepdive.data.loaders import TensorLoader
from deepdive.training import FolderCheckpoints, Trainer
from deepdive.training.loop.last_batch import without_lone_example

NOTE = (
    "the last batch of 33 examples in batches of 16 is one example, which batch normalisation cannot learn from; each "
    "epoch leaves one out"
)

ONE_MORE = (
    r"layer '1' \(BatchNorm1d\(8.*\)\) must get a batch of more examples \(a larger batch_size, or drop_last\), got "
    r".*\(1, 8\)"
)


def normalising(toolkit=nn):
    torch.manual_seed(0)
    return nn.Sequential(nn.Linear(4, 8), toolkit.BatchNorm1d(8), nn.Tanh(), nn.Linear(8, 3))


@pytest.mark.parametrize("toolkit", [nn, scratch], ids=["library", "scratch"])
def test_a_lone_last_example_is_left_out_and_this_is_told_once(toolkit):
    """Against a loop by hand over the whole batches: which example is alone changes with the epoch."""
    data, net, heard = Blobs(33), normalising(toolkit), Heard()
    one = task(copy.deepcopy(net))
    session = Trainer(epochs=3).session(one, data)
    session._finish = lambda: iter(())  # the last weights, not the best
    for _ in session:
        pass
    optimizer, alone = torch.optim.SGD(net.parameters(), lr=0.1, momentum=0.9), set()
    for epoch in range(3):
        *batches, (x_last, _) = data.train_loader().batches(epoch)
        assert [len(x) for x, _ in batches] == [16, 16]
        alone.add(tuple(x_last.flatten().tolist()))
        for x, y in batches:
            F.cross_entropy(net(x), y).backward()
            optimizer.step()
            optimizer.zero_grad()
    assert_same_weights(weights(one), net.state_dict())
    assert len(alone) == 3
    Trainer(epochs=2).fit(task(normalising(toolkit)), data, listeners=[heard])
    assert heard.plan.notes == (NOTE,)
    assert (heard.plan.steps_per_epoch, heard.plan.total_steps) == (2, 4)


def frozen():
    net = normalising()
    net[1].requires_grad_(False)
    return net


@pytest.mark.parametrize(
    ("net", "rows", "steps"),
    [(normalising, 32, 2), (normalising, 34, 3), (network, 33, 3), (frozen, 33, 3), (normalising, 16, 1)],
)
def test_all_else_keeps_its_last_batch(net, rows, steps):
    heard = Heard()
    Trainer(epochs=1).fit(task(net()), Blobs(rows), listeners=[heard])
    assert (heard.plan.total_steps, heard.plan.notes) == (steps, ())


@pytest.mark.parametrize("step", [1, 2, 3, 5])
def test_such_a_run_resumes_exactly(tmp_path, step):
    trainer, data = Trainer(epochs=3, checkpoint_every=1, log_every=1), Blobs(33, val=6)
    whole = task(normalising())
    expected = trainer.fit(whole, data)
    begun = partial(trainer.fit, task(normalising()), data, checkpoints=FolderCheckpoints(tmp_path))
    with pytest.raises(KilledError):
        begun(listeners=[killed_at(step)])
    rest, heard = task(normalising()), Heard()
    found = trainer.fit(rest, data, checkpoints=FolderCheckpoints(tmp_path), listeners=[heard], resume=True)
    assert found == expected
    assert heard.plan.notes == (NOTE,)
    assert_same_weights(weights(rest), weights(whole))


@pytest.mark.parametrize(("rows", "batch_size"), [(1, 16), (5, 1), (1, 1)])
@pytest.mark.parametrize("toolkit", [nn, scratch], ids=["library", "scratch"])
def test_where_no_larger_batch_is_left_the_error_says_what_to_do(toolkit, rows, batch_size):
    data = Blobs(rows, batch_size=batch_size)
    with pytest.raises(ValueError, match=f"{ONE_MORE}.*value per channel"):
        Trainer(epochs=1).fit(task(normalising(toolkit)), data)


class Stream(IterableDataset):
    def __iter__(self):
        return iter([(torch.arange(4.0) + i, i % 3) for i in range(9)])


def test_a_lone_last_example_of_a_stream_is_named_with_its_layer():
    with pytest.raises(ValueError, match=f"{ONE_MORE}.*value per channel"):
        Trainer(epochs=1).fit(task(normalising()), DataLoader(Stream(), batch_size=4))


def test_skipped_batches_are_counted_from_the_start():
    x = torch.arange(9.0)
    loader, notes = without_lone_example(TensorLoader((x,), 4), nn.BatchNorm2d(3))
    assert notes
    assert (len(loader), loader.num_examples, loader.batch_size) == (2, 8, 4)
    for start, expected in ((0, [x[:4], x[4:8]]), (1, [x[4:8]]), (2, []), (3, [])):
        found = [batch for (batch,) in loader.batches(start=start)]
        assert [each.tolist() for each in found] == [each.tolist() for each in expected]


@pytest.mark.parametrize("layer", [nn.LayerNorm(8), nn.GroupNorm(2, 8), nn.InstanceNorm1d(8, track_running_stats=True)])
def test_other_normalisations_take_one_example(layer):
    loader = TensorLoader((torch.zeros(9, 8),), 4)
    assert without_lone_example(loader, layer) == (loader, ())
    for kind in (nn.LazyBatchNorm1d, nn.SyncBatchNorm, partial(nn.BatchNorm3d, track_running_stats=False)):
        assert without_lone_example(loader, nn.Sequential(kind(8) if kind is not nn.LazyBatchNorm1d else kind()))[1]
