"""The table of proofs: every public name of ``deepdive.scratch``, its library twin, and samples on which to compare.

Read by the tests and by ``deepdive prove``. A row's key is the name as one writes it after ``scratch.``.
"""

from functools import partial
from typing import Any

import torch
from torch import nn
from torch.optim import lr_scheduler

from deepdive import scratch
from deepdive.models import MLP, LeNet, SoftmaxRegression
from deepdive.twin_kinds import Case as Case
from deepdive.twin_kinds import FunctionTwin as FunctionTwin
from deepdive.twin_kinds import InitTwin as InitTwin
from deepdive.twin_kinds import LayerTwin as LayerTwin
from deepdive.twin_kinds import OptimizerTwin as OptimizerTwin
from deepdive.twin_kinds import Sample as Sample
from deepdive.twin_kinds import ScheduleTwin as ScheduleTwin


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
_SOFTMAX = (_case((512, 1000), dim=1), _case((2, 3, 4), dim=-2), _case((5,), dim=0))

LAYERS: dict[str, LayerTwin] = {
    "Identity": _layer("Identity", *_POINTS),
    "ReLU": _layer("ReLU", *_POINTS),
    "LeakyReLU": _layer("LeakyReLU", *_POINTS, _case((3, 4), negative_slope=0.3)),
    "PReLU": _layer("PReLU", *_POINTS, _case((2, 3, 4), num_parameters=3, init=0.1), _case((5,))),
    "Sigmoid": _layer("Sigmoid", *_POINTS),
    "Tanh": _layer("Tanh", *_POINTS),
    "GELU": _layer("GELU", *_POINTS, _case((3, 4), approximate="tanh")),
    "Softmax": _layer("Softmax", *_SOFTMAX),
    "LogSoftmax": _layer("LogSoftmax", *_SOFTMAX),
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
    "ConvTranspose2d": _layer(
        "ConvTranspose2d",
        _case(_IMAGES, in_channels=16, out_channels=8, kernel_size=4, stride=2, padding=1),
        _case(
            (2, 4, 5, 6), in_channels=4, out_channels=6, kernel_size=(3, 2), stride=(2, 3), output_padding=1, groups=2
        ),
        _case((2, 3, 4, 5), in_channels=3, out_channels=3, kernel_size=2, dilation=(3, 2), groups=3, bias=False),
        _case((3, 4, 5), in_channels=3, out_channels=2, kernel_size=(5, 3), stride=3, padding=(2, 1)),
        _case((2, 3, 4, 5), in_channels=3, out_channels=2, kernel_size=2, stride=2),
    ),
    "Embedding": _layer(
        "Embedding",
        _case(_classes(512, 64, classes=1000), num_embeddings=1000, embedding_dim=32),
        _case(_classes(3, 4), num_embeddings=10, embedding_dim=5, padding_idx=-2),
        _case(_classes(), num_embeddings=10, embedding_dim=3),
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

_ONE_HOT = (_case(_classes(4096), num_classes=10), _case(_classes(2, 3)), _case(_classes(5), num_classes=12))

FUNCTIONS: dict[str, FunctionTwin] = {
    f"functional.{name}": FunctionTwin(getattr(scratch.functional, name), theirs, cases)
    for name, theirs, cases in (
        ("logsumexp", torch.logsumexp, (*_SOFTMAX, _case((2, 3, 4), dim=1, keepdim=True))),
        ("softmax", nn.functional.softmax, _SOFTMAX),
        ("log_softmax", nn.functional.log_softmax, _SOFTMAX),
        ("one_hot", nn.functional.one_hot, _ONE_HOT),
    )
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
        "dirac_": ({}, {"groups": 3}),
        "orthogonal_": ({}, {"gain": 2.0}),
    }.items()
} | {"init.eye_": InitTwin(scratch.init.eye_, nn.init.eye_, ({},), shape=(6, 4))}

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

TWINS: dict[str, LayerTwin | FunctionTwin | InitTwin | OptimizerTwin | ScheduleTwin] = {
    **LAYERS, **FUNCTIONS, **INITIALIZERS, **OPTIMIZERS, **SCHEDULES, **NETWORKS,
}  # fmt: skip
