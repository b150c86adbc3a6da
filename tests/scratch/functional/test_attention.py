"""Scaled dot-product attention against the library's, and where it is known what comes out."""

import math

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch.nn import functional as library

from deepdive.proofs import difference
from deepdive.scratch.functional import scaled_dot_product_attention

SIZES = st.integers(1, 5)


def drawn(*shape):
    return torch.randn(shape, dtype=torch.float64, requires_grad=True)


def with_gradients(attend, inputs, **more):
    y = attend(*inputs, **more)
    return y, torch.autograd.grad((y**2).sum(), [*inputs, *(x for x in more.values() if is_leaf(x))])


def is_leaf(x):
    return isinstance(x, torch.Tensor) and x.requires_grad


def apart(inputs, **more):
    """The largest difference of outputs and of gradients."""
    ours, theirs = (
        with_gradients(attend, inputs, **more)
        for attend in (scaled_dot_product_attention, library.scaled_dot_product_attention)
    )
    return difference(ours, theirs)


@given(
    batch=st.lists(st.integers(1, 3), max_size=2),
    sizes=st.tuples(SIZES, SIZES, SIZES, SIZES),
    kind=st.sampled_from(("none", "boolean", "numbers", "causal")),
    mask_dims=st.integers(2, 4),
    broadcast=st.lists(st.booleans(), min_size=4, max_size=4),
    scale=st.one_of(st.none(), st.floats(0.1, 3)),
)
def test_outputs_and_gradients_are_the_librarys(batch, sizes, kind, mask_dims, broadcast, scale):
    q, k, d, v = sizes
    inputs = (drawn(*batch, q, d), drawn(*batch, k, d), drawn(*batch, k, v))
    shape = [1 if one else size for one, size in zip(broadcast, [*batch, q, k], strict=False)][-mask_dims:]
    more = {"none": {}, "causal": {"is_causal": True}}.get(kind)
    if more is None:  # some rows of the boolean mask see nothing
        more = {"attn_mask": torch.rand(shape) < 0.6 if kind == "boolean" else drawn(*shape)}
    assert apart(inputs, scale=scale, **more) < 1e-12


def test_keys_may_be_shared_by_a_batch_of_queries():
    assert apart((drawn(2, 3, 4, 5), drawn(3, 6, 5), drawn(6, 2))) < 1e-12


def test_there_may_be_no_keys():
    y = scaled_dot_product_attention(drawn(2, 3, 5), drawn(2, 0, 5), drawn(2, 0, 4))
    assert torch.equal(y, torch.zeros(2, 3, 4, dtype=y.dtype))


@pytest.mark.parametrize("kind", ["boolean", "numbers"])
def test_a_query_that_sees_nothing_gets_nothing_and_gives_no_gradient(kind):
    q, k, v = drawn(4, 3), drawn(5, 3), drawn(5, 2)
    mask = torch.ones(4, 5, dtype=torch.bool)
    mask[1] = False
    if kind == "numbers":
        mask = torch.zeros(4, 5, dtype=q.dtype).masked_fill(~mask, -math.inf)
    y = scaled_dot_product_attention(q, k, v, mask)
    assert (y[1] == 0).all()
    assert (y[[0, 2, 3]] != 0).all()
    for gradient in torch.autograd.grad(y[1].sum(), (q, k, v), retain_graph=True):
        assert (gradient == 0).all()
    assert all(gradient.isfinite().all() for gradient in torch.autograd.grad(y.sum(), (q, k, v)))


def test_equal_keys_give_the_mean_of_the_values_and_a_near_one_its_own():
    v = drawn(5, 2)
    y = scaled_dot_product_attention(drawn(4, 3), torch.ones(5, 3, dtype=v.dtype), v)
    torch.testing.assert_close(y, v.mean(dim=0).expand(4, 2))
    keys = torch.eye(5, dtype=v.dtype)
    torch.testing.assert_close(scaled_dot_product_attention(1e3 * keys, keys, v), v)


def test_huge_scores_do_not_overflow():
    x = torch.tensor([[1e20], [-1e20], [0.0]], dtype=torch.float64, requires_grad=True)
    assert apart((x, x.detach().clone().requires_grad_(), drawn(3, 2))) < 1e-12


def test_no_gradient_from_a_later_place():
    q, k, v = drawn(5, 3), drawn(5, 3), drawn(5, 3)
    for x in (k, v):

        def attended(y, x=x):
            return scaled_dot_product_attention(q, *((y, v) if x is k else (k, y)), is_causal=True)

        slopes = torch.autograd.functional.jacobian(attended, x).abs().amax(dim=(1, 3))  # (out, in)
        assert (slopes.triu(1) == 0).all()
        assert (slopes[2:, :3] > 0).all()


def test_dropped_weights_keep_their_mean():
    torch.manual_seed(0)
    q, k, v = torch.zeros(20_000, 3), torch.zeros(4, 3), torch.ones(4, 1)
    y = scaled_dot_product_attention(q, k, v, dropout_p=0.25)
    assert y.mean().item() == pytest.approx(1, abs=0.02)
    assert y.var().item() == pytest.approx(0.25 / 0.75 / 4, rel=0.1)
    assert (scaled_dot_product_attention(q, k, v, dropout_p=1.0) == 0).all()


def test_half_precision_sums_in_single():
    q, k, v = (torch.randn(2, 300, 16) for _ in range(3))
    y = scaled_dot_product_attention(*(x.bfloat16() for x in (q, k, v)))
    assert y.dtype == torch.bfloat16
    torch.testing.assert_close(y.float(), scaled_dot_product_attention(q, k, v), atol=0.02, rtol=0.05)


def test_gradients_of_gradients_are_those_of_finite_differences():
    inputs = (drawn(3, 2), drawn(4, 2), drawn(4, 2))
    mask = torch.rand(3, 4) < 0.7
    assert torch.autograd.gradgradcheck(lambda *x: scaled_dot_product_attention(*x, mask), inputs)


@pytest.mark.parametrize(
    ("mask", "error", "words"),
    [
        (
            torch.ones(3, 5),
            ValueError,
            r"attn_mask must broadcast to \(\*, queries, keys\) = \(2, 3, 4\), got \(3, 5\)",
        ),
        (torch.ones(2, 3, 1, 1), ValueError, r"attn_mask must broadcast to .* got \(2, 3, 1, 1\)"),
        (torch.ones(3, 4).long(), TypeError, "attn_mask must be torch.bool, true where a query may attend, or "),
        (torch.ones(3, 4).double(), TypeError, "or torch.float32, added to the scores; got torch.float64"),
    ],
)
def test_a_wrong_mask_is_named(mask, error, words):
    with pytest.raises(error, match=words):
        scaled_dot_product_attention(torch.ones(2, 3, 6), torch.ones(2, 4, 6), torch.ones(2, 4, 6), mask)


def test_a_mask_and_causality_are_not_given_together():
    x = torch.ones(3, 4)
    with pytest.raises(ValueError, match="attn_mask must be None with is_causal"):
        scaled_dot_product_attention(x, x, x, torch.ones(3, 3), is_causal=True)


@pytest.mark.parametrize(
    ("shapes", "words"),
    [
        (((3,), (3, 4), (3, 4)), r"must have two dimensions or more, got query \(3,\)"),
        (((3, 5), (3, 4), (3, 4)), r"same last dimension, got query \(3, 5\), key \(3, 4\)"),
        (((3, 4), (3, 4), (2, 4)), r"same number of places, got query \(3, 4\), key \(3, 4\) and value \(2, 4\)"),
    ],
)
def test_shapes_that_do_not_fit_are_named(shapes, words):
    with pytest.raises(ValueError, match=words):
        scaled_dot_product_attention(*map(torch.ones, shapes))


def test_dropout_is_a_probability():
    x = torch.ones(3, 4)
    with pytest.raises(ValueError, match="dropout_p must be a probability"):
        scaled_dot_product_attention(x, x, x, dropout_p=1.5)
