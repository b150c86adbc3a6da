"""Labelled texts as bags of n-grams, as a data module."""

from collections.abc import Callable, Mapping, Sequence

import torch
from torch import Tensor

from deepdive.data.parts import listed
from deepdive.data.sentences.ngrams import NgramVectorizer
from deepdive.data.sentences.reading import LabelledTexts, SentenceSplits
from deepdive.data.sequences import BucketDataModule, Field
from deepdive.signatures import checked
from deepdive.signatures.bounds import NonNegativeInt, PositiveInt


class BagOfWordsDataModule(BucketDataModule):
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
        super().__init__(batch_size=batch_size, test_batch_size=test_batch_size, seed=seed)
        self.labels = labels
        self._read = read
        self._vocabulary = {"max_ngram": max_ngram, "min_frequency": min_frequency, "max_features": max_features}

    def _make_fields(self) -> Mapping[str, Sequence[Field]]:
        self.splits = self._read()
        """As they were read, in the order that the loaders' `rows` number."""
        self.labels = classes_of(self.splits, self.labels)
        self.vectorizer = NgramVectorizer.fit(self.splits.train.texts, **self._vocabulary)
        parts = {"train": self.splits.train, "val": self.splits.val, "test": self.splits.test}
        return {name: self._numbered(name, part) for name, part in parts.items() if len(part)}

    def _pads(self) -> Sequence[int]:
        return 0, 0, 0

    def _numbered(self, part: str, texts: LabelledTexts) -> Sequence[Field]:
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
