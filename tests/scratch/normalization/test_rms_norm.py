"""RMSNorm where the library's row in the table of proofs says nothing."""

import pytest
import torch

from deepdive import scratch


def test_what_comes_out_has_root_mean_square_one():
    y = scratch.RMSNorm(7, eps=0.0)(torch.randn(4, 7) * 30 + 5)
    torch.testing.assert_close(y.square().mean(dim=-1).sqrt(), torch.ones(4))


def test_without_eps_zeros_stay_zeros_and_slopes_finite():
    for dtype in (torch.float32, torch.float64, torch.bfloat16):
        x = torch.zeros(3, dtype=dtype, requires_grad=True)
        y = scratch.RMSNorm(3, dtype=dtype)(x)
        assert (y == 0).all()
        precise = torch.float64 if dtype == torch.float64 else torch.float32
        slope = torch.autograd.grad(y.sum(), x)[0]
        torch.testing.assert_close(slope, torch.full_like(x, torch.finfo(precise).eps ** -0.5))


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"normalized_shape": ()}, r"normalized_shape must be one or more integers of at least 1, got \(\)"),
        ({"normalized_shape": [3, 0]}, r"of at least 1, got \[3, 0\]"),
        ({"normalized_shape": 3, "eps": -1.0}, "eps must be finite and not negative, got -1.0"),
    ],
)
def test_sizes_that_make_no_sense_are_named(arguments, words):
    with pytest.raises(ValueError, match=words):
        scratch.RMSNorm(**arguments)


def test_an_input_of_other_features_is_named():
    with pytest.raises(ValueError, match=r"x must have shape \(\*, 3\), got \(2, 4\)"):
        scratch.RMSNorm(3)(torch.ones(2, 4))
