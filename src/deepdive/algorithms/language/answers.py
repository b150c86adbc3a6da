"""Answers that are spans of a text: the most likely one, and how right it is (Rajpurkar et al., 2016)."""

import re
import string
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import torch
from jaxtyping import Bool, Float, Int64
from torch import Tensor

from deepdive.checks import check_bounds, check_not_empty
from deepdive.signatures import checked

_MARKS = str.maketrans("", "", string.punctuation)
_ARTICLES = re.compile(r"\b(a|an|the)\b")


@dataclass(frozen=True)
class AnswerScores:
    """Means over all questions, from 0 to 1."""

    exact: float
    """Fraction of answers that are right to the word."""
    f1: float
    """Of the words of the answer and of the right one."""


@checked
def normalized_answer(text: str) -> str:
    """The words of an answer in lower case, without ASCII's punctuation marks and the articles a, an, the."""
    return " ".join(_ARTICLES.sub(" ", text.lower().translate(_MARKS)).split())


@checked
def exact_match(predicted: str, right: str) -> bool:
    """Whether two answers are the same once they are normalised."""
    return normalized_answer(predicted) == normalized_answer(right)


@checked
def answer_f1(predicted: str, right: str) -> float:
    """``2 p r / (p + r)``, of the fraction ``p`` of predicted words that are right and ``r`` of right ones predicted.

    Where one of them has no words, it is 1 if neither has, or else 0.
    """
    one, other = normalized_answer(predicted).split(), normalized_answer(right).split()
    if not one or not other:
        return float(one == other)
    common = (Counter(one) & Counter(other)).total()
    return 2 * common / (len(one) + len(other))


@checked
def answer_scores(predicted: Sequence[str], right: Sequence[Sequence[str]]) -> AnswerScores:
    """Both scores; of several right answers, the one that fits best counts.

    Args:
        predicted: an answer to each question, empty where there should be none.
        right: all right answers to each; none where there is no answer, and then only an empty one is right.

    Raises:
        TypeError: an answer is no string, or the right answers to a question are a string and not several.
        ValueError: there are no questions, or not as many of one as of the other.
    """
    if len(predicted) != len(right) or not predicted:
        raise ValueError(
            f"predicted and right must have one entry for each question, got {len(predicted)} and {len(right)}"
        )
    exact = f1 = 0.0
    for answer, known in zip(predicted, right, strict=True):
        exact += max(exact_match(answer, each) for each in known or ("",))
        f1 += max(answer_f1(answer, each) for each in known or ("",))
    return AnswerScores(exact / len(predicted), f1 / len(predicted))


@checked
def best_spans(
    starts: Float[Tensor, "b t"], ends: Float[Tensor, "b t"], allowed: Bool[Tensor, "b t"], max_length: int = 30
) -> tuple[Int64[Tensor, "b 2"], Float[Tensor, " b"]]:
    """``argmax starts_i + ends_j`` over ``i ≤ j < i + max_length`` at allowed positions, and that maximum.

    Args:
        starts: logits of an answer's first token.
        ends: logits of its last token.
        allowed: where an answer may be; where there is no such position in a row, its span is 0 and 0 and its score -∞.
        max_length: tokens of an answer at most.

    Raises:
        ValueError: ``max_length`` is below 1, the shapes differ, or there is no token.
    """
    check_bounds("max_length", max_length, 1)
    check_not_empty("starts", starts)
    t = starts.shape[1]
    starts, ends = (logits.masked_fill(~allowed, -torch.inf) for logits in (starts, ends))
    band = torch.ones(t, t, dtype=torch.bool, device=starts.device).triu().tril(max_length - 1)
    scores = (starts.unsqueeze(2) + ends.unsqueeze(1)).masked_fill(~band, -torch.inf)  # (b, t, t)
    score, position = scores.flatten(1).max(dim=1)
    position = torch.where(score > -torch.inf, position, 0)
    return torch.stack((position // t, position % t), 1), score
