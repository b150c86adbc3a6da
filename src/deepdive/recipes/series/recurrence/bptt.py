"""Backpropagation through time: vanishing, exploding and their cures (D2L 9.7)."""

from dataclasses import dataclass, field
from typing import Literal

from deepdive.recipes.ranges import SettingError
from deepdive.recipes.ranges.types import BatchSize, Epochs, GradientBound, Length, Rows, Signed, Width
from deepdive.recipes.registry import Target, recipe
from deepdive.recipes.settings import OptimizerSettings, TrainingSettings

Cure = Literal["tanh", "orthogonal", "identity-unclipped", "identity", "skip", "lstm", "gru"]
"""A network; all but the first one are cures."""


@recipe(
    "bptt",
    chapter=9,
    section="9.7",
    title="Backpropagation through time",
    data="synthetic",
    experiment="deepdive.recipes.series.recurrence.experiment:BPTTExperiment",
    targets=(
        Target("test_gru_mse", 0.06, when={"preset": "smoke"}, higher_is_better=False),
        Target("test_gru_ratio", 0.1, higher_is_better=False),
    ),
    presets={
        "smoke": {
            "length": 10,
            "rows": 2000,
            "epochs": 15,
            "batch_size": 50,
            "hidden": 32,
            "networks": ["tanh", "identity-unclipped", "gru"],
            "log_every": 40,
        },
        "quick": {},
        "book": {"length": 100, "epochs": 15},
    },
)
@dataclass(frozen=True)
class BPTTSettings(TrainingSettings):
    """Recurrent networks that differ in nothing but the cure, on sequences whose answer lies far back."""

    length: Length = 60
    """Number of steps in a sequence."""
    rows: Rows = 10_000
    """Number of training sequences; the validation set and the test set have a thousand each."""
    hidden: Width = 64
    """Width of the recurrent state."""
    forget_bias: Signed = 3.0
    """Added to the initial bias of the LSTM's forget gate: so much of the state is kept from the start."""
    networks: tuple[Cure, ...] = ("tanh", "orthogonal", "identity-unclipped", "identity", "skip", "lstm", "gru")
    """Which networks are trained."""
    epochs: Epochs = 8
    batch_size: BatchSize = 100
    clip_norm: GradientBound | None = 1.0
    optimizer: OptimizerSettings = field(default_factory=lambda: OptimizerSettings("adam", lr=0.01))

    def _settle(self) -> None:
        super()._settle()
        if "tanh" not in self.networks:
            raise SettingError("networks", "some of them, and tanh, with which the others are compared", self.networks)
