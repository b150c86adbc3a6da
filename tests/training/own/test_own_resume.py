"""A run on data of the user's own that is stopped anywhere and resumed is the run that was not stopped, bit for bit."""

from functools import partial

import numpy as np
import pytest
import torch
from tests.training.examples import Heard, assert_same_weights, weights
from tests.training.own.data import Rows, Stream, X, Y, network
from torch.optim.lr_scheduler import CosineAnnealingLR
from torch.utils.data import DataLoader

from deepdive.training import CheckpointError, Classification, FolderCheckpoints, Trainer

TRAINER = Trainer(epochs=2, checkpoint_every=1, log_every=1)


class Averages:
    """An object in the style of torchmetrics, without its base."""

    def __init__(self):
        self.reset()

    def update(self, outputs, targets):
        self.values.append((outputs.argmax(1) == targets).double().mean())
        self.count += len(targets)

    def compute(self):
        return torch.stack(self.values).mean() + 1e-9 * self.count

    def reset(self):
        self.values, self.count = [], 0


def shuffled(**words):
    return DataLoader(Rows(noise=0.2), batch_size=16, shuffle=True, **words)


def seeded():
    return shuffled(generator=torch.Generator().manual_seed(11))


class Buffered(Stream):
    """Shuffled as it goes, by NumPy's global generator."""

    def __iter__(self):
        order = np.random.permutation(90)
        yield from ((torch.from_numpy(X[i]), int(Y[i])) for i in order)


KINDS = {
    "arrays": lambda: (X, Y),
    "dict of arrays": lambda: {"input": X, "labels": Y},
    "map-style": lambda: Rows(noise=0.2),
    "map-style with workers": lambda: Rows(noise=0.2),
    "DataLoader": shuffled,
    "DataLoader with a generator": seeded,
    "DataLoader with workers": partial(shuffled, num_workers=2),
    "iterable": lambda: DataLoader(Buffered(), batch_size=16),
}


def task():
    net = network(dropout=0.3)
    optimizer = torch.optim.AdamW(net.parameters(), lr=0.02)
    schedule = CosineAnnealingLR(optimizer, 12)
    metrics = {"accuracy": "accuracy", "f1": "f1", "own": Averages(), "mean": lambda o, y: o.mean()}
    return Classification(net, optimizer=optimizer, schedule=schedule, metrics=metrics)


CASES = [(kind, 4) for kind in KINDS] + [
    (kind, stop) for kind in ("DataLoader with a generator", "map-style") for stop in (1, 6, 11)
]
"""After the fourth step, within the first epoch of six; after the first, at its end, before the last."""


@pytest.mark.parametrize(("kind", "stop"), CASES)
def test_it_is_the_run_that_was_not_stopped(kind, stop, tmp_path):
    make = KINDS[kind]
    words = {"validation": (X[:30], Y[:30])}
    if kind not in ("DataLoader", "DataLoader with a generator", "DataLoader with workers", "iterable"):
        words["batch_size"] = 16
    if kind == "map-style with workers":
        words["num_workers"] = 2
    whole, whole_heard = task(), Heard()
    expected = TRAINER.fit(
        whole, make(), checkpoints=FolderCheckpoints(tmp_path / "a"), listeners=[whole_heard], **words
    )

    class Stopped(Exception):
        pass

    def at(record):
        if record.kind == "train" and record.step == stop + 1:  # the checkpoint of step `stop` is the last one
            raise Stopped

    first, heard = task(), Heard(at)
    with pytest.raises(Stopped):
        TRAINER.fit(first, make(), checkpoints=FolderCheckpoints(tmp_path / "b"), listeners=[heard], **words)
    resumed, rest = task(), Heard()
    metrics = TRAINER.fit(
        resumed, make(), checkpoints=FolderCheckpoints(tmp_path / "b"), listeners=[rest], resume=True, **words
    )
    assert rest.plan.start_step == stop
    assert metrics == expected
    assert_same_weights(weights(resumed), weights(whole))
    assert rest.records == whole_heard.records[rest.plan.start_records :]


def test_what_cannot_be_promised_is_told():
    notes = {}
    for kind, make in KINDS.items():
        session = Trainer().session(task(), make())
        notes[kind] = [note for note in session.plan.notes if note.startswith("train is taken as it is: a run resumed")]
    assert {kind for kind, told in notes.items() if told} == {"iterable"}
    persistent = DataLoader(Rows(), batch_size=16, num_workers=1, persistent_workers=True)
    assert any(
        "only if the loader gives the same batches again" in n for n in Trainer().session(task(), persistent).plan.notes
    )


def test_a_checkpoint_with_another_optimiser_is_refused(tmp_path):
    folder = FolderCheckpoints(tmp_path)
    Trainer().fit(task(), (X, Y), checkpoints=folder, progress=False)
    other = Classification(network(), optimizer="sgd", metrics=["accuracy"])
    with pytest.raises(CheckpointError, match="does not fit this task: it was made with"):
        Trainer(epochs=2).fit(other, (X, Y), checkpoints=folder, progress=False, resume=True)
