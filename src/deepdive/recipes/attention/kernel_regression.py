"""Regression by attention pooling: Nadaraya and Watson's kernels on a real series (textbook section 11.2)."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

from msgspec import Meta

from deepdive.recipes.ranges import Checked
from deepdive.recipes.ranges.types import Few, PositiveMagnitude, ProperFraction, Seed
from deepdive.recipes.registry import Target, recipe
from deepdive.recipes.settings import make_paths_absolute

if TYPE_CHECKING:
    from deepdive.recipes.attention.experiment import KernelExperiment


@dataclass(frozen=True)
class KernelSettings(Checked):
    """The values, which of them are known, and the kernel."""

    data: str = "min-temperatures"
    """A named series (deepdive data list), or a file with a column of numbers: CSV, TSV, white space, Parquet."""
    column: str | None = None
    """Which column; that of the named series, or the only one with numbers."""
    time: str | None = None
    """The column that tells the time of a row; found by its name, or by what it holds, if not given."""
    delimiter: str | None = None
    """Of a text file: one character, or comma, semicolon, tab, space, bar, whitespace; by its header if not given."""
    gaps: Literal["refuse", "interpolate"] = "refuse"
    """What becomes of rows without a value."""
    order: Literal["refuse", "sort", "keep"] = "refuse"
    """What becomes of rows that are not in the order of time: an error, sorted by their times, or kept as they are."""
    rows: Annotated[int, Meta(ge=4, le=100_000_000)] | None = None
    """Use the last so many values only."""
    held_out: ProperFraction = 0.8
    """Share of the values that is to be estimated from the others, drawn at random."""
    kernel: Literal["gaussian", "boxcar", "constant", "epanechnikov"] = "gaussian"
    """The one that counts for the target; the others are shown beside it."""
    width: PositiveMagnitude | None = None
    """Of every kernel, in rows; learnt from the known values if not given."""
    widths: Annotated[int, Meta(ge=2, le=10_000)] = 24
    """How many widths are tried before the best of them is refined."""
    steps: Few = 60
    """Of the descent that refines it."""
    seed: Seed = 0
    """Of the textbook's noisy values, which the report shows beside those of the data."""

    def _settle(self) -> None:
        super()._settle()
        make_paths_absolute(self, "data", where=Path.is_file)


@recipe(
    "kernel-regression",
    chapter="11.2",
    title="Regression by attention pooling: four kernels, their width learnt, on daily temperatures",
    data="min-temperatures",
    targets=(
        Target(
            "test_skill",
            0.06,
            when={"kernel": "gaussian", "column": None, "rows": None, "held_out": 0.8, "width": None},
        ),
    ),
    presets={
        "smoke": {"widths": 8, "steps": 5},
        "quick": {},
        "book": {"widths": 100, "steps": 200},
    },
)
def kernel_regression(settings: KernelSettings) -> "KernelExperiment":
    """Estimate four of five days from the fifth."""
    from deepdive.recipes.attention.experiment import KernelExperiment

    return KernelExperiment(settings)
