"""n-gram language models: counts in a sorted trie, and what a smoothing makes of them (D2L section 9.3)."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import torch
from jaxtyping import Bool, Float64, Int64
from torch import Generator, Tensor

from deepdive.algorithms.language.smoothing import AddAlpha, KneserNey, Smoothing
from deepdive.checks import check_bounds, check_labels
from deepdive.signatures import checked


@dataclass(frozen=True)
class _Level:
    """All ``m``-grams of a text, numbered in the order of their keys ``prefix · V + token``.

    ``prefix`` is the number of the first ``m - 1`` tokens one level below, so those that go on from one context lie
    next to each other.
    """

    keys: Int64[Tensor, " grams"]
    counts: Int64[Tensor, " grams"]
    """How often each occurs."""
    continuations: Int64[Tensor, " grams"]
    """After how many different tokens each occurs."""


@dataclass(frozen=True)
class _Table:
    """What a smoothing needs of one level: counts of ``m``-grams, and sums over the tokens after each context."""

    counts: Float64[Tensor, " grams"]
    totals: Float64[Tensor, " contexts"]
    """``Σ_w count(context, w)``."""
    distinct: Float64[Tensor, " contexts"]
    """How many ``w`` have ``count(context, w) > 0``."""


@checked
class NGramModel:
    """``P(x_t | x_1, ..., x_{t-1}) = P(x_t | x_{t-order+1}, ..., x_{t-1})`` (Markov) from counts and a smoothing.

    The first tokens of a text have shorter contexts. Probabilities over the vocabulary add up to one after every
    context, also one that was never seen. Fitting sorts the text once per order.

    Args:
        ids: the text as token numbers ``0, ..., vocab_size - 1``.
        order: how many tokens an n-gram has; 1 looks at no context.
        vocab_size: how many tokens there are, seen or not.
        smoothing: `MaximumLikelihood`, `AddAlpha`, `Laplace` or `KneserNey`, which is the default.

    Raises:
        ValueError: the text has fewer tokens than ``order``, ``order`` or ``vocab_size`` is below 1, a token is
            out of range, the product of text length and vocabulary is beyond 64 bits, or the smoothing is for a
            vocabulary of another size.
    """

    def __init__(
        self, ids: Int64[Tensor, " n"], order: int, vocab_size: int, smoothing: Smoothing | None = None
    ) -> None:
        check_bounds("order", order, 1)
        check_bounds("vocab_size", vocab_size, 1)
        if len(ids) < order:
            raise ValueError(f"ids must have at least one n-gram of order {order}, got {len(ids)} tokens")
        if isinstance(smoothing, AddAlpha) and smoothing.vocab_size != vocab_size:
            raise ValueError(  # probabilities would not sum to 1
                f"the vocab_size of smoothing must be that of the model, {vocab_size}, got {smoothing.vocab_size}"
            )
        self.order, self.vocab_size = order, vocab_size
        self.smoothing = KneserNey() if smoothing is None else smoothing
        self._check(ids)
        if len(ids) * vocab_size >= 2**63:
            raise ValueError(
                f"{len(ids)} tokens of a vocabulary of {vocab_size} cannot be numbered in 64 bits; cut the text"
            )
        self._levels = _count(ids, order, vocab_size)
        self._tables = [self._table(m) for m in range(order)]
        self._rules = [self.smoothing.fit(table.counts) for table in self._tables]

    @property
    def sizes(self) -> tuple[int, ...]:
        """How many different 1-grams, 2-grams, ... there are in the text that was fitted to."""
        return tuple(len(level.keys) for level in self._levels)

    @checked
    def log_probabilities(self, ids: Int64[Tensor, " n"]) -> Float64[Tensor, " n"]:
        """``log P`` of every token of a text given those before it; ``-inf`` where the model rules it out.

        Raises:
            ValueError: a token is out of range.
        """
        self._check(ids)
        context = torch.zeros_like(ids)  # the number of the m tokens before each, -1 where they never occur
        unigram = p = torch.full(ids.shape, 1 / self.vocab_size, dtype=torch.float64)
        for m, (level, table, rule) in enumerate(zip(self._levels, self._tables, self._rules, strict=True)):
            known = context >= 0
            ends = _find(level.keys, context * self.vocab_size + ids, known)
            count = torch.where(ends >= 0, table.counts[ends], 0.0)
            total, distinct = (torch.where(known, sums[context], 0.0) for sums in (table.totals, table.distinct))
            p = torch.cat([p[:m], rule(count, total, distinct, p, unigram)[m:]])  # the first m have fewer before them
            if m == 0:
                unigram = p
            context = ends.roll(1)
            context[:1] = -1
        return p.log()

    @checked
    def perplexity(self, ids: Int64[Tensor, " n"]) -> float:
        """``exp(-1/n Σ_t log P(x_t | x_1, ..., x_{t-1}))``: as unsure as among so many equally likely tokens.

        Raises:
            ValueError: the text is empty, or a token is out of range.
        """
        if not len(ids):
            raise ValueError("ids must not be empty: perplexity is a mean over tokens, got none")
        return float((-self.log_probabilities(ids).mean()).exp())

    @checked
    def next_token_distribution(self, context: Sequence[int] | Int64[Tensor, " t"]) -> Float64[Tensor, " vocabulary"]:
        """``P(· | context)``; of a context only the last ``order - 1`` tokens matter.

        Raises:
            ValueError: a token is out of range.
        """
        size = self.vocab_size
        tokens = torch.as_tensor(context, dtype=torch.int64)
        self._check(tokens)
        tokens = tokens[max(0, len(tokens) - self.order + 1) :]
        unigram = p = torch.full((size,), 1 / size, dtype=torch.float64)
        for m, (level, table, rule) in enumerate(zip(self._levels, self._tables, self._rules, strict=True)):
            if m > len(tokens):
                break
            node = self._walk(tokens[len(tokens) - m :])
            count, total, distinct = torch.zeros(size, dtype=torch.float64), p.new_zeros(()), p.new_zeros(())
            if node >= 0:
                begin, end = torch.searchsorted(level.keys, torch.tensor([node * size, (node + 1) * size])).tolist()
                count[level.keys[begin:end] - node * size] = table.counts[begin:end]
                total, distinct = table.totals[node], table.distinct[node]
            p = rule(count, total.expand(size), distinct.expand(size), p, unigram)
            if m == 0:
                unigram = p
        return p

    @checked
    def generate(
        self,
        prefix: Sequence[int],
        count: int,
        *,
        temperature: int | float = 1.0,
        top_k: int | None = None,
        banned: Sequence[int] = (),
        generator: Generator | None = None,
    ) -> Iterator[int]:
        """``count`` tokens drawn one after the other, each from ``P(· | what is there)^(1 / temperature)``.

        With ``temperature`` 0 the most likely token is taken; ``top_k`` leaves the others than the most likely ones
        out, and ``banned`` tokens are never drawn.

        Raises:
            ValueError: ``count`` or ``temperature`` is negative, ``top_k`` is below 1, or a token is out of range.
        """
        check_bounds("count", count, 0)
        check_bounds("temperature", temperature, 0)
        if top_k is not None:
            check_bounds("top_k", top_k, 1)
        if len(set(banned)) == self.vocab_size:
            raise ValueError(f"banned must leave a token to draw, got all {self.vocab_size}")
        self._check(torch.as_tensor([*prefix, *banned], dtype=torch.int64))
        return self._generated(list(prefix), count, temperature, top_k, list(banned), generator)

    def _generated(
        self,
        path: list[int],
        count: int,
        temperature: int | float,
        top_k: int | None,
        banned: list[int],
        generator: Generator | None,
    ) -> Iterator[int]:
        for _ in range(count):
            p = self.next_token_distribution(path[max(0, len(path) - self.order + 1) :])
            p[banned] = 0.0
            likely = p.topk(min(top_k or len(p), len(p)))
            if temperature == 0:
                token = int(likely.indices[0])
            else:
                weights = torch.softmax(likely.values.log() / temperature, dim=0)
                token = int(likely.indices[torch.multinomial(weights, 1, generator=generator)])
            path.append(token)
            yield token

    def _walk(self, tokens: Tensor) -> int:
        """The number of an n-gram, -1 where it does not occur."""
        node = 0
        for level, token in zip(self._levels, tokens.tolist(), strict=False):
            found = _find(level.keys, torch.tensor([node * self.vocab_size + token]), torch.ones(1).bool())
            node = int(found)
            if node < 0:
                return -1
        return node

    def _table(self, m: int) -> _Table:
        level = self._levels[m]
        lower = self.smoothing.counts_continuations and m + 1 < self.order
        counts = (level.continuations if lower else level.counts).double()
        context = level.keys // self.vocab_size
        contexts = len(self._levels[m - 1].keys) if m else 1
        empty = counts.new_zeros(contexts)
        return _Table(counts, empty.index_add(0, context, counts), empty.index_add(0, context, (counts > 0).double()))

    def _check(self, ids: Tensor) -> None:
        check_labels("ids", ids, self.vocab_size)


def _count(ids: Tensor, order: int, size: int) -> list[_Level]:
    """The trie, level by level: the number of the ``m``-gram that ends at each position comes from the level before."""
    levels: list[_Level] = []
    # node: of the (m - 1)-gram before each token with so many before it; before: of that which ends at each position
    before = node = torch.zeros(len(ids), dtype=torch.int64)
    for m in range(1, order + 1):
        words = ids[m - 1 :]
        keys, ends, counts = (node * size + words).unique(return_inverse=True, return_counts=True)
        levels.append(_Level(keys, counts, torch.zeros_like(counts)))
        if m > 1:  # the last m - 1 tokens of each of these m-grams follow one more token
            suffix = torch.empty_like(keys)
            suffix[ends] = before[1:]
            levels[-2].continuations.index_add_(0, suffix, torch.ones_like(suffix))
        before, node = ends, ends[:-1]
    return levels


def _find(keys: Int64[Tensor, " grams"], wanted: Int64[Tensor, " n"], possible: Bool[Tensor, " n"]) -> Tensor:
    """Where in ascending ``keys`` the wanted ones are, -1 where they are not."""
    position = torch.searchsorted(keys, wanted).clamp(max=len(keys) - 1)
    return torch.where(possible & (keys[position] == wanted), position, -1)
