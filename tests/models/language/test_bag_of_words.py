import pytest
import torch

from deepdive import scratch
from deepdive.models.language import BagOfWords


@pytest.mark.parametrize("nn", [torch.nn, scratch])
def test_it_is_softmax_regression_on_weighted_words(nn):
    torch.manual_seed(0)
    network = BagOfWords(6, 3, nn=nn)
    words, weights = torch.tensor([[1, 4, 0], [5, 0, 0]]), torch.tensor([[0.6, 0.8, 0.0], [1.0, 0.0, 0.0]])
    assert network(words, weights).tolist() == [[0.0] * 3] * 2, "it begins with nothing"
    with torch.no_grad():
        network.embedding.weight.normal_()
        network.bias.normal_()
    dense = torch.zeros(2, 6).index_put((torch.tensor([0, 0, 1]), torch.tensor([1, 4, 5])), torch.tensor([0.6, 0.8, 1]))
    torch.testing.assert_close(network(words, weights), dense @ network.embedding.weight + network.bias)


def test_a_text_without_known_words_has_the_bias():
    network = BagOfWords(4, 2)
    with torch.no_grad():
        network.bias.copy_(torch.tensor([1.0, -2.0]))
    assert network(torch.zeros(3, 0, dtype=torch.long), torch.zeros(3, 0)).tolist() == [[1.0, -2.0]] * 3


def test_sizes_are_checked():
    with pytest.raises(ValueError, match="vocab_size must be at least 1, got 0"):
        BagOfWords(0, 2)
    with pytest.raises(ValueError, match="num_classes must be at least 1, got 0"):
        BagOfWords(3, 0)
