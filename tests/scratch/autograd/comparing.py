"""The tape against torch.autograd on the same arrays."""

import numpy as np
import torch

from deepdive.scratch import autograd


def close(ours, theirs, tolerance=1e-10):
    """Equal up to rounding, relative to the largest of the expected numbers or to 1."""
    values = np.asarray(ours if isinstance(ours, np.ndarray) else ours.detach())
    expected = theirs.detach().numpy()
    assert values.shape == expected.shape
    assert values.dtype == expected.dtype
    scale = max(1.0, np.abs(expected[np.isfinite(expected)]).max(initial=0))
    np.testing.assert_allclose(values, expected, rtol=0, atol=tolerance * scale)


def arrays(*shapes, seed=0, low=None, dtype=np.float64):
    """Normal values; above ``low`` if that is given."""
    random = np.random.default_rng(seed)
    drawn = [random.standard_normal(shape) for shape in shapes]
    return [np.asarray(x if low is None else low + np.abs(x)).astype(dtype) for x in drawn]


def compare(ours, theirs, *values, order=2, tolerance=1e-10):
    """Values, gradients, and gradients of a random combination of the gradients, ``order`` times."""
    a = [autograd.tensor(x, requires_grad=x.dtype.kind == "f") for x in values]
    b = [torch.tensor(x, requires_grad=x.dtype.kind == "f") for x in values]
    y, expected = ours(*a), theirs(*b)
    close(y, expected, tolerance)
    a, b = ([x for x in side if x.requires_grad] for side in (a, b))
    for n in range(order):
        direction = np.asarray(np.random.default_rng(n).standard_normal(expected.shape)).astype(values[0].dtype)
        mine = autograd.grad(y, a, autograd.tensor(direction), create_graph=True, allow_unused=True)
        right = torch.autograd.grad(expected, b, torch.tensor(direction), create_graph=True, materialize_grads=True)
        for g, h, x in zip(mine, right, a, strict=True):
            close(autograd.zeros(*x.shape, dtype=x.dtype) if g is None else g, h, tolerance)
        linked = [i for i, (g, h) in enumerate(zip(mine, right, strict=True)) if g is not None and h.requires_grad]
        if not linked or not all(mine[i].requires_grad for i in linked):  # on one side at least it is linear
            rest = [h for h in right if h.requires_grad]
            zero = torch.autograd.grad(sum(h.sum() for h in rest), b, materialize_grads=True) if rest else ()
            assert not any(h.any() for h in zero)
            return
        y = autograd.stack([(mine[i] * mine[i] + mine[i]).sum() for i in linked]).sum()
        expected = torch.stack([(right[i] * right[i] + right[i]).sum() for i in linked]).sum()
