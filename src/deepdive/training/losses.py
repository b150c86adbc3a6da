"""What a loss is a mean over: how many targets, or the sum of their weights.

The loss of several batches together is not the mean of their losses, but ``Σᵢ wᵢ lᵢ / Σᵢ wᵢ`` with the weight ``wᵢ`` of
batch ``i``: that is what accumulated gradients are of, and what ``train_loss`` and ``val_loss`` are.
"""

import math
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, Literal, NamedTuple

import torch
from torch import Tensor
from torch.nn import Module
from torch.nn import functional as F

from deepdive.checks import told
from deepdive.targets import IGNORED

Weight = int | float | Tensor
"""Of one mean, a number or a scalar; or ``(terms,)``, of each term of a loss that is a sum of means."""

SIGNED = (torch.int64, torch.int32, torch.int16, torch.int8)
"""Dtypes that can hold a target that is ignored, such as -100."""

LossFunction = Callable[[Tensor, Tensor], Tensor]
"""Of outputs and targets."""


class Loss(NamedTuple):
    """The loss of a batch and what it is a mean over; of several terms, whose sum is the loss, one of each per term."""

    value: Tensor
    """A scalar, or ``(terms,)``."""
    weight: Weight
    """In the shape of the value; a plain number for a scalar will do."""

    def contribution(self, total: Weight, batches: int) -> Tensor:
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
        shares = self.value * part
        return shares.sum() if shares.ndim else shares


class MeanLoss:
    """A loss that is a mean, and what it is a mean over: told by the targets alone, on their device.

    A loss with a whole number as ``ignore_index``, as cross-entropy and negative log-likelihood of either toolkit, or
    functions of ``torch.nn.functional``, ``partial`` or not, divides by ``Σ weight[yᵢ]`` over the targets that are not
    ignored, by their number where ``weight`` is no vector, or, of probabilities, by the number of examples; so does a
    function that wraps one (``functools.wraps``), and a module that holds one, if only one. Any other divides by the
    number of elements of the targets; if it does not say how it reduces, as a ``lambda``, by that of those that are not
    -100, should they be integers. One of your own that ignores or weighs targets otherwise needs these attributes, or a
    task that defines `Task.batch_weight`.

    >>> loss = MeanLoss(torch.nn.CrossEntropyLoss(weight=torch.tensor([1.0, 4.0])))
    >>> loss.weight(torch.tensor([0, 1, 1, -100]))
    tensor(9.)

    Args:
        loss: a module or a function of outputs and targets; how it reduces, if it says so, must be ``reduction``, or
            ``batchmean`` for ``mean``, the mean over rows.
        reduction: ``mean``, or ``none`` for losses that somebody else reduces.
        ignored: a target that counts nowhere, besides the loss's own.
        name: of the loss in messages.

    Raises:
        ValueError: the loss reduces otherwise.
    """

    def __init__(
        self, loss: LossFunction, *, reduction: str = "mean", ignored: int | None = None, name: str = "loss"
    ) -> None:
        given = option(loss, "reduction")
        self._by_rows = given == "batchmean"
        if isinstance(given, str) and given != reduction and not (self._by_rows and reduction == "mean"):
            raise ValueError(f"{name}.reduction must be {reduction!r}, got {given!r}")
        self._loss = loss
        self._means = means = _over_targets(loss)
        index = option(means, "ignore_index")
        self._index = index if isinstance(index, int) and not isinstance(index, bool) else None
        self._ignored = ignored
        self._by_elements = self._index is None and ignored is None
        self._reduces = given is not None
        self._of_toolkit = _is(loss, "CrossEntropyLoss") or _is(loss, "NLLLoss")
        unweighted = self._of_toolkit and option(loss, "weight") is None
        # the mean of no target is NaN; so may be its gradient, but for that of a plain cross-entropy, which is 0
        self._guarded = not unweighted
        self.is_likelihood = unweighted and _is(loss, "CrossEntropyLoss") and not option(loss, "label_smoothing")
        """Whether it is the plain negative log-likelihood, every target counting alike."""
        weights, least = self._class_weights(), "at least 0"
        if weights is None:
            return
        bad = weights < 0
        if option(means, "label_smoothing"):  # what is smoothed over the others counts in the union, not in a mean of 0
            bad, least = weights <= 0, "above 0 for all classes under label smoothing"
        if bool((bad | ~weights.isfinite()).any()):
            raise ValueError(f"{name}.weight must be finite and {least}, got {weights.tolist()}")

    def __call__(self, outputs: Tensor, targets: Tensor) -> Tensor:
        """The loss of a batch; 0, with a gradient of 0, where its weight is 0.

        Raises:
            TypeError: the loss gives no tensor.
            ValueError: it gives several numbers.
        """
        if not targets.numel():
            return outputs.sum()  # of no output
        if self._by_rows or (self._by_elements and (self._reduces or targets.dtype not in SIGNED)):
            return self._checked(outputs, targets)
        if self._of_toolkit and at_hand(outputs):
            value = self._checked(outputs, targets)
            if not math.isnan(value.item()):  # as the mean of nothing is: so there is no need to count
                return value
        weight = self.weight(targets)
        if isinstance(weight, int) and weight:
            return self._checked(outputs, targets)
        there = weight > 0 if isinstance(weight, Tensor) else torch.zeros((), dtype=torch.bool, device=outputs.device)
        if self._guarded:
            outputs = torch.where(there, outputs, outputs.detach())
        return torch.where(there, self._checked(outputs, targets), 0.0)

    def _checked(self, outputs: Tensor, targets: Tensor) -> Tensor:
        value = self._loss(outputs, self._of_loss(targets))
        if not isinstance(value, Tensor):
            raise TypeError(f"loss must give a tensor, the mean of a batch, got {told(value)}")
        if value.ndim:
            raise ValueError(f"loss must give one number, the mean of a batch, got shape {tuple(value.shape)}")
        return value

    def weight(self, targets: Tensor) -> int | Tensor:
        """What the loss of these targets is a mean over: a number where that waits for no device, or a scalar."""
        if self._by_rows:
            return len(targets)
        if self._by_elements and (self._reduces or targets.dtype not in SIGNED):
            return targets.numel()
        if self._index is not None and targets.is_floating_point():  # probabilities
            return targets.numel() // (targets.shape[1] if targets.ndim > 1 else targets.numel())
        kept = self._kept(targets)
        weights = self._class_weights()
        if weights is None:
            return int(kept.count_nonzero()) if at_hand(kept) else kept.sum()
        classes = targets.long().clamp(0, len(weights) - 1)  # of one that is out of range the loss will tell
        # of half precision a sum would be infinite above 65504, or no longer grow
        wide = torch.promote_types(weights.dtype, torch.float32)
        return (weights[classes] * kept).sum(dtype=wide)

    def _of_loss(self, targets: Tensor) -> Tensor:
        """The targets, with the number that the loss ignores, if it does one, for those that are ignored besides."""
        return _renumbered(targets, self._ignored, self._index)

    def marked(self, targets: Tensor, ignored: int) -> Tensor:
        """The targets, with ``ignored`` for those that the loss ignores."""
        return _renumbered(targets, self._index, ignored)

    def nats(self, loss: Tensor, logits: Tensor, targets: Tensor, ignored: int) -> Tensor:
        """The mean negative log-likelihood of targets: the ``loss`` itself where it is that, and not, say, smoothed."""
        return loss.detach() if self.is_likelihood else F.cross_entropy(logits, targets, ignore_index=ignored)

    def _class_weights(self) -> Tensor | None:
        """One per class, ``(classes,)``; a loss of somebody else's may call another thing its weight."""
        weight = option(self._means, "weight")
        return weight if isinstance(weight, Tensor) and weight.ndim == 1 else None

    def _kept(self, targets: Tensor) -> Tensor:
        if targets.dtype not in SIGNED:
            targets = targets.long()  # where no class is taken for one that is ignored
        if self._by_elements:
            return targets != IGNORED
        index, ignored = self._index, self._ignored
        kept = targets != (ignored if index is None else index)
        return kept if index is None or ignored is None or index == ignored else kept & (targets != ignored)


def _renumbered(targets: Tensor, old: int | None, new: int | None) -> Tensor:
    """Targets with one number for another, in int64, where none is taken for another; as they are if either is none."""
    if old is None or new is None or old == new or targets.is_floating_point():
        return targets
    targets = targets.long()
    return targets.masked_fill(targets == old, new)


def at_hand(x: Tensor) -> bool:
    """Whether its values can be read without waiting for a device, or for a program that is being compiled."""
    return x.device.type == "cpu" and not torch.compiler.is_compiling()


def stack_weights(weights: Sequence[int | Tensor], device: torch.device) -> Tensor:
    """One weight per term of a loss, ``(terms,)``."""
    return torch.stack([w if isinstance(w, Tensor) else torch.full((), w, device=device) for w in weights])


def _over_targets(loss: Any) -> Any:
    """The loss that tells what this one is a mean over: one that it wraps, the only one that it holds, or itself."""
    if isinstance(loss, partial):
        return partial(_over_targets(loss.func), *loss.args, **loss.keywords)
    if hasattr(loss, "__wrapped__"):
        return _over_targets(loss.__wrapped__)
    if isinstance(loss, Module) and option(loss, "ignore_index") is None:
        held = [each for each in loss.modules() if option(each, "ignore_index") is not None]
        return held[0] if len(held) == 1 and option(held[0], "reduction") == "mean" else loss
    return loss


def _is(loss: Any, name: Literal["CrossEntropyLoss", "NLLLoss"]) -> bool:
    """Whether a loss is one of that name, of either toolkit, or its function; another one may mean anything."""
    base = loss.func if isinstance(loss, partial) else loss
    return type(base).__name__ == name or base is {"CrossEntropyLoss": F.cross_entropy, "NLLLoss": F.nll_loss}[name]


def option(loss: Any, name: str) -> Any:
    """How a loss was made: an attribute of a module, a keyword of a partial function, or a function's default."""
    if isinstance(loss, partial):
        return loss.keywords[name] if name in loss.keywords else option(loss.func, name)
    if loss is F.cross_entropy or loss is F.nll_loss:
        return {"ignore_index": -100, "reduction": "mean"}.get(name)
    return getattr(loss, name, None)
