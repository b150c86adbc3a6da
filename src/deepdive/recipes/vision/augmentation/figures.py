"""What the report shows of augmentation."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from deepdive.data.images.augmentation import (
    Brightness,
    Chromatic,
    Contrast,
    CutMix,
    Cutout,
    Geometric,
    Grayscale,
    HorizontalFlip,
    Hue,
    Mixing,
    MixUp,
    PadAndCrop,
    RandomResizedCrop,
    Rotation,
    Saturation,
    Scale,
    Shear,
    Translate,
    VerticalFlip,
)
from deepdive.figures import PALETTE, figure_style
from deepdive.training.records import Record

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def shown_changes(channels: int, height: int, width: int) -> dict[str, Geometric | Chromatic | Cutout | Mixing]:
    """Every change by its name, strong enough to be seen; those of colours for colour images only."""
    eighth = min(height, width) // 8
    plane: dict[str, Geometric | Chromatic | Cutout | Mixing] = {
        "horizontal flip": HorizontalFlip(),
        "vertical flip": VerticalFlip(),
        "pad and crop": PadAndCrop(eighth),
        "resized crop": RandomResizedCrop((0.25, 1.0)),
        "rotation": Rotation(30),
        "scale": Scale(0.6, 1.4),
        "translation": Translate(0.2),
        "shear": Shear(25),
        "brightness": Brightness(0.5),
        "contrast": Contrast(0.7),
    }
    colours = {"saturation": Saturation(1.0), "hue": Hue(0.5), "grey": Grayscale(0.5)} if channels == 3 else {}
    return plane | colours | {"cutout": Cutout(max(1, 3 * eighth)), "mixup": MixUp(1.0), "cutmix": CutMix(1.0)}


def accuracy_curves(training_runs: Mapping[str, Sequence[Record]]) -> "Figure":
    """Accuracy of every epoch, in training (dashed) and in validation and test."""
    from matplotlib.figure import Figure

    with figure_style():
        figure = Figure(figsize=(7.2, 3.6), facecolor="white", layout="constrained")
        ax = figure.subplots()
        for color, (name, records) in zip(PALETTE, training_runs.items(), strict=False):
            epochs = [record.metrics for record in records if record.kind == "epoch"]
            for split, style in (("train", "--"), ("val", "-"), ("test", "-")):
                values = [metrics[f"{split}_accuracy"] for metrics in epochs if f"{split}_accuracy" in metrics]
                if values:
                    ax.plot(range(1, len(values) + 1), values, style, color=color, label=f"{name}, {split}")
        ax.set_xlabel("epoch")
        ax.set_ylabel("accuracy")
        ax.legend(fontsize="small", ncols=2, loc="lower right")
    return figure
