import numpy as np
import pytest
import scipy.special
import torch
from torch import nn

from deepdive import scratch

LOGITS = torch.tensor([[1e4, -1e4, 0.0], [-1e4, 1e4, 1e4], [0.0, 0.0, 0.0]])


@pytest.mark.parametrize("y", [0, 1, 2])
def test_huge_logits_give_finite_losses_and_gradients(y):
    target = torch.full((3,), y)
    for name in ("CrossEntropyLoss", "BCEWithLogitsLoss"):
        expected = LOGITS.clone().requires_grad_()
        result = LOGITS.clone().requires_grad_()
        goal = target if name == "CrossEntropyLoss" else nn.functional.one_hot(target, 3).float()
        losses = getattr(scratch, name)()(result, goal), getattr(nn, name)()(expected, goal)
        for loss in losses:
            loss.backward()
        assert losses[0].isfinite()
        assert result.grad.isfinite().all()
        torch.testing.assert_close(losses[0], losses[1])
        torch.testing.assert_close(result.grad, expected.grad)


def test_cross_entropy_is_minus_the_log_probability_of_the_class():
    x = torch.randn(6, 4, dtype=torch.float64)
    y = torch.tensor([0, 1, 2, 3, 0, 1])
    expected = -scipy.special.log_softmax(x.numpy(), axis=1)[np.arange(6), y]
    np.testing.assert_allclose(scratch.CrossEntropyLoss(reduction="none")(x, y), expected)


def test_binary_cross_entropy_is_that_of_the_probability():
    x, t = torch.randn(50, dtype=torch.float64), torch.rand(50, dtype=torch.float64)
    p = scipy.special.expit(x.numpy())
    expected = -(t.numpy() * np.log(p) + (1 - t.numpy()) * np.log(1 - p)).mean()
    assert scratch.BCEWithLogitsLoss()(x, t).item() == pytest.approx(expected)


def test_the_squared_error_is_not_halved():
    assert scratch.MSELoss()(torch.tensor([3.0, 0.0]), torch.tensor([0.0, 1.0])).item() == 5.0


@pytest.mark.parametrize("name", ["NLLLoss", "CrossEntropyLoss"])
def test_the_mean_of_nothing_is_nan_and_the_sum_zero(name):
    x, y = torch.randn(3, 4), torch.full((3,), -100)
    assert getattr(scratch, name)()(x, y).isnan()
    assert getattr(nn, name)()(x, y).isnan()
    assert getattr(scratch, name)(reduction="sum")(x, y) == 0


def test_an_ignored_example_has_no_gradient_even_if_infinite():
    x = torch.tensor([[0.0, float("-inf")], [0.5, -0.5]], requires_grad=True)
    loss = scratch.NLLLoss(ignore_index=1)(x, torch.tensor([1, 0]))
    (gradient,) = torch.autograd.grad(loss, x)
    assert gradient.tolist() == [[0, 0], [-1, 0]]


@pytest.mark.parametrize("name", ["NLLLoss", "CrossEntropyLoss"])
@pytest.mark.parametrize(("y", "worst"), [([0, 4, 9], 9), ([-1, 0, 1], -1), ([-100, 3, 4], 4)])
def test_a_class_out_of_range_is_named(name, y, worst):
    with pytest.raises(ValueError, match=rf"target must be in \[0, 4\) or ignore_index=-100, got {worst}"):
        getattr(scratch, name)()(torch.randn(3, 4), torch.tensor(y))


@pytest.mark.parametrize("name", ["NLLLoss", "CrossEntropyLoss"])
@pytest.mark.parametrize(
    "target", [torch.zeros(2, dtype=torch.long), torch.zeros(3, 1, dtype=torch.long), torch.zeros(3)]
)
def test_a_target_of_another_shape_or_type_is_refused(name, target):
    with pytest.raises(
        (ValueError, TypeError),
        match=r"target must (have the shape of input \(3, 4\) without its classes, \(3,\)|hold classes of dtype int64)",
    ):
        getattr(scratch, name)()(torch.randn(3, 4), target)


def test_whole_numbers_are_no_probabilities():
    with pytest.raises(TypeError, match=r"must hold probabilities, got torch.int64"):
        scratch.CrossEntropyLoss()(torch.randn(3, 4), torch.zeros(3, 4, dtype=torch.long))


@pytest.mark.parametrize("name", ["NLLLoss", "CrossEntropyLoss"])
def test_an_input_without_classes_is_refused(name):
    with pytest.raises(ValueError, match="input must have a dimension for the classes"):
        getattr(scratch, name)()(torch.tensor(1.0), torch.tensor(0))


def test_shapes_that_broadcast_are_warned_about_or_refused():
    x, y = torch.zeros(3, 1), torch.ones(3)
    with pytest.warns(UserWarning, match=r"broadcasts input \(3, 1\) against target \(3,\)"):
        assert scratch.MSELoss()(x, y) == 1
    with pytest.raises(ValueError, match=r"target must have the shape of input, \(3, 1\), got \(3,\)"):
        scratch.BCEWithLogitsLoss()(x, y)


def test_label_smoothing_is_a_fraction():
    with pytest.raises(ValueError, match=r"label_smoothing must be between 0 and 1, got 1\.5"):
        scratch.CrossEntropyLoss(label_smoothing=1.5)


def test_weights_move_with_the_loss():
    loss = scratch.CrossEntropyLoss(weight=torch.ones(3))
    assert loss.to(torch.float64).weight.dtype == torch.float64


@pytest.mark.usefixtures("without_shape_checks")
@pytest.mark.parametrize("name", ["MSELoss", "BCEWithLogitsLoss", "NLLLoss", "CrossEntropyLoss"])
def test_an_unknown_reduction_is_refused(name):
    with pytest.raises(ValueError, match="reduction must be 'none', 'mean' or 'sum', got 'average'"):
        getattr(scratch, name)(reduction="average")


@pytest.mark.parametrize("name", ["NLLLoss", "CrossEntropyLoss"])
@pytest.mark.parametrize("ignored", [-100, -1, 3])
@pytest.mark.parametrize("words", [{}, {"reduction": "none"}, {"weight": torch.rand(256)}])
def test_classes_of_bytes_are_no_ignored_ones(name, ignored, words):
    """156 is what -100 would be in unsigned bytes, and 255 what -1 would be."""
    x, y = torch.randn(5, 256).log_softmax(1), torch.tensor([156, 255, 3, 4, 156], dtype=torch.uint8)
    result, expected = (getattr(lib, name)(ignore_index=ignored, **words)(x, y) for lib in (scratch, nn))
    torch.testing.assert_close(result, expected)
    torch.testing.assert_close(getattr(scratch, name)(ignore_index=ignored, **words)(x, y.long()), expected)
    torch.testing.assert_close(getattr(scratch, name)()(x[0], y[0]), -x[0, 156])


def test_smoothed_classes_of_bytes_are_no_ignored_ones():
    x, y = torch.randn(2, 256), torch.tensor([156, 3], dtype=torch.uint8)
    result = scratch.CrossEntropyLoss(label_smoothing=0.5)(x, y)
    expected = nn.CrossEntropyLoss(label_smoothing=0.5)(
        x, y.long()
    )  # of bytes the library's smoothed part leaves 156 out
    torch.testing.assert_close(result, expected)


@pytest.mark.parametrize("name", ["NLLLoss", "CrossEntropyLoss"])
@pytest.mark.parametrize("places", [(1,), (2,), (2, 3)])
def test_bytes_in_several_dimensions_are_refused_as_the_library_does(name, places):
    x, y = torch.randn(3, 5, *places), torch.zeros(3, *places, dtype=torch.uint8)
    with pytest.raises(RuntimeError, match="expected scalar type Long but found Byte"):
        getattr(nn, name)()(x, y)
    with pytest.raises(TypeError, match=r"target must have dtype int64 if it has more than one .*, got torch\.uint8"):
        getattr(scratch, name)()(x, y)


@pytest.mark.parametrize(
    ("name", "arguments", "inputs"),
    [
        ("MultiMarginLoss", {"margin": 0.5}, ([[1.0, 0.5, 0.75, 0.25]], [0])),
        ("MultiMarginLoss", {"margin": 0.5, "p": 2, "weight": [2.0, 1.0, 3.0, 1.0]}, ([[1.0, 0.5, 0.75, 0.25]], [2])),
        ("MultiLabelMarginLoss", {}, ([[1.0, 0.0, 0.25, -0.5]], [[0, -1, 3, 2]])),
        ("MarginRankingLoss", {"margin": 0.5}, ([1.0, 1.0], [0.5, 1.0], [-1.0, 1.0])),
        ("HingeEmbeddingLoss", {"margin": 0.5}, ([0.5, 0.25], [-1, -1])),
        ("HuberLoss", {"delta": 0.5}, ([0.5, -0.5, 0.25], [0.0, 0.0, 0.0])),
        ("SmoothL1Loss", {"beta": 0.5}, ([0.5, -0.5, 0.75], [0.0, 0.0, 0.0])),
        ("L1Loss", {}, ([0.0, 0.5], [0.0, 0.0])),
    ],
)
def test_gradients_at_a_kink_are_those_of_the_library(name, arguments, inputs):
    given = {k: torch.tensor(v) if isinstance(v, list) else v for k, v in arguments.items()}
    gradients = []
    for lib in (scratch, nn):
        x, *others = (torch.tensor(each) for each in inputs)
        (gradient,) = torch.autograd.grad(getattr(lib, name)(**given)(x.requires_grad_(), *others), x)
        gradients.append(gradient)
    torch.testing.assert_close(*gradients)


@pytest.mark.parametrize("name", ["HuberLoss", "SmoothL1Loss"])
def test_far_from_the_target_the_slope_is_finite(name):
    x = torch.tensor([float("inf"), -float("inf"), 3.0], requires_grad=True)
    (gradient,) = torch.autograd.grad(getattr(scratch, name)(reduction="sum")(x, torch.zeros(3)), x)
    assert gradient.tolist() == [1, -1, 1]


def test_distances_that_count_what_differs_have_a_gradient_of_nothing():
    x = torch.tensor([[1.0, 2.0, 5.0]], requires_grad=True)
    distance = scratch.PairwiseDistance(p=0, eps=0.0)(x, torch.tensor([[1.0, 3.0, 4.0]]))
    assert distance.tolist() == [2]
    assert torch.autograd.grad(distance, x)[0].tolist() == [[0, 0, 0]]
