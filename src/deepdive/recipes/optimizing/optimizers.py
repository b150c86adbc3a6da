"""Optimisers compared at equal steps and at equal seconds, each at its own best rate (D2L 12.6 to 12.10)."""

from dataclasses import dataclass, field
from typing import Annotated, Literal

from msgspec import Meta

from deepdive.recipes.optimization import USUAL, OptimizerName, ScheduleName
from deepdive.recipes.optimizing.numbers import RATES
from deepdive.recipes.ranges import SettingError
from deepdive.recipes.ranges.types import BatchSize, Epochs, GradientBound, Length, PositiveMagnitude, Steps, Width
from deepdive.recipes.registry import Target, recipe
from deepdive.recipes.settings import LoopSettings, OptimizerSettings

_LARGEST = 1000
"""Of learning rates."""
TaskName = Literal["images", "characters"]
Grid = Annotated[tuple[PositiveMagnitude, ...], Meta(min_length=1)]
EIGHT: tuple[OptimizerName, ...] = (
    "sgd",
    "adagrad",
    "rmsprop",
    "adadelta",
    "adamw",
    "lion",
    "muon",
    "schedule-free-adamw",
)


@recipe(
    "optimizers",
    chapter=12,
    section="12.10",
    title="Optimisers side by side",
    data="fashion-mnist",
    experiment="deepdive.recipes.optimizing.optimizers_experiment:OptimizersExperiment",
    targets=(
        Target("images_adamw_test_accuracy", 0.6, when={"preset": "smoke"}),
        Target("muon_gain", 0.04),
    ),
    presets={
        "smoke": {"tasks": ["images"], "optimizers": ["sgd", "adamw"], "steps": 20, "log_every": 5},
        "quick": {},
        "book": {"optimizers": list(USUAL), "grid": [0.1, 0.3, 1.0, 3.0, 10.0], "steps": 1000},
    },
    keywords=("optimization", "optimisation", "adam", "momentum", "rmsprop", "adagrad", "muon", "lion"),
)
@dataclass(frozen=True)
class OptimizersSettings(LoopSettings):
    """Which optimisers learn what, and for how long."""

    optimizers: tuple[OptimizerName, ...] = EIGHT
    """Optimisers that are compared."""
    tasks: tuple[TaskName, ...] = ("images", "characters")
    """images: a LeNet with batch normalisation on Fashion-MNIST; characters: a small GPT on The Time Machine."""
    grid: Grid = (1.0,)
    """Each rate is tried with these factors, and the best by the validation loss counts; one that diverges is none."""
    steps: Steps | None = 300
    """Optimiser steps of each training run; at equal seconds there are as many as AdamW's time allows."""
    epochs: Epochs = 1000
    """Most passes over the training data."""
    batch_size: BatchSize = 64
    """Images per batch."""
    windows: BatchSize = 16
    """Windows of text per batch."""
    num_steps: Length = 64
    """Characters per window."""
    hidden_size: Width = 64
    """Width of the GPT, which has two blocks of four heads."""
    schedule: ScheduleName = "warm-up-cosine"
    """Learning-rate schedule of all optimisers but schedule-free ones, which have a warm-up alone."""
    clip_norm: GradientBound | None = 1.0
    log_every: Steps = 10
    precision: Literal["auto", "fp32", "bf16", "fp16"] = "fp32"
    optimizer: OptimizerSettings = field(default_factory=lambda: OptimizerSettings("adamw", weight_decay=0.01))
    """Hyperparameters that all have in common. Name, learning rate and momentum are those of each optimiser. The weight
    decay is that of those that decouple it from the gradient; the others, for which it would be an L2 penalty that
    their own scaling changes, have none."""

    def _settle(self) -> None:
        super()._settle()
        for name, usual, rule in (
            ("name", "adamw", "--optimizers names those that are compared"),
            ("lr", OptimizerSettings.lr, "--grid gives factors of the rates"),
            ("momentum", OptimizerSettings.momentum, "each optimiser has its usual one"),
        ):
            if (value := getattr(self.optimizer, name)) != usual:
                raise SettingError(f"optimizer.{name}", f"left alone: {rule}", value)
        for name in ("optimizers", "tasks"):
            values = getattr(self, name)
            if not values or len(set(values)) < len(values):
                raise SettingError(name, "some, each once", values)
        if len({factor_name(factor) for factor in self.grid}) < len(self.grid):
            raise SettingError("grid", "factors that differ in their first six digits", self.grid)
        if (highest := max(self.rate(task, name) for task in self.tasks for name in self.optimizers)) * max(
            self.grid
        ) > _LARGEST:
            raise SettingError(
                "grid", f"at most {_LARGEST / highest:g}, so that no rate is above {_LARGEST}", self.grid
            )
        if self.steps is None:
            raise SettingError("steps", "a number: it is what is compared at", self.steps)

    def rate(self, task: TaskName, name: OptimizerName) -> float:
        """The stored rate of an optimiser for a task, or its usual one."""
        return RATES[task][name] if name in RATES[task] else USUAL[name]["lr"]


def factor_name(factor: float) -> str:
    """As it stands in the name of a training run."""
    return f"{factor:g}"
