"""How the size of activations and gradients changes with depth (D2L section 5.4)."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import torch
from jaxtyping import Float
from torch import Generator, Tensor

from deepdive.algorithms.inspection.activation_curves import activation_named
from deepdive.checks import check_bounds
from deepdive.figures import PALETTE, figure_style, log_scale
from deepdive.names import label
from deepdive.signatures import checked

if TYPE_CHECKING:
    from matplotlib.figure import Figure


@dataclass(frozen=True)
class Propagation:
    """Mean squares, one row per network."""

    forward: Float[Tensor, "networks levels"]
    """Of the input and of what each layer puts out."""
    backward: Float[Tensor, "networks levels"]
    """Of the gradients by the same; the last one, by the output, is 1 on average."""


@checked
def weight_std(name: str, fan_in: int, fan_out: int, *, gain: float = 1.0) -> float:
    """Standard deviation of a layer's first weights.

    ``lecun``: ``gain / √fan_in`` keeps activations of a linear layer; ``xavier``: ``gain √(2 / (fan_in + fan_out))``
    (Glorot and Bengio, 2010) weighs them against gradients, which ``gain / √fan_out`` would keep; ``kaiming``:
    ``gain √(2 / fan_in)`` (He et al., 2015) makes up for the half that ReLU cuts off.

    Raises:
        ValueError: an unknown name, a fan below 1, or ``gain`` is not above 0.
    """
    check_bounds("fan_in", fan_in, 1)
    check_bounds("fan_out", fan_out, 1)
    check_bounds("gain", gain, above=0)
    variances = {"lecun": 1 / fan_in, "xavier": 2 / (fan_in + fan_out), "kaiming": 2 / fan_in}
    if name not in variances:
        raise ValueError(f"name must be one of {', '.join(variances)}, got {name!r}")
    return gain * math.sqrt(variances[name])


@checked
def propagate(
    std: float,
    activation: str = "Identity",
    *,
    depth: int = 50,
    width: int = 256,
    batch: int = 64,
    networks: int = 8,
    seed: int = 0,
) -> Propagation:
    """Send normal inputs through ``hₗ = φ(hₗ₋₁ Wₗ)``, ``Wₗ ~ Normal(0, std²)``, and normal gradients back.

    ``gₗ₋₁ = (gₗ ⊙ φ'(hₗ₋₁ Wₗ)) Wₗᵀ``. All networks go through each layer in one batched product, in double precision.

    Raises:
        ValueError: an unknown activation, a size below 1, or a negative ``std``.
    """
    for name, value in (("depth", depth), ("width", width), ("batch", batch), ("networks", networks)):
        check_bounds(name, value, 1)
    check_bounds("std", std, 0)
    phi, generator = activation_named(activation), Generator().manual_seed(seed)

    def normal(*shape: int) -> Tensor:
        return torch.randn(networks, *shape, generator=generator, dtype=torch.float64)

    h, layers = normal(batch, width), []
    forward = [_mean_square(h)]
    for _ in range(depth):
        weight = std * normal(width, width)
        z = h @ weight
        h = phi.value(z)
        layers.append((weight, phi.derivative(z)))
        forward.append(_mean_square(h))
    g = normal(batch, width)
    backward = [_mean_square(g)]
    for weight, slope in reversed(layers):
        g = (g * slope) @ weight.mT
        backward.append(_mean_square(g))
    return Propagation(torch.stack(forward, dim=1), torch.stack(backward[::-1], dim=1))


@checked
def expected_propagation(std: float, activation: str = "Identity", *, depth: int = 50, width: int = 256) -> Propagation:
    """What `propagate` tends to as the width grows (Poole et al., 2016; Schoenholz et al., 2017).

    ``qₗ = E[φ(√(n std² qₗ₋₁) z)²]`` and ``gₗ₋₁ = n std² E[φ'(√(n std² qₗ₋₁) z)²] gₗ`` for ``z ~ Normal(0, 1)``, the
    expectations by Gauss-Legendre quadrature on either side of 0, where ReLU has its kink. One row.

    Raises:
        ValueError: an unknown activation, a size below 1, or a negative ``std``.
    """
    check_bounds("std", std, 0)
    check_bounds("depth", depth, 1)
    check_bounds("width", width, 1)
    phi, scale = activation_named(activation), width * std**2
    nodes, weights = _half_normal_quadrature()
    q, gains = [1.0], []
    for _ in range(depth):
        z = math.sqrt(scale * q[-1]) * nodes
        q.append(float(weights @ phi.value(z) ** 2))
        gains.append(scale * float(weights @ phi.derivative(z) ** 2))
    g = [1.0]
    for gain in reversed(gains):
        g.append(gain * g[-1])
    return Propagation(torch.tensor([q], dtype=torch.float64), torch.tensor([g[::-1]], dtype=torch.float64))


@checked
def hidden_unit_spread(
    std: float, *, constant: float = 0.5, hidden_size: int = 4, steps: int = 20, lr: float = 0.1, seed: int = 0
) -> Float[Tensor, " moments"]:
    """The largest difference between hidden units of a small perceptron, before and after each step of descent.

    Weights start at ``constant`` plus Normal(0, std²). With ``std=0`` all hidden units are the same: they get equal
    gradients and stay the same for ever, so the layer is worth one unit (D2L section 5.4.1.3, breaking the
    symmetry). The data is a made-up regression with 3 inputs.

    Raises:
        ValueError: fewer than 2 hidden units, or a negative ``std``.
    """
    check_bounds("hidden_size", hidden_size, 2)
    check_bounds("std", std, 0)
    check_bounds("steps", steps, 0)
    check_bounds("lr", lr, above=0)
    check_bounds("constant", constant)
    generator = Generator().manual_seed(seed)

    def normal(*shape: int) -> Tensor:
        return torch.randn(*shape, generator=generator, dtype=torch.float64)

    x = normal(32, 3)
    y = torch.tanh(x[:, :1] - 2 * x[:, 1:2] * x[:, 2:])
    w1 = (constant + std * normal(3, hidden_size)).requires_grad_()
    w2 = (constant + std * normal(hidden_size, 1)).requires_grad_()

    def spread() -> Tensor:
        rows = torch.cat([w1.detach().T, w2.detach()], dim=1)
        return (rows.amax(0) - rows.amin(0)).max()

    found = [spread()]
    for _ in range(steps):
        loss = ((torch.tanh(x @ w1) @ w2 - y) ** 2).mean()
        gradients = torch.autograd.grad(loss, (w1, w2))
        with torch.no_grad():
            for w, gradient in zip((w1, w2), gradients, strict=True):
                w -= lr * gradient
        found.append(spread())
    return torch.stack(found)


@checked
def propagation_figure(runs: Mapping[str, Propagation]) -> "Figure":
    """Mean squares by layer on a logarithmic axis, activations left, gradients right; a band is the networks' range."""
    from matplotlib.figure import Figure

    with figure_style():
        figure = Figure(figsize=(7.2, 3.4), layout="constrained")
        for ax, side in zip(figure.subplots(1, 2), ("forward", "backward"), strict=True):
            for i, (name, run) in enumerate(runs.items()):
                values = getattr(run, side).clamp(min=1e-300)
                layers, color = range(values.shape[1]), PALETTE[i % len(PALETTE)]
                ax.plot(layers, values.log().mean(0).exp().tolist(), color=color, label=label(name))
                if len(values) > 1:
                    ends = values.amin(0).tolist(), values.amax(0).tolist()
                    ax.fill_between(layers, *ends, color=color, alpha=0.2, linewidth=0)
            log_scale(ax, "y")
            ax.set_xlabel("layer")
            ax.set_title({"forward": "activations", "backward": "gradients"}[side], loc="left", fontsize="medium")
        figure.axes[0].set_ylabel("mean square")
        handles = figure.axes[0].get_legend_handles_labels()
        figure.legend(*handles, loc="outside upper left", ncols=3, fontsize="small")
    return figure


def _mean_square(x: Tensor) -> Tensor:
    return x.square().mean(dim=(1, 2))


def _half_normal_quadrature(degree: int = 120) -> tuple[Tensor, Tensor]:
    """Nodes and weights of ``E[f(z)]``, Legendre's on [-9, 0] and [0, 9]; beyond, nothing counts in doubles."""
    nodes, weights = np.polynomial.legendre.leggauss(degree)
    half = torch.from_numpy((nodes + 1) * 4.5)
    weight = torch.from_numpy(weights * 4.5) * torch.exp(-half * half / 2) / math.sqrt(2 * math.pi)
    return torch.cat([-half, half]), torch.cat([weight, weight])
