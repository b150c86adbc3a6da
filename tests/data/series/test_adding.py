import pytest
import torch

from deepdive.data.series import AddingProblem


@pytest.mark.parametrize("length", [2, 7, 20])
def test_the_answer_is_the_sum_of_the_two_marked_numbers(length):
    data = AddingProblem(length, train=300, val=20, test=10)
    data.prepare()
    assert [len(part[0]) for part in (data.train, data.val, data.test)] == [300, 20, 10]
    x, y = data.train
    numbers, marks = x.unbind(dim=2)
    assert set(marks.unique().tolist()) <= {0.0, 1.0}
    assert torch.equal(marks[:, : length // 2].sum(dim=1), torch.ones(300))
    assert torch.equal(marks[:, length // 2 :].sum(dim=1), torch.ones(300))
    picked = torch.stack([row[mark.bool()].sum() for row, mark in zip(numbers, marks, strict=True)])
    torch.testing.assert_close(y[:, 0], picked)


def test_without_a_memory_the_error_is_a_sixth():
    data = AddingProblem(10, train=20_000, val=0, test=0)
    data.prepare()
    assert float(data.train[1].var()) == pytest.approx(1 / 6, rel=0.05)
    assert data.val_loader() is None


def test_bad_input_is_named():
    with pytest.raises(ValueError, match="length is 1; two of at least 2 steps are marked"):
        AddingProblem(1)
    with pytest.raises(ValueError, match="train is 0; it must be at least 1"):
        AddingProblem(train=0)
