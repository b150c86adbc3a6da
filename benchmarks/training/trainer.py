"""The trainer against a bare hand-written loop over the same data in memory.

Ours has the accuracy metric and every listener on (metrics and timing files, curves, progress lines, TensorBoard); in
the row of the small step, what is on by default: all but TensorBoard. The bare loop has nothing but forward, loss,
backward and update. What is timed is the steps between an early and the last record of a session, so neither side
pays for set-up or compilation.
"""

import math
import os
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import redirect_stdout
from functools import partial
from pathlib import Path

import torch
from torch import Tensor, nn

from benchmarks._table import Row, show, speed_ratio
from deepdive.data.images import load_images
from deepdive.data.loaders import TensorLoader
from deepdive.data.types import DataModule
from deepdive.models.vision.lenet import LeNet
from deepdive.training import Classification, Metric, Plan, Record, Regression, Task, Trainer
from deepdive.training.devices import Precision
from deepdive.training.listeners import MetricsFile, default_listeners

BATCH = 128


class TrainingOnly(DataModule):
    """The training part of some data, so that only steps are timed."""

    def __init__(self, loader: TensorLoader) -> None:
        self._loader = loader

    def prepare(self) -> None:
        pass

    def train_loader(self) -> TensorLoader:
        return self._loader


class Clock:
    """Notes when the records at two steps came."""

    def __init__(self, first: int, last: int) -> None:
        self.first, self.last, self.at = first, last, {}

    def start(self, plan: Plan) -> None:
        pass

    def record(self, record: Record) -> None:
        if record.kind == "train":
            self.at[record.step] = time.perf_counter()

    def finish(self) -> None:
        pass

    @property
    def seconds_per_step(self) -> float:
        return (self.at[self.last] - self.at[self.first]) / (self.last - self.first)


def session(
    task: Task,
    data: DataModule,
    *,
    warm: int,
    steps: int,
    compile: bool = False,
    tensorboard: bool = True,
    precision: Precision = "fp32",
    clip_norm: float | None = None,
) -> float:
    """Seconds per step of our trainer with its listeners."""
    clock = Clock(warm, warm + steps)
    with tempfile.TemporaryDirectory() as name, open(os.devnull, "w") as nowhere, redirect_stdout(nowhere):
        folder = Path(name)
        listeners = [
            MetricsFile(folder / "metrics.jsonl"),
            *default_listeners(folder, tensorboard=tensorboard, batch_size=BATCH),
            clock,
        ]
        every = math.gcd(warm, steps, 50)
        trainer = Trainer(
            epochs=100,
            steps=warm + steps,
            log_every=every,
            device="cpu",
            precision=precision,
            compile=compile,
            clip_norm=clip_norm,
        )
        trainer.fit(task, data, listeners=listeners)
    return clock.seconds_per_step


def bare(
    network: nn.Module,
    loss: Callable[[Tensor, Tensor], Tensor],
    optimizer: torch.optim.Optimizer,
    x: Tensor,
    y: Tensor,
    *,
    batch: int,
    warm: int,
    steps: int,
) -> float:
    """Seconds per step of the loop that everybody writes first."""
    done, began = 0, 0.0
    while True:
        order = torch.randperm(len(x))
        for i in range(0, len(x), batch):
            rows = order[i : i + batch]
            optimizer.zero_grad()
            loss(network(x[rows]), y[rows]).backward()
            optimizer.step()
            done += 1
            if done == warm:
                began = time.perf_counter()
            if done == warm + steps:
                return (time.perf_counter() - began) / steps


def lenet_rows() -> Iterator[Row]:
    data = load_images("fashion-mnist", batch_size=BATCH)
    loader = data.train_loader()
    images = data.image_set("train")
    x, y = data.spec.to_float(images.images), images.labels
    optimizer = partial(torch.optim.SGD, lr=0.1, momentum=0.9)
    fused = partial(torch.optim.SGD, lr=0.1, momentum=0.9, fused=True)

    def theirs() -> float:
        network = LeNet()
        return bare(
            network, nn.CrossEntropyLoss(), optimizer(network.parameters()), x, y, batch=BATCH, warm=50, steps=150
        )

    def ours() -> float:
        return session(Classification(LeNet(), optimizer=optimizer), TrainingOnly(loader), warm=50, steps=150)

    def compiled() -> float:
        task = Classification(LeNet(), optimizer=fused)
        return session(task, TrainingOnly(loader), warm=50, steps=150, compile=True)

    yield speed_ratio("LeNet step: trainer against bare loop", ours, theirs, 0.97, pairs=7)
    yield speed_ratio("LeNet step: trainer compiled and fused against bare loop", compiled, theirs, 1.05, pairs=7)


def linear_rows() -> Iterator[Row]:
    """A step so small that only its fixed cost is seen: without a metric, and with one in the trainer alone."""
    x, y = torch.randn(32_000, 10), torch.randn(32_000, 1)
    optimizer = partial(torch.optim.SGD, lr=0.01)

    def theirs() -> float:
        network = nn.Linear(10, 1)
        return bare(network, nn.MSELoss(), optimizer(network.parameters()), x, y, batch=32, warm=200, steps=2000)

    def ours(metrics: dict[str, Metric] | None) -> float:
        loader = TensorLoader((x, y), 32, shuffle=True)
        task = Regression(nn.Linear(10, 1), optimizer=optimizer, metrics=metrics)
        return session(task, TrainingOnly(loader), warm=200, steps=2000, tensorboard=False)

    what = "Linear(10, 1) step, batch 32: trainer against bare loop"
    yield speed_ratio(what, partial(ours, {}), theirs, 0.90, pairs=7)
    yield speed_ratio(
        f"{what}, with the root mean squared error of every step", partial(ours, None), theirs, 0.75, pairs=7
    )


def rows() -> Iterator[Row]:
    yield from linear_rows()
    yield from lenet_rows()


def main() -> int:
    return show(rows())


if __name__ == "__main__":
    sys.exit(main())
