"""Attention."""

import numpy as np
import torch
from tests.arguments.rows import INF, Row, is_figure, vector

from deepdive.algorithms import attention
from deepdive.algorithms.attention import figures as attention_figures
from deepdive.algorithms.attention.kernels import get_kernel

X = vector(0.0, 1.0, 3.0)

ROWS = {
    "attention.attention_figure": Row(
        attention.attention_figure,
        {"maps": [attention.AttentionMap(torch.ones(1, 2), ["a"], ["b", "c"])]},
        is_figure,
        [
            ({"maps": []}, "maps and columns must be at least 1"),
            ({"columns": 0}, "maps and columns must be at least 1"),
            ({"maps": [attention.AttentionMap(torch.ones(2, 1), ["a"], ["b", "c"])]}, "the weights of map"),
        ],
    ),
    "attention.heat_maps": Row(
        attention_figures.heat_maps,
        {"panels": {"a": torch.ones(2, 3)}, "queries": torch.arange(2.0), "keys": torch.arange(3.0)},
        is_figure,
        [
            ({"panels": {}}, "panels must not be empty"),
            ({"panels": {"a": torch.ones(3, 2)}}, "queries must have shape \\(q=3,\\), got \\(2,\\)"),
        ],
    ),
    "attention.get_kernel": Row(
        get_kernel,
        {"name": "gaussian"},
        lambda k: float(k(torch.tensor(2.0))) == -2,
        [({"name": "triangle"}, "kernel must be one of")],
    ),
    "attention.attention_pool": Row(
        attention.attention_pool,
        {"queries": vector(1.0), "keys": X, "values": vector(1.0, 2.0, 5.0), "kernel": "boxcar", "bandwidth": 1.5},
        lambda found: torch.allclose(found[0], vector(1.5)),
        [
            ({"values": vector(1.0)}, "values must have shape \\(k=3,"),
            ({"keys": X.unsqueeze(1)}, "keys must have shape"),
            ({"bandwidth": 0.0}, "bandwidth must be above 0"),
            ({"bandwidth": vector(1.0, 2.0)}, "bandwidth must have shape \\(\\), got \\(2,\\)"),
            ({"kernel": "x"}, "kernel must be one of"),
            ({"keys": X[:0], "values": X[:0]}, "keys must not be empty"),
            ({"allowed": torch.ones(2, 3).bool()}, "allowed must have shape"),
        ],
        free=("bandwidth",),
    ),
    "attention.leave_one_out": Row(
        attention.leave_one_out,
        {"keys": X, "values": vector(1.0, 2.0, 5.0), "kernel": "constant"},
        vector(3.5, 3.0, 1.5),
        [({"keys": X[:1], "values": X[:1]}, "keys must be at least 2"), ({"values": X[:1]}, "values must have shape")],
        free=("bandwidth",),
    ),
    "attention.attention_rollout": Row(
        attention.attention_rollout,
        {"weights": torch.tensor([[[[0.5, 0.5], [0.0, 1.0]]]] * 2).squeeze(1).unsqueeze(1), "residual": 0.5},
        torch.tensor([[0.5625, 0.4375], [0.0, 1.0]]),
        [
            ({"weights": torch.ones(1, 1, 2, 3)}, "weights must have shape"),
            ({"weights": torch.ones(0, 1, 2, 2)}, "weights has no layer"),
            ({"residual": 1.5}, "residual must be from 0 to 1"),
        ],
    ),
    "attention.bandwidth_errors": Row(
        attention.bandwidth_errors,
        {"keys": X, "values": vector(1.0, 2.0, 5.0), "kernel": "constant", "bandwidths": vector(1.0, 2.0)},
        vector(*[np.mean([2.5**2, 1.0, 3.5**2])] * 2),
        [
            ({"bandwidths": X[:0]}, "bandwidths must not be empty"),
            ({"bandwidths": vector(0.0)}, "bandwidth must be above 0"),
        ],
    ),
    "attention.learn_bandwidth": Row(
        attention.learn_bandwidth,
        {"keys": X, "values": X, "start": 1.0, "steps": 1},
        lambda path: len(path.bandwidths) == 2 and path.bandwidths[0] == 1,
        [
            ({"kernel": "boxcar"}, "kernel must be gaussian or epanechnikov"),
            ({"start": 0.0}, "start must be above 0"),
            ({"start": INF}, "start must be above 0 and finite"),
            ({"steps": 0}, "steps must be at least 1"),
            ({"lr": -0.1}, "lr must be above 0"),
        ],
    ),
}
