"""What recurrent layers and cells refuse, and in which words."""

import pytest
import torch

from deepdive import scratch

pytestmark = pytest.mark.usefixtures("without_shape_checks")  # which would speak first

KINDS = ("RNN", "LSTM", "GRU")
X = torch.zeros(5, 2, 3)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    ("shape", "words"),
    [
        ((5, 2, 4), r"input must have shape \(\*, 3\), got \(5, 2, 4\)"),
        ((3,), r"input must have 2 or 3 dimensions, got 1 in shape \(3,\)"),
        ((1, 5, 2, 3), r"input must have 2 or 3 dimensions, got 4 in shape \(1, 5, 2, 3\)"),
        ((0, 2, 3), r"input must have at least one step, got shape \(0, 2, 3\)"),
    ],
)
def test_an_input_of_another_shape(kind, shape, words):
    with pytest.raises(ValueError, match=words):
        getattr(scratch, kind)(3, 4)(torch.zeros(shape))


@pytest.mark.parametrize("kind", KINDS)
def test_packed_data_of_another_width(kind):
    packed = scratch.utils.rnn.pack_padded_sequence(X, [5, 3])
    with pytest.raises(ValueError, match=r"input must have shape \(\*, 7\), got \(8, 3\)"):
        getattr(scratch, kind)(7, 4)(packed)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("shape", [(2, 2, 4), (1, 3, 4), (1, 2, 5), (2, 4)])
def test_a_state_of_another_shape(kind, shape):
    h = torch.zeros(shape)
    words = r"h of hx must have the shape \(num_layers · directions, batch, hidden_size\) = \(1, 2, 4\), got "
    with pytest.raises(ValueError, match=words + r"\(" + ", ".join(map(str, shape))):
        getattr(scratch, kind)(3, 4)(X, (h, h) if kind == "LSTM" else h)


def test_a_state_of_another_shape_for_one_sequence():
    words = r"h of hx must have the shape \(num_layers · directions, hidden_size\) = \(2, 4\), got \(2, 1, 4\)"
    with pytest.raises(ValueError, match=words):
        scratch.GRU(3, 4, bidirectional=True)(X[:, 0], torch.zeros(2, 1, 4))


def test_a_wrong_cell_of_the_state_is_named():
    with pytest.raises(ValueError, match=r"c of hx must have the shape .* got \(1, 2, 3\)"):
        scratch.LSTM(3, 4)(X, (torch.zeros(1, 2, 4), torch.zeros(1, 2, 3)))


@pytest.mark.parametrize(
    ("hx", "words"),
    [
        (torch.zeros(2, 2, 4), "got Tensor"),
        ((torch.zeros(1, 2, 4),), r"got \(Tensor\)"),
        ((torch.zeros(1, 2, 4), None), r"got \(Tensor, NoneType\)"),
    ],
)
@pytest.mark.parametrize("kind", ["LSTM", "LSTMCell"])
def test_a_state_that_is_no_pair(kind, hx, words):
    x = X if kind == "LSTM" else X[0]
    with pytest.raises(TypeError, match=rf"hx of {kind} must be a pair \(h, c\) of tensors, {words}"):
        getattr(scratch, kind)(3, 4)(x, hx)


@pytest.mark.parametrize("kind", ["RNN", "RNNCell"])
def test_an_unknown_nonlinearity(kind):
    with pytest.raises(ValueError, match="nonlinearity must be 'tanh' or 'relu', got 'sigmoid'"):
        getattr(scratch, kind)(3, 4, nonlinearity="sigmoid")


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("dropout", [-0.1, 1.1, float("nan")])
def test_dropout_that_is_no_probability(kind, dropout):
    with pytest.raises(ValueError, match=f"dropout must be a probability, between 0 and 1, got {dropout}"):
        getattr(scratch, kind)(3, 4, 2, dropout=dropout)


@pytest.mark.parametrize("kind", KINDS)
def test_dropout_with_nothing_to_act_on_is_said(kind):
    with pytest.warns(UserWarning, match=r"dropout=0.5 has no effect: .* num_layers is 1"):
        getattr(scratch, kind)(3, 4, dropout=0.5)


@pytest.mark.parametrize("name", ["input_size", "hidden_size", "num_layers"])
def test_sizes_below_one(name):
    sizes = {"input_size": 3, "hidden_size": 4, name: 0}
    for kind in (*KINDS, *([] if name == "num_layers" else ["RNNCell", "LSTMCell", "GRUCell"])):
        with pytest.raises(ValueError, match=f"{name} must be at least 1, got 0"):
            getattr(scratch, kind)(**sizes)


@pytest.mark.parametrize("kind", ["RNNCell", "LSTMCell", "GRUCell"])
@pytest.mark.parametrize(
    ("shape", "words"),
    [
        ((2, 4), r"input must have shape \(\*, 3\), got \(2, 4\)"),
        ((5, 2, 3), r"input must have 1 or 2 dimensions, got 3 in shape \(5, 2, 3\)"),
    ],
)
def test_a_step_of_another_shape(kind, shape, words):
    with pytest.raises(ValueError, match=words):
        getattr(scratch, kind)(3, 4)(torch.zeros(shape))


@pytest.mark.parametrize("kind", ["RNNCell", "LSTMCell", "GRUCell"])
def test_a_state_of_another_shape_for_a_step(kind):
    cell, h = getattr(scratch, kind)(3, 4), torch.zeros(1, 4)
    hx = (h, h) if kind == "LSTMCell" else h
    with pytest.raises(
        ValueError, match=r"h of hx must have the shape \(batch, hidden_size\) = \(2, 4\), got \(1, 4\)"
    ):
        cell(X[0], hx)
    with pytest.raises(ValueError, match=r"h of hx must have the shape \(hidden_size,\) = \(4,\), got \(1, 4\)"):
        cell(X[0, 0], hx)
