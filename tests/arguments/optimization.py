"""Surfaces, descent methods, line searches, convex sets, the range test of learning rates."""

import math

import torch
from tests.arguments.rows import INF, Row, is_figure, vector

from deepdive.algorithms import optimization

A, B = torch.tensor([[2.0, 1.0], [1.0, 3.0]], dtype=torch.float64), vector(1.0, 2.0)
BOWL = optimization.Quadratic(A, B)
START, DOWN = vector(4.0, -2.0), -(A @ vector(4.0, -2.0) - B)
PAIRS = torch.tensor([[0.0, 0.0]], dtype=torch.float64), torch.tensor([[2.0, 2.0]], dtype=torch.float64)
PATH = torch.tensor([[0.0, 0.0], [1.0, 1.0]])
FALLING = lambda x: -x.sum()  # noqa: E731
LOSSES = [2.0 - 0.1 * t for t in range(15)] + [3.0, 9.0]
RATES = [10 ** (t / 4 - 4) for t in range(len(LOSSES))]
STEPS = [({"steps": 0}, "steps must be at least 1, got 0")]
LR = [({"lr": 0.0}, r"lr must be above 0, got 0\.0"), ({"lr": INF}, "lr must be")]


def at_the_minimum(path):
    return torch.allclose(path[-1], BOWL.minimum, atol=1e-6)


def down(found):
    return 0 < found <= 1 and float(BOWL(START + found * DOWN)) < float(BOWL(START))


ROWS = {
    "optimization.rosenbrock": Row(optimization.rosenbrock, {"x": vector(-1.0, 2.0)}, vector(104.0).squeeze(), [
        ({"x": vector(1.0, 2.0, 3.0)}, r"x must have shape \(\*batch, 2\), got \(3,\)"),
    ], free=("x",)),
    "optimization.beale": Row(optimization.beale, {"x": vector(0.0, 0.0)}, vector(14.203125).squeeze(), free=("x",)),
    "optimization.himmelblau": Row(
        optimization.himmelblau, {"x": vector(0.0, 0.0)}, vector(170.0).squeeze(), free=("x",)
    ),
    "optimization.saddle": Row(optimization.saddle, {"x": vector(2.0, 2.0)}, vector(4.0).squeeze(), free=("x",)),
    "optimization.Quadratic": Row(optimization.Quadratic, {"a": A, "b": B}, lambda f: float(f(PAIRS[1][0])) == 8, [
        ({"a": -A}, "a must be symmetric positive definite"),
        ({"a": torch.tensor([[2.0, 1.0], [0.0, 3.0]], dtype=torch.float64)}, "a must be symmetric positive definite"),
        ({"b": vector(1.0)}, "b must have shape"),
    ]),
    "optimization.gradient": Row(optimization.gradient, {"function": BOWL, "x": START}, A @ START - B),
    "optimization.hessian": Row(optimization.hessian, {"function": BOWL, "x": START}, A),
    "optimization.backtracking": Row(
        optimization.backtracking, {"function": BOWL, "x": START, "direction": DOWN}, down, [
            ({"direction": -DOWN}, "direction must go down, got a slope of"),
            ({"direction": vector(1.0)}, "direction must have"),
            ({"first": 0.0}, "first must be above 0"),
            ({"factor": 1.0}, "factor must be above 0 and below 1"),
            ({"c1": 0.0}, "c1 must be above 0 and below 1"),
        ],
    ),
    "optimization.strong_wolfe": Row(
        optimization.strong_wolfe, {"function": BOWL, "x": START, "direction": DOWN}, down, [
            ({"direction": -DOWN}, "direction must go down"),
            ({"first": 0.0}, "first must be above 0"),
            ({"c1": 0.0}, "c1 must be above 0 and below 1"),
            ({"c2": 1e-5}, r"c2 must be above 0\.0001 and below 1"),
            ({"function": FALLING, "x": vector(0.0), "direction": vector(1.0)}, "direction must have a step"),
        ],
    ),
    "optimization.gradient_descent": Row(
        optimization.gradient_descent, {"function": BOWL, "x": START, "lr": 0.3, "steps": 100}, at_the_minimum,
        [*LR, *STEPS, ({"momentum": 1.0}, "momentum must be"), ({"noise": -1.0}, "noise must be at least 0")],
    ),
    "optimization.steepest_descent": Row(
        optimization.steepest_descent, {"function": BOWL, "x": START, "steps": 100}, at_the_minimum, STEPS
    ),
    "optimization.newton": Row(optimization.newton, {"function": BOWL, "x": START, "steps": 2}, at_the_minimum, STEPS),
    "optimization.preconditioned_descent": Row(
        optimization.preconditioned_descent, {"function": BOWL, "x": START, "lr": 1.0, "steps": 100}, at_the_minimum,
        [*LR, *STEPS],
    ),
    "optimization.coordinate_descent": Row(
        optimization.coordinate_descent, {"function": BOWL, "x": START, "sweeps": 30}, at_the_minimum,
        [({"sweeps": 0}, "sweeps must be at least 1")],
    ),
    "optimization.conjugate_gradients": Row(
        optimization.conjugate_gradients, {"a": A, "b": B, "x": START}, at_the_minimum, [
            ({"a": -A}, "a must be positive definite, got a direction with pᵀA p = -"),
            ({"x": vector(1.0)}, "x must have shape"),
        ],
    ),
    "optimization.project_box": Row(
        optimization.project_box, {"x": vector(-3.0, 0.5), "low": -1.0, "high": 2.0}, vector(-1.0, 0.5), [
            ({"high": -2.0}, r"high must be at least -1\.0, got -2\.0"),
            ({"low": INF}, "low must be finite"),
        ],
    ),
    "optimization.project_ball": Row(
        optimization.project_ball, {"x": vector(3.0, 4.0), "radius": 10.0}, vector(3.0, 4.0),
        [({"radius": 0.0}, "radius must be above 0")],
    ),
    "optimization.project_simplex": Row(
        optimization.project_simplex, {"x": vector(0.75, 1.25, -3.0)}, vector(0.25, 0.75, 0.0),
        [({"x": vector()}, "x must not be empty")],
    ),
    "optimization.soft_threshold": Row(
        optimization.soft_threshold, {"x": vector(3.0, -0.5, -2.0), "threshold": 1.0}, vector(2.0, 0.0, -1.0),
        [({"threshold": -1.0}, "threshold must be at least 0")],
    ),
    "optimization.proximal_gradient": Row(
        optimization.proximal_gradient,
        {"function": BOWL, "proximal": lambda x: x, "x": START, "lr": 0.3, "steps": 100}, at_the_minimum,
        [*LR, *STEPS],
    ),
    "optimization.convexity_gap": Row(
        optimization.convexity_gap, {"function": BOWL, "x": PAIRS[0], "y": PAIRS[1]}, vector(3.5),
        [({"weight": 1.5}, "weight must be at least 0 and at most 1"), ({"y": torch.zeros(2, 2)}, "y must have")],
    ),
    "optimization.smallest_hessian_eigenvalue": Row(
        optimization.smallest_hessian_eigenvalue, {"function": BOWL, "x": PAIRS[1]}, vector((5 - math.sqrt(5)) / 2),
        [({"x": torch.zeros(0, 2)}, "x must not be empty")],
    ),
    "optimization.jensen_gap": Row(
        optimization.jensen_gap,
        {"function": BOWL, "values": torch.cat(PAIRS), "probabilities": vector(0.5, 0.5)}, vector(3.5).squeeze(), [
            ({"probabilities": vector(0.5, 0.6)}, r"probabilities must be at least 0 and sum to 1, got a sum of 1\.1"),
            ({"probabilities": vector(-0.5, 1.5)}, "probabilities must be at least 0"),
            ({"probabilities": vector(1.0)}, "probabilities must have"),
        ],
    ),
    "optimization.trajectory_figure": Row(
        optimization.trajectory_figure, {"surface": optimization.SURFACES["saddle"], "paths": {"one": PATH}}, is_figure,
        [({"paths": {"one": PATH[:, :1]}}, r"paths\['one'\] must have shape \(points, 2\)")],
    ),
    "optimization.geometric_rates": Row(
        optimization.geometric_rates, {"lowest": 0.5, "highest": 8.0, "steps": 3},
        lambda rates: torch.allclose(vector(*rates), vector(0.5, 2.0, 8.0)), [
            ({"lowest": 0.0}, "lowest must be above 0"),
            ({"highest": 0.5}, r"highest must be above 0\.5"),
            ({"steps": 1}, "steps must be at least 2"),
        ],
    ),
    "optimization.smoothed": Row(
        optimization.smoothed, {"losses": [4.0, 1.0], "decay": 0.5}, [4.0, 2.0],
        [({"decay": 1.0}, "decay must be at least 0 and below 1")], free=("losses",),
    ),
    "optimization.has_diverged": Row(
        optimization.has_diverged, {"losses": LOSSES, "decay": 0.0}, True,
        [({"decay": 1.0}, "decay must be at least 0 and below 1")], free=("losses",),
    ),
    "optimization.DivergenceWatch": Row(
        optimization.DivergenceWatch, {"decay": 0.0}, lambda watch: [watch.add(loss) for loss in LOSSES][-1],
        [({"decay": 1.0}, "decay must be at least 0 and below 1")],
    ),
    "optimization.suggest_lr": Row(
        optimization.suggest_lr, {"rates": RATES, "losses": LOSSES, "decay": 0.0},
        lambda found: math.isclose(found.diverges_at, RATES[15]) and math.isclose(found.suggestion, RATES[15] / 10), [
            ({"rates": RATES[:3]}, "rates must be one for each of 17 losses, got 3"),
            ({"losses": [1.0, INF, *LOSSES[2:]]}, "losses must be finite for at least 10 steps, got 1;"),
            ({"losses": sorted(LOSSES)}, "losses must fall before they rise"),
            ({"decay": 1.0}, "decay must be at least 0 and below 1"),
        ], free=("losses", "rates"),
    ),
    "optimization.range_test_figure": Row(
        optimization.range_test_figure, {"test": optimization.suggest_lr(RATES, LOSSES)}, is_figure
    ),
}  # fmt: skip
