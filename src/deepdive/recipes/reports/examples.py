"""Examples in a report: images as a grid, texts and rows as a table."""

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

import torch

from deepdive.data.images import ImageSet, grid
from deepdive.figures import to_png
from deepdive.files import write_atomically
from deepdive.names import apart, cut, label
from deepdive.recipes.reports.classification import ClassEvaluation, Show, probability_words
from deepdive.training.report import Html, png_image, table

_TEXT = 600
"""Characters of a text that are shown."""
_IMAGES = 12
"""Images that are shown: a grid of them takes longer to draw than all figures together."""


def image_grid(images: ImageSet, file: Path | None = None) -> Show:
    """Shows images by their numbers, each under what was predicted and what is true; as a ``file``, too."""
    return partial(_grid, images, file)


def text_table(texts: Sequence[str], seconds: Sequence[str] | None = None) -> Show:
    """Shows texts, or pairs of them, by their numbers."""
    return row_table(lambda i: text_columns(texts, seconds, i))


def row_table(describe: Callable[[int], dict[str, object]]) -> Show:
    """Shows whatever an example can be described by, as the columns of a table."""
    return lambda found, numbers: table([_beside(probability_words(found, i), describe(i)) for i in numbers])


def text_columns(texts: Sequence[str], seconds: Sequence[str] | None, i: int) -> dict[str, object]:
    """A text, or both of a pair, as cells of a table."""
    told: dict[str, object] = {"text": cut(texts[i], _TEXT)}
    return told if seconds is None else told | {"second text": cut(seconds[i], _TEXT)}


def _grid(images: ImageSet, file: Path | None, found: ClassEvaluation, numbers: Sequence[int]) -> Html:
    numbers = numbers[:_IMAGES]
    shown = images.rows(torch.tensor(list(numbers))).images
    titles = [_title(found, i) for i in numbers]
    png = to_png(grid(shown, titles, columns=6, marked=[True] * len(titles), scale=1.6))
    if file is not None:
        write_atomically(file, png)
    return png_image("Above each image what was predicted, with its probability, and what it is.", png)


def _beside(own: dict[str, object], others: dict[str, object]) -> dict[str, object]:
    """Columns of ours, and those of the data, under another name where they have the same."""
    return own | {apart(name, own): value for name, value in others.items()}


def _title(found: ClassEvaluation, i: int) -> str:
    p = found.probabilities[i]
    guess, true = int(p.argmax()), int(found.true[i])
    return f"{label(found.labels[guess], 24)} {float(p[guess]):.0%}\nnot {label(found.labels[true], 24)}"
