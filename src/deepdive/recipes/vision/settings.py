"""Settings of the recipes that classify pictures. Free of torch."""

from dataclasses import dataclass, field
from pathlib import Path

from deepdive.data.registry import DATASETS
from deepdive.recipes.settings import OptimizerSettings, TrainingSettings


@dataclass(frozen=True)
class ImageClassificationSettings(TrainingSettings):
    """Training settings, and where the pictures come from."""

    data: str = "fashion-mnist"
    """A named data set (deepdive data list), or a folder or archive with one sub-folder of pictures per class."""
    skip_damaged: bool = False
    """Leave out files of a folder that are no pictures, and say so, instead of ending with an error."""
    image_size: int | None = None
    """Height and width of what the network gets; as the pictures are if not given."""
    validation: int | float = 0
    """Training pictures held out to choose the best epoch, or which share below 1; with 0 all are learnt from."""
    normalize: bool = True
    """Standardise pixels by the mean and deviation of the training pictures; else they are 0 to 1."""
    label_smoothing: float = 0.0
    """Share of every target that is spread evenly over all classes, from 0 to 1."""
    optimizer: OptimizerSettings = field(default_factory=OptimizerSettings)

    def __post_init__(self) -> None:
        if self.data not in DATASETS and Path(self.data).exists():  # so that a run can be resumed from anywhere
            object.__setattr__(self, "data", str(Path(self.data).resolve()))
