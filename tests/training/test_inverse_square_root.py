import pytest
import torch

from deepdive.training import InverseSquareRootLR


def optimizer(*rates):
    return torch.optim.SGD([{"params": [torch.nn.Parameter(torch.zeros(1))], "lr": rate} for rate in rates])


def test_it_is_the_papers_formula():
    width, warmup = 64, 7
    sgd = optimizer((width * warmup) ** -0.5, 1.0)
    schedule = InverseSquareRootLR(sgd, warmup)
    for step in range(1, 40):
        paper = width**-0.5 * min(step**-0.5, step * warmup**-1.5)
        first, second = schedule.get_last_lr()
        assert first == pytest.approx(paper)
        assert second == pytest.approx(paper * (width * warmup) ** 0.5)
        sgd.step()
        schedule.step()


def test_a_warm_up_of_nothing():
    with pytest.raises(ValueError, match="warmup is 0; it must be at least 1"):
        InverseSquareRootLR(optimizer(0.1), 0)
