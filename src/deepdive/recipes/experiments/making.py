"""From shared settings to the pieces of a training run: toolkit, optimiser, schedule, trainer."""

import inspect
from collections.abc import Callable
from types import ModuleType
from typing import Any, Literal, cast

import torch
from torch import nn
from torch.optim.optimizer import ParamsT

from deepdive.recipes.settings import LoopSettings, OptimizerSettings, TrainingSettings
from deepdive.toolkit import Toolkit
from deepdive.training import EarlyStopping, Plan, Trainer, choose_device
from deepdive.training.choices import named_optimizer, named_schedule
from deepdive.training.compilers import compiler_obstacle
from deepdive.training.fine_tuning import without_decay_of_vectors
from deepdive.training.task import Schedule

ToolkitName = Literal["torch", "scratch"]


def make_toolkit(name: ToolkitName) -> Toolkit:
    """``torch.nn`` or ``deepdive.scratch``."""
    if name == "torch":
        return cast(Toolkit, torch.nn)
    from deepdive import scratch

    return cast(Toolkit, scratch)


def make_network(settings: Any, *facts: Any) -> nn.Module:
    """The network that settings choose, for these facts of the data and out of a toolkit, the last of them.

    Raises:
        ValueError: their method ``network`` gives something else.
    """
    network = settings.network(*facts)
    if not isinstance(network, nn.Module):
        raise ValueError(f"network must return a torch.nn.Module, got {network!r}")
    return network


def make_classification_loss(toolkit: ToolkitName, label_smoothing: float) -> nn.Module:
    """The toolkit's cross-entropy, with a fraction of every target spread evenly over all classes."""
    return make_toolkit(toolkit).CrossEntropyLoss(label_smoothing=label_smoothing)


def make_optimizer(settings: OptimizerSettings, toolkit: ToolkitName) -> Callable[..., torch.optim.Optimizer]:
    """A function that makes the optimiser from parameters or groups of them, and for muon from the network.

    Raises:
        ValueError: a fused optimiser is asked of the scratch toolkit, or one that has no fused form.
    """
    name = settings.name
    kind = named_optimizer(name, _optim(toolkit))
    known = inspect.signature(kind).parameters
    words: dict[str, object] = {"lr": settings.lr}
    if "weight_decay" in known:
        words["weight_decay"] = settings.weight_decay
    if settings.fused:
        if toolkit == "scratch":
            raise ValueError("optimizer.fused is True, but only the torch toolkit has fused optimisers")
        if "fused" not in known:
            raise ValueError(f"optimizer.fused must be False for {name}, got True")
        words["fused"] = True
    if name in ("sgd", "schedule-free-sgd", "muon"):
        words["momentum"] = settings.momentum
    if name == "sgd":
        words["nesterov"] = settings.nesterov
    if name == "muon":
        words["adamw_lr"] = settings.adamw_lr

    def make(params: ParamsT, network: nn.Module | None = None) -> torch.optim.Optimizer:
        return kind(params, **words, **({"network": network} if "network" in known else {}))

    if settings.decay_norm_and_bias:
        return make
    return lambda params, network=None: make(without_decay_of_vectors(params), network)


def make_schedule(settings: LoopSettings) -> Callable[[torch.optim.Optimizer, Plan], Schedule] | None:
    """A function that makes the schedule from the optimiser and the plan; ``None`` for a constant rate.

    The rate of each parameter group is its highest.
    """
    return named_schedule(settings.schedule, _optim(settings.toolkit).lr_scheduler, warm_up=settings.warm_up)


def make_trainer(settings: LoopSettings) -> Trainer:
    """The trainer these settings describe.

    Raises:
        ValueError: this machine cannot compile.
    """
    if settings.compile and choose_device(settings.device).type == "cpu" and (obstacle := compiler_obstacle()):
        raise ValueError(f"compile is True, but {obstacle}; see: deepdive doctor")
    return Trainer(
        epochs=settings.epochs,
        steps=settings.steps,
        device=settings.device,
        precision=settings.precision,
        layout=settings.layout,
        clip_norm=settings.clip_norm,
        clip_value=settings.clip_value,
        accumulate=settings.accumulate if isinstance(settings, TrainingSettings) else 1,
        compile=settings.compile,
        ema_decay=settings.ema_decay if settings.average == "ema" else None,
        early_stopping=None if settings.patience is None else EarlyStopping(settings.patience),
        log_every=settings.log_every,
        checkpoint_every=settings.checkpoint_every,
        seed=settings.seed,
    )


def _optim(toolkit: ToolkitName) -> ModuleType:
    if toolkit == "torch":
        return torch.optim
    from deepdive.scratch import optim

    return optim
