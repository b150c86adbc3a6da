"""Batches from memory against torch's DataLoader, on Fashion-MNIST and on tiny rows; a quoted table from a file."""

import csv
import sys
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import polars as pl
import torch
from PIL import Image
from torch import Tensor
from torch.utils.data import DataLoader, Dataset, TensorDataset

from benchmarks._table import Row, seconds, show, speed_ratio
from deepdive.data import TensorLoader, load_images, read_table


class ImageByImage(Dataset[tuple[Tensor, int]]):
    """The usual way: every example becomes a PIL image, then a tensor."""

    def __init__(self, images: Tensor, labels: Tensor) -> None:
        self.images, self.labels = images.squeeze(1).numpy(), labels.tolist()

    def __len__(self) -> int:
        return len(self.labels)

    def __getitem__(self, i: int) -> tuple[Tensor, int]:
        image = Image.fromarray(self.images[i])
        pixels = torch.frombuffer(bytearray(image.tobytes()), dtype=torch.uint8)
        return pixels.view(1, image.height, image.width).float().div(255), self.labels[i]


def rows() -> Iterator[Row]:
    threads = torch.get_num_threads()
    torch.set_num_threads(1)  # Neither side needs more, and a busy second core would be measured instead of them.
    try:
        yield image_batches()
        yield small_rows()
        yield quoted_table()
    finally:
        torch.set_num_threads(threads)


def image_batches() -> Row:
    data = load_images("fashion-mnist", batch_size=128)
    train = data.image_set("train")
    if train is None:
        raise RuntimeError("Fashion-MNIST has no training images")
    theirs = DataLoader(ImageByImage(train.images, train.labels), batch_size=128, shuffle=True)
    return speed_ratio(
        "one shuffled pass over Fashion-MNIST, batch 128", one_pass(data.train_loader()), one_pass(theirs), 20
    )


def small_rows() -> Row:
    fields = torch.randn(64_000, 10), torch.randn(64_000, 1)
    ours = TensorLoader(fields, 32, shuffle=True)
    theirs = DataLoader(TensorDataset(*fields), batch_size=32, shuffle=True)
    return speed_ratio("one shuffled pass over 64,000 rows of 10, batch 32", one_pass(ours), one_pass(theirs), 10)


def quoted_table() -> Row:
    """As strict on both sides; the csv module checks row by row what is checked here of all rows at once."""
    with TemporaryDirectory() as folder:
        path = Path(folder, "table.csv")
        with path.open("w", newline="") as file:
            writer = csv.writer(file, quoting=csv.QUOTE_ALL)
            writer.writerow(["id", "name", "x", "y"])
            writer.writerows([i, f'the {i % 900}th, "{i % 7}"', i * 0.37, i % 13] for i in range(100_000))

        def theirs() -> None:
            with path.open(newline="") as file:
                header, *rows = csv.reader(file, strict=True)
            if any(len(row) != len(header) for row in rows):
                raise RuntimeError("a row of the table is of another length")
            for column in pl.DataFrame(rows, header, orient="row"):
                column.cast(pl.Float64, strict=False)

        return speed_ratio(
            "a quoted CSV file of 100,000 rows", lambda: seconds(lambda: read_table(path)), lambda: seconds(theirs), 1
        )


def one_pass(loader: TensorLoader | DataLoader[Any]) -> Callable[[], float]:
    """Seconds of one epoch after another."""
    epochs = count()

    def work() -> None:
        for _ in loader.batches(next(epochs)) if isinstance(loader, TensorLoader) else loader:
            pass

    return lambda: seconds(work)


def main() -> int:
    return show(rows())


if __name__ == "__main__":
    sys.exit(main())
