import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch.nn.utils import rnn

from deepdive.proofs import difference
from deepdive.scratch.utils.rnn import pack_padded_sequence, pad_packed_sequence


@given(
    lengths=st.lists(st.integers(1, 5), min_size=1, max_size=5),
    spare=st.integers(0, 2),
    features=st.sampled_from([(), (2,), (2, 3)]),
    batch_first=st.booleans(),
    ordered=st.booleans(),
    tensor=st.booleans(),
)
def test_packing_and_back_are_the_librarys(lengths, spare, features, batch_first, ordered, tensor):
    lengths = sorted(lengths, reverse=True) if ordered else lengths
    steps, batch = max(lengths) + spare, len(lengths)
    x = torch.randn(*((batch, steps) if batch_first else (steps, batch)), *features)
    given_lengths = torch.tensor(lengths) if tensor else lengths
    packed = pack_padded_sequence(x, given_lengths, batch_first, ordered)
    expected = rnn.pack_padded_sequence(x, given_lengths, batch_first, ordered)
    assert difference(packed, expected) == 0
    padded = pad_packed_sequence(packed, batch_first, -1.0, steps)
    assert difference(padded, rnn.pad_packed_sequence(expected, batch_first, -1.0, steps)) == 0
    within = torch.arange(steps) < torch.tensor(lengths).unsqueeze(1)
    back = padded[0] if batch_first else padded[0].transpose(0, 1)
    assert torch.equal(back[within], (x if batch_first else x.transpose(0, 1))[within])
    assert (back[~within] == -1).all()
    assert padded[1].tolist() == lengths


def test_whole_numbers_can_be_packed():
    packed = pack_padded_sequence(torch.tensor([[1, 2], [3, 0]]), [2, 1])
    assert packed.data.tolist() == [1, 2, 3]
    assert packed.batch_sizes.tolist() == [2, 1]


@pytest.mark.parametrize(
    ("lengths", "words"),
    [
        ([2, 1], r"lengths must be one per sequence, 3 of them, got shape \(2,\)"),
        ([4, 3, 0], r"lengths must be between 1 and the 4 steps of the input, got \[4, 3, 0\]"),
        ([5, 3, 1], r"lengths must be between 1 and the 4 steps of the input, got \[5, 3, 1\]"),
        ([1, 3, 2], r"lengths must not grow, got \[1, 3, 2\]; or give enforce_sorted=False"),
    ],
)
def test_lengths_that_do_not_fit_are_refused(lengths, words):
    with pytest.raises(ValueError, match=words):
        pack_padded_sequence(torch.zeros(4, 3, 2), lengths)


def test_too_short_a_total_length_is_refused():
    with pytest.raises(ValueError, match="total_length must be at least that of the longest sequence, 3, got 2"):
        pad_packed_sequence(pack_padded_sequence(torch.zeros(3, 1, 2), [3]), total_length=2)
