"""Labelled texts, or pairs of them, as a data module."""

from collections.abc import Callable

import torch
from torch import Tensor

from deepdive.data.sentences.bag import classes_of, numbered_classes
from deepdive.data.sentences.reading import LabelledTexts, SentenceSplits
from deepdive.data.sequences import BucketLoader, Ragged
from deepdive.data.subwords import PAD, Subwords
from deepdive.data.types import DataModule
from deepdive.signatures import checked
from deepdive.signatures.bounds import NonNegativeInt, PositiveInt


class SentenceDataModule(DataModule):
    """Batches ``(tokens (b, t), types (b, t), lengths (b), label (b), score (b, 1))``; what texts lack is left out.

    Texts are numbered once; a batch holds texts of about the same length, padded at the right. ``labels`` are the names
    of the classes, in the order of the training texts' sorted names.

    Args:
        read: gives the texts; called once, by `prepare`.
        subwords: cuts them into tokens.
        max_length: tokens of a text or pair, special tokens included; longer ones are cut.
        labels: names of the classes in the order of their numbers, if they have one.
        batch_size: texts per training batch.
        test_batch_size: for validation and test, where no gradient needs memory.
        seed: of the order of training batches.

    Raises:
        ValueError: from `prepare`, where there are no training texts, a text is empty, all have one class, or a class
            is not among those of the training texts.
    """

    @checked
    def __init__(
        self,
        read: Callable[[], SentenceSplits],
        subwords: Subwords,
        *,
        max_length: PositiveInt = 128,
        labels: tuple[str, ...] = (),
        batch_size: PositiveInt = 32,
        test_batch_size: PositiveInt = 128,
        seed: NonNegativeInt = 0,
    ) -> None:
        self.subwords = subwords
        self.max_length = max_length
        self.batch_size = batch_size
        self.test_batch_size = test_batch_size
        self.seed = seed
        self.labels = labels
        self._read = read
        self._fields: dict[str, tuple[Ragged | Tensor, ...]] = {}

    def prepare(self) -> None:
        """Read the texts and number everything; a second call does nothing."""
        if self._fields:
            return
        self.splits = self._read()
        """As they were read, in the order that the loaders' `rows` number."""
        parts = {"train": self.splits.train, "val": self.splits.val, "test": self.splits.test}
        if not len(self.splits.train):
            raise ValueError("there are no training texts")
        if self.splits.train.labels is not None:
            self.labels = classes_of(self.splits, self.labels)
        self._fields = {name: self._numbered(name, part) for name, part in parts.items() if len(part)}

    def fields(self, part: str) -> tuple[Ragged | Tensor, ...]:
        """All texts of a part, ``train``, ``val`` or ``test``, as batches have them, in the order of ``splits``."""
        self.prepare()
        return self._fields[part]

    def train_loader(self) -> BucketLoader:
        """Shuffled batches of training texts of about the same length."""
        return self._loader("train", self.batch_size, shuffle=True)

    def val_loader(self) -> BucketLoader | None:
        """Validation texts, the shortest first, or ``None`` where there are none."""
        self.prepare()
        return self._loader("val", self.test_batch_size) if "val" in self._fields else None

    def test_loader(self) -> BucketLoader | None:
        """Test texts, the shortest first, or ``None`` where there are none."""
        self.prepare()
        return self._loader("test", self.test_batch_size) if "test" in self._fields else None

    def _loader(self, part: str, batch_size: int, *, shuffle: bool = False) -> BucketLoader:
        self.prepare()
        fields = self._fields[part]
        pads = (self.subwords.id_of(PAD), *(0 for _ in fields[1:]))
        return BucketLoader(fields, batch_size, pads=pads, shuffle=shuffle, seed=self.seed)

    def _numbered(self, part: str, texts: LabelledTexts) -> tuple[Ragged | Tensor, ...]:
        encodings = self.subwords.encode(texts.texts, texts.seconds, max_length=self.max_length)
        fields: list[Ragged | Tensor] = [encodings.ids, encodings.type_ids, encodings.ids.lengths]
        if texts.labels is not None:
            fields.append(numbered_classes(part, texts.labels, self.labels))
        if texts.scores is not None:
            fields.append(torch.tensor(texts.scores).unsqueeze(1))
        return tuple(fields)
