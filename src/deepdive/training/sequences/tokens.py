"""A class for every token of a sequence: the loss and the metrics that such tasks share."""

from collections.abc import Mapping
from typing import Any

from torch import Tensor, nn

from deepdive.data.types import Batch
from deepdive.targets import IGNORED
from deepdive.training.losses import LossFunction, Weight
from deepdive.training.metrics import Metric
from deepdive.training.sequences.metrics import Perplexity, TokenAccuracy
from deepdive.training.task import Supervised


class TokenClassification(Supervised):
    """``loss = -sum_t log softmax(o_t)[y_t] / n`` over the ``n`` tokens of a batch whose target is not -100.

    Batches are ``(x_1, ..., x_k, y)`` with targets ``y (b, t)``; the network makes logits ``(b, t, classes)`` of the
    fields before them. Metrics see logits and targets, `Perplexity` the mean of ``-log softmax(o_t)[y_t]``: that is the
    loss, unless another one is given, with weights or smoothed targets, say. Targets that it ignores are -100 to the
    metrics.
    """

    _ignored = IGNORED

    def __init__(
        self,
        network: nn.Module,
        *,
        loss: LossFunction | None = None,
        metrics: Mapping[str, Metric] | None = None,
        **supervised: Any,
    ) -> None:
        metrics = {"accuracy": TokenAccuracy()} if metrics is None else metrics
        super().__init__(network, loss=loss or nn.CrossEntropyLoss(ignore_index=IGNORED), metrics=metrics, **supervised)

    def logits(self, batch: Batch) -> Tensor:
        """Logits of a batch, ``(b, t, classes)``."""
        return self.network(*batch[:-1])

    def targets(self, batch: Batch) -> Tensor:
        """What is right, ``(b, t)``."""
        return batch[-1]

    def batch_weight(self, batch: Batch) -> Weight:
        """How many tokens have a target, or the sum of their class weights."""
        return self._mean.weight(self.targets(batch).flatten())

    def _mean_loss(self, batch: Batch) -> Tensor:
        logits, targets = self.logits(batch), self.targets(batch)
        loss = self._mean(logits.flatten(0, 1), targets.flatten())
        seen, told = logits.detach(), self._mean.marked(targets, IGNORED)
        for metric in self.metrics.values():
            if isinstance(metric, Perplexity):
                nats = self._mean.nats(loss, seen.flatten(0, 1), told.flatten(), IGNORED)
                metric.update(nats, told)
            else:
                metric.update(seen, told)
        return loss
