"""The loss of a sequence of labels of which nobody says when each is uttered."""

# ruff: noqa: D102 (what forward computes is said by its class)

from collections.abc import Sequence
from typing import Any

import torch
from jaxtyping import Float, Int64, Shaped
from torch import Tensor
from torch.autograd import Function

from deepdive.checks import check_labels, shown
from deepdive.scratch._arguments import check_flags, checked, described, is_integer
from deepdive.scratch._precision import autocast, in_single
from deepdive.scratch.functional import logsumexp
from deepdive.scratch.losses._reduction import Loss, Reduction, reduced

NEVER = -1e30
"""The logarithm of a probability of 0, of which sums and gradients are finite."""
Lengths = Shaped[Tensor, "..."] | Sequence[int]


class CTCLoss(Loss):
    """``l = -log Σ_π Π_t exp(log_probs[t, π_t])`` over all paths ``π`` that say the target.

    A path gives each step a class; it says what is left of it when repeated classes become one and then blanks are
    dropped. With blanks between and around the classes of the target, ``y = (blank, y₁, blank, y₂, ..., blank)``, the
    paths that are at ``y_s`` after step ``t`` have probability ``exp α_t(s)``, and
    ``α_t(s) = log_probs[t, y_s] + log(exp α_{t-1}(s) + exp α_{t-1}(s-1) + exp α_{t-1}(s-2))``, where the last term is
    for ``y_s ≠ blank, y_{s-2}`` alone; ``l = -log(exp α_T(S) + exp α_T(S-1))`` for the last two of ``y``.

    ``log_probs (steps, batch, classes)``, ``targets (batch, longest)`` or all one after the other; without batch
    ``(steps, classes)`` and ``(length,)``. Lengths are one per sequence; what lies beyond them is not read. The mean
    first divides each loss by the length of its target. ``zero_infinity``: a target that no path can say costs 0
    instead of infinity. As in the library, the gradient is the one by logits whose ``log_softmax`` the input is (Graves
    et al., 2006).

    Raises:
        TypeError: targets or lengths are no integers.
        ValueError: shapes that do not fit, a length beyond its sequence, or a class out of range.
    """

    @checked
    def __init__(self, blank: int = 0, reduction: Reduction = "mean", zero_infinity: bool = False) -> None:
        super().__init__(reduction)
        check_flags(zero_infinity=zero_infinity)
        self.blank = blank
        self.zero_infinity = zero_infinity

    @checked
    def forward(
        self,
        log_probs: Float[Tensor, "steps *batch classes"],
        targets: Shaped[Tensor, "..."],
        input_lengths: Lengths,
        target_lengths: Lengths,
    ) -> Float[Tensor, "..."]:
        if log_probs.ndim not in (2, 3) or 0 in log_probs.shape:
            words = "(steps, batch, classes) or, without batch, (steps, classes), and none empty"
            raise ValueError(f"log_probs must have shape {words}, got {shown(log_probs.shape)}")
        alone = log_probs.ndim == 2
        x = log_probs.unsqueeze(1) if alone else log_probs
        steps, batch, classes = x.shape
        if not 0 <= self.blank < classes:
            raise ValueError(f"blank must be a class, from 0 to {classes - 1}, got {self.blank}")
        within = _lengths("input_lengths", input_lengths, batch, steps).to(x.device)
        lengths = _lengths("target_lengths", target_lengths, batch, None)
        y = _padded(targets, lengths)
        y = torch.where(torch.arange(y.shape[1], device=y.device) < lengths.to(y.device).unsqueeze(1), y, self.blank)
        if not torch.compiler.is_compiling():
            check_labels("targets", y, classes)
        y = y.to(x.device)
        loss = self._loss(x, y, within, lengths.to(x.device))
        if self.zero_infinity:
            loss = torch.where(loss.isinf(), 0.0, loss)
        if self.reduction == "mean":
            loss = loss / lengths.to(x.device).clamp(min=1)
        return reduced(loss.squeeze(0) if alone and self.reduction == "none" else loss, self.reduction)

    @autocast(cpu="single", cuda="single")
    def _loss(self, x: Tensor, y: Tensor, within: Tensor, lengths: Tensor) -> Tensor:
        dtype, x = x.dtype, in_single(x)
        states = torch.full((len(y), 2 * y.shape[1] + 1), self.blank, device=x.device)
        states[:, 1::2] = y
        emitted = x.clamp(min=NEVER).gather(2, states.expand(len(x), *states.shape))  # (t, b, s)
        leap = torch.zeros_like(states, dtype=torch.bool)
        leap[:, 3::2] = y[:, 1:] != y[:, :-1]
        never = emitted.new_full((len(y), 2), NEVER)
        start = torch.arange(states.shape[1], device=x.device) < 2
        a = torch.where(start, emitted[0], NEVER)
        for t in range(1, len(x)):
            before = torch.cat([never, a], 1)
            two = torch.where(leap, before[:, :-2], NEVER)
            step = emitted[t] + logsumexp(torch.stack([a, before[:, 1:-1], two]), 0)
            a = torch.where((t < within).unsqueeze(1), step, a)  # a sequence that has ended stays
        last = 2 * lengths.unsqueeze(1)
        ends = torch.cat([a.gather(1, last), a.gather(1, (last - 1).clamp(min=0))], 1)
        ends = torch.cat([ends[:, :1], torch.where(last > 0, ends[:, 1:], NEVER)], 1)
        loss = -logsumexp(ends, 1)
        loss = torch.where(within == 0, torch.where(lengths == 0, 0.0, torch.inf), loss)
        loss = torch.where(loss > -NEVER / 2, torch.inf, loss)
        inside = torch.arange(len(x), device=x.device).unsqueeze(1) < within
        return (loss + torch.where(inside, _Total.apply(x), 0.0).sum(0)).to(dtype)


class _Total(Function):
    """``Σ exp(x)`` over the classes, less itself: of a distribution a constant, but part of the gradient by logits."""

    generate_vmap_rule = True

    @staticmethod
    def forward(x: Tensor) -> Tensor:
        return x.new_zeros(x.shape[:-1])

    @staticmethod
    def setup_context(ctx: Any, inputs: Any, output: Tensor) -> None:
        ctx.save_for_backward(*inputs)

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> Tensor:
        (x,) = ctx.saved_tensors
        return gradients[0].unsqueeze(-1) * x.exp()


def _lengths(name: str, lengths: Lengths, batch: int, most: int | None) -> Int64[Tensor, " batch"]:
    several = isinstance(lengths, Tensor) or (isinstance(lengths, Sequence) and all([is_integer(n) for n in lengths]))
    n = torch.as_tensor(lengths) if several else torch.empty(0)
    if n.is_floating_point() or n.is_complex() or n.dtype == torch.bool:
        raise TypeError(f"{name} must be integers, one per sequence, got {described(lengths)}")
    n = n.to("cpu", torch.int64)
    n = n.view(1) if n.ndim == 0 else n
    if n.shape != (batch,):
        raise ValueError(f"{name} must be one per sequence, {batch} of them, got shape {shown(n.shape)}")
    if not torch.compiler.is_compiling() and (n.min() < 0 or (most is not None and n.max() > most)):
        rule = "not be negative" if most is None else f"be from 0 to {most}, the number of steps"
        raise ValueError(f"{name} must {rule}, got {n.tolist()}")
    return n


def _padded(targets: Tensor, lengths: Tensor) -> Int64[Tensor, "batch longest"]:
    """The targets as rows, of whatever form they come in."""
    if targets.is_floating_point() or targets.is_complex() or targets.dtype == torch.bool:
        raise TypeError(f"targets must hold classes of an integer dtype, got {described(targets)}")
    longest = int(lengths.max())
    if targets.ndim == 2:
        if len(targets) != len(lengths) or targets.shape[1] < longest:
            words = f"(batch={len(lengths)}, {longest} or more), as target_lengths say"
            raise ValueError(f"targets must have shape {words}, got {shown(targets.shape)}")
        return targets.long()
    if targets.ndim != 1 or len(targets) != int(lengths.sum()):
        words = f"(batch={len(lengths)}, longest) or ({int(lengths.sum())},), all that target_lengths say"
        raise ValueError(f"targets must have shape {words}, got {shown(targets.shape)}")
    parts = targets.long().split(lengths.tolist())
    return torch.stack([torch.cat([part, part.new_zeros(longest - len(part))]) for part in parts])
