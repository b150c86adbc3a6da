import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis.extra import numpy as hnp
from tests.scratch.autograd.comparing import arrays, close, compare

from deepdive.scratch import autograd

INDICES = [
    0,
    -1,
    slice(1, None),
    (slice(None), 1),
    (Ellipsis, slice(None, None, 2)),
    (None, 0, slice(0, 2), None),
    (slice(None), [0, 2, 2]),
    ([1, 0, 1, 1], [0, 2, 0, 0]),
    ([[0, 1], [1, 0]], slice(None), 1),
    (0, [True, False, True]),
    np.array([1, 1, 0]),
    [],
]


@pytest.mark.parametrize("index", INDICES, ids=str)
def test_parts_and_their_gradients_are_torchs(index):
    compare(lambda x: x[index] ** 2, lambda x: x[index] ** 2, *arrays((2, 3, 4)))


def test_masks():
    mask = arrays((2, 3))[0] > 0
    compare(lambda x: x[mask] ** 2, lambda x: x[torch.tensor(mask)] ** 2, *arrays((2, 3, 4)))
    compare(lambda x: x[x > 0] ** 3, lambda x: x[x > 0] ** 3, *arrays((2, 3, 4)))


@given(hnp.basic_indices((3, 4, 2), allow_newaxis=True) | hnp.integer_array_indices((3, 4, 2)))
@settings(max_examples=80, deadline=None)
def test_the_gradient_counts_how_often_an_element_was_taken(index):
    x = autograd.tensor(np.arange(24.0).reshape(3, 4, 2), requires_grad=True)
    y = x[index]
    np.testing.assert_array_equal(y.detach(), x.detach().numpy()[index])
    (y * 3).sum().backward()
    counted = np.bincount(y.detach().numpy().astype(int).ravel(), minlength=24).reshape(3, 4, 2)
    np.testing.assert_array_equal(x.grad, 3.0 * counted)


def test_tensors_are_indices():
    labels = autograd.tensor([2, 0])
    x = autograd.tensor(arrays((2, 3))[0], requires_grad=True)
    np.testing.assert_array_equal(x[np.arange(2), labels].detach(), x.detach().numpy()[[0, 1], [2, 0]])
    assert x[labels[1]].shape == (3,)
    assert [1, 2, 3][labels[0]] == 3


def test_changing_an_index_later_changes_no_gradient():
    index = np.array([0, 0])
    x = autograd.ones(3, requires_grad=True)
    y = x[index].sum()
    index[:] = 2
    y.backward()
    assert x.grad.tolist() == [2.0, 0.0, 0.0]


def test_scatter_add_is_torchs_index_add():
    values = arrays((4, 2))[0]
    index = [1, 1, 0, 2]
    compare(
        lambda x: autograd.scatter_add(x, index, (3, 2)) ** 2,
        lambda x: torch.zeros(3, 2, dtype=torch.float64).index_add(0, torch.tensor(index), x) ** 2,
        values,
    )
    with pytest.raises(ValueError, match=r"x must have the shape of y\[index\], \(2, 2\), got \(4, 2\)"):
        autograd.scatter_add(values, [0, 1], (3, 2))


def test_iterating_unpacks_the_first_axis():
    x = autograd.tensor(arrays((3, 2))[0], requires_grad=True)
    a, b, c = x
    (a * b + c).sum().backward()
    expected = torch.tensor(x.tolist(), dtype=torch.float64, requires_grad=True)
    (expected[0] * expected[1] + expected[2]).sum().backward()
    close(x.grad, expected.grad)
    with pytest.raises(TypeError, match="a tensor without dimensions has no length"):
        list(autograd.tensor(1.0))


@pytest.mark.parametrize("index", [2, (0, 0, 0, 0), [5]])
def test_out_of_range(index):
    with pytest.raises(IndexError):
        autograd.ones(2, 3, 4)[index]


@pytest.mark.parametrize("index", ["a", 1.5, [0.5], autograd.ones(2)], ids=str)
def test_other_kinds_of_index_are_refused(index):
    with pytest.raises(TypeError, match="an index"):
        autograd.ones(2)[index]
