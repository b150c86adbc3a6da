"""Networks with several outputs, each with its own loss, weight and metrics."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, cast

import torch
from jaxtyping import Float
from torch import Tensor, nn

from deepdive.checks import check_dimensions
from deepdive.data.types import Batch
from deepdive.training.choices import choose_metrics
from deepdive.training.losses import (
    LossFunction,
    MeanLoss,
    Weight,
    stack_weights,
)
from deepdive.training.metrics import Mean, Metric
from deepdive.training.task import Supervised


@dataclass(frozen=True)
class Output:
    """One output of a network and how it is judged."""

    kind: Literal["regression", "classification"]
    """Numbers (squared error, ``rmse``) or a class (cross-entropy, ``accuracy``), unless others are given."""
    weight: int | float = 1.0
    """Of its loss in the sum; the first value of a learnt one."""
    loss: LossFunction | None = None
    """Mean loss of a batch; what it is a mean over is told by its targets, see `MeanLoss`."""
    metrics: Mapping[str, Metric] | None = None
    """By name; they are reported as ``<output>_<name>``."""

    def loss_function(self) -> LossFunction:
        """The loss given, or that of its kind."""
        return self.loss or (nn.MSELoss() if self.kind == "regression" else nn.CrossEntropyLoss())

    def metrics_by_name(self) -> Mapping[str, Metric]:
        """The metrics given, or those of its kind."""
        metrics = self.metrics
        if metrics is None:
            metrics = "rmse" if self.kind == "regression" else "accuracy"
        return choose_metrics(metrics, self.loss_function())


class WeightedSum(nn.Module):
    """``Σₖ wₖ lossₖ``, or with ``learn`` the uncertainty-weighted sum of Kendall, Gal and Cipolla (2018).

    That is ``Σₖ cₖ exp(-sₖ) lossₖ + sₖ / 2`` with ``sₖ = log σₖ²`` learnt: for a regression ``c = 1/2`` and the squared
    error, the negative log-likelihood of a normal distribution of variance ``σ²``; for a classification ``c = 1`` and
    the cross-entropy, an approximation with ``σ²`` as temperature. ``weight`` is the first ``cₖ exp(-sₖ)``.

    Raises:
        ValueError: there is no output, or a weight is not positive and finite.
    """

    factors: Tensor
    fixed: Tensor

    def __init__(self, outputs: Mapping[str, Output], *, learn: bool = False) -> None:
        super().__init__()
        if not outputs:
            raise ValueError("outputs is empty; there must be at least one")
        for name, output in outputs.items():
            if not (output.weight > 0 and math.isfinite(output.weight)):
                raise ValueError(f"the weight of output {name!r} is {output.weight}; it must be positive and finite")
        weights = torch.tensor([float(output.weight) for output in outputs.values()])
        if learn:
            factors = torch.tensor([0.5 if output.kind == "regression" else 1.0 for output in outputs.values()])
            self.register_buffer("factors", factors, persistent=False)
            self.log_variances = nn.Parameter((factors / weights).log())
        else:
            self.register_buffer("fixed", weights, persistent=False)
        self.learn = learn

    @property
    def weights(self) -> Float[Tensor, " outputs"]:
        """What each loss is multiplied with now."""
        return self.factors * torch.exp(-self.log_variances) if self.learn else self.fixed

    def forward(self, losses: Float[Tensor, " outputs"]) -> Float[Tensor, " outputs"]:
        """The terms of the sum."""
        check_dimensions("losses", losses, len(self.weights))
        terms = self.weights * losses
        return terms + self.log_variances / 2 if self.learn else terms


class MultiOutput(Supervised):
    """Predict several targets at once: ``loss = Σₖ wₖ lossₖ(oₖ, yₖ)``.

    Batches are ``(x_1, ..., x_m, y_1, ..., y_n)`` with one target per output, in the order of ``outputs``; the network
    returns its outputs by name. Reported, besides the sum, are ``<output>_loss`` and every metric of each output.

    Each loss is a mean over the targets of its own output: outputs may ignore different ones.

    With ``learn_weights``, how much each counts follows from how uncertain it is; see `WeightedSum`.

    Raises:
        ValueError: there is no output, a weight is not positive and finite, or a loss is not reduced to a mean; in a
            step, the network's outputs or the batch's fields are not those expected.
    """

    def __init__(
        self, network: nn.Module, outputs: Mapping[str, Output], *, learn_weights: bool = False, **supervised: Any
    ) -> None:
        named = {name: {"loss": Mean(), **output.metrics_by_name()} for name, output in outputs.items()}
        metrics = {f"{name}_{metric}": value for name, found in named.items() for metric, value in found.items()}
        if len(metrics) < sum(map(len, named.values())):
            raise ValueError(f"outputs {', '.join(outputs)} have metrics of the same name; rename an output")
        super().__init__(network, loss=WeightedSum(outputs, learn=learn_weights), metrics=metrics, **supervised)
        self.outputs = dict(outputs)
        self._losses = {
            name: MeanLoss(output.loss_function(), name=f"outputs[{name!r}].loss") for name, output in outputs.items()
        }
        self._metric_names = {name: list(found) for name, found in named.items()}

    @property
    def weighted_sum(self) -> WeightedSum:
        """The loss: what each output counts, and what of that is learnt."""
        return cast(WeightedSum, self.loss)

    def batch_weight(self, batch: Batch) -> Weight:
        """What the loss of each output is a mean over."""
        weights = [self._losses[name].weight(target) for name, target in self._targets(batch).items()]
        return stack_weights(weights, batch[-1].device)

    def _targets(self, batch: Batch) -> dict[str, Tensor]:
        names = list(self.outputs)
        if len(batch) <= len(names):
            raise ValueError(f"the batch has {len(batch)} fields; it must hold inputs and {len(names)} targets")
        return dict(zip(names, batch[-len(names) :], strict=True))

    def _mean_loss(self, batch: Batch) -> Tensor:
        targets = self._targets(batch)
        names = list(targets)
        found = self.network(*batch[: -len(names)])
        if not isinstance(found, Mapping) or found.keys() != self.outputs.keys():
            given = ", ".join(map(str, found)) if isinstance(found, Mapping) else f"a {type(found).__name__}"
            raise ValueError(f"the network returns {given}; it must return {', '.join(names)} by name")
        losses = []
        for name, target in targets.items():
            losses.append(self._losses[name](found[name], target))
            if self.metrics:
                self._note(name, found[name].detach(), target, losses[-1].detach())
        return self.weighted_sum(torch.stack(losses))

    def _note(self, name: str, output: Tensor, target: Tensor, loss: Tensor) -> None:
        for metric in self._metric_names[name]:
            if metric == "loss":
                cast(Mean, self.metrics[f"{name}_loss"]).update(loss, target, self._losses[name].weight(target))
            else:
                self.metrics[f"{name}_{metric}"].update(output, target)
