"""Training on sequences: the trainer against a bare loop on the same layers, half precision, and padding in batches."""

import sys
import time
from collections.abc import Iterator
from functools import partial

import torch
from torch import Tensor, nn

from benchmarks._table import NotApplicable, Row, show, speed_ratio
from benchmarks.training.trainer import TrainingOnly, session
from benchmarks.training.vision import LEAST_GAIN, product_rate
from deepdive.data import DataUnavailableError, TensorLoader, TranslationDataModule, fetch, read_pairs
from deepdive.data.text import all_windows
from deepdive.models.language import RecurrentLanguageModel
from deepdive.training.devices import Precision
from deepdive.training.sequences import LanguageModelling

WINDOWS, STEPS, BATCH, CHARACTERS = 10_000, 32, 1024, 28
"""The sizes of the recipe gru-lm."""
ADAM = partial(torch.optim.Adam, lr=0.01)


def characters() -> tuple[Tensor, Tensor]:
    """Windows of a made-up text; what is in it costs nothing."""
    text = torch.randint(CHARACTERS, (WINDOWS + STEPS,), generator=torch.Generator().manual_seed(0))
    return all_windows(text, STEPS)


def gru_lm() -> RecurrentLanguageModel:
    torch.manual_seed(0)
    return RecurrentLanguageModel(CHARACTERS, None, 64, 1, "GRU", 0.2)


def lstm_lm() -> RecurrentLanguageModel:
    """Two layers of 256 over words, as the recipe next-word has them."""
    torch.manual_seed(0)
    return RecurrentLanguageModel(10_000, 256, 256, 2, "LSTM", 0.2, tie_embeddings=True)


def bare_seconds(network: nn.Module, x: Tensor, y: Tensor, *, warm: int, steps: int) -> float:
    """Seconds per step of the loop that everybody writes first, clipping included."""
    optimizer, loss = ADAM(network.parameters()), nn.CrossEntropyLoss()
    done, began = 0, 0.0
    while True:
        order = torch.randperm(len(x))
        for i in range(0, len(x), BATCH):
            rows = order[i : i + BATCH]
            optimizer.zero_grad()
            logits, _ = network(x[rows])
            loss(logits.flatten(0, 1), y[rows].flatten()).backward()
            nn.utils.clip_grad_norm_(network.parameters(), 1.0)
            optimizer.step()
            done += 1
            if done == warm:
                began = time.perf_counter()
            if done == warm + steps:
                return (time.perf_counter() - began) / steps


def trainer_row() -> Row:
    x, y = characters()
    warm, steps = 10, 30

    def ours() -> float:
        task = LanguageModelling(gru_lm(), optimizer=ADAM)
        data = TrainingOnly(TensorLoader((x, y), BATCH, shuffle=True))
        return session(task, data, warm=warm, steps=steps, clip_norm=1.0, tensorboard=False)

    def theirs() -> float:
        return bare_seconds(gru_lm(), x, y, warm=warm, steps=steps)

    return speed_ratio("gru-lm step of 32,768 characters: trainer against bare loop", ours, theirs, 0.97, pairs=7)


def plain_step(precision: Precision) -> float:
    """Seconds per step of two layers of 256 over 10,000 words, 32 windows of 35."""
    network, loss = lstm_lm(), nn.CrossEntropyLoss()
    optimizer = ADAM(network.parameters())
    x = torch.randint(10_000, (32, 36))
    took = []
    for _ in range(8):
        began = time.perf_counter()
        optimizer.zero_grad()
        with torch.autocast("cpu", torch.bfloat16, enabled=precision == "bf16"):
            logits, _ = network(x[:, :-1])
            error = loss(logits.flatten(0, 1), x[:, 1:].flatten())
        error.backward()
        nn.utils.clip_grad_norm_(network.parameters(), 1.0)
        optimizer.step()
        took.append(time.perf_counter() - began)
    return sorted(took[2:])[len(took[2:]) // 2]


def half_row() -> Row | NotApplicable:
    name = "LSTM language model of 2x256: bf16 against fp32"
    gain = product_rate(torch.bfloat16) / product_rate()
    if gain < LEAST_GAIN:
        return NotApplicable(
            name,
            f"not applicable: products in bf16 are {gain:.2g} times as fast as in fp32 here; the step is "
            f"{plain_step('fp32') / plain_step('bf16'):.2g} times as fast",
        )
    return speed_ratio(name, lambda: plain_step("bf16"), lambda: plain_step("fp32"), 1.4)


def padding_row() -> Row | NotApplicable:
    name = "padding in batches of 128 sentence pairs, in percent"
    try:
        [path] = fetch("fra-eng").values()
    except DataUnavailableError:
        return NotApplicable(name, "the data set fra-eng is not to be had")
    data = TranslationDataModule(lambda: read_pairs(path), num_pairs=100_000)
    data.prepare()
    loader = data.train_loader()
    waste = 100 * loader.padding_waste()
    return Row(name, waste, None, waste, 15.0, higher_is_better=False, unit="%")


def rows() -> Iterator[Row | NotApplicable]:
    yield trainer_row()
    yield half_row()
    yield padding_row()


def main() -> int:
    return show(rows())


if __name__ == "__main__":
    sys.exit(main())
