"""Training steps of the networks of chapter 8: against this machine's matrix products, and in half precision.

A step is what our trainer does, its usual listeners included. Its operations are counted by torch's own counter over
forward and backward, and divided by its seconds; the same number for a large matrix product, measured in turn with it,
is what the machine can do. Half precision (bfloat16, channels last) is compared with full precision in our trainer's
own layout, where the processor's products in half precision are faster to begin with: one product, measured first,
tells.
"""

import statistics
import sys
import time
from collections.abc import Callable, Iterator
from functools import partial

import torch
from torch import nn
from torch.utils.flop_counter import FlopCounterMode

from benchmarks._table import NotApplicable, Row, show, speed_ratio
from benchmarks.training.trainer import TrainingOnly, bare, session
from deepdive.data.images import load_images
from deepdive.data.loaders import TensorLoader
from deepdive.models.vision.lenet import LeNet
from deepdive.models.vision.residual.resnet import ResNet, resnet18
from deepdive.models.vision.vgg import vgg11
from deepdive.training import Classification, Trainer
from deepdive.training.devices import Precision

CLASSES = 10
PRODUCT = 2048
"""Rows and columns of the matrices whose product is the machine's rate."""
LEAST_GAIN = 1.5
"""Times as fast that products in half precision must be: steps cannot gain more than they."""


def task(network: nn.Module) -> Classification:
    return Classification(network, optimizer=partial(torch.optim.SGD, lr=0.01, momentum=0.9))


def images(batch: int, side: int) -> TrainingOnly:
    generator = torch.Generator().manual_seed(0)
    x = torch.randn(2 * batch, 1, side, side, generator=generator)
    return TrainingOnly(TensorLoader((x, torch.arange(len(x)) % CLASSES), batch))


def step_seconds(
    make: Callable[[], nn.Module], batch: int, side: int, *, steps: int, precision: Precision = "fp32"
) -> float:
    return session(task(make()), images(batch, side), warm=2, steps=steps, tensorboard=False, precision=precision)


def operations(make: Callable[[], nn.Module], batch: int, side: int) -> int:
    """Of forward and backward, a multiplication and an addition counted as two."""
    with FlopCounterMode(display=False) as counter:
        [some, *_] = images(batch, side).train_loader().batches(0)
        task(make()).training_step(some).backward()
    return counter.get_total_flops()


def product_rate(dtype: torch.dtype = torch.float32) -> float:
    """Operations per second of a product of large matrices: the best of five."""
    x = torch.randn(PRODUCT, PRODUCT).to(dtype)
    taken = []
    for _ in range(6):
        began = time.perf_counter()
        x @ x
        taken.append(time.perf_counter() - began)
    return 2 * PRODUCT**3 / min(taken[1:])


def rate_row(batch: int = 64, side: int = 96) -> Row:
    make = partial(resnet18, CLASSES, 1)
    count = operations(make, batch, side)
    taken = []
    for _ in range(5):
        before = product_rate()
        rate = count / step_seconds(make, batch, side, steps=6)
        taken.append((rate, (before + product_rate()) / 2))
    ours, theirs = (statistics.median(side) / 1e9 for side in zip(*taken, strict=True))
    ratio = statistics.median(ours / theirs for ours, theirs in taken)
    return Row("ResNet-18 step, 64x1x96x96: share of matrix-product rate", ours, theirs, ratio, 0.80, unit="GFLOP/s")


def plain_row(batch: int = 64, side: int = 96) -> Row:
    """The loop that everybody writes first, channels last as ours."""
    x = torch.randn(batch, 1, side, side)
    y = torch.arange(batch) % CLASSES
    make = partial(resnet18, CLASSES, 1)

    def theirs() -> float:
        network = make().to(memory_format=torch.channels_last)
        optimizer = torch.optim.SGD(network.parameters(), lr=0.01, momentum=0.9)
        return bare(network, nn.CrossEntropyLoss(), optimizer, x, y, batch=batch, warm=2, steps=6)

    return speed_ratio(
        "ResNet-18 step: our trainer against a bare loop",
        lambda: step_seconds(make, batch, side, steps=6),
        theirs,
        0.97,
    )


def half_row(name: str, make: Callable[[], nn.Module], batch: int, side: int, target: float, *, steps: int) -> Row:
    return speed_ratio(
        name,
        lambda: step_seconds(make, batch, side, steps=steps, precision="bf16"),
        lambda: step_seconds(make, batch, side, steps=steps),
        target,
    )


def accuracy_row() -> Row:
    """One epoch of a narrow residual network on Fashion-MNIST in both precisions, the same weights to begin with."""
    data = load_images("fashion-mnist", batch_size=256, normalize=True)
    data.prepare()
    accuracies = []
    for precision in ("bf16", "fp32"):
        torch.manual_seed(0)
        network = ResNet(CLASSES, 1, depths=(1, 1, 1), widths=(16, 32, 64), stem="small")
        one = Classification(network, optimizer=partial(torch.optim.Adam, lr=0.002))
        metrics = Trainer(epochs=1, device="cpu", precision=precision).fit(one, data, progress=False)
        accuracies.append(100 * metrics["test_accuracy"])
    ours, theirs = accuracies
    name = "narrow ResNet in bf16: points of accuracy lost"
    return Row(name, ours, theirs, theirs - ours, 0.5, higher_is_better=False, unit="%")


def rows() -> Iterator[Row | NotApplicable]:
    yield rate_row()
    yield plain_row()
    half = {
        "ResNet-18 step, 64x1x96x96: bf16 against fp32": partial(
            half_row, make=partial(resnet18, CLASSES, 1), batch=64, side=96, target=1.9, steps=4
        ),
        "VGG-11 step, 32x1x64x64: bf16 against fp32": partial(
            half_row, make=partial(vgg11, CLASSES, 1), batch=32, side=64, target=2.0, steps=3
        ),
        "LeNet step, 128x1x28x28: bf16 against fp32, a loss": partial(
            half_row, make=LeNet, batch=128, side=28, target=0.5, steps=100
        ),
    }
    gain = product_rate(torch.bfloat16) / product_rate()
    if gain < LEAST_GAIN:
        reason = f"not applicable: products in bf16 are {gain:.2g} times as fast as in fp32 here"
        yield from (NotApplicable(name, reason) for name in (*half, "narrow ResNet in bf16: points of accuracy lost"))
        return
    for name, row in half.items():
        yield row(name)
    yield accuracy_row()


def main() -> int:
    return show(rows())


if __name__ == "__main__":
    sys.exit(main())
