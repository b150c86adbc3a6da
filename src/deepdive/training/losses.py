"""What a loss is a mean over: how many targets, or the sum of their weights.

The loss of several batches together is not the mean of their losses, but ``Σᵢ wᵢ lᵢ / Σᵢ wᵢ`` with the weight ``wᵢ`` of
batch ``i``: that is what accumulated gradients are of, and what ``train_loss`` and ``val_loss`` are.
"""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, NamedTuple

import torch
from torch import Tensor
from torch.nn import functional as F

Weight = int | float | Tensor
"""Of one mean, a number or a scalar; or ``(terms,)``, of each term of a loss that is a sum of means."""

LossFunction = Callable[[Tensor, Tensor], Tensor]
"""Of outputs and targets."""


class Loss(NamedTuple):
    """The loss of a batch and what it is a mean over; of several terms, whose sum is the loss, one of each per term."""

    value: Tensor
    """A scalar, or ``(terms,)``."""
    weight: Weight
    """In the shape of the value; a plain number for a scalar will do."""

    def share(self, total: Weight, batches: int) -> Tensor:
        """``Σₖ wₖ lₖ / Wₖ``: what this batch contributes to the loss of several, of ``total`` weight ``Wₖ``.

        Where no batch has a target of term ``k``, each contributes the same, so that what does not depend on targets,
        as a penalty, still counts once.
        """
        if isinstance(total, Tensor):
            dtype = torch.promote_types(self.value.dtype, torch.float32)
            total = total.to(dtype)
            weight = self.weight.to(dtype) if isinstance(self.weight, Tensor) else self.weight
            part = torch.where(total > 0, weight / total, 1 / batches)
        else:
            part = self.weight / total if total > 0 else 1 / batches
        return (self.value * part).sum()


def check_reduction(loss: LossFunction, reduction: str = "mean", *, name: str = "loss") -> None:
    """Check that a loss, if it says how it reduces, does so as it must.

    Raises:
        ValueError: it does not; ``batchmean``, the mean over rows, is a mean, too.
    """
    given = _option(loss, "reduction")
    if isinstance(given, str) and given != reduction and (given, reduction) != ("batchmean", "mean"):
        raise ValueError(f"{name}.reduction must be {reduction!r}, got {given!r}")


def target_weight(loss: LossFunction, targets: Tensor, *, ignored: int | None = None) -> int | Tensor:
    """What ``loss(outputs, targets)`` is a mean over, told by the targets alone.

    A loss with ``ignore_index``, that is cross-entropy and negative log-likelihood of either toolkit, or functions of
    ``torch.nn.functional``, ``partial`` or not, divides by ``Σ weight[yᵢ]`` over the targets that are not ignored, or,
    of probabilities, by the number of examples; any other by the number of elements of the targets.

    Args:
        loss: a module or a function that gives a mean.
        targets: of a batch.
        ignored: a target that counts nowhere, besides the loss's own.

    Returns:
        A number that the shape tells, or a scalar on the device of the targets.
    """
    index = _option(loss, "ignore_index")
    if index is not None and targets.is_floating_point():
        return targets.numel() // (targets.shape[1] if targets.ndim > 1 else targets.numel())
    if _option(loss, "reduction") == "batchmean":
        return len(targets)
    if index is None and ignored is None:
        return targets.numel()
    kept = targets != (ignored if index is None else index)
    if None not in (index, ignored) and index != ignored:
        kept &= targets != ignored
    weights = _class_weights(loss)
    if weights is None:
        return kept.sum()
    classes = targets.clamp(0, len(weights) - 1).long()  # of one that is out of range the loss will tell
    return (weights[classes] * kept).sum()


def mean_loss(loss: LossFunction, outputs: Tensor, targets: Tensor, *, ignored: int | None = None) -> Tensor:
    """``loss(outputs, targets)``, and 0 with a gradient of 0 where the weight of the targets is 0.

    Raises:
        ValueError: the loss gives something else than one number.
    """
    weight = target_weight(loss, targets, ignored=ignored)
    if isinstance(weight, Tensor) and (_class_weights(loss) is not None or _option(loss, "ignore_index") is None):
        outputs = torch.where(weight > 0, outputs, outputs.detach())  # the mean of nothing has a gradient of NaN
    value = loss(outputs, targets)
    if value.ndim:
        raise ValueError(f"loss must give one number, the mean of a batch, got shape {tuple(value.shape)}")
    if isinstance(weight, Tensor):
        return torch.where(weight > 0, value, 0.0)
    return value if weight else outputs.sum()  # of no output


def stack_weights(weights: Sequence[int | Tensor], device: torch.device) -> Tensor:
    """One weight per term of a loss, ``(terms,)``."""
    return torch.stack([w if isinstance(w, Tensor) else torch.full((), w, device=device) for w in weights])


def metric_targets(loss: LossFunction, targets: Tensor, ignored: int) -> Tensor:
    """Targets for metrics that leave out ``ignored``: those that the loss ignores become it."""
    index = _option(loss, "ignore_index")
    return targets if index in (None, ignored) else targets.masked_fill(targets == index, ignored)


def is_likelihood(loss: LossFunction) -> bool:
    """Whether a loss is the plain negative log-likelihood, every target counting alike."""
    plain = _option(loss, "ignore_index") is not None and _class_weights(loss) is None
    return plain and not _option(loss, "label_smoothing")


def _class_weights(loss: LossFunction) -> Tensor | None:
    return None if _option(loss, "ignore_index") is None else _option(loss, "weight")


def _option(loss: Any, name: str) -> Any:
    """How a loss was made: an attribute of a module, a keyword of a partial function, or a function's default."""
    if isinstance(loss, partial):
        return loss.keywords[name] if name in loss.keywords else _option(loss.func, name)
    if loss is F.cross_entropy or loss is F.nll_loss:
        return {"ignore_index": -100, "reduction": "mean"}.get(name)
    return getattr(loss, name, None)
