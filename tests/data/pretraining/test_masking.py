import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from deepdive.data.pretraining import MaskTokens
from deepdive.data.subwords import MASK, PAD


def batch(subwords, b, t, seed):
    generator = torch.Generator().manual_seed(seed)
    tokens = torch.randint(len(subwords), (b, t), generator=generator)
    lengths = torch.randint(1, t + 1, (b,), generator=generator)
    return tokens.masked_fill(torch.arange(t) >= lengths[:, None], subwords.id_of(PAD)), lengths


def is_special(subwords, tokens):
    return torch.isin(tokens, torch.tensor(subwords.special))


@settings(max_examples=60, deadline=None)
@given(b=st.integers(1, 6), t=st.integers(1, 40), share=st.floats(0.01, 1.0), seed=st.integers(0, 99))
def test_as_many_are_hidden_as_there_should_be_and_none_is_special(word_pieces, b, t, share, seed):
    tokens, lengths = batch(word_pieces, b, t, seed)
    before = tokens.clone()
    hidden, kept, targets = MaskTokens(word_pieces, mlm_probability=share, target_index=2)(
        (tokens, lengths), torch.Generator().manual_seed(seed)
    )
    assert torch.equal(tokens, before)
    assert kept is lengths
    chosen = targets != -100
    ordinary = ~is_special(word_pieces, tokens)
    for row in range(b):
        n = int(ordinary[row].sum())
        assert int(chosen[row].sum()) == (min(n, max(1, round(float(torch.tensor(n * share))))))
    assert not (chosen & ~ordinary).any()
    assert torch.equal(targets[chosen], tokens[chosen])
    assert torch.equal(hidden[~chosen], tokens[~chosen])
    replaced = chosen & (hidden != word_pieces.id_of(MASK))
    assert not is_special(word_pieces, hidden[replaced]).any()


def test_eighty_ten_ten(word_pieces):
    """Of n draws, a share p lies within 4 standard deviations √(p (1 - p) / n)."""
    generator = torch.Generator().manual_seed(0)
    ordinary = torch.tensor([i for i in range(len(word_pieces)) if i not in word_pieces.special])
    tokens = ordinary[torch.randint(len(ordinary), (200, 200), generator=generator)]
    hidden, targets = MaskTokens(word_pieces)((tokens,), generator)
    chosen = targets != -100
    n = int(chosen.sum())
    assert n == 200 * 30
    masked = hidden[chosen] == word_pieces.id_of(MASK)
    same = hidden[chosen] == tokens[chosen]
    chance = 0.1 / len(ordinary)  # a token drawn at random may be the one it was
    for share, expected in ((masked, 0.8), (same, 0.1 + chance), (~masked & ~same, 0.1 - chance)):
        assert abs(float(share.double().mean()) - expected) < 4 * (expected * (1 - expected) / n) ** 0.5
    drawn = hidden[chosen & (hidden != word_pieces.id_of(MASK)) & (hidden != tokens)]
    assert set(drawn.tolist()) == set(ordinary.tolist())
    places = chosen.double().mean(0)  # no place is preferred
    assert abs(places - 0.15).max() < 5 * (0.15 * 0.85 / 200) ** 0.5


def test_a_row_of_special_tokens_alone_stays(word_pieces):
    tokens = torch.tensor([[2, 3, 0]])
    hidden, targets = MaskTokens(word_pieces)((tokens,), torch.Generator())
    assert torch.equal(hidden, tokens)
    assert (targets == -100).all()


@pytest.mark.parametrize("share", [0.0, -0.1, 1.5])
def test_a_share_out_of_range_is_told(word_pieces, share):
    with pytest.raises(ValueError, match=f"mlm_probability must be above 0 and at most 1, got {share}"):
        MaskTokens(word_pieces, mlm_probability=share)


def test_a_vocabulary_without_a_mask_is_told(byte_pairs):
    with pytest.raises(ValueError, match=r"has no '\[MASK\]'"):
        MaskTokens(byte_pairs)
