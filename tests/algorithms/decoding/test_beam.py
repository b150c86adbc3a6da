import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.algorithms.decoding.decoders import (
    Markov,
    Recurrent,
    Table,
    every_sequence,
    listed,
    log_probability,
)

from deepdive.algorithms.decoding import Decoder, beam_search, exhaustive_search, greedy_search, length_penalty

small = {"v": st.integers(2, 4), "seed": st.integers(0, 10**6), "end": st.integers(0, 1)}
penalties = {"alpha": st.sampled_from([0.0, 0.6, 0.75, 2.0]), "offset": st.sampled_from([0.0, 5.0])}


def same(found, expected):
    assert [sequence for *_, sequence in found] == [sequence for *_, sequence in expected]
    for column in (0, 1):
        assert [f[column] for f in found] == pytest.approx([e[column] for e in expected], rel=1e-6)


def starts(n):
    return torch.zeros(n, dtype=torch.long)


@settings(max_examples=30)
@given(**small, **penalties, n=st.integers(1, 3), steps=st.integers(1, 4))
def test_exhaustive_search_is_what_looking_at_every_sequence_gives(v, seed, end, alpha, offset, n, steps):
    decoder = Recurrent(v, seed)
    state = decoder.begin(n, seed)
    found = exhaustive_search(decoder, state, starts(n), end=end, max_steps=steps, n_best=7, alpha=alpha, offset=offset)
    for row in range(n):
        expected = every_sequence(decoder, state, row, 0, end=end, max_steps=steps, alpha=alpha, offset=offset)
        same(listed(found, row), expected[:7])


@settings(max_examples=60)
@given(**small, **penalties, n=st.integers(1, 3), steps=st.integers(1, 5), n_best=st.integers(1, 6), ban=st.booleans())
def test_a_wide_beam_is_exhaustive_search(v, seed, end, alpha, offset, n, steps, n_best, ban):
    decoder = Recurrent(v, seed)
    arguments = {"end": end, "max_steps": steps, "n_best": n_best, "alpha": alpha, "offset": offset}
    arguments["banned"] = (v - 1,) if ban and v > 2 else ()
    wide = beam_search(decoder, decoder.begin(n, seed), starts(n), beams=v**steps, **arguments)
    whole = exhaustive_search(decoder, decoder.begin(n, seed), starts(n), **arguments)
    for row in range(n):
        same(listed(wide, row), listed(whole, row))


@settings(max_examples=60)
@given(
    v=st.integers(2, 9),
    seed=st.integers(0, 10**6),
    n=st.integers(1, 5),
    limits=st.lists(st.integers(1, 8), min_size=5, max_size=5),
    alpha=st.sampled_from([0.0, 0.6, 3.0]),
)
def test_one_beam_is_greedy_search(v, seed, n, limits, alpha):
    decoder = Recurrent(v, seed)
    arguments = {"end": 1, "max_steps": torch.tensor(limits[:n])}
    greedy = greedy_search(decoder, decoder.begin(n), starts(n), **arguments)
    beam = beam_search(decoder, decoder.begin(n), starts(n), beams=1, alpha=alpha, **arguments)
    assert torch.equal(beam.tokens, greedy.tokens)
    assert torch.equal(beam.lengths, greedy.lengths)
    torch.testing.assert_close(beam.log_probabilities, greedy.log_probabilities)
    torch.testing.assert_close(beam.scores, greedy.scores / length_penalty(greedy.lengths, alpha), check_dtype=False)


@settings(max_examples=40)
@given(v=st.integers(2, 9), seed=st.integers(0, 10**6), beams=st.integers(1, 5), n_best=st.integers(1, 7), **penalties)
def test_a_batch_is_its_inputs_one_at_a_time(v, seed, beams, n_best, alpha, offset):
    decoder, n = Recurrent(v, seed), 4
    state, limits = decoder.begin(n, seed), torch.tensor([3, 1, 7, 5])
    arguments = {"end": 1, "beams": beams, "n_best": n_best, "alpha": alpha, "offset": offset}
    together = beam_search(decoder, state, starts(n), max_steps=limits, **arguments)
    for row in range(n):
        alone = decoder.select(state, torch.tensor([row]))
        same(
            listed(together, row),
            listed(beam_search(decoder, alone, starts(1), max_steps=int(limits[row]), **arguments), 0),
        )


@settings(max_examples=40)
@given(v=st.integers(2, 9), seed=st.integers(0, 10**6), beams=st.integers(1, 6), **penalties)
def test_what_is_found_is_sorted_distinct_whole_and_scored_right(v, seed, beams, alpha, offset):
    decoder = Recurrent(v, seed)
    found = beam_search(
        decoder, decoder.begin(3), starts(3), end=1, max_steps=6, beams=beams, alpha=alpha, offset=offset, pad=-7
    )
    assert found.tokens.shape[:2] == (3, beams)
    positions = torch.arange(found.tokens.shape[2])
    assert torch.equal(found.tokens == -7, positions >= found.lengths.unsqueeze(2))
    for row in range(3):
        sequences = listed(found, row)
        scores, _, tokens = zip(*sequences, strict=True)
        assert list(scores) == sorted(scores, reverse=True)
        assert len(set(tokens)) == len(tokens)
        assert all((sequence[-1] == 1 or len(sequence) == 6) and 1 not in sequence[:-1] for sequence in tokens)
        expected = every_score(decoder, row, tokens, alpha, offset)
        assert [score for score, *_ in sequences] == pytest.approx(expected, rel=1e-5)


def every_score(decoder, row, sequences, alpha, offset):
    def penalty(sequence):
        return ((offset + len(sequence)) / (offset + 1)) ** alpha

    return [log_probability(decoder, decoder.begin(3), row, 0, s) / penalty(s) for s in sequences]


def test_more_beams_see_what_greedy_search_misses():
    """As in D2L section 10.8.1: the most_likely first token leads to unlikely ones."""
    p = torch.tensor([[0.0, 0.6, 0.4], [0.34, 0.33, 0.33], [0.9, 0.05, 0.05]], dtype=torch.float64)
    decoder, state = Markov(p.log()), None
    arguments = {"end": 0, "max_steps": 3}
    greedy = greedy_search(decoder, state, starts(1), **arguments)
    beam = beam_search(decoder, state, starts(1), beams=2, alpha=0.0, **arguments)
    assert greedy.best() == [[1, 0]]
    assert greedy.log_probabilities.exp().item() == pytest.approx(0.6 * 0.34)
    assert beam.best() == [[2, 0]]
    assert beam.best(end=0) == [[2]]
    assert beam.log_probabilities[0].exp().tolist() == pytest.approx([0.4 * 0.9, 0.6 * 0.34])


def test_a_penalty_turns_the_order_of_short_and_long():
    """log 0.4 = -0.92 for one token against log 0.3 = -1.20 for three."""
    decoder = Markov(torch.tensor([[0.4, 0.3, 0.3], [0, 0, 1], [1, 0, 0]]).double().log().clamp(min=-1e9))
    for alpha, offset, best in ((0.0, 0.0, [0]), (0.2, 0.0, [0]), (0.3, 0.0, [1, 2, 0]), (2.0, 5.0, [1, 2, 0])):
        found = beam_search(decoder, None, starts(1), end=0, max_steps=5, beams=3, alpha=alpha, offset=offset)
        assert found.best() == [best]


def test_the_penalty_is_the_published_one():
    lengths = torch.tensor([1, 7, 13])
    assert length_penalty(lengths, 1.0).tolist() == pytest.approx([1, 2, 3])
    assert length_penalty(lengths, 0.75, 0.0).tolist() == pytest.approx([1, 7**0.75, 13**0.75])
    assert length_penalty(lengths, 0.0).tolist() == [1, 1, 1]


def test_the_end_at_the_first_step_is_a_sequence_of_one_token():
    decoder = Table([[9.0, 0.0, -9.0]] * 8)
    for found in (
        greedy_search(decoder, starts(2), starts(2), end=0, max_steps=8),
        beam_search(decoder, starts(2), starts(2), end=0, max_steps=8, n_best=1),
    ):
        assert found.tokens.tolist() == [[[0]], [[0]]]
        assert found.best(end=0) == [[], []]


def test_what_never_ends_is_cut_at_its_own_limit():
    decoder = Table([[-torch.inf, 1.0, 0.0]] * 8)
    arguments = {"end": 0, "max_steps": torch.tensor([2, 4]), "pad": 0}
    assert greedy_search(decoder, starts(2), starts(2), **arguments).tokens.tolist() == [[[1, 1, 0, 0]], [[1] * 4]]
    found = beam_search(decoder, starts(2), starts(2), beams=16, **arguments)
    assert (found.lengths > 0).sum(1).tolist() == [4, 16]
    assert found.tokens[:, 0].tolist() == [[1, 1, 0, 0], [1, 1, 1, 1]]
    without = beam_search(decoder, starts(2), starts(2), beams=3, end=None, max_steps=3)
    assert without.lengths.tolist() == [[3] * 3] * 2


def test_where_there_are_fewer_sequences_than_beams_the_rest_is_empty():
    decoder = Table([[0.0, 0.0]] * 3)
    found = beam_search(decoder, starts(1), starts(1), end=1, max_steps=2, beams=5)
    whole = exhaustive_search(decoder, starts(1), starts(1), end=1, max_steps=2, n_best=5)
    for hypotheses in (found, whole):
        assert sorted(hypotheses.lengths[0].tolist()) == [0, 0, 1, 2, 2]
        assert hypotheses.scores[0].isinf().tolist() == [False] * 3 + [True] * 2
        assert hypotheses.tokens.shape == (1, 5, 2)


def test_all_sequences_together_have_probability_one():
    decoder = Recurrent(3, 5)
    found = exhaustive_search(decoder, decoder.begin(2), starts(2), end=1, max_steps=5, n_best=200)
    assert found.log_probabilities.exp().sum(1).tolist() == pytest.approx([1, 1])


def test_the_search_stops_when_nothing_better_can_come():
    sure = Table([[0.0, 5.0, 0.0]] * 60)
    seen = []
    step = sure.step
    sure.step = lambda tokens, state: (seen.append(len(tokens)), step(tokens, state))[1]
    beam_search(sure, starts(2), starts(2), end=1, max_steps=50, beams=3, n_best=1)
    assert len(seen) <= 2
    assert seen[0] == 2  # one row for each input before there are beams


def test_one_best_is_the_first_of_many():
    decoder = Recurrent(8, 11)
    arguments = {"end": 1, "max_steps": 12, "beams": 5}
    one = beam_search(decoder, decoder.begin(20), starts(20), n_best=1, **arguments)
    few = beam_search(decoder, decoder.begin(20), starts(20), n_best=5, **arguments)
    assert torch.equal(one.scores, few.scores[:, :1])
    assert one.best() == few.best()


def test_banned_tokens_do_not_come():
    decoder = Recurrent(6, 2)
    for search in (greedy_search, beam_search):
        found = search(decoder, decoder.begin(4), starts(4), end=1, max_steps=9, banned=(0, 3), pad=-1)
        assert not torch.isin(found.tokens, torch.tensor([0, 3])).any()


def test_these_are_decoders():
    assert isinstance(Recurrent(2), Decoder)
    assert not isinstance(torch.nn.Linear(1, 1), Decoder)


@pytest.mark.parametrize("search", [greedy_search, beam_search, exhaustive_search])
def test_what_cannot_be_searched_is_refused(search):
    decoder = Recurrent(4)

    def run(n=2, **changed):
        return search(decoder, decoder.begin(n), starts(n), **{"end": 1, "max_steps": 3, **changed})

    with pytest.raises(ValueError, match="max_steps must be at least 1, got 0"):
        run(max_steps=0)
    with pytest.raises(ValueError, match="max_steps must be at least 1, got -2"):
        run(max_steps=torch.tensor([3, -2]))
    with pytest.raises(ValueError, match="max_steps must be a number or one for each of 2 inputs, got 3"):
        run(max_steps=torch.tensor([3, 2, 1]))
    with pytest.raises(ValueError, match="start must hold one token for each input, got none"):
        run(n=0)
    with pytest.raises(ValueError, match=r"end must be in \[0, 4\), the tokens of the decoder, got 4"):
        run(end=4)
    with pytest.raises(ValueError, match=r"banned must be in \[0, 4\), the tokens of the decoder, got -1"):
        run(banned=(0, -1))
    with pytest.raises(ValueError, match="banned must leave a token to choose, but names all 4"):
        run(banned=(0, 1, 2, 3))
    decoder.output[:, 2] = torch.nan
    with pytest.raises(ValueError, match="log-probabilities hold NaN"):
        run()


def test_nothing_possible_at_all_is_refused():
    with pytest.raises(ValueError, match="all of a row are -inf"):
        beam_search(Table([[-torch.inf] * 3]), starts(1), starts(1), end=1, max_steps=3)


def test_a_decoder_that_gives_other_rows_is_refused():
    decoder = Table([[0.0, 1.0]])
    decoder.step = lambda tokens, state: (torch.zeros(5, 2), state)
    with pytest.raises(ValueError, match=r"one row of scores for each of 2, got \(5, 2\)"):
        beam_search(decoder, starts(2), starts(2), end=1, max_steps=3)


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"beams": 0}, "beams must be at least 1, got 0"),
        ({"n_best": 0}, "n_best must be at least 1, got 0"),
        ({"alpha": -0.5}, "alpha must be at least 0, got -0.5"),
        ({"offset": float("nan")}, "offset must be a number, got nan"),
    ],
)
def test_bad_settings_of_a_beam_are_named(changed, message):
    decoder = Recurrent(4)
    with pytest.raises(ValueError, match=message):
        beam_search(decoder, decoder.begin(1), starts(1), **{"end": 1, "max_steps": 3, **changed})


def test_too_much_to_look_at_is_refused():
    decoder = Recurrent(100)
    with pytest.raises(ValueError, match=r"max_steps of 4 gives 97,029,900 sequences of that length to look at"):
        exhaustive_search(decoder, decoder.begin(1), starts(1), end=1, max_steps=4)
