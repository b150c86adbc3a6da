import numpy as np
import pytest
import scipy.special
import torch
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from torch import nn

from deepdive import scratch

F, TF = scratch.functional, torch.nn.functional
INF = float("inf")
LOGITS = torch.tensor([[1e4, -1e4, 0.0], [-1e4, 1e4, 1e4], [0.0, 0.0, 0.0], [-1e4, -1e4, -1e4]])
MASKED = torch.tensor([[1e4, -INF, 0.0], [-INF, -INF, -3.0], [2.0, 1.0, -INF]])
PAIRS = {
    "logsumexp": (F.logsumexp, torch.logsumexp),
    "softmax": (F.softmax, torch.softmax),
    "log_softmax": (F.log_softmax, torch.log_softmax),
}


def value_and_gradient(function, x, dim):
    x = x.clone().requires_grad_()
    y = function(x, dim)
    # A weight of 0 where the output is -inf: those are the classes ruled out.
    weight = torch.linspace(0.5, 2, y.numel()).reshape(y.shape) * y.detach().isfinite()
    return y.detach(), torch.autograd.grad(y, x, weight)[0]


@pytest.mark.parametrize("name", PAIRS)
@pytest.mark.parametrize("x", [LOGITS, MASKED], ids=["huge", "masked"])
def test_huge_and_masked_logits_have_the_librarys_values_and_gradients(name, x):
    ours, theirs = (value_and_gradient(function, x.double(), 1) for function in PAIRS[name])
    for a, b in zip(ours, theirs, strict=True):  # in double: the library's gradient of logsumexp rounds x - y
        torch.testing.assert_close(a, b)
    assert ours[1].isfinite().all()
    assert (ours[1][x == -INF] == 0).all()


numbers = arrays(np.float64, st.tuples(st.integers(1, 5), st.integers(1, 6)), elements=st.floats(-1e4, 1e4))


@given(numbers)
def test_values_are_scipys(x):
    np.testing.assert_allclose(
        F.logsumexp(torch.from_numpy(x), 1), scipy.special.logsumexp(x, axis=1), rtol=1e-12, atol=1e-12
    )
    np.testing.assert_allclose(F.softmax(torch.from_numpy(x), 1), scipy.special.softmax(x, axis=1), rtol=1e-9)
    np.testing.assert_allclose(F.log_softmax(torch.from_numpy(x), 1), scipy.special.log_softmax(x, axis=1), atol=1e-10)


@given(numbers, st.floats(-1e3, 1e3))
def test_a_constant_shifts_logsumexp_and_leaves_softmax(x, c):
    x = torch.from_numpy(x)
    torch.testing.assert_close(F.logsumexp(x + c, 1), F.logsumexp(x, 1) + c, rtol=1e-10, atol=1e-9)
    torch.testing.assert_close(F.softmax(x + c, 1), F.softmax(x, 1), rtol=1e-8, atol=1e-10)
    torch.testing.assert_close(F.softmax(x, 1).sum(1), torch.ones(len(x), dtype=x.dtype))


def test_the_naive_form_overflows_where_this_one_does_not():
    assert LOGITS[0].exp().sum().log() == INF
    assert F.logsumexp(LOGITS[0], 0) == 1e4


@pytest.mark.parametrize("x", [[-INF, -INF], [INF, 0.0], [INF, -INF]])
def test_logsumexp_of_infinities_is_scipys(x):
    assert F.logsumexp(torch.tensor(x), 0).item() == scipy.special.logsumexp(x)


def test_all_classes_ruled_out_is_no_distribution():
    x = torch.full((3,), -INF)
    assert F.softmax(x, 0).isnan().all()
    assert TF.softmax(x, 0).isnan().all()


def test_the_gradient_of_logsumexp_is_softmax_and_finite_differences_agree():
    x = torch.randn(4, 5, dtype=torch.float64, requires_grad=True)
    (gradient,) = torch.autograd.grad(F.logsumexp(x, 1).sum(), x)
    torch.testing.assert_close(gradient, torch.softmax(x, 1))
    assert torch.autograd.gradcheck(lambda x: F.logsumexp(x, 1), x)
    assert torch.autograd.gradgradcheck(lambda x: F.logsumexp(x, 1), x)


@pytest.mark.parametrize("toolkit", [nn, scratch], ids=["torch", "scratch"])
def test_cross_entropy_with_classes_ruled_out_is_finite_and_so_is_its_gradient(toolkit):
    x = MASKED.clone().requires_grad_()
    loss = toolkit.CrossEntropyLoss()(x, torch.tensor([0, 2, 1]))
    (gradient,) = torch.autograd.grad(loss, x)
    assert loss.item() == pytest.approx((0 + 0 + np.log(1 + np.e)) / 3)
    assert gradient.isfinite().all()
    assert (gradient[MASKED == -INF] == 0).all()
    torch.testing.assert_close(gradient[2, :2], torch.tensor([np.e / (1 + np.e), -np.e / (1 + np.e)]).float() / 3)


def test_a_true_class_that_is_ruled_out_costs_infinity():
    x = torch.tensor([[-INF, 0.0]])
    assert scratch.CrossEntropyLoss()(x, torch.tensor([0])) == nn.CrossEntropyLoss()(x, torch.tensor([0])) == INF


def test_one_hot_counts_the_classes_it_needs():
    y = torch.tensor([[2, 0], [1, 1]])
    assert F.one_hot(y).tolist() == [[[0, 0, 1], [1, 0, 0]], [[0, 1, 0], [0, 1, 0]]]
    assert F.one_hot(y, 5).shape == (2, 2, 5)
    assert F.one_hot(torch.empty(0, dtype=torch.long), 3).shape == (0, 3)


@pytest.mark.parametrize(
    ("y", "classes", "message"),
    [
        ([0, 3], 3, r"tensor must hold classes in \[0, 3\), got 3"),
        ([-2, 0], -1, r"tensor must hold classes in \[0, 1\), got -2"),
        ([], -1, "num_classes must be given for an empty tensor, got -1"),
        ([0], 0, "num_classes must be at least 1, or -1 for as many as needed, got 0"),
    ],
)
def test_one_hot_says_what_it_cannot_encode(y, classes, message):
    with pytest.raises(ValueError, match=message):
        F.one_hot(torch.tensor(y, dtype=torch.long), classes)
