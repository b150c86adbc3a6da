"""One LeNet epoch the way course code does it, as a program of its own: the other side of ``benchmarks.command.epoch``.

A data set that hands out one PIL image at a time, a transform per image, a DataLoader with four workers, and the
loss and accuracy of every step moved to the host for plotting. Prints the seconds of the epoch, test pass included.
"""

import gzip
import sys
import time
from pathlib import Path

import numpy as np
import torch
from PIL import Image
from torch import nn
from torch.utils.data import DataLoader, Dataset


class Images(Dataset):
    """Fashion-MNIST from its original files."""

    def __init__(self, folder: Path, part: str, transform) -> None:
        self.images = self._read(folder / f"{part}-images-idx3-ubyte", 16).reshape(-1, 28, 28)
        self.labels = self._read(folder / f"{part}-labels-idx1-ubyte", 8)
        self.transform = transform

    @staticmethod
    def _read(path: Path, header: int) -> np.ndarray:
        content = path.read_bytes() if path.exists() else gzip.decompress(path.with_suffix(".gz").read_bytes())
        return np.frombuffer(content, np.uint8, offset=header)

    def __len__(self) -> int:
        return len(self.labels)

    def __getitem__(self, i: int):
        return self.transform(Image.fromarray(self.images[i])), int(self.labels[i])


def to_tensor(image: Image.Image) -> torch.Tensor:
    """What torchvision's ToTensor does to a grey image."""
    array = np.array(image, copy=True)
    return torch.from_numpy(array)[None].to(torch.float32).div(255)


def lenet() -> nn.Sequential:
    net = nn.Sequential(
        nn.Conv2d(1, 6, 5, padding=2), nn.Sigmoid(), nn.AvgPool2d(2, 2),
        nn.Conv2d(6, 16, 5), nn.Sigmoid(), nn.AvgPool2d(2, 2), nn.Flatten(),
        nn.Linear(400, 120), nn.Sigmoid(), nn.Linear(120, 84), nn.Sigmoid(), nn.Linear(84, 10),
    )  # fmt: skip
    for layer in net:
        if isinstance(layer, nn.Linear | nn.Conv2d):
            nn.init.xavier_uniform_(layer.weight)
    return net


def epoch(folder: Path) -> float:
    train = DataLoader(Images(folder, "train", to_tensor), 128, shuffle=True, num_workers=4)
    test = DataLoader(Images(folder, "t10k", to_tensor), 128, num_workers=4)
    net, loss = lenet(), nn.CrossEntropyLoss()
    optimizer = torch.optim.SGD(net.parameters(), lr=0.9)
    curve: list[tuple[float, float]] = []
    began = time.perf_counter()
    for x, y in train:
        optimizer.zero_grad()
        o = net(x)
        value = loss(o, y)
        value.backward()
        optimizer.step()
        curve.append((value.item(), (o.argmax(1) == y).float().mean().item()))
    net.eval()
    correct = 0.0
    with torch.no_grad():
        for x, y in test:
            correct += (net(x).argmax(1) == y).float().sum().item()
    return time.perf_counter() - began


if __name__ == "__main__":
    print(epoch(Path(sys.argv[1])))
