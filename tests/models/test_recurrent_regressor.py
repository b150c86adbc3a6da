import pytest
import torch

from deepdive import scratch
from deepdive.models.recurrent_regressor import CELLS, RecurrentRegressor


@pytest.mark.parametrize("cell", CELLS)
def test_both_toolkits_say_the_same(cell):
    ours, theirs = RecurrentRegressor(cell, 2, 5, nn=scratch).double(), RecurrentRegressor(cell, 2, 5).double()
    ours.load_state_dict(theirs.state_dict())
    x = torch.randn(3, 7, 2, dtype=torch.float64)
    torch.testing.assert_close(ours(x), theirs(x), rtol=1e-10, atol=1e-12)


@pytest.mark.parametrize("cell", CELLS)
def test_it_is_the_recurrence_step_by_step(cell):
    network = RecurrentRegressor(cell, 1, 4).double()
    x = torch.randn(3, 6, dtype=torch.float64)
    h = torch.zeros(3, 4, dtype=torch.float64)
    if cell == "skip":
        for t in range(6):
            h = h + torch.tanh(network.input(x[:, t : t + 1]) + h @ network.recurrent.weight.T) / 10
    else:
        kind = {"gru": torch.nn.GRUCell, "lstm": torch.nn.LSTMCell}.get(cell)
        single = kind(1, 4) if kind else torch.nn.RNNCell(1, 4, nonlinearity=cell)
        single = single.double()
        single.load_state_dict({name.removesuffix("_l0"): value for name, value in network.rnn.state_dict().items()})
        state = (h, h.clone()) if cell == "lstm" else h
        for t in range(6):
            state = single(x[:, t : t + 1], state)
        h = state[0] if cell == "lstm" else state
    torch.testing.assert_close(network(x), network.output(h))


def test_bad_input_is_named():
    with pytest.raises(ValueError, match="cell must be one of tanh, relu, skip, gru, lstm, got 'rnn'"):
        RecurrentRegressor("rnn")
    with pytest.raises(ValueError, match="hidden_size must be at least 1, got 0"):
        RecurrentRegressor("gru", 1, 0)
