import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from deepdive.algorithms.attention import as_mask, length_mask, masked_softmax


def by_hand(scores, allowed):
    """Each row by itself: a softmax over the keys that count, zeros elsewhere."""
    weights = torch.zeros_like(scores)
    for i in range(scores.shape[0]):
        for q in range(scores.shape[1]):
            seen = allowed[i, q].nonzero().flatten()
            if len(seen):
                e = (scores[i, q, seen] - scores[i, q, seen].max()).exp()
                weights[i, q, seen] = e / e.sum()
    return weights


@given(st.data())
def test_weights_of_any_mask_are_those_by_hand(data):
    b, q, k = (data.draw(st.integers(1, 4)) for _ in range(3))
    torch.manual_seed(data.draw(st.integers(0, 99)))
    scores = 5 * torch.randn(b, q, k, dtype=torch.double)
    allowed = torch.rand(b, q, k) < data.draw(st.sampled_from([0.0, 0.3, 0.8, 1.0]))
    torch.testing.assert_close(masked_softmax(scores, allowed), by_hand(scores, allowed))
    lengths = torch.randint(k + 1, (b, q))
    first = torch.arange(k).expand(b, q, k) < lengths[..., None]
    torch.testing.assert_close(masked_softmax(scores, lengths), by_hand(scores, first))
    one = lengths[:, 0].clone()
    torch.testing.assert_close(masked_softmax(scores, one), masked_softmax(scores, one[:, None].expand(b, q).clone()))


def test_d2ls_examples():
    scores = torch.rand(2, 2, 4)
    by_sequence = masked_softmax(scores, torch.tensor([2, 3]))
    assert by_sequence[0, :, 2:].eq(0).all()
    assert by_sequence[1, :, 3].eq(0).all()
    assert by_sequence[1, :, :3].gt(0).all()
    by_query = masked_softmax(scores, torch.tensor([[1, 3], [2, 4]]))
    assert (by_query > 0).sum(dim=2).tolist() == [[1, 3], [2, 4]]
    torch.testing.assert_close(by_query.sum(dim=2), torch.ones(2, 2))


def test_heads_share_the_lengths_of_their_sequence():
    scores = torch.randn(2, 3, 4, 5)
    lengths = torch.tensor([[1, 2, 3, 4], [5, 4, 0, 2]])
    several = masked_softmax(scores, lengths)
    for head in range(3):
        torch.testing.assert_close(several[:, head], masked_softmax(scores[:, head], lengths))
    torch.testing.assert_close(masked_softmax(scores, lengths[:, 0])[:, 1], masked_softmax(scores[:, 1], lengths[:, 0]))


def test_a_query_that_sees_nothing_has_no_weights_and_no_gradient():
    scores = torch.randn(2, 3, 4, dtype=torch.double, requires_grad=True)
    allowed = torch.ones(2, 3, 4, dtype=torch.bool)
    allowed[0, 1] = False
    weights = masked_softmax(scores, allowed)
    assert weights[0, 1].eq(0).all()
    (weights * torch.randn(2, 3, 4, dtype=torch.double)).sum().backward()
    assert scores.grad[0, 1].eq(0).all()
    assert scores.grad[0, 0].ne(0).any()
    assert scores.grad.isfinite().all()


@pytest.mark.parametrize("dtype", [torch.float64, torch.float32, torch.bfloat16, torch.float16])
def test_scores_that_do_not_count_may_be_anything(dtype):
    scores = torch.tensor([[[1.0, torch.nan, torch.inf, 2.0]]], dtype=dtype, requires_grad=True)
    weights = masked_softmax(scores, torch.tensor([[[True, False, False, True]]]))
    assert weights.dtype == dtype
    expected = torch.tensor([1.0, 2.0]).softmax(0).to(dtype)
    torch.testing.assert_close(weights[0, 0, [0, 3]], expected)
    weights.square().sum().backward()
    assert scores.grad[0, 0, [1, 2]].eq(0).all()
    assert scores.grad.isfinite().all()


def test_without_a_mask_it_is_the_softmax():
    scores = torch.randn(2, 3, 4)
    assert torch.equal(masked_softmax(scores), scores.softmax(dim=2))


def test_lengths_become_masks():
    assert length_mask(torch.tensor([2, 0, 9]), 3).tolist() == [[[True, True, False]], [[False] * 3], [[True] * 3]]
    assert length_mask(torch.tensor([[1, 2]]), 2).tolist() == [[[True, False], [True, True]]]


@pytest.mark.usefixtures("without_shape_checks")
@pytest.mark.parametrize(
    ("allowed", "got"),
    [
        (torch.ones(2, 3, 5), r"float32 of shape \(2, 3, 5\)"),
        (torch.ones(2, 3, 4, dtype=torch.bool), r"bool of shape \(2, 3, 4\)"),
        (torch.ones(2, 1, 3, 5, dtype=torch.bool), r"bool of shape \(2, 1, 3, 5\)"),
        (torch.ones(3, dtype=torch.long), r"int64 of shape \(3,\)"),
        (torch.ones(2, 4, dtype=torch.long), r"int64 of shape \(2, 4\)"),
        (torch.ones(2, dtype=torch.int32), r"int32 of shape \(2,\)"),
    ],
)
def test_masks_that_do_not_fit_are_named(allowed, got):
    rule = (
        r"must be boolean and broadcast to the scores' shape \(2, 3, 5\), or int64 lengths of shape \(2,\) or \(2, 3\)"
    )
    with pytest.raises(ValueError, match=f"allowed {rule}, got {got}"):
        masked_softmax(torch.zeros(2, 3, 5), allowed)
    with pytest.raises(ValueError, match=f"key_mask {rule}, got {got}"):
        as_mask(allowed, (2, 3, 5), "key_mask")


@pytest.mark.usefixtures("without_shape_checks")
@pytest.mark.parametrize("lengths", [torch.ones(2), torch.ones(2, 3, 4, dtype=torch.long), torch.tensor(3)])
def test_lengths_that_are_none_are_named(lengths):
    with pytest.raises(ValueError, match=r"lengths must be int64 of shape \(b\) or \(b, q\), got"):
        length_mask(lengths, 5)
