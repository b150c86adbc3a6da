"""The transformer core: against the library's encoder, in half precision, against published BERT, with its cache."""

import statistics
import sys
import time
from collections.abc import Callable, Iterator

import torch
from torch import Tensor, nn

from benchmarks._table import NotApplicable, Row, seconds, show, speed_ratio
from benchmarks.training.vision import LEAST_GAIN, product_rate
from deepdive.algorithms.decoding import greedy_search
from deepdive.models.transformers import BERT, GPT, TransformerTranslator
from deepdive.models.transformers.core import Block, Stack
from deepdive.models.transformers.public import BERT_LAYOUT, bert_arguments
from deepdive.training import fit_state_dict
from deepdive.training.devices import Precision

WIDTH, HEADS, LAYERS = 384, 12, 6
"""A six-layer encoder of the size of MiniLM."""
BATCH, LENGTH = 32, 64


class Ours(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        blocks = [Block(WIDTH, HEADS, 4 * WIDTH, norm_first=False) for _ in range(LAYERS)]
        self.stack = Stack(blocks)

    def forward(self, x: Tensor) -> Tensor:
        return self.stack(x)[0]


def librarys() -> nn.Module:
    layer = nn.TransformerEncoderLayer(WIDTH, HEADS, 4 * WIDTH, dropout=0.0, activation="gelu", batch_first=True)
    return nn.TransformerEncoder(layer, LAYERS, enable_nested_tensor=False)


def step_seconds(network: nn.Module, precision: Precision = "fp32", *, steps: int = 2) -> float:
    """Median seconds of a training step, after one to warm up."""
    optimizer = torch.optim.AdamW(network.parameters(), lr=1e-4)
    x = torch.randn(BATCH, LENGTH, WIDTH)
    took = []
    for _ in range(steps + 1):
        began = time.perf_counter()
        optimizer.zero_grad()
        with torch.autocast("cpu", torch.bfloat16, enabled=precision == "bf16"):
            loss = network(x).square().mean()
        loss.backward()
        optimizer.step()
        took.append(time.perf_counter() - began)
    return statistics.median(took[1:])


def encoder_row() -> Row:
    ours, theirs = Ours(), librarys()
    return speed_ratio(
        "training step of an encoder of 6x384: core / torch.nn",
        lambda: step_seconds(ours),
        lambda: step_seconds(theirs),
        0.95,
    )


def half_row() -> Row | NotApplicable:
    name = "training step of an encoder of 6x384: bf16 / fp32"
    gain, network = product_rate(torch.bfloat16) / product_rate(), Ours()
    if gain < LEAST_GAIN:
        step = step_seconds(network) / step_seconds(network, "bf16")
        return NotApplicable(
            name,
            f"not applicable: products in bf16 are {gain:.2g} times as fast as in fp32 here; the step is "
            f"{step:.2g} times as fast",
        )
    return speed_ratio(name, lambda: step_seconds(network, "bf16"), lambda: step_seconds(network), 1.35)


def bert_rows() -> Iterator[Row | NotApplicable]:
    name = "BERT of 6x384, forward, 32 x 128 tokens: ours / reference"
    try:
        import transformers
    except ImportError:
        yield NotApplicable(name, "the package transformers is not installed")
        return
    sizes = transformers.BertConfig(
        hidden_size=WIDTH, num_hidden_layers=LAYERS, num_attention_heads=HEADS, intermediate_size=4 * WIDTH
    )
    reference = transformers.BertModel(sizes).eval()
    ours = BERT(**bert_arguments(sizes.to_dict())).eval()
    fit_state_dict(ours, reference.state_dict(), layout=BERT_LAYOUT)
    tokens, lengths = torch.randint(30_000, (32, 128)), torch.randint(64, 129, (32,))
    told = torch.arange(128) < lengths.unsqueeze(1)

    def run() -> Tensor:
        return ours(tokens, None, lengths)

    def run_reference() -> Tensor:
        return reference(tokens, attention_mask=told.long()).last_hidden_state

    with torch.inference_mode():
        difference = float((run() - run_reference())[told].abs().max())
        yield speed_ratio(name, lambda: seconds(run), lambda: seconds(run_reference), 0.9)
    yield Row("  largest difference of a vector's numbers", difference, None, difference, 1e-4, False, "")


class Uncached:
    """Reads all tokens anew at every step."""

    def __init__(self, read: Callable[[Tensor], Tensor]) -> None:
        self.read = read

    def step(self, tokens: Tensor, written: Tensor) -> tuple[Tensor, Tensor]:
        written = torch.cat([written, tokens.unsqueeze(1)], dim=1)
        return self.read(written)[:, -1], written

    def select(self, written: Tensor, rows: Tensor) -> Tensor:
        return written.index_select(0, rows)


def decoding_rows(rows: int = 16, length: int = 64) -> Iterator[Row]:
    """Greedy decoding of 64 tokens, which must be the same ones."""
    torch.manual_seed(0)
    start, empty = torch.zeros(rows, dtype=torch.long), torch.empty(rows, 0, dtype=torch.long)
    gpt = GPT(8000, 128, 256, 4, 4).eval()
    translator = TransformerTranslator(8000, 8000, 256, 4, 3, 512).eval()
    source, lengths = torch.randint(8000, (rows, length)), torch.full((rows,), length)
    with torch.inference_mode():
        sides = {
            "GPT of 4x256": (gpt, lambda: gpt.begin_state(rows), gpt),
            "translation transformer of 3x256": (
                translator,
                lambda: translator.encode(source, lengths),
                lambda written: translator(source, lengths, written),
            ),
        }
        for name, (decoder, begin, read) in sides.items():

            def cached() -> Tensor:
                return greedy_search(decoder, begin(), start, end=None, max_steps=length).tokens  # noqa: B023

            def uncached() -> Tensor:
                return greedy_search(Uncached(read), empty, start, end=None, max_steps=length).tokens  # noqa: B023

            yield speed_ratio(
                f"{length} tokens of a {name}: cached / uncached",
                lambda: seconds(cached),
                lambda: seconds(uncached),
                5.0,
                pairs=3,
            )
            other = float((cached() != uncached()).sum())
            yield Row("  tokens that differ", other, None, other, 0.0, False, "")


def rows() -> Iterator[Row | NotApplicable]:
    yield encoder_row()
    yield half_row()
    yield from bert_rows()
    yield from decoding_rows()


def main() -> int:
    return show(rows())


if __name__ == "__main__":
    sys.exit(main())
