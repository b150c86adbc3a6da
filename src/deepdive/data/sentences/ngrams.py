"""Texts as bags of words and of runs of words, weighted by how much each says (D2L 16.2 counts words alone)."""

import math
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import chain

import torch

from deepdive.data.sequences import Ragged
from deepdive.signatures import checked
from deepdive.signatures.bounds import PositiveInt

_TOKEN = re.compile(r"\w+|[^\w\s]")
"""Words, and each other mark by itself: of a review, ``!`` and ``:)`` say something."""


@dataclass(frozen=True)
class NgramVectorizer:
    """Texts as unit vectors of tf-idf, one number for each n-gram of words that is known.

    An n-gram ``g`` that a text ``d`` has ``tf(g, d)`` times counts ``(1 + ln tf(g, d)) · idf(g)`` with ``idf(g) =
    ln((1 + n) / (1 + df(g))) + 1``, where ``df(g)`` of the ``n`` training texts have it; then the vector is divided by
    its length. N-grams are numbered from 1; those unknown are left out (Manning, Raghavan and Schütze, 2008, ch. 6).

    Args:
        ngrams: the known ones, each as its words with spaces between, in the order of their numbers.
        idf: of each.
        max_ngram: most words of an n-gram.

    >>> vectorizer = NgramVectorizer.fit(["a fine film", "a dull film"], max_ngram=1, min_frequency=1)
    >>> vectorizer.ngrams
    ('a', 'dull', 'film', 'fine')
    >>> vectorizer.encode(["fine , fine film"])[0][0].tolist()
    [3, 4]
    """

    ngrams: tuple[str, ...]
    idf: tuple[float, ...]
    max_ngram: int

    @classmethod
    @checked
    def fit(
        cls,
        texts: Sequence[str],
        *,
        max_ngram: PositiveInt = 2,
        min_frequency: PositiveInt = 2,
        max_features: PositiveInt = 100_000,
    ) -> "NgramVectorizer":
        """Learn the n-grams of training texts, and how rare each is.

        Args:
            texts: to learn from.
            max_ngram: most words of an n-gram.
            min_frequency: how many of the texts must have an n-gram.
            max_features: how many are known, those in most texts first.

        Raises:
            ValueError: no n-gram is in so many texts.
        """
        found = Counter(chain.from_iterable(set(_ngrams(text, max_ngram)) for text in texts))
        known = [(ngram, count) for ngram, count in found.items() if count >= min_frequency]
        if not known:
            raise ValueError(
                f"min_frequency must leave some words, got {min_frequency}, but no word is in so many of "
                f"{len(texts)} texts"
            )
        known = sorted(sorted(known, key=lambda each: (-each[1], each[0]))[:max_features])
        idf = tuple(math.log((1 + len(texts)) / (1 + count)) + 1 for _, count in known)
        return cls(tuple(ngram for ngram, _ in known), idf, max_ngram)

    def __len__(self) -> int:
        """How many n-grams are known."""
        return len(self.ngrams)

    @cached_property
    def _numbers(self) -> dict[str, int]:
        return {ngram: number for number, ngram in enumerate(self.ngrams, start=1)}

    def encode(self, texts: Iterable[str]) -> tuple[Ragged, Ragged]:
        """The numbers of each text's known n-grams, rising, and their weights; none for a text without any."""
        lengths, ids, weights = [0], list[int](), list[float]()
        for text in texts:
            counts = Counter(self._numbers[each] for each in _ngrams(text, self.max_ngram) if each in self._numbers)
            own = sorted(counts)
            raw = [(1 + math.log(counts[each])) * self.idf[each - 1] for each in own]
            norm = math.sqrt(math.fsum(value * value for value in raw))
            ids += own
            weights += [value / norm for value in raw]
            lengths.append(len(ids))
        offsets = torch.tensor(lengths)
        return Ragged(torch.tensor(ids, dtype=torch.long), offsets), Ragged(torch.tensor(weights), offsets)


def _ngrams(text: str, most: int) -> Iterator[str]:
    words = _TOKEN.findall(text.lower())
    yield from words
    for size in range(2, most + 1):
        for i in range(len(words) - size + 1):
            yield " ".join(words[i : i + size])
