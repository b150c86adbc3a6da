import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from deepdive.algorithms.decoding import Decoder, beam_search, greedy_search
from deepdive.models.language import CELLS, BahdanauDecoder

PAD = 1


def sentences():
    source = torch.tensor([[4, 5, 6, 3], [7, 3, PAD, PAD], [8, 9, 3, PAD]])
    return source, torch.tensor([4, 2, 3]), torch.tensor([[2, 5, 6, 7], [2, 9, PAD, PAD], [2, 4, 4, PAD]])


def made(layers=1, cell="GRU", bidirectional=True):
    torch.manual_seed(0)
    return BahdanauDecoder(10, 12, 6, 8, 5, layers, cell, 0.0, bidirectional, PAD).double()


@pytest.mark.parametrize("cell", CELLS)
@pytest.mark.parametrize("bidirectional", [True, False])
@pytest.mark.parametrize("layers", [1, 2])
def test_padding_and_neighbours_change_nothing(cell, bidirectional, layers):
    network = made(layers, cell, bidirectional)
    source, lengths, target = sentences()
    together = network(source, lengths, target)
    assert together.shape == (3, 4, 12)
    for i, (s, t) in enumerate(zip(lengths.tolist(), [4, 2, 3], strict=True)):
        alone = network(source[i : i + 1, :s], lengths[i : i + 1], target[i : i + 1, :t])
        torch.testing.assert_close(alone[0], together[i, :t])


@given(cell=st.sampled_from(CELLS), layers=st.integers(1, 2))
def test_steps_of_a_search_are_the_forward_pass(cell, layers):
    network = made(layers, cell)
    source, lengths, target = sentences()
    expected = network(source, lengths, target)
    state = network.encode(source, lengths)
    for t in range(target.shape[1]):
        logits, state = network.step(target[:, t], state)
        torch.testing.assert_close(logits, expected[:, t])


@pytest.mark.parametrize("cell", CELLS)
def test_the_equations(cell):
    """Step by step with one sentence, from the words of the docstring."""
    network = made(1, cell)
    source, lengths, target = sentences()
    h, state = network.encoder(network.source_embedding(source[:1]), lengths[:1])
    score, expected = network.scoring, []
    for y in target[0]:
        e = network.embedding(y) * 6**0.5
        query = (state[0] if cell == "LSTM" else state)[0, 0]
        a = torch.stack([score.score(torch.tanh(score.query(query) + score.key(place))) for place in h[0]])
        c = (a.softmax(0) * h[0]).sum(0)
        s, state = network.rnn(torch.cat([e, c])[None, None], state)
        expected.append(network.output(network.projection(torch.cat([s[0, 0], e, c]))))
    torch.testing.assert_close(network(source[:1], lengths[:1], target[:1])[0], torch.stack(expected))
    assert network.output.weight is network.embedding.weight


def test_no_gradient_comes_from_tokens_that_follow():
    network = made(2)
    source, lengths, target = sentences()
    found = []
    handle = network.embedding.register_forward_hook(lambda module, given, out: found.append(out))
    logits = network(source, lengths, target)
    handle.remove()
    [vectors] = found
    for t in range(target.shape[1]):
        [gradient] = torch.autograd.grad(logits[:, t].square().sum(), vectors, retain_graph=True)
        assert gradient[:, t + 1 :].eq(0).all()
        assert gradient[0, : t + 1].ne(0).any(dim=1).all()


def test_it_looks_at_words_and_never_at_padding():
    network = made()
    source, lengths, target = sentences()
    weights = network.attention(source, lengths, target)
    assert weights.shape == (3, 1, 1, 4, 4)
    torch.testing.assert_close(weights.sum(dim=4), torch.ones(3, 1, 1, 4).double())
    assert weights[1, ..., 2:].eq(0).all()
    assert weights[2, ..., 3:].eq(0).all()
    assert weights[0].gt(0).all()
    assert weights[1, ..., :2].gt(0).all()


@pytest.mark.parametrize("cell", CELLS)
def test_it_can_be_searched(cell):
    network = made(2, cell).eval()
    assert isinstance(network, Decoder)
    source, lengths, _ = sentences()
    with torch.no_grad():
        state = network.encode(source, lengths)
        start = torch.full((3,), 2)
        greedy = greedy_search(network, state, start, end=3, max_steps=5, banned=(PAD, 2))
        beam = beam_search(network, state, start, beams=1, end=3, max_steps=5, banned=(PAD, 2))
        several = beam_search(network, state, start, beams=3, end=3, max_steps=5, banned=(PAD, 2))
        alone = beam_search(
            network,
            network.encode(source[1:2, :2], lengths[1:2]),
            start[:1],
            beams=3,
            end=3,
            max_steps=5,
            banned=(PAD, 2),
        )
    assert greedy.best(3) == beam.best(3)
    assert alone.best(3)[0] == several.best(3)[1]
    torch.testing.assert_close(alone.scores[0], several.scores[1])


def test_what_is_out_of_range_is_named():
    with pytest.raises(ValueError, match="attention_size must be at least 1, got 0"):
        BahdanauDecoder(10, 12, attention_size=0)
    with pytest.raises(ValueError, match="cell must be one of RNN, GRU, LSTM, got 'QRNN'"):
        BahdanauDecoder(10, 12, cell="QRNN")
    with pytest.raises(ValueError, match="hidden_size must be even, as two directions share it, got 7"):
        BahdanauDecoder(10, 12, hidden_size=7)
