"""Sentence pairs as a data module."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from deepdive.data.sequences import BucketLoader, Ragged
from deepdive.data.text.encoder import TextEncoder
from deepdive.data.text.tokens import Tokenizer, WordTokenizer
from deepdive.data.text.vocabulary import Vocabulary
from deepdive.data.translation.reading import Pair
from deepdive.data.translation.sentences import BOS, EOS, PAD, SentenceEncoder, Sentences, cut
from deepdive.data.translation.splitting import PairSplit, normalized, references_of, split_pairs
from deepdive.data.types import DataModule
from deepdive.signatures import checked
from deepdive.signatures.bounds import NonNegativeInt, PositiveInt

_WORDS = WordTokenizer(lower=True, punctuation=True)


@dataclass(frozen=True)
class References:
    """Sentences to translate, none of which was learnt from, with everything that counts as right."""

    sources: list[str]
    references: list[list[str]]
    """All translations of each source, as they were read."""
    ids: Ragged
    """The sources as the network gets them."""


class TranslationDataModule(DataModule):
    """Batches ``(source (b, s), source_lengths (b), target (b, t))`` of token numbers (D2L section 10.5).

    A source ends with ``<eos>``, which its length counts; a target begins with ``<bos>`` and ends with ``<eos>``; both
    are padded with ``<pad>``. The vocabularies, of the training pairs, begin with ``<unk>``, ``<pad>``, ``<bos>``,
    ``<eos>``. No source is in two splits, however it is spelt (see `normalized`).

    Args:
        read: gives all pairs; called once, by `prepare`.
        num_pairs: how many to use: the first ones, in the order of ``read``, that are short enough; ``None``: all.
        max_tokens: the longest source or target used, without ``<bos>`` and ``<eos>``.
        test: how many different sources to test on, or which fraction of them.
        validation: how many, or which fraction of the remaining ones, to choose the best epoch by.
        min_frequency: a token that occurs less often in the training pairs is ``<unk>``.
        max_size: how many tokens each vocabulary has at most.
        batch_size: pairs per training batch.
        test_batch_size: for validation and test, where no gradient needs memory.
        seed: of the order of training batches.
        reverse_source: whether the tokens of sources are in reverse order, see `SentenceEncoder`.
        source_tokenizer: lower-case words and punctuation marks if not given, and so is ``target_tokenizer``.
        target_tokenizer: for the targets.

    Raises:
        ValueError: from `prepare`, where no pair is short enough, or the split leaves nothing to learn from.
    """

    @checked
    def __init__(
        self,
        read: Callable[[], Sequence[Pair]],
        *,
        num_pairs: int | None = None,
        max_tokens: PositiveInt = 50,
        test: int | float = 1000,
        validation: int | float = 1000,
        min_frequency: PositiveInt = 2,
        max_size: int | None = None,
        batch_size: PositiveInt = 128,
        test_batch_size: PositiveInt = 256,
        seed: NonNegativeInt = 0,
        reverse_source: bool = False,
        source_tokenizer: Tokenizer = _WORDS,
        target_tokenizer: Tokenizer = _WORDS,
    ) -> None:
        for name, value in (("num_pairs", num_pairs), ("max_tokens", max_tokens)):
            if value is not None and value < 1:
                raise ValueError(f"{name} is {value}; it must be at least 1")
        self.batch_size = batch_size
        self.test_batch_size = test_batch_size
        self.seed = seed
        self.reverse_source = reverse_source
        self._read = read
        self._num_pairs = num_pairs
        self._max_tokens = max_tokens
        self.test, self.validation = test, validation
        self._min_frequency, self._max_size = min_frequency, max_size
        self._tokenizers = source_tokenizer, target_tokenizer
        self._cut: tuple[Sequence[Pair], Sentences, Sentences] | None = None
        self._fields: tuple[Ragged, Ragged] | None = None

    @property
    def num_sentences(self) -> int:
        """How many different sources there are to be dealt out; the pairs are read and cut for that, and once."""
        pairs, cut_sources, cut_targets = self._read_and_cut()
        return len({normalized(pairs[i][0]) for i in self._short_ones(cut_sources, cut_targets).tolist()})

    def prepare(self) -> None:
        """Read, cut into tokens, split, and number everything; a second call does nothing."""
        if self._fields is not None:
            return
        pairs, cut_sources, cut_targets = self._read_and_cut()
        self._cut = None
        sources = [source for source, _ in pairs]
        rows = self._short_ones(cut_sources, cut_targets)
        split = split_pairs([sources[i] for i in rows.tolist()], test=self.test, validation=self.validation)
        self.split = PairSplit(rows[split.train], rows[split.val], rows[split.test])
        """Rows of what was read."""
        self.source = SentenceEncoder(self._fit(cut_sources, 0), reverse=self.reverse_source)
        """What turns sources into what the network gets."""
        self.target = SentenceEncoder(self._fit(cut_targets, 1))
        """What turns targets into numbers and back."""
        numbers = self.source.ordered(cut_sources.numbered(self.source.vocabulary))
        following = cut_targets.numbered(self.target.vocabulary).preceded_by(self.target.vocabulary.id_of(BOS))
        self._fields, self._targets = (numbers, following), [target for _, target in pairs]
        self.held_out = self._asked(pairs, sources, numbers)
        """The test sentences, one of each spelling, with all their translations among the pairs read."""

    def frequent_target(self) -> str:
        """The target that most of the training pairs have; of equally frequent ones the first."""
        self.prepare()
        return Counter(self._targets[i] for i in self.split.train.tolist()).most_common(1)[0][0]

    def _read_and_cut(self) -> tuple[Sequence[Pair], Sentences, Sentences]:
        """The pairs, and the tokens of either side."""
        if self._cut is None:
            pairs = self._read()
            sides = ([pair[side] for pair in pairs] for side in (0, 1))
            sources, targets = (cut(side, tokenizer) for side, tokenizer in zip(sides, self._tokenizers, strict=True))
            self._cut = pairs, sources, targets
        return self._cut

    def _short_ones(self, sources: Sentences, targets: Sentences) -> Tensor:
        lengths = torch.stack((sources.codes.lengths, targets.codes.lengths)) - 1  # without <eos>
        rows = ((lengths >= 1) & (lengths <= self._max_tokens)).all(0).nonzero().flatten()
        if len(rows) == 0:
            raise ValueError(f"max_tokens is {self._max_tokens}; none of {lengths.shape[1]} pairs is so short")
        return rows[: self._num_pairs]

    def _fit(self, sentences: Sentences, side: int) -> TextEncoder:
        vocabulary = Vocabulary(
            sentences.counts(self.split.train),
            min_frequency=self._min_frequency,
            max_size=self._max_size,
            reserved=(PAD, BOS, EOS),
        )
        return TextEncoder(self._tokenizers[side], vocabulary)

    def _asked(self, pairs: Sequence[Pair], sources: list[str], numbers: Ragged) -> References:
        first: dict[str, int] = {}
        for row in self.split.test.tolist():
            first.setdefault(normalized(sources[row]), row)
        asked = [sources[row] for row in first.values()]
        return References(
            asked, references_of(asked, pairs), numbers.rows(torch.tensor(list(first.values()), dtype=torch.long))
        )

    def train_loader(self) -> BucketLoader:
        """Shuffled batches of training pairs of about the same length."""
        self.prepare()
        return self._loader(self.split.train, self.batch_size, shuffle=True)

    def val_loader(self) -> BucketLoader | None:
        """Validation pairs, the shortest first, or ``None`` where there are none."""
        self.prepare()
        return self._loader(self.split.val, self.test_batch_size) if len(self.split.val) else None

    def test_loader(self) -> BucketLoader | None:
        """Test pairs, the shortest first, or ``None`` where there are none."""
        self.prepare()
        return self._loader(self.split.test, self.test_batch_size) if len(self.split.test) else None

    def _loader(self, rows: Tensor, batch_size: int, *, shuffle: bool = False) -> BucketLoader:
        if self._fields is None:
            raise RuntimeError("the pairs are not prepared")
        source, target = (field.rows(rows) for field in self._fields)
        pads = self.source.vocabulary.id_of(PAD), 0, self.target.vocabulary.id_of(PAD)
        return BucketLoader((source, source.lengths, target), batch_size, pads=pads, shuffle=shuffle, seed=self.seed)
