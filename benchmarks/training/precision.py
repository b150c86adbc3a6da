"""Is the rule for ``precision="auto"`` right here: a training step in the precision it takes, against the better one.

The rule asks for the processor's features and the kind of network, never for a time; this is where its thresholds come
from. Whole steps (forward, loss, backward, update) are timed in both precisions in turn. The rule keeps perceptrons and
small convolutions in full precision whatever the processor, as a step of theirs takes milliseconds: what it asks for is
that no step takes more than half as long again as in the better precision.
"""

import statistics
import sys
import time
from collections.abc import Iterator

import torch
from torch import Tensor, nn

from benchmarks._table import Row, show
from deepdive.models.language import RecurrentLanguageModel
from deepdive.models.perceptrons import MLP
from deepdive.models.transformers.gpt import GPT
from deepdive.models.vision.lenet import LeNet
from deepdive.models.vision.residual.resnet import ResNet
from deepdive.models.vision.transformer.vit import VisionTransformer
from deepdive.training.devices import Precision
from deepdive.training.formats import choose_format, lay_out

CPU = torch.device("cpu")
LEAST_PAIRS, LEAST_SECONDS = 5, 2.0
"""What is timed of each network: both."""
LEAST_RATIO = 2 / 3


def networks() -> dict[str, tuple[nn.Module, Tensor]]:
    """By name: a network of a recipe's size, and a batch."""
    images = torch.rand(256, 1, 28, 28)
    tokens = torch.randint(28, (256, 32))
    return {
        "LeNet": (LeNet(), images),
        "MLP 784-256-10": (MLP(784, 10, (256,)), images),
        "ResNet of the recipe": (ResNet(10, 1, depths=(1, 1, 1), widths=(16, 64, 128), stem="small"), images[:128]),
        "GRU language model of 64 units": (RecurrentLanguageModel(28, None, 64, 1, "GRU", 0.2), tokens),
        "LSTM language model of 2x256": (RecurrentLanguageModel(28, 256, 256, 2, "LSTM", 0.2), tokens),
        "vision transformer of 2x96": (
            VisionTransformer(
                10, 1, image_size=28, patch_size=4, hidden_size=96, num_layers=2, num_heads=4, ffn_size=192
            ),
            images[:128],
        ),
        "GPT of 2x384": (GPT(28, 128, 384, num_heads=6, num_layers=2), torch.randint(28, (8, 128))),
    }


def step_seconds(network: nn.Module, x: Tensor, optimizer: torch.optim.Optimizer, precision: Precision) -> float:
    """Of one step."""
    lay_out(network, choose_format(network, CPU, precision=precision).layout)
    began = time.perf_counter()
    with torch.autocast("cpu", torch.bfloat16, enabled=precision == "bf16"):
        outputs = network(x)
        logits = outputs if isinstance(outputs, Tensor) else outputs[0]
        loss = logits.square().mean()
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    return time.perf_counter() - began


def rule_row(name: str, network: nn.Module, x: Tensor) -> Row:
    """``ratio``: how fast the rule's precision is, as a fraction of the better one's speed."""
    chosen = choose_format(network, CPU).precision
    optimizer = torch.optim.SGD(network.parameters(), lr=1e-4)
    taken: dict[Precision, list[float]] = {"fp32": [], "bf16": []}
    while len(taken["fp32"]) <= LEAST_PAIRS or sum(map(sum, taken.values())) < LEAST_SECONDS:
        for precision, seconds in taken.items():
            seconds.append(step_seconds(network, x, optimizer, precision))
    medians = {precision: statistics.median(seconds[1:]) for precision, seconds in taken.items()}
    other = medians["bf16" if chosen == "fp32" else "fp32"]
    ratio = min(medians.values()) / medians[chosen]
    return Row(f"{name}: the rule takes {chosen}", medians[chosen], other, ratio, LEAST_RATIO)


def rows() -> Iterator[Row]:
    torch.manual_seed(0)
    for name, (network, x) in networks().items():
        yield rule_row(name, network, x)


def main() -> int:
    return show(rows())


if __name__ == "__main__":
    sys.exit(main())
