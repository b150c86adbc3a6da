"""Recurrence."""

import numpy as np
import torch
from tests.arguments.rows import INF, Row, is_figure, numbers, vector

from deepdive.algorithms import recurrence
from deepdive.algorithms.recurrence import by_hand

WEIGHTS = by_hand.RecurrentWeights(torch.ones(2, 3), torch.eye(2), torch.ones(1, 2))
UNROLLED = by_hand.recurrent_forward(WEIGHTS, torch.ones(4, 1, 3), torch.zeros(1, 2), "Identity")

ROWS = {
    "recurrence.RecurrentWeights": Row(
        by_hand.RecurrentWeights,
        {"hx": torch.ones(2, 3), "hh": torch.eye(2), "qh": torch.ones(1, 2)},
        lambda w: w.hh.shape == (2, 2),
        [
            ({"hh": torch.ones(2, 1)}, "hh must have shape \\(hidden=2, hidden=2\\), got \\(2, 1\\)"),
            ({"qh": torch.ones(1, 1)}, "qh must have shape"),
        ],
    ),
    "recurrence.recurrent_forward": Row(
        by_hand.recurrent_forward,
        {"weights": WEIGHTS, "inputs": torch.ones(2, 1, 3), "first": torch.zeros(1, 2), "activation": "Identity"},
        lambda u: u.outputs.flatten().tolist() == [6.0, 12.0],
        [
            ({"first": torch.zeros(1, 1)}, "first must have shape \\(1, 2\\), got \\(1, 1\\)"),
            ({"first": torch.zeros(2, 2)}, "first must have shape \\(batch=1"),
            ({"inputs": torch.ones(2, 1, 1)}, "inputs must have shape \\(steps, 1, 3\\)"),
            ({"inputs": torch.ones(0, 1, 3)}, "inputs must not be empty"),
            ({"activation": "x"}, "activation must be one of"),
        ],
    ),
    "recurrence.recurrent_backward": Row(
        by_hand.recurrent_backward,
        {"weights": WEIGHTS, "unrolled": UNROLLED, "outputs": torch.ones(4, 1, 1), "activation": "Identity"},
        lambda g: g.hidden[:, 0, 0].tolist() == [4.0, 3.0, 2.0, 1.0],
        [
            (
                {"outputs": torch.ones(1, 1, 1)},
                "outputs must have the shape of what unrolled put out, \\(4, 1, 1\\), got \\(1, 1, 1\\)",
            ),
            ({"factors": torch.ones(1)}, "factors must be one for each of 4 steps, got 1"),
        ],
    ),
    "recurrence.clip_by_norm": Row(
        recurrence.clip_by_norm,
        {"gradients": [torch.full((2,), 300.0, dtype=torch.float16)], "max_norm": 3.0},
        lambda found: np.isclose(found[1], 300 * 2**0.5) and np.allclose(found[0][0].float(), 3 / 2**0.5, rtol=1e-3),
        [
            ({"gradients": []}, "gradients must not be empty"),
            ({"max_norm": 0}, "max_norm must be above 0"),
            ({"gradients": [numbers(1)]}, "gradients\\[0\\] must be floating-point"),
        ],
    ),
    "recurrence.jacobian_figure": Row(
        recurrence.jacobian_figure, {"panels": {"a": {"b": torch.ones(3, 2)}}}, is_figure
    ),
    "recurrence.step_jacobians": Row(
        recurrence.step_jacobians,
        {"step": lambda x, h: 2 * h + x, "inputs": torch.zeros(1, 2), "states": torch.ones(1, 2)},
        2 * torch.eye(2)[None],
        [
            ({"step": lambda x, h: h[:, :1]}, "what step gives must have the shape of states"),
            ({"inputs": torch.zeros(2, 2)}, "states must have shape"),
        ],
    ),
    "recurrence.jacobian_norms": Row(
        recurrence.jacobian_norms,
        {"step": lambda x, h: 2 * h + x, "inputs": torch.zeros(2, 1, 2), "first": torch.ones(1, 2)},
        torch.tensor([[1.0], [2.0], [4.0]]),
        [
            ({"first": torch.ones(2, 2)}, "first must have shape \\(batch=1, size\\), got \\(2, 2\\)"),
            ({"inputs": torch.zeros(0, 1, 2)}, "inputs must not be empty"),
        ],
    ),
    "recurrence.recurrent_step": Row(
        recurrence.recurrent_step,
        {"kind": "lstm", "hidden_size": 4},
        lambda found: found[1] == 8,
        [
            ({"kind": "x"}, "kind must be one of"),
            ({"weights": "x"}, "weights must be one of"),
            ({"hidden_size": 0}, "hidden_size must be at least 1"),
            ({"scale": -1.0}, "scale must be at least 0"),
            ({"forget": INF}, "forget must be finite"),
        ],
    ),
    "recurrence.Truncation": Row(
        recurrence.Truncation,
        {"kind": "truncated", "length": 2},
        lambda t: t.factors(4).tolist() == [0, 1, 0, 1],
        [
            ({"length": 0}, "length must be at least 1"),
            ({"keep": 0}, "keep must be above 0 and at most 1"),
            ({"kind": "half"}, "kind must be"),
        ],
    ),
    "recurrence.Truncation.factors": Row(
        recurrence.Truncation("full").factors,
        {"steps": 2},
        torch.ones(2),
        [({"steps": -1}, "steps must be at least 0")],
    ),
    "recurrence.scale_gradient": Row(recurrence.scale_gradient, {"state": torch.ones(2), "factor": 0.5}, torch.ones(2)),
    "recurrence.unroll": Row(
        recurrence.unroll,
        {"step": lambda x, h: h + x, "inputs": vector(1.0, 2.0), "state": torch.tensor(0.0)},
        lambda states: [float(s) for s in states] == [1, 3],
        [({"factors": torch.ones(1)}, "factors must be one for each of 2 steps, got 1")],
    ),
}
