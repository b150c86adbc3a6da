import torch

from deepdive import scratch
from deepdive.models.linear import LinearRegression


def test_it_is_one_affine_map_in_both_toolkits():
    library, own = LinearRegression(3, 2), LinearRegression(3, 2, nn=scratch)
    own.load_state_dict(library.state_dict())
    x = torch.randn(5, 3)
    torch.testing.assert_close(library(x), x @ library.net.weight.T + library.net.bias)
    torch.testing.assert_close(own(x), library(x))
    assert library.net.bias.abs().max() == 0
    assert 0 < LinearRegression(1000).net.weight.std() < 0.02
