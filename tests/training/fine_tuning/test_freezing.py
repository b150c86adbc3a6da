"""Frozen layers stay as they are, to the last bit; unfreezing is a function of the epoch, and so is a resumed run."""

import copy
from functools import partial

import pytest
import torch
from tests.training.examples import Blobs, KilledError, assert_same_weights, killed_at, task, weights
from torch import nn
from torch.nn import functional as F

from deepdive.training import (
    DiscriminativeRates,
    FolderCheckpoints,
    GradualUnfreezing,
    SlantedTriangularLR,
    Trainer,
    freeze,
)

from .test_groups import LAYERS, network

SGD = partial(torch.optim.SGD, lr=0.1, momentum=0.9)


def last_weights(one, data, trainer):
    session = trainer.session(one, data)
    session._finish = lambda: iter(())  # the last weights, not the best
    list(session)
    return weights(one)


def test_a_frozen_layer_keeps_its_weights_and_its_statistics():
    net = network()
    before = copy.deepcopy(net.state_dict())
    assert freeze(net, ["stem", "middle"]) == [name for name, _ in net.named_parameters() if "head" not in name]
    after = last_weights(task(net, optimizer=partial(SGD, weight_decay=0.1)), Blobs(val=30), Trainer(epochs=2))
    for name, value in after.items():
        assert torch.equal(value, before[name]) == (not name.startswith("head")), name


def test_statistics_without_weights_are_frozen_with_the_module_around_them():
    bare = nn.Sequential(nn.Sequential(nn.Linear(4, 4), nn.BatchNorm1d(4, affine=False)), nn.Linear(4, 3))
    assert task(bare).train().network[0][1].training
    freeze(bare, "0")
    one = task(bare).train()
    assert one.training
    assert bare[1].training
    assert not bare[0][1].training
    assert not task(nn.BatchNorm1d(4, affine=False)).network.eval().training


def test_a_dropout_of_a_frozen_layer_still_drops():
    net = nn.Sequential(nn.Linear(4, 4), nn.Dropout(0.5), nn.Linear(4, 3))
    freeze(net, "0")
    assert task(net).train().network[1].training


@pytest.mark.parametrize(("every", "first"), [(1, 1), (2, 1), (1, 2), (1, 9)])
def test_one_more_group_learns_every_few_epochs(every, first):
    net = network()
    unfreezing = GradualUnfreezing(LAYERS, every=every, first=first)
    for epoch in (0, 1, 2, 3, 5, 0):
        unfreezing(net, epoch)
        learning = {name.partition(".")[0] for name, p in net.named_parameters() if p.requires_grad}
        assert learning == set(["head", "middle", "stem"][: first + epoch // every])


def test_it_is_the_loop_that_freezes_by_hand():
    net, data = network(), Blobs()
    ours = last_weights(
        task(copy.deepcopy(net), optimizer=SGD, unfreezing=GradualUnfreezing(LAYERS)), data, Trainer(epochs=3)
    )
    optimizer = SGD(net.parameters())
    for epoch in range(3):
        for i, part in enumerate((net.head, net.middle, net.stem)):
            part.requires_grad_(i <= epoch)
        net.middle.train(epoch >= 1)
        for x, y in data.train_loader().batches(epoch):
            F.cross_entropy(net(x), y).backward()
            optimizer.step()
            optimizer.zero_grad()
    assert_same_weights(ours, net.state_dict())


def test_groups_that_never_learn_are_not_in_the_optimiser():
    net = network()
    one = task(net, unfreezing=GradualUnfreezing(LAYERS), parameter_groups=DiscriminativeRates(LAYERS, 0.1))
    for epochs, groups in ((2, 2), (5, 3), (1, 1), (3, 3)):  # also after a run that has left layers frozen
        found = Trainer(epochs=epochs).session(one, Blobs())._stepper.optimizer.param_groups
        assert len(found) == groups


@pytest.mark.parametrize("step", [1, 5, 6, 7, 12, 15])
def test_a_resumed_run_unfreezes_as_the_uninterrupted_one_does(tmp_path, step):
    trainer = Trainer(epochs=3, log_every=1, checkpoint_every=1, clip_norm=1.0)

    def fresh():
        return task(
            network(),
            optimizer=partial(torch.optim.AdamW, lr=0.1),
            parameter_groups=DiscriminativeRates(LAYERS, 0.1),
            schedule=lambda optimizer, plan: SlantedTriangularLR(optimizer, plan.total_steps),
            unfreezing=GradualUnfreezing(LAYERS),
        )

    whole, kept = fresh(), FolderCheckpoints(tmp_path)
    trainer.fit(whole, Blobs())
    with pytest.raises(KilledError):
        trainer.fit(fresh(), Blobs(), checkpoints=kept, listeners=[killed_at(step)])
    rest = fresh()
    trainer.fit(rest, Blobs(), checkpoints=kept, resume=True)
    assert_same_weights(weights(rest), weights(whole))
    assert not torch.equal(whole.network.stem.weight, network().stem.weight)


@pytest.mark.parametrize("name", ["every", "first"])
def test_a_number_of_epochs_or_groups_below_one_is_refused(name):
    with pytest.raises(ValueError, match=f"{name} is 0; it must be at least 1"):
        GradualUnfreezing(LAYERS, **{name: 0})


def test_layers_that_do_not_exist_are_named():
    with pytest.raises(ValueError, match="groups has the layers 'tail'"):
        freeze(network(), "tail")
    with pytest.raises(ValueError, match="groups has the layers 'tail'"):
        Trainer().fit(task(network(), unfreezing=GradualUnfreezing(["stem", "tail"])), Blobs())
