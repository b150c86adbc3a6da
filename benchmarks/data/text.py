"""From 10 MB of text to a vocabulary and numbers: at once, against D2L's lists of lists.

Both sides begin with one string in memory and end with a vocabulary and the number of every token; neither reads a
file. D2L's side (sections 9.2.1 to 9.2.4) replaces all but letters line by line, splits the lines, counts
with a nested loop, and looks up token by token with a ``__getitem__`` that takes lists too; it ends with a list, ours
with a tensor. The second row of each pair leaves the text as it is, on both sides. One thread serves each. The text
is WikiText-2 if a folder in DEEPDIVE_DATA has it, else made-up words whose frequencies follow Zipf's law.
"""

import collections
import lzma
import os
import re
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np

from benchmarks._table import Row, seconds, show, speed_ratio
from deepdive.data.text.encoder import TextEncoder
from deepdive.data.text.tokens import CharacterTokenizer, Tokenizer, WordTokenizer

WIKITEXT = "train_decoded.txt.xz"


def rows() -> Iterator[Row]:
    name, text = corpus()
    kinds: tuple[tuple[str, type, Callable[[str], list[str]], float], ...] = (
        ("characters", CharacterTokenizer, list, 10),
        ("words", WordTokenizer, str.split, 6),
    )
    for what, kind, split, bare in kinds:
        yield row(f"{what} of {name}, letters, to numbers", text, kind(letters_only=True), split, 10, letters=True)
        yield row(f"the same, {what} as they are", text, kind(), split, bare)


def row(
    name: str, text: str, tokenizer: Tokenizer, split: Callable[[str], list[str]], target: float, letters: bool = False
) -> Row:
    return speed_ratio(
        name,
        lambda: seconds(lambda: TextEncoder.fit_encode(text, tokenizer)),
        lambda: seconds(lambda: list_of_lists(text, split, letters=letters)),
        target,
    )


def corpus() -> tuple[str, str]:
    """A name and 10 MB."""
    for folder in os.environ.get("DEEPDIVE_DATA", "").split(os.pathsep):
        for path in sorted(Path(folder).rglob(WIKITEXT)) if folder else ():
            return "WikiText-2", lzma.decompress(path.read_bytes()).decode()
    generator = np.random.default_rng(0)
    ranks = np.arange(1, 30_001)
    letters = np.array(list("abcdefghijklmnopqrstuvwxyz"))
    words = ["".join(generator.choice(letters, 1 + generator.poisson(2 + np.log10(rank)))) for rank in ranks.tolist()]
    drawn = generator.choice(np.array(words), 2_000_000, p=1 / ranks / (1 / ranks).sum())
    return "made-up words", "\n".join(" ".join(line) for line in drawn.reshape(-1, 50).tolist())


class Vocab:
    """As D2L writes it."""

    def __init__(self, tokens: list[list[str]]) -> None:
        counter = collections.Counter([token for line in tokens for token in line])
        self.token_freqs = sorted(counter.items(), key=lambda pair: pair[1], reverse=True)
        self.idx_to_token = sorted({"<unk>", *(token for token, _ in self.token_freqs)})
        self.token_to_idx = {token: idx for idx, token in enumerate(self.idx_to_token)}

    def __getitem__(self, tokens):
        if not isinstance(tokens, (list, tuple)):
            return self.token_to_idx.get(tokens, self.unk)
        return [self.__getitem__(token) for token in tokens]

    @property
    def unk(self) -> int:
        return self.token_to_idx["<unk>"]


def list_of_lists(text: str, split: Callable[[str], list[str]], *, letters: bool) -> tuple[list[int], Vocab]:
    lines = text.split("\n")
    if letters:
        lines = [re.sub("[^A-Za-z]+", " ", line).strip().lower() for line in lines]
    tokens = [split(line) for line in lines]
    vocab = Vocab(tokens)
    return [vocab[token] for line in tokens for token in line], vocab


def main() -> int:
    return show(rows())


if __name__ == "__main__":
    sys.exit(main())
