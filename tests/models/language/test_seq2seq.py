import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from deepdive.algorithms.decoding import beam_search, greedy_search
from deepdive.models.language import CELLS, RecurrentEncoder, Seq2Seq

PAD = 1


def sentences():
    source = torch.tensor([[4, 5, 6, 3], [7, 3, PAD, PAD], [8, 9, 3, PAD]])
    return source, torch.tensor([4, 2, 3]), torch.tensor([[2, 5, 6, 7], [2, 9, PAD, PAD], [2, 4, 4, PAD]])


@pytest.mark.parametrize("cell", CELLS)
@pytest.mark.parametrize("bidirectional", [True, False])
@pytest.mark.parametrize("layers", [1, 2])
def test_padding_and_neighbours_change_nothing(cell, bidirectional, layers):
    network = Seq2Seq(10, 12, 6, 8, layers, cell, 0.0, bidirectional, PAD).double().eval()
    source, lengths, target = sentences()
    together = network(source, lengths, target)
    assert together.shape == (3, 4, 12)
    for i, (s, t) in enumerate(zip(lengths.tolist(), [4, 2, 3], strict=True)):
        alone = network(source[i : i + 1, :s], lengths[i : i + 1], target[i : i + 1, :t])
        torch.testing.assert_close(alone[0], together[i, :t])


@given(cell=st.sampled_from(CELLS), layers=st.integers(1, 2))
def test_steps_of_a_search_are_the_forward_pass(cell, layers):
    network = Seq2Seq(10, 12, 6, 8, layers, cell, 0.0).double().eval()
    source, lengths, target = sentences()
    expected = network(source, lengths, target)
    state = network.encode(source, lengths)
    for t in range(target.shape[1]):
        logits, state = network.step(target[:, t], state)
        torch.testing.assert_close(logits, expected[:, t])


def test_a_translation_does_not_see_its_own_future():
    network = Seq2Seq(10, 12, 6, 8).eval()
    source, lengths, target = sentences()
    before = network(source, lengths, target)
    target[:, 2:] = 11
    assert torch.equal(network(source, lengths, target)[:, :2], before[:, :2])


def test_it_can_be_searched():
    network = Seq2Seq(10, 12, 6, 8).eval()
    source, lengths, _ = sentences()
    with torch.no_grad():
        state = network.encode(source, lengths)
        start = torch.full((3,), 2)
        greedy = greedy_search(network, state, start, end=3, max_steps=5, banned=(PAD, 2))
        beam = beam_search(network, state, start, beams=1, end=3, max_steps=5, banned=(PAD, 2))
    assert greedy.best(3) == beam.best(3)
    assert not {PAD, 2} & {token for row in greedy.best(3) for token in row}


def test_the_encoder_reads_both_ways_and_no_padding():
    encoder = RecurrentEncoder(5, 8, cell="GRU").double()
    x = torch.randn(2, 6, 5, dtype=torch.double)
    h, state = encoder(x, torch.tensor([6, 3]))
    assert torch.equal(h[1, 3:], torch.zeros(3, 8, dtype=torch.double))
    torch.testing.assert_close(state[0, :, :4], torch.stack([h[0, 5, :4], h[1, 2, :4]]))
    torch.testing.assert_close(state[0, :, 4:], h[:, 0, 4:])
    x[1, 3:] = 99
    torch.testing.assert_close(encoder(x, torch.tensor([6, 3]))[0], h)


def test_an_odd_width_has_no_two_halves():
    with pytest.raises(ValueError, match="hidden_size must be even, as two directions share it, got 7"):
        RecurrentEncoder(5, 7)
