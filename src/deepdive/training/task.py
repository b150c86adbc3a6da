"""What to do with a network: its loss, its metrics, its optimiser."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, Protocol, TypeVar, runtime_checkable

import torch
from torch import Tensor, nn

from deepdive.algorithms.inspection import check_sizes_known
from deepdive.checks import told
from deepdive.data.types import Batch
from deepdive.targets import IGNORED
from deepdive.training.calling import NetworkCall, TargetFit, main_output
from deepdive.training.choices import (
    LossChoice,
    MetricChoices,
    OptimizerChoice,
    ScheduleChoice,
    choose_loss,
    choose_metrics,
    choose_optimizer,
    choose_schedule,
    make_optimizer,
    make_schedule,
)
from deepdive.training.fine_tuning import ParameterGroup, freeze_batch_norm_statistics
from deepdive.training.losses import LossFunction, MeanLoss, Weight
from deepdive.training.metrics import MeanSquaredError
from deepdive.training.module import Module
from deepdive.training.records import Plan

TaskType = TypeVar("TaskType", bound="Task")


@runtime_checkable
class Schedule(Protocol):
    """A learning-rate schedule in the style of ``torch.optim.lr_scheduler``."""

    def step(self) -> None:
        """Move on by one step or epoch."""
        ...

    def get_last_lr(self) -> Sequence[float | Tensor]:
        """The current learning rate of every parameter group."""
        ...

    def state_dict(self) -> dict[str, Any]:
        """Everything ``load_state_dict`` needs."""
        ...

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        """Go back to a saved state."""
        ...


@dataclass(frozen=True)
class Optimization:
    """An optimiser and, perhaps, a schedule that moves every ``interval``."""

    optimizer: torch.optim.Optimizer
    schedule: Schedule | None = None
    interval: Literal["step", "epoch"] = "step"


class Task(Module):
    """The role between a network and the trainer (D2L section 3.2.2).

    A subclass says what a training step is; the rest has defaults. ``metrics`` are updated by the steps and
    read by the trainer, once per interval. Where the loss of a batch is a mean over something else than its examples,
    `batch_weight` says what.
    """

    target: str | None = None
    """Name of the target in batches of dicts; `deepdive.data.own.TARGETS` if not given."""

    def __init__(self, network: nn.Module, metrics: MetricChoices | None = None) -> None:
        super().__init__()
        if not isinstance(network, nn.Module):
            raise TypeError(f"network must be a torch.nn.Module, got {told(network)}")
        self.network = network
        self.metrics = choose_metrics(metrics)

    def training_step(self, batch: Batch) -> Tensor:
        """Mean loss of a batch, with its graph: a scalar, or the terms ``(terms,)`` of a loss that is their sum."""
        raise NotImplementedError(f"{type(self).__name__} must define training_step")

    def validation_step(self, batch: Batch) -> Tensor:
        """Mean loss of a batch that is not learnt from; a training step unless a subclass says otherwise."""
        return self.training_step(batch)

    def batch_weight(self, batch: Batch) -> Weight:
        """What the loss of a batch is a mean over, or each term of it ``(terms,)``; here the number of examples.

        Batches count by it, in means over an epoch and in accumulated gradients. It is told before the network sees the
        batch, and must not wait for the device.
        """
        return batch[0].shape[0]

    def begin_epoch(self, epoch: int) -> None:
        """Called before the first step of epoch ``epoch = 0, 1, ...``, and again where a run is resumed within it.

        What it does, e.g. which layers it freezes, may depend on nothing but the number.
        """

    def train(self: TaskType, mode: bool = True) -> TaskType:
        """Training mode or evaluation mode; the running statistics of frozen layers stay as they are in both."""
        super().train(mode)
        if mode:
            freeze_batch_norm_statistics(self.network)
        return self

    def own_state(self) -> dict[str, Tensor]:
        """Parameters and buffers that are the task's and not the network's, e.g. those of a loss."""
        return {name: value for name, value in self.state_dict().items() if not name.startswith("network.")}

    def load_own_state(self, state: Mapping[str, Tensor]) -> None:
        """Go back to what ``own_state`` gave.

        Raises:
            ValueError: the names differ.
        """
        own = self.own_state()
        if own.keys() != state.keys():
            raise ValueError(f"the task has {sorted(own)} besides its network, the saved one {sorted(state)}")
        for name, value in own.items():
            value.copy_(state[name])

    def configure_optimizers(self, plan: Plan) -> Optimization:
        """The optimiser and its schedule for a run of ``plan.total_steps`` steps."""
        raise NotImplementedError(f"{type(self).__name__} must define configure_optimizers")


class Supervised(Task):
    """Predict the last field of a batch from the fields before it.

    ``loss(network(x_1, ..., x_k), y)`` for a batch ``(x_1, ..., x_k, y)``. The loss must be a mean: of cross-entropy
    over the targets that are not ignored, by their class weights, of others over the elements of ``y``; `MeanLoss` says
    what it makes of a loss of your own. For one that is a mean over something else, define `batch_weight`.

    Batches may be dicts, too, or nested, and a network may return something that has ``.logits`` ...: see `NetworkCall`
    and `main_output`; ``target`` names the target in a dict, ``inputs`` what the network gets.

    ``loss`` and ``metrics`` are names, functions or objects: see `choose_loss` and `choose_metrics`.

    ``optimizer`` is a name, e.g. ``"adamw"``, with ``lr``; a class; a function of parameters, e.g.
    ``functools.partial(torch.optim.SGD, lr=0.1)``; or an optimiser of the network's parameters. Without one it is Adam
    with a learning rate of 0.001. ``schedule`` is a name, e.g. ``"cosine"``; or makes a schedule from the optimiser
    and the plan, moved every ``interval``; or it is a schedule, or a class of ``torch.optim.lr_scheduler``, ``partial``
    or not.
    ``penalty(network)`` is added to the loss that is learnt from, and to no other.

    Layer by layer: ``parameter_groups(network)`` gives the optimiser groups with rates of their own, e.g.
    `DiscriminativeRates`; ``unfreezing(network, epoch)`` freezes and unfreezes layers before each epoch, e.g.
    `GradualUnfreezing`. Parameters that are still frozen in the last epoch are not given to the optimiser.

    Raises:
        ValueError: the loss is not reduced to a mean.
    """

    loss: LossFunction

    _reduction = "mean"
    """What the loss must do with the losses of a batch."""
    _ignored: int | None = None
    """A target that does not count."""

    def __init__(
        self,
        network: nn.Module,
        *,
        loss: LossChoice,
        optimizer: OptimizerChoice | None = None,
        lr: int | float | None = None,
        schedule: ScheduleChoice | None = None,
        interval: Literal["step", "epoch"] = "step",
        metrics: MetricChoices | None = None,
        target: str | None = None,
        inputs: Sequence[str] | None = None,
        penalty: Callable[[nn.Module], Tensor] | None = None,
        parameter_groups: Callable[[nn.Module], list[ParameterGroup]] | None = None,
        unfreezing: Callable[[nn.Module, int], None] | None = None,
    ) -> None:
        loss = choose_loss(loss)
        super().__init__(network, choose_metrics(metrics, loss))
        self.target = target
        self.loss = loss
        self._call = NetworkCall(network, inputs)
        self._fit = TargetFit(loss)
        self._mean = MeanLoss(loss, reduction=self._reduction, ignored=self._ignored)
        self.penalty = penalty
        self.optimizer = choose_optimizer(optimizer, lr)
        self.schedule = choose_schedule(schedule, interval)
        self.interval: Literal["step", "epoch"] = interval
        self.parameter_groups = parameter_groups
        self.unfreezing = unfreezing

    def training_step(self, batch: Batch) -> Tensor:
        """Mean loss of the batch and the penalty; the metrics see its predictions."""
        loss = self._learnt_loss(batch)
        if self.penalty is None:
            return loss
        penalty = self.penalty(self.network)
        return loss + (penalty / len(loss) if loss.ndim else penalty)

    def validation_step(self, batch: Batch) -> Tensor:
        """Mean loss of the batch; the metrics see its predictions."""
        return self._mean_loss(batch)

    def batch_weight(self, batch: Batch) -> Weight:
        """What the loss is a mean over, see `MeanLoss`."""
        return self._mean.weight(batch[-1])

    def _learnt_loss(self, batch: Batch) -> Tensor:
        """Of a batch to learn from, without the penalty: for tasks where that differs from one that is measured."""
        return self._mean_loss(batch)

    def _mean_loss(self, batch: Batch) -> Tensor:
        outputs, targets = self._call(self.network, batch)
        outputs = main_output(outputs)
        targets = self._fit(outputs, targets)
        if self.metrics:
            seen, told = outputs.detach(), self._mean.marked(targets, IGNORED)
            for metric in self.metrics.values():
                metric.update(seen, told)
        return self._mean(outputs, targets)

    def begin_epoch(self, epoch: int) -> None:
        """Freeze and unfreeze, if asked for."""
        if self.unfreezing is not None:
            self.unfreezing(self.network, epoch)

    def configure_optimizers(self, plan: Plan) -> Optimization:
        """The optimiser and schedule given to the constructor, for what the network and the loss learn.

        Raises:
            ValueError: the sizes of lazy layers are not known yet, or nothing is there to learn.
        """
        check_sizes_known(self)
        self.begin_epoch(-(-plan.total_steps // max(1, plan.steps_per_epoch)) - 1)  # all that will ever learn
        learnt = [p for p in self.parameters() if p.requires_grad]
        kind = type(self.network).__name__
        if next(self.parameters(), None) is None:
            raise ValueError(f"network must have parameters to learn, got {kind} without any")
        if not learnt:
            raise ValueError(f"every parameter of {kind} is frozen; there is nothing to learn")
        groups = learnt if self.parameter_groups is None else self._groups(learnt)
        optimizer = make_optimizer(self.optimizer, groups, self, grouped=self.parameter_groups is not None)
        schedule = make_schedule(self.schedule, optimizer, plan)
        return Optimization(optimizer, schedule, self.interval)

    def _groups(self, learnt: list[nn.Parameter]) -> list[ParameterGroup]:
        """Those of the network, and one for whatever the loss learns."""
        groups = self.parameter_groups(self.network) if self.parameter_groups is not None else []
        inside = set(self.network.parameters())
        rest = [p for p in learnt if p not in inside]
        return [*groups, {"params": rest}] if rest else groups


class Classification(Supervised):
    """Predict one class per example: cross-entropy and accuracy unless others are given.

    With ``loss="bce_with_logits"`` there are two classes, 0 and 1, and one output, which is above 0 for class 1, or
    with ``loss="bce"`` a probability above 1/2; with several outputs each is a label of its own, for accuracy as well.

    >>> from torch import nn
    >>> task = Classification(nn.Linear(4, 3), optimizer="adam", lr=0.01, metrics=["accuracy", "f1"])
    >>> task.training_step((torch.zeros(8, 4), torch.arange(8) % 3)).ndim, list(task.metrics)
    (0, ['accuracy', 'f1'])
    """

    def __init__(
        self,
        network: nn.Module,
        *,
        loss: LossChoice | None = None,
        metrics: MetricChoices | None = None,
        **supervised: Any,
    ) -> None:
        metrics = "accuracy" if metrics is None else metrics
        super().__init__(network, loss="cross_entropy" if loss is None else loss, metrics=metrics, **supervised)


class Regression(Supervised):
    """Predict numbers: mean squared error and its root unless others are given.

    Targets ``(n,)`` are for outputs ``(n, 1)``, too.
    """

    def __init__(
        self,
        network: nn.Module,
        *,
        loss: LossChoice | None = None,
        metrics: MetricChoices | None = None,
        **supervised: Any,
    ) -> None:
        metrics = {"rmse": MeanSquaredError(root=True)} if metrics is None else metrics
        super().__init__(network, loss="mse" if loss is None else loss, metrics=metrics, **supervised)
