"""Schedules of learning rates."""

import math
from collections.abc import Mapping
from typing import Any

from torch.optim import lr_scheduler

from deepdive import scratch
from deepdive.twins.kinds import ScheduleTwin

_MEMBERS = (("LinearLR", {"total_iters": 10}), ("CosineAnnealingLR", {"T_max": 40}), ("StepLR", {"step_size": 9}))
_CLOSED = (
    ("ConstantLR", {"factor": 0.2, "total_iters": 7}),
    ("CosineAnnealingWarmRestarts", {"T_0": 8, "T_mult": 2}),
    ("OneCycleLR", {"max_lr": 0.4, "total_steps": 60, "cycle_momentum": False}),
    ("ExponentialLR", {"gamma": 0.95}),
)
_CASES: Mapping[str, tuple[Mapping[str, Any], ...]] = {
    "LambdaLR": (
        {"lr_lambda": lambda t: 0.95**t},
        {"lr_lambda": [lambda t: 1 / (1 + t), lambda t: math.cos(t / 9) ** 2]},
    ),
    "MultiplicativeLR": (
        {"lr_lambda": lambda t: 0.97},
        {"lr_lambda": [lambda t: 1 - 1 / (t + 9), lambda t: 1 + math.sin(t) / 9]},
    ),
    "StepLR": ({"step_size": 7}, {"step_size": 1, "gamma": 0.99}),
    "MultiStepLR": ({"milestones": [3, 20, 20, 50]}, {"milestones": (40, 9), "gamma": 0.5}),
    "ConstantLR": ({}, {"factor": 0.7, "total_iters": 31}),
    "LinearLR": ({}, {"start_factor": 0.9, "end_factor": 0.1, "total_iters": 60}),
    "ExponentialLR": ({"gamma": 0.93}, {"gamma": 1.01}),
    "PolynomialLR": ({}, {"total_iters": 70, "power": 0.9}, {"total_iters": 120, "power": 2.5}),
    "CosineAnnealingLR": ({"T_max": 100}, {"T_max": 30, "eta_min": 0.01}),
    "CosineAnnealingWarmRestarts": ({"T_0": 9}, {"T_0": 5, "T_mult": 2, "eta_min": 0.004}, {"T_0": 2, "T_mult": 3}),
    "CyclicLR": (
        {"base_lr": 0.001, "max_lr": 0.1, "step_size_up": 9},
        {
            "base_lr": [0.001, 0.02],
            "max_lr": [0.1, 0.3],
            "step_size_up": 7,
            "step_size_down": 12,
            "mode": "triangular2",
        },
        {"base_lr": 0.001, "max_lr": 0.1, "step_size_up": 8, "mode": "exp_range", "gamma": 0.98, "max_momentum": 0.99},
        {"base_lr": 0.01, "max_lr": 0.2, "step_size_up": 6, "scale_fn": lambda x: 1 / x, "cycle_momentum": False},
        {
            "base_lr": 0.01,
            "max_lr": 0.2,
            "step_size_up": 6,
            "scale_fn": lambda x: 1 / (1 + x),
            "scale_mode": "iterations",
        },
    ),
    "OneCycleLR": (
        {"max_lr": 0.5, "total_steps": 101},
        {"max_lr": [0.5, 0.1], "epochs": 20, "steps_per_epoch": 6, "anneal_strategy": "linear", "pct_start": 0.4},
        {"max_lr": 0.3, "total_steps": 110, "three_phase": True, "div_factor": 10.0, "base_momentum": 0.7},
        {"max_lr": 0.3, "total_steps": 120, "cycle_momentum": False, "final_div_factor": 100.0},
    ),
    "ChainedScheduler": (
        {"schedulers": _MEMBERS},
        {"schedulers": (("ConstantLR", {"total_iters": 20}), ("ExponentialLR", {"gamma": 0.9}))},
    ),
    "SequentialLR": (
        {"schedulers": _MEMBERS, "milestones": [12, 60]},
        {"schedulers": _CLOSED, "milestones": [9, 30, 80]},
    ),
    "ReduceLROnPlateau": (
        {"patience": 3},
        {"factor": 0.5, "patience": 1, "threshold": 0.2, "cooldown": 4, "min_lr": [1e-4, 1e-3]},
        {"mode": "max", "factor": 0.7, "patience": 2, "threshold": 0.05, "threshold_mode": "abs", "eps": 1e-4},
        {"threshold_mode": "abs", "patience": 0},
        {"mode": "max", "patience": 2},
    ),
}

SCHEDULES: dict[str, ScheduleTwin] = {
    f"optim.lr_scheduler.{name}": ScheduleTwin(
        getattr(scratch.optim.lr_scheduler, name),
        getattr(lr_scheduler, name),
        cases,
        metric=(lambda t: math.cos(t / 7) + 1 / (1 + t)) if name == "ReduceLROnPlateau" else None,
    )
    for name, cases in _CASES.items()
}
