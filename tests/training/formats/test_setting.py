"""A measured format leaves no trace but itself, is kept, told, and overruled."""

import io
import random
from functools import partial

import numpy as np
import pytest
import torch
from tests.training.examples import assert_same_weights, weights
from torch import nn

from deepdive.data.loaders import TensorLoader
from deepdive.data.types import DataModule
from deepdive.training import Classification, FolderCheckpoints, Trainer
from deepdive.training.formats import Format, choice, setting, untouched
from deepdive.training.listeners import ProgressLines
from deepdive.training.loop.random_state import random_tensors

pytestmark = pytest.mark.usefixtures("without_shape_checks")


class Pictures(DataModule):
    """Their transform draws from every generator there is."""

    def prepare(self) -> None:
        pass

    def train_loader(self) -> TensorLoader:
        x = torch.randn(60, 3, 12, 12, generator=torch.Generator().manual_seed(1))
        return TensorLoader((x, torch.arange(60) % 3), 16, shuffle=True, seed=2, transform=noisy)


def noisy(batch, generator):
    x, y = batch
    jitter = random.gauss(0, 1) + np.random.normal() + float(torch.randn(1))
    return x + 0.01 * jitter + 0.1 * torch.randn(x.shape, generator=generator), y


def task(lazy=False):
    torch.manual_seed(0)
    last = nn.LazyLinear(3) if lazy else nn.Linear(700, 3)
    network = nn.Sequential(nn.Conv2d(3, 7, 3), nn.BatchNorm2d(7), nn.ReLU(), nn.Dropout(0.5), nn.Flatten(), last)
    return Classification(network, optimizer=partial(torch.optim.SGD, lr=0.01, momentum=0.9))


@pytest.fixture
def measured(monkeypatch):
    """Every step is measured for real, and then a format is taken that no measurement would take here."""
    monkeypatch.setattr(choice, "SMALL_STEP", 0)
    monkeypatch.setattr(choice, "half_slowdown", lambda device: 1.0)
    calls = []

    def fastest(seconds):
        calls.append(seconds)
        return Format("fp32", "contiguous")

    monkeypatch.setattr(choice, "fastest", fastest)
    return calls


@pytest.mark.parametrize("lazy", [False, True])
def test_a_measured_run_is_the_run_that_was_told_the_same(lazy, measured):
    told, open_ = task(lazy), task(lazy)
    Trainer(epochs=2, device="cpu", precision="fp32", layout="contiguous").fit(told, Pictures())
    assert not measured
    Trainer(epochs=2, device="cpu", precision="auto").fit(open_, Pictures())
    [seconds] = measured
    assert [str(each) for each in seconds] == ["fp32 channels-last", "fp32 contiguous", "bf16 channels-last"]
    assert_same_weights(weights(open_), weights(told))


def test_whatever_happens_inside_everything_is_as_it_was():
    one = task().train(True)
    one.training_step((torch.rand(4, 3, 12, 12), torch.arange(4) % 3)).backward()
    gradients = {name: p.grad for name, p in one.named_parameters()}
    before, random_before = weights(one), random_tensors()
    kept = {name: value.clone() for name, value in gradients.items()}
    with untouched.untouched(one):
        one.eval()
        one.train()
        for p in one.parameters():
            p.data.add_(1)
        one.training_step((torch.rand(4, 3, 12, 12), torch.arange(4) % 3)).backward()
        one.network[0].memory = "x"
        one.network[1].num_batches_tracked += 7
    assert_same_weights(weights(one), before)
    assert not hasattr(one.network[0], "memory")
    assert one.network.training
    for name, p in one.named_parameters():
        assert p.grad is gradients[name]
        assert torch.equal(p.grad, kept[name])
    assert all(
        torch.equal(value, random_before[name]) for name, value in random_tensors().items() if "rest" not in name
    )


def test_a_resumed_run_keeps_the_format_it_began_with(measured, monkeypatch, tmp_path):
    trainer = partial(Trainer, epochs=2, device="cpu", precision="auto", checkpoint_every=1)
    whole = task()
    trainer().fit(whole, Pictures())
    trainer(steps=4).fit(task(), Pictures(), checkpoints=FolderCheckpoints(tmp_path))
    monkeypatch.setattr(choice, "fastest", lambda seconds: Format("fp32", "channels-last"))
    rest = task()
    session = trainer().session(rest, Pictures(), FolderCheckpoints(tmp_path))
    session.resume()
    assert session.plan.notes == ("precision fp32, layout contiguous: as before the break",)
    list(session)
    assert rest.network[0].weight.is_contiguous()
    assert_same_weights(weights(rest), weights(whole))


def test_on_another_machine_it_is_measured_again(measured, monkeypatch, tmp_path):
    trainer = partial(Trainer, epochs=2, device="cpu", precision="auto")
    trainer(steps=4).fit(task(), Pictures(), checkpoints=FolderCheckpoints(tmp_path))
    monkeypatch.setattr(setting, "processor", lambda: "another one")
    monkeypatch.setattr(choice, "fastest", lambda seconds: Format("bf16", "channels-last"))
    session = trainer().session(task(), Pictures(), FolderCheckpoints(tmp_path))
    session.resume()
    session.settle()
    assert (session.plan.precision, session.plan.layout) == ("bf16", "channels-last")
    convolution = session.task.network[0].weight
    momentum = session._stepper.optimizer.state[convolution]["momentum_buffer"]
    assert momentum.stride() == convolution.stride() != torch.empty(convolution.shape).stride()


def test_what_is_told_overrules_the_checkpoint(measured, tmp_path):
    Trainer(epochs=2, steps=4, device="cpu", precision="auto").fit(
        task(), Pictures(), checkpoints=FolderCheckpoints(tmp_path)
    )
    told = Trainer(epochs=2, device="cpu", precision="bf16")
    session = told.session(task(), Pictures(), FolderCheckpoints(tmp_path))
    session.resume()
    assert (session.plan.precision, session.plan.layout, session.plan.notes) == ("bf16", "channels-last", ())


def test_the_choice_is_told_once(measured):
    stream = io.StringIO()
    Trainer(epochs=2, device="cpu", precision="auto").fit(task(), Pictures(), listeners=[ProgressLines(stream)])
    assert stream.getvalue().count("precision fp32, layout contiguous: steps take ") == 1
