import pytest
import torch

from deepdive import scratch
from deepdive.models import MLP, SoftmaxRegression


def parameters(network):
    return sum(p.numel() for p in network.parameters())


@pytest.mark.parametrize("nn", [torch.nn, scratch], ids=["torch", "scratch"])
def test_sizes_are_d2ls(nn):
    assert parameters(SoftmaxRegression(784, 10, nn=nn)) == 7_850
    assert parameters(MLP(784, 10, nn=nn)) == 203_530
    assert parameters(MLP(4, 3, hidden=(5, 6), nn=nn)) == 5 * 5 + 6 * 6 + 3 * 7
    assert parameters(MLP(4, 3, hidden=(), nn=nn)) == 15


def test_softmax_regression_is_one_matrix_product():
    network = SoftmaxRegression(12, 3)
    weight, bias = network.parameters()
    x = torch.randn(5, 3, 2, 2)
    torch.testing.assert_close(network(x), x.flatten(1) @ weight.T + bias)
    assert bias.tolist() == [0, 0, 0]
    assert weight.std().item() == pytest.approx(0.01, rel=0.5)


def test_an_mlp_alternates_layers_and_activations():
    network = MLP(4, 2, hidden=(3,), activation="Tanh", dropout=0.5)
    assert [type(layer).__name__ for layer in network.net] == ["Flatten", "Linear", "Tanh", "Dropout", "Linear"]
    assert network.net[3].p == 0.5


@pytest.mark.parametrize("activation", ["ReLU", "LeakyReLU", "PReLU", "Sigmoid", "Tanh", "GELU", "Identity"])
def test_both_toolkits_give_the_same_network(activation):
    library, own = (MLP(6, 3, (5, 4), activation, nn=nn) for nn in (torch.nn, scratch))
    own.load_state_dict(library.state_dict(), strict=True)
    x = torch.randn(7, 6)
    torch.testing.assert_close(own(x), library(x))


def test_an_unknown_activation_is_refused():
    with pytest.raises(ValueError, match=r"activation must be one of ReLU, .*, got 'relu'"):
        MLP(4, 2, activation="relu")
