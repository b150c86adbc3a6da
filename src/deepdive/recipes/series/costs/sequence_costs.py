"""Convolution, recurrence and self-attention: what each costs, measured (D2L 11.6)."""

from dataclasses import dataclass
from typing import Annotated, Literal

from msgspec import Meta

from deepdive.recipes.ranges import Checked, SettingError
from deepdive.recipes.ranges.types import BatchSize, Few, Kernel, Length, Seed, Width
from deepdive.recipes.registry import Target, recipe


@recipe(
    "sequence-costs",
    chapter=11,
    section="11.6",
    title="CNN, RNN and self-attention: costs",
    data="synthetic",
    experiment="deepdive.recipes.series.costs.experiment:SequenceCostsExperiment",
    targets=(
        Target("test_growth_gap", 0.7, when={"preset": "smoke"}),
        Target("test_growth_gap", 0.9),
    ),
    presets={
        "smoke": {"lengths": [32, 64, 128, 256], "fixed_width": 16, "widths": [16, 32, 64], "repeats": 1},
        "quick": {},
        "book": {"lengths": [64, 128, 256, 512, 1024, 2048, 4096], "fixed_width": 64, "repeats": 10},
    },
)
@dataclass(frozen=True)
class SequenceCostsSettings(Checked):
    """Sizes at which the layers are measured."""

    toolkit: Literal["torch", "scratch"] = "torch"
    """Library layers, or deepdive's own from scratch."""
    kernel: Kernel = 3
    """Kernel size of the convolution, an odd number."""
    batch_size: BatchSize = 2
    """Number of sequences at a time."""
    lengths: Annotated[tuple[Length, ...], Meta(min_length=2)] = (64, 128, 256, 512, 1024, 2048)
    """Numbers of steps in a sequence, measured at the fixed width."""
    fixed_width: Width = 32
    """Width of each step while the length changes."""
    widths: Annotated[tuple[Width, ...], Meta(min_length=2)] = (16, 32, 64, 128, 256, 512)
    """Widths of a step, measured at the fixed length."""
    fixed_length: Length = 128
    """Number of steps in a sequence while the width changes."""
    repeats: Few = 5
    """How often each size is timed; the fastest time counts."""
    device: str = "auto"
    """Device to measure on: auto, cpu, cuda, cuda:1, mps."""
    seed: Seed = 0
    """Seed of the weights and the inputs."""

    def _settle(self) -> None:
        for name in ("lengths", "widths"):
            if list(sizes := getattr(self, name)) != sorted(set(sizes)):
                raise SettingError(name, "in ascending order", sizes)
        if self.kernel % 2 == 0:
            raise SettingError("kernel", "odd, so that as many steps come out as go in", self.kernel)
