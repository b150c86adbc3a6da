"""Weights with two names stay one tensor through training, checkpoints, resume and loading."""

import pytest
import torch
from tests.training.examples import Blobs, KilledError, assert_same_weights, killed_at, task, weights
from torch import nn

from deepdive.training import FolderCheckpoints, Trainer, load_weights, save_weights


class Tied(nn.Module):
    """Codes and decodes with the same matrix, then classifies."""

    def __init__(self):
        super().__init__()
        torch.manual_seed(1)
        self.code, self.decode, self.out = nn.Linear(4, 4), nn.Linear(4, 4), nn.Linear(4, 3)
        self.decode.weight = self.code.weight

    def forward(self, x):
        return self.out(self.decode(self.code(x).tanh()).tanh())


def is_tied(network):
    return network.decode.weight is network.code.weight


def test_training_moves_both_and_resumes_exactly(tmp_path):
    trainer = Trainer(epochs=4, log_every=1, checkpoint_every=2)
    whole = task(Tied())
    trainer.fit(whole, Blobs())
    assert is_tied(whole.network)
    assert not torch.equal(whole.network.code.weight, Tied().code.weight)
    kept = FolderCheckpoints(tmp_path)
    with pytest.raises(KilledError):
        trainer.fit(task(Tied()), Blobs(), checkpoints=kept, listeners=[killed_at(9)])
    rest = task(Tied())
    trainer.fit(rest, Blobs(), checkpoints=kept, resume=True)
    assert is_tied(rest.network)
    assert_same_weights(weights(rest), weights(whole))


def test_a_checkpoint_of_a_run_is_loaded_into_a_tied_network(tmp_path):
    one, checkpoints = task(Tied()), FolderCheckpoints(tmp_path)
    Trainer(epochs=2).fit(one, Blobs(), checkpoints=checkpoints)
    fresh = Tied()
    load_weights(checkpoints.path("best"), fresh)
    assert is_tied(fresh)
    x = Blobs().x
    assert torch.equal(fresh(x), one.network(x))


def test_views_that_overlap_come_back_as_they_were(tmp_path):
    class Overlapping(nn.Module):
        def __init__(self, values):
            super().__init__()
            self.base = nn.Parameter(values)
            self.register_buffer("head", self.base.detach()[:6])
            self.register_buffer("tail", self.base.detach()[4:])

    saved, fresh = Overlapping(torch.arange(10.0)), Overlapping(torch.zeros(10))
    save_weights(tmp_path / "w.safetensors", saved)
    load_weights(tmp_path / "w.safetensors", fresh)
    assert_same_weights(fresh.state_dict(), saved.state_dict())
    fresh.base.data[5] = -1
    assert fresh.head[5] == fresh.tail[1] == -1
