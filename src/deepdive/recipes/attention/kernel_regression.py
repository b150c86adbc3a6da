"""Regression by attention pooling: Nadaraya and Watson's kernels on a real series (D2L 11.2)."""

from dataclasses import dataclass
from typing import Annotated, Literal

from msgspec import Meta

from deepdive.recipes.ranges.types import Few, PositiveMagnitude, ProperFraction, Seed
from deepdive.recipes.registry import Target, recipe
from deepdive.recipes.series.settings import SeriesSettings


@recipe(
    "kernel-regression",
    chapter=11,
    section="11.2",
    title="Nadaraya-Watson kernel regression",
    data="min-temperatures",
    experiment="deepdive.recipes.attention.experiment:KernelExperiment",
    targets=(
        Target(
            "test_skill",
            0.06,
            when={"kernel": "gaussian", "column": None, "rows": None, "test": 0.8, "bandwidth": None},
        ),
    ),
    presets={
        "smoke": {"bandwidths": 8, "steps": 5},
        "quick": {},
        "book": {"bandwidths": 100, "steps": 200},
    },
)
@dataclass(frozen=True)
class KernelSettings(SeriesSettings):
    """The values, which of them are known, and the kernel."""

    data: str = "min-temperatures"
    """A named series (deepdive data list), or a file with a column of numbers: CSV, TSV, white space, Parquet."""
    rows: Annotated[int, Meta(ge=4, le=100_000_000)] | None = None
    """Number of values to use, the last ones; all if not given."""
    test: ProperFraction = 0.8
    """Fraction of the values in the test set, drawn at random; they are estimated from the others."""
    kernel: Literal["gaussian", "boxcar", "constant", "epanechnikov"] = "gaussian"
    """The kernel that counts for the target; the others are shown beside it."""
    bandwidth: PositiveMagnitude | None = None
    """Bandwidth of every kernel, in rows; learnt from the known values if not given."""
    bandwidths: Annotated[int, Meta(ge=2, le=10_000)] = 24
    """How many bandwidths are tried before the best of them is refined."""
    steps: Few = 60
    """Steps of gradient descent that refine the bandwidth."""
    seed: Seed = 0
    """Seed of the noisy values of D2L 11.2, which the report shows beside those of the data."""
