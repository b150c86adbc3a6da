"""The table of proofs: every public name of ``deepdive.scratch``, its library twin, and samples on which to compare.

Read by the tests and by ``deepdive prove``. A row's key is the name as one writes it after ``scratch.``.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Literal

import torch
from torch import Generator, Tensor, nn
from torch.optim import lr_scheduler

from deepdive import scratch
from deepdive.models import MLP, LeNet, SoftmaxRegression


@dataclass(frozen=True)
class Sample:
    """A tensor to be drawn: ``normal`` values, ``uniform`` ones in [0, 1), whole ``classes``, or ``probabilities``."""

    shape: tuple[int, ...]
    kind: Literal["normal", "uniform", "classes", "probabilities"] = "normal"
    classes: int = 10

    def draw(self, generator: Generator, dtype: torch.dtype) -> Tensor:
        """The tensor; ``normal`` ones ask for a gradient."""
        if self.kind == "classes":
            return torch.randint(self.classes, self.shape, generator=generator)
        if self.kind == "normal":
            return torch.randn(self.shape, generator=generator, dtype=dtype).requires_grad_()
        x = torch.rand(self.shape, generator=generator, dtype=dtype)
        return x / x.sum(1, keepdim=True) if self.kind == "probabilities" else x


@dataclass(frozen=True)
class Case:
    """Arguments to make a layer with, and inputs to call it on; samples among the arguments are drawn, too."""

    inputs: tuple[Sample, ...]
    arguments: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class LayerTwin:
    """Two modules whose state dicts fit each other. The first case is the one that is timed, the rest are small."""

    ours: Callable[..., nn.Module]
    theirs: Callable[..., nn.Module]
    cases: tuple[Case, ...]
    random: bool = False
    """Draws in training; compared from one seed, and compiled in evaluation only."""
    single: float = 1e-4
    """Largest relative difference in float32; sums run in another order than the library's."""
    double: float = 1e-10
    """Largest relative difference in float64."""


@dataclass(frozen=True)
class InitTwin:
    """Two initialisers that draw the same numbers from equal generators."""

    ours: Callable[..., Any]
    theirs: Callable[..., Any]
    arguments: tuple[Mapping[str, Any], ...]
    in_place: bool = True
    """Fills the tensor it is given first."""


@dataclass(frozen=True)
class OptimizerTwin:
    """Two optimisers, equal update by update."""

    ours: Callable[..., torch.optim.Optimizer]
    theirs: Callable[..., torch.optim.Optimizer]
    arguments: tuple[Mapping[str, Any], ...]
    tolerance: float = 1e-10


@dataclass(frozen=True)
class ScheduleTwin:
    """Two schedules, equal step by step."""

    ours: Callable[..., Any]
    theirs: Callable[..., Any]
    arguments: tuple[Mapping[str, Any], ...]
    tolerance: float = 1e-12


def _case(*inputs: Sample | tuple[int, ...], **arguments: Any) -> Case:
    return Case(tuple(x if isinstance(x, Sample) else Sample(x) for x in inputs), arguments)


def _layer(name: str, *cases: Case, **more: Any) -> LayerTwin:
    return LayerTwin(getattr(scratch, name), getattr(nn, name), cases, **more)


def _classes(*shape: int, classes: int = 10) -> Sample:
    return Sample(shape, "classes", classes)


_POINTS = (_case((128, 4096)), _case((3, 4)), _case((2, 3, 4, 5)))
_IMAGES = (32, 16, 32, 32)
_WEIGHT = Sample((10,), "uniform")
_LOGITS = (512, 10)

LAYERS: dict[str, LayerTwin] = {
    "Identity": _layer("Identity", *_POINTS),
    "ReLU": _layer("ReLU", *_POINTS),
    "LeakyReLU": _layer("LeakyReLU", *_POINTS, _case((3, 4), negative_slope=0.3)),
    "PReLU": _layer("PReLU", *_POINTS, _case((2, 3, 4), num_parameters=3, init=0.1), _case((5,))),
    "Sigmoid": _layer("Sigmoid", *_POINTS),
    "Tanh": _layer("Tanh", *_POINTS),
    "GELU": _layer("GELU", *_POINTS, _case((3, 4), approximate="tanh")),
    "Softmax": _layer("Softmax", _case((512, 1000), dim=1), _case((2, 3, 4), dim=-2), _case((5,), dim=0)),
    "LogSoftmax": _layer("LogSoftmax", _case((512, 1000), dim=1), _case((2, 3, 4), dim=-2), _case((5,), dim=0)),
    "Dropout": _layer(
        "Dropout", *_POINTS, _case((3, 4), p=0.0), _case((3, 4), p=1.0), _case((3, 4), p=0.2), random=True
    ),
    "Flatten": _layer("Flatten", _case(_IMAGES), _case((2, 3, 4, 5), start_dim=0, end_dim=2), _case((2, 3))),
    "Linear": _layer(
        "Linear",
        _case((256, 512), in_features=512, out_features=512),
        _case((2, 3, 4), in_features=4, out_features=2, bias=False),
        _case((4,), in_features=4, out_features=3),
    ),
    "LazyLinear": _layer(
        "LazyLinear", _case((256, 512), out_features=512), _case((2, 3, 4), out_features=2, bias=False)
    ),
    "Conv2d": _layer(
        "Conv2d",
        _case(_IMAGES, in_channels=16, out_channels=32, kernel_size=3, padding=1),
        _case((2, 4, 9, 8), in_channels=4, out_channels=6, kernel_size=(3, 2), stride=(2, 1), padding=(0, 2), groups=2),
        _case((2, 3, 9, 8), in_channels=3, out_channels=3, kernel_size=2, dilation=(3, 2), groups=3, bias=False),
        _case((2, 3, 7, 6), in_channels=3, out_channels=2, kernel_size=(5, 3), padding="same", dilation=(1, 2)),
        _case((3, 7, 6), in_channels=3, out_channels=2, kernel_size=1, padding="valid"),
        *(
            _case((2, 3, 6, 5), in_channels=3, out_channels=2, kernel_size=3, padding=(2, 1), padding_mode=mode)
            for mode in ("reflect", "replicate", "circular")
        ),
    ),
    "LazyConv2d": _layer(
        "LazyConv2d",
        _case(_IMAGES, out_channels=32, kernel_size=3, padding=1),
        _case((4, 7, 6), out_channels=2, kernel_size=3, groups=2, bias=False),
    ),
    "AvgPool2d": _layer(
        "AvgPool2d",
        _case(_IMAGES, kernel_size=2),
        _case((2, 3, 8, 7), kernel_size=(3, 2), stride=(2, 3), padding=1, ceil_mode=True),
        _case((2, 3, 8, 7), kernel_size=3, stride=2, padding=1, ceil_mode=True, count_include_pad=False),
        _case((3, 8, 7), kernel_size=3, stride=1, padding=1, divisor_override=5),
    ),
    "MaxPool2d": _layer(
        "MaxPool2d",
        _case(_IMAGES, kernel_size=2),
        _case((2, 3, 8, 7), kernel_size=(3, 2), stride=(2, 3), padding=1, ceil_mode=True),
        _case((3, 9, 8), kernel_size=3, stride=1, padding=1, dilation=(2, 1)),
    ),
    "AdaptiveAvgPool2d": _layer(
        "AdaptiveAvgPool2d",
        _case(_IMAGES, output_size=4),
        _case((2, 3, 8, 7), output_size=(3, 5)),
        _case((3, 8, 7), output_size=(None, 2)),
        _case((2, 3, 3, 2), output_size=5),
    ),
    "MSELoss": _layer(
        "MSELoss",
        _case((512, 64), (512, 64)),
        _case((5,), (5,), reduction="sum"),
        _case((2, 3), (2, 3), reduction="none"),
    ),
    "BCEWithLogitsLoss": _layer(
        "BCEWithLogitsLoss",
        _case(_LOGITS, Sample(_LOGITS, "uniform")),
        _case((5, 10), Sample((5, 10), "uniform"), pos_weight=_WEIGHT, reduction="sum"),
        _case((5, 10), Sample((5, 10), "uniform"), weight=_WEIGHT, pos_weight=_WEIGHT, reduction="none"),
    ),
    "NLLLoss": _layer(
        "NLLLoss",
        _case(_LOGITS, _classes(512)),
        _case((7, 10), _classes(7), weight=_WEIGHT, ignore_index=3),
        _case((2, 10, 3), _classes(2, 3), weight=_WEIGHT, reduction="sum"),
        _case((10,), _classes(), reduction="none"),
    ),
    "CrossEntropyLoss": _layer(
        "CrossEntropyLoss",
        _case(_LOGITS, _classes(512)),
        _case((7, 10), _classes(7), weight=_WEIGHT, ignore_index=3, label_smoothing=0.1),
        _case((2, 10, 3), _classes(2, 3), ignore_index=1, label_smoothing=0.2, reduction="none"),
        _case((7, 10), Sample((7, 10), "probabilities"), weight=_WEIGHT, label_smoothing=0.1),
        _case((2, 10, 3), Sample((2, 10, 3), "probabilities"), weight=_WEIGHT, reduction="none"),
        _case((10,), _classes(), reduction="sum"),
    ),
}

NETWORKS: dict[str, LayerTwin] = {
    name: LayerTwin(partial(make, nn=scratch), make, (_case((128, 1, 28, 28)), _case((2, 1, 28, 28))))
    for name, make in {
        "SoftmaxRegression": partial(SoftmaxRegression, 784, 10),
        "MLP": partial(MLP, 784, 10),
        "LeNet": LeNet,
        "LeNet(modern=True)": partial(LeNet, modern=True),
    }.items()
}

_KAIMING = ({}, {"a": 0.2, "mode": "fan_out"}, {"nonlinearity": "tanh"}, {"nonlinearity": "relu"})
_GAINS = ("linear", "conv2d", "conv_transpose1d", "sigmoid", "tanh", "relu", "selu", "leaky_relu")

INITIALIZERS: dict[str, InitTwin] = {
    f"init.{name}": InitTwin(
        getattr(scratch.init, name), getattr(nn.init, name), arguments, in_place=name != "calculate_gain"
    )
    for name, arguments in {
        "calculate_gain": (*({"nonlinearity": g} for g in _GAINS), {"nonlinearity": "leaky_relu", "param": 0.5}),
        "uniform_": ({}, {"a": -2.0, "b": 3.0}),
        "normal_": ({}, {"mean": 2.0, "std": 0.5}),
        "constant_": ({"val": 0.3},),
        "zeros_": ({},),
        "ones_": ({},),
        "xavier_uniform_": ({}, {"gain": 2.0}),
        "xavier_normal_": ({}, {"gain": 2.0}),
        "kaiming_uniform_": _KAIMING,
        "kaiming_normal_": _KAIMING,
    }.items()
}

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

TWINS: dict[str, LayerTwin | InitTwin | OptimizerTwin | ScheduleTwin] = {
    **LAYERS, **INITIALIZERS, **OPTIMIZERS, **SCHEDULES, **NETWORKS,
}  # fmt: skip
