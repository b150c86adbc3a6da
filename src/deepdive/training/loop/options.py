"""The options of a training loop, and what they mean."""

from dataclasses import dataclass
from typing import Literal

from deepdive.checks import check_bounds, check_integer
from deepdive.training.devices import Precision, autocast_dtype
from deepdive.training.formats import Layout, check_layout
from deepdive.training.loop.early_stopping import EarlyStopping


@dataclass(frozen=True, kw_only=True)
class Options:
    """What a trainer is told, and each of its sessions is given.

    Raises:
        TypeError: an option is of another kind, e.g. half an epoch.
        ValueError: an option is out of its range; names it.
    """

    epochs: int = 1
    """Passes over the training data."""
    steps: int | None = None
    """End after this many optimiser steps, even within an epoch."""
    device: str = "auto"
    """``auto``, ``cpu``, ``cuda``, ``cuda:1``, ``mps``."""
    precision: Precision | Literal["auto"] = "fp32"
    """Of matrix products: ``fp32``, ``bf16``, ``fp16`` with loss scaling; ``auto`` takes ``bf16`` where the device has
    units for it and the network is large enough (`choose_format`). A resumed run keeps what was chosen."""
    layout: Layout | Literal["auto"] = "auto"
    """Of the library's 2-d convolutions in memory: ``channels-last``, ``contiguous``; ``auto`` is what is known to be
    faster on the device."""
    clip_norm: float | None = None
    """Largest norm of the whole gradient."""
    clip_value: float | None = None
    """Largest absolute value of a gradient's element."""
    accumulate: int = 1
    """Batches whose gradients make one step."""
    compile: bool = False
    """Compile the training step (forward, loss, metrics and backward)."""
    ema_decay: float | None = None
    """Decay of an exponential moving average of the weights, which is evaluated and kept in their place; e.g. 0.999."""
    early_stopping: EarlyStopping | None = None
    """When to end before the last epoch."""
    monitor: str | None = None
    """The metric that decides which epoch was best: ``val_loss``, or ``train_loss`` without a validation split.

    Of equal epochs the earliest is. ``train_loss``, as every other ``train_`` metric, is measured batch by batch,
    before each update: it tells of the weights during the epoch, not of those at its end, which are kept.
    """
    log_every: int = 50
    """Optimiser steps between two records; the losses are read from the device once per record."""
    checkpoint_every: int | None = None
    """Optimiser steps between two checkpoints within an epoch; there is always one at its end."""
    seed: int = 0
    """Of dropout and whatever else draws from the global generators."""

    def __post_init__(self) -> None:
        for name in ("epochs", "accumulate", "log_every", "steps", "checkpoint_every"):
            if (value := getattr(self, name)) is not None:
                check_integer(name, value, 1)
        for name in ("clip_norm", "clip_value"):
            if (value := getattr(self, name)) is not None:
                check_bounds(name, value, above=0)
        if self.ema_decay is not None:
            check_bounds("ema_decay", self.ema_decay, 0, below=1)
        autocast_dtype(self.precision)
        check_layout(self.layout)
