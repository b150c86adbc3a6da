"""Gradients through time: by hand as by autograd, cut as asked for, unbiased where they should be."""

import itertools
import math

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import nn

from deepdive.algorithms.recurrence import (
    RecurrentWeights,
    Truncation,
    clip_by_norm,
    recurrent_backward,
    recurrent_forward,
    scale_gradient,
    unroll,
)


def normal(*shape, seed=0):
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


def problem(steps=6, batch=3, inputs=2, hidden=4, outputs=2, seed=0):
    weights = RecurrentWeights(
        normal(hidden, inputs, seed=seed),
        normal(hidden, hidden, seed=seed + 1) / 2,
        normal(outputs, hidden, seed=seed + 2),
    )
    x, first = normal(steps, batch, inputs, seed=seed + 3), normal(batch, hidden, seed=seed + 4)
    return weights, x, first, normal(steps, batch, outputs, seed=seed + 5)


def by_autograd(weights, x, first, target, activation, factors=None):
    """The same network from `unroll`, and a loss that looks at all steps."""
    hx, hh, qh = (w.clone().requires_grad_() for w in (weights.hx, weights.hh, weights.qh))
    first = first.clone().requires_grad_()
    phi = {"Tanh": torch.tanh, "ReLU": torch.relu, "Identity": lambda z: z}[activation]
    states = torch.stack(unroll(lambda x, h: phi(x @ hx.T + h @ hh.T), x, first, factors))
    loss = ((states @ qh.T - target) ** 2).mean()
    return torch.autograd.grad(loss, (hx, hh, qh, first), materialize_grads=True)  # nothing may reach the first


def by_hand(weights, x, first, target, activation, factors=None):
    unrolled = recurrent_forward(weights, x, first, activation)
    outputs = 2 * (unrolled.outputs - target) / target.numel()
    found = recurrent_backward(weights, unrolled, outputs, activation, factors)
    return found.weights.hx, found.weights.hh, found.weights.qh, found.first


@pytest.mark.parametrize("activation", ["Tanh", "ReLU", "Identity"])
@pytest.mark.parametrize("kind", ["full", "truncated", "randomised"])
@given(
    steps=st.integers(1, 9), batch=st.integers(1, 3), sizes=st.tuples(*[st.integers(1, 4)] * 3), seed=st.integers(0, 9)
)
def test_gradients_by_hand_are_those_of_autograd(activation, kind, steps, batch, sizes, seed):
    parts = problem(steps, batch, *sizes, seed=seed)
    factors = Truncation(kind, length=3, keep=0.6).factors(steps, torch.Generator().manual_seed(seed))
    for a, b in zip(by_hand(*parts, activation, factors), by_autograd(*parts, activation, factors), strict=True):
        torch.testing.assert_close(a, b, rtol=1e-10, atol=1e-10)


def test_without_factors_it_is_the_library_s_recurrent_layer():
    weights, x, first, target = problem()
    layer = nn.RNN(2, 4, bias=False).double()
    with torch.no_grad():
        layer.weight_ih_l0.copy_(weights.hx)
        layer.weight_hh_l0.copy_(weights.hh)
    states, _ = layer(x, first[None])
    loss = ((states @ weights.qh.T - target) ** 2).mean()
    hx, hh = torch.autograd.grad(loss, (layer.weight_ih_l0, layer.weight_hh_l0))
    found = by_hand(weights, x, first, target, "Tanh")
    torch.testing.assert_close(found[0], hx, rtol=1e-10, atol=1e-10)
    torch.testing.assert_close(found[1], hh, rtol=1e-10, atol=1e-10)


def test_the_expectation_over_all_cuts_is_the_full_gradient():
    parts, keep, steps = problem(steps=6), 0.7, 6
    total = [torch.zeros_like(g) for g in by_hand(*parts, "Tanh")]
    for kept in itertools.product([0.0, 1.0], repeat=steps):
        chance = math.prod(keep if k else 1 - keep for k in kept)
        for sum_, g in zip(total, by_hand(*parts, "Tanh", torch.tensor(kept) / keep), strict=True):
            sum_ += chance * g
    for a, b in zip(total, by_hand(*parts, "Tanh"), strict=True):
        torch.testing.assert_close(a, b, rtol=1e-6, atol=1e-8)  # 1 / keep is in single precision


def test_drawn_cuts_are_unbiased_and_regular_ones_are_not():
    weights, x, first, target = problem(steps=12, batch=2)
    full = by_hand(weights, x, first, target, "Tanh")[1]
    generator, truncation = torch.Generator().manual_seed(0), Truncation("randomised", keep=0.7)
    draws = torch.stack(
        [by_hand(weights, x, first, target, "Tanh", truncation.factors(12, generator))[1] for _ in range(2000)]
    )
    error = draws.std(dim=0) / len(draws) ** 0.5
    assert bool(((draws.mean(dim=0) - full).abs() < 4.5 * error).all())
    cut = by_hand(weights, x, first, target, "Tanh", Truncation("truncated", length=3).factors(12))[1]
    assert bool(((cut - full).abs() > 10 * error).any())  # as surely as the draws' mean is not


def test_factors_are_what_their_kind_says():
    assert Truncation().factors(3).tolist() == [1, 1, 1]
    assert Truncation("truncated", length=3).factors(7).tolist() == [0, 1, 1, 0, 1, 1, 0]
    drawn = Truncation("randomised", keep=0.25).factors(40_000, torch.Generator().manual_seed(0))
    assert set(drawn.tolist()) == {0.0, 4.0}
    assert float(drawn.mean()) == pytest.approx(1, abs=4.5 * (3 / 40_000) ** 0.5)


def test_truncated_parts_learn_nothing_of_each_other():
    x = normal(8, 1, 3).requires_grad_()
    cell = nn.RNNCell(3, 4).double()
    states = unroll(cell, x, torch.zeros(1, 4).double(), Truncation("truncated", length=4).factors(8))
    [gradient] = torch.autograd.grad(states[-1].sum(), x)
    assert bool((gradient[:4] == 0).all())
    assert bool((gradient[4:] != 0).all())


@pytest.mark.parametrize("factor", [0, 0.3, 1, 2.5])
def test_a_scaled_gradient_leaves_the_state_as_it_is(factor):
    h, c = normal(3).requires_grad_(), normal(3, seed=1).requires_grad_()
    same = scale_gradient((h, c), factor)
    assert torch.equal(same[0], h)
    assert torch.equal(same[1], c)
    if factor:
        gradients = torch.autograd.grad((same[0] * 3 + same[1]).sum(), (h, c))
        torch.testing.assert_close(gradients, (torch.full_like(h, 3 * factor), torch.full_like(c, factor)))
    else:
        assert not same[0].requires_grad


def test_any_step_will_do_also_one_with_two_states():
    cell = nn.LSTMCell(2, 3).double()
    x = normal(5, 4, 2)
    zero = torch.zeros(4, 3).double()
    states = unroll(
        cell, x, (zero, zero), Truncation("randomised", keep=0.5).factors(5, torch.Generator().manual_seed(1))
    )
    layer = nn.LSTM(2, 3).double()
    layer.load_state_dict({f"{name}_l0": value for name, value in cell.state_dict().items()})
    torch.testing.assert_close(torch.stack([h for h, _ in states]), layer(x)[0])


def test_clipping_bounds_the_norm_and_keeps_the_direction():
    gradients = [normal(3, 2), normal(4, seed=1)]
    flat = torch.cat([g.flatten() for g in gradients])
    clipped, norm = clip_by_norm(gradients, 0.5)
    assert norm == pytest.approx(float(flat.norm()))
    torch.testing.assert_close(torch.cat([g.flatten() for g in clipped]), flat * 0.5 / norm)
    small, _ = clip_by_norm(gradients, 100)
    assert torch.equal(small[0], gradients[0])
    assert torch.equal(clip_by_norm([torch.zeros(2)], 1.0)[0][0], torch.zeros(2))


def test_bad_input_is_named():
    with pytest.raises(ValueError, match="length must be at least 1, got 0"):
        Truncation("truncated", length=0)
    with pytest.raises(ValueError, match="keep must be above 0 and at most 1, got 0"):
        Truncation("randomised", keep=0)
    weights, x, first, target = problem()
    with pytest.raises(ValueError, match="factors must be one for each of 6 steps, got 2"):
        unroll(lambda x, h: h, x, first, torch.ones(2))
    with pytest.raises(ValueError, match="factors must be one for each of 6 steps, got 2"):
        by_hand(weights, x, first, target, "Tanh", torch.ones(2))
    with pytest.raises(ValueError, match="gradients must not be empty: there is nothing to clip, got none"):
        clip_by_norm([], 1.0)
    with pytest.raises(ValueError, match="max_norm must be above 0, got 0"):
        clip_by_norm([torch.ones(2)], 0)
