"""A fitted linear model, and the rows it is fitted to."""

from dataclasses import dataclass

import torch
from jaxtyping import Float
from torch import Tensor


@dataclass(frozen=True)
class LinearFit:
    """``ŷ = X w + b``."""

    weight: Float[Tensor, " features"]
    bias: Float[Tensor, ""]
    """0 where no intercept was asked for."""
    method: str
    """How it was found: ``normal equation``, ``minimum norm``, ``gradient descent``."""
    steps: int = 0
    """Of gradient descent."""

    def predict(self, features: Float[Tensor, "rows features"]) -> Float[Tensor, " rows"]:
        """``ŷ`` of every row."""
        return features.to(self.weight) @ self.weight + self.bias


@dataclass(frozen=True)
class Centred:
    """Rows around their means, each feature in units of its own length: what every solver here works on.

    With an intercept ``x̄`` and ``ȳ`` are the means, else 0; ``scale`` is ``||x_j - x̄_j|| / √n``, 1 where that is 0.
    """

    features: Float[Tensor, "rows features"]
    targets: Float[Tensor, " rows"]
    feature_mean: Float[Tensor, " features"]
    target_mean: Float[Tensor, ""]
    scale: Float[Tensor, " features"]

    def fit(self, scaled: Float[Tensor, " features"], method: str, steps: int = 0) -> LinearFit:
        """The model in the units of the original rows."""
        weight = scaled / self.scale
        return LinearFit(weight, self.target_mean - self.feature_mean @ weight, method, steps)


def centred(features: Tensor, targets: Tensor, *, intercept: bool) -> Centred:
    """Check the rows and centre them, in double precision.

    Raises:
        TypeError: one of the two is no tensor of floating point numbers.
        ValueError: their shapes do not fit, there are no rows or no features, or a number is not finite.
    """
    for name, tensor, dimensions in (("features", features, 2), ("targets", targets, 1)):
        if not tensor.is_floating_point():
            raise TypeError(f"{name} has the type {tensor.dtype}; it must hold floating point numbers")
        if tensor.dim() != dimensions:
            raise ValueError(f"{name} has shape {tuple(tensor.shape)}; it must have {dimensions} dimensions")
        finite = tensor.isfinite() if dimensions == 1 else tensor.isfinite().all(dim=1)
        if not finite.all():
            raise ValueError(f"{name} has NaN or infinite values, first in row {int((~finite).nonzero()[0])}")
    if not features.numel():
        raise ValueError(f"features has shape {tuple(features.shape)}; there must be at least one row and one feature")
    if len(features) != len(targets):
        raise ValueError(f"features has {len(features)} rows, but targets has {len(targets)}")
    x, y = features.detach().double(), targets.detach().double()
    x_mean = x.mean(dim=0) if intercept else torch.zeros_like(x[0])
    y_mean = y.mean() if intercept else y.new_zeros(())
    x = x - x_mean
    scale = x.square().mean(dim=0).sqrt()
    scale = torch.where(scale > 0, scale, 1.0)
    return Centred(x / scale, y - y_mean, x_mean, y_mean, scale)
