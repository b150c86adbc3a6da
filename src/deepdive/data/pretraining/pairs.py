"""Pairs of sentences that follow each other or do not, with hidden tokens: what BERT learns from."""

from collections.abc import Callable, Mapping, Sequence
from itertools import chain

import torch
from jaxtyping import Int64
from torch import Tensor

from deepdive.data.pretraining.masking import MaskTokens
from deepdive.data.pretraining.paragraphs import read_paragraphs
from deepdive.data.sequences import BucketDataModule, Field, Ragged
from deepdive.data.subwords import CLS, PAD, SEP, Subwords
from deepdive.data.text.module import Texts
from deepdive.data.types import Transform
from deepdive.signatures import checked

FOLLOWS, RANDOM = 0, 1
"""The classes of pairs."""
_SHIFT = {"train": 0, "val": 1, "test": 2}


class MaskedPairsDataModule(BucketDataModule):
    """Batches ``(tokens (b, t), types (b, t), lengths (b), targets (b, t), is_next (b))`` (D2L section 15.9).

    A row is ``[CLS] first [SEP] second [SEP]``. In half of the pairs the second sentence follows the first in its
    paragraph, and ``is_next`` is 0; in the others it is one of another paragraph, each as likely, and ``is_next`` is 1.
    Tokens are hidden as `MaskTokens` says, anew in every epoch; pairs stay. Padding is ``[PAD]``, and -100 in targets.

    Args:
        read: gives the texts; called once, by `prepare`. Paragraphs are lines, see `read_paragraphs`.
        subwords: WordPiece, or a function that learns it from the training sentences.
        max_length: tokens of a row, special ones included; of longer ones, the longer sentence is cut.
        mlm_probability: of tokens that are to be guessed.
        batch_size: pairs per training batch.
        test_batch_size: for validation and test.
        seed: of pairs, of hidden tokens and of the order of training batches.

    Raises:
        ValueError: ``max_length`` is below 5, ``mlm_probability`` is out of its range, or, from `prepare`, a part has
            fewer than two paragraphs with a sentence, or none with two.
    """

    def __init__(
        self,
        read: Callable[[], Texts],
        subwords: Subwords | Callable[[Sequence[str]], Subwords],
        *,
        max_length: int = 128,
        mlm_probability: float = 0.15,
        batch_size: int = 64,
        test_batch_size: int = 256,
        seed: int = 0,
    ) -> None:
        if max_length < 5:
            raise ValueError(f"max_length is {max_length}; it must be at least 5: 3 special tokens and two sentences")
        super().__init__(batch_size=batch_size, test_batch_size=test_batch_size, seed=seed)
        self.max_length = max_length
        self._read = read
        self._given = subwords
        self._share = mlm_probability
        self.subwords: Subwords
        self.sentences: dict[str, list[str]] = {}
        """All sentences of each part."""

    def _make_fields(self) -> Mapping[str, Sequence[Field]]:
        texts = self._read()
        given = {"train": texts.train, "val": texts.val, "test": texts.test}
        parts = {name: read_paragraphs(text) for name, text in given.items() if text is not None}
        for name, paragraphs in parts.items():
            if len(paragraphs) < 2 or max(map(len, paragraphs)) < 2:
                raise ValueError(
                    f"the {name} part has {len(paragraphs)} paragraphs, the longest of "
                    f"{max(map(len, paragraphs), default=0)} sentences; it needs two, and one with two sentences"
                )
        self.sentences = {name: list(chain.from_iterable(paragraphs)) for name, paragraphs in parts.items()}
        given_subwords = self._given
        self.subwords = (
            given_subwords if isinstance(given_subwords, Subwords) else given_subwords(self.sentences["train"])
        )
        self._hide = MaskTokens(self.subwords, mlm_probability=self._share, target_index=3)
        return {name: self._numbered(name, paragraphs) for name, paragraphs in parts.items()}

    def _pads(self) -> Sequence[int]:
        return self.subwords.id_of(PAD), 0, 0, 0

    def _transform(self, part: str) -> Transform:
        return self._hide

    def _numbered(self, part: str, paragraphs: list[list[str]]) -> tuple[Field, ...]:
        tokens = self.subwords.encode(self.sentences[part], special=False).ids
        generator = torch.Generator().manual_seed(3 * self.seed + _SHIFT[part])
        first, second, is_next = draw_pairs(torch.tensor([len(each) for each in paragraphs]), generator)
        room = self.max_length - 3
        # The second sentence gets what the first leaves of the room, but half of it where it can fill that.
        whole, other = tokens.lengths[first], tokens.lengths[second]
        behind = torch.minimum(other, (room - whole).clamp(min=room // 2))
        before = torch.minimum(whole, room - behind)
        a, b = tokens.slices(first, before), tokens.slices(second, behind)
        cls, sep = self.subwords.id_of(CLS), self.subwords.id_of(SEP)
        rows = Ragged.joined([cls, a, sep, b, sep])
        types = Ragged.joined([0, a.filled(0), 0, b.filled(1), 1])
        return rows, types, rows.lengths, is_next


@checked
def draw_pairs(
    sizes: Int64[Tensor, " paragraphs"], generator: torch.Generator
) -> tuple[Int64[Tensor, " n"], Int64[Tensor, " n"], Int64[Tensor, " n"]]:
    """First sentences, second sentences and whether they follow (0) or not (1), each with probability 1/2.

    Every sentence but the last of its paragraph is first once. A second one that does not follow is of another
    paragraph; all are as likely.

    Args:
        sizes: sentences of each paragraph; sentences are numbered through.
        generator: on the CPU.

    Raises:
        ValueError: a paragraph is empty, or there are not two: no sentence is of another one.
    """
    if len(sizes) < 2 or int(sizes.min()) < 1:
        raise ValueError(f"sizes must be of at least two paragraphs, each at least 1, got {sizes.tolist()}")
    n = int(sizes.sum())
    ends = sizes.cumsum(0).repeat_interleave(sizes)
    starts = ends - sizes.repeat_interleave(sizes)
    first = (torch.arange(n) + 1 < ends).nonzero().flatten()
    follows = torch.rand(len(first), generator=generator) < 0.5
    start, size = starts[first], (ends - starts)[first]
    # One of those outside of the paragraph: those behind it come as if it were not there.
    other = (torch.rand(len(first), generator=generator, dtype=torch.float64) * (n - size)).long()
    other = torch.where(other >= start, other + size, other)
    return first, torch.where(follows, first + 1, other), torch.where(follows, FOLLOWS, RANDOM)
