"""The report of a fine-tuning: training runs side by side, confused classes, confused images, the network."""

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from jaxtyping import Float
from torch import Tensor, nn

from deepdive.algorithms.evaluation import confusion_matrix
from deepdive.data.images import ImageSet, grid
from deepdive.figures import to_png, to_svg
from deepdive.files import write_atomically
from deepdive.recipes.experiments.network_sections import network_section
from deepdive.recipes.vision.labelling import titles_of
from deepdive.recipes.vision.transfer.figures import confusion_figure, training_curves
from deepdive.recipes.vision.transfer.images import ChosenImages
from deepdive.training import Run
from deepdive.training.records import Record
from deepdive.training.report import Section, figure, join, png_image, table, text

_SHOWN, _PAIRS = 24, 10


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


def transfer_sections(
    run: Run,
    network: nn.Module,
    images: ChosenImages,
    probabilities: Float[Tensor, "n classes"],
    trained: Sequence[Trained],
) -> list[Section]:
    """``probabilities`` are those of each class for each test image."""
    spec, test = images.spec, images.parts["test"]
    example = torch.empty(1, spec.channels, spec.height, spec.width, device="meta")
    return [
        _comparison(trained, images),
        *_confusion(run, test, probabilities, spec.labels),
        network_section(network, example),
    ]


def most_confused(probabilities: Float[Tensor, "n classes"], labels: Tensor, most: int) -> list[int]:
    """Rows with a wrong prediction, those first whose false class leads the true one by most."""
    best, predicted = probabilities.max(dim=1)
    lead = best - probabilities.gather(1, labels[:, None])[:, 0]
    wrong = (predicted != labels).nonzero().flatten()
    return wrong[lead[wrong].argsort(descending=True, stable=True)][:most].tolist()


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


def _confusion(run: Run, test: ImageSet, probabilities: Tensor, labels: tuple[str, ...]) -> list[Section]:
    predicted = probabilities.argmax(dim=1)
    confusion = confusion_matrix(predicted, test.labels, len(labels))
    png = to_png(confusion_figure(confusion, labels))
    write_atomically(run.folder / "confusion.png", png)
    drawn = png_image("Test images by true and predicted class.", png)
    wrong = confusion.clone().fill_diagonal_(0).flatten()
    order = [int(i) for i in wrong.argsort(descending=True, stable=True)[:_PAIRS] if wrong[i]]
    pairs = [
        {"true": labels[i // len(labels)], "predicted": labels[i % len(labels)], "test images": int(wrong[i])}
        for i in order
    ]
    sections = [Section("Confusion", join([drawn, *([table(pairs)] if pairs else [])]))]
    rows = most_confused(probabilities, test.labels, _SHOWN)
    if rows:
        chosen = torch.tensor(rows)
        shown = test.rows(chosen)
        titles = titles_of(probabilities[chosen], shown, labels)
        png = to_png(grid(shown.images, titles, columns=6, marked=[True] * len(rows), scale=1.6))
        write_atomically(run.folder / "confused.png", png)
        sections.append(Section("Most confused images", png_image("Surest of a wrong class.", png)))
    return sections
