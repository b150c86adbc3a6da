"""The scale on which a series is learnt, and the way back to its own unit."""

from dataclasses import asdict, dataclass
from typing import Any, Literal

import msgspec
import torch
from jaxtyping import Float, Float64
from torch import Tensor

Learn = Literal["levels", "differences", "log-differences"]
"""What of a series is learnt: its values, their changes from step to step, or those of their logarithms."""


@dataclass(frozen=True, slots=True)
class SeriesScale:
    """``z_t = (u_t - mean) / std`` with ``u_t = x_t``, ``x_t - x_{t-1}`` or ``log x_t - log x_{t-1}``.

    Whatever is learnt, forecasts are values of the series again: changes are added up from the last known value.
    """

    learn: Learn
    mean: float
    """Of ``u`` over the training part."""
    std: float
    """Its standard deviation there (of the population)."""

    @classmethod
    def fit(cls, train: Float64[Tensor, " n"], learn: Learn = "levels") -> "SeriesScale":
        """Learn mean and standard deviation from the training part of a series.

        Raises:
            ValueError: there is no such ``learn``, values are not positive under ``log-differences``, or ``u`` is
                constant.

        """
        u = _changes(train, learn)
        mean, std = float(u.mean()), float(u.std(correction=0))
        if not std > 1e-12 * max(1e-300, float(u.abs().max())):
            raise ValueError(
                f"the {learn} of the {len(train)} values of the training part are constant ({mean:g}); there is "
                "nothing to learn from"
            )
        return cls(learn, mean, std)

    @property
    def lost(self) -> int:
        """How many values at the beginning of a series have no ``z``: 1 for changes."""
        return 0 if self.learn == "levels" else 1

    def encode(self, values: Float64[Tensor, " n"]) -> Float64[Tensor, " m"]:
        """``z`` of a series, ``m = n - lost``."""
        return (_changes(values, self.learn) - self.mean) / self.std

    def decode(self, z: Float[Tensor, "origins k"], last: Float64[Tensor, " origins"]) -> Float64[Tensor, "origins k"]:
        """Values of the series ``1, ..., k`` steps after its ``last`` known ones."""
        u = z.double() * self.std + self.mean
        if self.learn == "levels":
            return u
        total = u.cumsum(dim=1)
        return last[:, None] + total if self.learn == "differences" else last[:, None] * total.exp()

    def to_json(self) -> dict[str, Any]:
        """Everything ``from_json`` needs."""
        return asdict(self)

    @classmethod
    def from_json(cls, content: dict[str, Any]) -> "SeriesScale":
        """The scale that ``to_json`` described.

        Raises:
            ValueError: something is missing or of another type; names it.
        """
        try:
            return msgspec.convert(content, cls)
        except msgspec.ValidationError as error:
            raise ValueError(f"not a scale: {error}") from error


def _changes(values: Float64[Tensor, " n"], learn: str) -> Tensor:
    if learn not in ("levels", "differences", "log-differences"):
        raise ValueError(f"learn is {learn!r}; it must be levels, differences or log-differences")
    if learn == "levels":
        return values
    if learn == "differences":
        return values.diff()
    if bool((values <= 0).any()):
        row = int((values <= 0).nonzero()[0])
        raise ValueError(
            f"learn is log-differences, but row {row + 1} is {float(values[row]):g}; a logarithm needs values above 0"
        )
    return torch.log(values).diff()
