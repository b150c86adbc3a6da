"""What the tape is for: a perceptron that learns real handwritten digits."""

from itertools import pairwise

import numpy as np
import pytest
import torch

from deepdive.scratch import autograd

pytestmark = pytest.mark.usefixtures("without_shape_checks")


@pytest.fixture(scope="module")
def digits():
    datasets = pytest.importorskip("sklearn.datasets")
    x, y = datasets.load_digits(return_X_y=True)
    order = np.random.default_rng(0).permutation(len(x))
    x, y = (x[order] / 16).astype(np.float32), y[order]
    return x[:1400], y[:1400], x[1400:], y[1400:]


def initial():
    random = np.random.default_rng(1)
    sizes = (64, 64, 10)
    weights = [random.standard_normal((a, b)) * np.sqrt(2 / a) for a, b in pairwise(sizes)]
    return [x.astype(np.float32) for pair in zip(weights, map(np.zeros, sizes[1:]), strict=True) for x in pair]


def logits(parameters, x):
    w1, b1, w2, b2 = parameters
    return (x @ w1 + b1).relu() @ w2 + b2


def train(parameters, x, y, loss, no_grad, epochs, rate=0.5):
    order = np.random.default_rng(2)
    for _ in range(epochs):
        for rows in np.array_split(order.permutation(len(x)), 22):
            loss(logits(parameters, x[rows]), y[rows]).backward()
            with no_grad():
                for p in parameters:
                    p -= rate * p.grad
                    p.grad = None


def test_a_perceptron_learns_digits(digits):
    x, y, x_test, y_test = digits
    parameters = [autograd.tensor(p, requires_grad=True) for p in initial()]
    train(parameters, autograd.tensor(x), y, autograd.cross_entropy, autograd.no_grad, epochs=20)
    with autograd.no_grad():
        predicted = logits(parameters, autograd.tensor(x_test)).numpy().argmax(1)
    assert np.mean(predicted == y_test) >= 0.95


def test_it_learns_as_with_torch(digits):
    x, y, *_ = digits
    ours = [autograd.tensor(p, requires_grad=True) for p in initial()]
    theirs = [torch.tensor(p, requires_grad=True) for p in initial()]
    train(ours, autograd.tensor(x), y, autograd.cross_entropy, autograd.no_grad, epochs=3)
    cross_entropy = torch.nn.functional.cross_entropy
    train(theirs, torch.tensor(x), torch.tensor(y), cross_entropy, torch.no_grad, epochs=3)
    for a, b in zip(ours, theirs, strict=True):
        np.testing.assert_allclose(a.detach(), b.detach(), atol=1e-4)
