"""Span corruption: what T5 learns from, spans of a text to be written down (Raffel et al., 2020, section 3.1.4)."""

from collections.abc import Callable, Sequence

import torch
from jaxtyping import Bool, Int64
from torch import Tensor

from deepdive.checks import check_bounds
from deepdive.data.loaders import TensorLoader
from deepdive.data.subwords import Subwords
from deepdive.data.text.module import Texts
from deepdive.data.types import Batch, DataModule
from deepdive.signatures import checked

START, END = "<pad>", "</s>"
"""T5's names of what a target begins with, which is what rows are padded with, and of what rows end with."""


@checked
def span_counts(length: int, noise_density: float = 0.15, mean_noise_span_length: float = 3.0) -> tuple[int, int]:
    """``n = round(noise_density length)`` tokens of noise, in ``round(n / mean_noise_span_length)`` spans.

    At least one token is noise and one is not, in at least one span.

    Raises:
        ValueError: ``length`` is below 2, ``noise_density`` is not between 0 and 1, or ``mean_noise_span_length`` is
            below 1.
    """
    check_bounds("length", length, 2)
    check_bounds("noise_density", noise_density, above=0, below=1)
    check_bounds("mean_noise_span_length", mean_noise_span_length, 1)
    noise = min(max(round(length * noise_density), 1), length - 1)
    return noise, min(max(round(noise / mean_noise_span_length), 1), length - noise)


@checked
def draw_spans(
    rows: int,
    length: int,
    noise_density: float = 0.15,
    mean_noise_span_length: float = 3.0,
    *,
    generator: torch.Generator,
) -> Bool[Tensor, "rows length"]:
    """Which tokens are noise: spans of them and of others in turn, others first; every division is as likely.

    Raises:
        ValueError: as `span_counts`.
    """
    noise, spans = span_counts(length, noise_density, mean_noise_span_length)
    kept = _divided(rows, length - noise, spans, generator)
    missing = _divided(rows, noise, spans, generator)
    starts = torch.stack((kept, missing), 2).flatten(1).cumsum(1)[:, :-1]  # (rows, 2 spans - 1)
    return torch.zeros(rows, length, dtype=torch.long).scatter_(1, starts, 1).cumsum(1) % 2 == 1


@checked
def cut_spans(
    tokens: Int64[Tensor, "b n"], noise_mask: Bool[Tensor, "b n"], sentinels: Sequence[int]
) -> tuple[Int64[Tensor, "b s"], Int64[Tensor, "b t"]]:
    """``source``, with a sentinel in the place of each span of noise, and ``target``: each sentinel and its span.

    ``a b c d e`` without ``b c`` and ``e`` is ``a <0> d <1>``, and the target ``<0> b c <1> e``.

    Args:
        tokens: of as many rows as there are texts.
        noise_mask: as many in every row, in as many spans, the first token not among them and the last one among them.
        sentinels: ids of ``<extra_id_0>``, ``<extra_id_1>``, ...

    Raises:
        ValueError: there are more spans than sentinels, or rows differ in the number of spans or tokens of noise.
    """
    b = len(tokens)
    before = torch.cat((torch.zeros_like(noise_mask[:, :1]), noise_mask[:, :-1]), 1)
    starts, goes_on = noise_mask & ~before, ~noise_mask & before
    goes_on[:, 0] = ~noise_mask[:, 0]
    spans = int(starts[0].sum()) if b else 0
    if spans > len(sentinels):
        raise ValueError(f"there are {spans} spans, but only {len(sentinels)} sentinels")
    if (
        (starts.sum(1) != spans).any()
        or (goes_on.sum(1) != spans).any()
        or (noise_mask.sum(1) != noise_mask[0].sum()).any()
    ):
        raise ValueError(
            "noise_mask must have as many tokens and spans in every row, begin with one that is no noise and end with "
            "one that is"
        )
    names = torch.tensor(sentinels, device=tokens.device)
    last = len(sentinels) - 1
    source = torch.where(starts, names[(starts.cumsum(1) - 1).clamp(0, last)], tokens)[~noise_mask | starts]
    target = torch.where(goes_on, names[(goes_on.cumsum(1) - 1).clamp(0, last)], tokens)[noise_mask | goes_on]
    return source.view(b, -1), target.view(b, -1)


class SpanDataModule(DataModule):
    """Batches ``(source (b, s), source_lengths (b), target (b, t))`` of texts with spans corrupted anew each epoch.

    A text is cut into windows of ``window`` tokens, what remains is left out. Source and target, see `cut_spans`, end
    with ``</s>``, and the target begins with ``<pad>``, as T5's decoder does; no row needs padding.

    Args:
        read: gives the texts; called once, by `prepare`.
        subwords: with ``<pad>``, ``</s>`` and sentinels, or a function that learns them from the training lines.
        window: tokens of a text before spans are cut out.
        noise_density: fraction of tokens that is noise.
        mean_noise_span_length: tokens of a noise span on average.
        batch_size: windows per training batch.
        test_batch_size: for validation and test.
        seed: of spans and of the order of training batches.

    Raises:
        ValueError: ``window``, ``noise_density`` or ``mean_noise_span_length`` is out of its range, or, from
            `prepare`, there are fewer sentinels than spans, or a part is shorter than a window.
    """

    def __init__(
        self,
        read: Callable[[], Texts],
        subwords: Subwords | Callable[[Sequence[str]], Subwords],
        *,
        window: int = 128,
        noise_density: float = 0.15,
        mean_noise_span_length: float = 3.0,
        batch_size: int = 32,
        test_batch_size: int = 128,
        seed: int = 0,
    ) -> None:
        self.spans = span_counts(window, noise_density, mean_noise_span_length)[1]
        """Of a window."""
        self.window = window
        self.batch_size = batch_size
        self.test_batch_size = test_batch_size
        self.seed = seed
        self.windows: dict[str, Int64[Tensor, "m window"]] = {}
        """Of each part."""
        self._read = read
        self._given = subwords
        self._form = noise_density, mean_noise_span_length
        self.subwords: Subwords

    def prepare(self) -> None:
        """Read the texts and number everything; a second call does nothing."""
        if self.windows:
            return
        texts = self._read()
        given = {"train": texts.train, "val": texts.val, "test": texts.test}
        lines = {
            name: [f"{line}\n" for line in text.split("\n") if line.strip()]
            for name, text in given.items()
            if text is not None
        }
        subwords = self._given if isinstance(self._given, Subwords) else self._given(lines["train"])
        if len(subwords.sentinels) < self.spans:
            raise ValueError(
                f"a window has {self.spans} noise spans, but the vocabulary {len(subwords.sentinels)} sentinels; see "
                "Subwords.with_sentinels"
            )
        self._start, self._end = subwords.id_of(START), subwords.id_of(END)
        self.subwords = subwords
        self.windows = {name: self._cut(name, part) for name, part in lines.items()}

    def _cut(self, part: str, lines: list[str]) -> Int64[Tensor, "m window"]:
        tokens = self.subwords.encode(lines, special=False).ids.values
        if len(tokens) < self.window:
            raise ValueError(f"the {part} part has {len(tokens)} tokens, fewer than window, which is {self.window}")
        return tokens[: len(tokens) // self.window * self.window].view(-1, self.window)

    def train_loader(self) -> TensorLoader:
        """Shuffled training windows."""
        self.prepare()
        return self._loader("train", self.batch_size, shuffle=True)

    def val_loader(self) -> TensorLoader | None:
        """Validation windows in order, or ``None`` where there are none."""
        self.prepare()
        return self._loader("val", self.test_batch_size) if "val" in self.windows else None

    def test_loader(self) -> TensorLoader | None:
        """Test windows in order, or ``None`` where there are none."""
        self.prepare()
        return self._loader("test", self.test_batch_size) if "test" in self.windows else None

    def _loader(self, part: str, batch_size: int, *, shuffle: bool = False) -> TensorLoader:
        fields = (self.windows[part],)
        return TensorLoader(fields, batch_size, shuffle=shuffle, seed=self.seed, transform=self._corrupted)

    def _corrupted(self, batch: Batch, generator: torch.Generator) -> Batch:
        [tokens] = batch
        density, mean = self._form
        missing = draw_spans(len(tokens), self.window, density, mean, generator=generator).to(tokens.device)
        source, target = cut_spans(tokens, missing, self.subwords.sentinels)
        start, end = (tokens.new_full((len(tokens), 1), number) for number in (self._start, self._end))
        source, target = torch.cat((source, end), 1), torch.cat((start, target, end), 1)
        return source, source.new_full((len(source),), source.shape[1]), target


def _divided(rows: int, items: int, parts: int, generator: torch.Generator) -> Int64[Tensor, "rows parts"]:
    """Sizes of ``parts`` parts of ``items`` items, none empty; every division is as likely."""
    cuts = torch.rand(rows, items - 1, generator=generator).argsort(1)[:, : parts - 1].sort(1).values + 1
    edges = torch.cat((cuts.new_zeros(rows, 1), cuts, cuts.new_full((rows, 1), items)), 1)
    return edges.diff(dim=1)
