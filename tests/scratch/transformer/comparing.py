"""Layers of the library and ours with its weights, and how far apart they are."""

import math
import warnings

import torch
from torch import nn

from deepdive import scratch
from deepdive.proofs import difference


def drawn(*shape):
    return torch.randn(shape, dtype=torch.float64, requires_grad=True)


def twins(make):
    """``make(torch.nn)`` and ``make(scratch)``; no bias is 0, no scale is 1."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # of when the library has no faster way in evaluation
        theirs, ours = (make(side).double() for side in (nn, scratch))
    with torch.no_grad():
        for parameter in theirs.parameters():
            parameter.normal_()
    ours.load_state_dict(theirs.state_dict(), strict=True)
    return theirs, ours


def apart(layers, inputs, **masks):
    """The largest difference of outputs, and of gradients by inputs, masks and parameters."""
    leaves = [x for x in [*inputs, *masks.values()] if isinstance(x, torch.Tensor) and x.requires_grad]
    results, gradients = [], []
    for layer in layers:
        y = layer(*inputs, **masks)
        results.append(y)
        gradients.append(torch.autograd.grad((y**3).sum(), [*leaves, *layer.parameters()]))
    return max(difference(*results[::-1]), difference(*gradients[::-1]))


def some_mask(kind, *shape):
    """None, or where not to look: rows may be full. Numbers are some of them -inf."""
    if kind == "none":
        return None
    hidden = torch.rand(shape) < 0.4
    if kind == "boolean":
        return hidden
    return drawn(*shape) if kind == "numbers" else drawn(*shape).detach().masked_fill(hidden, -math.inf)


def causal(t):
    return torch.ones(t, t, dtype=torch.bool).triu(1)


def slopes(function, x):
    """How much place t of what comes out moves with each place of ``x (t, d)``: the largest slope, ``(out, in)``."""
    return torch.autograd.functional.jacobian(function, x).abs().amax(dim=(1, 3))
