"""Tagged sentences as a data module."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain

import torch
from jaxtyping import Int64
from torch import Tensor

from deepdive.data.devices import OnDevices
from deepdive.data.sequences import BucketDataModule, Field, Ragged
from deepdive.data.tagging.reading import TaggedSentence
from deepdive.data.tagging.words import PAD, WordEncoder
from deepdive.data.types import Batch, Transform
from deepdive.signatures import checked
from deepdive.signatures.bounds import NonNegativeInt, PositiveInt
from deepdive.targets import IGNORED


@dataclass(frozen=True)
class TaggingSplits:
    """Tagged sentences to learn from, to choose the best epoch by, and to test on."""

    train: Sequence[TaggedSentence]
    val: Sequence[TaggedSentence] = field(default_factory=list)
    test: Sequence[TaggedSentence] = field(default_factory=list)


class TaggingDataModule(BucketDataModule):
    """Batches ``(words (b, t), lengths (b), characters (b, t, c), tags (b, t))`` of numbers.

    Words and characters are padded with ``<pad>``, which is 1, and tags with -100; ``labels`` are the names of the
    tags, ``O`` first. Words are in lower case; characters are as they were written, see `WordEncoder`.

    Args:
        read: gives the sentences; called once, by `prepare`.
        min_frequency: a word or character that occurs less often in the training sentences is ``<unk>``.
        characters: whether batches have the field of characters.
        max_characters: the size ``c`` of that field.
        batch_size: sentences per training batch.
        test_batch_size: for validation and test, where no gradient needs memory.
        seed: of the order of training batches.

    Raises:
        ValueError: from `prepare`, where there are no training sentences, a sentence has no words or another number of
            tags than words, or a tag is none of those that training sentences have.
    """

    @checked
    def __init__(
        self,
        read: Callable[[], TaggingSplits],
        *,
        min_frequency: PositiveInt = 2,
        characters: bool = True,
        max_characters: PositiveInt = 16,
        batch_size: PositiveInt = 32,
        test_batch_size: PositiveInt = 256,
        seed: NonNegativeInt = 0,
    ) -> None:
        super().__init__(batch_size=batch_size, test_batch_size=test_batch_size, seed=seed)
        self.characters = characters
        self._read = read
        self._min_frequency = min_frequency
        self._max_characters = max_characters
        self._spelt: dict[str, Transform] = {}

    def _make_fields(self) -> Mapping[str, Sequence[Field]]:
        self.sentences = self._read()
        """As they were read, in the order that the loaders' `rows` number."""
        parts, self.labels = checked_parts(self.sentences)
        self.encoder = WordEncoder.fit(
            (words for words, _ in self.sentences.train),
            min_frequency=self._min_frequency,
            max_characters=self._max_characters,
        )
        """What turns words into numbers."""
        return {name: self._numbered(name, sentences) for name, sentences in parts.items() if sentences}

    def _numbered(self, part: str, sentences: Sequence[TaggedSentence]) -> tuple[Field, ...]:
        words, forms, spellings = self.encoder.encode([words for words, _ in sentences])
        tags = tag_ids(part, chain.from_iterable(tags for _, tags in sentences), self.labels)
        pad = spellings.new_full((1, spellings.shape[1]), self.encoder.characters.id_of(PAD))
        spellings = torch.cat((spellings, pad))  # The last form is that of padding.
        self._spelt[part] = _Spelt(spellings, self.characters)
        return words, words.lengths, forms, Ragged(tags, words.offsets)

    def ids(self, part: str) -> tuple[Ragged, Ragged]:
        """Words and tags of the sentences of a part, ``train``, ``val`` or ``test``, in the order of ``sentences``."""
        words, _, _, tags = self.fields(part)
        return words, tags  # pyright: ignore[reportReturnType] (these two are ragged)

    def _pads(self) -> Sequence[int]:
        return self.encoder.words.id_of(PAD), 0, -1, IGNORED

    def _transform(self, part: str) -> Transform:
        return self._spelt[part]


class _Spelt:
    """Puts the characters of words in the place of the ids of their forms, or leaves these out."""

    def __init__(self, spellings: torch.Tensor, wanted: bool) -> None:
        self._spellings = OnDevices(spellings)
        self._wanted = wanted

    def __call__(self, batch: Batch, generator: torch.Generator) -> Batch:
        words, lengths, forms, tags = batch
        if not self._wanted:
            return words, lengths, tags
        [spellings] = self._spellings.on(forms.device)
        return words, lengths, spellings[forms], tags


def checked_parts(splits: TaggingSplits) -> tuple[dict[str, Sequence[TaggedSentence]], tuple[str, ...]]:
    """The parts by name, and the tags of the training part: ``O`` first, then type by type, ``B-`` before ``I-``.

    Raises:
        ValueError: there are no training sentences, or one of any part has no words or not a tag for each; names it.
    """
    parts = {"train": splits.train, "val": splits.val, "test": splits.test}
    for part, sentences in parts.items():
        for i, (words, tags) in enumerate(sentences):
            if not words or len(words) != len(tags):
                raise ValueError(
                    f"{part} sentence {i} has {len(words)} words and {len(tags)} tags; it must have a tag for each "
                    "word, and some"
                )
    if not splits.train:
        raise ValueError("there are no training sentences")
    found = {tag for _, tags in splits.train for tag in tags}
    return parts, tuple(sorted(found, key=lambda tag: (tag != "O", tag[2:], tag)))


def tag_ids(part: str, tags: Iterable[str], labels: Sequence[str]) -> Int64[Tensor, " n"]:
    """The ids of tags.

    Raises:
        ValueError: one is not among ``labels``.
    """
    number = {label: i for i, label in enumerate(labels)}
    try:
        return torch.tensor([number[tag] for tag in tags])
    except KeyError as error:
        raise ValueError(
            f"the {part} sentences have the tag {error.args[0]!r}, which the training sentences lack; they have "
            f"{', '.join(labels)}"
        ) from None
