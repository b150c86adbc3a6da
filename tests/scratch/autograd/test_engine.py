import gc
import weakref

import numpy as np
import pytest
import torch
from tests.scratch.autograd.comparing import arrays, close

from deepdive.scratch import autograd


@pytest.fixture
def x():
    return autograd.tensor([1.0, 2.0, 3.0], requires_grad=True)


def test_gradients_add_up_until_they_are_forgotten(x):
    for n in (1, 2, 3):
        (x * x).sum().backward()
        assert x.grad.tolist() == [2.0 * n, 4.0 * n, 6.0 * n]
    autograd.zero_grad([x])
    assert x.grad is None


def test_one_leaf_in_many_places(x):
    y = x * x + x.exp() * x - x / (x + x)
    y.sum().backward()
    expected = torch.tensor(x.tolist(), dtype=torch.float64, requires_grad=True)
    (expected * expected + expected.exp() * expected - expected / (expected + expected)).sum().backward()
    close(x.grad, expected.grad)


def test_two_leaves_never_share_the_memory_of_a_gradient(x):
    y = autograd.ones(3, requires_grad=True)
    given = autograd.ones(3)
    (x + y).backward(given)
    x.grad.zero_()
    assert y.grad.tolist() == given.tolist() == [1.0, 1.0, 1.0]


def test_control_flow_is_followed():
    def f(a):
        b = a * 2
        while abs(b).sum() < 1000:
            b = b * 2
        return b if b.sum() > 0 else 100 * b

    for start in (0.3, -0.7):
        a = autograd.tensor(start, requires_grad=True)
        d = f(a)
        d.backward()
        assert a.grad.item() == pytest.approx(d.item() / a.item())


def test_detach_cuts(x):
    y = x * x
    (y.detach() * x).sum().backward()
    assert x.grad.tolist() == y.tolist()


def test_a_gradient_is_asked_of_several_elements(x):
    with pytest.raises(ValueError, match=r"an output of shape \(3,\) needs a gradient of that shape"):
        (x * 2).backward()
    with pytest.raises(ValueError, match=r"gradient must have the shape of the output, \(3,\), got \(2,\)"):
        (x * 2).backward(np.ones(2))
    with pytest.raises(TypeError, match="gradient takes tensors, NumPy arrays and numbers, got list"):
        (x * 2).backward([1.0, 1.0, 1.0])
    (x * 2).backward(np.array([1.0, 0.0, -1.0]))
    assert x.grad.tolist() == [2.0, 0.0, -2.0]


def test_nothing_recorded_is_nothing_to_go_back_through(x):
    with pytest.raises(ValueError, match="does not require a gradient"):
        autograd.ones(1).backward()
    with pytest.raises(ValueError, match="does not require a gradient"):
        x.detach().sum().backward()


def test_the_second_pass_needs_the_graph_to_be_kept(x):
    y = (x * x).sum()
    y.backward(retain_graph=True)
    y.backward()
    assert x.grad.tolist() == [4.0, 8.0, 12.0]
    with pytest.raises(ValueError, match=r"freed by an earlier backward pass \(at sum \(\)\).*retain_graph=True"):
        y.backward()
    assert x.grad.tolist() == [4.0, 8.0, 12.0]


def test_a_shared_part_is_freed_with_the_first_result(x):
    trunk = x * x
    first, second = trunk.sum(), trunk.mean()
    first.backward()
    with pytest.raises(ValueError, match=r"at mul \(3,\)"):
        second.backward()


def test_a_leaf_can_be_the_output(x):
    x.backward(autograd.ones(3))
    x.backward(autograd.ones(3))
    assert x.grad.tolist() == [2.0, 2.0, 2.0]


def test_gradients_inside_of_the_graph_are_kept_when_asked_for(x):
    y = x * x
    z = (y * 3).sum()
    with pytest.raises(ValueError, match=r"inside of the graph \(made by mul\) is not kept: call its retain_grad"):
        _ = y.grad
    y.retain_grad()
    z.backward()
    assert y.grad.tolist() == [3.0, 3.0, 3.0]
    with pytest.raises(ValueError, match="needs a tensor that requires a gradient"):
        x.detach().retain_grad()


def test_grad_touches_no_leaf_and_takes_inner_tensors(x):
    w = autograd.ones(3, requires_grad=True)
    y = x * w
    z = (y * y).sum()
    by_y, by_x = autograd.grad(z, [y, x])
    assert by_y.tolist() == [2.0, 4.0, 6.0]
    assert by_x.tolist() == [2.0, 4.0, 6.0]
    assert x.grad is None
    assert w.grad is None


def test_grad_of_several_outputs_is_their_sum(x):
    (g,) = autograd.grad([x.sum(), x * x], x, [None, autograd.tensor([1.0, 0.0, 2.0])])
    assert g.tolist() == [1.0 + 2.0, 1.0, 1.0 + 12.0]
    with pytest.raises(ValueError, match="one gradient per output, got 1 for 2"):
        autograd.grad([x.sum(), x.sum()], x, autograd.tensor(1.0))


def test_inputs_that_do_not_matter(x):
    other = autograd.ones(2, requires_grad=True)
    with pytest.raises(ValueError, match="no output depends on input 1; allow_unused=True"):
        autograd.grad((x * x).sum(), [x, other])
    assert autograd.grad((x * x).sum(), [x, other], allow_unused=True)[1] is None
    with pytest.raises(ValueError, match="input 1 does not require a gradient"):
        autograd.grad((x * x).sum(), [x, autograd.ones(1)])


def test_only_the_way_to_the_inputs_is_walked(x):
    y = x * x
    z = y.exp().sum()
    autograd.grad(z, y)
    y.sum().backward()  # what lies below y is still there
    assert x.grad.tolist() == [2.0, 4.0, 6.0]


def test_derivatives_of_any_order():
    a = autograd.tensor(0.7, requires_grad=True)
    y, expected = a.sin(), [np.cos(0.7), -np.sin(0.7), -np.cos(0.7), np.sin(0.7)] * 2
    for value in expected:
        (y,) = autograd.grad(y, a, create_graph=True)
        assert y.item() == pytest.approx(value, abs=1e-14)


def test_the_gradient_of_a_penalty_on_the_gradient(x):
    (g,) = autograd.grad((x**3).sum(), x, create_graph=True)
    ((g * g).sum()).backward()
    np.testing.assert_allclose(x.grad, 36 * x.detach().numpy() ** 3)


def test_backward_with_create_graph_leaves_gradients_that_can_be_differentiated(x):
    (x**3).sum().backward(create_graph=True)
    (x**3).sum().backward(create_graph=True)
    np.testing.assert_allclose(x.grad.detach(), 6 * x.detach().numpy() ** 2)
    (second,) = autograd.grad(x.grad.sum(), x)
    np.testing.assert_allclose(second, 12 * x.detach().numpy())


def test_a_change_of_a_value_that_is_needed_is_noticed(x):
    y = x * 2
    z = (y * y).sum()
    y.detach()[0] = 5.0
    with pytest.raises(ValueError, match=r"the gradient of mul \(3,\) needs was changed in place"):
        z.backward()


@pytest.mark.parametrize("view", [lambda x: x[1:], lambda x: x.reshape(3, 1), lambda x: x.T, lambda x: x.expand(2, 3)])
def test_a_change_through_a_view_is_noticed(x, view):
    y = x * 2
    z = (view(y) ** 2).sum()
    y.detach().copy_(0.0)
    with pytest.raises(ValueError, match="changed in place"):
        z.backward()


@pytest.mark.parametrize("name", ["exp", "sqrt", "sigmoid", "tanh", "relu", "logsumexp", "prod"])
def test_a_change_of_a_result_that_is_needed_is_noticed(x, name):
    y = getattr(x, name)()
    z = y.sum()
    y.detach().zero_()
    with pytest.raises(ValueError, match=f"the gradient of {name} .* changed in place"):
        z.backward()


def test_an_update_between_forward_and_backward_matters_only_where_it_is_needed(x):
    y, z = (x + 1).sum(), (x * x).sum()
    with autograd.no_grad():
        x -= 0.5
    y.backward()
    assert x.grad.tolist() == [1.0, 1.0, 1.0]
    with pytest.raises(ValueError, match="update after backward"):
        z.backward()


def test_ten_thousand_operations_one_after_another_need_no_recursion():
    x = autograd.tensor(1.0, requires_grad=True)
    y = x
    for _ in range(10_000):
        y = y * 1.0001
    y.backward(retain_graph=True)
    assert x.grad.item() == pytest.approx(1.0001**10_000)
    del y  # and none to be freed


def test_memory_is_given_back_without_the_collector():
    gc.disable()
    try:
        x = autograd.tensor(arrays((50,))[0], requires_grad=True)
        y = (x.exp() * x.sigmoid()).logsumexp() + x.tanh().prod()
        seen = weakref.ref(y._node), weakref.ref(x._node)
        del x, y
        assert [ref() for ref in seen] == [None, None]
    finally:
        gc.enable()


def test_gradients_come_in_the_type_of_the_leaf():
    single = autograd.tensor(np.ones(3, np.float32), requires_grad=True)
    double = autograd.ones(3, requires_grad=True)
    (single * double).sum().backward()
    assert (single.grad.dtype, double.grad.dtype) == (np.float32, np.float64)
