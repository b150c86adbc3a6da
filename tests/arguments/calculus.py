"""Backpropagation, calculus and contrastive loss."""

import torch
from tests.arguments.rows import INF, Row, is_figure, numbers, vector

from deepdive.algorithms import backpropagation, calculus, contrastive

PERCEPTRON = backpropagation.Perceptron([torch.ones(2, 3)], [torch.zeros(2)], loss="squared")
VALUES = PERCEPTRON.forward(torch.ones(1, 3), torch.ones(1, 2))

ROWS = {
    # backpropagation
    "backpropagation.Perceptron": Row(
        backpropagation.Perceptron,
        {"weights": [torch.ones(2, 3)], "biases": [torch.zeros(2)]},
        lambda p: p.loss == "cross-entropy",
        [
            ({"biases": [torch.zeros(3)]}, "weights and biases of layer 1 must have shape"),
            ({"biases": []}, "weights and biases must have one entry"),
            ({"weight_decay": -1}, "weight_decay must be at least 0"),
            ({"activation": "gelu"}, "activation must be 'sigmoid' or 'tanh' or 'relu', got 'gelu'"),
        ],
    ),
    "backpropagation.Perceptron.forward": Row(
        PERCEPTRON.forward,
        {"x": torch.ones(1, 3), "y": torch.ones(1, 2)},
        lambda values: float(values.loss) == 0.5 * (2**2 + 2**2),
        [
            ({"x": torch.ones(1, 2)}, "x must have shape \\(batch, 3\\), got \\(1, 2\\)"),
            ({"y": torch.ones(1, 1)}, "y must have shape \\(batch, 2\\), got \\(1, 1\\)"),
            ({"y": torch.ones(2, 2)}, "y must have shape \\(batch=1"),
            ({"x": torch.ones(0, 3), "y": torch.ones(0, 2)}, "x must not be empty"),
        ],
    ),
    "backpropagation.Perceptron.backward": Row(
        PERCEPTRON.backward,
        {"values": VALUES, "y": torch.ones(1, 2)},
        lambda found: torch.equal(found.weights[0], torch.full((2, 3), 2.0)),
        [({"y": torch.ones(2, 2)}, "y must have one target for each of 1 examples, got 2")],
    ),
    "backpropagation.Perceptron.draw": Row(PERCEPTRON.draw, {}, lambda text: text.startswith("<svg")),
    # calculus
    "calculus.check_gradient": Row(
        calculus.check_gradient,
        {"function": lambda x: (x**3).sum(), "inputs": [vector(1.0, 2.0)]},
        lambda check: check.ok,
        [
            ({"inputs": []}, "inputs must be at least one tensor"),
            ({"inputs": [numbers(1)]}, "inputs must be at least one tensor"),
            ({"tolerance": 0}, "tolerance must be above 0"),
            ({"function": lambda x: x}, "what function returns must be a scalar"),
        ],
    ),
    "calculus.derivative": Row(
        calculus.derivative,
        {"function": torch.sin, "x": vector(0.5, 2.0)},
        lambda d: torch.allclose(d, torch.cos(vector(0.5, 2.0))),
        [
            ({"step": 0.0}, "step must be above 0"),
            ({"method": "five-point"}, "method must be"),
            ({"function": lambda x: 1.0}, "what function returns must be a tensor"),
        ],
        free=("x",),
    ),
    "calculus.partial_derivative": Row(
        calculus.partial_derivative,
        {"function": lambda x: x[..., 0] * x[..., 1], "x": vector(2.0, 3.0), "index": 0},
        lambda d: torch.allclose(d, vector(3.0).squeeze()),
        [({"index": 2}, "index must be from -2 to 1"), ({"index": -3}, "index must be from -2 to 1")],
    ),
    "calculus.jacobian": Row(
        calculus.jacobian,
        {"function": lambda x: x**2, "x": vector(2.0, 3.0)},
        lambda j: torch.allclose(j, torch.diag(vector(4.0, 6.0))),
        [({"x": vector()}, "x must be a vector")],
    ),
    "calculus.gradient": Row(
        calculus.gradient,
        {"function": lambda x: (x**2).sum(), "x": vector(2.0, 3.0)},
        lambda g: torch.allclose(g, vector(4.0, 6.0)),
        [({"function": lambda x: x}, "what function returns must be a scalar")],
    ),
    "calculus.hessian": Row(
        calculus.hessian,
        {"function": lambda x: x[0] ** 2 * x[1], "x": vector(2.0, 3.0)},
        lambda h: torch.allclose(h, torch.tensor([[6.0, 4.0], [4.0, 0.0]], dtype=torch.float64), atol=1e-5),
        [({"step": -1.0}, "step must be above 0")],
    ),
    "calculus.tangent_plot": Row(
        calculus.tangent_plot,
        {"function": torch.sin, "points": [0.0]},
        is_figure,
        [
            ({"interval": (1, 1)}, "the interval must go up"),
            ({"interval": (0, INF)}, "the interval must go up"),
            ({"interval": (0,)}, "interval must be a sequence of 2 numbers, got 1"),
        ],
    ),
    "calculus.contour_plot": Row(
        calculus.contour_plot,
        {"function": lambda p: (p**2).sum(-1), "arrows": 0},
        is_figure,
        [({"x": (2, 1)}, "the interval must go up"), ({"path": torch.ones(3, 3)}, "path must have shape")],
    ),
    # contrastive
    "contrastive.contrastive_loss": Row(
        contrastive.contrastive_loss,
        {"distance": vector(0.5, 0.2, 2.0), "different": vector(0.0, 1.0, 1.0), "margin": 1.5},
        vector((0.5**2 + 1.3**2) / 6).squeeze(),
        [
            ({"different": torch.zeros(3, 1)}, "different must have shape \\(batch=3,\\), got \\(3, 1\\)"),
            ({"different": vector(1.0)}, "different must have shape"),
            ({"distance": vector(), "different": vector()}, "distance must not be empty"),
            ({"margin": 0}, "margin must be above 0"),
        ],
    ),
}
