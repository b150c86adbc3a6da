"""Design spaces, initialisation and inspection."""

import numpy as np
import torch
from tests.arguments.rows import INF, NAN, Row, is_figure, numbers, vector
from torch import nn

from deepdive.algorithms import design_spaces, initialization, inspection
from deepdive.algorithms.design_spaces import complexity, designs, regnet
from deepdive.algorithms.inspection import lazy, table
from deepdive.algorithms.inspection.activation_curves import activation_named, leaky
from deepdive.algorithms.inspection.signal_propagation import Propagation

DESIGN = {"depths": (1, 2), "widths": (8, 16), "group_widths": (4, 8), "bottleneck_ratios": (1, 1)}
DESIGNS = designs.Designs(*(torch.tensor([values]) for values in DESIGN.values()))
FRAME = design_spaces.Frame(image_size=(8, 8), num_classes=10)
ERRORS = design_spaces.ErrorDistribution(vector(0.1, 0.2, 0.4))
NET = nn.Sequential(nn.Linear(2, 3), nn.ReLU(), nn.Linear(3, 1))

ROWS = {
    # design spaces
    "design_spaces.best_value": Row(
        design_spaces.best_value,
        {"values": vector(1.0, 2.0, 3.0), "errors": vector(0.3, 0.1, 0.2), "fraction": 0.99, "draws": 50},
        lambda b: b.median == 2,
        [
            ({"values": vector(1.0)}, "errors must have shape \\(n=1,\\), got \\(3,\\)"),
            ({"errors": vector(NAN, 1, 2)}, "errors must be finite"),
            ({"fraction": 1.0}, "fraction must be above 0 and below 1"),
            ({"confidence": 0.0}, "confidence must be"),
            ({"draws": 0}, "draws must be"),
        ],
    ),
    "design_spaces.area_gain": Row(
        design_spaces.area_gain,
        {"before": ERRORS, "after": ERRORS, "draws": 20},
        lambda g: g.value == 0,
        [({"confidence": 1.0}, "confidence must be"), ({"draws": 0}, "draws must be")],
    ),
    "design_spaces.kolmogorov_smirnov": Row(
        design_spaces.kolmogorov_smirnov, {"a": ERRORS, "b": ERRORS}, lambda d: d == (0.0, 1.0)
    ),
    "design_spaces.Frame": Row(
        design_spaces.Frame,
        {"image_size": (8, 8)},
        lambda f: f.in_channels == 3,
        [
            ({"image_size": (8, 0)}, "image_size must be at least 1"),
            ({"image_size": (8,)}, "image_size must be a sequence of 2 integers, got 1"),
        ],
    ),
    "design_spaces.flops": Row(complexity.flops, {"designs": DESIGNS, "frame": FRAME}, lambda n: int(n[0]) > 0),
    "design_spaces.parameters": Row(
        complexity.parameters, {"designs": DESIGNS, "frame": FRAME}, lambda n: int(n[0]) > 170
    ),
    "design_spaces.activations": Row(
        complexity.activations, {"designs": DESIGNS, "frame": FRAME}, lambda n: int(n[0]) > 32 * 16
    ),
    "design_spaces.Design": Row(
        designs.Design,
        DESIGN,
        lambda d: d.inner_widths == (8, 16),
        [
            ({"depths": (1,)}, "every stage"),
            ({"depths": (0, 1)}, "depths must be at least 1"),
            ({"group_widths": (3, 8)}, "a stage of width"),
        ],
    ),
    "design_spaces.Designs": Row(
        designs.Designs,
        {name: torch.tensor([values]) for name, values in DESIGN.items()},
        lambda d: len(d) == 1,
        [({"widths": numbers([8])}, "widths must have shape \\(n=1, stages=2\\), got \\(1, 1\\)")],
    ),
    "design_spaces.Designs.rows": Row(DESIGNS.rows, {"which": numbers(0, 0)}, lambda d: len(d) == 2, free=("which",)),
    "design_spaces.compatible": Row(
        designs.compatible, {"designs": DESIGNS}, lambda d: torch.equal(d.widths, DESIGNS.widths)
    ),
    "design_spaces.ErrorDistribution": Row(
        design_spaces.ErrorDistribution,
        {"errors": vector(0.4, 0.1), "weights": vector(1.0, 3.0)},
        lambda f: np.isclose(f.mean, 0.175),
        [
            ({"errors": vector(), "weights": None}, "errors must not be empty"),
            ({"errors": vector(NAN, 1.0)}, "errors must be finite"),
            ({"weights": vector(1.0)}, "weights must have shape \\(n=2,\\), got \\(1,\\)"),
            ({"weights": vector(0.0, 0.0)}, "weights must not all be 0"),
            ({"weights": vector(-1.0, 2.0)}, "weights must be from 0 up"),
        ],
    ),
    "design_spaces.ErrorDistribution.__call__": Row(ERRORS.__call__, {"e": vector(0.2, 0.3)}, vector(1 / 3, 2 / 3)),
    "design_spaces.ErrorDistribution.area": Row(ERRORS.area, {"end": 0.4}, 0.4 - 0.7 / 3),
    "design_spaces.complexity_weights": Row(
        design_spaces.complexity_weights,
        {"complexity": vector(1.0, 1.0, 9.0), "bins": 2},
        vector(0.25, 0.25, 0.5),
        [
            ({"bins": 0}, "bins must be"),
            ({"complexity": vector()}, "complexity must not be empty"),
            ({"complexity": vector(INF, 1)}, "complexity must be finite"),
        ],
    ),
    "design_spaces.block_widths": Row(
        regnet.block_widths,
        {"depth": 2, "w_0": vector(8.0), "w_a": vector(8.0), "w_m": vector(2.0)},
        numbers([8, 16]),
        [({"w_a": vector(8.0, 8.0)}, "w_a must have shape \\(n=1,\\), got \\(2,\\)")],
    ),
    "design_spaces.regnet_design": Row(
        design_spaces.regnet_design,
        {"depth": 2, "w_0": 8, "w_a": 8.0, "w_m": 2.0, "group_width": 8},
        lambda d: d.widths == (8, 16),
        [
            ({"depth": 0}, "depth must be"),
            ({"w_0": 9}, "w_0 must be a multiple of 8"),
            ({"w_a": -1.0}, "w_a must be"),
            ({"w_m": 1.0}, "w_m must be"),
            ({"group_width": 0}, "group_width must be"),
            ({"bottleneck_ratio": 0}, "bottleneck_ratio must be"),
        ],
    ),
    "design_spaces.sample_designs": Row(
        design_spaces.sample_designs,
        {"space": design_spaces.space_named("anynet-a", stages=2), "n": 1, "frame": FRAME, "window": (0.0, 1e15)},
        lambda found: len(found) == 1,
        [
            ({"n": 0}, "n must be"),
            ({"window": (2.0, 1.0)}, "window must go up"),
            ({"window": (1.0,)}, "window must be a sequence of 2 numbers, got 1"),
        ],
    ),
    "design_spaces.AnyNetSpace": Row(
        design_spaces.AnyNetSpace,
        {"stages": 2},
        lambda s: s.depths == (1, 16),
        [
            ({"stages": 0}, "stages must be"),
            ({"depths": (3, 2)}, "depths must go"),
            ({"depths": (1,)}, "depths must be a sequence of 2"),
        ],
    ),
    "design_spaces.AnyNetSpace.draw": Row(
        design_spaces.AnyNetSpace(stages=2).draw, {"n": 3, "generator": torch.Generator()}, lambda d: len(d) == 3
    ),
    "design_spaces.RegNetSpace": Row(
        design_spaces.RegNetSpace,
        {"stages": 2},
        lambda s: s.w_0 == (8, 256),
        [({"w_m": (1.0, 2.0)}, "w_m must go"), ({"w_a": (0.0, 1.0)}, "w_a must go")],
    ),
    "design_spaces.RegNetSpace.draw": Row(
        design_spaces.RegNetSpace(stages=2).draw, {"n": 9, "generator": torch.Generator()}, lambda d: len(d) <= 9
    ),
    "design_spaces.space_named": Row(
        design_spaces.space_named,
        {"name": "regnet"},
        lambda s: s.name == "regnet",
        [({"name": "x"}, "space must be one of")],
    ),
    # initialization
    "initialization.initialize": Row(
        initialization.initialize,
        {"network": NET, "rules": {"Linear": lambda layer: nn.init.zeros_(layer.bias)}},
        {"Linear": ["0", "2"]},
        [
            ({"rules": {"Conv2d": abs}}, "no layer is, or is a, Conv2d"),
            ({"rules": {"Linear": "zeros"}}, "rules\\['Linear'\\] must be callable"),
        ],
    ),
    # inspection
    "inspection.leaky": Row(leaky, {"slope": 0.5}, lambda a: a.value(vector(-2.0)).item() == -1),
    "inspection.activation_named": Row(
        activation_named,
        {"name": "ReLU"},
        lambda a: a.value(vector(-2.0)).item() == 0,
        [({"name": "x"}, "activation must be one of")],
    ),
    "inspection.activation_curves": Row(
        inspection.activation_curves,
        {"names": ["ReLU"], "points": 3, "low": -1, "high": 1},
        lambda c: c["ReLU"].value.tolist() == [0, 0, 1],
        [
            ({"points": 1}, "points must be at least 2"),
            ({"low": 1}, "high must be above 1"),
            ({"names": ["x"]}, "activation must be one of"),
        ],
    ),
    "inspection.activation_figure": Row(inspection.activation_figure, {}, is_figure),
    "inspection.gradient_flow": Row(
        inspection.gradient_flow,
        {"network": NET, "batch": (torch.ones(2, 2), torch.ones(2, 1)), "loss": nn.functional.mse_loss},
        lambda flow: len(flow.parameters) == 4,
    ),
    "inspection.gradient_flow_figure": Row(
        inspection.gradient_flow_figure,
        {"flow": inspection.gradient_flow(NET, (torch.ones(2, 2), torch.ones(2, 1)), nn.functional.mse_loss)},
        is_figure,
    ),
    "inspection.unknown_sizes": Row(lazy.unknown_sizes, {"network": NET}, []),
    "inspection.check_sizes_known": Row(lazy.check_sizes_known, {"network": NET}, None),
    "inspection.receptive_field": Row(
        inspection.receptive_field,
        {"network": nn.Sequential(nn.Conv2d(1, 1, 3), nn.MaxPool2d(2))},
        lambda fields: fields[-1].size == (4, 4),
    ),
    "inspection.saved_bytes": Row(
        lambda network: inspection.saved_bytes(network, torch.ones(1, 2)), {"network": nn.Linear(2, 3)}, 8
    ),
    "inspection.weight_std": Row(
        inspection.weight_std,
        {"name": "lecun", "fan_in": 4, "fan_out": 2},
        0.5,
        [
            ({"fan_in": 0}, "fan_in must be at least 1"),
            ({"name": "x"}, "name must be one of"),
            ({"gain": 0.0}, "gain must be above 0"),
        ],
    ),
    "inspection.propagate": Row(
        inspection.propagate,
        {"std": 0.0, "depth": 1, "width": 2},
        lambda p: float(p.forward[0, 1]) == 0,
        [
            ({"std": -1.0}, "std must be at least 0"),
            ({"depth": 0}, "depth must be"),
            ({"activation": "x"}, "activation must be one of"),
        ],
    ),
    "inspection.expected_propagation": Row(
        inspection.expected_propagation,
        {"std": 0.5, "depth": 1, "width": 4},
        lambda p: torch.allclose(p.forward, torch.ones(1, 2).double()),
        [({"std": -1.0}, "std must be at least 0"), ({"depth": 0}, "depth must be"), ({"width": 0}, "width must be")],
    ),
    "inspection.hidden_unit_spread": Row(
        inspection.hidden_unit_spread,
        {"std": 0.0, "steps": 2},
        vector(0.0, 0.0, 0.0),
        [
            ({"hidden_size": 1}, "hidden_size must be at least 2"),
            ({"std": -1.0}, "std must be"),
            ({"lr": 0.0}, "lr must be"),
            ({"steps": -1}, "steps must be"),
        ],
    ),
    "inspection.propagation_figure": Row(
        inspection.propagation_figure, {"runs": {"a": Propagation(torch.ones(1, 2), torch.ones(1, 2))}}, is_figure
    ),
    "inspection.summary": Row(
        inspection.summary,
        {"network": NET, "inputs": torch.ones(1, 2)},
        lambda s: sum(layer.parameters for layer in s.layers) == 13,
        free=("inputs", "device"),
    ),
    "inspection.recurrent_parameters": Row(
        table.recurrent_parameters,
        {"gates": 4, "input_size": 2, "hidden_size": 3},
        4 * (6 + 9 + 3),
        [
            ({"hidden_size": 0}, "hidden_size must be at least 1"),
            ({"biases": 3}, "biases must be at least 0 and at most 2"),
        ],
    ),
    "inspection.recurrent_note": Row(table.recurrent_note, {"module": NET}, ""),
}
