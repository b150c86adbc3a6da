"""Optimisers, and those that the library lacks."""

from collections.abc import Mapping
from typing import Any, Literal

import torch

from deepdive import scratch
from deepdive.twins.kinds import OptimizerTwin

_ADAM = (
    {},
    {"lr": 0.02, "betas": (0.8, 0.95), "eps": 1e-6, "weight_decay": 0.1},
    {"amsgrad": True, "weight_decay": 0.05, "maximize": True},
)
_OTHER_DECAYS = (
    {},
    {"lr": 0.02, "betas": (0.8, 0.95), "eps": 1e-6, "weight_decay": 0.1},
    {"decoupled_weight_decay": True, "weight_decay": 0.05, "maximize": True},
)
_CASES: Mapping[str, tuple[Mapping[str, Any], ...]] = {
    "SGD": (
        {"lr": 0.1},
        {"lr": 0.05, "momentum": 0.9, "weight_decay": 0.01},
        {"lr": 0.05, "momentum": 0.8, "dampening": 0.3, "maximize": True},
        {"lr": 0.05, "momentum": 0.9, "nesterov": True, "weight_decay": 0.1},
    ),
    "ASGD": ({}, {"lr": 0.05, "t0": 10.0, "lambd": 0.01, "weight_decay": 0.1}, {"alpha": 0.5, "maximize": True}),
    "Rprop": ({}, {"lr": 0.1, "etas": (0.4, 1.3), "step_sizes": (1e-3, 0.2)}, {"maximize": True}),
    "Adagrad": (
        {},
        {"lr": 0.1, "lr_decay": 0.05, "weight_decay": 0.1, "eps": 1e-6},
        {"initial_accumulator_value": 0.2, "maximize": True},
    ),
    "RMSprop": (
        {},
        {"momentum": 0.9, "centered": True, "weight_decay": 0.1, "lr": 0.003},
        {"alpha": 0.8, "eps": 1e-4, "centered": True},
        {"momentum": 0.5, "maximize": True},
    ),
    "Adadelta": ({}, {"lr": 0.5, "rho": 0.8, "eps": 1e-4, "weight_decay": 0.1}, {"maximize": True}),
    "Adam": (*_ADAM, {"decoupled_weight_decay": True, "weight_decay": 0.2}),
    "AdamW": _ADAM,
    "Adamax": ({}, {"lr": 0.02, "betas": (0.8, 0.95), "eps": 1e-4, "weight_decay": 0.1}, {"maximize": True}),
    "NAdam": (*_OTHER_DECAYS, {"momentum_decay": 0.1}),
    "RAdam": (*_OTHER_DECAYS, {"betas": (0.9, 0.7)}),
    "Adafactor": (
        {},
        {"lr": 0.1, "beta2_decay": -0.5, "eps": (1e-3, 1e-2), "d": 1.5, "weight_decay": 0.1},
        {"maximize": True},
    ),
    "SparseAdam": ({}, {"lr": 0.1, "betas": (0.8, 0.95), "eps": 1e-4}, {"maximize": True}),
    "Muon": (
        {},
        {"nesterov": False, "momentum": 0.8, "weight_decay": 0.3, "adjust_lr_fn": "match_rms_adamw"},
        {"ns_steps": 3, "ns_coefficients": (2.0, -1.5, 0.5), "eps": 1e-3},
    ),
    "LBFGS": (
        {"max_iter": 3, "lr": 0.05},
        {"max_iter": 2, "history_size": 3, "line_search_fn": "strong_wolfe"},
        {"max_iter": 4, "max_eval": 3, "history_size": 2, "lr": 0.3, "line_search_fn": "strong_wolfe"},
    ),
}
_PROBLEMS: Mapping[str, Literal["matrices", "rows", "closure"]] = {
    "SparseAdam": "rows",
    "Muon": "matrices",
    "LBFGS": "closure",
}

OPTIMIZERS: dict[str, OptimizerTwin] = {
    f"optim.{name}": OptimizerTwin(
        getattr(scratch.optim, name), getattr(torch.optim, name), cases, problem=_PROBLEMS.get(name, "groups")
    )
    for name, cases in _CASES.items()
    if hasattr(torch.optim, name)  # an older library lacks some
}

WITHOUT_TWIN = {
    f"optim.{name}": "the paper's equations, in NumPy"
    for name in ("AdamWScheduleFree", "Lion", "Muon", "SGDScheduleFree", "SophiaG", "Yogi")
} | {
    "optim.ExponentialMovingAverage": "torch.optim.swa_utils.AveragedModel",
    "optim.MuonWithAdamW": "torch.optim.Muon and torch.optim.AdamW, each on its part",
    "optim.hidden_weights": "the names by hand",
    "optim.muon_with_adamw": "the parts by hand",
    "optim.lr_scheduler.WarmupLR": "closed form",
    "optim.lr_scheduler.WarmupStableDecayLR": "closed form",
}  # fmt: skip
"""What the library lacks, or an older one does, and the other oracle that tests in ``tests/scratch`` compare with."""
