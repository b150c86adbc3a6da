"""What does not fit is told by the name of the argument, the layer or the task."""

from functools import partial

import numpy as np
import pytest
import torch
from tests.training.examples import Blobs
from tests.training.own.data import ByName, Rows, Stream, Told, X, Y, network
from torch import nn
from torch.utils.data import DataLoader

from deepdive.training import Classification, Regression, Trainer

TARGETS = X[:, :1]


@pytest.fixture(scope="module", autouse=True)
def plain(without_shape_checks):
    """Arguments of any kind reach the library, as they do for a user."""


def fit(train=(X, Y), task=None, trainer=None, **words):
    return (trainer or Trainer()).fit(task or Classification(network()), train, progress=False, **words)


class Again:
    """Batches that can be passed over again."""

    def __init__(self, *batches, told=None):
        self.batches, self.told = batches, told

    def __iter__(self):
        return iter(self.batches)


class AgainTold(Again):
    def __len__(self):
        return self.told


class Named(Rows):
    def __init__(self, names):
        super().__init__()
        self.names = names

    def __getitem__(self, i):
        return dict(zip(self.names, super().__getitem__(i), strict=True))


class Ragged(Rows):
    def __getitem__(self, i):
        x, y = super().__getitem__(i)
        return x[: 1 + i % 2], y


@pytest.mark.parametrize(
    ("train", "error", "message"),
    [
        ("digits", TypeError, r"train must be a DataModule, a torch DataLoader .*, got the string 'digits'"),
        (0.5, TypeError, r"train must be a DataModule, .* got 0\.5"),
        ((X, "labels"), TypeError, r"train must be .*, or arrays \(x, y\), got tuple"),
        (Rows, TypeError, "train must be a DataModule, .* got type"),
        ((X, Y[:50]), ValueError, r"train\[1\] has shape \(50,\); its first dimension must be that of train\[0\]"),
        ((X[:0], Y[:0]), ValueError, r"train\[0\] has shape \(0, 4\); there must be at least one row"),
        ((np.where(X == X[3, 2], np.nan, X), Y), ValueError, r"train\[0\] holds NaN: first in row 3"),
        ((X, np.array(["a", "b", "c"])[Y]), TypeError, r"train\[1\] must hold numbers, got <U1; .*return_inverse"),
        ((X,), ValueError, "a batch must hold inputs and, last, a target, got one tensor"),
        ((X, X, Y), ValueError, r"network must take the 2 inputs of a batch, .*forward\(input\): too many positional"),
        (Rows(0), ValueError, "train must have an example, got Rows of length 0"),
        (Again(), ValueError, "the training data has no batches"),
        (DataLoader(Stream(0)), ValueError, "the training data has no batches"),
        (AgainTold(told=3), ValueError, "train must give at least one batch, got none"),
        (Again([]), ValueError, "train must give batches of at least one tensor, got an empty list"),
        (Again("text"), ValueError, "train must give batches of tensors, in lists, tuples or dicts, got the string"),
        (Again({"x": "a"}), ValueError, "train must give batches with a tensor in them, got dict"),
        (Rows(told=100), ValueError, r"must have as many examples as its length tells, 100, got none of number 9\d"),
        (DataLoader(Rows(told=100)), ValueError, r"must have as many examples as the length of its Dataset tells, 100"),
        (DataLoader(Told(80, told=90), 10), ValueError, "must give as many batches as its length tells, 9, got 8"),
        (AgainTold(*[(torch.ones(2, 4), torch.ones(2).long())] * 3, told=2), ValueError, "length tells, 2, got more"),
        (Ragged(), ValueError, "must have examples of one shape to make batches of: give a DataLoader with"),
        (iter([(X, Y)]), ValueError, "steps must be given where train can be passed over once only, got list_iterator"),
        (Named(["x", "kind"]), ValueError, r"target must be given, e\.g\..*names of the batch \(x, kind\) is one of"),
        (Again({"labels": torch.ones(1), "y": torch.ones(1)}), ValueError, "several that may be it, got labels, y"),
        (Again({"x": torch.ones(2, 4), "y": [0, 1]}), ValueError, "the target of a batch must be a tensor, got list"),
    ],
)  # fmt: skip
def test_data(train, error, message):
    with pytest.raises(error, match=message):
        fit(train)


def test_a_loader_without_end_needs_a_number_of_steps(monkeypatch):
    monkeypatch.setattr("deepdive.data.own.iterables.MOST_COUNTED", 200)
    for name, words in (("train", {"train": Stream(None)}), ("validation", {"validation": Stream(None)})):
        with pytest.raises(ValueError, match=f"steps must be given where {name} has no length and perhaps no end, got"):
            fit(**words)


def test_a_loader_that_can_be_passed_over_once_has_no_second_epoch():
    batches = ((x, y) for x, y in DataLoader(Rows(), 30))
    with pytest.raises(
        ValueError, match="must give at least one batch, got none in a second pass: it can be passed ov"
    ):
        fit(batches, trainer=Trainer(epochs=2, steps=100))


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (
            {"train": DataLoader(Rows()), "batch_size": 8},
            "batch_size must be None for loaders that make their own batc",
        ),
        ({"batch_size": 0}, "batch_size must be at least 1, got 0"),
        ({"train": Rows(), "num_workers": -1}, "num_workers must be at least 0, got -1"),
        ({"train": Blobs(), "validation": (X, Y)}, "validation must be None where train is a DataModule"),
        ({"train": Blobs(), "batch_size": 8}, "batch_size must be None where train is a DataModule, .* got 8"),
        ({"validation": (X[:0], Y[:0])}, r"validation\[0\] has shape \(0, 4\); there must be at least one row"),
        ({"test": Again()}, "the test data has no examples"),
    ],
)
def test_arguments(words, message):
    with pytest.raises(ValueError, match=message):
        fit(**words)


def test_a_task_is_needed():
    with pytest.raises(TypeError, match=r"task must be a Task, e\.g\. Classification\(network\) .*, got Sequential"):
        fit(task=network())
    with pytest.raises(TypeError, match=r"task must be a Task, got the string 'x'"):
        fit(task="x")
    with pytest.raises(TypeError, match=r"network must be a torch\.nn\.Module, got type"):
        Classification(nn.ReLU)


def net(*layers):
    return nn.Sequential(*layers)


@pytest.mark.parametrize(
    ("network", "train", "message"),
    [
        (net(nn.Linear(4, 8), nn.ReLU(), nn.Linear(9, 3)), (X, Y), r"'2' \(Linear\(in.* 9 features, not 8, .*: mat"),
        (net(nn.Conv2d(3, 2, 1), nn.Flatten()), (X[:, None, None], Y), r"Conv2d.* 3 channels, not 1, got .*\(32, 1,"),
        (net(nn.BatchNorm1d(5)), (X, Y), r"layer '0' \(BatchNorm1d.* must get 5 channels, not 4"),
        (net(nn.LayerNorm(5)), (X, Y), r"layer '0' \(LayerNorm.* must get rows of shape \(5,\), got .* \(32, 4\)"),
        (net(nn.Embedding(7, 3), nn.Flatten()), (10 + Y[:, None], Y), r"numbers from 0 to 6 \(the largest is 12\)"),
        (net(nn.Embedding(7, 3), nn.Flatten()), (X, Y), r"layer '0' \(Embedding.* must get integers, got float32"),
        (net(nn.Linear(4, 3)), (np.ones((90, 4), int), Y), r"layer '0' .* get float32, as its weights are, got int64"),
        (net(nn.Linear(4, 2)), (X, Y), "must be class numbers from 0 to 1, as the network has 2 outputs, got 2"),
        (net(nn.Linear(4, 3)), (X, Y - 1), "must be class numbers from 0 to 2, as the network has 3 outputs, got -1"),
        (net(nn.Linear(4, 1)), (X, Y), r"outputs must have one column per class, got shape \(32, 1\); .*bce_with"),
        (net(nn.Linear(4, 3), nn.Flatten(0)), (X, Y), r"outputs must have one column per class, got shape \(96,\)"),
        (net(nn.Linear(4, 3)), (X, X[:, 0]), r"numbers, integers of shape \(32,\), .* got float32 .*; Regression"),
        (net(nn.Linear(4, 3)), (X, np.eye(3, dtype=int)[Y]), r"shape \(32,\) .* got \(32, 3\); targets\.argmax"),
        (net(nn.Linear(4, 3)), (X, np.stack([Y, Y], 1)), r"targets must have shape \(32,\) .* got \(32, 2\)"),
        (ByName("unclear"), (X[:, :1], X[:, 1:], Y), r"network must return a tensor, .*, got a dict of a, b"),
        (ByName(), (X, Y), r"network must take the 1 inputs of a batch.* missing a required argument: 'right'"),
        (ByName(), {"left": X, "rihgt": X, "y": Y}, r"the batch, left, rihgt, got forward\(left, right, sc"),
    ],
    ids=str,
)  # fmt: skip
def test_classification(network, train, message):
    network = network.__class__(*network) if isinstance(network, nn.Sequential) else network
    with pytest.raises((ValueError, TypeError), match=message):
        fit(train, Classification(network))


@pytest.mark.parametrize(
    ("outputs", "targets", "message"),
    [
        (
            1,
            Y,
            r"targets of a regression must be floating-point, got int64 of shape \(32,\); .*Classification is for cl",
        ),
        (2, TARGETS[:, 0], r"targets must have the shape of outputs, \(32, 2\), got \(32,\)"),
        (1, X, r"targets must have the shape of outputs, \(32, 1\), got \(32, 4\)"),
    ],
)
def test_regression(outputs, targets, message):
    with pytest.raises((ValueError, TypeError), match=message):
        fit((X, targets), Regression(nn.Linear(4, outputs)))
    with pytest.raises((ValueError, TypeError), match=message.replace("32", "90")):  # of a loss by itself, too
        Regression(nn.Linear(4, outputs), loss="mae", metrics=[]).training_step(
            (torch.from_numpy(X), torch.from_numpy(targets))
        )


def test_shapes_that_change():
    x, y = torch.from_numpy(X), torch.from_numpy(Y)
    fit(Again((x, y), (x[:5], y[:5]), (x[:7], y[:7])))  # of a batch alone they may
    with pytest.raises(ValueError, match=r"layer '0' \(Linear.* must get 4 features, not 3"):
        fit(Again((x, y), (x[:, :3], y)))
    with pytest.raises(ValueError, match=r"targets must have shape \(90,\) .*, got \(89,\)"):
        fit(Again((x, y), (x, y[1:])))
    with pytest.raises(ValueError, match="network must take the 2 inputs of a batch"):
        fit(Again((x, y), (x, x, y)))
    with pytest.raises(ValueError, match=r"layer '0' \(Linear.* must get 4 features, not 3"):
        fit((X, Y), validation=(X[:, :3], Y))


@pytest.mark.parametrize("metrics", [[], ["accuracy"], ["f1"]])
def test_a_class_that_comes_later_and_has_no_output(metrics):
    x, y = torch.from_numpy(X), torch.zeros(90, dtype=torch.long)
    later = y.clone()
    later[7] = 5
    with pytest.raises(ValueError, match=r"targets must be (class numbers )?from 0 to 2"):
        fit(Again((x, y), (x, later)), Classification(network(), metrics=metrics))


def test_names_in_a_batch_are_text():
    with pytest.raises(ValueError, match=r"names of the batch, a\?b, \$x_\{, got forward"):
        fit({"a\nb": X, "$x_{": X, "y": Y}, Classification(ByName()))


def test_target_and_inputs_are_names_of_the_batch():
    named = {"left": X[:, :1], "right": X[:, 1:], "kind": Y}
    with pytest.raises(ValueError, match="target must be a name of the batch, got 'kinds'; did you mean 'kind'"):
        fit(named, Classification(ByName(), target="kinds"))
    with pytest.raises(ValueError, match="inputs must be names of the batch, got 'lefft'; did you mean 'left'"):
        fit(named, Classification(ByName(), target="kind", inputs=["lefft"]))
    with pytest.raises(TypeError, match="inputs must be a sequence of strings, got the string 'left'"):
        Classification(ByName(), inputs="left")
    with pytest.raises(ValueError, match=r"inputs must be None for batches without names, got \['left'\]"):
        fit((X, Y), Classification(network(), inputs=["left"]))
    with pytest.raises(ValueError, match="target must be None for batches without names, got 'kind'"):
        fit(DataLoader(Rows(), 8), Classification(network(), target="kind"))


def test_one_last_example_and_batch_normalisation():
    lone = DataLoader(Rows(), batch_size=89)
    task = Classification(nn.Sequential(nn.Linear(4, 4), nn.BatchNorm1d(4)))
    heard = Trainer().session(task, lone)
    assert any("each epoch leaves one out" in note for note in heard.plan.notes)
    fit(lone, task)


def test_what_is_not_ours_to_explain_stays():
    class Broken(nn.Linear):
        def forward(self, x):
            raise KeyError("mine")

    with pytest.raises(KeyError, match="mine"):
        fit(task=Classification(Broken(4, 3)))
    with pytest.raises(ZeroDivisionError):
        fit(task=Classification(network(), metrics={"bad": lambda outputs, targets: 1 / 0}))
    with pytest.raises(RuntimeError, match="mine"):
        fit(task=Classification(network(), loss=partial(_fail, "mine")))


def _fail(message, outputs, targets):
    raise RuntimeError(message)
