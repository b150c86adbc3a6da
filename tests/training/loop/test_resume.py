"""A run that is stopped anywhere and resumed is the run that was not stopped: weights and records, bit for bit."""

import os
import random
import signal
from contextlib import closing
from dataclasses import replace
from functools import partial

import numpy as np
import pytest
import torch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.training.examples import Blobs, assert_same_weights, network, task, weights

from deepdive.recipes.experiments.merged_listeners import MergedListeners
from deepdive.training import CheckpointError, EarlyStopping, FolderCheckpoints, Trainer, TrainingInterrupted
from deepdive.training.listeners import MetricsFile
from deepdive.training.loop.interrupt import SIGNALS

STEPS = 18


def noisy(batch, generator):
    """Everything random that a batch could depend on."""
    x, y = batch
    jitter = 0.01 * (random.gauss(0, 1) + np.random.normal() + float(torch.randn(1)))
    return x + jitter + 0.1 * torch.randn(x.shape, generator=generator), y


def make():
    schedule = lambda optimizer, plan: torch.optim.lr_scheduler.OneCycleLR(optimizer, 0.1, plan.total_steps + 1)  # noqa: E731
    one = task(network(dropout=0.3), optimizer=partial(torch.optim.AdamW, lr=0.1), schedule=schedule)
    return one, Blobs(90, val=30, transform=noisy)


TRAINER = Trainer(epochs=3, log_every=4, early_stopping=EarlyStopping(patience=2), checkpoint_every=2)


@pytest.fixture(scope="module", autouse=True)
def whole(tmp_path_factory, without_shape_checks):
    """The uninterrupted run."""
    folder = tmp_path_factory.mktemp("whole")
    one, data = make()
    TRAINER.fit(one, data, checkpoints=FolderCheckpoints(folder), listeners=[MetricsFile(folder / "metrics.jsonl")])
    return weights(one), (folder / "metrics.jsonl").read_bytes()


class Killed(BaseException):
    """The process ends here, whatever the code around it would like to do."""


class KillAt:
    """Ends the run at a record or a save, before or after it is done."""

    def __init__(self, moment: int) -> None:
        self.left = moment

    def tick(self) -> None:
        self.left -= 1
        if self.left < 0:
            raise Killed

    def start(self, plan) -> None:
        self.tick()

    def record(self, record) -> None:
        self.tick()

    def finish(self) -> None:
        pass


class FragileCheckpoints(FolderCheckpoints):
    def __init__(self, folder, kill: KillAt) -> None:
        super().__init__(folder)
        self.kill = kill

    def save(self, name, content):
        self.kill.tick()
        super().save(name, content)
        self.kill.tick()


@pytest.mark.parametrize("joined", [False, True])
def test_a_power_cut_leaves_every_line_that_a_checkpoint_counts(joined, tmp_path, monkeypatch):
    """What the disk has of the file is what was there at the last sync."""
    path, on_disk, seen = tmp_path / "metrics.jsonl", [0], []

    def fsync(number):
        if os.path.samestat(os.fstat(number), path.stat()):
            on_disk.append(path.read_bytes().count(b"\n"))

    class Checkpoints(FolderCheckpoints):
        def save(self, name, content):
            seen.append((on_disk[-1], content["progress"]["records"]))
            super().save(name, content)

    monkeypatch.setattr(os, "fsync", fsync)
    one, data = make()
    lines = MetricsFile(path)
    with closing(MergedListeners([lines], training_runs=1)) as several:
        listener = several if joined else lines
        replace(TRAINER, log_every=1).fit(one, data, checkpoints=Checkpoints(tmp_path), listeners=[listener])
    assert len(seen) > STEPS / 2
    assert all(written == counted for written, counted in seen)


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(moments=st.lists(st.integers(0, 25), min_size=1, max_size=3))
def test_killed_anywhere_and_resumed_it_is_the_same_run(whole, tmp_path_factory, moments):
    folder = tmp_path_factory.mktemp("killed")
    for moment in [*moments, 10_000]:
        one, data = make()
        kill = KillAt(moment)
        try:
            TRAINER.fit(
                one,
                data,
                checkpoints=FragileCheckpoints(folder, kill),
                listeners=[MetricsFile(folder / "metrics.jsonl"), kill],
                resume=True,
            )
        except Killed:
            torch.rand(7), random.random(), np.random.rand()  # the next process begins elsewhere
    assert_same_weights(weights(one), whole[0])
    assert (folder / "metrics.jsonl").read_bytes() == whole[1]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
@pytest.mark.parametrize("step", [1, 5, 6, 7, STEPS])
def test_a_signal_saves_the_run_at_the_very_step(whole, tmp_path, number, step):
    one, data = make()
    heard = MetricsFile(tmp_path / "metrics.jsonl")
    steps = 0
    original = one.training_step

    def counting(batch):
        nonlocal steps
        steps += one.training
        if one.training and steps == step:
            signal.raise_signal(number)
        return original(batch)

    one.training_step = counting
    with pytest.raises(TrainingInterrupted, match=rf"stopped by signal {int(number)} after step {step}") as caught:
        TRAINER.fit(one, data, checkpoints=FolderCheckpoints(tmp_path), listeners=[heard])
    assert caught.value.signal == number
    one, data = make()
    TRAINER.fit(one, data, checkpoints=FolderCheckpoints(tmp_path), listeners=[heard], resume=True)
    assert_same_weights(weights(one), whole[0])
    assert (tmp_path / "metrics.jsonl").read_bytes() == whole[1]


@pytest.mark.parametrize(("precision", "interval"), [("fp16", "step"), ("bf16", "epoch")])
def test_accumulation_scaling_and_epoch_schedules_resume_too(tmp_path, precision, interval):
    trainer = Trainer(epochs=4, log_every=2, checkpoint_every=1, accumulate=2, precision=precision, clip_norm=1.0)
    schedule = lambda optimizer, plan: torch.optim.lr_scheduler.StepLR(optimizer, 2, 0.1)  # noqa: E731

    def fresh():
        return task(network(dropout=0.3), schedule=schedule, interval=interval)

    whole = fresh()
    trainer.fit(whole, Blobs(90))
    kill = KillAt(8)
    with pytest.raises(Killed):
        trainer.fit(fresh(), Blobs(90), checkpoints=FragileCheckpoints(tmp_path, kill))
    rest = fresh()
    trainer.fit(rest, Blobs(90), checkpoints=FolderCheckpoints(tmp_path), resume=True)
    assert_same_weights(weights(rest), weights(whole))


def test_a_run_that_has_ended_is_neither_trained_nor_tested_again(whole, tmp_path):
    for again in (False, True):
        one, data = make()
        if again:
            one.training_step = one.validation_step = None  # calling one would be a TypeError
        TRAINER.fit(
            one,
            data,
            checkpoints=FolderCheckpoints(tmp_path),
            listeners=[MetricsFile(tmp_path / "metrics.jsonl")],
            resume=True,
        )
        assert_same_weights(weights(one), whole[0])
    assert (tmp_path / "metrics.jsonl").read_bytes() == whole[1]


def test_another_network_or_optimiser_does_not_fit(tmp_path):
    checkpoints = FolderCheckpoints(tmp_path)
    Trainer().fit(task(), Blobs(), checkpoints=checkpoints)
    other = task(torch.nn.Linear(4, 3))
    with pytest.raises(CheckpointError, match=r"checkpoint 'last' does not fit this task: (.|\n)*0\.weight"):
        Trainer().fit(other, Blobs(), checkpoints=checkpoints, resume=True)


def test_a_second_signal_ends_at_once():
    one = task()

    def impatient(batch):
        signal.raise_signal(signal.SIGINT)
        signal.raise_signal(signal.SIGINT)

    one.training_step = impatient
    with pytest.raises(KeyboardInterrupt):
        Trainer().fit(one, Blobs())


def test_a_terminal_that_is_closed_may_say_so_twice(tmp_path):
    """The kernel tells the foreground, and the shell its jobs."""
    one = task()
    original = one.training_step

    def twice(batch):
        signal.raise_signal(signal.SIGHUP)
        signal.raise_signal(signal.SIGHUP)
        return original(batch)

    one.training_step = twice
    with pytest.raises(TrainingInterrupted, match=f"stopped by signal {int(signal.SIGHUP)} after step 1; the run is"):
        Trainer().fit(one, Blobs(), checkpoints=FolderCheckpoints(tmp_path))
    assert (tmp_path / "last.safetensors").is_file()


def test_a_signal_that_was_to_be_ignored_is_ignored():
    """As ``nohup`` wants it."""
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    one = task()
    original = one.training_step
    one.training_step = lambda batch: (signal.raise_signal(signal.SIGHUP), original(batch))[1]
    try:
        Trainer().fit(one, Blobs())
        assert signal.getsignal(signal.SIGHUP) is signal.SIG_IGN
    finally:
        signal.signal(signal.SIGHUP, before)


def test_handlers_are_given_back():
    before = [signal.getsignal(number) for number in SIGNALS]
    Trainer().fit(task(), Blobs())
    assert [signal.getsignal(number) for number in SIGNALS] == before


def test_a_checkpoint_of_another_optimiser_or_schedule_does_not_fit(tmp_path):
    checkpoints = FolderCheckpoints(tmp_path)
    Trainer().fit(task(), Blobs(), checkpoints=checkpoints)
    other = task(optimizer=partial(torch.optim.Adam, lr=0.1))
    with pytest.raises(CheckpointError, match=r"made with \['SGD', 'NoneType'\], not \['Adam', 'NoneType'\]"):
        Trainer().fit(other, Blobs(), checkpoints=checkpoints, resume=True)


def test_a_best_checkpoint_that_is_gone_is_an_error_not_another_result(tmp_path):
    checkpoints = FolderCheckpoints(tmp_path)
    Trainer().fit(task(), Blobs(), checkpoints=checkpoints)
    checkpoints.path("best").unlink()
    with pytest.raises(FileNotFoundError, match=r"there is no checkpoint .*best\.safetensors"):
        Trainer().fit(task(), Blobs(), checkpoints=checkpoints, resume=True)


def test_a_new_run_in_a_used_folder_takes_nothing_from_the_old_one(tmp_path):
    checkpoints = FolderCheckpoints(tmp_path)
    Trainer().fit(task(network()), Blobs(), checkpoints=checkpoints)
    fresh, again = task(network()), task(network())
    Trainer(epochs=2).fit(fresh, Blobs())
    Trainer(epochs=2).fit(again, Blobs(), checkpoints=checkpoints)
    assert_same_weights(weights(again), weights(fresh))


def test_a_signal_in_the_last_evaluation_is_heard(tmp_path):
    one = task()
    original = one.validation_step

    def signalled(batch):
        signal.raise_signal(signal.SIGTERM) if not heard else None
        heard.append(batch)
        return original(batch)

    heard: list = []
    one.validation_step = signalled
    with pytest.raises(TrainingInterrupted, match="after step 6; the run is saved"):
        Trainer().fit(one, Blobs(), checkpoints=FolderCheckpoints(tmp_path))


def test_without_a_folder_an_interruption_does_not_claim_to_have_saved():
    one = task()
    original = one.training_step
    one.training_step = lambda batch: (signal.raise_signal(signal.SIGINT) if one.training else None, original(batch))[1]
    with pytest.raises(TrainingInterrupted, match=r"stopped by signal 2 after step 1$"):
        Trainer().fit(one, Blobs())
