"""First values of parameters."""

from torch import nn

from deepdive import scratch
from deepdive.twins.kinds import InitTwin

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
