"""A text as a data module: split, numbered by what its training part holds, and cut into batches."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
from jaxtyping import Int64
from torch import Tensor

from deepdive.data.loaders import TensorLoader
from deepdive.data.splits import refuse_flag
from deepdive.data.text.encoder import TextEncoder, fit_vocabulary
from deepdive.data.text.factors import Factors
from deepdive.data.text.streams import SequentialWindows
from deepdive.data.text.tokens import Tokenizer
from deepdive.data.text.vocabulary import UNKNOWN
from deepdive.data.text.windows import RandomWindows, all_windows, check_length, consecutive_windows
from deepdive.data.types import DataModule, Loader
from deepdive.signatures import checked
from deepdive.signatures.bounds import NonNegativeInt, PositiveInt

Partition = Literal["windows", "random", "sequential"]


@dataclass(frozen=True)
class Texts:
    """One text per part; ``None`` where a part is missing."""

    train: str
    val: str | None = None
    test: str | None = None


class TextDataModule(DataModule):
    """A text for a language model (D2L sections 9.2 and 9.3): predict every next token.

    Batches are ``(x, y)``, with ``sequential`` ``(x, y, fresh)``; ``x`` and ``y (batch, num_steps)`` are numbers of
    tokens, ``y`` one token later. How the training part becomes batches is the ``partition``:

    - ``windows``: a window begins at every token, shuffled; validation windows likewise, in order (`all_windows`).
    - ``random``: windows without overlap, shuffled, from a random beginning in every epoch (`RandomWindows`).
      Validation and test: windows in order, every token predicted once (`consecutive_windows`).
    - ``sequential``: parallel streams that go on from batch to batch (`SequentialWindows`), from a random beginning in
      every epoch. Validation and test: every token predicted once.

    After ``prepare`` the module has ``encoder``, ``corpora`` (the token ids of each part), ``token_counts`` and
    ``unknown_shares`` by part. The vocabulary is that of the training part alone.

    Args:
        text: one text, or `Texts` with the parts, or a function that gives either.
        tokenizer: cuts it into tokens.
        partition: see above.
        batch_size: windows or streams per batch.
        num_steps: tokens per window.
        train: how much of one text is trained on, from its beginning; by default what the other parts leave. A count
            (int) of tokens, or a fraction (float) of the text; with ``windows`` of windows, where those of two parts
            may share ``num_steps`` tokens, as in D2L.
        validation: how much is validated on, the part after ``train``.
        test: how much is tested on, the part after that.
        min_frequency: a token that the training part has less often is unknown.
        max_size: how many tokens there are at most.
        reserved: tokens that the vocabulary has without being counted.
        unknown: the token for unknown ones, or ``None``, which makes them an error.
        seed: of the order of training batches.

    Raises:
        ValueError: a setting is none of those above.

    """

    @checked
    def __init__(
        self,
        text: str | Texts | Callable[[], str | Texts],
        tokenizer: Tokenizer,
        *,
        partition: Partition = "random",
        batch_size: PositiveInt = 32,
        num_steps: PositiveInt = 35,
        train: int | float | None = None,
        validation: int | float = 0.1,
        test: int | float = 0.0,
        min_frequency: PositiveInt = 1,
        max_size: int | None = None,
        reserved: Sequence[str] = (),
        unknown: str | None = UNKNOWN,
        seed: NonNegativeInt = 0,
    ) -> None:
        if partition not in get_args(Partition):
            raise ValueError(f"partition is {partition!r}; it must be one of {', '.join(get_args(Partition))}")
        if batch_size < 1 or num_steps < 1:
            raise ValueError(f"batch_size is {batch_size} and num_steps is {num_steps}; both must be at least 1")
        self.tokenizer = tokenizer
        self.partition = partition
        self.batch_size = batch_size
        self.num_steps = num_steps
        self.seed = seed
        self._text = text
        self._shares = train, validation, test
        self._min_frequency = min_frequency
        self._max_size = max_size
        self._reserved = tuple(reserved)
        self._unknown = unknown
        self.encoder: TextEncoder
        self.corpora: dict[str, Int64[Tensor, " n"]] = {}

    def prepare(self) -> None:
        """Obtain, cut, number and split the text.

        Raises:
            ValueError: the text is empty or too short, the parts are more than there is, or a part shares no token
                with the training part.

        """
        if self.corpora:
            return
        text = self._text() if callable(self._text) else self._text
        parts = self._cut_one(text) if isinstance(text, str) else self._cut_each(text)
        train, span = parts["train"]
        vocabulary = fit_vocabulary(
            train.distinct,
            train.counts(*span),
            self.tokenizer,
            min_frequency=self._min_frequency,
            max_size=self._max_size,
            reserved=self._reserved,
            unknown=self._unknown,
        )
        self.encoder = TextEncoder(self.tokenizer, vocabulary)
        self.corpora = {
            name: self.encoder.encode_factors(Factors(part.distinct, part.codes[slice(*span)]))
            for name, (part, span) in parts.items()
        }
        try:
            self._check()
        except ValueError:
            self.corpora = {}
            raise

    @property
    def token_counts(self) -> dict[str, int]:
        """How many tokens each part has."""
        self.prepare()
        return {name: len(corpus) for name, corpus in self.corpora.items()}

    @property
    def unknown_rates(self) -> dict[str, float]:
        """Which fraction of each part's tokens is unknown."""
        self.prepare()
        return {name: self._unknown_share(corpus) for name, corpus in self.corpora.items()}

    def train_loader(self) -> Loader:
        """Training batches, as ``partition`` says."""
        self.prepare()
        corpus = self.corpora["train"]
        if self.partition == "windows":
            return TensorLoader(all_windows(corpus, self.num_steps), self.batch_size, shuffle=True, seed=self.seed)
        if self.partition == "random":
            return RandomWindows(corpus, self.batch_size, self.num_steps, seed=self.seed)
        return SequentialWindows(corpus, self.batch_size, self.num_steps, shift=True, seed=self.seed)

    def val_loader(self) -> Loader | None:
        """Validation batches in order, or ``None`` without a validation part."""
        return self._in_order("val")

    def test_loader(self) -> Loader | None:
        """Test batches in order, or ``None`` without a test part."""
        return self._in_order("test")

    def _in_order(self, name: str) -> Loader | None:
        self.prepare()
        if name not in self.corpora:
            return None
        corpus = self.corpora[name]
        if self.partition == "windows":
            return TensorLoader(all_windows(corpus, self.num_steps), self.batch_size)
        if self.partition == "random":
            return TensorLoader(consecutive_windows(corpus, self.num_steps), self.batch_size)
        streams = min(self.batch_size, len(corpus) - 1)
        return SequentialWindows(corpus, streams, self.num_steps, cover=True)

    def _cut_one(self, text: str) -> dict[str, "_Part"]:
        factors = self.tokenizer.factor(text)
        tokens = len(factors.codes)
        windows = self.partition == "windows"
        check_length(tokens, self.num_steps)
        extra = self.num_steps if windows else 0
        sizes = _sizes(tokens - extra, *self._shares, what="windows" if windows else "tokens")
        ends = np.cumsum(sizes).tolist()
        spans = zip(("train", "val", "test"), sizes, ends, strict=True)
        return {name: (factors, (end - size, end + extra)) for name, size, end in spans if size}

    def _cut_each(self, texts: Texts) -> dict[str, "_Part"]:
        given = {"train": texts.train, "val": texts.val, "test": texts.test}
        factors = {name: self.tokenizer.factor(text) for name, text in given.items() if text is not None}
        return {name: (part, (0, len(part.codes))) for name, part in factors.items()}

    def _check(self) -> None:
        for name, corpus in self.corpora.items():
            try:
                self._check_part(name, corpus)
            except ValueError as error:
                raise ValueError(f"the {name} part: {error}") from error

    def _check_part(self, name: str, corpus: Int64[Tensor, " n"]) -> None:
        if name != "train" and self.partition != "windows":
            check_length(len(corpus), 1, at_most=self.num_steps)
        else:
            streams = self.batch_size if self.partition == "sequential" else 1
            check_length(len(corpus), self.num_steps, streams=streams)
        if self._unknown_share(corpus) == 1:
            raise ValueError(f"all {len(corpus)} tokens are unknown: none is in the vocabulary of the training part")

    def _unknown_share(self, corpus: Int64[Tensor, " n"]) -> float:
        return 0.0 if self._unknown is None else float((corpus == 0).double().mean())


_Part = tuple[Factors, tuple[int, int]]
"""A text that is cut, and from where to where it belongs to a part."""


def _sizes(
    total: int, train: int | float | None, validation: int | float, test: int | float, *, what: str
) -> tuple[int, int, int]:
    """How many tokens or windows each part has."""
    named = {"train": train or 0, "validation": validation, "test": test}
    for name, share in named.items():
        refuse_flag(name, share)
        if not share >= 0 or (isinstance(share, float) and share > 1):
            raise ValueError(f"{name} must be a count (int) from 0, or a fraction (float) from 0 to 1, got {share}")
    first, val, held = (round(share * total) if isinstance(share, float) else share for share in named.values())
    first = first if train is not None else total - val - held
    if first < 1 or first + val + held > total:
        raise ValueError(
            f"train is {train}, validation {validation} and test {test}; of {total} {what} they must leave at least 1 "
            "to train on and take no more than there are (a float is a fraction, an int is a count)"
        )
    return first, val, held
