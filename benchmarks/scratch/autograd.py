"""A training step of a perceptron on the tape over NumPy against PyTorch's own autograd, on the default threads.

784-512-512-10, ReLU, softmax cross-entropy, gradient descent, batches of 256 in float32: what the hidden width of 512
costs is mostly matrix products, which both sides leave to a library; the rest is what the tape adds.
"""

import sys
from collections.abc import Callable, Iterator
from itertools import pairwise

import numpy as np
import torch

from benchmarks._table import Row, seconds, show, speed_ratio
from deepdive.scratch import autograd

SIZES, BATCH, STEPS, RATE = (784, 512, 512, 10), 256, 20, 0.1


def ours(weights: list[np.ndarray], x: np.ndarray, y: np.ndarray) -> Callable[[], None]:
    parameters = [autograd.tensor(w, requires_grad=True) for w in weights]
    biases = [autograd.zeros(w.shape[1], dtype=np.float32, requires_grad=True) for w in weights]
    inputs = autograd.tensor(x)

    def step() -> None:
        h = inputs
        for i, (w, b) in enumerate(zip(parameters, biases, strict=True)):
            h = h @ w + b
            if i < len(parameters) - 1:
                h = h.relu()
        autograd.cross_entropy(h, y).backward()
        with autograd.no_grad():
            for p in [*parameters, *biases]:
                p -= RATE * p.grad
        autograd.zero_grad([*parameters, *biases])

    return step


def theirs(weights: list[np.ndarray], x: np.ndarray, y: np.ndarray) -> Callable[[], None]:
    parameters = [torch.tensor(w, requires_grad=True) for w in weights]
    biases = [torch.zeros(w.shape[1], requires_grad=True) for w in weights]
    inputs, labels = torch.from_numpy(x), torch.from_numpy(y)

    def step() -> None:
        h = inputs
        for i, (w, b) in enumerate(zip(parameters, biases, strict=True)):
            h = h @ w + b
            if i < len(parameters) - 1:
                h = h.relu()
        torch.nn.functional.cross_entropy(h, labels).backward()
        with torch.no_grad():
            for p in [*parameters, *biases]:
                p -= RATE * p.grad
                p.grad = None

    return step


def many(step: Callable[[], None]) -> Callable[[], float]:
    def work() -> None:
        for _ in range(STEPS):
            step()

    return lambda: seconds(work) / STEPS


def rows() -> Iterator[Row]:
    random = np.random.default_rng(0)
    weights = [(random.standard_normal((a, b)) * (2 / a) ** 0.5).astype(np.float32) for a, b in pairwise(SIZES)]
    x, y = random.standard_normal((BATCH, SIZES[0])).astype(np.float32), random.integers(10, size=BATCH)
    name = "autograd tape over NumPy, 784-512-512-10 step, batch 256"
    yield speed_ratio(name, many(ours(weights, x, y)), many(theirs(weights, x, y)), 1 / 3)


def main() -> int:
    return show(rows())


if __name__ == "__main__":
    sys.exit(main())
