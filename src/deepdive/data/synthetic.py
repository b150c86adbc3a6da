"""Regression data whose truth is known (D2L section 3.3)."""

from collections.abc import Callable, Sequence

import torch
from jaxtyping import Float
from torch import Tensor

from deepdive.data.rows import RowsDataModule

Features = Callable[[Float[Tensor, "rows inputs"]], Float[Tensor, "rows features"]]


class SyntheticRegression(RowsDataModule):
    """``y = f(x) w + b + noise ε`` with ``x`` and ``ε`` standard normal (D2L sections 3.3, 3.6 and 3.7).

    A batch is ``(features (batch, features), y (batch, 1))``. After ``prepare``, ``train``, ``val`` and ``test`` are
    such pairs of all their rows.

    Args:
        weight: ``w``; D2L's two weights if not given.
        bias: ``b``.
        noise: standard deviation of the noise, from 0 up.
        train: training rows, at least one; likewise ``val`` and ``test``, which may be 0.
        batch_size: rows per training batch.
        seed: of the rows and of their order.
        inputs: width of ``x``; that of ``w`` if not given.
        features: ``f``, from ``(rows, inputs)`` to ``(rows, len(weight))``; the identity if not given.

    Raises:
        ValueError: a number is out of its range, or ``f`` gives another width than that of ``w``.
    """

    def __init__(
        self,
        weight: Sequence[float] = (2.0, -3.4),
        bias: float = 4.2,
        *,
        noise: float = 0.01,
        train: int = 1000,
        val: int = 1000,
        test: int = 0,
        batch_size: int = 32,
        seed: int = 0,
        inputs: int | None = None,
        features: Features | None = None,
    ) -> None:
        for name, value, least in (
            ("noise", noise, 0), ("train", train, 1), ("val", val, 0), ("test", test, 0), ("seed", seed, 0)
        ):  # fmt: skip
            if not least <= value < float("inf"):
                raise ValueError(f"{name} is {value}; it must be at least {least}, and finite")
        if not len(weight):
            raise ValueError("weight is empty; there must be at least one")
        self.weight = torch.tensor([float(w) for w in weight])
        self.bias = torch.tensor(float(bias))
        self.noise = noise
        self._sizes = (train, val, test)
        self._inputs = len(weight) if inputs is None else inputs
        self._features = features
        super().__init__((), batch_size=batch_size, seed=seed)

    def prepare(self) -> None:
        """Draw all rows; a second call does nothing."""
        if self.train:
            return
        generator = torch.Generator().manual_seed(self.seed)
        x = torch.randn(sum(self._sizes), self._inputs, generator=generator)
        noise = torch.randn(len(x), 1, generator=generator)
        made = x if self._features is None else self._features(x)
        if made.shape != (len(x), len(self.weight)):
            raise ValueError(
                f"features gives shape {tuple(made.shape)} for {len(x)} rows; it must give one column for each of the "
                f"{len(self.weight)} weights"
            )
        y = made @ self.weight[:, None] + self.bias + self.noise * noise
        self.train, self.val, self.test = zip(made.split(self._sizes), y.split(self._sizes), strict=True)
