import numpy as np
import pytest
import torch

from deepdive.scratch import autograd


def test_a_tensor_holds_a_copy():
    values = np.array([1.0, 2.0])
    x = autograd.tensor(values)
    values[0] = 9.0
    assert x.tolist() == [1.0, 2.0]


@pytest.mark.parametrize(
    ("data", "dtype"),
    [([1.0], np.float64), ([1], np.int64), ([True], np.bool_), (np.ones(1, np.float32), np.float32)],
)
def test_types_are_numpys(data, dtype):
    assert autograd.tensor(data).dtype == dtype
    assert autograd.tensor(autograd.tensor(data)).dtype == dtype


@pytest.mark.parametrize("data", [1j, "a", np.ones(1, np.float16), [None], np.array(["2020"], "datetime64[Y]")])
def test_other_types_are_refused(data):
    with pytest.raises(TypeError, match="a tensor holds float32, float64, integers or booleans, got data of type"):
        autograd.tensor(data)


@pytest.mark.parametrize("data", [[1, 2], [True]])
def test_only_floats_require_gradients(data):
    with pytest.raises(TypeError, match="only float32 and float64 can require a gradient, got a tensor of"):
        autograd.tensor(data, requires_grad=True)


def test_what_a_tensor_says_of_itself():
    x = autograd.tensor([[1.0, 2.0]], requires_grad=True)
    assert (x.shape, x.ndim, x.size, len(x), x.is_leaf) == ((1, 2), 2, 2, 1, True)
    assert repr(x) == "tensor([[1., 2.]], requires_grad=True)"
    assert repr(x.exp() * 0) == "tensor([[0., 0.]], made by mul)"
    assert repr(autograd.tensor(np.float32(1))) == "tensor(1., dtype=float32)"
    assert not (x * 2).is_leaf
    assert (x.detach() * 2).is_leaf


def test_requires_grad_can_be_switched_on_leaves():
    x = autograd.ones(2)
    x.requires_grad = True
    assert (x * 2).requires_grad
    x.requires_grad_(False)
    assert not (x * 2).requires_grad
    with pytest.raises(ValueError, match="can be taken back only from a leaf"):
        (x.requires_grad_() * 2).requires_grad_(False)


def test_numbers_and_arrays_of_it():
    x = autograd.tensor([2.5])
    assert (float(x), int(x), x.item(), bool(x > 2)) == (2.5, 2, 2.5, True)
    assert np.asarray(x, dtype=np.float32).dtype == np.float32
    with pytest.raises(ValueError, match="needs a copy"):
        x.__array__(np.float32, copy=False)
    with pytest.raises(ValueError, match=r"item\(\) needs a tensor of one element, got shape \(2,\)"):
        autograd.ones(2).item()
    with pytest.raises(ValueError, match=r"truth of a tensor of shape \(2,\) is ambiguous"):
        bool(autograd.ones(2) > 0)
    with pytest.raises(TypeError, match="only a tensor of whole numbers can be an index, got float64"):
        [1, 2][autograd.tensor(1.0)]


def test_an_array_of_it_can_only_be_read_and_loses_no_gradient():
    x = autograd.ones(2)
    with pytest.raises(ValueError, match="read-only"):
        x.numpy()[0] = 3.0
    x.requires_grad_()
    with pytest.raises(ValueError, match=r"use detach\(\).numpy\(\)"):
        np.asarray(x)
    with pytest.raises(TypeError):
        np.exp(x)


def test_tensors_are_keys_by_identity():
    x, y = autograd.ones(1), autograd.ones(1)
    assert {x: 1, y: 2}[x] == 1


def test_a_gradient_that_does_not_fit_is_refused():
    x = autograd.ones(2, requires_grad=True)
    x.grad = autograd.ones(2)
    with pytest.raises(ValueError, match=r"grad must be None or have shape \(2,\) and type float64, got \(3,\)"):
        x.grad = autograd.ones(3)


def test_updates_under_no_grad_write_into_the_memory():
    x = autograd.tensor([1.0, 2.0], requires_grad=True)
    same, memory = x, x.detach()
    with autograd.no_grad():
        x += 1
        x *= np.array([2.0, 3.0])
        x -= autograd.ones(1)
        x /= 2
        x[0] = 7.0
    assert x is same
    assert x.is_leaf
    assert memory.tolist() == x.tolist() == [7.0, 4.0]
    with autograd.no_grad():
        x.copy_([1.0][0]).zero_()
    assert memory.tolist() == [0.0, 0.0]


UPDATES = [
    lambda x: x.__iadd__(1),
    lambda x: x.__isub__(1),
    lambda x: x.__imul__(2),
    lambda x: x.__itruediv__(2),
    lambda x: x.__setitem__(0, 1.0),
    lambda x: x.copy_(1.0),
    lambda x: x.zero_(),
]


@pytest.mark.parametrize("update", UPDATES)
def test_a_leaf_is_not_changed_while_operations_are_recorded(update):
    with pytest.raises(ValueError, match=r"would change a leaf that requires a gradient.*inside of no_grad\(\)"):
        update(autograd.ones(2, requires_grad=True))


@pytest.mark.parametrize("update", UPDATES[-3:])
def test_a_tensor_inside_of_the_graph_is_not_changed(update):
    with pytest.raises(ValueError, match="would change a tensor inside of the graph"):
        update(autograd.ones(2, requires_grad=True) * 1)


def test_sums_in_a_loop_are_recorded():
    x = autograd.tensor([1.0, 2.0], requires_grad=True)
    total = before = autograd.zeros()
    for a in x:
        total += a * a
        total *= 2
    total.backward()
    assert x.grad.tolist() == [8.0, 8.0]
    assert before.item() == 0.0


def test_a_value_with_a_gradient_is_not_written_into_a_constant():
    x = autograd.ones(1, requires_grad=True)
    with pytest.raises(ValueError, match="would lose it; use where or concatenate"):
        autograd.ones(2)[0] = x.sum()


def test_updates_keep_shape_and_kind():
    with pytest.raises(ValueError, match=r"\+=: a value of shape \(2, 2\) does not fit into a tensor of shape \(2,\)"):
        autograd.ones(2).__iadd__(np.ones((2, 2)))
    with pytest.raises(ValueError, match=r"\+=: a result of float numbers does not fit into a tensor of int64"):
        autograd.tensor([1, 2]).__iadd__(0.5)
    with pytest.raises(ValueError, match="/=: a result of float numbers"):
        autograd.tensor([1, 2]).__itruediv__(2)
    x = autograd.tensor(np.ones(2, np.float32))
    x += 0.5
    assert x.dtype == np.float32


def test_a_torch_tensor_is_refused_with_a_word():
    with pytest.raises(TypeError, match=r"\+= takes tensors, NumPy arrays and numbers, got torch.Tensor"):
        autograd.ones(2).__iadd__(torch.ones(2))
