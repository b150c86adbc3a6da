"""Activations and softmax."""

from deepdive.twins._rows import SOFTMAX, case, layer
from deepdive.twins.kinds import LayerTwin

_POINTS = (case((128, 4096)), case((3, 4)), case((2, 3, 4, 5)))

ACTIVATIONS: dict[str, LayerTwin] = {
    **{
        name: layer(name, *_POINTS)
        for name in (
            *("Identity", "ReLU", "ReLU6", "SELU", "SiLU", "Mish", "Hardswish"),
            *("LogSigmoid", "Softsign", "Tanhshrink", "Sigmoid", "Tanh"),
        )
    },
    "Hardsigmoid": layer("Hardsigmoid", *_POINTS, double=1e-7),  # the library rounds a sixth to single precision
    "LeakyReLU": layer("LeakyReLU", *_POINTS, case((3, 4), negative_slope=0.3)),
    "PReLU": layer("PReLU", *_POINTS, case((2, 3, 4), num_parameters=3, init=0.1), case((5,))),
    "RReLU": layer("RReLU", *_POINTS, case((3, 4), lower=0.2, upper=0.9), random=True),
    "GELU": layer("GELU", *_POINTS, case((3, 4), approximate="tanh")),
    "ELU": layer("ELU", *_POINTS, case((3, 4), alpha=0.3)),
    "CELU": layer("CELU", *_POINTS, case((3, 4), alpha=0.25)),
    "Softplus": layer("Softplus", *_POINTS, case((3, 4), beta=2.5, threshold=1.0)),
    "Softshrink": layer("Softshrink", *_POINTS, case((3, 4), lambd=0.2)),
    "Hardshrink": layer("Hardshrink", *_POINTS, case((3, 4), lambd=0.2)),
    "Hardtanh": layer("Hardtanh", *_POINTS, case((3, 4), min_val=-0.2, max_val=0.9)),
    "Threshold": layer(
        "Threshold", case((128, 4096), threshold=0.1, value=0.7), case((3, 4), threshold=-0.5, value=3.0)
    ),
    "GLU": layer("GLU", case((128, 4096)), case((3, 4)), case((2, 4, 3), dim=1)),
    "Softmax": layer("Softmax", *SOFTMAX),
    "Softmin": layer("Softmin", *SOFTMAX),
    "LogSoftmax": layer("LogSoftmax", *SOFTMAX),
    "Softmax2d": layer("Softmax2d", case((32, 16, 32, 32)), case((2, 3, 4, 5)), case((3, 4, 5))),
}
