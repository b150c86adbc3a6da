import math

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import nn
from torch.nn.functional import scaled_dot_product_attention

from deepdive.models.attention import AdditiveAttention, DotProductAttention

SIZES = st.integers(1, 5)


def drawn(*shapes, seed=0):
    generator = torch.Generator().manual_seed(seed)
    return [torch.randn(shape, generator=generator, dtype=torch.double, requires_grad=True) for shape in shapes]


@given(b=SIZES, h=SIZES, q=SIZES, k=SIZES, d=SIZES, v=SIZES, seed=st.integers(0, 9), masked=st.booleans())
def test_scaled_it_is_the_librarys_kernel(b, h, q, k, d, v, seed, masked):
    ours, theirs = drawn((b, h, q, d), (b, h, k, d), (b, h, k, v), seed=seed), []
    theirs = [x.detach().clone().requires_grad_() for x in ours]
    mask = torch.rand(b, h, q, k, generator=torch.Generator().manual_seed(seed)) < 0.6 if masked else None
    module = DotProductAttention()
    y, expected = module(*ours, mask), scaled_dot_product_attention(*theirs, attn_mask=mask)
    torch.testing.assert_close(y, expected)
    for side in (y, expected):
        side.square().sum().backward()
    for x, twin in zip(ours, theirs, strict=True):
        torch.testing.assert_close(x.grad, twin.grad)
    torch.testing.assert_close(module.weights(ours[0], ours[1], mask) @ ours[2], y)


def test_scaled_it_calls_the_kernel_of_its_toolkit(monkeypatch):
    calls = []

    def kernel(*tensors, **words):
        calls.append(words)
        return scaled_dot_product_attention(*tensors, **words)

    monkeypatch.setattr(nn.functional, "scaled_dot_product_attention", kernel)
    module = DotProductAttention(dropout=0.3)
    q, k, v = drawn((2, 3, 4), (2, 5, 4), (2, 5, 6))
    module(q, k, v)
    module.eval()(q, k, v)
    assert [call["dropout_p"] for call in calls] == [0.3, 0.0]
    assert all(call["scale"] is None for call in calls)


@given(q=SIZES, k=SIZES, d=SIZES, scaled=st.booleans(), seed=st.integers(0, 9))
def test_scores_are_products_of_query_and_key(q, k, d, scaled, seed):
    queries, keys, values = drawn((1, q, d), (1, k, d), (1, k, 2), seed=seed)
    scores = [[(a @ b).item() / (math.sqrt(d) if scaled else 1) for b in keys[0]] for a in queries[0]]
    expected = torch.tensor(scores, dtype=torch.double).softmax(dim=1)
    module = DotProductAttention(scaled)
    torch.testing.assert_close(module.weights(queries, keys)[0], expected)
    torch.testing.assert_close(module(queries, keys, values)[0], expected @ values[0])


@given(q=SIZES, k=SIZES, a=SIZES, seed=st.integers(0, 9))
def test_additive_scores_are_a_perceptrons(q, k, a, seed):
    queries, keys, values = drawn((2, q, 3), (2, k, 4), (2, k, 5), seed=seed)
    module = AdditiveAttention(3, 4, a).double()
    w_q, w_k, w = module.query.weight, module.key.weight, module.score.weight[0]
    for i in range(2):
        scores = [[(w @ torch.tanh(w_q @ x + w_k @ y)).item() for y in keys[i]] for x in queries[i]]
        expected = torch.tensor(scores, dtype=torch.double).softmax(dim=1)
        torch.testing.assert_close(module.weights(queries, keys)[i], expected)
        torch.testing.assert_close(module(queries, keys, values)[i], expected @ values[i])


MODULES = {
    "dot": lambda: DotProductAttention(scaled=False),
    "scaled": DotProductAttention,
    "additive": lambda: AdditiveAttention(4, 4, 6),
}


@pytest.mark.parametrize("name", MODULES)
def test_what_is_not_allowed_has_no_influence(name):
    module = MODULES[name]().double()
    queries, keys, values = drawn((2, 3, 4), (2, 5, 4), (2, 5, 6))
    for lengths in (torch.tensor([2, 5]), torch.tensor([[1, 3, 5], [2, 2, 4]])):
        y = module(queries, keys, values, lengths)
        seen = lengths[0] if lengths.ndim == 2 else lengths[0].expand(3)
        for i, length in enumerate(seen.tolist()):
            alone = module(queries[:1, i : i + 1], keys[:1, :length], values[:1, :length])
            torch.testing.assert_close(y[0, i], alone[0, 0])
    torch.testing.assert_close(
        module(queries, keys, values, torch.tensor([2, 5])),
        module(queries, keys, values, torch.arange(5) < torch.tensor([[[2]], [[5]]])),
    )


@pytest.mark.parametrize("name", MODULES)
def test_a_query_that_sees_nothing_gathers_nothing(name):
    module = MODULES[name]().double()
    queries, keys, values = drawn((2, 3, 4), (2, 5, 4), (2, 5, 6))
    y = module(queries, keys, values, torch.tensor([0, 4]))
    assert y[0].eq(0).all()
    y.sum().backward()
    for x in (queries, keys, values):
        assert x.grad[0].eq(0).all()
        assert x.grad.isfinite().all()
    assert values.grad[1].ne(0).any()


@pytest.mark.parametrize("name", MODULES)
def test_weights_are_dropped_in_training_only(name):
    torch.manual_seed(0)
    keys, values = torch.zeros(1, 200, 4), torch.eye(200)[None]
    module = DotProductAttention(name == "scaled", 0.4) if name != "additive" else AdditiveAttention(4, 4, 6, 0.4)
    dropped = module(keys[:, :50], keys, values)  # the values are such that what comes out are the weights
    share = float((dropped == 0).float().mean())
    assert 0.35 < share < 0.45
    torch.testing.assert_close(dropped[dropped > 0], torch.full_like(dropped[dropped > 0], 1 / 200 / 0.6))
    module.eval()
    torch.testing.assert_close(module(keys[:, :50], keys, values), torch.full((1, 50, 200), 1 / 200))


def test_keys_projected_once_serve_every_query():
    module = AdditiveAttention(3, 4, 6).double()
    queries, keys, values = drawn((2, 3, 3), (2, 5, 4), (2, 5, 6))
    lengths = torch.tensor([2, 5])
    whole = module(queries, keys, values, lengths)
    projected = module.project(keys)
    for i in range(3):
        y, weights = module.attend(queries[:, i : i + 1], projected, values, lengths)
        torch.testing.assert_close(y, whole[:, i : i + 1])
        torch.testing.assert_close(weights, module.weights(queries[:, i : i + 1], keys, lengths))


def test_what_is_out_of_range_is_named(without_shape_checks):
    with pytest.raises(ValueError, match=r"dropout must be from 0 to 1, got 1.5"):
        DotProductAttention(dropout=1.5)
    for name, sizes in (("query_size", (0, 1, 1)), ("key_size", (1, 0, 1)), ("hidden_size", (1, 1, 0))):
        with pytest.raises(ValueError, match=f"{name} must be at least 1, got 0"):
            AdditiveAttention(*sizes)
    x = torch.zeros(2, 3, 4)
    for module in (DotProductAttention(), AdditiveAttention(4, 4, 6)):
        with pytest.raises(
            ValueError, match=r"allowed must be boolean .* shape \(2, 3, 3\).* got float32 of shape \(2, 3\)"
        ):
            module(x, x, x, torch.zeros(2, 3))


@pytest.mark.parametrize("make", [DotProductAttention, lambda: AdditiveAttention(4, 4, 5)])
def test_nothing_is_broadcast_over_the_batch(make, without_shape_checks):
    attention, two, one = make(), torch.ones(2, 3, 4), torch.ones(1, 3, 4)
    with pytest.raises(ValueError, match=r"keys must be of the queries' batch \(2,?\), got \(1, 3, 4\)"):
        attention(two, one, one)
    with pytest.raises(ValueError, match=r"values must be as many as keys, \(2, 3\), got \(2, 2, 4\)"):
        attention(two, two, two[:, :2])
