"""One pass of minibatch SGD over a linear model, in three forms that take the same steps."""

import time
from abc import ABC, abstractmethod
from collections.abc import Iterator
from typing import ClassVar

import torch
from jaxtyping import Float, Int64
from torch import Tensor, nn
from torch.utils.data import DataLoader, TensorDataset

Rows = Float[Tensor, "n features"]
Targets = Float[Tensor, " n"]


def half_squared_loss(theta: Float[Tensor, " features_1"], x: Rows, y: Targets) -> float:
    """``L(w, b) = Σᵢ (w · xᵢ + b - yᵢ)² / 2n`` with ``theta = (w, b)``; half of the variance of ``y`` for its mean."""
    return float((x @ theta[:-1] + theta[-1] - y).square().mean() / 2)


class Descent(ABC):
    """``θ = θ - lr Σ_{i ∈ B} ∇ ½ (w · xᵢ + b - yᵢ)² / |B|`` for batches ``B`` of rows, and how long the steps take.

    Every form starts from the same ``θ = (w, b)`` and takes rows in the order it is given, so that all take the same
    steps but for rounding.

    Args:
        x, y: rows and targets.
        theta: where it starts.
        batch_size: rows of a step; the last one of a pass may have fewer.
        lr: learning rate.
    """

    name: ClassVar[str]

    def __init__(self, x: Rows, y: Targets, theta: Float[Tensor, " features_1"], *, batch_size: int, lr: float) -> None:
        self.x, self.y, self.batch_size, self.lr = x, y, batch_size, lr
        self.start(theta)

    @abstractmethod
    def start(self, theta: Float[Tensor, " features_1"]) -> None:
        """Take the first weights."""

    @property
    @abstractmethod
    def theta(self) -> Float[Tensor, " features_1"]:
        """The weights and the bias."""

    @abstractmethod
    def steps(self, order: Int64[Tensor, " n"]) -> Iterator[None]:
        """The steps of one pass over the rows in this order, one at a time."""

    def epoch(self, order: Int64[Tensor, " n"], evaluations: int = 10) -> Iterator[tuple[int, float, float]]:
        """One pass: so many times on the way the steps so far, the seconds that they took, and the loss on all rows.

        The clock stands still while the loss is measured.
        """
        total = -(-len(order) // self.batch_size)
        every, seconds, began = -(-total // evaluations), 0.0, time.perf_counter()
        for step, _ in enumerate(self.steps(order), start=1):
            if step % every == 0 or step == total:
                seconds += time.perf_counter() - began
                yield step, seconds, half_squared_loss(self.theta, self.x, self.y)
                began = time.perf_counter()


class NaiveLoop(Descent):
    """As it is first written: a DataLoader fetches row by row, autograd differentiates, a loop updates."""

    name = "naive loop"

    def start(self, theta: Float[Tensor, " features_1"]) -> None:
        """Two parameters."""
        self.w, self.b = theta[:-1].clone().requires_grad_(), theta[-1:].clone().requires_grad_()

    @property
    def theta(self) -> Float[Tensor, " features_1"]:
        """Both parameters in one."""
        return torch.cat([self.w, self.b]).detach()

    def steps(self, order: Int64[Tensor, " n"]) -> Iterator[None]:
        """Batches, collated from single rows."""
        for x, y in DataLoader(TensorDataset(self.x, self.y), self.batch_size, sampler=order.tolist()):
            loss = ((x @ self.w + self.b - y) ** 2 / 2).mean()
            gradients = torch.autograd.grad(loss, (self.w, self.b))
            with torch.no_grad():
                for parameter, gradient in zip((self.w, self.b), gradients, strict=True):
                    parameter -= self.lr * gradient
            yield


class Vectorised(Descent):
    """Batches are slices of rows that are laid out in order once a pass, and the gradient is written out.

    ``∇L = X̃ᵀ (X̃ θ - y) / |B|``, where ``X̃`` has a column of ones, so that the bias is a weight.
    """

    name = "vectorised"

    def start(self, theta: Float[Tensor, " features_1"]) -> None:
        """One vector."""
        self._theta = theta.clone()
        self._ones = torch.ones(len(self.x), 1)

    @property
    def theta(self) -> Float[Tensor, " features_1"]:
        """The vector."""
        return self._theta.clone()

    def steps(self, order: Int64[Tensor, " n"]) -> Iterator[None]:
        """Two products of a step."""
        theta = self._theta
        x = torch.cat([self.x, self._ones], dim=1)[order].split(self.batch_size)
        y = self.y[order].split(self.batch_size)
        for rows, targets in zip(x, y, strict=True):
            residuals = torch.addmv(targets, rows, theta, beta=-1)
            theta.addmv_(rows.T, residuals, alpha=-self.lr / len(rows))
            yield


class Library(Descent):
    """The library's layer, loss and optimiser, on slices as `Vectorised` has them."""

    name = "library"

    def start(self, theta: Float[Tensor, " features_1"]) -> None:
        """One linear layer."""
        self.network = nn.Linear(len(theta) - 1, 1)
        with torch.no_grad():
            self.network.weight.copy_(theta[None, :-1])
            self.network.bias.copy_(theta[-1:])
        self.optimizer = torch.optim.SGD(self.network.parameters(), lr=self.lr)

    @property
    def theta(self) -> Float[Tensor, " features_1"]:
        """The layer's parameters in one."""
        return torch.cat([self.network.weight[0], self.network.bias]).detach()

    def steps(self, order: Int64[Tensor, " n"]) -> Iterator[None]:
        """Forward, backward, update."""
        loss = nn.MSELoss()
        x, y = self.x[order].split(self.batch_size), self.y[order].unsqueeze(1).split(self.batch_size)
        for rows, targets in zip(x, y, strict=True):
            (loss(self.network(rows), targets) / 2).backward()
            self.optimizer.step()
            self.optimizer.zero_grad()
            yield


FORMS: dict[str, type[Descent]] = {"naive": NaiveLoop, "vectorised": Vectorised, "library": Library}
"""By the name that metrics begin with."""
