"""Numbers for tokens."""

import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from itertools import repeat
from pathlib import Path
from typing import Any

import numpy as np
import torch
from jaxtyping import Int64, Integer
from torch import Tensor

from deepdive.checks import check_dimensions, check_integer, check_labels, check_sequence, check_strings, told
from deepdive.files import parse_json, write_atomically

UNKNOWN = "<unk>"


class Vocabulary:
    """Numbers of tokens: the unknown token, then reserved ones, then by frequency (D2L section 9.2.3).

    Tokens that are equally frequent are in the order of strings. What is too rare counts as unknown.

    Args:
        counts: how often each token occurs in the training text. The unknown token and reserved ones may be among
            them; they keep their places.
        min_frequency: a token that occurs less often is left out.
        max_size: how many tokens there are at most, the unknown and the reserved ones included.
        reserved: tokens that are always there, e.g. ``<pad>``, ``<bos>``, ``<eos>``.
        unknown: the token that stands for all others, number 0; ``None``: there is none, and unknown tokens are an
            error.

    Raises:
        TypeError: ``reserved`` is a string and no sequence of them.
        ValueError: nothing is counted or all of it is too rare, a reserved token is given twice or is the unknown one
            too, ``min_frequency`` is below 1, or ``max_size`` leaves no room for the reserved ones.

    """

    def __init__(
        self,
        counts: Mapping[str, int],
        *,
        min_frequency: int = 1,
        max_size: int | None = None,
        reserved: Sequence[str] = (),
        unknown: str | None = UNKNOWN,
    ) -> None:
        check_strings("reserved", reserved)
        check_integer("min_frequency", min_frequency, 1)
        first = [*([] if unknown is None else [unknown]), *reserved]
        if len(set(first)) < len(first):
            double = next(token for token, times in Counter(first).items() if times > 1)
            raise ValueError(f"reserved must hold each token once, and not the unknown one, got {double!r} again")
        if max_size is not None and max_size < len(first):
            raise ValueError(
                f"max_size must leave room for the {len(first)} unknown and reserved tokens, got {max_size}"
            )
        if not counts and not reserved:
            raise ValueError("counts must hold at least one token, got none")
        names = sorted(counts)
        often = np.fromiter(map(counts.__getitem__, names), np.int64, len(names))
        order = np.argsort(-often, kind="stable")[: int((often >= min_frequency).sum())]
        kept = list(map(names.__getitem__, order.tolist()))
        if not counts.keys().isdisjoint(first):
            places = set(first)
            kept = [token for token in kept if token not in places]
        kept = kept[: None if max_size is None else max_size - len(first)]
        if not kept and not reserved:
            raise ValueError(
                f"no token is left: all {len(names)} that were counted are unknown, rarer than min_frequency, which is "
                f"{min_frequency}, or beyond max_size, which is {max_size}"
            )
        self._tokens = (*first, *kept)
        self._counts = [*(counts.get(token, 0) for token in first), *map(counts.__getitem__, kept)]
        self._unknown = unknown
        self._reserved = tuple(reserved)
        self.total = int(often.sum())
        """How many tokens were counted."""
        if unknown is not None:
            self._counts[0] += self.total - sum(self._counts)
        self._index = dict(zip(self._tokens, range(len(self._tokens)), strict=True))

    @classmethod
    def of(cls, tokens: Iterable[str], **options: Any) -> "Vocabulary":
        """The vocabulary of tokens that are yet to be counted; ``options`` as above."""
        if isinstance(tokens, str):
            raise TypeError(f"tokens must be several strings, got {told(tokens)}")
        return cls(Counter(tokens), **options)

    @property
    def unknown(self) -> str | None:
        """The token that stands for all others, number 0."""
        return self._unknown

    @property
    def reserved(self) -> tuple[str, ...]:
        """The tokens that are there without being counted."""
        return self._reserved

    @property
    def all_tokens(self) -> tuple[str, ...]:
        """Every token in the order of the numbers."""
        return self._tokens

    @property
    def counts(self) -> tuple[int, ...]:
        """How often each token was counted, in the order of the numbers; for the unknown one, all that was left out."""
        return tuple(self._counts)

    @property
    def unknown_rate(self) -> float:
        """Which fraction of the counted tokens is unknown."""
        return 0.0 if self._unknown is None or not self.total else self._counts[0] / self.total

    def __len__(self) -> int:
        return len(self._tokens)

    def __contains__(self, token: object) -> bool:
        return token in self._index

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Vocabulary) and self._state() == other._state()

    def __hash__(self) -> int:
        return hash(self._tokens)

    def __repr__(self) -> str:
        return f"Vocabulary({len(self)} tokens)"

    def token_of(self, id: int) -> str:
        """The token with a number.

        Raises:
            ValueError: there is none.

        """
        if not 0 <= id < len(self):
            raise ValueError(f"id must be from 0 to {len(self) - 1}, got {id}")
        return self._tokens[id]

    def id_of(self, token: str) -> int:
        """The number of a token, 0 if it is unknown.

        Raises:
            ValueError: it is unknown and there is no unknown token.

        """
        return int(self.ids([token])[0])

    def frequency(self, token: str) -> float:
        """Which fraction of the counted tokens is this one; for one that is unknown, that of all unknown ones."""
        return self._counts[self.id_of(token)] / max(1, self.total)

    def ids(self, tokens: Sequence[str]) -> Int64[Tensor, " n"]:
        """The token ids, 0 for unknown ones.

        Raises:
            TypeError: the tokens are a string, which would be cut into its characters.
            ValueError: a token is unknown and there is no unknown token; names the first.

        """
        check_sequence("tokens", tokens, "strings")
        instead = -1 if self._unknown is None else 0
        numbers = np.fromiter(map(self._index.get, tokens, repeat(instead)), np.int64, len(tokens))
        if instead and len(missing := np.flatnonzero(numbers < 0)):
            raise ValueError(
                f"tokens holds {tokens[missing[0]]!r} at {missing[0]}, which the vocabulary lacks, and there is no "
                "unknown token to stand for it"
            )
        return torch.from_numpy(numbers)

    def tokens(self, ids: Integer[Tensor, " n"]) -> list[str]:
        """The tokens with these numbers.

        Raises:
            ValueError: a number is out of range; names the first.

        """
        check_dimensions("ids", ids, "n")
        check_labels("ids", ids, len(self))
        return list(map(self._tokens.__getitem__, ids.tolist()))

    def to_json(self) -> str:
        """All of it, for `from_json`."""
        return json.dumps(self._state())

    @classmethod
    def from_json(cls, text: str, name: str = "the text") -> "Vocabulary":
        """The vocabulary that `to_json` wrote; ``name`` is what errors call the text.

        Raises:
            ValueError: it is damaged, or something else.

        """
        try:
            state = parse_json(text)
            tokens, counts, reserved = state["tokens"], state["counts"], state["reserved"]
            unknown, total = state["unknown"], state["total"]
            _check_state(tokens, counts, reserved, unknown, total)
        except (ValueError, KeyError, TypeError) as error:
            raise ValueError(f"{name} is no whole vocabulary: {error!r}") from error
        found = cls.__new__(cls)
        found._tokens, found._counts, found._reserved = tuple(tokens), counts, tuple(reserved)
        found._unknown, found.total = unknown, total
        found._index = {token: i for i, token in enumerate(tokens)}
        return found

    def save(self, path: Path | str) -> None:
        """Write it to a JSON file, which is whole at every moment."""
        write_atomically(Path(path), self.to_json())

    @classmethod
    def load(cls, path: Path | str) -> "Vocabulary":
        """Read what `save` wrote.

        Raises:
            FileNotFoundError: there is no such file.
            ValueError: it is damaged, or something else; names the file.

        """
        path = Path(path)
        if not path.is_file():
            raise FileNotFoundError(f"no such file: {path}")
        return cls.from_json(path.read_bytes().decode("utf-8", "replace"), str(path))

    def _state(self) -> dict[str, Any]:
        return {
            "tokens": list(self._tokens),
            "counts": self._counts,
            "reserved": list(self._reserved),
            "unknown": self._unknown,
            "total": self.total,
        }


def _check_state(tokens: Any, counts: Any, reserved: Any, unknown: Any, total: Any) -> None:
    lists = isinstance(tokens, list) and isinstance(counts, list) and isinstance(reserved, list)
    if not lists or not all(isinstance(token, str) for token in tokens):
        raise ValueError("tokens, counts and reserved must be lists, tokens of strings")
    if not all(type(count) is int and count >= 0 for count in [*counts, total]) or len(counts) != len(tokens):
        raise ValueError("there must be one count from 0 up for each token")
    if not tokens or len(set(tokens)) < len(tokens):
        raise ValueError("there must be tokens, each once")
    first = [*([] if unknown is None else [unknown]), *reserved]
    if tokens[: len(first)] != first:
        raise ValueError(f"tokens must begin with {first}")
