"""Recipes of different kinds, each cut down by its flags to a few seconds, on data that a test makes or has at hand."""

import math
import random
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from PIL import Image
from tests.recipes.language.texts import pairs, story, tagged

from deepdive.models.vision import EfficientNetLite
from deepdive.training import save_weights


def table(folder: Path) -> Path:
    """Prices that follow from two numbers and a word, some of them missing; and a second column to predict."""
    draw, lines = random.Random(0), ["area,rooms,quarter,price,garden"]
    for i in range(120):
        area, rooms, quarter = draw.gauss(100, 25), draw.randint(1, 6), draw.choice(("north", "south", "old town"))
        price = 1000 * area + 9000 * rooms + draw.gauss(0, 2000) + (20_000 if quarter == "old town" else 0)
        garden = "yes" if price + draw.gauss(0, 9000) > 120_000 else "no"
        lines.append(f"{'' if i % 10 == 3 else f'{area:.2f}'},{rooms},{quarter},{price:.0f},{garden}")
    return _written(folder / "houses.csv", lines)


def series(folder: Path) -> Path:
    """A wave with a cycle of a year, and noise, over 25 years."""
    draw = random.Random(0)
    values = [20 + 8 * math.sin(math.pi * i / 6) + draw.gauss(0, 0.5) for i in range(300)]
    rows = [f"{1990 + i // 12}-{i % 12 + 1:02d},{value:.4f}" for i, value in enumerate(values)]
    return _written(folder / "waves.csv", ["Month,Level", *rows])


def images(folder: Path) -> Path:
    """Three classes of noise, told apart by their colour."""
    generator = np.random.default_rng(0)
    for place, label in enumerate(("reddish", "greenish", "bluish")):
        (folder / "images" / label).mkdir(parents=True)
        for i in range(24):
            pixels = generator.integers(0, 150, (20, 22, 3), dtype=np.uint8)
            pixels[..., place] += 60
            Image.fromarray(pixels).save(folder / "images" / label / f"{i:02}.png")
    return folder / "images"


def images_and_weights(folder: Path) -> Path:
    """The same, and a network that nobody has trained."""
    torch.manual_seed(1)
    save_weights(folder / "weights.safetensors", EfficientNetLite(7))
    return images(folder)


def text(folder: Path) -> Path:
    return _written(folder / "story.txt", story(250).splitlines())


def paragraphs(folder: Path) -> Path:
    """Two sentences in each."""
    return _written(folder / "suns.txt", ["the sun is hot . we like it .", "the moon is cold . we fear it ."] * 60)


def translations(folder: Path) -> Path:
    return _written(folder / "pairs.tsv", ["\t".join(pair) for pair in pairs()])


def tags(folder: Path) -> Path:
    return _written(folder / "tags.conll", tagged().splitlines())


def reviews(folder: Path) -> Path:
    """Of two classes, told apart by a word."""
    words = [("fine", "good"), ("dull", "bad")]
    rows = [f"the film was {word} and long {i % 7},{kind}" for i in range(40) for word, kind in words]
    return _written(folder / "reviews.csv", ["review,sentiment", *rows])


def digits(folder: Path) -> str:
    """Those of scikit-learn, which every machine has that runs the tests."""
    return "digits"


def nothing(folder: Path) -> None:
    """The recipe makes its data."""


@dataclass(frozen=True)
class Recipe:
    """What is run, and what is special about it."""

    name: str
    data: Callable[[Path], Path | str | None]
    flags: str
    kind: str
    cases: tuple[str, ...] | None = None
    """Those of a recipe that takes long to start."""

    def words(self, folder: Path) -> list[str]:
        """The command, with data below a folder."""
        data = self.data(folder)
        flags = [flag.replace("FOLDER", str(folder)) for flag in self.flags.split()]
        return ["run", self.name, *([] if data is None else ["--data", str(data)]), *flags]


RECIPES = [
    Recipe(
        "linear-regression",
        nothing,
        "--epochs 4 --rows 150 --batch-size 16 --log-every 3 --checkpoint-every 4",
        "one layer, made-up data, a target that is missed",
    ),
    Recipe("weight-decay", nothing, "--epochs 6 --log-every 5 --checkpoint-every 7", "three training_runs in turn"),
    Recipe(
        "table",
        table,
        "--target price --validation 0.2 --epochs 3 --batch-size 16 --log-every 3 --checkpoint-every 4",
        "the only one of training_runs in turn",
    ),
    Recipe(
        "house-prices",
        table,
        "--target price --folds 3 --epochs 4 --batch-size 16 --log-every 3 --checkpoint-every 4",
        "a training per fold, dropout",
    ),
    Recipe(
        "multi-output",
        table,
        "--targets price garden --learn-weights --epochs 4 --batch-size 16 --log-every 3 --checkpoint-every 4",
        "two outputs, and weights of their losses that learn",
    ),
    Recipe(
        "mlp-dropout",
        digits,
        "--validation 200 --epochs 12 --patience 2 --batch-size 200 --optimizer.lr 0.05 --accumulate 2 --log-every 2"
        " --checkpoint-every 2",
        "early stopping, dropout, several batches per step",
    ),
    Recipe(
        "lenet-batchnorm",
        digits,
        "--image-size 28 --precision bf16 --epochs 2 --batch-size 200 --log-every 3 --checkpoint-every 4"
        " --schedule step",
        "batch normalisation in bfloat16, steps of the learning rate",
    ),
    Recipe(
        "softmax-regression",
        digits,
        "--toolkit scratch --epochs 3 --batch-size 200 --log-every 3 --checkpoint-every 4 --schedule cosine",
        "everything from scratch",
    ),
    Recipe(
        "image-folder",
        images,
        "--architecture lenet --image-size 28 --augment.crop 2 --augment.mixup 0.2 --validation 0.2 --epochs 3"
        " --batch-size 16 --log-every 2 --checkpoint-every 2 --refit",
        "images from files, changed at random, and a second training on all of them",
    ),
    Recipe(
        "siamese",
        digits,
        "--image-size 14 --epochs 2 --batch-size 200 --log-every 3 --checkpoint-every 4",
        "pairs of images",
    ),
    Recipe(
        "lstm-lm",
        text,
        "--partition sequential --epochs 2 --batch-size 16 --log-every 4 --checkpoint-every 5",
        "a state that is carried from batch to batch",
    ),
    Recipe(
        "seq2seq",
        translations,
        "--epochs 3 --batch-size 8 --test 8 --validation 8 --min-frequency 1 --scheduled-sampling 0.3 --log-every 2"
        " --checkpoint-every 3",
        "two vocabularies, scheduled sampling, beam search",
    ),
    Recipe("tag-sequence", tags, "--epochs 3 --batch-size 16 --log-every 2 --checkpoint-every 3", "sequences of tags"),
    Recipe(
        "forecast",
        series,
        "--tau 12 --period 12 --ahead 12 --epochs 4 --batch-size 32 --log-every 3 --checkpoint-every 4",
        "a series",
    ),
    Recipe(
        "fine-tune",
        images_and_weights,
        "--weights FOLDER/weights.safetensors --image-size 32 --epochs 2 --batch-size 24 --validation 0.2"
        " --unfreeze-every 1 --log-every 1 --checkpoint-every 2 --from-scratch",
        "layers that begin to learn epoch by epoch, a mean of weights, a second training",
    ),
    Recipe(
        "classify-text",
        reviews,
        "--epochs 4 --batch-size 8 --log-every 2 --checkpoint-every 3",
        "bags of words, a network that begins with zeros",
    ),
    Recipe(
        "bert-pretrain",
        paragraphs,
        "--epochs 2 --batch-size 16 --log-every 2 --checkpoint-every 3",
        "masks that are drawn anew in every epoch",
    ),
    Recipe(
        "design-space",
        digits,
        "--samples 2 --workers 2 --stages 2 --stem small --mega-flops 0.1 0.3 --validation 300 --steps 8"
        " --batch-size 64",
        "training_runs in other processes",
        ("before-checkpoint", "training", "anywhere", "torn-report"),
    ),
]


def _written(path: Path, lines: list[str]) -> Path:
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path
