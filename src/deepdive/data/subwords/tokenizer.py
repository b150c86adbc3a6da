"""Texts as pieces of words: WordPiece and byte-level byte pairs (textbook sections 15.6.2 and 15.8.3)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from jaxtyping import Int64
from torch import Tensor

from deepdive.data.sequences import Ragged

if TYPE_CHECKING:
    from tokenizers import Tokenizer

CLS, SEP, PAD, MASK, UNKNOWN = "[CLS]", "[SEP]", "[PAD]", "[MASK]", "[UNK]"
"""BERT's special tokens: before a text, after each text, behind the shorter ones, hidden, and unknown."""
END_OF_TEXT = "<|endoftext|>"
"""GPT-2's only special token."""


@dataclass(frozen=True)
class Pieces:
    """Texts, or pairs of them, as numbers of pieces, and where each piece is from."""

    tokens: Ragged
    types: Ragged
    """0 in the first text of a pair, 1 in the second."""
    words: Ragged
    """The word, counted within its text, that a piece is of; -1 for special tokens."""
    starts: Ragged
    """The character of its text at which a piece begins."""
    ends: Ragged
    """The character behind its last one."""
    sequences: Ragged
    """The text that a piece is of, 0 or 1; -1 for special tokens."""


class Subwords:
    """Cuts texts into pieces that a vocabulary has, and joins them again; a thin layer over the library that does it.

    >>> Subwords.word_pieces(["a cat sat", "the cat"], size=50).decode([...])  # doctest: +SKIP

    Args:
        tokenizer: the library's.
    """

    def __init__(self, tokenizer: "Tokenizer") -> None:
        tokenizer.no_padding()
        tokenizer.no_truncation()
        self._tokenizer = tokenizer

    @classmethod
    def word_pieces(cls, texts: Iterable[str], size: int, *, lowercase: bool = True) -> "Subwords":
        """Learn WordPiece as BERT has it: words and marks, cut into the longest pieces that are known.

        Raises:
            ValueError: ``size`` leaves no room beside the special tokens.
        """
        special = [PAD, UNKNOWN, CLS, SEP, MASK]
        _check_size(size, len(special))
        library = _library()
        tokenizer = _bert_like(library.Tokenizer(library.models.WordPiece(unk_token=UNKNOWN)), lowercase)
        trainer = library.trainers.WordPieceTrainer(vocab_size=size, special_tokens=special, show_progress=False)
        tokenizer.train_from_iterator(texts, trainer)
        return cls(_with_bert_template(tokenizer))

    @classmethod
    def byte_pairs(cls, texts: Iterable[str], size: int, *, special: Sequence[str] = (END_OF_TEXT,)) -> "Subwords":
        """Learn byte pairs as GPT-2 has them: no text is unknown, as each one is bytes.

        Raises:
            ValueError: ``size`` leaves no room beside the 256 bytes and the special tokens.
        """
        _check_size(size, 256 + len(special))
        library = _library()
        tokenizer = _byte_level(library.Tokenizer(library.models.BPE()))
        trainer = library.trainers.BpeTrainer(
            vocab_size=size,
            special_tokens=list(special),
            initial_alphabet=library.pre_tokenizers.ByteLevel.alphabet(),
            show_progress=False,
        )
        tokenizer.train_from_iterator(texts, trainer)
        return cls(tokenizer)

    @classmethod
    def from_folder(cls, folder: Path, *, lowercase: bool = True) -> "Subwords":
        """What is published in a folder: ``tokenizer.json``, ``vocab.txt``, or ``vocab.json`` and ``merges.txt``.

        Raises:
            FileNotFoundError: the folder has none of these.
            ValueError: one of them is damaged.
        """
        return cls.from_files({path.name: path for path in folder.iterdir()} if folder.is_dir() else {}, lowercase)

    @classmethod
    def from_files(cls, files: dict[str, Path], lowercase: bool = True) -> "Subwords":
        """As `from_folder`, of files by their published names."""
        library = _library()
        try:
            if "vocab.txt" in files:
                model = library.models.WordPiece.from_file(str(files["vocab.txt"]), unk_token=UNKNOWN)
                return cls(_with_bert_template(_bert_like(library.Tokenizer(model), lowercase)))
            if "tokenizer.json" in files:
                return cls(library.Tokenizer.from_file(str(files["tokenizer.json"])))
            if "vocab.json" in files and "merges.txt" in files:
                model = library.models.BPE.from_file(str(files["vocab.json"]), str(files["merges.txt"]))
                return cls(_byte_level(library.Tokenizer(model)))
        except Exception as error:  # the library raises no class of its own
            if type(error) is not Exception and not isinstance(error, (ValueError, TypeError)):
                raise
            raise ValueError(
                f"the tokenizer among {', '.join(map(str, files.values()))} is damaged: {error}"
            ) from error
        raise FileNotFoundError(
            "no tokenizer: there must be tokenizer.json, vocab.txt, or vocab.json and merges.txt; "
            f"found {', '.join(sorted(files)) or 'nothing'}"
        )

    @classmethod
    def from_json(cls, text: str) -> "Subwords":
        """What `to_json` gave.

        Raises:
            ValueError: it is something else.
        """
        try:
            return cls(_library().Tokenizer.from_str(text))
        except Exception as error:
            raise ValueError(f"this is no tokenizer: {error}") from error

    def to_json(self) -> str:
        """All that it knows."""
        return self._tokenizer.to_str()

    def __len__(self) -> int:
        """Pieces there are, special tokens included."""
        return self._tokenizer.get_vocab_size()

    def id_of(self, token: str) -> int:
        """The number of a piece.

        Raises:
            ValueError: there is none like it.
        """
        number = self._tokenizer.token_to_id(token)
        if number is None:
            raise ValueError(f"the vocabulary of {len(self):,} pieces has no {token!r}")
        return number

    def pieces(self, numbers: Sequence[int]) -> list[str]:
        """The pieces of these numbers, as the vocabulary has them."""
        return [self._tokenizer.id_to_token(number) or "" for number in numbers]

    def decode(self, numbers: Sequence[int] | Int64[Tensor, " t"]) -> str:
        """The text of pieces, without special tokens."""
        numbers = numbers.tolist() if isinstance(numbers, Tensor) else list(numbers)
        return self._tokenizer.decode(numbers)

    def encode(
        self,
        texts: Sequence[str],
        seconds: Sequence[str] | None = None,
        *,
        longest: int | None = None,
        special: bool = True,
    ) -> Pieces:
        """Numbers of texts, or of pairs, with the special tokens around them.

        With ``longest``, pieces are taken from the end of the longer text of a pair until there are so many, special
        tokens included.

        Raises:
            ValueError: a text is empty or white space, there are not as many ``seconds``, or ``longest`` leaves no
                room.
        """
        _check_texts(texts, "texts")
        if seconds is not None:
            _check_texts(seconds, "seconds")
            if len(seconds) != len(texts):
                raise ValueError(f"there are {len(texts)} texts and {len(seconds)} seconds; there must be as many")
        pairs: list[Any] = list(texts) if seconds is None else list(zip(texts, seconds, strict=True))
        return self._encode(pairs, longest, special, pair=seconds is not None)

    def encode_words(self, sentences: Sequence[Sequence[str]], *, longest: int | None = None) -> Pieces:
        """Numbers of sentences that are cut into words already; ``words`` then are theirs."""
        for i, words in enumerate(sentences):
            if not words:
                raise ValueError(f"sentence {i} has no words")
        return self._encode([list(words) for words in sentences], longest, True, split=True)

    def _encode(
        self, inputs: list[Any], longest: int | None, special: bool, *, pair: bool = False, split: bool = False
    ) -> Pieces:
        if longest is not None:
            around = self._tokenizer.num_special_tokens_to_add(pair) if special else 0
            if longest <= around + pair:
                raise ValueError(f"longest is {longest}, but {around} of these are special tokens")
            self._tokenizer.enable_truncation(longest)
        try:
            found = self._tokenizer.encode_batch(inputs, is_pretokenized=split, add_special_tokens=special)
        finally:
            self._tokenizer.no_truncation()
        offsets = torch.tensor([0, *(len(each.ids) for each in found)]).cumsum(0)

        def field(rows: Iterable[Sequence[int | None]]) -> Ragged:
            parts = [np.array([-1 if value is None else value for value in row], dtype=np.int64) for row in rows]
            return Ragged(torch.from_numpy(np.concatenate(parts) if parts else np.empty(0, np.int64)), offsets)

        return Pieces(
            field(each.ids for each in found),
            field(each.type_ids for each in found),
            field(each.word_ids for each in found),
            field([start for start, _ in each.offsets] for each in found),
            field([end for _, end in each.offsets] for each in found),
            field(each.sequence_ids for each in found),
        )


def check_vocabulary(subwords: Subwords, vocabulary_size: int) -> None:
    """Check that weights know every piece.

    Raises:
        ValueError: the tokenizer has more pieces than the weights have vectors.
    """
    if len(subwords) > vocabulary_size:
        raise ValueError(
            f"the tokenizer has {len(subwords):,} pieces, but the weights are for {vocabulary_size:,}; "
            "they do not belong together"
        )


def _library() -> Any:
    try:
        import tokenizers
        from tokenizers import decoders, models, normalizers, pre_tokenizers, processors, trainers
    except ImportError as error:
        raise ImportError('subwords need tokenizers; install it with: pip install "deepdive[tokenizers]"') from error
    del decoders, models, normalizers, pre_tokenizers, processors, trainers  # they are attributes now
    return tokenizers


def _bert_like(tokenizer: Any, lowercase: bool) -> Any:
    library = _library()
    tokenizer.normalizer = library.normalizers.BertNormalizer(lowercase=lowercase)
    tokenizer.pre_tokenizer = library.pre_tokenizers.BertPreTokenizer()
    tokenizer.decoder = library.decoders.WordPiece()
    tokenizer.add_special_tokens([token for token in (PAD, UNKNOWN, CLS, SEP, MASK) if tokenizer.token_to_id(token)])
    return tokenizer


def _with_bert_template(tokenizer: Any) -> Any:
    """``[CLS] a [SEP]`` and ``[CLS] a [SEP] b [SEP]``."""
    numbers = {token: tokenizer.token_to_id(token) for token in (CLS, SEP)}
    if missing := [token for token, number in numbers.items() if number is None]:
        raise ValueError(f"the vocabulary lacks {', '.join(missing)}")
    tokenizer.post_processor = _library().processors.TemplateProcessing(
        single=f"{CLS} $A {SEP}", pair=f"{CLS} $A {SEP} $B:1 {SEP}:1", special_tokens=list(numbers.items())
    )
    return tokenizer


def _byte_level(tokenizer: Any) -> Any:
    library = _library()
    tokenizer.pre_tokenizer = library.pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = library.decoders.ByteLevel()
    return tokenizer


def _check_size(size: int, least: int) -> None:
    if size <= least:
        raise ValueError(f"size is {size}; it must be above {least}, the bytes and special tokens there are anyway")


def _check_texts(texts: Sequence[str], name: str) -> None:
    for i, text in enumerate(texts):
        if not text.strip():
            raise ValueError(f"{name}[{i}] is empty; a text must hold more than white space")
