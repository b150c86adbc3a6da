import math

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import nn

from deepdive.proofs import difference
from deepdive.scratch.utils import clip_grad_norm_, clip_grad_value_


def parameters(seed=0):
    generator = torch.Generator().manual_seed(seed)
    each = [nn.Parameter(torch.zeros(shape)) for shape in ((3, 4), (2,), (), (5,))]
    for p in each[:-1]:
        p.grad = torch.randn(p.shape, generator=generator)
    return each


def gradients(each):
    return [p.grad for p in each]


@given(
    seed=st.integers(0, 9),
    max_norm=st.floats(0.01, 20),
    norm_type=st.sampled_from([1.0, 2.0, 3.5, math.inf]),
)
def test_the_norm_and_what_is_left_are_the_librarys(seed, max_norm, norm_type):
    ours, theirs = parameters(seed), parameters(seed)
    norms = [
        clip(each, max_norm, norm_type) for clip, each in ((clip_grad_norm_, ours), (nn.utils.clip_grad_norm_, theirs))
    ]
    assert difference([norms[0], gradients(ours)], [norms[1], gradients(theirs)]) < 1e-6


def test_a_long_gradient_gets_the_length_asked_for_and_keeps_its_direction():
    each = parameters()
    before = torch.cat([g.flatten() for g in gradients(each)[:-1]])
    norm = clip_grad_norm_(iter(each), 0.5)
    after = torch.cat([g.flatten() for g in gradients(each)[:-1]])
    assert norm.item() == pytest.approx(math.sqrt(sum(v**2 for v in before.tolist())), rel=1e-6)
    torch.testing.assert_close(after, before * (0.5 / norm))
    assert clip_grad_norm_(each, 100.0).item() == pytest.approx(0.5, rel=1e-5)
    torch.testing.assert_close(torch.cat([g.flatten() for g in gradients(each)[:-1]]), after)


def test_one_parameter_needs_no_list():
    p = nn.Parameter(torch.zeros(2))
    p.grad = torch.tensor([3.0, -4.0])
    assert clip_grad_norm_(p, 2.5).item() == 5
    torch.testing.assert_close(p.grad, torch.tensor([1.5, -2.0]))
    clip_grad_value_(p, 1.75)
    torch.testing.assert_close(p.grad, torch.tensor([1.5, -1.75]))


def test_without_gradients_there_is_nothing_to_do():
    assert clip_grad_norm_([nn.Parameter(torch.zeros(2))], 1.0).item() == 0
    assert clip_grad_value_([], 1.0) is None


@pytest.mark.parametrize("value", [math.inf, math.nan])
def test_a_norm_that_is_not_finite_is_refused_if_asked_for(value):
    ours, theirs = parameters(), parameters()
    for each in (ours, theirs):
        each[0].grad[0, 0] = value
    with pytest.raises(
        ValueError, match=rf"the norm of order 2.0 of the gradients must be finite to be clipped, got {value}"
    ):
        clip_grad_norm_(ours, 1.0, error_if_nonfinite=True)
    norms = clip_grad_norm_(ours, 1.0), nn.utils.clip_grad_norm_(theirs, 1.0)
    torch.testing.assert_close(norms[0], norms[1], equal_nan=True)
    for a, b in zip(gradients(ours)[:-1], gradients(theirs)[:-1], strict=True):
        torch.testing.assert_close(a, b, equal_nan=True)


@given(seed=st.integers(0, 9), clip_value=st.floats(0.01, 3))
def test_every_element_is_kept_within_bounds(seed, clip_value):
    ours, theirs = parameters(seed), parameters(seed)
    clip_grad_value_(ours, clip_value)
    nn.utils.clip_grad_value_(theirs, clip_value)
    assert difference(gradients(ours), gradients(theirs)) == 0


@pytest.mark.parametrize("half", [torch.float16, torch.bfloat16], ids=str)
@pytest.mark.parametrize("norm_type", [2.0, 3.0, 1.0, math.inf, -math.inf, 0.0])
def test_half_precision_does_not_overflow(half, norm_type):
    done = []
    for clip in (clip_grad_norm_, nn.utils.clip_grad_norm_):
        p = nn.Parameter(torch.zeros(2, dtype=half))
        p.grad = torch.tensor([300.0, -300.0], dtype=half)
        done.append((clip(p, 1.0, norm_type), p.grad))
    assert done[0][1].abs().min() > 0
    for ours, theirs in zip(*done, strict=True):
        torch.testing.assert_close(ours, theirs)


@pytest.mark.usefixtures("without_shape_checks")
@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ((3, 1.0), "parameters must be a tensor or several, got 3"),
        (([torch.ones(2), "w"], 1.0), "parameters must be tensors, got 'w' at 1"),
        (([], "1"), "max_norm must be a number, got the string '1'"),
        (([], 1.0, None), "norm_type must be a number or 'inf', got None"),
    ],
)
def test_what_is_no_gradient_or_number_is_named(arguments, words):
    with pytest.raises(TypeError, match=words):
        clip_grad_norm_(*arguments)
