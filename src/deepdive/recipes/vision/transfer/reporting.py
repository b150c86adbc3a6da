"""The report of a fine-tuning: training runs side by side, the network."""

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import nn

from deepdive.figures import to_svg
from deepdive.recipes.experiments.network_sections import network_section
from deepdive.recipes.vision.transfer.figures import training_curves
from deepdive.recipes.vision.transfer.images import ChosenImages
from deepdive.training.records import Record
from deepdive.training.report import Section, figure, join, table, text


@dataclass(frozen=True)
class Trained:
    """One of the training runs, once it is over."""

    name: str
    learns: str
    """Which layers, in words."""
    metrics: dict[str, float]
    records: list[Record]
    seconds: float | None
    """With all that it builds on."""


def transfer_sections(network: nn.Module, images: ChosenImages, trained: Sequence[Trained]) -> list[Section]:
    """The training runs side by side, and the network."""
    spec = images.spec
    example = torch.empty(1, spec.channels, spec.height, spec.width, device="meta")
    return [_comparison(trained, images), network_section(network, example)]


def _comparison(trained: Sequence[Trained], images: ChosenImages) -> Section:
    rows = [
        {"training run": each.name, "learns": each.learns}
        | {name.replace("_", " "): each.metrics.get(name) for name in ("train_accuracy", "test_accuracy", "test_loss")}
        | {"seconds": None if each.seconds is None else round(each.seconds, 1)}
        for each in trained
    ]
    name = "val_accuracy" if "val" in images.parts else "test_accuracy"
    curves = {
        each.name: [record.metrics[name] for record in each.records if record.kind == "epoch"] for each in trained
    }
    fixed = {each.name: each.metrics[name] for each in trained if not each.records and name in each.metrics}
    words = (
        "Every training run sees the same images, and those with epochs as often. Seconds are of a training run with "
        "all that it builds on, reading the images apart; one that was interrupted counts from its resume."
    )
    chart = training_curves({k: v for k, v in curves.items() if v}, fixed, name.replace("_", " "))
    drawn = to_svg(chart).decode()
    return Section("Training runs", join([table(rows), figure(drawn, caption="After every epoch."), text(words)]))
