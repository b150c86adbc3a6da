"""The report of a fine-tuning: trainings side by side, confused classes, confused pictures, the network."""

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from jaxtyping import Float
from torch import Tensor, nn

from deepdive.algorithms.evaluation import confusion_matrix
from deepdive.data.images import ImageSet, grid
from deepdive.figures import to_png, to_svg
from deepdive.files import write_atomically
from deepdive.names import label
from deepdive.recipes.experiments.network_sections import network_section
from deepdive.recipes.vision.transfer.figures import confusion_figure, training_curves
from deepdive.recipes.vision.transfer.pictures import Pictures
from deepdive.training import Run
from deepdive.training.records import Record
from deepdive.training.report import Section, figure, join, picture, table, text

_SHOWN, _PAIRS = 24, 10


@dataclass(frozen=True)
class Trained:
    """One of the trainings, once it is over."""

    name: str
    learns: str
    """Which layers, in words."""
    metrics: dict[str, float]
    records: list[Record]
    seconds: float | None
    """With all that it builds on."""


def transfer_sections(
    run: Run, network: nn.Module, pictures: Pictures, chances: Float[Tensor, "n classes"], trained: Sequence[Trained]
) -> list[Section]:
    """``chances`` are the probabilities that the network gives each class of each test picture."""
    spec, test = pictures.spec, pictures.parts["test"]
    example = torch.empty(1, spec.channels, spec.height, spec.width, device="meta")
    return [
        _comparison(trained, pictures),
        *_confusion(run, test, chances, spec.labels),
        network_section(network, example),
    ]


def most_confused(chances: Float[Tensor, "n classes"], labels: Tensor, most: int) -> list[int]:
    """Rows that are called wrong, those first whose false class leads the true one by most."""
    best, called = chances.max(dim=1)
    lead = best - chances.gather(1, labels[:, None])[:, 0]
    wrong = (called != labels).nonzero().flatten()
    return wrong[lead[wrong].argsort(descending=True, stable=True)][:most].tolist()


def _comparison(trained: Sequence[Trained], pictures: Pictures) -> Section:
    rows = [
        {"training": each.name, "learns": each.learns}
        | {name.replace("_", " "): each.metrics.get(name) for name in ("train_accuracy", "test_accuracy", "test_loss")}
        | {"seconds": None if each.seconds is None else round(each.seconds, 1)}
        for each in trained
    ]
    name = "val_accuracy" if "val" in pictures.parts else "test_accuracy"
    curves = {
        each.name: [record.metrics[name] for record in each.records if record.kind == "epoch"] for each in trained
    }
    fixed = {each.name: each.metrics[name] for each in trained if not each.records and name in each.metrics}
    told = (
        "Every training sees the same pictures, and those with epochs as often. Seconds are of a training with all "
        "that it builds on, reading the pictures apart; one that was interrupted counts from its resume."
    )
    chart = training_curves({k: v for k, v in curves.items() if v}, fixed, name.replace("_", " "))
    drawn = to_svg(chart).decode()
    return Section("Trainings", join([table(rows), figure(drawn, caption="After every epoch."), text(told)]))


def _confusion(run: Run, test: ImageSet, chances: Tensor, labels: tuple[str, ...]) -> list[Section]:
    called = chances.argmax(dim=1)
    confusion = confusion_matrix(called, test.labels, len(labels))
    png = to_png(confusion_figure(confusion, labels))
    write_atomically(run.folder / "confusion.png", png)
    drawn = picture("Test pictures by their true class and the one they were given.", png)
    wrong = confusion.clone().fill_diagonal_(0).flatten()
    order = [int(i) for i in wrong.argsort(descending=True, stable=True)[:_PAIRS] if wrong[i]]
    pairs = [
        {"true": labels[i // len(labels)], "predicted": labels[i % len(labels)], "test pictures": int(wrong[i])}
        for i in order
    ]
    sections = [Section("Confusion", join([drawn, *([table(pairs)] if pairs else [])]))]
    rows = most_confused(chances, test.labels, _SHOWN)
    if rows:
        names = [label(name, 24) for name in labels]
        titles = [
            f"{names[int(called[i])]} {float(chances[i].max()):.0%}\nnot {names[int(test.labels[i])]}" for i in rows
        ]
        png = to_png(grid(test.images[torch.tensor(rows)], titles, columns=6, marked=[True] * len(rows), scale=1.6))
        write_atomically(run.folder / "confused.png", png)
        sections.append(Section("Most confused pictures", picture("Surest of a wrong class.", png)))
    return sections
