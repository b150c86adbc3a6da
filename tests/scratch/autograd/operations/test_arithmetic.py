import numpy as np
import pytest
import torch
from tests.scratch.autograd.comparing import arrays, compare

from deepdive.scratch import autograd

TIES = [np.array([1.0, 2.0, -1.0, 0.0]), np.array([1.0, -2.0, 3.0, 0.0])]


@pytest.mark.parametrize("shapes", [((2, 3), (3,)), ((3,), (2, 1)), ((), (2, 2)), ((4, 1, 2), (3, 1)), ((0, 3), (3,))])
@pytest.mark.parametrize(
    "operation",
    [
        lambda a, b: a + b,
        lambda a, b: a - b,
        lambda a, b: a * b,
        lambda a, b: a / b,
        lambda a, b: (a * a + 0.1) ** b,
        lambda a, b: a + 2 - b * 3.0 - (1 - a) + 2 / b,
        lambda a, b: -abs(a) * b,
    ],
)
def test_operators_broadcast_as_torchs(operation, shapes):
    compare(operation, operation, *arrays(*shapes))


@pytest.mark.parametrize("name", ["maximum", "minimum"])
def test_ties_share_the_gradient(name):
    compare(getattr(autograd, name), getattr(torch, name), *TIES)


@pytest.mark.parametrize("exponent", [0, 1, 2, 3, 0.5, -1, -2.5])
def test_powers_by_a_number(exponent):
    compare(lambda x: x**exponent, lambda x: x**exponent, *arrays((5,), low=0.1))


@pytest.mark.parametrize("exponent", [0, 1, 2, 3])
def test_powers_at_zero(exponent):
    compare(lambda x: x**exponent, lambda x: x**exponent, np.array([0.0, -1.0]), order=3)


def test_a_power_with_base_zero_has_no_slope_in_its_exponent():
    compare(lambda a, b: a**b, lambda a, b: a**b, np.array([0.0, 0.0, 2.0]), np.array([0.0, 2.0, 3.0]), order=1)


def test_powers_of_a_number():
    compare(lambda x: 2.0**x, lambda x: 2.0**x, *arrays((4,)))


@pytest.mark.parametrize("bounds", [(-1.0, 0.5), (None, 0.5), (0.0, None)])
def test_clip_passes_the_gradient_on_the_bounds(bounds):
    values = np.array([-2.0, -1.0, 0.0, 0.5, 0.6])
    compare(lambda x: x.clip(*bounds), lambda x: x.clamp(*bounds), values)


def test_clip_without_bounds_is_refused():
    with pytest.raises(ValueError, match="clip needs min, max or both"):
        autograd.ones(2).clip()


def test_where_broadcasts_all_three():
    mask = np.array([[True], [False]])
    compare(
        lambda a, b: autograd.where(mask, a, b * b),
        lambda a, b: torch.where(torch.tensor(mask), a, b * b),
        *arrays((3,), (2, 1)),
    )


def test_where_keeps_what_is_not_chosen_out_of_the_gradient():
    x = autograd.tensor([0.0, 4.0], requires_grad=True)
    autograd.where(x > 0, x, 1.0).sum().backward()
    assert x.grad.tolist() == [0.0, 1.0]


def test_where_needs_booleans():
    with pytest.raises(TypeError, match="condition must hold booleans, got int64"):
        autograd.where(autograd.tensor([1, 0]), 1.0, 2.0)


def test_a_changed_mask_or_array_changes_no_gradient():
    mask, factor = np.array([True, False]), np.array([2.0, 3.0])
    x = autograd.tensor([1.0, 1.0], requires_grad=True)
    y = autograd.where(mask, x * factor, 0.0).sum()
    mask[:], factor[:] = False, 100.0
    y.backward()
    assert x.grad.tolist() == [2.0, 0.0]


@pytest.mark.parametrize(
    ("other", "dtype"),
    [
        (2, np.float32),
        (0.1, np.float32),
        (np.float64(0.1), np.float32),
        (np.arange(3), np.float32),
        (np.ones(3, np.float32), np.float32),
        (np.ones(3), np.float64),
    ],
)
def test_types_meet_as_in_torch(other, dtype):
    x = autograd.tensor(np.ones(3, np.float32), requires_grad=True)
    y = (x * other + other - other) / 1
    assert y.dtype == dtype
    expected = torch.ones(3) * (torch.as_tensor(other) if isinstance(other, np.ndarray) else float(other))
    assert str(expected.dtype).endswith(str(y.dtype))
    y.sum().backward()
    assert x.grad.dtype == np.float32


def test_float32_stays_float32_through_everything():
    x = autograd.tensor(np.ones((2, 3), np.float32) / 3, requires_grad=True)
    y = (x.exp().log().sqrt() + x.sin() * x.cos() - x.tanh() / x.sigmoid() + x.relu() + x.abs() ** 1.5).logsumexp(0)
    y = autograd.maximum(y, y.mean()).clip(-5, 5).cumsum() @ np.ones(3, np.float32) + x.var() + x.max() + x.prod()
    y = y + autograd.cross_entropy(x, np.array([0, 1])) + autograd.einsum("ij,kj->", x, x) + x[:, [0, 0]].sum()
    assert y.dtype == np.float32
    (g,) = autograd.grad(y, x, create_graph=True)
    assert g.dtype == np.float32
    (h,) = autograd.grad((g * g).sum(), x)
    assert h.dtype == np.float32


@pytest.mark.parametrize(
    ("other", "kind"),
    [(torch.ones(2), "torch.Tensor"), ([1.0, 2.0], "list"), ("1", "str"), (None, "NoneType"), (1j, "complex")],
)
@pytest.mark.parametrize("turn", [False, True])
def test_foreign_operands_are_refused(other, kind, turn):
    x = autograd.ones(2)
    with pytest.raises(TypeError, match=f"mul takes tensors, NumPy arrays and numbers, got {kind}"):
        autograd.mul(other, x) if turn else x * other


def test_an_array_on_the_left_makes_a_tensor():
    y = np.array([1.0, 2.0]) * autograd.ones(2, requires_grad=True)
    assert isinstance(y, autograd.Tensor)
    assert y.requires_grad


def test_shapes_that_do_not_broadcast_are_named():
    message = r"add: shapes \(2, 3\) and \(2,\) do not broadcast: sizes \[2, 3\] at dimension -1"
    with pytest.raises(ValueError, match=message):
        autograd.ones(2, 3) + autograd.ones(2)


def test_comparisons_and_logic_are_numpys():
    a, b = arrays((3, 1), (4,))
    x, y = autograd.tensor(a), autograd.tensor(b)
    both = (x > y) & ~(x <= 0.5) | (x == x) ^ (y != y)
    np.testing.assert_array_equal(both, (a > b) & ~(a <= 0.5) | (a == a) ^ (b != b))
    assert ((x < y).tolist(), (x >= y).tolist()) == ((a < b).tolist(), (a >= b).tolist())


def test_logic_of_numbers_is_refused():
    with pytest.raises(TypeError, match="and takes booleans, got float64 and bool"):
        autograd.ones(2) & (autograd.ones(2) > 0)
    with pytest.raises(TypeError, match="~ takes booleans, got float64"):
        ~autograd.ones(2)


def test_where_names_shapes_that_do_not_broadcast():
    with pytest.raises(ValueError, match=r"where: shapes \(3,\) and \(2,\) and \(\) do not broadcast"):
        autograd.where(np.ones(3, bool), np.ones(2), 0.0)
