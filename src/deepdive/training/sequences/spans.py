"""Where an answer begins and ends (D2L section 16.6.4; Devlin et al., 2019, section 4.2)."""

from collections.abc import Mapping
from typing import Any

import torch
from jaxtyping import Shaped
from torch import Tensor, nn

from deepdive.checks import check_dimensions, check_dtype
from deepdive.data.types import Batch
from deepdive.training.losses import LossFunction, option
from deepdive.training.metrics import Metric, fraction, most_likely
from deepdive.training.task import Supervised


class SpanAccuracy(Metric):
    """Fraction of rows whose first and last token are both right, each the most likely by itself; range 0 to 1.

    Raises:
        TypeError: from ``update``, logits are not floating-point, or targets no integers.
        ValueError: from ``update``, logits are not ``(b, t, 2)``, or targets not ``(b, 2)``.
    """

    higher_is_better = True
    correct: Tensor
    count: Tensor
    unknown: Tensor

    def __init__(self) -> None:
        super().__init__(correct=torch.int64, count=torch.int64, unknown=torch.int64)

    def update(self, outputs: Shaped[Tensor, "..."], targets: Shaped[Tensor, "..."]) -> None:
        """Add the logits of a batch."""
        check_dtype("outputs", outputs, "floating-point")
        check_dimensions("outputs", outputs, "b", "t", 2)
        check_dtype("targets", targets, "integer")
        check_dimensions("targets", targets, len(outputs), 2)
        guesses, nowhere = most_likely(outputs)
        self.correct.add_((guesses == targets).all(dim=1).sum())
        self.count.add_(len(targets))
        self.unknown.add_(nowhere.sum())

    def compute(self) -> Tensor:
        """``correct / count``; NaN if an output is."""
        return fraction(self.correct, self.count, self.unknown)


class SpanSelection(Supervised):
    """``loss = -(log softmax(s)_i + log softmax(e)_j) / 2`` for an answer from token ``i`` to token ``j``.

    Batches are ``(tokens (b, t), types (b, t), lengths (b), spans (b, 2))``; the network makes logits ``(b, t, 2)`` of
    the fields before the spans, and those of padding are left out.

    Args:
        network: e.g. a `BERTTagger` with two outputs.
        loss: of logits and positions; cross-entropy if not given.
        metrics: by name; `SpanAccuracy` if not given.
        supervised: see `Supervised`.
    """

    def __init__(
        self,
        network: nn.Module,
        *,
        loss: LossFunction | None = None,
        metrics: Mapping[str, Metric] | None = None,
        **supervised: Any,
    ) -> None:
        metrics = {"span_accuracy": SpanAccuracy()} if metrics is None else metrics
        super().__init__(network, loss=loss or nn.CrossEntropyLoss(), metrics=metrics, **supervised)
        if smoothing := option(self.loss, "label_smoothing"):
            raise ValueError(f"loss.label_smoothing must be 0, as positions of padding are left out, got {smoothing}")

    def _mean_loss(self, batch: Batch) -> Tensor:
        *inputs, lengths, spans = batch
        logits = self.network(*inputs, lengths)
        padding = torch.arange(logits.shape[1], device=logits.device) >= lengths.unsqueeze(1)
        logits = logits.masked_fill(padding.unsqueeze(2), torch.finfo(logits.dtype).min)
        for metric in self.metrics.values():
            metric.update(logits.detach(), spans)
        return self._mean(logits, spans)  # classes are positions: (b, t, 2) against (b, 2)
