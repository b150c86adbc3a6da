"""Words as numbers and as the characters they are spelt with."""

from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import chain

import torch
from jaxtyping import Int64
from torch import Tensor

from deepdive.data.sequences import Ragged
from deepdive.data.text.factors import factor_tokens
from deepdive.data.text.vocabulary import Vocabulary
from deepdive.signatures import checked

PAD = "<pad>"
"""What words and characters are padded with, number 1; 0 is the unknown one."""


class WordEncoder:
    """From words to the ids of their lower-case forms, and to those of their characters.

    A word that was not learnt from is unknown, its spelling is not: capitals, digits and endings say much of it.

    Args:
        words: the vocabulary of lower-case words, with ``<pad>`` reserved.
        characters: the vocabulary of characters, with ``<pad>`` reserved.
        max_characters: how many characters of a word are looked at; of longer ones, the first half and the last half.

    Raises:
        ValueError: a vocabulary lacks ``<pad>``, or ``max_characters`` is below 2.
    """

    def __init__(self, words: Vocabulary, characters: Vocabulary, *, max_characters: int = 16) -> None:
        for name, vocabulary in (("words", words), ("characters", characters)):
            if PAD not in vocabulary:
                raise ValueError(f"{name} lacks {PAD!r}; reserve it")
        if max_characters < 2:
            raise ValueError(f"max_characters is {max_characters}; it must be at least 2")
        self.words = words
        self.characters = characters
        self.max_characters = max_characters

    @classmethod
    def fit(
        cls, sentences: Iterable[Sequence[str]], *, min_frequency: int = 2, max_characters: int = 16
    ) -> "WordEncoder":
        """The encoder of training sentences; a lower-case word or a character that is rarer is unknown.

        Raises:
            ValueError: there are no words, all are too rare, or ``max_characters`` is below 2.
        """
        counts = Counter(chain.from_iterable(sentences))
        lower, characters = Counter[str](), Counter[str]()
        for word, count in counts.items():
            lower[word.lower()] += count
            for character in word:
                characters[character] += count
        options = {"min_frequency": min_frequency, "reserved": (PAD,)}
        if not lower:
            raise ValueError("sentences holds no word; there is nothing to learn from")
        return cls(Vocabulary(lower, **options), Vocabulary(characters, **options), max_characters=max_characters)

    @checked
    def encode(self, sentences: Sequence[Sequence[str]]) -> tuple[Ragged, Ragged, Int64[Tensor, "forms c"]]:
        """Ids of words, ids of their forms, and the characters of each form.

        The characters of a word are row ``form`` of the last, so that no spelling is kept twice; they are padded.
        """
        lengths = torch.tensor([len(sentence) for sentence in sentences], dtype=torch.long)
        offsets = torch.cat((lengths.new_zeros(1), lengths.cumsum(0)))
        factors = factor_tokens(list(chain.from_iterable(sentences)))
        forms = torch.from_numpy(factors.codes).long()
        numbers = self.words.ids([form.lower() for form in factors.distinct])
        return Ragged(numbers[forms], offsets), Ragged(forms, offsets), self._spellings(factors.distinct)

    def _spellings(self, forms: Sequence[str]) -> Int64[Tensor, "forms c"]:
        c = self.max_characters
        head = c - c // 2
        cut = [form if len(form) <= c else form[:head] + form[-(c // 2) :] for form in forms]
        lengths = torch.tensor([len(form) for form in cut], dtype=torch.long)
        values = self.characters.ids(list("".join(cut)))
        spelt = Ragged(values, torch.cat((lengths.new_zeros(1), lengths.cumsum(0))))
        return spelt.padded(torch.arange(len(cut)), self.characters.id_of(PAD), width=c)[0]
