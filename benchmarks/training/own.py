"""Our trainer over a DataLoader of the user's own, against the bare loop that they would write over that same loader.

Both have the same network, optimiser and loss, and make the same steps; ours also measures the accuracy, keeps records
and hears of each. What is timed lies within an epoch, so that neither side pays for set-up.
"""

import sys
import time
from collections.abc import Iterator

import torch
from torch import Tensor, nn
from torch.utils.data import DataLoader, Dataset, TensorDataset

from benchmarks._table import Row, show, speed_ratio
from deepdive.models import MLP, LeNet
from deepdive.training import Classification, Trainer

BATCH, ROWS, WARM, STEPS = 128, 128 * 101, 50, 50


class Images(Dataset[tuple[Tensor, int]]):
    """One image after the other, scaled and shifted in Python as a transform would."""

    def __init__(self, images: Tensor, labels: Tensor) -> None:
        self.images, self.labels = images, labels

    def __len__(self) -> int:
        return len(self.labels)

    def __getitem__(self, i: int) -> tuple[Tensor, int]:
        return self.images[i].float().div(255).sub(0.5), int(self.labels[i])


class Named(Images):
    """The same by name."""

    def __getitem__(self, i: int) -> dict[str, Tensor | int]:  # type: ignore[override]
        image, label = super().__getitem__(i)
        return {"input": image, "labels": label}


def images(*shape: int) -> tuple[Tensor, Tensor]:
    generator = torch.Generator().manual_seed(0)
    pixels = torch.randint(0, 256, (ROWS, *shape), dtype=torch.uint8, generator=generator)
    return pixels, torch.randint(0, 10, (ROWS,), generator=generator)


def bare_seconds(network: nn.Module, loader: DataLoader[object]) -> float:
    """Seconds per step of the loop that everybody writes first."""
    optimizer, loss = torch.optim.Adam(network.parameters()), nn.CrossEntropyLoss()
    done, began = 0, 0.0
    while True:
        for batch in loader:
            x, y = batch.values() if isinstance(batch, dict) else batch
            optimizer.zero_grad()
            loss(network(x), y).backward()
            optimizer.step()
            done += 1
            if done == WARM:
                began = time.perf_counter()
            if done == WARM + STEPS:
                return (time.perf_counter() - began) / STEPS


def our_seconds(network: nn.Module, loader: DataLoader[object]) -> float:
    """Seconds per step of `Trainer.session`, between two records."""
    trainer = Trainer(epochs=100, steps=WARM + STEPS + 1, device="cpu", log_every=WARM)
    at = {}
    for record in trainer.session(Classification(network), loader):
        if record.kind == "train":
            at[record.step] = time.perf_counter()
        if record.step >= WARM + STEPS:
            break
    return (at[WARM + STEPS] - at[WARM]) / STEPS


def rows() -> Iterator[Row]:
    pixels, labels = images(1, 28, 28)
    flat = (pixels.flatten(1).float() / 255, labels)
    kinds = {
        "LeNet, a Dataset of single images": (LeNet, Images(pixels, labels)),
        "LeNet, the same as dicts": (LeNet, Named(pixels, labels)),
        "MLP 784-256-10, a TensorDataset": (lambda: MLP(784, 10, (256,)), TensorDataset(*flat)),
    }
    for name, (make, dataset) in kinds.items():

        def ours(make=make, dataset=dataset) -> float:
            torch.manual_seed(0)
            return our_seconds(make(), DataLoader(dataset, BATCH, shuffle=True))

        def theirs(make=make, dataset=dataset) -> float:
            torch.manual_seed(0)
            return bare_seconds(make(), DataLoader(dataset, BATCH, shuffle=True))

        yield speed_ratio(f"own DataLoader, {name}", ours, theirs, 0.97, pairs=9)


def main() -> int:
    return show(rows())


if __name__ == "__main__":
    sys.exit(main())
