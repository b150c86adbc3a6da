"""Metrics as tensor accumulators: an update costs a few small kernels and never waits for the device."""

from abc import ABC, abstractmethod

import torch
from jaxtyping import Float, Shaped
from torch import Tensor

from deepdive.checks import check_bounds, check_dimensions, check_dtype, check_integer, check_same_shape, shown
from deepdive.targets import IGNORED
from deepdive.training.losses import at_hand
from deepdive.training.thresholds import Thresholded


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

    def load_state(self, saved: dict[str, Tensor]) -> None:
        """Go back to a saved ``state``."""
        for name, value in self.state.items():
            value.copy_(saved[name])

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
        """Add one batch; it must not write into either, which training goes on with."""

    @abstractmethod
    def compute(self) -> Tensor:
        """The metric over everything added since the last reset: a scalar, of nothing NaN unless the metric says."""


class Mean(Metric):
    """``mean = Σᵢ wᵢ vᵢ / Σᵢ wᵢ`` of values that are given instead of outputs; targets are not looked at.

    E.g. of losses of batches, each of them a mean over targets of weight ``wᵢ``, see `MeanLoss`.

    Raises:
        TypeError: from ``update``, values are not floating-point, or the weight is no real number.
        ValueError: from ``update``, the weight is a tensor of another shape than (), or is negative or not
            finite; on a device, which is not waited for, the mean is NaN then.
    """

    total: Tensor
    weight: Tensor

    def __init__(self) -> None:
        super().__init__(total=torch.float64, weight=torch.float64)

    def update(self, outputs: Float[Tensor, "*shape"], targets: Tensor, weight: int | float | Tensor = 1.0) -> None:
        """Add values of the same weight each; what weighs nothing may be NaN."""
        check_dtype("outputs", outputs, "floating-point")
        if isinstance(weight, Tensor):
            check_dtype("weight", weight, "real")
            check_dimensions("weight", weight)
            if at_hand(weight):
                check_bounds("weight", weight.item(), 0)
            weight = torch.where(weight >= 0, weight, torch.nan).to(self.total.dtype)
            self.total.add_(torch.where(weight == 0, 0.0, outputs.to(self.total.dtype) * weight).sum())
            self.weight.add_(weight * outputs.numel())
            return
        check_bounds("weight", weight, 0)
        if weight:
            self.total.add_(outputs.sum(dtype=self.total.dtype) * weight)
            self.weight.add_(weight * outputs.numel())

    def compute(self) -> Tensor:
        """``total / weight``."""
        return self.total / self.weight


class Accuracy(Metric):
    """Fraction of examples whose true class is among the ``top`` most likely ones.

    ``accuracy = sum_i [y_i in top(o_i)] / n`` with logits ``o`` of shape ``(n, classes, ...)`` and class numbers
    ``y`` of shape ``(n, ...)``; range 0 to 1. Of targets that are probabilities, in the shape of the logits, the
    most likely class counts as the true one. Examples of the class ``ignore_index`` do not count, as in the loss
    (``nn.CrossEntropyLoss``).

    >>> metric = Accuracy()
    >>> metric.update(torch.tensor([[2.0, 1.0], [0.0, 3.0], [1.0, 0.0]]), torch.tensor([0, 0, -100]))
    >>> metric.compute().item()
    0.5

    Raises:
        TypeError: ``top`` is no integer; from ``update``, logits are not floating-point, or targets are neither
            integers nor floating-point.
        ValueError: ``top`` is less than 1; from ``update``, there are fewer classes, or the targets' shape does not
            fit.
    """

    higher_is_better = True
    correct: Tensor
    count: Tensor
    unknown: Tensor

    def __init__(self, top: int = 1, *, ignore_index: int = IGNORED) -> None:
        check_integer("top", top, 1)
        check_integer("ignore_index", ignore_index)
        super().__init__(correct=torch.int64, count=torch.int64, unknown=torch.int64)
        self.top = top
        self.ignore_index = ignore_index

    def update(self, outputs: Shaped[Tensor, "..."], targets: Shaped[Tensor, "..."]) -> None:
        """Add a batch of logits (or probabilities) and of class numbers or probabilities."""
        check_dtype("outputs", outputs, "floating-point")
        check_dtype("targets", targets, "integer", "floating-point")
        least = max(2, self.top)  # among one, every guess would be right
        if outputs.ndim < 2 or outputs.shape[1] < least:
            raise ValueError(
                f"outputs must have shape (n, classes, ...) with {least} classes or more, got {shown(outputs.shape)}"
            )
        if targets.is_floating_point():
            check_same_shape("targets", targets, "outputs", outputs)
            targets, nowhere = most_likely(targets)
        else:
            check_dimensions("targets", targets, outputs.shape[0], *outputs.shape[2:])
            nowhere = None
        guesses, unknown = most_likely(outputs)
        unknown = unknown if nowhere is None else unknown | nowhere
        if self.top == 1:
            hits = guesses == targets
        else:
            hits = (outputs.topk(self.top, dim=1).indices == targets.unsqueeze(1)).any(dim=1)
        if not _can_hold(targets.dtype, self.ignore_index):
            self.correct.add_(hits.count_nonzero())
            self.count.add_(targets.numel())
            self.unknown.add_(unknown.count_nonzero())
            return
        kept = targets != self.ignore_index
        if 0 <= self.ignore_index < outputs.shape[1]:  # no hit is one of another number
            hits = hits & kept
        self.correct.add_(hits.count_nonzero())
        self.count.add_(kept.count_nonzero())
        self.unknown.add_((unknown & kept).count_nonzero())

    def compute(self) -> Tensor:
        """``correct / count``; NaN if an output is."""
        return fraction(self.correct, self.count, self.unknown)


def most_likely(outputs: Tensor, dim: int = 1) -> tuple[Tensor, Tensor]:
    """The class of the largest output of each example, and whether there is none since an output is NaN."""
    largest, guesses = outputs.max(dim)  # NaN counts as the largest here
    return guesses, largest.isnan()


def fraction(correct: Tensor, count: Tensor, unknown: Tensor) -> Tensor:
    """``correct / count``, or NaN if anything is unknown."""
    return torch.where(unknown > 0, torch.nan, correct / count)


def _can_hold(dtype: torch.dtype, number: int) -> bool:
    """Whether integers of a dtype can be a number, which else would be wrapped to one of them."""
    limits = torch.iinfo(dtype)
    return limits.min <= number <= limits.max


class BinaryAccuracy(Thresholded, Metric):
    """``accuracy = sum_i [(o_i > threshold) = (y_i > 1/2)] / n``; range 0 to 1.

    Outputs ``o`` and truths ``y``, which are 0 or 1 (or probabilities), have one shape. See `Thresholded`.

    Raises:
        TypeError: outputs are not real numbers, or targets neither these nor booleans.
        ValueError: ``threshold`` is not finite; from ``update``, the shapes differ.
    """

    higher_is_better = True
    correct: Tensor
    count: Tensor
    unknown: Tensor

    def __init__(self, threshold: int | float | None = None) -> None:
        self.set_threshold(threshold)
        super().__init__(correct=torch.int64, count=torch.int64, unknown=torch.int64)

    def update(self, outputs: Shaped[Tensor, "..."], targets: Shaped[Tensor, "..."]) -> None:
        """Add a batch of outputs and truths."""
        check_dtype("outputs", outputs, "real")
        check_dtype("targets", targets, "real", "boolean")
        check_same_shape("targets", targets, "outputs", outputs)
        self.correct.add_(((outputs > self.divided_at) == (targets > 0.5)).sum())
        self.count.add_(targets.numel())
        self.unknown.add_((outputs.isnan() | targets.isnan()).count_nonzero())

    def compute(self) -> Tensor:
        """``correct / count``; NaN if an output or a truth is."""
        return fraction(self.correct, self.count, self.unknown)


class MeanSquaredError(Metric):
    """``mse = sum_i (o_i - y_i)^2 / n``, or its square root with ``root=True`` (in the target's unit).

    Raises:
        TypeError: from ``update``, outputs or targets are not real numbers.
        ValueError: from ``update``, the shapes differ.
    """

    squares: Tensor
    count: Tensor

    def __init__(self, *, root: bool = False) -> None:
        super().__init__(squares=torch.float64, count=torch.int64)
        self.root = root

    def update(self, outputs: Shaped[Tensor, "..."], targets: Shaped[Tensor, "..."]) -> None:
        """Add a batch of predictions and targets of the same shape."""
        check_dtype("outputs", outputs, "real")
        check_dtype("targets", targets, "real")
        check_same_shape("targets", targets, "outputs", outputs)
        wide = self.squares.dtype
        if not outputs.dtype == targets.dtype == torch.float32:  # of equal single numbers the difference is as good
            outputs, targets = outputs.to(wide), targets.to(wide)
        # two kernels, since this stands in every step; in single precision a norm of many would lose digits
        norm = torch.linalg.vector_norm(outputs - targets, dtype=wide)
        self.squares.addcmul_(norm, norm)
        self.count.add_(targets.numel())

    def compute(self) -> Tensor:
        """``squares / count`` or its root."""
        mean = self.squares / self.count
        return mean.sqrt() if self.root else mean


class Pearson(Metric):
    """``r = Σ (o - ō)(y - ȳ) / √(Σ (o - ō)² Σ (y - ȳ)²)`` of outputs and targets of the same shape; range -1 to 1.

    Each batch is centred before it is squared, and what two sets have is put together by their means, so that no digit
    is lost where means are large (Chan, Golub and LeVeque, 1983).

    Raises:
        TypeError: from ``update``, outputs or targets are not real numbers.
        ValueError: from ``update``, the shapes differ.
    """

    higher_is_better = True
    count: Tensor
    means: Tensor
    products: Tensor

    def __init__(self) -> None:
        super().__init__(count=torch.float64, means=torch.float64, products=torch.float64)
        self.means, self.products = torch.zeros(2, dtype=torch.float64), torch.zeros(2, 2, dtype=torch.float64)

    def update(self, outputs: Shaped[Tensor, "..."], targets: Shaped[Tensor, "..."]) -> None:
        """Add a batch of predictions and targets."""
        check_dtype("outputs", outputs, "real")
        check_dtype("targets", targets, "real")
        check_same_shape("targets", targets, "outputs", outputs)
        n = outputs.numel()
        if n == 0:
            return
        dtype = self.products.dtype
        pairs = torch.stack((outputs.to(dtype), targets.to(dtype))).view(2, n)
        means = pairs.mean(1)
        pairs = pairs - means.unsqueeze(1)
        step = means - self.means
        share = (self.count + n).reciprocal() * n
        self.products.add_((pairs.unsqueeze(1) * pairs).sum(2))
        self.products.addr_(step, step * (self.count * share))  # n m / (n + m)
        self.means.addcmul_(step, share)
        self.count.add_(n)

    def compute(self) -> Tensor:
        """The correlation; NaN where outputs or targets are all the same."""
        squares = self.products.diagonal()
        # the mean of equal numbers may be off by a rounding, and so what they differ from it
        noise = self.count * torch.finfo(squares.dtype).eps ** 2 * 16
        o, y = torch.where(squares > noise * self.means.square(), squares, torch.nan).sqrt()
        return (self.products[0, 1] / (o * y)).clamp(-1, 1)
