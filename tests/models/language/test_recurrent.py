import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import nn

from deepdive.models.language import CELLS, RecurrentLanguageModel


def tokens(b=3, t=7, v=11):
    return torch.randint(v, (b, t), generator=torch.Generator().manual_seed(b * t))


@given(
    cell=st.sampled_from(CELLS),
    layers=st.integers(1, 3),
    embedding=st.sampled_from([None, 5]),
    cut=st.integers(1, 6),
)
def test_reading_on_is_the_same_as_reading_at_once(cell, layers, embedding, cut):
    network = RecurrentLanguageModel(11, embedding, 6, layers, cell).double()
    x = tokens()
    whole, end = network(x)
    first, state = network(x[:, :cut])
    second, state = network(x[:, cut:], state)
    torch.testing.assert_close(torch.cat([first, second], 1), whole)
    torch.testing.assert_close(state, end)
    assert whole.shape == (3, 7, 11)


@pytest.mark.parametrize("cell", CELLS)
def test_one_hot_inputs_are_columns_of_the_first_weight(cell):
    one_hot = RecurrentLanguageModel(11, None, 6, 1, cell)
    rnn = getattr(nn, cell)(11, 6, batch_first=True)
    rnn.load_state_dict(one_hot.rnn.state_dict())
    x = tokens()
    h, _ = rnn(torch.eye(11)[x])
    torch.testing.assert_close(one_hot(x)[0], one_hot.output(h))


@pytest.mark.parametrize("cell", CELLS)
@pytest.mark.parametrize("embedding", [None, 5])
def test_no_logit_depends_on_later_tokens(cell, embedding):
    network = RecurrentLanguageModel(11, embedding, 6, 2, cell).eval()
    x = tokens(b=1)
    before, _ = network(x)
    for t in range(1, 7):
        changed = x.clone()
        changed[:, t:] = (changed[:, t:] + 3) % 11
        after, _ = network(changed)
        assert torch.equal(after[:, :t], before[:, :t])
        assert not torch.equal(after[:, t], before[:, t])


@pytest.mark.parametrize("cell", CELLS)
def test_steps_of_a_search_are_the_forward_pass(cell):
    network = RecurrentLanguageModel(11, 5, 6, 2, cell).eval()
    x = tokens()
    expected, _ = network(x)
    state = network.begin_state(3)
    for t in range(7):
        logits, state = network.step(x[:, t], state)
        torch.testing.assert_close(logits, expected[:, t])
    rows = torch.tensor([2, 0, 0])
    again, _ = network.step(x[rows, 0], network.select(state, rows))
    once, _ = network.step(x[:, 0], state)
    torch.testing.assert_close(again, once[rows])


def test_tied_weights_are_one_table():
    network = RecurrentLanguageModel(11, 5, 6, 1, "LSTM", tie_embeddings=True)
    assert network.output.weight is network.embedding.weight
    logits, _ = network(tokens())
    logits.sum().backward()
    assert network.embedding.weight.grad.shape == (11, 5)
    assert sum(p.numel() for p in network.parameters()) == 11 * 5 + 11 + 4 * 6 * (5 + 6 + 2) + 6 * 5


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"cell": "GRUU"}, "cell must be one of RNN, GRU, LSTM, got 'GRUU'"),
        ({"hidden_size": 0}, "hidden_size must be at least 1, got 0"),
        ({"embedding_dim": 0}, "embedding_dim must be at least 1, got 0"),
        ({"tie_embeddings": True}, "tie_embeddings must be false without embedding_dim"),
    ],
)
def test_what_cannot_be_made_is_refused(arguments, message):
    with pytest.raises(ValueError, match=message):
        RecurrentLanguageModel(11, **arguments)
