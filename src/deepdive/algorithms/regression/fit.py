"""A fitted linear model, and the rows it is fitted to."""

from dataclasses import dataclass

import torch
from jaxtyping import Float
from torch import Tensor

from deepdive.checks import check_dimensions, check_finite, check_not_empty
from deepdive.signatures import checked


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

    @checked
    def predict(self, features: Float[Tensor, "rows features"]) -> Float[Tensor, " rows"]:
        """``ŷ`` of every row.

        Raises:
            ValueError: there are not as many features as weights.
        """
        check_dimensions("features", features, "rows", len(self.weight))
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
    """Rows around their means, in double precision.

    Raises:
        ValueError: there are no rows or no features, or a number is not finite.
    """
    check_not_empty("features", features)
    check_finite("features", features)
    check_finite("targets", targets)
    x, y = features.detach().double(), targets.detach().double()
    x_mean = x.mean(dim=0) if intercept else torch.zeros_like(x[0])
    y_mean = y.mean() if intercept else y.new_zeros(())
    x = x - x_mean
    scale = x.square().mean(dim=0).sqrt()
    scale = torch.where(scale > 0, scale, 1.0)
    return Centred(x / scale, y - y_mean, x_mean, y_mean, scale)
