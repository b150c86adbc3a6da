import pytest
import torch
from torch import nn

from deepdive import scratch


def test_it_is_a_linear_layer_of_one_hot_vectors():
    layer = scratch.Embedding(7, 3).double()
    codes = torch.randint(7, (4, 5))
    torch.testing.assert_close(layer(codes), nn.functional.one_hot(codes, 7).double() @ layer.weight)


def test_padding_stays_zero_in_training():
    layer = scratch.Embedding(4, 2, padding_idx=1)
    layer(torch.tensor([0, 1, 1])).sum().backward()
    assert layer.weight[1].tolist() == [0, 0]
    assert layer.weight.grad.tolist() == [[1, 1], [0, 0], [0, 0], [0, 0]]


def test_both_toolkits_start_alike():
    tables = []
    for toolkit in (nn, scratch):
        torch.manual_seed(0)
        tables.append(toolkit.Embedding(5, 3, 2).weight)
    assert torch.equal(*tables)


@pytest.mark.parametrize("code", [-1, 4])
def test_unknown_categories_are_named(code):
    with pytest.raises(ValueError, match=rf"input must hold numbers in \[0, 4\), got {code}"):
        scratch.Embedding(4, 2)(torch.tensor([0, code]))


def test_a_padding_beyond_the_table_is_refused():
    with pytest.raises(ValueError, match="padding_idx must be within the 4 embeddings, got 4"):
        scratch.Embedding(4, 2, 4)


@pytest.mark.parametrize("mode", ["mean", "sum", "max"])
def test_what_lies_behind_the_last_bag_counts_nowhere(mode):
    layer = scratch.EmbeddingBag(4, 2, mode=mode, include_last_offset=True)
    y = layer(torch.tensor([3, 1, 2, 0, 1]), torch.tensor([0, 2, 3]))
    expected = nn.functional.embedding_bag(torch.tensor([3, 1, 2]), layer.weight, torch.tensor([0, 2]), mode=mode)
    torch.testing.assert_close(y, expected)
    assert layer(torch.tensor([3, 1]), torch.tensor([0])).shape == (0, 2)
