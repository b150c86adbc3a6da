"""Random expressions: a program of operations, run on the tape and by torch."""

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.scratch.autograd.comparing import close

from deepdive.scratch import autograd

pytestmark = pytest.mark.usefixtures("without_shape_checks")  # a hundred thousand operations

SHAPES = [(), (3,), (2, 1), (2, 3), (4, 1, 3)]

UNARY = [
    (lambda x: (x * 0.3).exp(), lambda x: (x * 0.3).exp()),
    (lambda x: (x * x + 0.5).log(), lambda x: (x * x + 0.5).log()),
    (lambda x: (x**2 + 0.5).sqrt(), lambda x: (x**2 + 0.5).sqrt()),
    (lambda x: x.sin(), torch.sin),
    (lambda x: x.cos(), torch.cos),
    (lambda x: x.tanh(), torch.tanh),
    (lambda x: x.sigmoid(), torch.sigmoid),
    (lambda x: x.relu(), torch.relu),
    (lambda x: x.abs(), torch.abs),
    (lambda x: -x, torch.neg),
    (lambda x: x**3, lambda x: x**3),
    (lambda x: 2.0 / (1 + x * x), lambda x: 2.0 / (1 + x * x)),
    (lambda x: (1 + x.abs()) ** -1.5, lambda x: (1 + x.abs()) ** -1.5),
    (lambda x: x.clip(-1.0, 0.5), lambda x: x.clamp(-1.0, 0.5)),
    (lambda x: x.detach() * x, lambda x: x.detach() * x),
    (lambda x: x.reshape(-1), lambda x: x.reshape(-1)),
    (lambda x: x.T, lambda x: x.permute(tuple(range(x.ndim)[::-1]))),
    (lambda x: x.unsqueeze(0), lambda x: x.unsqueeze(0)),
    (lambda x: x.sum(), torch.sum),
    (lambda x: x.mean(), torch.mean),
    (lambda x: x.reshape(-1).prod(), lambda x: x.reshape(-1).prod()),
    (lambda x: x.logsumexp(), lambda x: x.reshape(-1).logsumexp(0)),
    (lambda x: autograd.softplus(x), torch.nn.functional.softplus),
    (lambda x: x.squeeze(), torch.squeeze),
]
ALONG = [  # the last axis of a tensor that has one
    (lambda x: x.sum(-1), lambda x: x.sum(-1)),
    (lambda x: x.mean(-1, keepdims=True), lambda x: x.mean(-1, keepdim=True)),
    (lambda x: x.max(-1), lambda x: x.amax(-1)),
    (lambda x: x.min(0, keepdims=True), lambda x: x.amin(0, keepdim=True)),
    (lambda x: x.var(-1, correction=0), lambda x: x.var(-1, correction=0)),
    (lambda x: x.prod(-1), lambda x: x.prod(-1)),
    (lambda x: x.logsumexp(-1, keepdims=True), lambda x: x.logsumexp(-1, keepdim=True)),
    (lambda x: x.cumsum(-1), lambda x: x.cumsum(-1)),
    (lambda x: x.flip(0), lambda x: x.flip(0)),
    (lambda x: x[..., ::2], lambda x: x[..., ::2]),
    (lambda x: x[[0, -1, 0]], lambda x: x[[0, -1, 0]]),
    (lambda x: x[x > 0].sum(), lambda x: x[x > 0].sum()),
    (lambda x: autograd.softmax(x), lambda x: x.softmax(-1)),
    (lambda x: autograd.log_softmax(x, 0), lambda x: x.log_softmax(0)),
    (lambda x: x.expand(2, *x.shape), lambda x: x.expand(2, *x.shape)),
    (lambda x: x @ x.reshape(-1, x.shape[-1]).T, lambda x: x @ x.reshape(-1, x.shape[-1]).T),
    (
        lambda x: autograd.einsum("ij,kj->ik", x.reshape(-1, x.shape[-1]), x.reshape(-1, x.shape[-1])),
        lambda x: torch.einsum("ij,kj->ik", x.reshape(-1, x.shape[-1]), x.reshape(-1, x.shape[-1])),
    ),
]
BINARY = [  # of shapes that broadcast
    (lambda a, b: a + b, torch.add),
    (lambda a, b: a - b, torch.sub),
    (lambda a, b: a * b, torch.mul),
    (lambda a, b: a / (b * b + 0.5), lambda a, b: a / (b * b + 0.5)),
    (lambda a, b: (a.abs() + 0.5) ** b.tanh(), lambda a, b: (a.abs() + 0.5) ** b.tanh()),
    (autograd.maximum, torch.maximum),
    (autograd.minimum, torch.minimum),
    (lambda a, b: autograd.where(a > b, a, b * 2), lambda a, b: torch.where(a > b, a, b * 2)),
]
JOINED = [  # of equal shapes with a dimension
    (lambda a, b: autograd.concatenate([a, b], -1), lambda a, b: torch.cat([a, b], -1)),
    (lambda a, b: autograd.stack([a, b], 1), lambda a, b: torch.stack([a, b], 1)),
    (lambda a, b: (a * b).sum(0), lambda a, b: (a * b).sum(0)),
]
KINDS = [UNARY, ALONG, BINARY, JOINED]

STEP = st.tuples(st.sampled_from([0, 0, 1, 1, 2, 2, 3]), st.integers(0, 99), st.integers(0, 99), st.integers(0, 99))
PROGRAM = st.lists(STEP, min_size=3, max_size=10)


def applies(kind, a, b):
    if kind == 1:
        return a.ndim > 0
    if kind == 2:
        return all(m == n or 1 in (m, n) for m, n in zip(a.shape[::-1], b.shape[::-1], strict=False))
    return kind == 0 or (a.shape == b.shape and a.ndim > 0)


def run(program, seed):
    """The leaves on both sides and, of all that was computed, one number on both sides."""
    random = np.random.default_rng(seed)
    values = [np.asarray(random.standard_normal(shape)) for shape in SHAPES]
    ours = [autograd.tensor(x, requires_grad=True) for x in values]
    theirs = [torch.tensor(x, requires_grad=True) for x in values]
    pairs = list(zip(ours, theirs, strict=True))
    for kind, which, first, second in program:
        a, b = pairs[first % len(pairs)], pairs[-1 - second % len(pairs)]
        if not applies(kind, a[0], b[0]):
            kind = 0
        mine, right = KINDS[kind][which % len(KINDS[kind])]
        pair = (mine(a[0]), right(a[1])) if kind < 2 else (mine(a[0], b[0]), right(a[1], b[1]))
        if pair[1].numel() == 0 or pair[1].numel() > 200:
            continue
        if pair[1].abs().max() > 20:  # keep away from overflow, where digits say nothing
            pair = (pair[0].tanh(), pair[1].tanh())
        close(*pair)
        pairs.append(pair)
    totals = [sum(((x * x).mean() + x.mean() for x in side[1:]), side[0].sum()) for side in zip(*pairs, strict=True)]
    return ours, theirs, *totals


def assert_equal_gradients(ours, theirs):
    """Where nothing depends on a leaf, either side may say none or zero."""
    for a, b in zip(ours, theirs, strict=True):
        close(autograd.zeros(*a.shape) if a.grad is None else a.grad, torch.zeros_like(b) if b.grad is None else b.grad)


@given(PROGRAM, st.integers(0, 2**32 - 1))
@settings(max_examples=750, deadline=None)
@pytest.mark.slow
def test_gradients_of_random_expressions_are_torchs(program, seed):
    ours, theirs, total, expected = run(program, seed)
    total.backward()
    expected.backward()
    assert_equal_gradients(ours, theirs)


@given(PROGRAM, st.integers(0, 2**32 - 1))
@settings(max_examples=250, deadline=None)
def test_second_derivatives_of_random_expressions_are_torchs(program, seed):
    ours, theirs, total, expected = run(program, seed)
    first = autograd.grad(total, ours, create_graph=True)
    right = torch.autograd.grad(expected, theirs, create_graph=True)
    for a, b in zip(first, right, strict=True):
        close(a, b)
    sum(((g * g).sum() for g in first[1:]), first[0] * first[0]).backward()
    sum((g * g).sum() for g in right).backward()
    assert_equal_gradients(ours, theirs)


@pytest.mark.parametrize("seed", range(3))
def test_third_derivatives_too(seed):
    x = np.random.default_rng(seed).standard_normal(4)
    a, b = autograd.tensor(x, requires_grad=True), torch.tensor(x, requires_grad=True)
    y, expected = (a.tanh() * a**3).prod() + a.logsumexp(), (b.tanh() * b**3).prod() + b.logsumexp(0)
    for _ in range(3):
        y = autograd.grad(y, a, create_graph=True)[0].sin().sum()
        expected = torch.autograd.grad(expected, b, create_graph=True)[0].sin().sum()
        close(y, expected)
