"""Texts as subwords: WordPiece and byte-level byte pairs (D2L sections 15.6.2 and 15.8.3)."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from jaxtyping import Int64
from torch import Tensor

from deepdive.checks import check_sequence, check_strings
from deepdive.data.sequences import Ragged
from deepdive.data.subwords._library import (
    CLS,
    END_OF_TEXT,
    MASK,
    PAD,
    SEP,
    UNKNOWN,
    bert_like,
    byte_level,
    learn_word_pieces,
    library,
    with_bert_template,
)
from deepdive.data.subwords.encodings import Encodings
from deepdive.data.subwords.folder import read_tokenizer
from deepdive.keys import Tell
from deepdive.panics import panics_told
from deepdive.signatures import checked

if TYPE_CHECKING:
    from tokenizers import Tokenizer

_SENTINEL = "<extra_id_{}>"


class Subwords:
    """Cuts texts into tokens that a vocabulary has, and joins them again; a thin layer over the library that does it.

    >>> Subwords.word_pieces(["a cat sat", "the cat"], vocab_size=50).decode([...])  # doctest: +SKIP

    Args:
        tokenizer: the library's.
    """

    def __init__(self, tokenizer: "Tokenizer") -> None:
        tokenizer.no_padding()
        tokenizer.no_truncation()
        self._tokenizer = tokenizer
        self._size = max(tokenizer.get_vocab().values(), default=-1) + 1

    @classmethod
    @checked
    def word_pieces(cls, texts: Iterable[str], vocab_size: int, *, lowercase: bool = True) -> "Subwords":
        """Learn WordPiece as BERT has it: words and marks, cut into the longest tokens that are known.

        Raises:
            ValueError: ``vocab_size`` leaves no room beside the special tokens and the letters of the texts, or there
                are no words.
        """
        special = [PAD, UNKNOWN, CLS, SEP, MASK]
        _check_size(vocab_size, len(special))
        parts = library()
        tokens = [*special, *learn_word_pieces(texts, vocab_size, lowercase)][:vocab_size]
        model = parts.models.WordPiece({token: i for i, token in enumerate(tokens)}, unk_token=UNKNOWN)
        return cls(with_bert_template(bert_like(parts.Tokenizer(model), lowercase)))

    @classmethod
    @checked
    def byte_pairs(
        cls, texts: Iterable[str], vocab_size: int, *, special: Sequence[str] = (END_OF_TEXT,)
    ) -> "Subwords":
        """Learn byte pairs as GPT-2 has them: no text is unknown, as each one is bytes.

        Raises:
            ValueError: ``vocab_size`` leaves no room beside the 256 bytes and the special tokens, or the texts are
                empty.
        """
        _check_size(vocab_size, 256 + len(special))
        parts = library()
        tokenizer = byte_level(parts.Tokenizer(parts.models.BPE()))
        found = False

        def seen() -> Iterator[str]:
            nonlocal found
            for text in texts:
                found = found or bool(text)
                yield text

        trainer = parts.trainers.BpeTrainer(
            vocab_size=vocab_size,
            special_tokens=list(special),
            initial_alphabet=parts.pre_tokenizers.ByteLevel.alphabet(),
            show_progress=False,
        )
        tokenizer.train_from_iterator(seen(), trainer)
        if not found:
            raise ValueError("texts are empty; there is nothing to learn from")
        return cls(tokenizer)

    @classmethod
    def from_folder(cls, folder: Path, *, tell: Tell | None = None) -> "Subwords":
        """What is published in a folder: ``tokenizer.json``, ``vocab.txt``, or ``vocab.json`` and ``merges.txt``.

        What tokenizer_config.json and special_tokens_map.json say is honoured, or refused by name; keys that are
        unknown are told to ``tell``, or by a warning.

        Raises:
            FileNotFoundError: the folder has none of these.
            ValueError: one of them is damaged, they contradict each other, or a key is refused.
        """
        return cls.from_files({path.name: path for path in folder.iterdir()} if folder.is_dir() else {}, tell=tell)

    @classmethod
    def from_files(cls, files: Mapping[str, Path], *, tell: Tell | None = None) -> "Subwords":
        """As `from_folder`, of files by their published names."""
        return cls(read_tokenizer(files, tell=tell))

    @classmethod
    def from_json(cls, text: str) -> "Subwords":
        """What `to_json` gave.

        Raises:
            ValueError: it is something else.
        """
        try:
            with panics_told():
                return cls(library().Tokenizer.from_str(text))
        except Exception as error:
            raise ValueError(f"this is no tokenizer: {error}") from error

    def to_json(self) -> str:
        """All that it knows."""
        return self._tokenizer.to_str()

    def __len__(self) -> int:
        """Size of the vocabulary, special tokens included; where ids are left out, one more than the greatest."""
        return self._size

    def id_of(self, token: str) -> int:
        """The id of a token.

        Raises:
            ValueError: there is none like it.
        """
        number = self._tokenizer.token_to_id(token)
        if number is None:
            raise ValueError(f"the vocabulary of {len(self):,} tokens has no {token!r}")
        return number

    @property
    def special(self) -> tuple[int, ...]:
        """The ids of all special tokens, ascending."""
        added = self._tokenizer.get_added_tokens_decoder()
        return tuple(sorted(number for number, token in added.items() if token.special))

    def with_sentinels(self, count: int = 100) -> "Subwords":
        """The same with T5's ``<extra_id_0>``, ... beside, which stand for missing tokens; numbered from the end down.

        Raises:
            ValueError: ``count`` is below 1, or there are such already.
        """
        if count < 1:
            raise ValueError(f"count is {count}; it must be at least 1")
        if self.sentinels:
            raise ValueError(f"there are {len(self.sentinels)} sentinels already")
        made = library().Tokenizer.from_str(self.to_json())
        made.add_special_tokens([_SENTINEL.format(i) for i in reversed(range(count))])
        return Subwords(made)

    @property
    def sentinels(self) -> tuple[int, ...]:
        """The ids of ``<extra_id_0>``, ``<extra_id_1>``, ..., as far as they go."""
        found: list[int] = []
        while (number := self._tokenizer.token_to_id(_SENTINEL.format(len(found)))) is not None:
            found.append(number)
        return tuple(found)

    def tokens(self, ids: Sequence[int]) -> list[str]:
        """The tokens of these ids, as the vocabulary has them."""
        return [self._tokenizer.id_to_token(number) or "" for number in ids]

    def decode(self, ids: Sequence[int] | Int64[Tensor, " t"]) -> str:
        """The text of tokens, without special tokens."""
        ids = ids.tolist() if isinstance(ids, Tensor) else list(ids)
        return self._tokenizer.decode(ids)

    def ids(self, text: str) -> Int64[Tensor, " t"]:
        """Ids of one text of any length, without special tokens; an empty one has none."""
        return torch.tensor(self._tokenizer.encode(text, add_special_tokens=False).ids, dtype=torch.int64)

    def encode(
        self,
        texts: Sequence[str],
        seconds: Sequence[str] | None = None,
        *,
        max_length: int | None = None,
        special: bool = True,
    ) -> Encodings:
        """Ids of texts, or of pairs, with the special tokens around them.

        With ``max_length``, tokens are taken from the end of the longer text of a pair until there are so many, special
        tokens included.

        Raises:
            ValueError: a text is empty or white space, there are not as many ``seconds``, or ``max_length`` leaves no
                room.
        """
        _check_texts(texts, "texts")
        if seconds is not None:
            _check_texts(seconds, "seconds")
            if len(seconds) != len(texts):
                raise ValueError(f"there are {len(texts)} texts and {len(seconds)} seconds; there must be as many")
        pairs: list[Any] = list(texts) if seconds is None else list(zip(texts, seconds, strict=True))
        return self._encode(pairs, max_length, special, pair=seconds is not None)

    def encode_words(self, sentences: Sequence[Sequence[str]], *, max_length: int | None = None) -> Encodings:
        """Ids of sentences that are cut into words already; ``words`` then are theirs.

        A word of which nothing would be left, such as an invisible mark, is unknown: unless it is cut off, every word
        has a token.

        Raises:
            ValueError: a sentence has no words, or ``max_length`` leaves no room.
        """
        check_sequence("sentences", sentences, "sequences of words")
        for i, words in enumerate(sentences):
            check_strings(f"sentences[{i}]", words)
            if not words:
                raise ValueError(f"sentence {i} has no words")
        distinct = list(dict.fromkeys(chain.from_iterable(sentences)))
        alone = self._tokenizer.encode_batch_fast([[word] for word in distinct], True, False)
        unknown = getattr(self._tokenizer.model, "unk_token", None) or UNKNOWN
        gone = {word: unknown for word, piece in zip(distinct, alone, strict=True) if not len(piece)}
        return self._encode(
            [[gone.get(word, word) for word in words] for words in sentences], max_length, True, split=True
        )

    def _encode(
        self, inputs: list[Any], max_length: int | None, special: bool, *, pair: bool = False, split: bool = False
    ) -> Encodings:
        if max_length is not None:
            around = self._tokenizer.num_special_tokens_to_add(pair) if special else 0
            if max_length <= around + pair:
                raise ValueError(f"max_length must leave room beside {around} special tokens, got {max_length}")
            self._tokenizer.enable_truncation(max_length)
        try:
            found = self._tokenizer.encode_batch(inputs, is_pretokenized=split, add_special_tokens=special)
        except TypeError as error:  # of half a letter; to look for one beforehand would cost each text
            raise ValueError(f"texts must be whole letters of Unicode, got half of one: {error}") from error
        finally:
            self._tokenizer.no_truncation()
        offsets = torch.tensor([0, *(len(each.ids) for each in found)]).cumsum(0)

        def field(rows: Iterable[Sequence[int | None]]) -> Ragged:
            parts = [np.array([-1 if value is None else value for value in row], dtype=np.int64) for row in rows]
            return Ragged(torch.from_numpy(np.concatenate(parts) if parts else np.empty(0, np.int64)), offsets)

        return Encodings(
            field(each.ids for each in found),
            field(each.type_ids for each in found),
            field(each.word_ids for each in found),
            field([start for start, _ in each.offsets] for each in found),
            field([end for _, end in each.offsets] for each in found),
            field(each.sequence_ids for each in found),
        )


def check_vocabulary(subwords: Subwords, vocab_size: int) -> None:
    """Check that weights know every token.

    Raises:
        ValueError: the tokenizer has more tokens than the weights have vectors.
    """
    if len(subwords) > vocab_size:
        raise ValueError(
            f"the tokenizer has {len(subwords):,} tokens, but the weights are for {vocab_size:,}; "
            "they do not belong together"
        )


def _check_size(size: int, least: int) -> None:
    if size <= least:
        raise ValueError(f"vocab_size must be above {least}, the tokens there are anyway, got {size}")


def _check_texts(texts: Sequence[str], name: str) -> None:
    check_strings(name, texts)
    for i, text in enumerate(texts):
        if not text.strip():
            raise ValueError(f"{name}[{i}] is empty; a text must hold more than white space")
