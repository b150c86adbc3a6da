"""Labelled texts as bags of n-grams, as a data module."""

from collections.abc import Callable, Sequence

import torch
from torch import Tensor

from deepdive.data.parts import listed
from deepdive.data.sentences.ngrams import NgramVectorizer
from deepdive.data.sentences.reading import LabelledTexts, SentenceSplits
from deepdive.data.sequences import BucketLoader, Ragged
from deepdive.data.types import DataModule
from deepdive.signatures import checked
from deepdive.signatures.bounds import NonNegativeInt, PositiveInt


class BagOfWordsDataModule(DataModule):
    """Batches ``(n-grams (b, t), weights (b, t), label (b,))``, see `NgramVectorizer`; what fills up has number 0.

    ``vectorizer`` is learnt from the training texts; ``labels`` are the names of the classes, in the order of the
    training texts' sorted names.

    Args:
        read: gives the texts; called once, by `prepare`.
        max_ngram: most words of an n-gram.
        min_frequency: how many of the training texts must have an n-gram.
        max_features: how many n-grams are known, those in most texts first.
        labels: names of the classes in the order of their numbers, if they have one.
        batch_size: texts per training batch.
        test_batch_size: for validation and test.
        seed: of the order of training batches.

    Raises:
        ValueError: a number is out of its range; from `prepare`, where there are no training texts, all have one class,
            or a class is not among those of the training texts.
    """

    @checked
    def __init__(
        self,
        read: Callable[[], SentenceSplits],
        *,
        max_ngram: PositiveInt = 2,
        min_frequency: PositiveInt = 2,
        max_features: PositiveInt = 100_000,
        labels: tuple[str, ...] = (),
        batch_size: PositiveInt = 32,
        test_batch_size: PositiveInt = 256,
        seed: NonNegativeInt = 0,
    ) -> None:
        self.batch_size = batch_size
        self.test_batch_size = test_batch_size
        self.seed = seed
        self.labels = labels
        self._read = read
        self._vocabulary = {"max_ngram": max_ngram, "min_frequency": min_frequency, "max_features": max_features}
        self._fields: dict[str, tuple[Ragged | Tensor, ...]] = {}

    def prepare(self) -> None:
        """Read the texts, learn the n-grams and number everything; a second call does nothing."""
        if self._fields:
            return
        self.splits = self._read()
        """As they were read, in the order that the loaders' `rows` number."""
        self.labels = classes_of(self.splits, self.labels)
        self.vectorizer = NgramVectorizer.fit(self.splits.train.texts, **self._vocabulary)
        parts = {"train": self.splits.train, "val": self.splits.val, "test": self.splits.test}
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
        fields = self.fields(part)
        return BucketLoader(fields, batch_size, pads=[0] * len(fields), shuffle=shuffle, seed=self.seed)

    def _numbered(self, part: str, texts: LabelledTexts) -> tuple[Ragged | Tensor, ...]:
        return (*self.vectorizer.encode(texts.texts), numbered_classes(part, texts.labels or (), self.labels))


def classes_of(splits: SentenceSplits, labels: tuple[str, ...] = ()) -> tuple[str, ...]:
    """The classes of the training texts: those known before, if they have no other, else by name.

    Raises:
        ValueError: there are no training texts, or all have one class.
    """
    if not len(splits.train):
        raise ValueError("there are no training texts")
    found = sorted(set(splits.train.labels or ()))
    if len(found) < 2:
        raise ValueError(f"all {len(splits.train)} training texts have the class {found[0] if found else None!r}")
    return labels if set(found) <= set(labels) else tuple(found)


def numbered_classes(part: str, classes: Sequence[str], labels: Sequence[str]) -> Tensor:
    """The number of each class among the ``labels``.

    Raises:
        ValueError: one is not among them; names it, and the ``part`` of the data.
    """
    number = {label: i for i, label in enumerate(labels)}
    if unknown := sorted(set(classes) - set(number)):
        raise ValueError(
            f"the {part} texts have the class {unknown[0]!r}, which the training texts lack; they have {listed(labels)}"
        )
    return torch.tensor([number[label] for label in classes])
