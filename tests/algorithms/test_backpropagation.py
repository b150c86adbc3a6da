from itertools import pairwise

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch.nn import functional as F

from deepdive.algorithms.backpropagation import Perceptron

LIBRARY = {"sigmoid": torch.sigmoid, "tanh": torch.tanh, "relu": torch.relu}


def random_perceptron(widths, seed, **options):
    generator = torch.Generator().manual_seed(seed)
    draw = lambda *shape: torch.randn(*shape, generator=generator, dtype=torch.float64)  # noqa: E731
    weights = [draw(b, a) for a, b in pairwise(widths)]
    return Perceptron(weights, [draw(b) for b in widths[1:]], **options), draw


@settings(max_examples=60)
@given(
    st.lists(st.integers(1, 6), min_size=2, max_size=5),
    st.integers(1, 7),
    st.sampled_from([*LIBRARY]),
    st.sampled_from(["cross-entropy", "shares", "squared"]),
    st.sampled_from([0, 0.3]),
    st.integers(0, 99),
)
def test_every_gradient_by_hand_is_autograds(widths, batch, activation, kind, decay, seed):
    loss = "squared" if kind == "squared" else "cross-entropy"
    net, draw = random_perceptron(widths, seed, activation=activation, loss=loss, weight_decay=decay)
    x, outputs = draw(batch, widths[0]), widths[-1]
    y = {
        "cross-entropy": torch.arange(batch) % outputs,
        "shares": draw(batch, outputs).softmax(dim=1),
        "squared": draw(batch, outputs),
    }[kind]
    values = net.forward(x, y)
    gradients = net.backward(values, y)

    leaves = [t.clone().requires_grad_() for t in (x, *net.weights, *net.biases)]
    h, weights, biases = leaves[0], leaves[1 : len(widths)], leaves[len(widths) :]
    a, hidden = [], []
    for i, (w, b) in enumerate(zip(weights, biases, strict=True)):
        a.append(F.linear(h, w, b))
        if i < len(weights) - 1:
            h = LIBRARY[activation](a[-1])
            hidden.append(h)
    error = F.cross_entropy(a[-1], y) if loss == "cross-entropy" else 0.5 * (a[-1] - y).square().sum(dim=1).mean()
    objective = error + 0.5 * decay * sum(w.square().sum() for w in weights)
    torch.testing.assert_close(values.objective, objective.detach())
    torch.testing.assert_close(values.loss, error.detach())
    expected = torch.autograd.grad(objective, [*leaves, *a, *hidden])
    found = [gradients.inputs, *gradients.weights, *gradients.biases, *gradients.pre_activations, *gradients.hidden]
    for ours, theirs in zip(found, expected, strict=True):
        torch.testing.assert_close(ours, theirs)


def worked_example():
    """Three layers whose values are known: two of three sigmoid units, then a softmax of two."""
    weights = [torch.full((3, 2), 0.35), torch.full((3, 3), 0.025), torch.ones(2, 3)]
    biases = [torch.tensor([0.01, 0.02, 0.03]), torch.tensor([0.01, 0.02, 0.03]), torch.tensor([0.01, 0.02])]
    return Perceptron(weights, biases, activation="sigmoid"), torch.tensor([[0.4, 0.6]]), torch.tensor([[1.0, 0.0]])


def test_the_worked_example():
    """The published digits are cut off, not rounded: each lies less than 0.001 below the value."""
    net, x, y = worked_example()
    values = net.forward(x, y)
    published = {
        "a1": (values.pre_activations[0], [0.36, 0.37, 0.38]),
        "h1": (values.hidden[0], [0.589, 0.591, 0.593]),
        "a2": (values.pre_activations[1], [0.054, 0.064, 0.074]),
        "h2": (values.hidden[1], [0.513, 0.516, 0.518]),
        "a3": (values.pre_activations[2], [1.558, 1.568]),
        "predictions": (values.predictions, [0.497, 0.502]),
    }
    for name, (found, digits) in published.items():
        above = found[0] - torch.tensor(digits)
        assert ((above > -1e-6) & (above < 1e-3)).all(), name
    assert float(values.loss) == pytest.approx(0.698, abs=5e-4)
    torch.testing.assert_close(net.backward(values, y).pre_activations[2], values.predictions - y)


def test_the_graph_shows_every_step_and_its_values():
    net, x, y = worked_example()
    plain, full = net.draw(), net.draw(net.forward(x, y))
    for part in ("a1 = x W1ᵀ + b1", "h2 = sigmoid(a2)", "ŷ = softmax(a3)", "L = cross-entropy(ŷ, y)", "J = L + s"):
        assert part in plain
    assert "0.698" not in plain
    assert "0.698" in full
    assert "1.558, 1.568" in full


def test_what_does_not_fit_is_named(without_shape_checks):
    w, b = [torch.ones(3, 2), torch.ones(1, 3)], [torch.zeros(3), torch.zeros(1)]
    for weights, biases, message in (
        ([], [], "weights and biases must have one entry for each layer, got 0 and 0"),
        (w, b[:1], "weights and biases must have one entry for each layer, got 2 and 1"),
        (
            [w[0], torch.ones(1, 2)],
            b,
            r"weights and biases of layer 2 must have shape \(outputs, 3\) and \(outputs,\), got \(1, 2\) and \(1,\)",
        ),
        (
            w,
            [torch.zeros(2), b[1]],
            r"weights and biases of layer 1 must have shape \(outputs, 2\) and \(outputs,\), got \(3, 2\) and \(2,\)",
        ),
    ):
        with pytest.raises(ValueError, match=message):
            Perceptron(weights, biases)
    with pytest.raises(ValueError, match="activation must be 'sigmoid' or 'tanh' or 'relu', got 'gelu'"):
        Perceptron(w, b, activation="gelu")
    with pytest.raises(ValueError, match="loss must be 'cross-entropy' or 'squared', got 'hinge'"):
        Perceptron(w, b, loss="hinge")
    with pytest.raises(ValueError, match="weight_decay must be at least 0, got -1"):
        Perceptron(w, b, weight_decay=-1)
    net = Perceptron(w, b)
    with pytest.raises(ValueError, match=r"x must have shape \(batch, 2\), got \(4, 3\)"):
        net.forward(torch.ones(4, 3), torch.zeros(4, dtype=torch.int64))
    with pytest.raises(ValueError, match=r"y must be from 0 to 0, got 1 at \[1\]"):
        net.forward(torch.ones(2, 2), torch.arange(2))
    with pytest.raises(ValueError, match=r"y must have shape \(batch, 1\), got \(2,\)"):
        net.forward(torch.ones(2, 2), torch.ones(2))
