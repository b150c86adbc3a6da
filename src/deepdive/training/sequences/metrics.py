"""Metrics of predicted tokens; those that are not to be predicted have the target -100."""

import torch
from jaxtyping import Float, Int64
from torch import Tensor

from deepdive.training.metrics import Metric

IGNORED = -100
"""The target of a token that is not to be predicted, such as padding."""


class Perplexity(Metric):
    """``perplexity = exp(sum_i l_i / n)`` over tokens, ``l_i`` in nats: between how many tokens a choice is left.

    Updated with the mean loss of a batch over its tokens, a scalar, and with the targets; 1 is certain, the size of the
    vocabulary is a guess. Source: textbook section 9.3.2.
    """

    total: Tensor
    count: Tensor

    def __init__(self) -> None:
        super().__init__(total=torch.float32, count=torch.int64)

    def update(self, outputs: Float[Tensor, ""], targets: Int64[Tensor, "*shape"]) -> None:
        """Add the mean loss of a batch of targets."""
        n = (targets != IGNORED).sum()
        self.total.add_(outputs * n)
        self.count.add_(n)

    def compute(self) -> Tensor:
        """``exp(total / count)``."""
        return (self.total / self.count).exp()


class TokenAccuracy(Metric):
    """``accuracy = sum_i [argmax o_i = y_i] / n`` over tokens, logits ``o (*, classes)``; range 0 to 1."""

    higher_is_better = True
    correct: Tensor
    count: Tensor

    def __init__(self) -> None:
        super().__init__(correct=torch.int64, count=torch.int64)

    def update(self, outputs: Float[Tensor, "*shape classes"], targets: Int64[Tensor, "*shape"]) -> None:
        """Add the logits of a batch."""
        told = targets != IGNORED
        self.correct.add_(((outputs.argmax(dim=-1) == targets) & told).sum())
        self.count.add_(told.sum())

    def compute(self) -> Tensor:
        """``correct / count``."""
        return self.correct / self.count
