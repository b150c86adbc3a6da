"""Settings that recipes share, and their way to and from plain data. Free of torch: ``--help`` must be quick."""

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field, fields, is_dataclass, replace
from pathlib import Path
from typing import Any, ClassVar, Literal, TypeVar

from deepdive.data.registry import DATASETS
from deepdive.names import suggestion
from deepdive.recipes.optimization import OptimizerName, ScheduleName
from deepdive.recipes.ranges import Checked, SettingError, checked_from
from deepdive.recipes.ranges.types import (
    BatchSize,
    Epochs,
    GradientBound,
    LearningRate,
    Momentum,
    Penalty,
    Probability,
    Seed,
    Steps,
)

SettingsType = TypeVar("SettingsType", bound=Checked)


@dataclass(frozen=True)
class OptimizerSettings(Checked):
    """The optimiser and its hyperparameters."""

    counts_with: ClassVar[Mapping[str, tuple[str, Any]]] = {
        "adamw_lr": ("name", "muon"),
        "momentum": ("name", ("sgd", "schedule-free-sgd", "muon")),
        "nesterov": ("name", "sgd"),
    }

    name: OptimizerName = "sgd"
    """Name of the optimiser. Where another one is named than the recipe's own, its usual learning rate is the default;
    muon: for matrices and kernels of hidden layers, with AdamW for all else."""
    lr: LearningRate = 0.1
    """Learning rate; the peak under a schedule."""
    adamw_lr: LearningRate = 0.003
    """Learning rate of AdamW for what muon leaves (muon only)."""
    momentum: Momentum = 0.9
    """Momentum (sgd, schedule-free-sgd and muon only)."""
    weight_decay: Penalty = 0.0
    """Weight decay, decoupled from the gradient for adamw, adafactor, lion, muon, schedule-free-adamw and sophia-g; an
    L2 penalty in the gradient for the others."""
    decay_norm_and_bias: bool = True
    """Apply weight decay to biases and to the weights of normalisation layers, too."""
    nesterov: bool = False
    """Nesterov momentum (SGD only)."""
    fused: bool = False
    """Fused optimiser: one kernel for all parameters (torch toolkit only)."""

    def _settle(self) -> None:
        if self.nesterov and not self.momentum:
            raise SettingError("momentum", "above 0 with nesterov", self.momentum)
        if self.name == "schedule-free-sgd" and not self.momentum:
            raise SettingError("momentum", "above 0 with schedule-free-sgd", self.momentum)
        if self.name == "rprop" and self.weight_decay:
            raise SettingError("weight_decay", "0 with rprop, which sees signs alone", self.weight_decay)


@dataclass(frozen=True)
class LoopSettings(Checked):
    """What every recipe with a training loop can be told, also one with a single example."""

    group = "trainer"
    counts_with: ClassVar[Mapping[str, tuple[str, Any]]] = {"ema_decay": ("average", ("ema",))}

    toolkit: Literal["torch", "scratch"] = "torch"
    """Layers and optimiser: PyTorch's, or deepdive's own from scratch."""
    epochs: Epochs = 5
    """Passes over the training data."""
    steps: Steps | None = None
    """End after this many optimiser steps."""
    optimizer: OptimizerSettings = field(default_factory=OptimizerSettings)
    schedule: ScheduleName = "one-cycle"
    """Learning-rate schedule. step: a tenth after each third of the run; multi-step: after a half and three quarters;
    factor: 0.9 times after each epoch, down to a hundredth; exponential: down to a hundredth; linear, polynomial
    (square) and cosine: down to 0; cosine-restarts: three times; cyclic: five times up from a tenth; square-root: by
    the root of the epoch; warm-up, inverse-square-root and slanted-triangular: a rise first; warm-up-stable-decay:
    with a last fifth that falls to 0."""
    warm_up: Probability = 0.1
    """Fraction of the run in which the learning rate rises (schedules with a warm-up and slanted-triangular)."""
    average: Literal["none", "ema"] = "none"
    """Average of the weights that is evaluated and kept; ema: exponential moving average."""
    ema_decay: Probability = 0.999
    """Decay of the exponential moving average, from step to step; lower in the first steps (average ema only)."""
    device: str = "auto"
    """Device to train on: auto, cpu, cuda, cuda:1, mps; auto takes a GPU where there is one."""
    precision: Literal["auto", "fp32", "bf16", "fp16"] = "auto"
    """Mixed precision: dtype of matrix products; auto takes bf16 where the device has units for it and the network is
    large enough."""
    layout: Literal["auto", "channels-last", "contiguous"] = "auto"
    """Memory layout of convolutions; auto takes the one known to be faster on the device."""
    clip_norm: GradientBound | None = None
    """Gradient clipping: largest norm of the whole gradient."""
    clip_value: GradientBound | None = None
    """Gradient clipping: largest absolute value of an element."""
    compile: bool = False
    """Compile the training step; needs a C++ compiler on CPU."""
    patience: Epochs | None = None
    """Early stopping: end after so many epochs without a better validation loss (training loss if there is no
    validation set)."""
    log_every: Steps = 50
    """Optimiser steps between two records."""
    checkpoint_every: Steps | None = None
    """Optimiser steps between two checkpoints within an epoch."""
    seed: Seed = 0
    """Seed of initial weights, shuffling, dropout and augmentation; the split of the data does not depend on it."""

    def _settle(self) -> None:
        super()._settle()
        if self.average == "ema" and self.optimizer.name.startswith("schedule-free"):
            raise SettingError("average", f"none with {self.optimizer.name}, which has an average", self.average)


@dataclass(frozen=True)
class TrainingSettings(LoopSettings):
    """What a recipe that learns from batches of many examples can be told."""

    group = "trainer"

    batch_size: BatchSize = 128
    """Examples per batch."""
    accumulate: BatchSize = 1
    """Gradient accumulation: batches per optimiser step."""


def make_paths_absolute(settings: Any, *names: str, where: Callable[[Path], bool] = Path.exists) -> None:
    """Make settings that are paths absolute, ``where`` that holds of them, so that a run can be resumed from anywhere.

    A name of a data set, and ``None``, stay as they are.
    """
    for name in names:
        value = getattr(settings, name)
        if value is not None and value not in DATASETS and where(Path(value)):
            object.__setattr__(settings, name, str(Path(value).resolve()))


def setting_of(settings: Any, name: str) -> Any:
    """The value of a setting by its whole name, e.g. ``augment.flip``; ``None`` where there is no such setting."""
    for part in name.split("."):
        settings = getattr(settings, part, None)
    return settings


def with_setting(settings: SettingsType, name: str, value: Any) -> SettingsType:
    """The same with another value of a setting, by its whole name.

    >>> with_setting(LoopSettings(), "optimizer.lr", 0.5).optimizer.lr
    0.5
    """
    outer, _, inner = name.partition(".")
    return replace(settings, **{outer: with_setting(getattr(settings, outer), inner, value) if inner else value})


def to_plain(settings: Any) -> dict[str, Any]:
    """A settings object as nested dicts of numbers and strings."""
    return asdict(settings)


def from_plain(settings_type: type[SettingsType], plain: Mapping[str, Any]) -> SettingsType:
    """The settings object of plain data; what is missing has its default.

    Raises:
        ValueError: a name is unknown, or a value has the wrong type or is out of its range; names it.
    """
    _check_names(settings_type, plain, "")
    return checked_from(settings_type, plain)


def with_preset(settings_type: type[SettingsType], changes: Mapping[str, Any]) -> SettingsType:
    """The defaults of a settings type with a preset's changes."""
    return from_plain(settings_type, _merged(to_plain(settings_type()), changes))


def _merged(base: Mapping[str, Any], changes: Mapping[str, Any]) -> dict[str, Any]:
    nested = {
        key: _merged(base.get(key, {}), value) if isinstance(value, Mapping) else value
        for key, value in changes.items()
    }
    return {**base, **nested}


def _check_names(settings_type: Any, plain: Mapping[str, Any], place: str) -> None:
    known = {item.name: item.type for item in fields(settings_type)}
    for name, value in plain.items():
        if name not in known:
            raise ValueError(f"{settings_type.__name__} has no setting {place}{name}{suggestion(name, known)}")
        if is_dataclass(known[name]) and isinstance(value, Mapping):
            _check_names(known[name], value, f"{place}{name}.")
