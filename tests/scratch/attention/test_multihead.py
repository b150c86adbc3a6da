"""MultiheadAttention against the library's with the same weights, over shapes, options and masks."""

import math

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn

from deepdive import scratch
from deepdive.proofs import difference, tensors

KINDS = st.sampled_from(("none", "boolean", "numbers", "infinite"))
OPTIONS = {
    "bias": st.booleans(),
    "add_bias_kv": st.booleans(),
    "add_zero_attn": st.booleans(),
    "batch_first": st.booleans(),
    "kdim": st.sampled_from((None, 3)),
    "vdim": st.sampled_from((None, 5)),
}


def drawn(*shape):
    return torch.randn(shape, dtype=torch.float64, requires_grad=True)


def twins(*sizes, **options):
    """The library's layer and ours, with its weights; no bias is 0."""
    theirs, ours = (side.MultiheadAttention(*sizes, **options).double() for side in (nn, scratch))
    with torch.no_grad():
        for parameter in theirs.parameters():
            parameter.normal_()
    ours.load_state_dict(theirs.state_dict(), strict=True)
    return theirs, ours


def apart(layers, inputs, **more):
    """The largest difference of outputs, weights, and gradients by inputs, masks and parameters."""
    results, gradients = [], []
    leaves = list(
        {id(x): x for x in [*inputs, *more.values()] if isinstance(x, torch.Tensor) and x.requires_grad}.values()
    )
    for layer in layers:
        result = layer(*inputs, **more)
        total = sum((y**2).sum() for y in tensors(result))
        results.append(result)
        gradients.append(torch.autograd.grad(total, [*leaves, *layer.parameters()]))
    return max(difference(*results[::-1]), difference(*gradients[::-1]))


def mask_of(kind, *shape, row_may_be_full):
    """Boolean, or numbers, some of which are -inf; or none."""
    if kind == "none":
        return None
    if kind == "numbers":
        return drawn(*shape)
    hidden = torch.rand(shape) < 0.5
    if not row_may_be_full:
        hidden[..., 0] = False
    return hidden if kind == "boolean" else drawn(*shape).detach().masked_fill(hidden, -math.inf)


def order(x, batch_first):
    return x if batch_first or x.ndim == 2 else x.transpose(0, 1).detach().requires_grad_()


@given(
    sizes=st.tuples(st.integers(1, 3), st.integers(1, 3)),
    shape=st.tuples(st.integers(1, 3), st.integers(1, 4), st.integers(1, 5)),
    alone=st.booleans(),
    kind=KINDS,
    per_head=st.booleans(),
    padded=st.booleans(),
    need_weights=st.booleans(),
    average=st.booleans(),
    options=st.fixed_dictionaries(OPTIONS),
)
@settings(max_examples=200)
def test_outputs_weights_and_gradients_are_the_librarys(
    sizes, shape, alone, kind, per_head, padded, need_weights, average, options
):
    heads, width = sizes[0], sizes[0] * sizes[1]
    b, q, k = (1, *shape[1:]) if alone else shape
    layers = twins(width, heads, **options)
    widths = (width, options["kdim"] or width, options["vdim"] or width)
    inputs = [drawn(b, t, w) for t, w in zip((q, k, k), widths, strict=True)]
    inputs = [order(x[0].detach().requires_grad_() if alone else x, options["batch_first"]) for x in inputs]
    masks = {}
    if kind != "none":  # rows that are full: the library gives NaN when asked for weights, which has a test of its own
        full = {"row_may_be_full": not need_weights}
        masks["attn_mask"] = mask_of(kind, *((b * heads,) if per_head else ()), q, k, **full)
        masks["key_padding_mask"] = mask_of(kind, *(() if alone else (b,)), k, **full) if padded else None
    assert apart(layers, inputs, need_weights=need_weights, average_attn_weights=average, **masks) < 1e-11


@given(
    shape=st.tuples(st.integers(1, 3), st.integers(1, 5)),
    kind=st.sampled_from(("boolean", "numbers")),
    padded=st.booleans(),
    need_weights=st.booleans(),
    batch_first=st.booleans(),
    hint=st.booleans(),
)
def test_self_attention_that_sees_no_later_place(shape, kind, padded, need_weights, batch_first, hint):
    (b, t), layers = shape, twins(6, 2, batch_first=batch_first)
    x = drawn(b, t, 6) if batch_first else drawn(t, b, 6)
    mask = torch.ones(t, t, dtype=torch.bool).triu(1)
    padding = torch.arange(t) >= torch.randint(1, t + 1, (b, 1))
    if kind == "numbers":
        mask, padding = (torch.zeros(m.shape, dtype=x.dtype).masked_fill(m, -math.inf) for m in (mask, padding))
    more = {"attn_mask": mask, "need_weights": need_weights, "is_causal": hint}
    assert apart(layers, [x, x, x], key_padding_mask=padding if padded else None, **more) < 1e-11


@pytest.mark.parametrize("need_weights", [True, False])
@pytest.mark.parametrize("hint", [True, False])
def test_no_gradient_from_a_later_place(need_weights, hint):
    layer, mask = scratch.MultiheadAttention(6, 2).double(), torch.ones(4, 4, dtype=torch.bool).triu(1)

    def attended(x):
        return layer(x, x, x, need_weights=need_weights, attn_mask=mask, is_causal=hint)[0]

    slopes = torch.autograd.functional.jacobian(attended, drawn(4, 6)).abs().amax(dim=(1, 3))  # (out, in)
    assert (slopes.triu(1) == 0).all()
    assert (slopes[torch.ones_like(slopes).tril() > 0] > 0).all()


@pytest.mark.parametrize("need_weights", [True, False])
def test_a_query_that_sees_nothing_gets_the_bias_and_gives_no_gradient(need_weights):
    _, layer = twins(6, 2, batch_first=True)
    q, k = drawn(2, 3, 6), drawn(2, 4, 6)
    mask, padding = torch.zeros(3, 4, dtype=torch.bool), torch.zeros(2, 4, dtype=torch.bool)
    mask[1, :2], padding[0, 2:] = True, True  # together: all of query 1 of sequence 0
    y, weights = layer(q, k, k, padding, need_weights, mask)
    torch.testing.assert_close(y[0, 1], layer.out_proj.bias)
    if weights is not None:
        sums = weights.sum(dim=-1)
        assert sums[0, 1] == 0
        torch.testing.assert_close(sums[[0, 0, 1, 1, 1], [0, 2, 0, 1, 2]], torch.ones(5, dtype=sums.dtype))
    leaves = [q, k, layer.in_proj_weight, layer.in_proj_bias]
    for gradient in torch.autograd.grad(y[0, 1].sum(), leaves, retain_graph=True):
        assert (gradient == 0).all()
    assert all(gradient.isfinite().all() for gradient in torch.autograd.grad((y**2).sum(), leaves))


@pytest.mark.parametrize("added", ["add_zero_attn", "add_bias_kv"])
def test_without_keys_there_is_what_the_layer_appends(added):
    layers = twins(6, 2, **{added: True})
    assert apart(layers, [drawn(3, 2, 6), drawn(0, 2, 6), drawn(0, 2, 6)]) < 1e-12


def test_masks_of_two_kinds_count_together():
    _, layer = twins(6, 2, batch_first=True)
    x, numbers, padding = drawn(2, 3, 6), drawn(3, 3), torch.tensor([[False, False, True], [False, True, False]])
    as_numbers = torch.zeros(2, 3, dtype=x.dtype).masked_fill(padding, -math.inf)
    both = [layer(x, x, x, p, attn_mask=numbers) for p in (padding, as_numbers)]
    assert difference(*both) == 0


def test_one_head_is_scaled_dot_product_attention_with_the_opposite_mask():
    _, layer = twins(6, 1, batch_first=True)
    with torch.no_grad():  # no projections
        layer.in_proj_weight.copy_(torch.eye(6).repeat(3, 1))
        layer.out_proj.weight.copy_(torch.eye(6))
        layer.in_proj_bias.zero_()
        layer.out_proj.bias.zero_()
    q, k, v = drawn(2, 3, 6), drawn(2, 4, 6), drawn(2, 4, 6)
    hidden = mask_of("boolean", 3, 4, row_may_be_full=False)
    y, _ = layer(q, k, v, attn_mask=hidden)
    torch.testing.assert_close(y, scratch.functional.scaled_dot_product_attention(q, k, v, ~hidden))


@pytest.mark.parametrize("options", [{}, {"kdim": 5, "add_bias_kv": True}, {"bias": False}])
def test_it_starts_as_the_librarys_does(options):
    sides = []
    for side in (nn, scratch):
        torch.manual_seed(0)
        sides.append(side.MultiheadAttention(8, 2, **options).state_dict())
    assert sides[0].keys() == sides[1].keys()
    assert all(torch.equal(sides[0][name], sides[1][name]) for name in sides[0])


def test_evaluation_drops_nothing_and_equals_the_librarys_fast_path():
    theirs, ours = (layer.eval() for layer in twins(8, 2, dropout=0.5, batch_first=True))
    x, padding = drawn(2, 5, 8).detach(), torch.arange(5) >= torch.tensor([[5], [3]])
    with torch.inference_mode():
        for padding_or_none in (None, padding):
            assert difference(ours(x, x, x, padding_or_none), theirs(x, x, x, padding_or_none)) < 1e-12


def test_device_and_dtype_are_those_asked_for():
    for more in ({}, {"kdim": 3, "add_bias_kv": True}):
        parameters = list(scratch.MultiheadAttention(4, 2, device="meta", dtype=torch.float64, **more).parameters())
        assert {(p.device.type, p.dtype) for p in parameters} == {("meta", torch.float64)}
