"""What random weights do to a signal on its way through many layers (textbook section 5.4)."""

import math
from collections.abc import Callable, Sequence

import torch
from jaxtyping import Float
from torch import Tensor

ACTIVATIONS: dict[str, Callable[[Tensor], Tensor]] = {
    "linear": lambda a: a,
    "relu": lambda a: a.clamp(min=0),
    "sigmoid": lambda a: 1 / (1 + torch.exp(-a)),
    "tanh": torch.tanh,
}


def xavier_deviation(fan_in: int, fan_out: int) -> float:
    """``sqrt(2 / (fan_in + fan_out))``: a compromise that keeps signals and gradients (Glorot and Bengio, 2010)."""
    return math.sqrt(2 / (fan_in + fan_out))


def kaiming_deviation(fan_in: int) -> float:
    """``sqrt(2 / fan_in)``: keeps the second moment of signals under ReLU, which halves it (He et al., 2015)."""
    return math.sqrt(2 / fan_in)


def propagate(
    deviations: Sequence[float] | float,
    *,
    depth: int = 50,
    width: int = 256,
    activation: str = "linear",
    batch: int = 64,
    trials: int = 8,
    seed: int = 0,
) -> tuple[Float[Tensor, "settings layers"], Float[Tensor, "settings layers"]]:
    """Size of the signal and of the gradient in every layer of random networks, all settings and trials at once.

    ``h_l = φ(h_{l-1} W_lᵀ)`` with ``W_l ~ N(0, deviation²)`` and ``h_0 ~ N(0, 1)``. The first result is the root mean
    square of ``h_l`` for ``l = 0 .. depth``, the second that of ``∂(h_depth · r)/∂h_l`` for a standard normal ``r``.

    With linear layers each multiplies the mean square by ``width · deviation²``: it stays if that is 1, and is
    ``(width · deviation²)^l`` after ``l`` of them.

    Args:
        deviations: standard deviations of the weights, one setting each.
        depth: layers.
        width: units per layer.
        activation: linear, relu, sigmoid or tanh.
        batch: signals per network.
        trials: networks per setting.
        seed: of signals and weights; every setting gets the same ones, scaled.

    Raises:
        ValueError: a number is out of its range, or there is no such activation.
    """
    settings = torch.tensor([deviations] if isinstance(deviations, int | float) else list(deviations)).double()
    for name, value in (("depth", depth), ("width", width), ("batch", batch), ("trials", trials)):
        if value < 1:
            raise ValueError(f"{name} is {value}; it must be at least 1")
    if not len(settings) or not (settings.isfinite() & (settings >= 0)).all():
        raise ValueError(f"deviations is {deviations}; there must be at least one, each from 0 up and finite")
    if activation not in ACTIVATIONS:
        raise ValueError(f"activation is {activation!r}; it must be one of {', '.join(ACTIVATIONS)}")
    generator = torch.Generator().manual_seed(seed)
    phi = ACTIVATIONS[activation]
    h = torch.randn(trials, batch, width, generator=generator, dtype=torch.float64)
    h = h.expand(len(settings), -1, -1, -1).clone().requires_grad_()  # (settings, trials, batch, width)
    signals = [h]
    for _ in range(depth):
        weights = torch.randn(trials, width, width, generator=generator, dtype=torch.float64)
        h = phi(settings[:, None, None, None] * (h @ weights.mT))
        signals.append(h)
    direction = torch.randn(trials, batch, width, generator=generator, dtype=torch.float64)
    gradients = torch.autograd.grad((signals[-1] * direction).sum(), signals)
    return _root_mean_square(signals), _root_mean_square(gradients)


def _root_mean_square(tensors: Sequence[Tensor]) -> Float[Tensor, "settings layers"]:
    return torch.stack([t.detach().square().mean(dim=(1, 2, 3)).sqrt() for t in tensors], dim=1)
