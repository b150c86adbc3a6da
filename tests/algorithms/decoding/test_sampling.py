import itertools

import pytest
import scipy.stats
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.algorithms.decoding.decoders import Recurrent, Table, log_probability

from deepdive.algorithms.decoding import greedy_search, sample, truncate, warm_up


def seeded(seed=0):
    return torch.Generator().manual_seed(seed)


def starts(n):
    return torch.zeros(n, dtype=torch.long)


@pytest.mark.parametrize(
    "options",
    [{}, {"temperature": 0.5}, {"temperature": 3.0}, {"top_k": 3}, {"top_p": 0.8}, {"top_k": 4, "top_p": 0.6}],
    ids=str,
)
def test_tokens_are_drawn_as_often_as_the_truncated_distribution_says(options):
    n, scores = 20_000, torch.randn(1, 8, generator=seeded(3), dtype=torch.float64) * 1.5
    found = sample(Table(scores), starts(n), starts(n), end=None, max_steps=1, generator=seeded(), **options)
    counts = found.tokens.flatten().bincount(minlength=8).double()
    expected = truncate(scores.log_softmax(1), **options)[0].exp() * n
    assert counts[expected == 0].sum() == 0
    kept = expected > 0
    assert scipy.stats.chisquare(counts[kept], expected[kept]).pvalue > 1e-3


def test_whole_sequences_are_drawn_as_often_as_the_decoder_says():
    n, decoder = 20_000, Recurrent(3, 4, sharpness=0.7)
    state = decoder.select(decoder.begin(1), starts(n))
    found = sample(decoder, state, starts(n), end=1, max_steps=3, generator=seeded(1))
    drawn: dict[tuple[int, ...], int] = {}
    for tokens in found.best():
        drawn[tuple(tokens)] = drawn.get(tuple(tokens), 0) + 1
    leaves = [s for t in (1, 2, 3) for s in itertools.product(range(3), repeat=t) if 1 not in s[:-1]]
    leaves = [s for s in leaves if s[-1] == 1 or len(s) == 3]
    expected = [n * torch.tensor(log_probability(decoder, state, 0, 0, s)).exp().item() for s in leaves]
    assert set(drawn) <= set(leaves)
    assert scipy.stats.chisquare([drawn.get(s, 0) for s in leaves], expected).pvalue > 1e-3


def test_scores_are_those_of_what_was_drawn_from_and_log_probabilities_those_of_the_decoder():
    decoder = Recurrent(5, 4)
    state = decoder.begin(6)
    found = sample(decoder, state, starts(6), end=1, max_steps=7, temperature=2.0, generator=seeded())
    sequences = found.best()
    log_p = [log_probability(decoder, state, row, 0, sequence) for row, sequence in enumerate(sequences)]
    assert found.log_probabilities[:, 0].tolist() == pytest.approx(log_p)
    decoder.output /= 2.0
    log_q = [log_probability(decoder, state, row, 0, sequence) for row, sequence in enumerate(sequences)]
    assert found.scores[:, 0].tolist() == pytest.approx(log_q)


@given(seed=st.integers(0, 10**6), v=st.integers(1, 12), top_p=st.floats(0.01, 1.0), temperature=st.floats(0.2, 5))
def test_the_nucleus_is_the_smallest_set_of_so_much_probability(seed, v, top_p, temperature):
    log_p = torch.randn(4, v, generator=seeded(seed), dtype=torch.float64).log_softmax(1)
    q = (log_p / temperature).softmax(1)
    log_q = truncate(log_p, temperature=temperature, top_p=top_p)
    kept = log_q > -torch.inf
    for row in range(4):
        inside = q[row][kept[row]]
        assert inside.sum() >= top_p - 1e-9
        assert inside.sum() - inside.min() < top_p + 1e-9
        if not kept[row].all():
            assert inside.min() >= q[row][~kept[row]].max()
    torch.testing.assert_close(log_q.exp().sum(1), torch.ones(4, dtype=torch.float64))
    ratio = log_q.exp() / q
    torch.testing.assert_close(ratio.where(kept, 0).amax(1), ratio.where(kept, 1e9).amin(1))


@given(seed=st.integers(0, 10**6), v=st.integers(1, 12), top_k=st.integers(1, 15))
def test_top_k_keeps_the_k_likeliest_in_their_proportions(seed, v, top_k):
    log_p = torch.randn(3, v, generator=seeded(seed), dtype=torch.float64).log_softmax(1)
    log_q = truncate(log_p, top_k=top_k)
    values, rows = log_p.topk(min(top_k, v), dim=1)
    torch.testing.assert_close(log_q.gather(1, rows), values.log_softmax(1))
    assert (log_q > -torch.inf).sum(1).tolist() == [min(top_k, v)] * 3


def test_of_equal_tokens_exactly_k_are_kept():
    assert (truncate(torch.zeros(2, 9).log_softmax(1), top_k=4) > -torch.inf).sum(1).tolist() == [4, 4]


@settings(max_examples=20)
@given(seed=st.integers(0, 10**6), options=st.sampled_from([{"temperature": 1e-30}, {"top_k": 1}, {"top_p": 1e-9}]))
def test_at_the_limit_it_is_greedy_search(seed, options):
    decoder = Recurrent(6, seed)
    drawn = sample(decoder, decoder.begin(5), starts(5), end=1, max_steps=9, generator=seeded(seed), **options)
    greedy = greedy_search(decoder, decoder.begin(5), starts(5), end=1, max_steps=9)
    assert torch.equal(drawn.tokens, greedy.tokens)
    assert torch.equal(drawn.lengths, greedy.lengths)


def test_a_seed_repeats_and_another_differs():
    decoder = Recurrent(20, 1, sharpness=0.1)

    def draw(seed):
        return sample(decoder, decoder.begin(3), starts(3), end=None, max_steps=30, generator=seeded(seed)).tokens

    assert torch.equal(draw(7), draw(7))
    assert not torch.equal(draw(7), draw(8))


def test_each_sequence_ends_for_itself():
    decoder = Recurrent(4, 9, sharpness=0.5)
    limits = torch.tensor([1, 5, 9, 9, 9])
    found = sample(decoder, decoder.begin(5), starts(5), end=1, max_steps=limits, generator=seeded(2), pad=-1)
    for row, (tokens, length) in enumerate(zip(found.tokens[:, 0].tolist(), found.lengths[:, 0].tolist(), strict=True)):
        assert tokens[length:] == [-1] * (len(tokens) - length)
        assert 1 not in tokens[: length - 1]
        assert tokens[length - 1] == 1 or length == limits[row]


def test_banned_tokens_are_not_drawn_and_the_others_share_their_probability():
    n = 20_000
    scores = torch.tensor([[1.0, 2.0, 0.5, 0.0]], dtype=torch.float64)
    found = sample(Table(scores), starts(n), starts(n), end=None, max_steps=1, banned=(1,), generator=seeded(5))
    counts = found.tokens.flatten().bincount(minlength=4)
    q = scores[0, [0, 2, 3]].softmax(0)
    assert counts[1] == 0
    assert scipy.stats.chisquare(counts[[0, 2, 3]], q * n).pvalue > 1e-3
    torch.testing.assert_close(found.scores[:, 0].exp(), q[torch.tensor([0, -1, 1, 2])[found.tokens[:, 0, 0]]])


def test_a_warm_start_has_seen_the_prefix():
    decoder = Recurrent(5, 3)
    prefix = torch.tensor([[0, 2, 4], [3, 3, 1]])
    tokens, state = warm_up(decoder, decoder.begin(2), prefix)
    greedy = greedy_search(decoder, state, tokens, end=None, max_steps=4).best()
    expected, state = [[], []], decoder.begin(2)
    for token in prefix.T[:-1]:
        _, state = decoder.step(token, state)
    token = prefix[:, -1]
    for _ in range(4):
        scores, state = decoder.step(token, state)
        token = scores.argmax(1)
        expected = [[*row, int(y)] for row, y in zip(expected, token, strict=True)]
    assert greedy == expected
    with pytest.raises(ValueError, match=r"prefix must hold at least one token for each sequence, got shape \(2, 0\)"):
        warm_up(decoder, decoder.begin(2), prefix[:, :0])


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"temperature": 0.0}, "temperature must be above 0, got 0.0"),
        ({"temperature": -1.0}, "temperature must be above 0, got -1.0"),
        ({"top_k": 0}, "top_k must be at least 1, got 0"),
        ({"top_p": 0.0}, "top_p must be above 0 and at most 1, got 0.0"),
        ({"top_p": 1.1}, "top_p must be above 0 and at most 1, got 1.1"),
        ({"max_steps": 0}, "max_steps must be at least 1, got 0"),
    ],
)
def test_bad_settings_are_named(changed, message):
    decoder = Recurrent(4)
    with pytest.raises(ValueError, match=message):
        sample(decoder, decoder.begin(1), starts(1), **{"end": 1, "max_steps": 3, **changed})


def test_nan_is_refused():
    decoder = Table([[0.0, torch.nan, 1.0]])
    for options in ({}, {"top_k": 2}, {"top_p": 0.5}):
        with pytest.raises(ValueError, match="log-probabilities hold NaN"):
            sample(decoder, starts(2), starts(2), end=0, max_steps=2, **options)
