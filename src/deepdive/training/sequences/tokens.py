"""A class for every token of a sequence: the loss and the metrics that such tasks share."""

from collections.abc import Mapping
from typing import Any

from torch import Tensor, nn

from deepdive.algorithms.language.entities import IGNORED
from deepdive.data.types import Batch
from deepdive.training.metrics import Metric
from deepdive.training.sequences.metrics import Perplexity, TokenAccuracy
from deepdive.training.task import Supervised


class TokenClassification(Supervised):
    """``loss = -sum_t log softmax(o_t)[y_t] / n`` over the ``n`` tokens of a batch whose target is not -100.

    Batches are ``(x_1, ..., x_k, y)`` with targets ``y (b, t)``; the network makes logits ``(b, t, classes)`` of the
    fields before them. Metrics see logits and targets, `Perplexity` sees the loss.
    """

    def __init__(
        self,
        network: nn.Module,
        *,
        loss: nn.Module | None = None,
        metrics: Mapping[str, Metric] | None = None,
        **supervised: Any,
    ) -> None:
        metrics = {"accuracy": TokenAccuracy()} if metrics is None else metrics
        super().__init__(network, loss=loss or nn.CrossEntropyLoss(ignore_index=IGNORED), metrics=metrics, **supervised)

    def logits_and_targets(self, batch: Batch) -> tuple[Tensor, Tensor]:
        """What the network says of a batch, ``(b, t, classes)``, and what is right, ``(b, t)``."""
        *inputs, targets = batch
        return self.network(*inputs), targets

    def _mean_loss(self, batch: Batch) -> Tensor:
        logits, targets = self.logits_and_targets(batch)
        loss = self.loss(logits.flatten(0, 1), targets.flatten())
        seen, mean = logits.detach(), loss.detach()
        for metric in self.metrics.values():
            metric.update(mean if isinstance(metric, Perplexity) else seen, targets)
        return loss
