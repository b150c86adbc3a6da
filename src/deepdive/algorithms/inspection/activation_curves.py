"""Activations and their derivatives in closed form, as numbers and as curves (D2L sections 5.1 and 5.4)."""

import math
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

import torch
from jaxtyping import Float
from torch import Tensor

from deepdive.checks import check_bounds
from deepdive.figures import BLUE, ORANGE, figure_style
from deepdive.names import label
from deepdive.signatures import checked

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_SQRT_2_PI = math.sqrt(2 / math.pi)


class Activation(NamedTuple):
    """``φ(x)`` and ``φ'(x)``, element by element."""

    value: Callable[[Tensor], Tensor]
    derivative: Callable[[Tensor], Tensor]


class Curve(NamedTuple):
    """An activation on a grid."""

    x: Float[Tensor, " n"]
    value: Float[Tensor, " n"]
    derivative: Float[Tensor, " n"]


@checked
def leaky(slope: float) -> Activation:
    """``max(x, 0) + slope min(x, 0)``, with the derivative 1 above 0 and ``slope`` elsewhere."""
    return Activation(
        lambda x: torch.where(x > 0, x, slope * x),
        lambda x: torch.where(x > 0, torch.ones_like(x), slope),
    )


def _normal_cdf(x: Tensor) -> Tensor:
    return (1 + torch.erf(x / math.sqrt(2))) / 2


def _normal_pdf(x: Tensor) -> Tensor:
    return torch.exp(-x * x / 2) / math.sqrt(2 * math.pi)


def _gelu_tanh_derivative(x: Tensor) -> Tensor:
    """``(1 + t) / 2 + x (1 - t²) u' / 2`` with ``t = tanh(u)``, ``u = √(2/π) (x + 0.044715 x³)``."""
    t = torch.tanh(_SQRT_2_PI * (x + 0.044715 * x**3))
    return (1 + t) / 2 + x * (1 - t * t) * _SQRT_2_PI * (1 + 3 * 0.044715 * x * x) / 2


ACTIVATIONS: Mapping[str, Activation] = {
    "Identity": Activation(lambda x: x, torch.ones_like),
    "ReLU": Activation(lambda x: x.clamp(min=0), lambda x: (x > 0).to(x)),
    "LeakyReLU": leaky(0.01),
    "PReLU": leaky(0.25),
    "Sigmoid": Activation(torch.sigmoid, lambda x: torch.sigmoid(x) * torch.sigmoid(-x)),
    "Tanh": Activation(torch.tanh, lambda x: 1 / torch.cosh(x.clamp(-300, 300)) ** 2),
    "GELU": Activation(lambda x: x * _normal_cdf(x), lambda x: _normal_cdf(x) + x * _normal_pdf(x)),
    "GELU(tanh)": Activation(
        lambda x: x * (1 + torch.tanh(_SQRT_2_PI * (x + 0.044715 * x**3))) / 2, _gelu_tanh_derivative
    ),
}
"""By the library's names: slopes are the defaults, 0.01 of LeakyReLU and the initial 0.25 of PReLU.

``Sigmoid' = y (1 - y)``, ``Tanh' = 1 - y² = 1 / cosh² x``, ``GELU' = Φ(x) + x ϕ(x)``. At a kink the derivative is the
left one, as in the library.
"""


@checked
def activation_named(name: str) -> Activation:
    """One of ``ACTIVATIONS``.

    Raises:
        ValueError: there is none of that name.
    """
    if name not in ACTIVATIONS:
        raise ValueError(f"activation must be one of {', '.join(ACTIVATIONS)}, got {name!r}")
    return ACTIVATIONS[name]


@checked
def activation_curves(
    names: Sequence[str] = tuple(ACTIVATIONS),
    *,
    low: int | float = -5,
    high: int | float = 5,
    points: int = 201,
) -> dict[str, Curve]:
    """Values and derivatives on ``points`` places from ``low`` to ``high``, in double precision.

    Raises:
        ValueError: an unknown name, fewer than 2 points, or ``low`` is not below ``high``.
    """
    check_bounds("points", points, 2)
    check_bounds("low", low)
    check_bounds("high", high, above=low)
    x = torch.linspace(low, high, points, dtype=torch.float64)
    found = {name: activation_named(name) for name in names}
    return {name: Curve(x, one.value(x), one.derivative(x)) for name, one in found.items()}


@checked
def activation_figure(curves: Mapping[str, Curve] | None = None) -> "Figure":
    """One panel per activation: the value, and the derivative dashed. Without curves, all activations."""
    from matplotlib.figure import Figure

    curves = activation_curves() if curves is None else curves
    columns = min(4, len(curves))
    rows = -(-len(curves) // columns)
    with figure_style():
        figure = Figure(figsize=(2.2 * columns, 0.4 + 2.0 * rows), layout="constrained")
        axes = figure.subplots(rows, columns, squeeze=False, sharex=True).flatten()
        for ax, (name, curve) in zip(axes, curves.items(), strict=False):
            x = curve.x.tolist()
            ax.plot(x, curve.value.tolist(), color=BLUE, label="value")
            ax.plot(x, curve.derivative.tolist(), color=ORANGE, linestyle="--", label="derivative")
            ax.set_title(label(name), fontsize="medium")
            ax.set_ylim(-1.3, 2.3)
        for ax in axes[len(curves) :]:
            ax.set_axis_off()
        figure.legend(*axes[0].get_legend_handles_labels(), loc="outside upper left", ncols=2, fontsize="small")
    return figure
