"""Metrics as tensor accumulators: an update costs a few small kernels and never waits for the device."""

from abc import ABC, abstractmethod

import torch
from jaxtyping import Float, Int, Num
from torch import Tensor


class Metric(ABC):
    """A number over many batches: ``update`` per batch, ``compute`` once, ``reset`` before the next pass.

    The state is a few scalar tensors under their own names. It is no module: an update sits in the training step,
    where looking up a module's buffer would cost as much as the arithmetic.
    """

    higher_is_better: bool = False

    def __init__(self, **accumulators: torch.dtype) -> None:
        self._names = tuple(accumulators)
        for name, dtype in accumulators.items():
            setattr(self, name, torch.zeros((), dtype=dtype))

    @property
    def state(self) -> dict[str, Tensor]:
        """The accumulators by name; writing into them sets the metric back to a saved moment."""
        return {name: getattr(self, name) for name in self._names}

    def to(self, device: torch.device) -> None:
        """Accumulate on this device from now on."""
        for name, value in self.state.items():
            narrow = device.type == "mps" and value.dtype == torch.float64  # which that device does not know
            setattr(self, name, value.to(device, torch.float32 if narrow else value.dtype))

    def reset(self) -> None:
        """Set every accumulator to 0."""
        for value in self.state.values():
            value.zero_()

    @abstractmethod
    def update(self, outputs: Tensor, targets: Tensor) -> None:
        """Add one batch."""

    @abstractmethod
    def compute(self) -> Tensor:
        """The metric over everything added since the last reset: a scalar, NaN if nothing was added."""


class Mean(Metric):
    """``mean = Σᵢ wᵢ vᵢ / Σᵢ wᵢ`` of values that are given instead of outputs; targets are not looked at.

    E.g. of losses of batches, each of them a mean over targets of weight ``wᵢ``, see `MeanLoss`.
    """

    total: Tensor
    weight: Tensor

    def __init__(self) -> None:
        super().__init__(total=torch.float64, weight=torch.float64)

    def update(self, outputs: Float[Tensor, "*shape"], targets: Tensor, weight: int | float | Tensor = 1.0) -> None:
        """Add values of the same weight each; what weighs nothing may be NaN."""
        if isinstance(weight, Tensor):
            self.total.add_(torch.where(weight > 0, outputs.to(self.total.dtype) * weight, 0.0).sum())
            self.weight.add_(weight * outputs.numel())
        elif weight:
            self.total.add_(outputs.sum(dtype=self.total.dtype) * weight)
            self.weight.add_(weight * outputs.numel())

    def compute(self) -> Tensor:
        """``total / weight``."""
        return self.total / self.weight


class Accuracy(Metric):
    """Share of examples whose true class is among the ``top`` most likely ones.

    ``accuracy = sum_i [y_i in top(o_i)] / n`` with logits ``o`` of shape ``(n, classes, ...)`` and class numbers
    ``y`` of shape ``(n, ...)``; range 0 to 1. Of targets that are probabilities, in the shape of the logits, the
    likeliest class counts as the true one.

    Raises:
        ValueError: ``top`` is less than 1; from ``update``, where probabilities have another shape than the logits.
    """

    higher_is_better = True
    correct: Tensor
    count: Tensor

    def __init__(self, top: int = 1) -> None:
        if top < 1:
            raise ValueError(f"top is {top}; it must be at least 1")
        super().__init__(correct=torch.int64, count=torch.int64)
        self.top = top

    def update(
        self,
        outputs: Float[Tensor, "n classes *rest"],
        targets: Int[Tensor, "n *rest"] | Float[Tensor, "..."],
    ) -> None:
        """Add a batch of logits (or probabilities) and of class numbers or probabilities."""
        if targets.is_floating_point():
            if targets.shape != outputs.shape:
                raise ValueError(
                    f"targets are probabilities of shape {tuple(targets.shape)}; they must have that of the outputs, "
                    f"{tuple(outputs.shape)}"
                )
            targets = targets.argmax(dim=1)
        if self.top == 1:
            hits = outputs.argmax(dim=1) == targets
        else:
            hits = (outputs.topk(self.top, dim=1).indices == targets.unsqueeze(1)).any(dim=1)
        self.correct.add_(hits.sum())
        self.count.add_(targets.numel())

    def compute(self) -> Tensor:
        """``correct / count``."""
        return self.correct / self.count


class BinaryAccuracy(Metric):
    """``accuracy = sum_i [(o_i > threshold) = y_i] / n`` for outputs of any kind and ``y`` 0 or 1; range 0 to 1."""

    higher_is_better = True
    correct: Tensor
    count: Tensor

    def __init__(self, threshold: int | float = 0.0) -> None:
        super().__init__(correct=torch.int64, count=torch.int64)
        self.threshold = threshold

    def update(self, outputs: Float[Tensor, "*shape"], targets: Num[Tensor, "*shape"]) -> None:
        """Add a batch of outputs and truths."""
        self.correct.add_(((outputs > self.threshold) == targets.bool()).sum())
        self.count.add_(targets.numel())

    def compute(self) -> Tensor:
        """``correct / count``."""
        return self.correct / self.count


class MeanSquaredError(Metric):
    """``mse = sum_i (o_i - y_i)^2 / n``, or its square root with ``root=True`` (in the target's unit)."""

    squares: Tensor
    count: Tensor

    def __init__(self, *, root: bool = False) -> None:
        super().__init__(squares=torch.float64, count=torch.int64)
        self.root = root

    def update(self, outputs: Float[Tensor, "*shape"], targets: Num[Tensor, "*shape"]) -> None:
        """Add a batch of predictions and targets of the same shape."""
        length = torch.linalg.vector_norm(outputs - targets, dtype=self.squares.dtype)
        self.squares.addcmul_(length, length)
        self.count.add_(targets.numel())

    def compute(self) -> Tensor:
        """``squares / count`` or its root."""
        mean = self.squares / self.count
        return mean.sqrt() if self.root else mean


class Pearson(Metric):
    """``r = Σ (o - ō)(y - ȳ) / √(Σ (o - ō)² Σ (y - ȳ)²)`` of outputs and targets of the same shape; range -1 to 1."""

    higher_is_better = True
    count: Tensor
    outputs: Tensor
    targets: Tensor
    squares: Tensor
    target_squares: Tensor
    products: Tensor

    def __init__(self) -> None:
        sums = ("outputs", "targets", "squares", "target_squares", "products")
        super().__init__(count=torch.int64, **dict.fromkeys(sums, torch.float64))

    def update(self, outputs: Float[Tensor, "*shape"], targets: Num[Tensor, "*shape"]) -> None:
        """Add a batch of predictions and targets."""
        o, y = outputs.double(), targets.double()
        self.count.add_(o.numel())
        self.outputs.add_(o.sum())
        self.targets.add_(y.sum())
        self.squares.add_(o.square().sum())
        self.target_squares.add_(y.square().sum())
        self.products.add_((o * y).sum())

    def compute(self) -> Tensor:
        """The correlation; NaN where outputs or targets are all the same."""
        n = self.count
        covariance = self.products - self.outputs * self.targets / n
        variances = (self.squares - self.outputs.square() / n) * (self.target_squares - self.targets.square() / n)
        return covariance / variances.sqrt()
