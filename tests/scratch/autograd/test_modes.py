from threading import Thread

import pytest

from deepdive.scratch import autograd


def test_nothing_is_recorded_inside_of_no_grad():
    x = autograd.ones(2, requires_grad=True)
    with autograd.no_grad():
        assert not (x * 2).requires_grad
        with autograd.enable_grad():
            assert (x * 2).requires_grad
        assert not autograd.is_grad_enabled()
    assert (x * 2).requires_grad


def test_it_decorates_functions():
    @autograd.no_grad()
    def predict(x):
        return x * 2

    x = autograd.ones(2, requires_grad=True)
    assert not predict(x).requires_grad
    assert not predict(x).requires_grad


def test_the_mode_comes_back_after_an_error():
    with pytest.raises(ZeroDivisionError), autograd.no_grad():
        1 / 0  # noqa: B018
    assert autograd.is_grad_enabled()


def test_each_thread_has_its_own():
    seen = []
    with autograd.no_grad():
        thread = Thread(target=lambda: seen.append(autograd.is_grad_enabled()))
        thread.start()
        thread.join()
    assert seen == [True]


def test_set_grad_enabled():
    with autograd.set_grad_enabled(False):
        assert not autograd.is_grad_enabled()
