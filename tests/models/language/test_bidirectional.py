import pytest
import torch

from deepdive.algorithms.decoding import greedy_search
from deepdive.models.language import CELLS, FillInModel


@pytest.mark.parametrize("cell", CELLS)
def test_a_token_is_predicted_from_all_others_and_not_from_itself(cell):
    network = FillInModel(9, 4, 6, cell)
    x = torch.randint(9, (1, 6))
    before = network(x)
    for t in range(6):
        changed = x.clone()
        changed[0, t] = (changed[0, t] + 1) % 9
        after = network(changed)
        same = [torch.equal(after[0, i], before[0, i]) for i in range(6)]
        assert same == [i == t for i in range(6)]


def test_with_one_direction_only_the_tokens_before_count():
    network = FillInModel(9, 4, 6, "GRU", bidirectional=False)
    x = torch.randint(9, (1, 6))
    before = network(x)
    x[0, 3] = (x[0, 3] + 1) % 9
    assert torch.equal(network(x)[0, :4], before[0, :4])
    assert not torch.equal(network(x)[0, 4], before[0, 4])


def test_generation_is_refused_with_the_reason():
    network = FillInModel(9)
    with pytest.raises(TypeError, match=r"a bidirectional network cannot generate: .* nothing is behind"):
        greedy_search(network, None, torch.tensor([1]), end=None, max_steps=3)
    with pytest.raises(TypeError, match="cannot generate"):
        network.select(None, torch.tensor([0]))
