"""Answers: the rules of SQuAD's own program, and the most_likely span by trying all."""

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from deepdive.algorithms.language import answer_f1, answer_scores, best_spans, exact_match, normalized_answer


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("The Norman  conquest", "norman conquest"),
        ("an atheist's theatre, a.", "atheists theatre"),
        ("A\tB-52", "b52"),
        ("the", ""),
        ("«Élan»", "«élan»"),
    ],
)
def test_what_counts_of_an_answer(text, expected):
    assert normalized_answer(text) == expected


@pytest.mark.parametrize(
    ("predicted", "right", "f1"),
    [
        ("Denver Broncos", "the Denver Broncos.", 1.0),
        ("Denver", "Denver Broncos", 2 / 3),
        ("Carolina Panthers", "Denver Broncos", 0.0),
        ("to be or to", "to to two", 4 / 7),  # p = 2/4, r = 2/3
        ("the", "", 1.0),
        ("", "Denver", 0.0),
        ("Denver", "a", 0.0),
    ],
)
def test_words_in_common(predicted, right, f1):
    assert answer_f1(predicted, right) == pytest.approx(f1)
    assert answer_f1(right, predicted) == pytest.approx(f1)
    assert exact_match(predicted, right) == (f1 == 1)


@given(st.lists(st.sampled_from("abcd"), max_size=6), st.lists(st.sampled_from("abcd"), max_size=6))
def test_f1_is_that_of_precision_and_recall(predicted, right):
    """By striking out; ``a`` alone would be an article."""
    predicted, right = ([f"w{letter}" for letter in words] for words in (predicted, right))
    rest, common = list(right), 0
    for word in predicted:
        if word in rest:
            rest.remove(word)
            common += 1
    found = answer_f1(" ".join(predicted), " ".join(right))
    if not common:
        assert found == float(not predicted and not right)
    else:
        p, r = common / len(predicted), common / len(right)
        assert found == pytest.approx(2 * p * r / (p + r))


def test_the_best_of_several_answers_counts():
    scores = answer_scores(["1066", "in France", "", "x"], [["10 66", "1066"], ["France"], [], []])
    assert scores.exact == 2 / 4
    assert scores.f1 == pytest.approx((1 + 2 / 3 + 1 + 0) / 4)


@pytest.mark.parametrize(("predicted", "right"), [([], []), (["a"], []), (["a"], [["a"], ["b"]])])
def test_each_question_needs_both(predicted, right):
    with pytest.raises(ValueError, match=f"one entry for each question, got {len(predicted)} and {len(right)}"):
        answer_scores(predicted, right)


@settings(max_examples=80, deadline=None)
@given(b=st.integers(1, 4), t=st.integers(1, 9), longest=st.integers(1, 10), seed=st.integers(0, 999))
def test_the_best_span_is_found(b, t, longest, seed):
    generator = torch.Generator().manual_seed(seed)
    starts, ends = (torch.randn(b, t, generator=generator) for _ in range(2))
    allowed = torch.rand(b, t, generator=generator) < 0.7
    spans, scores = best_spans(starts, ends, allowed, longest)
    for row in range(b):
        possible = {
            (i, j): float(starts[row, i] + ends[row, j])
            for i in range(t)
            for j in range(i, min(t, i + longest))
            if allowed[row, i] and allowed[row, j]
        }
        if possible:
            assert tuple(spans[row].tolist()) == max(possible, key=possible.__getitem__)
            assert float(scores[row]) == max(possible.values())
        else:
            assert spans[row].tolist() == [0, 0]
            assert float(scores[row]) == -torch.inf


def test_an_answer_has_a_token():
    with pytest.raises(ValueError, match="max_length must be at least 1, got 0"):
        best_spans(torch.zeros(1, 2), torch.zeros(1, 2), torch.ones(1, 2, dtype=torch.bool), 0)
