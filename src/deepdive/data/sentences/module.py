"""Labelled texts, or pairs of them, as a data module."""

from collections.abc import Callable, Mapping, Sequence

import torch

from deepdive.data.sentences.bag import classes_of, numbered_classes
from deepdive.data.sentences.reading import LabelledTexts, SentenceSplits
from deepdive.data.sequences import BucketDataModule, Field
from deepdive.data.subwords import PAD, Subwords
from deepdive.signatures import checked
from deepdive.signatures.bounds import NonNegativeInt, PositiveInt


class SentenceDataModule(BucketDataModule):
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
        super().__init__(batch_size=batch_size, test_batch_size=test_batch_size, seed=seed)
        self.subwords = subwords
        self.max_length = max_length
        self.labels = labels
        self._read = read

    def _make_fields(self) -> Mapping[str, Sequence[Field]]:
        self.splits = self._read()
        """As they were read, in the order that the loaders' `rows` number."""
        parts = {"train": self.splits.train, "val": self.splits.val, "test": self.splits.test}
        if not len(self.splits.train):
            raise ValueError("there are no training texts")
        if self.splits.train.labels is not None:
            self.labels = classes_of(self.splits, self.labels)
        return {name: self._numbered(name, part) for name, part in parts.items() if len(part)}

    def _pads(self) -> Sequence[int]:
        return self.subwords.id_of(PAD), *(0 for _ in self._fields["train"][1:])

    def _numbered(self, part: str, texts: LabelledTexts) -> Sequence[Field]:
        encodings = self.subwords.encode(texts.texts, texts.seconds, max_length=self.max_length)
        fields: list[Field] = [encodings.ids, encodings.type_ids, encodings.ids.lengths]
        if texts.labels is not None:
            fields.append(numbered_classes(part, texts.labels, self.labels))
        if texts.scores is not None:
            fields.append(torch.tensor(texts.scores).unsqueeze(1))
        return fields
