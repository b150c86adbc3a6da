"""Test accuracy of the recipes at their quick presets, and how far the two toolkits are apart after 20 equal steps."""

import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import torch
from torch import nn

from benchmarks._table import Row, show
from deepdive import scratch
from deepdive.data.images import load_images
from deepdive.models.perceptrons import MLP, SoftmaxRegression
from deepdive.models.vision.lenet import LeNet

RUNS = (
    ("softmax-regression", (), 0.83),
    ("mlp", (), 0.86),
    ("lenet", (), 0.85),
    ("lenet", ("--modern",), 0.89),
)
NETWORKS = {
    "softmax-regression": partial(SoftmaxRegression, 784, 10),
    "mlp": partial(MLP, 784, 10),
    "lenet": LeNet,
    "lenet --modern": partial(LeNet, modern=True),
}


def accuracy(*words: str) -> float:
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "deepdive.cli", "run", *words, "--quiet", "--runs", folder]
        subprocess.run(command, check=False, stdout=subprocess.DEVNULL)
        [result] = Path(folder).rglob("result.json")
        return json.loads(result.read_text())["metrics"]["test_accuracy"]


def drift(name: str, steps: int = 20) -> float:
    """The largest difference of any loss or weight after some steps from the same weights on the same batches."""
    library = NETWORKS[name]()
    own = NETWORKS[name](nn=scratch)
    own.load_state_dict(library.state_dict())
    loader = load_images("fashion-mnist", batch_size=128).train_loader()
    sides = [
        (library, nn.CrossEntropyLoss(), torch.optim.SGD(library.parameters(), lr=0.1, momentum=0.9)),
        (own, scratch.CrossEntropyLoss(), scratch.optim.SGD(own.parameters(), lr=0.1, momentum=0.9)),
    ]
    furthest = 0.0
    for _, (x, y) in zip(range(steps), loader.batches(), strict=False):
        losses = []
        for network, loss, optimizer in sides:
            losses.append(loss(network(x), y))
            optimizer.zero_grad()
            losses[-1].backward()
            optimizer.step()
        furthest = max(furthest, abs(losses[0].item() - losses[1].item()))
    pairs = zip(library.parameters(), own.parameters(), strict=True)
    return max(furthest, *(float((a - b).detach().abs().max()) for a, b in pairs))


def rows() -> Iterator[Row]:
    for name in NETWORKS:
        apart = drift(name)
        yield Row(f"{name}: toolkits apart after 20 steps", apart, None, apart, 1e-4, False, "")
    for recipe, flags, target in RUNS:
        reached = accuracy(recipe, *flags)
        yield Row(f"deepdive run {' '.join((recipe, *flags))}: accuracy", reached, None, reached, target, True, "")


def main() -> int:
    return show(rows())


if __name__ == "__main__":
    sys.exit(main())
