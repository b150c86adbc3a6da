"""What PyTorch and Python would tell in words of their own is told by the name of what is wrong."""

from functools import partial
from typing import Any

import pytest
import torch
from tests.training.own.data import Rows, X, Y, network
from torch import nn
from torch.nn import functional as F
from torch.utils.data import DataLoader

from deepdive.training import Classification, DivergedError, FolderCheckpoints, Trainer

NUMBERS, CLASSES = torch.from_numpy(X), torch.from_numpy(Y)
ONES = (CLASSES == 1).float()


@pytest.fixture(scope="module", autouse=True)
def plain(without_shape_checks):
    """Arguments of any kind reach the library, as they do for a user."""


def fit(train=(X, Y), trainer=None, net=None, validation=None, batch_size=None, **words):
    task = Classification(network() if net is None else net, **words)
    return (trainer or Trainer()).fit(task, train, validation=validation, batch_size=batch_size, progress=False)


def test_a_folder_may_be_a_string(tmp_path):
    task = Classification(network())
    Trainer().fit(task, (X, Y), progress=False, checkpoints=FolderCheckpoints(str(tmp_path / "kept"), "a"))
    assert (tmp_path / "kept" / "a" / "last.safetensors").is_file()


@pytest.mark.parametrize(
    ("words", "error", "message"),
    [
        ({"lr": 1e308}, ValueError, r"lr must be at most 3\.4\d+e\+38, got 1e\+308"),
        ({"lr": 10**400}, ValueError, r"lr must be at most 3\.4\d+e\+38, got an integer of 1329 bits"),
        ({"lr": 10**5000}, ValueError, r"lr must be at most 3\.4\d+e\+38, got an integer of 16610 bits"),
        ({"batch_size": 10**30}, ValueError, "batch_size must be at most 9223372036854775807, got 1000000000000000000"),
        ({"train": Rows(told=-3)}, ValueError, "train must have a length from 0 up, got none: __len__"),
        ({"train": DataLoader(Rows(told=-3), 4)}, ValueError, "train must have a length from 0 up, got none: __len__"),
        ({"validation": Rows(told=-3)}, ValueError, "validation must have a length from 0 up, got none: __len__"),
        ({"optimizer": object}, TypeError, "optimizer must be a class of torch.optim or derived from one, got object"),
        ({"loss": lambda o, t: 5}, TypeError, "loss must give a tensor, the mean of a batch, got 5"),
        (
            {"loss": lambda o, t: o.argmax(1).float().mean()},
            ValueError,
            "loss must depend on what the network learns, got one without a gradient",
        ),
        ({"net": nn.Flatten()}, ValueError, "network must have parameters to learn, got Flatten without any"),
    ],
    ids=["lr", "whole", "huge", "size", "length", "loader", "validation", "class", "five", "graph", "none"],
)
def test_what_is_refused(words, error, message):
    with pytest.raises(error, match=message):
        fit(**words)


@pytest.mark.parametrize(
    "loss",
    ["bce", F.binary_cross_entropy, partial(F.binary_cross_entropy, weight=None)],
    ids=["name", "function", "partial"],
)
def test_logits_are_no_probabilities(loss):
    with pytest.raises(
        ValueError, match=r"outputs must be probabilities, from 0 to 1, unless loss='bce_with_logits', got"
    ):
        fit((X, ONES), net=nn.Linear(4, 1), loss=loss)


def test_outputs_that_cease_to_be_probabilities_are_told():
    """After the first batch only the loss looks at them."""
    task = Classification(nn.Identity(), loss="bce")
    task.validation_step((torch.tensor([[0.25], [0.75]]), torch.tensor([0, 1])))

    class Later(nn.Module):
        def __init__(self):
            super().__init__()
            self.shift = nn.Parameter(torch.zeros(()))
            self.calls = 0

        def forward(self, x):
            self.calls += 1
            return (x[:, :1] * 0 + 0.5 + self.shift) * (3 if self.calls == 2 else 1)

    with pytest.raises(ValueError, match=r"outputs must be probabilities, .*, got others or NaN"):
        fit((X, ONES), net=Later(), loss="bce", batch_size=30)


@pytest.mark.parametrize("loss", ["bce", "bce_with_logits"])
def test_targets_of_two_classes_are_0_and_1(loss):
    with pytest.raises(ValueError, match="targets of binary cross-entropy must be from 0 to 1, got 2"):
        fit((X, Y), net=nn.Sequential(nn.Linear(4, 1), nn.Sigmoid()), loss=loss, batch_size=90)


class Spoilt(Rows):
    """Row 37 holds NaN in ``part``."""

    def __init__(self, part, names=None):
        super().__init__()
        self.part, self.names = part, names

    def __getitem__(self, i) -> Any:
        x, y = super().__getitem__(i)
        y = F.one_hot(torch.tensor(y), 3).float()
        fields = [x, y]
        if i == 37:
            fields[self.part] = fields[self.part] * float("nan")
        return dict(zip(self.names, fields, strict=True)) if self.names else tuple(fields)


@pytest.mark.parametrize(
    ("part", "names", "field"),
    [(0, None, "0"), (1, None, "1"), (0, ("input", "y"), "'input'"), (1, ("input", "y"), "'y'")],
)
def test_validation_data_with_nan_are_named(part, names, field):
    train = Spoilt(0, names)
    train.rows = train.told = 32
    with pytest.raises(DivergedError, match="the loss became nan in step") as caught:
        fit(train, validation=Spoilt(part, names), batch_size=16)
    assert f": validation[{field}] holds NaN: first in batch 2, row 5; " in str(caught.value)
    assert "learning rate" not in str(caught.value)


@pytest.mark.parametrize("loader", [False, True])
@pytest.mark.parametrize("accumulate", [1, 3])
def test_training_data_with_nan_are_named(loader, accumulate):
    data = DataLoader(Spoilt(0), 16) if loader else Spoilt(0)
    with pytest.raises(DivergedError, match=r"train\[0\] holds NaN: first in batch \d, row \d+; ") as caught:
        fit(data, Trainer(epochs=2, accumulate=accumulate, log_every=1), batch_size=None if loader else 16)
    assert ("batch 2, row 5" in str(caught.value)) or not loader
    assert "learning rate" not in str(caught.value)


def test_sound_data_are_not_blamed():
    with pytest.raises(DivergedError, match=r"the loss became .*; try a lower learning rate"):
        fit(Rows(), Trainer(epochs=5), optimizer="sgd", lr=1e38)


def test_training_without_any_target_is_refused():
    ignored = torch.full_like(CLASSES, -100)
    with pytest.raises(ValueError, match="the train data has no target that counts in the loss; all are ignored"):
        fit((NUMBERS, ignored))
    some = torch.where(torch.arange(90) == 7, CLASSES, ignored)
    assert fit((NUMBERS, some))["train_loss"] > 0
