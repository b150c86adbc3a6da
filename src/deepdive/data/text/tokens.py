"""Tokenizers: from a text to its tokens and back (D2L sections 9.2.2 and 10.5.2)."""

import re
from dataclasses import asdict, dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any, Protocol, runtime_checkable

import numpy as np

from deepdive.data.text.factors import Factors, factor_characters
from deepdive.data.text.words import factor_words

if TYPE_CHECKING:
    from deepdive.data.subwords import Subwords

_TO_LETTERS = bytes(byte if chr(byte).isalpha() and byte < 128 else ord(" ") for byte in range(256)).lower()
_MARKS = re.compile(r"(?<! )(?=[,.!?])")
_ELISIONS = re.compile(r"(?<![\w'])((?:[cdjlmnst]|qu|jusqu|lorsqu|puisqu|quoiqu)')(?=\w)", re.IGNORECASE)
_NO_SPACE = re.compile(r" (?=[,.!?])|(?<=\b[cdjlmnst]') (?=\w)|(?<=qu') (?=\w)", re.IGNORECASE)
_AROUND_LINE_ENDS = re.compile(" ?\n ?")


@runtime_checkable
class Tokenizer(Protocol):
    """How a text is cut into tokens; the settings are all there is to keep."""

    @property
    def tokens(self) -> tuple[str, ...]:
        """All tokens there can be, where the tokenizer knows them; empty where the texts decide."""
        ...

    def split(self, text: str) -> list[str]:
        """The tokens of a text."""
        ...

    def join(self, tokens: list[str]) -> str:
        """The text of tokens."""
        ...

    def factor(self, text: str) -> Factors:
        """What `split` gives, as distinct tokens and the number of each: the fast way for a whole text."""
        ...

    def settings(self) -> dict[str, Any]:
        """Arguments of a tokenizer that does the same, as JSON knows them."""
        ...


@dataclass(frozen=True)
class CharacterTokenizer:
    """One token per character; ``join(split(text))`` is the text unless it is changed by an option.

    Args:
        lower: whether the text is put into lower case.
        letters_only: whether every run of characters other than A to Z becomes one space and the text is put into
            lower case, as in D2L section 9.2.1.

    """

    lower: bool = False
    letters_only: bool = False

    @property
    def tokens(self) -> tuple[str, ...]:
        """None: the texts decide."""
        return ()

    def split(self, text: str) -> list[str]:
        """The characters of a text."""
        return list(_plain(text, self.lower, self.letters_only))

    def join(self, tokens: list[str]) -> str:
        """The characters in a row."""
        return "".join(tokens)

    def factor(self, text: str) -> Factors:
        """What `split` gives, through a table of code points."""
        return factor_characters(_plain(text, self.lower, self.letters_only))

    def settings(self) -> dict[str, Any]:
        """The arguments."""
        return asdict(self)


@dataclass(frozen=True)
class WordTokenizer:
    """Words between white space, which is not kept: ``join`` puts one space between two words.

    Args:
        lower: whether the text is put into lower case.
        letters_only: whether every run of characters other than A to Z becomes one space and the text is put into
            lower case, as in D2L section 9.2.1.
        punctuation: whether ``, . ! ?`` are tokens of their own, as in D2L section 10.5.2, and so is what French
            elides: ``l'eau`` is ``l'`` and ``eau``, while ``don't`` and ``aujourd'hui`` stay whole. ’ becomes '.
            ``join`` puts them back without a space.
        line_end: the token that stands for the end of a line, if any, e.g. ``<eos>``.

    Raises:
        ValueError: ``line_end`` is empty or holds white space, or ``letters_only`` would leave no punctuation and no
            line ends.

    """

    lower: bool = False
    letters_only: bool = False
    punctuation: bool = False
    line_end: str | None = None

    def __post_init__(self) -> None:
        if self.line_end is not None and self.line_end.split() != [self.line_end]:
            raise ValueError(f"line_end is {self.line_end!r}; it must be one token without white space")
        if self.letters_only and (self.punctuation or self.line_end is not None):
            other = "punctuation" if self.punctuation else "line_end"
            raise ValueError(f"letters_only leaves nothing but letters, so {other} has nothing to act on; choose one")

    @property
    def tokens(self) -> tuple[str, ...]:
        """None: the texts decide."""
        return ()

    def split(self, text: str) -> list[str]:
        """The words of a text."""
        return self._spaced(text).split()

    def join(self, tokens: list[str]) -> str:
        """The words with a space between two, or a new line where a line ends."""
        text = " ".join("\n" if token == self.line_end else token for token in tokens)
        text = _AROUND_LINE_ENDS.sub("\n", text)
        return _NO_SPACE.sub("", text) if self.punctuation else text

    def factor(self, text: str) -> Factors:
        """What `split` gives, without a string for each word."""
        return factor_words(_to_letters(text) if self.letters_only else self._spaced(text))

    def settings(self) -> dict[str, Any]:
        """The arguments."""
        return asdict(self)

    def _spaced(self, text: str) -> str:
        """The text with white space between all tokens."""
        text = _plain(text, self.lower, self.letters_only)
        if self.punctuation:
            text = re.sub(r"[\u00a0\u202f]", " ", text.replace("’", "'"))
            text = _ELISIONS.sub(r"\1 ", _MARKS.sub(" ", text))
        return text if self.line_end is None else text.replace("\n", f" {self.line_end} ")


@dataclass(frozen=True)
class SubwordTokenizer:
    """Subwords as a library's tokenizer cuts words into them, such as one that is published with weights.

    Its vocabulary is given, so the number of a piece in a `Vocabulary` without an unknown token is the published one.

    Args:
        definition: what `Subwords.to_json` gave.

    Raises:
        ValueError: from any use, if ``definition`` is something else.

    """

    definition: str = field(repr=False)

    @cached_property
    def _subwords(self) -> "Subwords":
        from deepdive.data.subwords import Subwords  # late, for the library is an extra

        return Subwords.from_json(self.definition)

    @property
    def tokens(self) -> tuple[str, ...]:
        """All subwords there can be, in the order of their numbers."""
        return self._pieces

    @cached_property
    def _pieces(self) -> tuple[str, ...]:
        return tuple(self._subwords.tokens(range(len(self._subwords))))

    def split(self, text: str) -> list[str]:
        """The subwords of a text."""
        return self._subwords.tokens(self._subwords.ids(text).tolist())

    def join(self, tokens: list[str]) -> str:
        """The text of subwords, without special tokens.

        Raises:
            ValueError: one of them is no piece of this tokenizer.

        """
        return self._subwords.decode([self._subwords.id_of(token) for token in tokens])

    def factor(self, text: str) -> Factors:
        """What `split` gives, without a string for each piece."""
        found, codes = np.unique(self._subwords.ids(text).numpy(), return_inverse=True)
        return Factors(self._subwords.tokens(found.tolist()), codes)

    def settings(self) -> dict[str, Any]:
        """The arguments."""
        return asdict(self)


def _plain(text: str, lower: bool, letters_only: bool) -> str:
    """The text in lower case or as letters: ``re.sub("[^A-Za-z]+", " ", text).lower()``, byte by byte at once."""
    if not letters_only:
        return text.lower() if lower else text
    letters = np.frombuffer(_to_letters(text), np.uint8)
    kept = letters != ord(" ")
    kept[1:] |= kept[:-1].copy()  # the first space of a run follows a letter
    kept[:1] = True
    return letters[kept].tobytes().decode("ascii")


def _to_letters(text: str) -> bytes:
    """Lower-case letters, with a space for every byte of every other character."""
    return text.encode("utf-8", "surrogatepass").translate(_TO_LETTERS)
