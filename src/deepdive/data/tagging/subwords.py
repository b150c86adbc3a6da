"""Tagged sentences cut into subwords."""

from collections.abc import Callable, Mapping, Sequence
from itertools import chain

import torch
from torch import Tensor

from deepdive.data.sequences import BucketDataModule, Field, Ragged
from deepdive.data.subwords import PAD, Encodings, Subwords
from deepdive.data.tagging.module import TaggingSplits, checked_parts, tag_ids
from deepdive.data.tagging.reading import TaggedSentence
from deepdive.signatures import checked
from deepdive.signatures.bounds import NonNegativeInt, PositiveInt
from deepdive.targets import IGNORED


class SubwordTaggingDataModule(BucketDataModule):
    """Batches ``(tokens (b, t), types (b, t), lengths (b), tags (b, t))``: the first token of a word has its tag.

    Other tokens, special tokens and padding have -100; ``labels`` are the names of the tags, ``O`` first.

    Args:
        read: gives the sentences; called once, by `prepare`.
        subwords: cuts their words into tokens.
        max_length: tokens of a sentence, special tokens included; longer ones are cut.
        batch_size: sentences per training batch.
        test_batch_size: for validation and test, where no gradient needs memory.
        seed: of the order of training batches.

    Raises:
        ValueError: from `prepare`, see `TaggingDataModule`.
    """

    @checked
    def __init__(
        self,
        read: Callable[[], TaggingSplits],
        subwords: Subwords,
        *,
        max_length: PositiveInt = 128,
        batch_size: PositiveInt = 32,
        test_batch_size: PositiveInt = 256,
        seed: NonNegativeInt = 0,
    ) -> None:
        super().__init__(batch_size=batch_size, test_batch_size=test_batch_size, seed=seed)
        self.subwords = subwords
        self.max_length = max_length
        self._read = read

    def _make_fields(self) -> Mapping[str, Sequence[Field]]:
        self.sentences = self._read()
        """As they were read, in the order that the loaders' `rows` number."""
        parts, self.labels = checked_parts(self.sentences)
        return {name: self._numbered(name, sentences) for name, sentences in parts.items() if sentences}

    def _pads(self) -> Sequence[int]:
        return self.subwords.id_of(PAD), 0, 0, IGNORED

    def _numbered(self, part: str, sentences: Sequence[TaggedSentence]) -> tuple[Field, ...]:
        encodings = self.subwords.encode_words([words for words, _ in sentences], max_length=self.max_length)
        numbers = tag_ids(part, chain.from_iterable(tags for _, tags in sentences), self.labels)
        lengths = torch.tensor([len(words) for words, _ in sentences])
        tags = align_tags(encodings, Ragged(numbers, torch.cat([lengths.new_zeros(1), lengths.cumsum(0)])))
        return encodings.ids, encodings.type_ids, encodings.ids.lengths, tags


def align_tags(encodings: Encodings, tags: Ragged) -> Ragged:
    """The tag of each word at its first token, and -100 at all others."""
    first, row = first_tokens(encodings)
    place = tags.offsets[row] + encodings.words.values.clamp(min=0)
    return Ragged(
        torch.where(first, tags.values[place.clamp(max=len(tags.values) - 1)], IGNORED), encodings.ids.offsets
    )


def first_tokens(encodings: Encodings) -> tuple[Tensor, Tensor]:
    """Whether each token is the first one of a word, and the sentence that it is of; both in one row."""
    words, lengths = encodings.words.values, encodings.words.lengths
    row = torch.arange(len(lengths)).repeat_interleave(lengths)
    before = torch.cat([words.new_full((1,), -1), words[:-1]])
    return (words >= 0) & (words != before), row
