"""The tape against differences of its own forward pass: an oracle that shares nothing with any automatic gradient."""

import numpy as np
import pytest
import torch
from tests.scratch.autograd.comparing import arrays

from deepdive.algorithms.calculus import gradient, hessian
from deepdive.scratch import autograd

pytestmark = pytest.mark.usefixtures("without_shape_checks")  # thousands of evaluations

FUNCTIONS = {
    "perceptron": lambda x: autograd.cross_entropy((x[:6].reshape(3, 2) @ x[6:].reshape(2, 3)).tanh(), np.arange(3)),
    "statistics": lambda x: x.var() * x.logsumexp() + x.sigmoid().prod() - x.cumsum()[::3].mean(),
    "choices": lambda x: (
        autograd.maximum(x, x.flip(0) * 2).clip(-1.1, 1.3).sum() + autograd.where(x > 0, x, x**3).sum()
    ),
}


@pytest.mark.parametrize("name", FUNCTIONS)
def test_gradients_and_second_derivatives_are_the_limit_of_differences(name):
    (values,) = arrays((12,), seed=3)
    x = autograd.tensor(values, requires_grad=True)
    (g,) = autograd.grad(FUNCTIONS[name](x), x, create_graph=True)
    rows = [autograd.grad(part, x, retain_graph=True)[0].numpy() for part in g]

    def forward(at):
        return torch.tensor(FUNCTIONS[name](autograd.tensor(at.numpy())).item(), dtype=torch.float64)

    at = torch.tensor(values)
    np.testing.assert_allclose(g.detach(), gradient(forward, at, method="richardson"), rtol=1e-8, atol=1e-9)
    np.testing.assert_allclose(np.stack(rows), hessian(forward, at), rtol=1e-4, atol=1e-5)
