"""Optimisers and schedules of their learning rates."""

import torch
from torch.optim import lr_scheduler

from deepdive import scratch
from deepdive.twins.kinds import OptimizerTwin, ScheduleTwin

_ADAM = (
    {},
    {"lr": 0.02, "betas": (0.8, 0.95), "eps": 1e-6, "weight_decay": 0.1},
    {"amsgrad": True, "weight_decay": 0.05, "maximize": True},
)

OPTIMIZERS: dict[str, OptimizerTwin] = {
    f"optim.{name}": OptimizerTwin(getattr(scratch.optim, name), getattr(torch.optim, name), arguments)
    for name, arguments in {
        "SGD": (
            {"lr": 0.1},
            {"lr": 0.05, "momentum": 0.9, "weight_decay": 0.01},
            {"lr": 0.05, "momentum": 0.8, "dampening": 0.3, "maximize": True},
            {"lr": 0.05, "momentum": 0.9, "nesterov": True, "weight_decay": 0.1},
        ),
        "Adam": _ADAM,
        "AdamW": _ADAM,
    }.items()
}

SCHEDULES: dict[str, ScheduleTwin] = {
    f"optim.lr_scheduler.{name}": ScheduleTwin(
        getattr(scratch.optim.lr_scheduler, name), getattr(lr_scheduler, name), arguments
    )
    for name, arguments in {
        "StepLR": ({"step_size": 7}, {"step_size": 1, "gamma": 0.99}),
        "CosineAnnealingLR": ({"T_max": 100}, {"T_max": 30, "eta_min": 0.01}),
        "OneCycleLR": (
            {"max_lr": 0.5, "total_steps": 101},
            {"max_lr": [0.5, 0.1], "epochs": 20, "steps_per_epoch": 6, "anneal_strategy": "linear", "pct_start": 0.4},
            {"max_lr": 0.3, "total_steps": 110, "three_phase": True, "div_factor": 10.0, "base_momentum": 0.7},
            {"max_lr": 0.3, "total_steps": 120, "cycle_momentum": False, "final_div_factor": 100.0},
        ),
    }.items()
}
