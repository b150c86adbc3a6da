import re

import numpy as np
import pytest
import torch

from deepdive import checks

NAN = float("nan")

GOOD = [
    lambda: checks.check_tensor("x", torch.ones(2)),
    lambda: checks.check_dtype("x", torch.ones(2, dtype=torch.bfloat16), "floating-point"),
    lambda: checks.check_dtype("x", torch.ones(2, dtype=torch.uint8), "boolean", "integer"),
    lambda: checks.check_dtype("x", torch.ones(2, dtype=torch.int32), "real"),
    lambda: checks.check_dimensions("x", torch.ones(3, 4), "n", 4),
    lambda: checks.check_dimensions("x", torch.ones(())),
    lambda: checks.check_dimensions("x", torch.ones(4), "*", 4),
    lambda: checks.check_dimensions("x", torch.ones(5, 3, 4), "*", "n", 4),
    lambda: checks.check_same_shape("x", torch.ones(0, 2), "y", torch.ones(0, 2)),
    lambda: checks.check_integer("k", np.int64(1), 1),
    lambda: checks.check_integer("k", -3),
    lambda: checks.check_number("rate", np.float32(0.5)),
    lambda: checks.check_number("rate", float("inf")),
    lambda: checks.check_strings("words", ("a", "")),
    lambda: checks.check_finite("x", torch.tensor([1, 2])),
    lambda: checks.check_finite("x", torch.zeros(0)),
    lambda: checks.check_range("x", torch.tensor([0.0, 1.0]), 0, 1),
    lambda: checks.check_labels("y", torch.tensor([[0, 2, -100]]), 3, ignored=-100),
    lambda: checks.check_labels("y", torch.tensor([0, 255], dtype=torch.uint8), 256),
    lambda: checks.check_probabilities("p", torch.tensor([[0.25, 0.75], [1.0, 0.0]], dtype=torch.bfloat16)),
]

BAD = [
    (lambda: checks.check_tensor("x", [1.0]), TypeError, "x must be a tensor, got list"),
    (lambda: checks.check_tensor("x", 1.5), TypeError, "x must be a tensor, got 1.5"),
    (lambda: checks.check_dtype("x", None, "real"), TypeError, "x must be a tensor, got None"),
    (
        lambda: checks.check_dtype("x", torch.ones(2, dtype=torch.bool), "integer"),
        TypeError,
        "x must be integer, got bool",
    ),
    (
        lambda: checks.check_dtype("x", torch.ones(2, dtype=torch.cfloat), "real", "boolean"),
        TypeError,
        "x must be real or boolean, got complex64",
    ),
    (
        lambda: checks.check_dimensions("x", torch.ones(3), "n", "classes"),
        ValueError,
        "x must have shape (n, classes), got (3,)",
    ),
    (lambda: checks.check_dimensions("x", torch.ones(()), "n"), ValueError, "x must have shape (n,), got ()"),
    (
        lambda: checks.check_dimensions("x", torch.ones(1, 3), "n", 4),
        ValueError,
        "x must have shape (n, 4), got (1, 3)",
    ),
    (lambda: checks.check_dimensions("x", torch.ones(()), "*", 4), ValueError, "x must have shape (*, 4), got ()"),
    (
        lambda: checks.check_same_shape("x", torch.ones(3, 1), "y", torch.ones(3)),
        ValueError,
        "x must have the shape of y, (3,), got (3, 1)",
    ),
    (lambda: checks.check_integer("k", 2.0), TypeError, "k must be an integer, got 2.0"),
    (lambda: checks.check_integer("k", True), TypeError, "k must be an integer, got True"),
    (lambda: checks.check_integer("k", 0, 1), ValueError, "k must be at least 1, got 0"),
    (lambda: checks.check_number("rate", "0.1"), TypeError, "rate must be a number, got the string '0.1'"),
    (lambda: checks.check_number("rate", NAN), ValueError, "rate must be a number, got nan"),
    (
        lambda: checks.check_strings("words", "abc"),
        TypeError,
        "words must be a sequence of strings, got the string 'abc'",
    ),
    (lambda: checks.check_strings("words", ["a", 1]), TypeError, "words[1] must be a string, got 1"),
    (lambda: checks.check_strings("words", {"a"}), TypeError, "words must be a sequence of strings, got set"),
    (lambda: checks.check_not_empty("x", torch.ones(0, 2)), ValueError, "x must not be empty, got shape (0, 2)"),
    (
        lambda: checks.check_finite("x", torch.tensor([[0.0, 1.0], [NAN, 2.0]])),
        ValueError,
        "x must be finite, got nan at [1, 0]",
    ),
    (lambda: checks.check_finite("x", torch.tensor(-torch.inf)), ValueError, "x must be finite, got -inf"),
    (
        lambda: checks.check_range("x", torch.tensor([0.5, 1.5]), 0, 1),
        ValueError,
        "x must be from 0 to 1, got 1.5 at [1]",
    ),
    (lambda: checks.check_range("x", torch.tensor([NAN]), most=1), ValueError, "x must be at most 1, got nan at [0]"),
    (lambda: checks.check_range("x", torch.tensor([0]), above=0), ValueError, "x must be above 0, got 0 at [0]"),
    (
        lambda: checks.check_labels("y", torch.tensor([0, 3]), 3),
        ValueError,
        "y must be from 0 to 2, got 3 at [1]",
    ),
    (
        lambda: checks.check_labels("y", torch.tensor([-1]), 3, ignored=-100),
        ValueError,
        "y must be from 0 to 2 or -100, got -1 at [0]",
    ),
    (lambda: checks.check_labels("y", torch.tensor([1.0]), 3), TypeError, "y must be integer, got float32"),
    (
        lambda: checks.check_probabilities("p", torch.tensor([[0.5, 0.5], [0.5, 0.6]])),
        ValueError,
        "the sum of p over the last dimension must be 1, got 1.1 at [1]",
    ),
    (
        lambda: checks.check_probabilities("p", torch.tensor([1.5, -0.5])),
        ValueError,
        "p must be from 0 up, got -0.5 at [1]",
    ),
]


@pytest.mark.parametrize("check", GOOD)
def test_what_follows_the_rule_passes(check):
    assert check() is None


@pytest.mark.parametrize(("check", "error", "message"), BAD, ids=[message for _, _, message in BAD])
def test_what_breaks_the_rule_is_named_with_the_rule_and_the_value(check, error, message):
    with pytest.raises(error, match=f"^{re.escape(message)}$"):
        check()
