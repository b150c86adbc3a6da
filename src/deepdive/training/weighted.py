"""Training examples that count more or less than others (D2L section 4.7.3)."""

from collections.abc import Mapping
from typing import Any

import torch
from jaxtyping import Float
from torch import Tensor, nn

from deepdive.data.types import Batch
from deepdive.training.losses import LossFunction, Weight
from deepdive.training.metrics import Accuracy, Metric
from deepdive.training.task import Supervised


class WeightedClassification(Supervised):
    """Weighted empirical risk: ``loss = Σᵢ βᵢ l(oᵢ, yᵢ) / n`` over the ``n`` examples of a batch.

    Training batches are ``(x, β, y)``. Batches that are not learnt from are ``(x, y)`` and count each example once.
    ``loss`` must not reduce: it gives one number per example, in the shape of ``β``; cross-entropy if not given.
    A mean of ``β`` far from 1 acts as another learning rate. The loss is a mean over examples, whatever these weigh.

    Raises:
        ValueError: the loss is reduced; from a training step, the batch is not ``(x, β, y)``, or the loss has another
            shape than ``β``.
    """

    _reduction = "none"

    def __init__(
        self,
        network: nn.Module,
        *,
        loss: LossFunction | None = None,
        metrics: Mapping[str, Metric] | None = None,
        **supervised: Any,
    ) -> None:
        metrics = {"accuracy": Accuracy()} if metrics is None else metrics
        loss = loss or nn.CrossEntropyLoss(reduction="none")
        super().__init__(network, loss=loss, metrics=metrics, **supervised)

    def batch_weight(self, batch: Batch) -> Weight:
        """The number of examples."""
        return len(batch[0])

    def _learnt_loss(self, batch: Batch) -> Tensor:
        """Weighted; the metrics see predictions, unweighted."""
        if len(batch) != 3:
            raise ValueError(f"a training batch must be (x, weights, y), got {len(batch)} fields")
        x, weights, y = batch
        return weighted_mean(self._losses(x, y), weights)

    def _mean_loss(self, batch: Batch) -> Tensor:
        x, y = batch
        losses = self._losses(x, y)
        return losses.sum() / len(losses)

    def _losses(self, x: Tensor, y: Tensor) -> Tensor:
        outputs = self.network(x)
        seen = outputs.detach()
        for metric in self.metrics.values():
            metric.update(seen, y)
        return self.loss(outputs, y)


def weighted_mean(losses: Float[Tensor, "..."], weights: Float[Tensor, "..."]) -> Float[Tensor, ""]:
    """``Σ β l / n`` with ``n`` the first dimension; further ones, e.g. networks side by side, are added up.

    Raises:
        ValueError: the shapes differ.
    """
    if losses.shape != weights.shape:
        raise ValueError(
            f"weights have shape {tuple(weights.shape)}, but there are losses of shape {tuple(losses.shape)}; "
            "the loss must give one number per weight (reduction='none')"
        )
    return torch.sum(losses * weights) / len(losses)
