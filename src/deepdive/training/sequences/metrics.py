"""Metrics of predicted tokens; those that are not to be predicted have the target -100."""

import math
from collections.abc import Sequence

import torch
from jaxtyping import Shaped
from torch import Tensor

from deepdive.algorithms.language import entity_types
from deepdive.algorithms.language.entities import count_entities, score
from deepdive.checks import check_dimensions, check_dtype
from deepdive.signatures import checked
from deepdive.targets import IGNORED
from deepdive.training.metrics import Metric, fraction, most_likely


class Perplexity(Metric):
    """``perplexity = exp(sum_i l_i / n)`` over tokens, ``l_i`` in nats: between how many tokens a choice is left.

    Updated with the mean loss of a batch over its tokens, a scalar, and with the targets; 1 is certain, the size of the
    vocabulary is a guess. Source: D2L section 9.3.2.

    Raises:
        TypeError: from ``update``, the loss is not floating-point, or targets are no integers.
        ValueError: from ``update``, the loss is no scalar.
    """

    total: Tensor
    count: Tensor

    def __init__(self) -> None:
        super().__init__(total=torch.float64, count=torch.int64)

    def update(self, outputs: Shaped[Tensor, "..."], targets: Shaped[Tensor, "..."]) -> None:
        """Add the mean loss of a batch of targets; that of no target may be NaN."""
        check_dtype("outputs", outputs, "floating-point")
        check_dimensions("outputs", outputs)
        check_dtype("targets", targets, "integer")
        n = (targets.long() != IGNORED).sum()  # in which no class is taken for one that is ignored
        self.total.add_(torch.where(n > 0, outputs.to(self.total.dtype) * n, 0.0))
        self.count.add_(n)

    def compute(self) -> Tensor:
        """``exp(total / count)``."""
        return (self.total / self.count).exp()


class TokenAccuracy(Metric):
    """``accuracy = sum_i [argmax o_i = y_i] / n`` over tokens, logits ``o (*, classes)``; range 0 to 1.

    Tokens whose target is one ``without`` do not count, e.g. marks that are easy to tell.

    Raises:
        TypeError: ``without`` are no integers; from ``update``, logits are not floating-point or targets no integers.
        ValueError: from ``update``, targets are not of the logits' shape without the classes.
    """

    higher_is_better = True
    correct: Tensor
    count: Tensor
    unknown: Tensor

    @checked
    def __init__(self, without: Sequence[int] = ()) -> None:
        super().__init__(correct=torch.int64, count=torch.int64, unknown=torch.int64)
        self._without = torch.tensor([IGNORED, *without])

    def update(self, outputs: Shaped[Tensor, "..."], targets: Shaped[Tensor, "..."]) -> None:
        """Add the logits of a batch."""
        check_dtype("outputs", outputs, "floating-point")
        check_dtype("targets", targets, "integer")
        check_dimensions("outputs", outputs, *targets.shape, "classes")
        targets = targets.long()  # in which no class is taken for one to be left out
        told = ~torch.isin(targets, self._without)
        guesses, nowhere = most_likely(outputs, -1)
        self.correct.add_(((guesses == targets) & told).sum())
        self.count.add_(told.sum())
        self.unknown.add_((nowhere & told).sum())

    def to(self, device: torch.device) -> None:
        """Accumulate on this device from now on."""
        super().to(device)
        self._without = self._without.to(device)

    def compute(self) -> Tensor:
        """``correct / count``; NaN if an output is."""
        return fraction(self.correct, self.count, self.unknown)


class EntityF1(Metric):
    """``F1 = 2 correct / (predicted + true)`` over named entities: first word, last word and type must be right.

    Logits ``(b, t, tags)`` and targets ``(b, t)``; ``labels`` names the tags, see `entity_counts`. Range 0 to 1;
    0 where no entity is true or predicted, as in `entity_scores`, so before the first update, too.

    Targets without a label are counted, and refused when the metric is read: an update waits for no device.

    Raises:
        TypeError: ``labels`` are no strings; from ``update``, logits are not floating-point or targets no integers.
        ValueError: a label is no tag; from ``update``, the shapes do not fit each other or the labels; from
            ``compute``, a target was neither -100 nor the number of a label.
    """

    higher_is_better = True
    correct: Tensor
    predicted: Tensor
    true: Tensor
    unlabelled: Tensor
    unknown: Tensor

    def __init__(self, labels: Sequence[str]) -> None:
        entity_types(labels)
        super().__init__(**dict.fromkeys(("correct", "predicted", "true", "unlabelled", "unknown"), torch.int64))
        self.labels = tuple(labels)

    def update(self, outputs: Shaped[Tensor, "..."], targets: Shaped[Tensor, "..."]) -> None:
        """Add the logits of a batch."""
        check_dtype("outputs", outputs, "floating-point")
        check_dtype("targets", targets, "integer")
        check_dimensions("targets", targets, "b", "t")
        check_dimensions("outputs", outputs, *targets.shape, len(self.labels))
        targets = targets.long()
        unlabelled = (targets != IGNORED) & ((targets < 0) | (targets >= len(self.labels)))
        self.unlabelled.add_(unlabelled.sum())
        guesses, nowhere = most_likely(outputs, -1)
        self.unknown.add_((nowhere & (targets != IGNORED)).sum())
        counts = count_entities(guesses, targets.masked_fill(unlabelled, IGNORED), self.labels)
        correct, predicted, true = counts.sum(dim=0)
        self.correct.add_(correct)
        self.predicted.add_(predicted)
        self.true.add_(true)

    def compute(self) -> Tensor:
        """``2 correct / (predicted + true)``, or 0 where there is no entity; NaN if an output is."""
        if self.unlabelled:
            raise ValueError(
                f"targets must be from 0 to {len(self.labels) - 1} or {IGNORED}, got {int(self.unlabelled)} others"
            )
        f1 = score(int(self.correct), int(self.predicted), int(self.true)).f1
        return torch.tensor(math.nan if self.unknown else f1)
