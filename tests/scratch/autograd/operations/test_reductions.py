import numpy as np
import pytest
from tests.scratch.autograd.comparing import arrays, compare

from deepdive.scratch import autograd

AXES = [None, 0, -1, (0, 2), (1,), (-1, 0, 1)]


def axes_of(axis):
    return tuple(range(3)) if axis is None else axis


@pytest.mark.parametrize("axis", AXES)
@pytest.mark.parametrize("keep", [False, True])
@pytest.mark.parametrize(
    ("name", "theirs"),
    [("sum", "sum"), ("mean", "mean"), ("max", "amax"), ("min", "amin"), ("logsumexp", "logsumexp"), ("var", "var")],
)
def test_reductions_are_torchs(name, theirs, axis, keep):
    compare(
        lambda x: getattr(x, name)(axis, keepdims=keep),
        lambda x: getattr(x, theirs)(axes_of(axis), keepdim=keep),
        *arrays((2, 3, 4)),
    )


@pytest.mark.parametrize("axis", [0, 1, -1])
def test_products_and_running_sums_are_torchs(axis):
    compare(lambda x: x.prod(axis), lambda x: x.prod(axis), *arrays((2, 3, 4)))
    compare(lambda x: x.prod(axis, keepdims=True), lambda x: x.prod(axis, keepdim=True), *arrays((2, 3, 4)))
    compare(lambda x: x.cumsum(axis) ** 2, lambda x: x.cumsum(axis) ** 2, *arrays((2, 3, 4)))


@pytest.mark.parametrize("zeros", [1, 2, 3])
def test_products_with_zeros_have_the_right_gradient(zeros):
    values = np.array([[2.0, 3.0, -1.0, 4.0], [0.0] * zeros + [5.0] * (4 - zeros)])
    compare(lambda x: x.prod(1), lambda x: x.prod(1), values, order=3)
    compare(lambda x: x.prod(), lambda x: x.prod(), values, order=2)
    compare(lambda x: x.prod(0), lambda x: x.prod(0), values, order=2)


def test_equal_extremes_share_the_gradient():
    values = np.array([[1.0, 3.0, 3.0], [2.0, 2.0, 2.0]])
    compare(lambda x: x.max(1), lambda x: x.amax(1), values)
    compare(lambda x: x.min(), lambda x: x.amin((0, 1)), values)


@pytest.mark.parametrize("logits", [[1e4, -1e4, 0.0], [-np.inf, 0.0, 1.0]])
def test_logsumexp_is_stable(logits):
    compare(lambda x: x.logsumexp(0), lambda x: x.logsumexp(0), np.array(logits), order=1)


def test_logsumexp_of_classes_all_ruled_out_has_no_gradient():
    x = autograd.tensor([[-np.inf, -np.inf], [0.0, 0.0]], requires_grad=True)
    y = x.logsumexp(1)
    assert y.tolist() == [-np.inf, pytest.approx(np.log(2))]
    y.sum().backward()
    assert x.grad.tolist() == [[0.0, 0.0], [0.5, 0.5]]


@pytest.mark.parametrize("correction", [0, 1, 2])
def test_the_correction_of_the_variance(correction):
    compare(lambda x: x.var(0, correction=correction), lambda x: x.var(0, correction=correction), *arrays((4, 2)))


def test_what_is_not_defined_is_refused():
    x = autograd.ones(0, 2)
    with pytest.raises(ValueError, match=r"mean of no values \(shape \(0, 2\), axis \(0,\)\)"):
        x.mean(0)
    with pytest.raises(ValueError, match="max of no values"):
        x.max()
    with pytest.raises(ValueError, match="logsumexp of no values"):
        x.logsumexp(0)
    with pytest.raises(ValueError, match="var over 1 values with correction=1"):
        autograd.ones(1).var()
    with pytest.raises(TypeError, match="mean needs float32 or float64, got int64"):
        autograd.tensor([1, 2]).mean()
    assert x.sum().item() == 0
    assert x.prod().item() == 1


def test_axes_are_checked():
    x = autograd.ones(2, 3)
    with pytest.raises(ValueError, match=r"sum: axis must lie in \[-2, 2\) for shape \(2, 3\), got 2"):
        x.sum(2)
    with pytest.raises(ValueError, match="axis names a dimension twice"):
        x.sum((0, -2))


def test_sum_to_undoes_broadcasting():
    x = autograd.tensor(arrays((4, 2, 3))[0])
    np.testing.assert_allclose(autograd.sum_to(x, (2, 1)), x.numpy().sum(0).sum(1, keepdims=True))
    with pytest.raises(ValueError, match=r"shape \(5,\) does not broadcast to \(4, 2, 3\)"):
        autograd.sum_to(x, (5,))


def test_numbers_without_dimensions_are_reduced():
    for name in ("sum", "mean", "max", "logsumexp", "prod"):
        x = autograd.tensor(3.0, requires_grad=True)
        y = getattr(x, name)()
        y.backward()
        assert (y.item(), x.grad.item()) == (3.0, 1.0)
