"""Layers and cells against the equations of D2L, written out one unit at a time in plain Python."""

import math

import pytest
import torch

from deepdive import scratch


def sigmoid(x):
    return 1 / (1 + math.exp(-x))


def row(weight, bias, j, values):
    return sum(float(w) * v for w, v in zip(weight[j], values, strict=True)) + float(bias[j])


def plain(nonlinearity):
    def step(x, h, c, weights, units):
        w_ih, w_hh, b_ih, b_hh = weights
        h = [nonlinearity(row(w_ih, b_ih, j, x) + row(w_hh, b_hh, j, h)) for j in range(units)]
        return h, c

    return step


def lstm(x, h, c, weights, units):
    w_ih, w_hh, b_ih, b_hh = weights
    new_h, new_c = [], []
    for j in range(units):
        i, f, g, o = (row(w_ih, b_ih, k * units + j, x) + row(w_hh, b_hh, k * units + j, h) for k in range(4))
        new_c.append(sigmoid(f) * c[j] + sigmoid(i) * math.tanh(g))
        new_h.append(sigmoid(o) * math.tanh(new_c[j]))
    return new_h, new_c


def gru(x, h, c, weights, units):
    w_ih, w_hh, b_ih, b_hh = weights
    new_h = []
    for j in range(units):
        r, z = (sigmoid(row(w_ih, b_ih, k * units + j, x) + row(w_hh, b_hh, k * units + j, h)) for k in range(2))
        n = math.tanh(row(w_ih, b_ih, 2 * units + j, x) + r * row(w_hh, b_hh, 2 * units + j, h))
        new_h.append((1 - z) * n + z * h[j])
    return new_h, c


@pytest.mark.parametrize(
    ("kind", "step", "more"),
    [
        ("RNN", plain(math.tanh), {}),
        ("RNN", plain(lambda x: max(x, 0.0)), {"nonlinearity": "relu"}),
        ("LSTM", lstm, {}),
        ("GRU", gru, {}),
    ],
    ids=["tanh", "relu", "lstm", "gru"],
)
def test_a_sequence_by_hand(kind, step, more):
    layer = getattr(scratch, kind)(3, 4, **more).double()
    x = torch.randn(5, 3, dtype=torch.float64)
    h, c = [0.0] * 4, [0.0] * 4
    weights = [p.tolist() for p in layer.parameters()]
    rows = []
    for values in x.tolist():
        h, c = step(values, h, c, weights, 4)
        rows.append(h)
    output, state = layer(x)
    torch.testing.assert_close(output, torch.tensor(rows, dtype=torch.float64))
    if kind == "LSTM":
        torch.testing.assert_close(state[1][0], torch.tensor(c, dtype=torch.float64))
