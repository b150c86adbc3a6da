"""n-gram models against dictionaries that do by hand what the formulas say."""

import math
import time
from collections import Counter, defaultdict

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from deepdive.algorithms.language import (
    AddAlpha,
    KneserNey,
    Laplace,
    MaximumLikelihood,
    NGramModel,
    absolute_discount,
)

SMOOTHINGS = {
    "maximum likelihood": lambda size: MaximumLikelihood(),
    "add alpha": lambda size: AddAlpha(size, 0.3),
    "laplace": lambda size: Laplace(0.7),
    "kneser-ney": lambda size: KneserNey(),
}


class ByHand:
    """The same models from Counters of tuples."""

    def __init__(self, text, order, size):
        self.order, self.size = order, size
        self.grams = {m: Counter(tuple(text[i : i + m]) for i in range(len(text) - m + 1)) for m in range(1, order + 1)}

    def counts(self, m, continuations):
        if not continuations or m == self.order:
            return self.grams[m]
        before = defaultdict(set)
        for gram in self.grams[m + 1]:
            before[gram[1:]].add(gram[0])
        return {gram: len(found) for gram, found in before.items()}

    def after(self, h, continuations=False):
        counts = self.counts(len(h) + 1, continuations)
        return {gram[-1]: n for gram, n in counts.items() if gram[:-1] == tuple(h)}

    def probability(self, name, h, w):
        h = tuple(h)[max(0, len(h) - self.order + 1) :]
        seen = self.after(h, name == "kneser-ney")
        n, total = seen.get(w, 0), sum(seen.values())
        lower = self.probability(name, h[1:], w) if h else 1 / self.size
        if name == "maximum likelihood":
            return n / total if total else lower
        if name == "add alpha":
            return (n + 0.3) / (total + 0.3 * self.size)
        if name == "laplace":
            towards = self.probability(name, (), w) if h else 1 / self.size
            return (n + 0.7 * towards) / (total + 0.7)
        if not total:
            return lower
        all_counts = Counter(self.counts(len(h) + 1, True).values())
        d = all_counts[1] / (all_counts[1] + 2 * all_counts[2]) if all_counts[1] else 0.5
        return max(n - d, 0) / total + d * len(seen) / total * lower


texts = st.lists(st.integers(0, 4), min_size=4, max_size=40)


@pytest.mark.parametrize("name", SMOOTHINGS)
@settings(max_examples=60)
@given(text=texts, other=texts, order=st.integers(1, 4))
def test_every_token_has_the_probability_that_counters_give(name, text, other, order):
    size = 6  # the last token is never seen
    model = NGramModel(torch.tensor(text), order, size, SMOOTHINGS[name](size))
    other = [*other, 5, *text[:3]]
    hand = ByHand(text, order, size)
    expected = [hand.probability(name, other[:i], w) for i, w in enumerate(other)]
    found = model.log_probabilities(torch.tensor(other)).exp()
    torch.testing.assert_close(found, torch.tensor(expected, dtype=torch.float64), rtol=1e-12, atol=1e-15)


@pytest.mark.parametrize("name", SMOOTHINGS)
@settings(max_examples=60)
@given(text=texts, context=st.lists(st.integers(0, 5), max_size=5), order=st.integers(1, 4))
def test_probabilities_add_up_to_one_and_are_those_of_single_tokens(name, text, context, order):
    size = 6
    model = NGramModel(torch.tensor(text), order, size, SMOOTHINGS[name](size))
    p = model.next_token_distribution(context)
    assert float(p.sum()) == pytest.approx(1, abs=1e-12)
    assert bool((p >= 0).all())
    rows = [model.log_probabilities(torch.tensor([*context, w]))[-1] for w in range(size)]
    torch.testing.assert_close(p.log(), torch.stack(rows), rtol=1e-12, atol=1e-12)


def test_an_unseen_context_backs_off():
    text = torch.tensor([0, 1, 2, 0, 1, 2, 0, 1, 3])
    trigrams = NGramModel(text, 3, 5)
    bigrams_after_1 = trigrams.next_token_distribution([1])
    assert torch.equal(trigrams.next_token_distribution([4, 1]), bigrams_after_1)
    assert torch.equal(trigrams.next_token_distribution([1, 4]), trigrams.next_token_distribution([]))


def test_kneser_ney_prefers_what_follows_many_contexts():
    # 3 occurs more often than 4, but only after 0
    text = torch.tensor([0, 3] * 6 + [1, 4, 2, 4, 5, 4, 6, 1, 2, 5])
    p = NGramModel(text, 2, 8).next_token_distribution([7])
    assert p[4] > p[3]
    assert NGramModel(text, 1, 8).next_token_distribution([])[3] > NGramModel(text, 1, 8).next_token_distribution([])[4]


def test_perplexity_is_the_number_of_equally_likely_tokens():
    text = torch.arange(7).repeat(50)
    assert NGramModel(text, 1, 7, MaximumLikelihood()).perplexity(text) == pytest.approx(7)
    assert NGramModel(text, 2, 7, MaximumLikelihood()).perplexity(text[:8]) == pytest.approx(7 ** (1 / 8))
    assert NGramModel(text, 1, 9, MaximumLikelihood()).perplexity(torch.tensor([8])) == math.inf


@pytest.mark.slow
def test_generation_follows_the_distribution_and_the_seed():
    text = torch.randint(4, (500,), generator=torch.Generator().manual_seed(0))
    model = NGramModel(text, 3, 4)

    def drawn(**words):
        return list(model.generate([1, 2], 2000, generator=torch.Generator().manual_seed(3), **words))

    path = drawn()
    assert path == drawn() != drawn(temperature=2.0)
    pairs = torch.tensor([1, 2, *path])
    after = pairs[2:][(pairs[:-2] == 1) & (pairs[1:-1] == 2)].bincount(minlength=4)
    p = model.next_token_distribution([1, 2])
    spread = (p * (1 - p) / after.sum()).sqrt()
    assert bool(((after / after.sum() - p).abs() < 4.5 * spread).all())
    greedy = drawn(temperature=0.0)
    assert greedy == drawn(top_k=1)
    assert greedy[0] == int(p.argmax())
    assert set(drawn(banned=[0, 3])) == {1, 2}


def test_a_million_tokens_take_seconds():
    generator = torch.Generator().manual_seed(0)
    text = (torch.rand(1_000_000, generator=generator) ** 3 * 10_000).long()
    began = time.thread_time()
    model = NGramModel(text, 3, 10_000)
    model.log_probabilities(text[:100_000])
    assert time.thread_time() - began < 20
    assert model.sizes[0] <= 10_000 < model.sizes[1] < model.sizes[2]


def test_the_discount_comes_from_what_was_counted_once_and_twice():
    assert absolute_discount(torch.tensor([1.0, 1, 1, 2, 5]).double()) == 3 / 5
    assert absolute_discount(torch.tensor([2.0, 3]).double()) == 0.5


def test_bad_input_is_named():
    ids = torch.tensor([0, 1, 2])
    with pytest.raises(ValueError, match="ids must have at least one n-gram of order 4, got 3 tokens"):
        NGramModel(ids, 4, 3)
    with pytest.raises(ValueError, match="order must be at least 1, got 0"):
        NGramModel(ids, 0, 3)
    with pytest.raises(ValueError, match=r"ids must be from 0 to 1, got 2 at \[2\]"):
        NGramModel(ids, 1, 2)
    with pytest.raises(ValueError, match="cannot be numbered in 64 bits"):
        NGramModel(ids, 1, 2**62)
    model = NGramModel(ids, 2, 3)
    with pytest.raises(ValueError, match=r"ids must be from 0 to 2, got -1 at \[0\]"):
        model.log_probabilities(torch.tensor([-1]))
    with pytest.raises(ValueError, match=r"ids must be from 0 to 2, got 9 at \[1\]"):
        model.next_token_distribution([0, 9])
    with pytest.raises(ValueError, match="ids must not be empty: perplexity is a mean over tokens, got none"):
        model.perplexity(ids[:0])
    with pytest.raises(ValueError, match="count must be at least 0, got -1"):
        model.generate([0], -1)
    with pytest.raises(ValueError, match="top_k must be at least 1, got 0"):
        model.generate([0], 1, top_k=0)
    with pytest.raises(ValueError, match="alpha must be above 0, got 0"):
        AddAlpha(3, 0)
    with pytest.raises(ValueError, match="epsilon must be above 0, got -1"):
        Laplace(-1)
    with pytest.raises(ValueError, match=r"discount must be above 0 and at most 1, got 1\.5"):
        KneserNey(1.5)
